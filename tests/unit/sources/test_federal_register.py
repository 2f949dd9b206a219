"""The documents of each day, page by page, over a real connection; and every item of a page as a row."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.days import Days
from pipeline.contracts.tables.official import RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.upstreams import FederalRegisterSettings
from pipeline.sources.errors import SourceError
from pipeline.sources.federal_register import FIELDS, MOST_PAGES, SETTLED_AFTER, Documents, fetch, kept_documents, newest, parse
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Payload
from tests.unit.sources.server import TODAY, Clock, ReceivedRequest, Response, Upstream, error_response, ok_response

FIXTURE = Path(__file__).parents[2] / "fixtures" / "federal_register" / "page.json"
DAY = date(2026, 3, 17)
YESTERDAY = TODAY - timedelta(days=1)
FIRST, SECOND = "/api/v1/documents.json", "/api/v1/documents"


def payload(body: bytes | str, day: date = DAY) -> Payload:
    text = body.encode() if isinstance(body, str) else body
    return Payload(
        "federal_register", f"{day}, page 1", day, "https://a.example", datetime(2026, 3, 18, tzinfo=UTC), "application/json", text
    )


def page(*numbers: str, count: int | None = None, following: object = None) -> Response:
    """An answer that holds the documents of these numbers."""
    told: dict[str, object] = {"count": len(numbers) if count is None else count, "results": [{"document_number": n} for n in numbers]}
    return ok_response(json.dumps(told | ({} if following is None else {"next_page_url": following})), "application/json")


def asking(upstream: Upstream) -> FederalRegisterSettings:
    return FederalRegisterSettings(base_url=upstream.url + "/api/v1/", agencies=("an-agency", "another"))


def asked_for(client: Client, upstream: Upstream, first: date = YESTERDAY, last: date | None = None) -> list[Fetched]:
    return list(fetch(client, asking(upstream), Days(first, last or first)))


def numbers(rows: pl.DataFrame) -> list[str]:
    return rows["document_number"].to_list()


def documents(answers: Sequence[Fetched]) -> Documents:
    return kept_documents(answer.payload for answer in answers if answer.payload)


def outcomes(answers: Sequence[Fetched]) -> list[str]:
    return [answer.outcome for answer in answers]


# --- pages into rows


def test_every_item_of_a_page_is_a_row_in_its_order() -> None:
    rows = parse(payload(FIXTURE.read_bytes()))
    assert rows.schema == RAW_OFFICIAL_DOCUMENTS.schema
    assert numbers(rows) == ["2026-90001", "2026-90002", "2026-90003"]
    assert rows["raw_id"].to_list() == [f"federal_register 2026-03-17, page 1#{n}" for n in (1, 2, 3)]
    assert rows["unreadable"].null_count() == 3


def test_fields_are_kept_as_given() -> None:
    order, proclamation, correction = parse(payload(FIXTURE.read_bytes())).to_dicts()
    assert (order["dates"], order["citation"], order["docket_ids"]) == ("Applicable March 17, 2026.", "91 FR 11001", "A-583-999")
    assert order["agencies"] == "commerce-department, international-trade-administration"
    assert (proclamation["signing_date"], proclamation["proclamation_number"], proclamation["abstract"]) == ("2026-03-13", "19999", None)
    assert correction["correction_of"] == "https://www.federalregister.gov/api/v1/documents/2026-80000"
    assert (order["index_date"], order["received_at"]) == (DAY, datetime(2026, 3, 18, tzinfo=UTC))


def test_an_agency_without_a_short_name_is_named_as_it_names_itself() -> None:
    assert parse(payload(FIXTURE.read_bytes()))["agencies"][2] == "commerce-department, Office of Invented Affairs"


def test_the_real_page_is_accounted_for_document_by_document(outside_data: Path) -> None:
    body = (outside_data / "formats" / "federal_register_page.json").read_bytes()
    given = json.loads(body)["results"]
    rows = parse(payload(body, date(2024, 1, 2)))
    assert rows.height == len(given) == 120
    assert rows["unreadable"].null_count() == 120
    for name in ("document_number", "publication_date", "title", "type", "action", "abstract", "dates", "effective_on", "html_url"):
        assert rows[name].to_list() == [one[name] for one in given]
    assert rows["agencies"].to_list() == [", ".join(agency["slug"] for agency in one["agencies"]) for one in given]


def test_the_fields_asked_for_are_fields_of_the_api(outside_data: Path) -> None:
    known = json.loads((outside_data / "formats" / "federal_register_page.json").read_bytes())["results"][0]
    assert set(FIELDS) <= set(known)


def test_a_day_without_documents_is_an_empty_day() -> None:
    assert parse(payload('{"count": 0, "description": "Documents published on 03/15/2026"}')).height == 0


def test_an_item_that_is_no_document_is_a_row_with_its_reason() -> None:
    rows = parse(payload('{"count": 2, "results": ["x", {"document_number": 7, "title": ["y"], "agencies": [3, null]}]}'))
    assert rows["unreadable"].to_list() == ["a str in place of a document", "title is a list; agencies is a list"]
    assert numbers(rows) == [None, "7"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html>busy</html>", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "no object"),
        ('{"count": 3}', "no list of `results`"),
        ('{"results": {}}', "no list of `results`"),
        ('{"count": "many"}', "no number of documents"),
        ('{"errors": {"conditions": "unknown agency"}}', "unknown agency"),
        ('{"status": 400, "message": "field not found"}', "field not found"),
    ],
)
def test_what_is_no_answer_of_the_api_is_an_error_that_says_so(body: bytes | str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        parse(payload(body))


def test_the_newest_day_of_a_page_is_that_of_its_documents() -> None:
    assert newest(payload(FIXTURE.read_bytes())) == DAY
    assert newest(payload('{"count": 0}')) is None
    assert newest(payload('{"count": 1, "results": [{"publication_date": "soon"}]}')) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*FIELDS, "count", "results"]) | st.text(), inner, max_size=6)
    ),
    max_leaves=25,
)


@settings(deadline=None, derandomize=True)
@given(ANYTHING)
def test_any_json_gives_a_row_for_each_item_or_an_error(given_json: Any) -> None:
    try:
        rows = parse(payload(json.dumps(given_json)))
    except SourceError:
        return
    assert rows.schema == RAW_OFFICIAL_DOCUMENTS.schema
    assert rows.height == len(given_json.get("results") or [])


@settings(deadline=None, derandomize=True)
@given(st.lists(ANYTHING, max_size=6))
def test_any_items_are_as_many_rows(items: list[Any]) -> None:
    assert parse(payload(json.dumps({"count": len(items), "results": items}))).height == len(items)


@settings(deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_an_error(body: bytes) -> None:
    try:
        rows = parse(payload(body))
    except SourceError:
        return
    assert rows.height == 0


# --- asking


def test_each_day_is_asked_for_by_itself_with_agencies_and_fields(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"), page("2"))
    answers = asked_for(client, upstream, YESTERDAY - timedelta(days=1), YESTERDAY)
    assert [answer.request.about for answer in answers] == [YESTERDAY - timedelta(days=1), YESTERDAY]
    query = upstream.requests[1].query
    assert [value for name, value in query if name.startswith("conditions[publication_date]")] == [YESTERDAY.isoformat()] * 2
    assert [value for name, value in query if name == "conditions[agencies][]"] == ["an-agency", "another"]
    assert [value for name, value in query if name == "fields[]"] == list(FIELDS)
    assert {("per_page", "1000"), ("order", "oldest")} <= set(query)


def test_days_to_come_are_not_asked_for(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"))
    assert [answer.request.about for answer in asked_for(client, upstream, TODAY, TODAY + timedelta(days=3))] == [TODAY]


def test_the_next_page_is_followed_to_the_last(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=3, following=f"{upstream.url}{SECOND}?page=2&order=oldest"))
    upstream.respond(SECOND, page("3", count=3))
    answers = asked_for(client, upstream)
    assert outcomes(answers) == ["stored", "stored"]
    assert upstream.requests[1].query == (("page", "2"), ("order", "oldest"))
    found = documents(answers)
    assert (numbers(found.rows), found.whole, found.lacking) == (["1", "2", "3"], (YESTERDAY,), {})


def test_a_day_whose_second_page_fails_is_not_whole_and_gives_no_rows(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=3, following=f"{upstream.url}{SECOND}?page=2"))
    upstream.respond(SECOND, error_response(500))
    answers = asked_for(client, upstream)
    assert outcomes(answers) == ["stored", "failed"]
    found = documents(answers)
    assert (found.rows.height, found.whole, list(found.lacking)) == (0, (), [YESTERDAY])
    assert "page 2 is not kept" in found.lacking[YESTERDAY]


def test_a_day_that_fails_does_not_stop_the_next(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, error_response(403), page("2"))
    found = documents(asked_for(client, upstream, YESTERDAY - timedelta(days=1), YESTERDAY))
    assert (numbers(found.rows), found.whole, found.lacking) == (["2"], (YESTERDAY,), {})


@pytest.mark.parametrize(
    "following",
    [
        "http://evil.example/api/v1/documents?page=2",
        "{url}.evil.example/api/v1/documents?page=2",
        "{url}/elsewhere?page=2",
        "{url}/api/v1/../../elsewhere",
        "{url}/api/v1/%2e%2e/elsewhere",
        "{url}/api/v10/documents",
        "http://user:word@{host}/api/v1/documents",
        "https://{host}/api/v1/documents",
        "file:///etc/hosts",
        "http://[",
        "",
        17,
        ["a"],
    ],
)
def test_a_next_page_that_lies_elsewhere_is_refused_and_not_asked_for(upstream: Upstream, client: Client, following: object) -> None:
    if isinstance(following, str):
        following = following.replace("{url}", upstream.url).replace("{host}", upstream.url.removeprefix("http://"))
    upstream.respond(FIRST, page("1", "2", count=3, following=following))
    answers = asked_for(client, upstream)
    assert outcomes(answers) == ["stored", "refused"]
    assert upstream.requested_paths() == [FIRST]
    assert "the day is not whole" in answers[1].detail
    assert documents(answers).lacking == {YESTERDAY: f"{YESTERDAY}, page 2 is not kept. Ask for the day again"}


def test_a_refused_page_is_on_record(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", following="http://evil.example/"))
    asked_for(client, upstream)
    assert sorted(client.archive.journal("federal_register")["outcome"]) == ["refused", "stored"]


def test_pages_that_point_to_one_another_come_to_an_end(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", following=f"{upstream.url}{SECOND}?page=2"))
    upstream.respond(SECOND, page("2", following=f"{upstream.url}{SECOND}?page=2"))
    assert outcomes(asked_for(client, upstream)) == ["stored", "stored", "refused"]


def test_pages_without_end_come_to_an_end(upstream: Upstream, client: Client) -> None:
    def ever_more(asked: ReceivedRequest) -> Response:
        number = int(dict(asked.query).get("page", "1"))
        return page(str(number), following=f"{upstream.url}{SECOND}?page={number + 1}")

    upstream.respond(FIRST, ever_more)
    upstream.respond(SECOND, ever_more)
    answers = asked_for(client, upstream)
    assert (len(answers), answers[-1].outcome) == (MOST_PAGES + 1, "refused")


def test_fewer_documents_than_announced_are_not_a_whole_day(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=2_345))
    found = documents(asked_for(client, upstream))
    assert found.rows.height == 0
    assert "2345 documents are announced and 2 came" in found.lacking[YESTERDAY]


def test_429_is_waited_for(upstream: Upstream, client: Client, clock: Clock) -> None:
    upstream.respond(FIRST, error_response(429, Retry_After="7"), page("1"))
    answers = asked_for(client, upstream)
    assert ([(answer.outcome, answer.attempts) for answer in answers], clock.slept) == ([("stored", 2)], [7.0])


def test_a_page_of_html_leaves_its_day_lacking(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, ok_response("<html>We are busy</html>", "text/html"))
    found = documents(asked_for(client, upstream))
    assert (found.whole, "is no JSON" in found.lacking[YESTERDAY]) == ((), True)


def test_a_settled_day_is_asked_for_once(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"))
    settled = TODAY - SETTLED_AFTER
    assert [outcomes(asked_for(client, upstream, settled)) for _ in range(2)] == [["stored"], ["kept"]]


def test_what_was_kept_before_a_day_was_settled_never_stands_for_it(upstream: Upstream, client: Client, clock: Clock) -> None:
    upstream.respond(FIRST, page("1"), page("1", "2"))
    early = asked_for(client, upstream, TODAY)
    clock.sleep(timedelta(days=40).total_seconds())
    late = asked_for(client, upstream, TODAY)
    assert [numbers(documents(answers).rows) for answers in (early, late)] == [["1"], ["1", "2"]]
    assert documents(late).rows["raw_id"].to_list() == [f"federal_register {TODAY}, page 1#{n}" for n in (1, 2)]


def test_a_notice_that_was_kept_in_place_of_a_settled_day_does_not_stand_for_it(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, ok_response("<html>We are busy</html>", "text/html"), page("1"))
    settled = TODAY - SETTLED_AFTER
    assert [documents(asked_for(client, upstream, settled)).whole for _ in range(3)] == [(), (settled,), (settled,)]
    assert len(upstream.requests) == 2


def test_a_settled_day_is_asked_for_again_when_other_agencies_are_asked_about(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"), page("1", "2"))
    settled = TODAY - SETTLED_AFTER
    asked_for(client, upstream, settled)
    more = FederalRegisterSettings(base_url=upstream.url + "/api/v1/", agencies=("an-agency", "another", "a-third"))
    again = [list(fetch(client, more, Days(settled, settled))) for _ in range(2)]
    assert [(outcomes(answers), numbers(documents(answers).rows)) for answers in again] == [
        (["stored"], ["1", "2"]),
        (["kept"], ["1", "2"]),
    ]
    assert numbers(kept_documents(client.archive.payloads("federal_register")).rows) == ["1", "2"]


# --- from what is kept


def paged(day: date, number: int, *numbers: str, count: int, more: bool = False, settled: bool = False) -> Payload:
    body = json.dumps({"count": count, "results": [{"document_number": n} for n in numbers]} | ({"next_page_url": "x"} if more else {}))
    return replace(payload(body, day), item=f"{day}, page {number}{', settled' if settled else ''}")


def test_whole_days_are_read_from_what_is_kept_in_any_order() -> None:
    before = DAY - timedelta(days=1)
    found = kept_documents([paged(DAY, 2, "2", count=2), paged(before, 1, "0", count=1), paged(DAY, 1, "1", count=2, more=True)])
    assert (numbers(found.rows), found.whole, found.lacking) == (["0", "1", "2"], (before, DAY), {})


def test_what_is_kept_is_what_was_asked_for(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=3, following=f"{upstream.url}{SECOND}?page=2"))
    upstream.respond(SECOND, page("3", count=3))
    asked = documents(asked_for(client, upstream))
    assert kept_documents(client.archive.payloads("federal_register")).rows.equals(asked.rows)


def test_a_settled_answer_stands_before_an_earlier_one() -> None:
    found = kept_documents([paged(DAY, 1, "1", "2", count=2, settled=True), paged(DAY, 1, "1", count=1)])
    assert numbers(found.rows) == ["1", "2"]


def test_a_settled_answer_that_is_not_whole_does_not() -> None:
    found = kept_documents([paged(DAY, 1, "1", "2", count=3, more=True, settled=True), paged(DAY, 1, "1", count=1)])
    assert numbers(found.rows) == ["1"]


def test_a_page_left_over_from_an_earlier_answer_is_passed_over() -> None:
    assert numbers(kept_documents([paged(DAY, 1, "1", count=1), paged(DAY, 2, "9", count=2)]).rows) == ["1"]


def test_a_day_of_which_a_page_is_not_kept_is_lacking() -> None:
    found = kept_documents([paged(DAY, 1, "1", count=2, more=True)])
    assert (found.rows.height, found.lacking) == (0, {DAY: f"{DAY}, page 2 is not kept. Ask for the day again"})
