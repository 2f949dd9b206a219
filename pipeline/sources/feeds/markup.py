"""Splits a feed into items, so that an error affects one only.

It finds the start and end of each item, and whether the feed is complete. Does not belong here: the content of an item (`entries.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.errors import TensionError

LONGEST_FEED = 50_000_000  # characters
MOST_ITEMS = 5_000  # each takes about a millisecond
MOST_CHARACTERS = 10_000_000  # of all items together
LONGEST_OPENING, MOST_ATTRIBUTES = 5_000, 100  # characters and attributes of the tags around the items, which are parsed with every item

#: Namespaces, in lower case, whose `item` or `entry` is an item of the feed, under any prefix.
_FEED_NAMESPACES = {
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss",
}
_ITEMS = {"item", "entry"}
_CHECK_URL = "Open the URL in a browser; the website of the outlet may name another feed"
_PAGE = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
# Spaces are limited, because several unlimited parts would backtrack for hours; those inside the quotes are stripped later.
_DECLARED = re.compile(r"xmlns:([\w.-]{1,40})\s{0,40}=\s{0,40}[\"']([^\"'<>]{1,200})[\"']", re.IGNORECASE)
#: Comments and CDATA, in which nothing is markup; one that is not closed extends to the end.
QUOTED = r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
_QUOTED = re.compile(QUOTED, re.DOTALL)
# Comments, CDATA, processing instructions, and the tags of items and of the elements around them. A tag that is cut short has no `end`.
_TOKEN = re.compile(
    rf"{QUOTED}|<\?.*?(?:\?>|\Z)|"
    r"<(?P<slash>/?)(?:(?P<prefix>[\w.-]{1,40}):)?(?P<name>item|entry|rss|feed|rdf|channel)(?=[\s/>]|\Z)"
    r"(?P<rest>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)(?P<end>>?)",
    re.IGNORECASE | re.DOTALL,
)


class NotAFeedError(TensionError, ValueError):
    """A text is not a feed, or unsafe to parse.

    The message says why and what to do.
    """


@dataclass(frozen=True)
class Feed:
    """Markup of a feed's complete items, and of the tags around them.

    `opening` and `closing` are the start and end tags of the elements around the items: an item between them makes a complete XML document.
    `faults` are messages, e.g. that the feed is cut short.
    """

    opening: str
    closing: str
    items: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class _Item:
    """Position of an item in the text of the feed."""

    start: int
    end: int
    closing: str  # the end tag, if it is missing


def read_feed(text: str) -> Feed:
    """Split a feed into its items.

    Raises `NotAFeedError` if it is not a feed, declares XML entities, or the text or the tags around the items are too large.
    Of a feed that is cut short, or beyond `MOST_ITEMS` or `MOST_CHARACTERS`, the complete items within these limits are returned.
    `Feed.faults` then says how many complete items come before the cut, how many are beyond the limits, or both.
    """
    if len(text) > LONGEST_FEED:
        raise NotAFeedError(f"has {len(text):,} characters, at most {LONGEST_FEED:,} of a feed are read. {_CHECK_URL}")
    if all(mark in remove_quoted(text).lower() for mark in ("<!doctype", "<!entity")):
        raise NotAFeedError(
            "declares XML entities, which can expand to any size or read other files, so it is not parsed. Ask the publisher for a feed "
            "without <!ENTITY"
        )
    scanner = _Scanner(_item_prefixes(text))
    for tag in _TOKEN.finditer(text):
        scanner.add_tag(tag)
    root = _require_root(scanner, text)
    parents = [root] if scanner.channel is None else [root, scanner.channel]
    opening = "".join(_start_tag(tag) for tag in parents)
    if len(opening) > LONGEST_OPENING:
        raise NotAFeedError(f"opens with tags of {len(opening):,} characters, at most {LONGEST_OPENING:,} are read. {_CHECK_URL}")
    if opening.count("=") > MOST_ATTRIBUTES:
        raise NotAFeedError(f"opens with tags of {opening.count('='):,} attributes, at most {MOST_ATTRIBUTES:,} are read. {_CHECK_URL}")
    items = tuple(text[item.start : item.end] + item.closing for item in scanner.items)
    closing = "".join(f"</{_full_name(tag)}>" for tag in reversed(parents))
    return Feed(opening, closing, items, tuple(_find_faults(scanner)))


def remove_quoted(text: str) -> str:
    """Remove comments and CDATA, so that only markup and plain text remain."""
    return _QUOTED.sub("", text)


@dataclass
class _Scanner:
    """State while a feed is split: root, channel and items so far.

    `prefixes`: namespace prefixes of items, in lower case. Items above the limits are only counted.
    """

    prefixes: set[str]
    root: re.Match[str] | None = None
    channel: re.Match[str] | None = None
    open_item: re.Match[str] | None = None
    items: list[_Item] = field(default_factory=list)
    item_count: int = 0
    characters: int = 0
    is_closed: bool = False  # the end tag of the feed was found, and no item after it

    def add_tag(self, tag: re.Match[str]) -> None:
        """Process the next match of `_TOKEN`.

        These have no effect: comments, CDATA, processing instructions, items before the root, and items with a prefix not in `prefixes`.
        """
        if tag["name"] and tag["name"].lower() not in _ITEMS:
            self._add_parent(tag)
        elif tag["name"] and self.root is not None and (tag["prefix"] or "").lower() in self.prefixes:
            self._add_item(tag)

    def _add_parent(self, tag: re.Match[str]) -> None:
        """Process a tag of an element around the items.

        The first start tag is the root. Any end tag after it closes the feed, until an item follows. A channel contains the items only if
        it is open at the first of them (in RSS 1.0 it ends before); only then its tags are in `Feed.opening` and `Feed.closing`.
        """
        if tag["slash"]:
            self.is_closed = self.root is not None
        elif self.root is None:
            self.root, self.is_closed = tag, _is_self_closing(tag)
        if tag["name"].lower() == "channel" and tag is not self.root and not self.item_count and self.open_item is None:
            self.channel = None if tag["slash"] or _is_self_closing(tag) else tag

    def _add_item(self, tag: re.Match[str]) -> None:
        """Start or end an item.

        An item that is not closed ends where the next one starts. An end tag that fits no open item only shows that the feed goes on.
        """
        self.is_closed = False
        if tag["slash"]:
            if self.open_item is not None and self.open_item["name"].lower() == tag["name"].lower():
                self._end_item(self.open_item, tag.end())
            return
        if self.open_item is not None:
            self._end_item(self.open_item, tag.start(), f"</{_full_name(self.open_item)}>")
        self.open_item = tag
        if _is_self_closing(tag):
            self._end_item(tag, tag.end())

    def _end_item(self, start: re.Match[str], end: int, closing: str = "") -> None:
        """Add the item that ends at position `end`, if within limits.

        `start`: its start tag; `closing`: the end tag to add, if it has none.
        """
        self.open_item = None
        self.item_count += 1
        self.characters += end - start.start()
        if self.item_count <= MOST_ITEMS and self.characters <= MOST_CHARACTERS:
            self.items.append(_Item(start.start(), end, closing))


def _require_root(scanner: _Scanner, text: str) -> re.Match[str]:
    """Return the root tag, or raise `NotAFeedError` if there is none.

    Also raises it for a text in which markup of an HTML page comes before the root.
    """
    root = scanner.root
    page = _PAGE.search(text)
    if not text.strip():
        raise NotAFeedError("is empty. Try again later; if it stays empty, find the new URL of the feed")
    if page and (root is None or page.start() < root.start()):
        raise NotAFeedError(
            "is an HTML page, not a feed. Open it in a browser: the feed has moved, or needs a login, or is replaced by an error page"
        )
    if root is None:
        raise NotAFeedError(f"is not a feed: it has no <rss>, <feed> or <rdf:RDF>. {_CHECK_URL}")
    return root


def _full_name(tag: re.Match[str]) -> str:
    return f"{tag['prefix']}:{tag['name']}" if tag["prefix"] else tag["name"]


def _start_tag(tag: re.Match[str]) -> str:
    """Return a start tag with its attributes, without a closing slash."""
    return f"<{_full_name(tag)}{tag['rest'].rstrip().removesuffix('/')}>"


def _is_self_closing(tag: re.Match[str]) -> bool:
    return bool(tag["end"]) and tag["rest"].rstrip().endswith("/")


def _item_prefixes(text: str) -> set[str]:
    """Return the namespace prefixes that items may have, in lower case.

    They are the empty one, and those that the text declares for `_FEED_NAMESPACES`.
    """
    return {""} | {prefix.lower() for prefix, uri in _DECLARED.findall(text) if uri.strip().lower() in _FEED_NAMESPACES}


def _find_faults(scanner: _Scanner) -> Iterator[str]:
    """Yield messages on items above the limits and on an incomplete feed."""
    if scanner.item_count > len(scanner.items):
        yield (
            f"the feed goes on for {scanner.item_count - len(scanner.items):,} items more: at most {MOST_ITEMS:,} items and "
            f"{MOST_CHARACTERS:,} characters of one feed are read"
        )
    complete = "1 whole item" if scanner.item_count == 1 else f"{scanner.item_count:,} whole items"
    if scanner.open_item is not None:
        yield f"the feed is cut short in its item {scanner.item_count + 1:,}, after {complete}"
    elif not scanner.is_closed:
        yield f"the feed is cut short after {complete}"
