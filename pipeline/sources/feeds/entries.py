"""Parses one item of a feed with feedparser, without cleaning its texts.

Does not belong here: finding items (`markup.py`), choosing one of the dates (`rss.py`), cleaning texts (`pipeline/articles`).
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from html.entities import html5
from urllib.parse import urljoin

import feedparser

from pipeline.sources.decoding import REPLACEMENT
from pipeline.sources.feeds.markup import QUOTED, Feed, remove_quoted
from pipeline.sources.feeds.text import INVALID_XML

LONGEST_ITEM = 1_000_000  # characters of markup
MOST_TAGS = 2_000  # of one item, outside comments and CDATA: feedparser's time grows with the square of their number
MOST_ATTRIBUTES = 1_000  # of one tag: the time grows with the square of their number too

# A tag up to its `>`; values in quotes may contain `>` too.
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*")
# feedparser takes the encoding from a header.
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
# Errors that feedparser's lenient parser raises on malicious markup.
_PARSER_ERRORS = (ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError, RecursionError)

_AMPERSAND = re.compile(
    rf"(?P<quoted>{QUOTED})|&(?:(?P<name>[A-Za-z][A-Za-z0-9]{{1,31}});|#(?P<number>[0-9]{{1,7}}|x[0-9A-Fa-f]{{1,6}});)?", re.DOTALL
)
# Persons are not needed, and feedparser searches them for email addresses in quadratic time.
_PERSON = re.compile(
    rf"(?P<quoted>{QUOTED})|(?P<start></?(?:[\w.-]{{1,40}}:)?)"
    r"(?=(?:author|creator|contributor|managingeditor|owner|publisher|webmaster)(?:[\s/>]|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_LAST_CODE_POINT = 0x10FFFF
_WEB = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One item of a feed, or the reason why it is `unreadable`.

    Missing fields are empty. `id` is the guid of RSS or the id of Atom; `text` the longest of contents and summary, as HTML; `dates` are
    the texts of published, created and updated.
    """

    id: str = ""
    title: str = ""
    text: str = ""
    link: str = ""
    dates: tuple[str, str, str] = ("", "", "")
    unreadable: str = ""


def read_entry(feed: Feed, markup: str, url: str) -> Entry:
    """Parse one item of a feed.

    `feed` has the tags around the item, `markup` is its text, `url` the base of relative links. Never raises: if the item is broken or
    above a limit, `unreadable` of the result says so, and its other fields are empty.
    """
    unquoted = remove_quoted(markup)
    tags = unquoted.count("<")
    if len(markup) > LONGEST_ITEM:
        return Entry(unreadable=f"the item has {len(markup):,} characters, at most {LONGEST_ITEM:,} are read")
    if tags > MOST_TAGS:
        return Entry(unreadable=f"the item has {tags:,} tags, at most {MOST_TAGS:,} are read")
    attributes = max((tag.count("=") for tag in _TAG.findall(unquoted)), default=0)
    if attributes > MOST_ATTRIBUTES:
        return Entry(unreadable=f"a tag of the item has {attributes:,} attributes, at most {MOST_ATTRIBUTES:,} are read")
    document = _DECLARATION + _escape_ampersands(feed.opening) + _escape_ampersands(_hide_persons(markup)) + feed.closing
    try:
        # A stream, because feedparser would take bytes for the name of a file.
        parsed = feedparser.parse(
            io.BytesIO(document.encode()), response_headers=_HEADERS, resolve_relative_uris=False, sanitize_html=False
        )
    except _PARSER_ERRORS as error:
        return Entry(unreadable=f"the item's markup is broken ({type(error).__name__})")
    if len(parsed.entries) != 1:
        return Entry(unreadable=f"the item's markup is broken (it reads as {len(parsed.entries)} items)")
    is_atom = str(parsed.version).startswith("atom")
    entry = _to_entry(dict(parsed.entries[0]), is_atom=is_atom)
    return replace(entry, link=_resolve_link(entry.link, url))


def _to_entry(fields: dict[str, object], *, is_atom: bool) -> Entry:
    """Convert the fields that feedparser found to an `Entry`."""
    own_id = _to_text(fields.get("id"))
    # The guid of RSS is a link unless it says otherwise; the id of Atom is not.
    is_link = not is_atom and bool(fields.get("guidislink")) and _WEB.match(own_id) is not None
    return Entry(
        own_id,
        _to_text(fields.get("title")),
        max(_find_texts(fields), key=len, default=""),
        _find_link(fields) or (own_id if is_link else ""),
        (_to_text(fields.get("published")), _to_text(fields.get("created")), _to_text(fields.get("updated"))),
    )


def _to_text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _find_texts(fields: dict[str, object]) -> Iterator[str]:
    """Yield the contents that are text or XML, then the summary.

    feedparser also lists captions and teasers as contents; the full text is the longest.
    """
    contents = fields.get("content")
    for content in contents if isinstance(contents, list) else []:
        kind = _to_text(content.get("type"))
        if kind.startswith("text/") or kind.endswith("xml"):
            yield _to_text(content.get("value"))
    yield _to_text(fields.get("summary"))


def _find_link(fields: dict[str, object]) -> str:
    """Return the first link of an item to its article.

    That is a link with `rel` "alternate" and an address. The first to an HTML page is preferred to others; empty if there is none.
    """
    links = fields.get("links")
    alternates = [link for link in links if link.get("rel") == "alternate" and link.get("href")] if isinstance(links, list) else []
    alternates.sort(key=lambda link: "html" not in _to_text(link.get("type")))
    return _to_text(alternates[0].get("href")) if alternates else ""


def _resolve_link(link: str, url: str) -> str:
    """Make a relative link absolute; return any other as it is.

    `url`: the base. A link is also returned as it is if it is empty or cannot be joined to the base.
    """
    if not link or _SCHEME.match(link):
        return link
    try:
        return urljoin(url, link)
    except ValueError:
        return link


def _hide_persons(markup: str) -> str:
    """Rename the elements of persons, so that feedparser skips them."""
    return _PERSON.sub(lambda match: match["quoted"] or f"{match['start']}x-", markup)


def _escape_ampersands(markup: str) -> str:
    """Replace ampersands, entities and numeric references that XML does not allow.

    They are the most common errors of feeds: `AT&T` becomes `AT&amp;T`, `&nbsp;` its character, `&#0;` a replacement character. Comments
    and CDATA are unchanged.
    """
    return _AMPERSAND.sub(_to_xml_reference, markup)


def _to_xml_reference(match: re.Match[str]) -> str:
    """Return what replaces an ampersand or entity in XML.

    `match` is a match of `_AMPERSAND`. A numeric reference to a character that XML does not allow becomes a replacement character, an HTML
    entity its character, any other ampersand `&amp;`. Comments, CDATA, XML's own entities and other numeric references are unchanged.
    """
    if match["quoted"] or match["name"] in _XML_ENTITIES:
        return match[0]
    if match["number"]:
        number = match["number"]
        code = int(number[1:], 16) if number.startswith("x") else int(number)
        return match[0] if code <= _LAST_CODE_POINT and not INVALID_XML.match(chr(code)) else REPLACEMENT
    character = html5.get(f"{match['name']};") if match["name"] else None
    return escape(character) if character else f"&amp;{match[0][1:]}"
