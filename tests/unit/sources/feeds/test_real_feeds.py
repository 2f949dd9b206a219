"""Real feeds of outlets, if they are stored next to the repository: the exact rows of each."""

import hashlib
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.instants import parse_instant
from pipeline.sources.errors import SourceError
from pipeline.sources.feeds.rss import parse
from tests.unit.sources.feeds.payloads import payload


def rows_of(outside_data: Path, name: str, content_type: str = "text/xml") -> pl.DataFrame:
    return parse(payload((outside_data / "formats" / "rss" / name).read_bytes(), content_type=content_type))


def fingerprint(texts: pl.Series) -> str:
    return hashlib.sha256("\n".join(text or "" for text in texts).encode()).hexdigest()[:12]


@pytest.mark.parametrize(
    ("name", "items", "with_id", "with_body", "with_link", "dated", "characters", "titles"),
    [
        ("guardian.rss", 55, 55, 55, 55, 55, 46_621, "a943b35ddc38"),
        ("reddit.rss", 24, 24, 24, 24, 24, 17_072, "28a5c5be0f93"),
        ("content-encoded.rss", 7, 7, 7, 7, 7, 33_344, "4591246a333b"),
        ("encoding.rss", 40, 0, 40, 40, 40, 10_491, "601993cb06c7"),
        ("uolNoticias.rss", 15, 0, 11, 15, 15, 3_079, "f86c36d1c2bf"),
        ("rss-1.rss", 69, 69, 0, 69, 69, 0, "a90b93c3ea95"),
        ("heise.atom", 15, 15, 15, 15, 15, 9_068, "8e0e45608523"),
        ("heraldsun.rss", 2, 0, 2, 2, 0, 47, "5aa9ab86abde"),
        ("missing-fields.atom", 1, 1, 0, 0, 0, 0, "e3b0c44298fc"),
        ("incomplete-fields.atom", 1, 0, 0, 0, 0, 0, "e3b0c44298fc"),
    ],
)
def test_every_item_of_a_real_feed_is_a_row(
    outside_data: Path, name: str, items: int, with_id: int, with_body: int, with_link: int, dated: int, characters: int, titles: str
) -> None:
    rows = rows_of(outside_data, name)
    assert rows.height == rows["unreadable"].null_count() == items
    present = [rows.height - rows[column].null_count() for column in ("article_id", "body", "url")]
    assert present == [with_id, with_body, with_link]
    assert rows.height - parse_instant(rows["published_at"]).null_count() == dated
    assert rows["body"].str.len_chars().sum() == characters
    assert fingerprint(rows["title"]) == titles


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("guardian.rss", datetime(2017, 12, 8, 12, 0, 2, tzinfo=UTC), datetime(2018, 1, 31, 20, 13, 54, tzinfo=UTC)),
        ("reddit.rss", datetime(2015, 11, 12, 13, 42, 34, tzinfo=UTC), datetime(2015, 11, 12, 22, 27, 28, tzinfo=UTC)),
        ("content-encoded.rss", datetime(2017, 12, 1, 18, 38, 32, tzinfo=UTC), datetime(2018, 4, 9, 18, 55, 38, tzinfo=UTC)),
        ("encoding.rss", datetime(2018, 1, 3, 0, 25, tzinfo=UTC), datetime(2018, 1, 3, 13, 48, tzinfo=UTC)),
        ("uolNoticias.rss", datetime(2018, 9, 24, 22, 18, 49, tzinfo=UTC), datetime(2018, 9, 24, 22, 42, 40, tzinfo=UTC)),
        ("rss-1.rss", datetime(2017, 5, 25, 17, 24, 10, tzinfo=UTC), datetime(2017, 6, 15, 17, 29, 47, tzinfo=UTC)),
        ("heise.atom", datetime(2016, 1, 28, 16, 7, tzinfo=UTC), datetime(2016, 2, 1, 16, 22, tzinfo=UTC)),
    ],
)
def test_the_dates_of_a_real_feed_are_read(outside_data: Path, name: str, first: datetime, last: datetime) -> None:
    published = parse_instant(rows_of(outside_data, name)["published_at"])
    assert (published.min(), published.max()) == (first, last)


@pytest.mark.parametrize("name", ["guardian.rss", "reddit.rss", "content-encoded.rss", "encoding.rss", "heraldsun.rss"])
def test_rows_agree_with_another_parser(outside_data: Path, name: str) -> None:
    items = ET.parse(outside_data / "formats" / "rss" / name).getroot().findall("channel/item")  # noqa: S314

    def read_text(item: ET.Element, tag: str) -> str | None:
        return (item.findtext(tag) or "").strip() or None

    rows = rows_of(outside_data, name)
    wanted = {"title": "title", "url": "link", "article_id": "guid", "published_at": "pubDate"}
    for column, tag in wanted.items():
        assert rows[column].to_list() == [read_text(item, tag) for item in items]
    full = "{http://purl.org/rss/1.0/modules/content/}encoded"
    assert rows["body"].to_list() == [read_text(item, full) or read_text(item, "description") for item in items]


@pytest.mark.parametrize("header", ["", "text/xml", "text/xml; charset=utf-8", "application/rss+xml; charset=iso-8859-1"])
@pytest.mark.parametrize("name", ["encoding.rss", "uolNoticias.rss", "guardian.rss"])
def test_a_real_feed_is_decoded_despite_a_wrong_header(outside_data: Path, name: str, header: str) -> None:
    rows = rows_of(outside_data, name, header)
    assert rows.equals(rows_of(outside_data, name))
    text = "".join(rows["title"].to_list())
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert "\N{LATIN CAPITAL LETTER A WITH TILDE}" not in text


def test_a_web_page_in_place_of_a_real_feed_is_an_error(outside_data: Path) -> None:
    with pytest.raises(SourceError, match="is an HTML page, not a feed"):
        rows_of(outside_data, "unrecognized.rss")


def test_every_real_feed_is_tested_here(outside_data: Path) -> None:
    assert len(list((outside_data / "formats" / "rss").iterdir())) == 11
