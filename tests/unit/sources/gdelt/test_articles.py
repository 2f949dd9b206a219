"""Articles of GDELT's knowledge graph: every document is a row.

No real file was at hand. The shape (27 columns, character references in titles, tags in the last column) is that of GDELT's codebook and of
files described in public; the documents in `tests/fixtures/gdelt` are invented.
"""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.clean import admit
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.articles import NAMES, parse_articles
from pipeline.sources.rows import ROWS, filed
from tests.unit.sources.gdelt.scenes import ARTICLES_ITEM, DAY, FIXTURES, STAMP, document, file_of, payload, zipped


def read(*lines: str, outlets: tuple[str, ...] = ()) -> pl.DataFrame:
    return parse_articles(payload(file_of(*lines), ARTICLES_ITEM), outlets)


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
        "a document of source collection '2', which is no web page",
        "26 fields, not 27",
        None,
    ]


def test_a_row_gives_what_gdelt_says_of_the_document() -> None:
    (row,) = read(document(7, "Glass &amp; iron", extras=precise("20250404094500"))).rows(named=True)
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


@pytest.mark.parametrize("told", ["", precise("20250404103001"), precise("20250431120000"), precise("soon"), precise("")])
def test_a_page_without_a_possible_time_was_published_when_gdelt_saw_it(told: str) -> None:
    assert read(document(extras=told))["published_at"].to_list() == ["2025-04-04T10:30:00Z"]


def test_a_date_that_is_none_stays_as_it_was_given() -> None:
    assert read(document(1, "A headline", STAMP, "", **{"V2.1DATE": "20250431000000"})).select("published_at", "fetched_at").rows() == [
        ("20250431000000", None)
    ]


def test_a_title_is_looked_for_in_the_last_column_only() -> None:
    (title,) = read(document(1, "The headline", STAMP, "", **{"V2.1QUOTATIONS": "1|2||<PAGE_TITLE>said somebody</PAGE_TITLE>"}))["title"]
    assert title == "The headline"


def test_what_looks_like_a_tag_in_a_headline_is_part_of_it() -> None:
    assert read(document(1, "&lt;script&gt;alert(1)&lt;/script&gt; a < b"))["title"].to_list() == ["<script>alert(1)</script> a < b"]


def test_outlets_are_domains_with_their_subdomains() -> None:
    sources = ("zenda.example", "news.Zenda.example", "notzenda.example", "zenda.example.org", "")
    rows = read(*(document(n, V2SOURCECOMMONNAME=source) for n, source in enumerate(sources)), outlets=("Zenda.example",))
    assert rows["source"].to_list() == ["zenda.example", "news.Zenda.example"]


def test_a_row_of_no_known_outlet_that_cannot_be_split_is_kept_with_its_reason() -> None:
    assert read(document(), "cut off", outlets=("zenda.example",))["unreadable"].to_list() == ["1 fields, not 27"]


def test_all_documents_count_whether_they_are_of_trade_or_not() -> None:
    assert read(document(1, V1THEMES="ECON_TAXATION;"), document(2, V1THEMES="")).height == 2


def test_bytes_that_are_no_text_are_replaced_and_the_document_stays() -> None:
    body = document(1, "S?o").encode().replace(b"?", b"\xe3") + b"\n" + file_of(document(2))
    assert parse_articles(payload(body, ARTICLES_ITEM))["title"].to_list() == ["S\ufffdo", "Ruritania taxes glass"]


def test_a_zipped_file_is_the_same_as_one_that_is_not() -> None:
    body = file_of(document(1), document(2))
    assert parse_articles(payload(zipped(body, ARTICLES_ITEM), ARTICLES_ITEM)).equals(parse_articles(payload(body, ARTICLES_ITEM)))


def test_a_page_instead_of_the_graph_is_an_error_that_names_the_address() -> None:
    with pytest.raises(SourceError, match=rf"holds no row of 27 fields.*http://gdelt.example/{ARTICLES_ITEM}"):
        parse_articles(payload(b"<html>no such bucket</html>", ARTICLES_ITEM))


def test_documents_go_on_as_articles_and_those_without_headline_are_set_aside() -> None:
    rows = parse_articles(payload((FIXTURES / "20250404103000.gkg.csv").read_bytes(), ARTICLES_ITEM))
    admitted = admit(filed(rows, ARTICLES_ITEM, last_day=DAY))
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
def test_lines_in_are_rows_out_whatever_comes(lines: list[bytes]) -> None:
    body = b"".join(line + b"\n" for line in lines)
    try:
        rows = parse_articles(payload(b"x" + body if body.startswith(b"PK") else body, ARTICLES_ITEM))
    except SourceError:
        return
    assert rows.schema == ROWS
    assert rows.height == len(lines)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_an_error_of_the_source(raw: bytes) -> None:
    try:
        rows = parse_articles(payload(raw, ARTICLES_ITEM))
    except SourceError:
        return
    assert rows.height == raw.removesuffix(b"\n").count(b"\n") + 1
