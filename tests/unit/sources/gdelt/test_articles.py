"""Articles of GDELT's knowledge graph: every document is a row.

The tests have no real file. The format (27 columns, character references in titles, tags in the last column) is that of GDELT's codebook;
the documents in `tests/fixtures/gdelt` are invented.
"""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.clean import clean_articles
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.articles import NAMES, parse_articles
from pipeline.sources.rows import ROWS, to_raw_articles
from tests.unit.sources.gdelt.scenes import ARTICLES_ITEM, DAY, FIXTURES, STAMP, document, join_lines, payload, zip_body


def parse(*lines: str, outlets: tuple[str, ...] = ()) -> pl.DataFrame:
    return parse_articles(payload(join_lines(*lines), ARTICLES_ITEM), outlets)


def precise(stamp: str) -> str:
    return f"<PAGE_LINKS>https://a.example/b</PAGE_LINKS><PAGE_PRECISEPUBTIMESTAMP>{stamp}</PAGE_PRECISEPUBTIMESTAMP>"


def test_the_columns_are_the_27_of_the_codebook() -> None:
    assert len(NAMES) == len(set(NAMES)) == 27


def test_every_document_of_the_fixture_is_a_row() -> None:
    rows = parse_articles(payload((FIXTURES / "20250404103000.gkg.csv").read_bytes(), ARTICLES_ITEM))
    assert rows.schema == ROWS
    assert rows["title"].to_list() == [
        'Ruritania taxes glass \u2013 and "mirrors"',
        "Zenda & Sons fear a tariff",
        None,
        "Tomorrow's news",
        "A day that is none",
        "From a broadcast",
        None,
        "Zölle auf Glas",
    ]
    assert rows["unreadable"].to_list() == [
        *[None] * 5,
        "a document of source collection '2', not a web page",
        "26 fields, not 27",
        None,
    ]


def test_a_row_has_the_data_of_its_document() -> None:
    (row,) = parse(document(7, "Glass &amp; iron", extras=precise("20250404094500"))).rows(named=True)
    assert row == {
        "article_id": "20250404103000-7",
        "source": "strelsau.example",
        "published_at": "2025-04-04T09:45:00Z",
        "fetched_at": "2025-04-04T10:30:00Z",
        "title": "Glass & iron",
        "body": None,
        "url": "https://strelsau.example/7",
        "unreadable": None,
    }


@pytest.mark.parametrize("extras", ["", precise("20250404103001"), precise("20250431120000"), precise("soon"), precise("")])
def test_a_page_without_valid_time_has_the_time_gdelt_saw_it(extras: str) -> None:
    assert parse(document(extras=extras))["published_at"].to_list() == ["2025-04-04T10:30:00Z"]


def test_an_invalid_date_stays_as_written() -> None:
    assert parse(document(1, "A headline", STAMP, "", **{"V2.1DATE": "20250431000000"})).select("published_at", "fetched_at").rows() == [
        ("20250431000000", None)
    ]


def test_the_title_is_read_from_the_last_column_only() -> None:
    (title,) = parse(document(1, "The headline", STAMP, "", **{"V2.1QUOTATIONS": "1|2||<PAGE_TITLE>said somebody</PAGE_TITLE>"}))["title"]
    assert title == "The headline"


def test_escaped_tags_in_a_headline_are_part_of_it() -> None:
    assert parse(document(1, "&lt;script&gt;alert(1)&lt;/script&gt; a < b"))["title"].to_list() == ["<script>alert(1)</script> a < b"]


def test_a_character_reference_of_any_length_is_read() -> None:
    titles = parse(document(1, "A &#8217;deal&#8217;"), document(2, f"Tea &#{'5' * 5000};"))["title"].to_list()
    assert titles == ["A \u2019deal\u2019", "Tea \N{REPLACEMENT CHARACTER}"]


@pytest.mark.parametrize("zeros", ["", "0", "000000", "0" * 5000])
def test_a_character_reference_may_begin_with_zeros(zeros: str) -> None:
    titles = parse(document(1, f"&#{zeros}84;ea &#{zeros}8217; &#{zeros}99999999; &#0{zeros};"))["title"].to_list()
    assert titles == ["Tea \u2019 \N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}"]


def test_outlets_include_their_subdomains() -> None:
    sources = ("zenda.example", "news.Zenda.example", "notzenda.example", "zenda.example.org", "")
    rows = parse(*(document(n, V2SOURCECOMMONNAME=source) for n, source in enumerate(sources)), outlets=("Zenda.example",))
    assert rows["source"].to_list() == ["zenda.example", "news.Zenda.example"]


def test_a_row_that_cannot_be_split_is_returned_with_a_reason() -> None:
    assert parse(document(), "cut off", outlets=("zenda.example",))["unreadable"].to_list() == ["1 fields, not 27"]


def test_documents_of_all_themes_are_rows() -> None:
    assert parse(document(1, V1THEMES="ECON_TAXATION;"), document(2, V1THEMES="")).height == 2


def test_invalid_utf_8_is_replaced() -> None:
    body = document(1, "S?o").encode().replace(b"?", b"\xe3") + b"\n" + join_lines(document(2))
    assert parse_articles(payload(body, ARTICLES_ITEM))["title"].to_list() == ["S\ufffdo", "Ruritania taxes glass"]


def test_a_zipped_file_gives_the_same_rows() -> None:
    body = join_lines(document(1), document(2))
    assert parse_articles(payload(zip_body(body, ARTICLES_ITEM), ARTICLES_ITEM)).equals(parse_articles(payload(body, ARTICLES_ITEM)))


def test_a_web_page_raises_a_source_error_with_its_address() -> None:
    with pytest.raises(SourceError, match=rf"has no row of 27 fields.*http://gdelt.example/{ARTICLES_ITEM}"):
        parse_articles(payload(b"<html>no such bucket</html>", ARTICLES_ITEM))


def test_documents_without_headline_are_quarantined() -> None:
    rows = parse_articles(payload((FIXTURES / "20250404103000.gkg.csv").read_bytes(), ARTICLES_ITEM))
    admitted = clean_articles(to_raw_articles(rows, ARTICLES_ITEM, last_day=DAY))
    assert admitted.articles.height + admitted.duplicates.height + admitted.quarantine.height == rows.height == 8
    assert admitted.articles.height == 5
    assert sorted(admitted.quarantine["reason"]) == ["missing_title", "unreadable", "unreadable"]


fields = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=6)
rows_of_bytes = st.lists(
    st.one_of(
        st.lists(fields, max_size=5).map("\t".join).map(str.encode),
        st.lists(fields, min_size=27, max_size=27).map("\t".join).map(str.encode),
        fields.map(lambda title: document(1, title, extras=precise(title)).encode()),
        st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"")),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(rows_of_bytes)
def test_every_line_is_a_row(lines: list[bytes]) -> None:
    body = b"".join(line + b"\n" for line in lines)
    try:
        rows = parse_articles(payload(b"x" + body if body.startswith(b"PK") else body, ARTICLES_ITEM))
    except SourceError:
        return
    assert rows.schema == ROWS
    assert rows.height == len(lines)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_raise_a_source_error(raw: bytes) -> None:
    try:
        rows = parse_articles(payload(raw, ARTICLES_ITEM))
    except SourceError:
        return
    assert rows.height == raw.removesuffix(b"\n").count(b"\n") + 1
