"""Parsing of feeds into rows: each format, faults, and the rows after cleaning."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.articles.clean import clean_articles
from pipeline.contracts.instants import parse_instant
from pipeline.report.page import Page, render_page
from pipeline.report.plain import to_plain
from pipeline.sources.errors import SourceError
from pipeline.sources.feeds import markup
from pipeline.sources.feeds.rss import parse
from pipeline.sources.rows import COLUMNS, ROWS, to_raw_articles
from tests.unit.sources.feeds.payloads import FIXTURES, fixture, payload, rss


def column(name: str, rows: pl.DataFrame) -> list[str | None]:
    return rows[name].to_list()


def test_every_item_of_rss_2_is_a_row() -> None:
    rows = parse(fixture("rss20.xml"))
    assert rows.schema == ROWS
    assert rows.row(0, named=True) == {
        "article_id": "post-1001",
        "source": "Strelsau Post",
        "published_at": "Fri, 04 Apr 2025 10:30:00 GMT",
        "fetched_at": "2025-04-04T12:00:00Z",
        "title": "Ruritania answers with a duty on glass & wine",
        "body": "<p>Ruritania will levy <b>12 percent</b> on glass &amp; wine from Graustark.</p><p>It begins on Monday.</p>",
        "url": "https://post.example/2025/glass",
        "unreadable": None,
    }
    assert rows.row(1) == (
        "https://post.example/2025/talks",
        "Strelsau Post",
        "2025-04-04T09:00:00+02:00",
        "2025-04-04T12:00:00Z",
        "<b>Talks</b> resume & nobody leaves",
        '<p>Both sides meet again &amp; again, said a person who <a href="https://post.example/person">was there</a>.</p>',
        "https://post.example/2025/talks",
        None,
    )
    assert column("unreadable", rows) == [None] * 4


def test_an_empty_item_is_a_row() -> None:
    last = parse(fixture("rss20.xml")).row(3, named=True)
    assert {name for name, value in last.items() if value is not None} == {"source", "fetched_at"}


def test_rss_0_91_is_read_without_its_dtd() -> None:
    rows = parse(fixture("rss091.xml"))
    assert column("title", rows) == ["Exporters wait", "Importers pay"]
    assert column("published_at", rows) == [None, "04 Apr 25 1030 EDT"]
    assert parse_instant(rows["published_at"])[1] == datetime(2025, 4, 4, 14, 30, tzinfo=UTC)


def test_rss_1_0_is_read() -> None:
    rows = parse(fixture("rss10.rdf"))
    assert column("article_id", rows) == ["https://review.example/1", "https://review.example/2"]
    assert column("published_at", rows) == ["2025-04-03T22:30:00-07:00", "2025-04-02"]
    assert column("body", rows) == ["A review.", None]


def test_atom_is_read_under_any_prefix() -> None:
    rows = parse(fixture("atom.xml"))
    assert column("article_id", rows) == ["tag:agency.example,2025:1", "https://agency.example/id/2"]
    assert column("title", rows) == ["Graustark <em>suspends</em> its quota", "No link, only 5 < 6 words"]
    assert column("published_at", rows) == ["2025-04-04T08:00:00+02:00", "2025-04-04T07:00:00Z"]
    assert column("url", rows) == ["https://agency.example/news/1", None]
    assert column("body", rows) == [
        "<p>Graustark suspends its quota on <i>wine</i> &amp; cork for ninety days.</p>",
        "Plain text with a <GM> ticker.",
    ]


def test_a_broken_feed_loses_no_item() -> None:
    rows = parse(fixture("broken.xml"))
    assert column("unreadable", rows) == [None] * 6
    assert column("title", rows) == [
        "AT&T and S&P 500 fall \xa0on duties — again",
        "Quota < duty > nothing",
        "A prefix that nobody declared",
        "Never closed",
        "Signs \ufffd that \ufffd are \ufffd none",
        "Whole",
    ]
    assert column("body", rows) == [None, "One<br>two<b>three", "<p>All of &amp; the text</p>", "Still a text", None, None]
    assert rows["url"][0] == "https://daily.example/?a=1&b=2"


def test_an_unreadable_date_is_replaced_by_the_next_one() -> None:
    dates = "<pubDate>yesterday</pubDate><lastBuildDate>2025-04-04</lastBuildDate>"
    assert column("published_at", parse(payload(rss(dates, "<pubDate>yesterday</pubDate>")))) == ["2025-04-04", "yesterday"]


@pytest.mark.parametrize("whole", range(5))
def test_a_feed_cut_short_gives_its_complete_items_and_a_fault(whole: int) -> None:
    text = rss(*[f"<title>Headline {n}</title><description>Text {n}</description>" for n in range(5)])
    ends = [place for place in range(len(text)) if text[:place].count("</item>") == whole]
    for end in (ends[0], ends[len(ends) // 2]):
        if "<rss" in text[:end]:
            rows = parse(payload(text[:end]))
            assert column("title", rows) == [*(f"Headline {n}" for n in range(whole)), None]
            assert "cut short" in rows["unreadable"][-1]
            assert f"after {whole} whole item" in rows["unreadable"][-1]


def test_items_above_the_limit_are_reported_in_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_ITEMS", 3)
    rows = parse(payload(rss(*["<title>a</title>"] * 7)))
    assert rows["title"].to_list() == ["a", "a", "a", None]
    assert rows["unreadable"][3].startswith("the feed goes on for 4 items more")


def test_a_wrong_encoding_does_not_break_a_word() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + rss("<title>Zölle auf Möbel</title>")
    for body, header in ((text.encode(), "text/xml; charset=iso-8859-1"), (text.encode("latin-1"), "text/xml; charset=utf-8")):
        assert column("title", parse(payload(body, content_type=header))) == ["Zölle auf Möbel"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "is empty"),
        ((FIXTURES / "page.html").read_bytes(), "is an HTML page"),
        ('{"version": "https://jsonfeed.org/version/1"}', "is not a feed"),
    ],
)
def test_a_response_that_is_not_a_feed_is_an_error_with_name_and_url(body: str | bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=rf"feed 'Strelsau Post': the response from https://post\.example/feed {reason}"):
        parse(payload(body))


def test_an_article_about_entities_is_accepted() -> None:
    text = "How <!DOCTYPE a [<!ENTITY b 'c'>]> works"
    assert column("title", parse(payload(rss(f"<title><![CDATA[{text}]]></title>")))) == [text]


def test_a_feed_without_items_gives_no_rows() -> None:
    assert parse(payload(rss())).is_empty()


def test_the_same_response_gives_the_same_rows() -> None:
    for name in ("rss20.xml", "atom.xml", "broken.xml"):
        assert parse(fixture(name)).equals(parse(fixture(name)))


def test_the_source_is_the_outlet_even_if_it_has_several_feeds() -> None:
    assert column("source", parse(payload(rss(""), item="Strelsau Post <https://post.example/world>"))) == ["Strelsau Post"]
    assert column("source", parse(payload(rss(""), item="A <b> & C"))) == ["A <b> & C"]


def test_every_row_becomes_an_article_a_duplicate_or_quarantined() -> None:
    rows = pl.concat([parse(fixture(name)) for name in ("rss20.xml", "rss091.xml", "rss10.rdf", "atom.xml", "broken.xml")])
    admission = clean_articles(to_raw_articles(rows, "fixtures", last_day=date(2025, 4, 4)))
    ends = (admission.articles.height, admission.duplicates.height, admission.quarantine.height)
    assert sum(ends) == rows.height == 16
    assert ends == (8, 0, 8)
    assert dict(admission.quarantine.group_by("reason").len().iter_rows()) == {"missing_title": 1, "undated": 7}


def test_script_in_a_feed_is_harmless_wherever_it_is_shown() -> None:
    rows = parse(fixture("rss20.xml"))
    assert "<script>" in (rows["title"][2] or "")
    assert "onclick" in (rows["body"][2] or "")
    dated = rows.with_columns(pl.lit("2025-04-04").alias("published_at"))
    article = clean_articles(to_raw_articles(dated, "a")).articles.filter(pl.col("title").str.contains("Glass duty")).row(0, named=True)
    assert article["url"] is None
    assert article["body"] == "The duty stands."
    assert "onerror" not in article["title"]
    day = date(2025, 4, 4)
    page = render_page(Page(article["title"], False, (), None, (), (day, day), "0.1", "2025-04-04"))
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in to_plain(article["title"])


def test_fields_are_text_or_null_but_never_empty() -> None:
    for name in ("rss20.xml", "atom.xml", "broken.xml", "rss10.rdf"):
        rows = parse(fixture(name))
        assert rows.select(pl.any_horizontal(pl.col(*COLUMNS) == "")).to_series().sum() == 0
