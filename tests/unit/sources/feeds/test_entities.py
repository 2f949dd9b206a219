"""XML that declares entities is rejected in every encoding; other XML is accepted."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources.errors import SourceError
from pipeline.sources.feeds.entities import require_no_entities

BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss><channel><title>&c;</title></channel></rss>"""
EXTERNAL = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]><rss>&x;</rss>'
OLD_FEED = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.example/rss-0.91.dtd"><rss version="0.91"/>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize(
    "document", [BOMB, EXTERNAL, f"  \n{BOMB}", BOMB.replace("<!ENTITY", "<!entity"), f"<!-- {'x' * 100_000} -->{BOMB}"]
)
def test_declared_entities_are_rejected_in_every_encoding(document: str, encoding: str) -> None:
    with pytest.raises(SourceError, match="feed: declares XML entities"):
        require_no_entities(document.encode(encoding), "feed")


@pytest.mark.parametrize(
    "encoding", ["utf-7", "cp037", "cp500", "unicode_escape", "raw_unicode_escape", "hz", "punycode", "idna", "undefined"]
)
def test_an_encoding_that_can_hide_markup_is_rejected(encoding: str) -> None:
    with pytest.raises(SourceError, match="which can hide markup"):
        require_no_entities(f"<?xml version='1.0' encoding='{encoding}'?><rss/>".encode(), "feed")
    with pytest.raises(SourceError, match="which can hide markup"):
        require_no_entities(b"<rss/>", "feed", charset=encoding)


@pytest.mark.parametrize(
    "encoding",
    [
        "UTF-8",
        "utf-16",
        "ISO-8859-1",
        "windows-1252",
        "us-ascii",
        "koi8-r",
        "Shift_JIS",
        "euc-jp",
        "gb2312",
        "gbk",
        "big5",
        "euc-kr",
        "iso-2022-jp",
        "",
    ],
)
def test_the_encodings_of_real_feeds_are_accepted(encoding: str) -> None:
    require_no_entities(f"<?xml version='1.0' encoding='{encoding}'?><rss><title>Zölle</title></rss>".encode(), "feed", charset=encoding)


@pytest.mark.parametrize("encoding", ["no-such-encoding", "zlib", "rot13", "\x00"])
def test_an_unknown_encoding_is_left_to_the_parser(encoding: str) -> None:
    require_no_entities(f"<?xml encoding='{encoding}'?><rss/>".encode(), "feed", charset=encoding)


@pytest.mark.parametrize("document", [OLD_FEED, "", "<rss>&amp;&#8217;</rss>", "<rss>about &lt;!ENTITY</rss>", "not XML"])
def test_documents_without_declarations_are_accepted(document: str) -> None:
    require_no_entities(document.encode(), "feed")


@settings(deadline=None)
@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-32-be"]), st.text(max_size=30))
def test_no_text_around_a_declaration_hides_it(before: str, encoding: str, within: str) -> None:
    document = f"{before}<!DOCTYPE {within}[<!ENTITY {within} 'x'>]><rss/>"
    with pytest.raises(SourceError):
        require_no_entities(document.encode(encoding, "replace"), "feed")


@settings(deadline=None)
@given(st.binary(max_size=300), st.text(max_size=20))
def test_any_bytes_are_accepted_or_rejected(body: bytes, charset: str) -> None:
    with suppress(SourceError):
        require_no_entities(body, "feed", charset)
