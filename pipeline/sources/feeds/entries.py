"""What one item of a feed says, by feedparser: id, title, text, link and dates, as they were given.

Belongs here: feedparser, and what it must not do: fetch, clean, resolve, guess. Does not: finding items (`markup.py`), or choosing among
dates and judging texts (`rss.py`, `pipeline/articles`).
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from html.entities import html5
from urllib.parse import urljoin

import feedparser

from pipeline.sources.feeds.markup import QUOTED, Feed, unquoted
from pipeline.sources.feeds.text import MARK, NO_XML

LONGEST_ITEM = 1_000_000  # characters of markup
MOST_TAGS = 2_000  # in one item, outside quoted text: feedparser compares tags with one another

# feedparser takes bytes for a file's name unless they come as a stream, and the encoding from a header alone.
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# What its second parser, which is not XML's, is known to stumble over in hostile markup; whatever it is, the item is unreadable.
_STUMBLES = (ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError, RecursionError)

_AMPERSAND = re.compile(
    rf"(?P<quoted>{QUOTED})|&(?:(?P<name>[A-Za-z][A-Za-z0-9]{{1,31}});|#(?P<number>[0-9]{{1,7}}|x[0-9A-Fa-f]{{1,6}});)?", re.DOTALL
)
# Of people nothing is asked, and feedparser looks for their addresses in time that grows with the square of what stands there.
_PERSON = re.compile(
    rf"(?P<quoted>{QUOTED})|(?P<begins></?(?:[\w.-]{{1,40}}:)?)"
    r"(?=(?:author|creator|contributor|managingeditor|owner|publisher|webmaster)(?:[\s/>]|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_OF_XML = {"amp", "lt", "gt", "quot", "apos"}
_LAST_CODE_POINT = 0x10FFFF
_WEB = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One item as it was given, empty where it says nothing; or why it could not be read. `dates`: published, created, updated."""

    id: str = ""
    title: str = ""
    text: str = ""
    link: str = ""
    dates: tuple[str, str, str] = ("", "", "")
    unreadable: str = ""


def read_entry(feed: Feed, markup: str, url: str) -> Entry:
    """What the item says; relative links begin at `url`. Never raises: what cannot be read says so in `unreadable`."""
    tags = unquoted(markup).count("<")
    if len(markup) > LONGEST_ITEM:
        return Entry(unreadable=f"the item has {len(markup):,} characters, at most {LONGEST_ITEM:,} are read")
    if tags > MOST_TAGS:
        return Entry(unreadable=f"the item has {tags:,} tags, at most {MOST_TAGS:,} are read")
    document = _DECLARATION + _mended(feed.opening) + _mended(_without_people(markup)) + feed.closing
    try:
        parsed = feedparser.parse(
            io.BytesIO(document.encode()), response_headers=_HEADERS, resolve_relative_uris=False, sanitize_html=False
        )
    except _STUMBLES as error:
        return Entry(unreadable=f"the item's markup is broken ({type(error).__name__})")
    if len(parsed.entries) != 1:
        return Entry(unreadable=f"the item's markup is broken (it reads as {len(parsed.entries)} items)")
    is_atom = str(parsed.version).startswith("atom")
    entry = _entry(dict(parsed.entries[0]), is_atom=is_atom)
    return replace(entry, link=_absolute(entry.link, url))


def _entry(given: dict[str, object], *, is_atom: bool) -> Entry:
    own_id = _said(given.get("id"))
    return Entry(
        own_id,
        _said(given.get("title")),
        max(_texts(given), key=len, default=""),
        _link(given) or ("" if is_atom or not given.get("guidislink") or not _WEB.match(own_id) else own_id),
        (_said(given.get("published")), _said(given.get("created")), _said(given.get("updated"))),
    )


def _said(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(given: dict[str, object]) -> Iterator[str]:
    """The full text where there is one, then the summary. A caption or a teaser, which feedparser also calls content, is shorter."""
    contents = given.get("content")
    for content in contents if isinstance(contents, list) else []:
        kind = _said(content.get("type"))
        if kind.startswith("text/") or kind.endswith("xml"):
            yield _said(content.get("value"))
    yield _said(given.get("summary"))


def _link(given: dict[str, object]) -> str:
    """The first link to the article itself, to a page of HTML before one of another kind."""
    links = given.get("links")
    own = [link for link in links if link.get("rel") == "alternate" and link.get("href")] if isinstance(links, list) else []
    own.sort(key=lambda link: "html" not in _said(link.get("type")))
    return _said(own[0].get("href")) if own else ""


def _absolute(link: str, url: str) -> str:
    if not link or _SCHEME.match(link):
        return link
    try:
        return urljoin(url, link)
    except ValueError:
        return link


def _without_people(markup: str) -> str:
    """With the elements that name people called otherwise, so that nobody reads them."""
    return _PERSON.sub(lambda found: found["quoted"] or f"{found['begins']}x-", markup)


def _mended(markup: str) -> str:
    """With every ampersand that begins nothing known to XML written out: `AT&T` and `&nbsp;` are the commonest faults of feeds.

    What is well-formed is not changed.
    """
    return _AMPERSAND.sub(_reference, markup)


def _reference(found: re.Match[str]) -> str:
    if found["quoted"] or found["name"] in _OF_XML:
        return found[0]
    if found["number"]:
        number = found["number"]
        code = int(number[1:], 16) if number.startswith("x") else int(number)
        return found[0] if code <= _LAST_CODE_POINT and not NO_XML.match(chr(code)) else MARK
    character = html5.get(f"{found['name']};") if found["name"] else None
    return escape(character) if character else f"&amp;{found[0][1:]}"
