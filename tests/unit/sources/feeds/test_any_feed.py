"""Properties of all feeds: well-formed, damaged, or not a feed."""

from datetime import date
from xml.sax.saxutils import escape, quoteattr

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.clean import clean_articles
from pipeline.sources.errors import SourceError
from pipeline.sources.feeds.rss import new_rows, parse
from pipeline.sources.rows import ROWS, to_raw_articles
from tests.examples import examples
from tests.unit.sources.feeds.payloads import FIXTURES, payload

EXAMPLES_40 = examples(40)
EXAMPLES_100 = examples(100)

# Without C1 controls and Latin-1 letters, because feedparser takes some sequences of them for wrongly decoded UTF-8 and changes them.
LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="".join(map(chr, range(0x80, 0x100))))
TEXT = st.text(LETTERS, max_size=40) | st.text(st.sampled_from("<>&;\"'/ ab]![CDATA-"), max_size=30)
DATES = st.sampled_from(["Fri, 04 Apr 2025 10:30:00 GMT", "2025-04-04", "03 Apr 02 1500 GMT", "soon", ""])
FIELDS = st.fixed_dictionaries(
    {},
    optional={"title": TEXT, "description": TEXT, "guid": TEXT, "link": TEXT, "pubDate": DATES, "content:encoded": TEXT, "media:x": TEXT},
)


def escaped(text: str) -> str:
    return escape(text)


def quoted(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


@st.composite
def feeds(draw: st.DrawFn) -> tuple[str, list[dict[str, str]]]:
    """A well-formed RSS 2.0 feed, and the fields of its items."""
    items = draw(st.lists(FIELDS, max_size=6))
    write = draw(st.sampled_from([escaped, quoted]))
    between = draw(st.sampled_from(["", "\n  ", "<!-- <item> -->", "<?x <item>?>"]))
    markup = [f"<item>{''.join(f'<{name}>{write(text)}</{name}>' for name, text in one.items())}</item>" for one in items]
    namespaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    lead = draw(st.sampled_from(["", '<?xml version="1.0"?>', "\n\n", '<!DOCTYPE rss SYSTEM "rss.dtd">']))
    return f"{lead}<rss {namespaces} a={quoteattr(draw(TEXT))}><channel>{between.join(['', *markup, ''])}</channel></rss>", items


@EXAMPLES_100
@given(feeds())
def test_every_item_of_a_well_formed_feed_is_a_row_with_its_fields(feed: tuple[str, list[dict[str, str]]]) -> None:
    text, items = feed
    rows = parse(payload(text))
    assert rows["unreadable"].null_count() == rows.height == len(items)
    for row, fields in zip(rows.iter_rows(named=True), items, strict=True):
        stripped = {name: value.strip() for name, value in fields.items()}
        assert row["title"] == (stripped.get("title") or None)
        assert row["body"] == (max(stripped.get("content:encoded", ""), stripped.get("description", ""), key=len) or None)
        assert row["published_at"] == (stripped.get("pubDate") or None)


@EXAMPLES_40
@given(feeds(), st.data())
def test_a_feed_cut_anywhere_loses_only_the_item_that_is_cut(feed: tuple[str, list[dict[str, str]]], data: st.DataObject) -> None:
    text, items = feed
    start = text.index("<channel>") + len("<channel>")
    end = data.draw(st.integers(start, len(text) - len("</channel></rss>")))
    rows = parse(payload(text[:end]))
    readable = rows.filter(pl.col("unreadable").is_null())
    assert rows.height == readable.height + 1
    assert readable["title"].to_list() == [(one.get("title", "").strip() or None) for one in items[: readable.height]]


DAMAGE = st.lists(
    st.tuples(
        st.integers(0, 5_000), st.integers(0, 30), st.binary(max_size=12) | st.sampled_from([b"<item>", b"</item>", b"&", b"<![CDATA["])
    ),
    max_size=6,
)


@EXAMPLES_100
@given(
    st.sampled_from(sorted(FIXTURES.iterdir())).map(lambda path: path.read_bytes()),
    DAMAGE,
    st.sampled_from(["", "text/xml; charset=utf-16", "text/xml; charset=big5"]),
)
def test_a_damaged_feed_gives_rows_or_a_source_error(body: bytes, damage: list[tuple[int, int, bytes]], header: str) -> None:
    for position, length, inserted in damage:
        body = body[:position] + inserted + body[position + length :]
    response = payload(body, content_type=header)
    try:
        rows = parse(response)
    except SourceError:
        (rows,) = new_rows([response])
        assert rows["unreadable"].null_count() == 0
        return
    assert rows.schema == ROWS
    admission = clean_articles(to_raw_articles(rows, "a", last_day=date(2025, 4, 4)))
    assert admission.articles.height + admission.duplicates.height + admission.quarantine.height == rows.height
    assert admission.quarantine.filter(pl.col("reason") == "unreadable").height == rows.height - rows["unreadable"].null_count()


@EXAMPLES_100
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(str.encode) | st.binary(max_size=200).map(lambda some: b"<rss><item>" + some),
    st.text(max_size=40),
)
def test_any_bytes_give_rows_or_a_source_error(body: bytes, header: str) -> None:
    response = payload(body, content_type=header)
    try:
        rows = parse(response)
    except SourceError:
        return
    assert rows.schema == ROWS


@EXAMPLES_40
@given(st.lists(feeds(), min_size=1, max_size=4))
def test_items_of_many_responses_are_new_at_most_once(responses: list[tuple[str, list[dict[str, str]]]]) -> None:
    payloads = [payload(text, hours=n) for n, (text, _) in enumerate(responses)]
    rows = list(new_rows(payloads))
    assert sum(frame.height for frame in rows) <= sum(len(items) for _, items in responses)
    assert not list(new_rows([*payloads, payload(responses[-1][0] + " ", hours=99)]))[len(rows) :]
