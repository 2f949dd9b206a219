"""Raw rows become articles, duplicates or quarantined rows, and are counted by day and source."""

import hashlib
import unicodedata
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.clean import MAX_TEXT_CHARS, CleanResult, clean_articles
from pipeline.contracts.model import ContractError
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, QUARANTINE
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.vocabulary import REJECTION
from tests.examples import examples
from tests.unit.articles.rows import DAY, NOON, raw


def clean(*changes: dict[str, Any]) -> CleanResult:
    return clean_articles(raw(*changes))


def clean_one(**change: Any) -> dict[str, Any]:
    return clean(change).articles.row(0, named=True)


def reject_one(**change: Any) -> tuple[str, str]:
    row = clean(change).quarantine.row(0, named=True)
    return row["reason"], row["detail"]


def test_a_good_row_becomes_an_article() -> None:
    row = clean_one(
        title="Ruritania  taxes glass", body="It <b>did</b> so.", url="https://post.example/1", fetched_at="2025-04-04T13:00:00Z"
    )
    assert row == {
        "article_id": "Strelsau Post:2025-04-04:1", "index_date": DAY, "source": "Strelsau Post",
        "source_owner": "Strelsau Post", "published_at": NOON,
        "first_seen_at": datetime(2025, 4, 4, 13, tzinfo=UTC), "title": "Ruritania taxes glass", "body": "It did so.",
        "url": "https://post.example/1", "raw_id": "a#1",
        "text_sha256": hashlib.sha256(b"ruritania taxes glass it did so.").hexdigest(),
    }  # fmt: skip


def test_all_four_tables_have_the_columns_of_their_contracts() -> None:
    for result in (clean({}, {}, {"source": None}), clean_articles(RAW_ARTICLES.empty())):
        shapes = [frame.schema for frame in (result.articles, result.duplicates, result.quarantine, result.coverage)]
        assert shapes == [ARTICLES.schema, DUPLICATES.schema, QUARANTINE.schema, COVERAGE.schema]


def test_a_frame_with_other_columns_raises_a_contract_error() -> None:
    with pytest.raises(ContractError, match="raw_articles"):
        clean_articles(raw({}).drop("body"))


def test_an_article_without_id_is_named_by_its_text() -> None:
    row = clean_one(article_id=" ")
    assert row["article_id"] == f"Strelsau Post:2025-04-04:{row['text_sha256'][:16]}"


def test_a_colon_in_a_source_does_not_merge_articles() -> None:
    result = clean({"source": "A:B", "article_id": "C"}, {"source": "A", "article_id": "B:C"}, {"source": "A%3AB", "article_id": "C"})
    assert result.articles["article_id"].n_unique() == 3


def test_the_hash_of_the_text_ignores_case_and_white_space() -> None:
    one, two = (clean_one(title=title, body=body)["text_sha256"] for title, body in (("Glass TAX", "It did."), ("glass tax", "it\n\ndid.")))
    assert one == two


@pytest.mark.parametrize("fetched", [None, "soon", "2025-04-03"])
def test_first_seen_at_is_at_least_published_at(fetched: str | None) -> None:
    assert clean_one(fetched_at=fetched)["first_seen_at"] == NOON


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "ftp://x.example/", "https://x.example/\x00", "https://x.example/\u202e", "http://", "x", None),
        *("https://x.example/ and then the whole article", "https://x.example/" + "amp/" * 500),
    ],
)
def test_an_invalid_link_is_dropped(url: str | None) -> None:
    assert clean_one(url=url)["url"] is None


def test_a_link_stays_as_written_without_surrounding_white_space() -> None:
    assert clean_one(url=" HTTPS://X.example/A?b=ü ")["url"] == "HTTPS://X.example/A?b=ü"


def test_a_link_without_a_scheme_gets_one() -> None:
    assert clean_one(url="www.X.example/a")["url"] == "https://www.X.example/a"


@pytest.mark.parametrize("word", ["nan", " NaN ", "None", "null", "N/A"])
def test_a_word_for_a_missing_value_is_empty(word: str) -> None:
    article = clean_one(body=word, url=word)
    assert (article["body"], article["url"]) == ("", None)
    assert reject_one(title=word, body=word) == ("missing_title", "title and body are empty")
    assert reject_one(source=word) == ("missing_source", "source is empty")
    assert clean_one(title=f"{word.strip()} of the ministers")["title"] == f"{word.strip()} of the ministers"


def test_a_text_in_the_column_of_ids_does_not_become_an_id() -> None:
    texts = ["Ruritania taxes glass. " * 20, "Ruritania taxes tin. " * 20]
    ids = [clean_one(article_id=text)["article_id"] for text in texts]
    assert len(set(ids)) == 2
    assert not any("taxes" in one for one in ids)
    assert clean_one(article_id="https://x.example/" + "a" * 280)["article_id"].endswith("aaa")


def test_user_and_password_are_removed_from_a_link() -> None:
    assert clean_one(url="https://reader:secret@x.example/a?mail=b@c")["url"] == "https://x.example/a?mail=b@c"
    assert clean_one(url="https://@x.example/a")["url"] == "https://x.example/a"
    assert clean_one(url="https://x.example/@a")["url"] == "https://x.example/@a"


def test_a_body_without_a_title_is_an_article() -> None:
    assert clean_one(title=None)["title"] == ""


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"unreadable": "line 3: no JSON object"}, "unreadable", "line 3: no JSON object"),
        ({"source": " \x00"}, "missing_source", "source is empty"),
        ({"source": " (any) "}, "missing_source", "(any) names no source"),
        ({"title": None, "body": " "}, "missing_title", "title and body are empty"),
        (
            {"title": "<p></p>", "body": "Advertisement"},
            "missing_title",
            "title and body are nothing but markup or a publisher's own lines",
        ),
        ({"published_at": None}, "undated", "published_at is empty"),
        ({"published_at": "soon"}, "undated", "published_at is 'soon'"),
        ({"published_at": "15.04.2025"}, "undated", "published_at is '15.04.2025'; set the date_order of its archive to day-month-year"),
        (
            {"published_at": "04/05/2025"},
            "undated",
            "published_at is '04/05/2025'; set the date_order of its archive to day-month-year or month-day-year",
        ),
        ({"published_at": "31/02/2025"}, "undated", "published_at is '31/02/2025'; no order of day and month makes it a date"),
        ({"published_at": "2025-05-01"}, "future_dated", "published_at is '2025-05-01'; listed under 2025-04-04"),
        ({"body": "x" * (MAX_TEXT_CHARS + 1)}, "too_long", f"{MAX_TEXT_CHARS + 11} characters, more than {MAX_TEXT_CHARS}"),
        ({"title": "", "body": "abc\x00\ufffd"}, "not_text", "40 percent control characters or replacement marks"),
        ({"title": "中国对美国大豆加征关税", "body": None}, "other_language", "the text seems to be chinese"),
        (
            {"title": "", "body": "Die Zölle auf Glas steigen, und der Minister sagt nichts."},
            "other_language",
            "the text seems to be german",
        ),
        ({"title": "", "body": "ᎠᏂᏴᏫᏯ ᎤᏂᏃᎮᎸᎢ"}, "other_language", "the text seems to be of an unknown language"),
    ],
)
def test_a_row_is_quarantined_with_a_reason(change: dict[str, Any], reason: str, detail: str) -> None:
    assert reject_one(**change) == (reason, detail)


def test_a_row_has_the_first_reason_that_applies() -> None:
    faults: list[tuple[str, dict[str, Any]]] = [
        ("unreadable", {"unreadable": "line 1: broken"}),
        ("missing_source", {"source": None}),
        ("missing_title", {"title": None, "body": None}),
        ("undated", {"published_at": "soon"}),
        ("future_dated", {"published_at": "2099-01-01"}),
        ("too_long", {"body": "\x00" * MAX_TEXT_CHARS + "x" * (MAX_TEXT_CHARS + 1)}),
        ("not_text", {"body": "\x00" * 99 + "x"}),
        ("other_language", {"title": "Пошлины на стекло", "body": "Пошлины на стекло"}),
    ]
    assert {reason for reason, _ in faults} == set(REJECTION.words)
    for position, (reason, change) in enumerate(faults):
        later = {key: value for _, more in reversed(faults[position:]) for key, value in more.items()}
        assert reject_one(**(later | change))[0] == reason


def test_the_last_second_of_the_day_is_not_the_future() -> None:
    assert clean_one(published_at="2025-04-04T23:59:59Z")["title"] == "Headline 1"


def test_a_few_replacement_characters_are_still_text() -> None:
    assert clean_one(body="caf\ufffd au lait")["body"] == "caf\ufffd au lait"


def test_a_detail_has_at_most_80_printable_characters_of_a_date() -> None:
    detail = reject_one(published_at="\x1b[31m" + "yesterday\n" * 50)[1]
    assert len(detail) <= len("published_at is ''") + 80
    assert all(char.isprintable() for char in detail)


def test_a_long_source_is_truncated() -> None:
    assert len(clean_one(source="A long paragraph. " * 100)["source"]) <= 120


def test_the_same_id_or_text_in_a_source_and_day_is_a_duplicate() -> None:
    result = clean({}, {"article_id": "1"}, {"title": "HEADLINE 1", "body": "text  1."}, {})
    assert result.articles["raw_id"].to_list() == ["a#1", "a#4"]
    assert result.duplicates.select("raw_id", "article_id").rows() == [
        ("a#2", "Strelsau Post:2025-04-04:1"),
        ("a#3", "Strelsau Post:2025-04-04:1"),
    ]


def test_the_earliest_published_row_is_the_article() -> None:
    result = clean({"article_id": "x"}, {"article_id": "x", "published_at": "2025-04-04T06:00:00Z"})
    assert result.articles["raw_id"].to_list() == ["a#2"]


def test_only_accepted_rows_have_duplicates() -> None:
    result = clean({"article_id": "x"}, {"article_id": "x", "title": "T", "body": ""}, {"article_id": "y", "title": "T", "body": ""})
    assert result.articles["article_id"].to_list() == ["Strelsau Post:2025-04-04:x", "Strelsau Post:2025-04-04:y"]


@pytest.mark.parametrize("change", [{"source": "Zenda Times"}, {"index_date": date(2025, 4, 5), "published_at": "2025-04-05"}])
def test_rows_of_other_sources_or_days_are_not_duplicates(change: dict[str, Any]) -> None:
    assert clean({"article_id": "x", "title": "T"}, {"article_id": "x", "title": "T"} | change).articles.height == 2


def test_coverage_counts_every_row_by_day_and_source() -> None:
    tomorrow = date(2025, 4, 5)
    result = clean(
        {}, {"article_id": "1"}, {"published_at": "soon"}, {"source": None}, {"index_date": tomorrow, "published_at": "2025-04-05"}
    )
    assert result.coverage.rows() == [
        (DAY, "(unknown)", 1, 0, 0, 1), (DAY, "Strelsau Post", 3, 1, 1, 1), (tomorrow, "Strelsau Post", 1, 1, 0, 0),
    ]  # fmt: skip


def test_the_order_of_rows_does_not_matter() -> None:
    frame = raw(*({"article_id": str(n % 3), "title": f"T{n % 4}", "body": ""} for n in range(12)))
    one, two = clean_articles(frame), clean_articles(frame.reverse())
    assert one.articles.equals(two.articles)
    assert one.duplicates.equals(two.duplicates)


WILD = st.none() | st.text(max_size=12)
TEXTS = WILD | st.sampled_from(
    [
        "a",
        "A ",
        "<p>a</p>",
        "\x00\x00",
        "&amp;",
        "<",
        "<p",
        "&lt;p&gt;",
        "<!--",
        "Advertisement",
        "Read more: a\nb",
        "关税关税",
        "Zölle für alle und nicht für uns",
    ]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "index_date": st.sampled_from([DAY, date(2025, 4, 5)]),
            "article_id": st.sampled_from([None, "", "1", "2", "b:1"]) | st.text(max_size=3),
            "source": st.sampled_from([None, "", "a", "a:b", "a%3Ab", "(unknown)", "AP", "www.ft.com"]) | st.text(max_size=3),
            "published_at": st.sampled_from(["2025-04-04", "2025-04-04T10:00:00Z", "2999-01-01", "2099-01-01"]) | WILD,
            "fetched_at": st.sampled_from(["2025-04-04", "2024-01-01"]) | WILD,
            "title": TEXTS,
            "body": TEXTS,
            "url": st.sampled_from(["https://x.example/a", "https://www.ft.com/a", "https://[x/", "http://x.example:99999/"]) | WILD,
            "unreadable": st.none() | st.sampled_from(["line 1: broken"]),
        }
    ),
    max_size=15,
)


@examples(80)
@given(ROWS)
def test_every_row_is_accepted_duplicate_or_quarantined_and_counted_once(rows: list[dict[str, Any]]) -> None:
    frame = raw(*rows)
    result = clean_articles(frame)
    raw_ids = [*result.articles["raw_id"], *result.duplicates["raw_id"], *result.quarantine["raw_id"]]
    assert Counter(raw_ids) == Counter(frame["raw_id"])
    coverage = result.coverage
    assert (coverage["article_count"] == coverage["accepted"] + coverage["duplicate"] + coverage["quarantined"]).all()
    assert coverage.select("accepted", "duplicate", "quarantined").sum().row(0) == (
        result.articles.height, result.duplicates.height, result.quarantine.height,
    )  # fmt: skip
    assert result.articles.select("index_date", "article_id").is_unique().all()
    accepted = result.articles.select("index_date", "source", "article_id")
    assert result.duplicates.join(accepted, on=accepted.columns, how="anti").is_empty()
    assert set(result.quarantine["reason"]) <= set(REJECTION.words)
    days = dict(frame.select("raw_id", "index_date").iter_rows())
    for part in (result.articles, result.duplicates, result.quarantine):
        assert all(days[raw_id] == day for raw_id, day in part.select("raw_id", "index_date").iter_rows())


@examples(50)
@given(st.text(max_size=120))
def test_a_detail_has_only_printable_characters(published: str) -> None:
    for detail in clean({"published_at": published}).quarantine["detail"]:
        # A character newer than this Python's tables counts as unassigned (Cn) here.
        assert all(char.isprintable() or unicodedata.category(char) == "Cn" for char in detail)
        assert len(detail) <= len("published_at is ''; listed under 2025-04-04") + 80


def test_15000_repeats_of_an_article_are_one_article() -> None:
    frame = raw(*({"article_id": "same"} for _ in range(15_000)))
    assert clean_articles(frame).articles.height == 1
