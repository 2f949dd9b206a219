"""A feed that declares XML entities is rejected, in whatever encoding; the encoding that it declares never reaches the parser."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.errors import SourceError
from pipeline.sources.feeds.markup import NotAFeedError, read_feed
from pipeline.sources.feeds.rss import parse
from pipeline.sources.payloads import Payload

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss><channel><title>&c;</title></channel></rss>"""
EXTERNAL = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss>&x;</rss>'
OLD_FEED = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.example/rss-0.91.dtd"><rss version="0.91"/>'


def parse_body(body: bytes) -> pl.DataFrame:
    return parse(Payload("rss", "Post", date(2025, 4, 4), "https://post.example/rss", datetime(2025, 4, 4, tzinfo=UTC), "text/xml", body))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("document", [BOMB, EXTERNAL, BOMB.replace("<!ENTITY", "<!entity"), f"<!-- {'x' * 100_000} -->{BOMB}"])
def test_declared_entities_are_rejected_before_they_are_parsed(monkeypatch: pytest.MonkeyPatch, document: str, encoding: str) -> None:
    monkeypatch.setattr("feedparser.parse", None)
    with pytest.raises(SourceError, match=r"from https://post\.example/rss declares XML entities"):
        parse_body(document.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "cp037"])
def test_a_feed_in_an_encoding_that_is_not_recognized_is_no_feed(encoding: str) -> None:
    with pytest.raises(SourceError):
        parse_body(BOMB.encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "written", "title"),
    [
        ("utf-7", b"+ADwAIQ-ENTITY", "+ADwAIQ-ENTITY"),
        ("unicode_escape", b"\\x3c!ENTITY", "\\x3c!ENTITY"),
        ("hz-gb-2312", b"~{9XK0~}", "\N{CJK UNIFIED IDEOGRAPH-5173}\N{CJK UNIFIED IDEOGRAPH-7A0E}"),
    ],
)
def test_no_declared_encoding_hides_markup_from_the_check(encoding: str, written: bytes, title: str) -> None:
    opening = f"<?xml version='1.0' encoding='{encoding}'?><rss><channel><item><title>".encode()
    assert parse_body(opening + written + b"</title></item></channel></rss>")["title"].to_list() == [title]


@pytest.mark.parametrize("document", [OLD_FEED, "<rss>&amp;&#8217;</rss>", "<rss>about &lt;!ENTITY</rss>"])
def test_feeds_without_declarations_are_accepted(document: str) -> None:
    assert read_feed(document).items == ()


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=30))
def test_no_text_around_a_declaration_hides_it(before: str, within: str) -> None:
    with pytest.raises(NotAFeedError):
        read_feed(f"{before}<!DOCTYPE {within}[<!ENTITY {within} 'x'>]><rss/>")
