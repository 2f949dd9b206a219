"""Fetching the documents of each day page by page from a local server, and parsing every item of a page as a row."""

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
from pipeline.sources.federal_register import FIELDS, MAX_PAGES, SETTLED_AFTER, Documents, collect_documents, fetch, newest_day, parse
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult, Payload
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


def page(*numbers: str, count: int | None = None, next_url: object = None) -> Response:
    """Return a response with the documents of these numbers."""
    content: dict[str, object] = {"count": len(numbers) if count is None else count, "results": [{"document_number": n} for n in numbers]}
    return ok_response(json.dumps(content | ({} if next_url is None else {"next_page_url": next_url})), "application/json")


def settings_for(upstream: Upstream) -> FederalRegisterSettings:
    return FederalRegisterSettings(base_url=upstream.url + "/api/v1/", agencies=("an-agency", "another"))


def fetch_days(client: Client, upstream: Upstream, first: date = YESTERDAY, last: date | None = None) -> list[FetchResult]:
    return list(fetch(client, settings_for(upstream), Days(first, last or first)))


def numbers(rows: pl.DataFrame) -> list[str]:
    return rows["document_number"].to_list()


def collect(results: Sequence[FetchResult]) -> Documents:
    return collect_documents(result.payload for result in results if result.payload)


def outcomes(results: Sequence[FetchResult]) -> list[str]:
    return [result.outcome for result in results]


# --- parsing


def test_every_item_of_a_page_is_a_row_in_order() -> None:
    rows = parse(payload(FIXTURE.read_bytes()))
    assert rows.schema == RAW_OFFICIAL_DOCUMENTS.schema
    assert numbers(rows) == ["2026-90001", "2026-90002", "2026-90003"]
    assert rows["raw_id"].to_list() == [f"federal_register 2026-03-17, page 1#{n}" for n in (1, 2, 3)]
    assert rows["unreadable"].null_count() == 3


def test_fields_stay_as_published() -> None:
    order, proclamation, correction = parse(payload(FIXTURE.read_bytes())).to_dicts()
    assert (order["dates"], order["citation"], order["docket_ids"]) == ("Applicable March 17, 2026.", "91 FR 11001", "A-583-999")
    assert order["agencies"] == "commerce-department, international-trade-administration"
    assert (proclamation["signing_date"], proclamation["proclamation_number"], proclamation["abstract"]) == ("2026-03-13", "19999", None)
    assert correction["correction_of"] == "https://www.federalregister.gov/api/v1/documents/2026-80000"
    assert (order["index_date"], order["received_at"]) == (DAY, datetime(2026, 3, 18, tzinfo=UTC))


def test_an_agency_without_slug_has_its_raw_name() -> None:
    assert parse(payload(FIXTURE.read_bytes()))["agencies"][2] == "commerce-department, Office of Invented Affairs"


def test_every_document_of_a_real_page_is_read(outside_data: Path) -> None:
    body = (outside_data / "formats" / "federal_register_page.json").read_bytes()
    documents = json.loads(body)["results"]
    rows = parse(payload(body, date(2024, 1, 2)))
    assert rows.height == len(documents) == 120
    assert rows["unreadable"].null_count() == 120
    for name in ("document_number", "publication_date", "title", "type", "action", "abstract", "dates", "effective_on", "html_url"):
        assert rows[name].to_list() == [one[name] for one in documents]
    assert rows["agencies"].to_list() == [", ".join(agency["slug"] for agency in one["agencies"]) for one in documents]


def test_the_requested_fields_are_fields_of_the_api(outside_data: Path) -> None:
    known = json.loads((outside_data / "formats" / "federal_register_page.json").read_bytes())["results"][0]
    assert set(FIELDS) <= set(known)


def test_a_day_without_documents_is_an_empty_day() -> None:
    assert parse(payload('{"count": 0, "description": "Documents published on 03/15/2026"}')).height == 0


def test_an_item_that_is_not_a_document_is_a_row_with_a_reason() -> None:
    rows = parse(payload('{"count": 2, "results": ["x", {"document_number": 7, "title": ["y"], "agencies": [3, null]}]}'))
    assert rows["unreadable"].to_list() == ["a str instead of a document", "title is a list; agencies is a list"]
    assert numbers(rows) == [None, "7"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html>busy</html>", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ('{"count": 3}', "no list of `results`"),
        ('{"results": {}}', "no list of `results`"),
        ('{"count": "many"}', "not a number of documents"),
        ('{"errors": {"conditions": "unknown agency"}}', "unknown agency"),
        ('{"status": 400, "message": "field not collected"}', "field not collected"),
    ],
)
def test_a_page_that_is_not_from_the_api_raises_a_source_error(body: bytes | str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        parse(payload(body))


def test_the_newest_day_of_a_page_is_that_of_its_documents() -> None:
    assert newest_day(payload(FIXTURE.read_bytes())) == DAY
    assert newest_day(payload('{"count": 0}')) is None
    assert newest_day(payload('{"count": 1, "results": [{"publication_date": "soon"}]}')) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*FIELDS, "count", "results"]) | st.text(), inner, max_size=6)
    ),
    max_leaves=25,
)


@settings(deadline=None, derandomize=True)
@given(ANYTHING)
def test_any_json_gives_a_row_for_each_item_or_an_error(content: Any) -> None:
    try:
        rows = parse(payload(json.dumps(content)))
    except SourceError:
        return
    assert rows.schema == RAW_OFFICIAL_DOCUMENTS.schema
    assert rows.height == len(content.get("results") or [])


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


# --- fetching


def test_each_day_is_a_request_with_agencies_and_fields(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"), page("2"))
    results = fetch_days(client, upstream, YESTERDAY - timedelta(days=1), YESTERDAY)
    assert [result.request.day for result in results] == [YESTERDAY - timedelta(days=1), YESTERDAY]
    query = upstream.requests[1].query
    assert [value for name, value in query if name.startswith("conditions[publication_date]")] == [YESTERDAY.isoformat()] * 2
    assert [value for name, value in query if name == "conditions[agencies][]"] == ["an-agency", "another"]
    assert [value for name, value in query if name == "fields[]"] == list(FIELDS)
    assert {("per_page", "1000"), ("order", "oldest")} <= set(query)


def test_future_days_are_not_fetched(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"))
    assert [result.request.day for result in fetch_days(client, upstream, TODAY, TODAY + timedelta(days=3))] == [TODAY]


def test_the_next_page_is_followed_to_the_last(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=3, next_url=f"{upstream.url}{SECOND}?page=2&order=oldest"))
    upstream.respond(SECOND, page("3", count=3))
    results = fetch_days(client, upstream)
    assert outcomes(results) == ["stored", "stored"]
    assert upstream.requests[1].query == (("page", "2"), ("order", "oldest"))
    collected = collect(results)
    assert (numbers(collected.rows), collected.complete_days, collected.incomplete_days) == (["1", "2", "3"], (YESTERDAY,), {})


def test_a_day_without_its_second_page_is_incomplete(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=3, next_url=f"{upstream.url}{SECOND}?page=2"))
    upstream.respond(SECOND, error_response(500))
    results = fetch_days(client, upstream)
    assert outcomes(results) == ["stored", "failed"]
    collected = collect(results)
    assert (collected.rows.height, collected.complete_days, list(collected.incomplete_days)) == (0, (), [YESTERDAY])
    assert "page 2 is not stored" in collected.incomplete_days[YESTERDAY]


def test_a_day_that_fails_does_not_stop_the_next(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, error_response(403), page("2"))
    collected = collect(fetch_days(client, upstream, YESTERDAY - timedelta(days=1), YESTERDAY))
    assert (numbers(collected.rows), collected.complete_days, collected.incomplete_days) == (["2"], (YESTERDAY,), {})


@pytest.mark.parametrize(
    "next_url",
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
def test_a_next_page_elsewhere_is_refused_and_not_fetched(upstream: Upstream, client: Client, next_url: object) -> None:
    if isinstance(next_url, str):
        next_url = next_url.replace("{url}", upstream.url).replace("{host}", upstream.url.removeprefix("http://"))
    upstream.respond(FIRST, page("1", "2", count=3, next_url=next_url))
    results = fetch_days(client, upstream)
    assert outcomes(results) == ["stored", "refused"]
    assert upstream.requested_paths() == [FIRST]
    assert "the day is incomplete" in results[1].detail
    assert collect(results).incomplete_days == {YESTERDAY: f"{YESTERDAY}, page 2 is not stored. Fetch the day again"}


def test_a_refused_page_is_in_the_journal(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", next_url="http://evil.example/"))
    fetch_days(client, upstream)
    assert sorted(client.archive.journal("federal_register")["outcome"]) == ["refused", "stored"]


def test_a_loop_of_pages_is_refused(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", next_url=f"{upstream.url}{SECOND}?page=2"))
    upstream.respond(SECOND, page("2", next_url=f"{upstream.url}{SECOND}?page=2"))
    assert outcomes(fetch_days(client, upstream)) == ["stored", "stored", "refused"]


def test_an_endless_chain_of_pages_is_refused(upstream: Upstream, client: Client) -> None:
    def endless_pages(request: ReceivedRequest) -> Response:
        number = int(dict(request.query).get("page", "1"))
        return page(str(number), next_url=f"{upstream.url}{SECOND}?page={number + 1}")

    upstream.respond(FIRST, endless_pages)
    upstream.respond(SECOND, endless_pages)
    results = fetch_days(client, upstream)
    assert (len(results), results[-1].outcome) == (MAX_PAGES + 1, "refused")


def test_a_day_with_fewer_documents_than_announced_is_incomplete(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=2_345))
    collected = collect(fetch_days(client, upstream))
    assert collected.rows.height == 0
    assert "received 2 of 2345 documents" in collected.incomplete_days[YESTERDAY]


def test_429_is_waited_for(upstream: Upstream, client: Client, clock: Clock) -> None:
    upstream.respond(FIRST, error_response(429, Retry_After="7"), page("1"))
    results = fetch_days(client, upstream)
    assert ([(result.outcome, result.attempts) for result in results], clock.slept) == ([("stored", 2)], [7.0])


def test_a_page_of_html_makes_its_day_incomplete(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, ok_response("<html>We are busy</html>", "text/html"))
    collected = collect(fetch_days(client, upstream))
    assert (collected.complete_days, "not JSON" in collected.incomplete_days[YESTERDAY]) == ((), True)


def test_a_settled_day_is_fetched_once(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"))
    settled = TODAY - SETTLED_AFTER
    assert [outcomes(fetch_days(client, upstream, settled)) for _ in range(2)] == [["stored"], ["kept"]]


def test_a_day_is_fetched_again_once_it_is_settled(upstream: Upstream, client: Client, clock: Clock) -> None:
    upstream.respond(FIRST, page("1"), page("1", "2"))
    early = fetch_days(client, upstream, TODAY)
    clock.sleep(timedelta(days=40).total_seconds())
    late = fetch_days(client, upstream, TODAY)
    assert [numbers(collect(results).rows) for results in (early, late)] == [["1"], ["1", "2"]]
    assert collect(late).rows["raw_id"].to_list() == [f"federal_register {TODAY}, page 1#{n}" for n in (1, 2)]


def test_a_stored_notice_for_a_settled_day_is_fetched_again(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, ok_response("<html>We are busy</html>", "text/html"), page("1"))
    settled = TODAY - SETTLED_AFTER
    assert [collect(fetch_days(client, upstream, settled)).complete_days for _ in range(3)] == [(), (settled,), (settled,)]
    assert len(upstream.requests) == 2


def test_a_settled_day_is_fetched_again_for_other_agencies(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1"), page("1", "2"))
    settled = TODAY - SETTLED_AFTER
    fetch_days(client, upstream, settled)
    more = FederalRegisterSettings(base_url=upstream.url + "/api/v1/", agencies=("an-agency", "another", "a-third"))
    again = [list(fetch(client, more, Days(settled, settled))) for _ in range(2)]
    assert [(outcomes(results), numbers(collect(results).rows)) for results in again] == [
        (["stored"], ["1", "2"]),
        (["kept"], ["1", "2"]),
    ]
    assert numbers(collect_documents(client.archive.payloads("federal_register")).rows) == ["1", "2"]


# --- collecting stored responses


def paged(day: date, number: int, *numbers: str, count: int, more: bool = False, settled: bool = False) -> Payload:
    body = json.dumps({"count": count, "results": [{"document_number": n} for n in numbers]} | ({"next_page_url": "x"} if more else {}))
    return replace(payload(body, day), item=f"{day}, page {number}{', settled' if settled else ''}")


def test_pages_may_be_stored_in_any_order() -> None:
    before = DAY - timedelta(days=1)
    collected = collect_documents([paged(DAY, 2, "2", count=2), paged(before, 1, "0", count=1), paged(DAY, 1, "1", count=2, more=True)])
    assert (numbers(collected.rows), collected.complete_days, collected.incomplete_days) == (["0", "1", "2"], (before, DAY), {})


def test_stored_documents_equal_the_fetched_ones(upstream: Upstream, client: Client) -> None:
    upstream.respond(FIRST, page("1", "2", count=3, next_url=f"{upstream.url}{SECOND}?page=2"))
    upstream.respond(SECOND, page("3", count=3))
    fetched = collect(fetch_days(client, upstream))
    assert collect_documents(client.archive.payloads("federal_register")).rows.equals(fetched.rows)


def test_a_settled_response_is_preferred() -> None:
    collected = collect_documents([paged(DAY, 1, "1", "2", count=2, settled=True), paged(DAY, 1, "1", count=1)])
    assert numbers(collected.rows) == ["1", "2"]


def test_an_incomplete_settled_response_is_not_preferred() -> None:
    collected = collect_documents([paged(DAY, 1, "1", "2", count=3, more=True, settled=True), paged(DAY, 1, "1", count=1)])
    assert numbers(collected.rows) == ["1"]


def test_the_reason_is_that_of_the_response_that_is_stored() -> None:
    notice = replace(paged(DAY, 1, count=0, settled=True), body=b"<html>")
    assert "is not stored" not in collect_documents([notice]).incomplete_days[DAY]


def test_a_page_left_over_from_an_earlier_response_is_ignored() -> None:
    assert numbers(collect_documents([paged(DAY, 1, "1", count=1), paged(DAY, 2, "9", count=2)]).rows) == ["1"]


def test_a_day_without_a_stored_page_is_incomplete() -> None:
    collected = collect_documents([paged(DAY, 1, "1", count=2, more=True)])
    assert (collected.rows.height, collected.incomplete_days) == (0, {DAY: f"{DAY}, page 2 is not stored. Fetch the day again"})
