"""Text of a feed into the markup of its items, one by one: what stands where is found here, before anything is parsed.

Belongs here: where each item begins and ends, what surrounds it, whether the feed is whole, and that it is a feed at all. Does not: what an
item says (`entries.py`).

Items are cut out first and parsed one by one, because a parser that meets a fault drops what follows, merges what it cannot tell apart, or
begins anew with guesses, and does not say of how many items. So a fault costs one item, and every item is accounted for.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LONGEST_FEED = 50_000_000  # characters
MOST_ITEMS = 10_000
MOST_CHARACTERS = 10_000_000  # of all items together
LONGEST_OPENING = 5_000  # characters of the tags around the items, which are parsed again with every item

#: Namespaces whose `item` or `entry` is an item of the feed, whatever prefix they bear (in small letters).
_FEED_NAMESPACES = {
    "http://www.w3.org/2005/atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss",
}
_ITEMS = {"item", "entry"}
_LOOK = "Look at what the address gives; the outlet's site may name another"
_PAGE = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
# White space around a name is taken off afterwards: several parts that may each be of any length would try every way to share it out.
_DECLARED = re.compile(r"xmlns:([\w.-]{1,40})\s{0,40}=\s{0,40}[\"']([^\"'<>]{1,200})[\"']", re.IGNORECASE)
#: Comments and quoted text, in which nothing is markup; where one of them is not closed it goes on to the end.
QUOTED = r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
_QUOTED = re.compile(QUOTED, re.DOTALL)
_TOKEN = re.compile(
    rf"{QUOTED}|<\?.*?(?:\?>|\Z)|"
    r"<(?P<slash>/?)(?:(?P<prefix>[\w.-]{1,40}):)?(?P<name>item|entry|rss|feed|rdf|channel)(?=[\s/>]|\Z)"
    r"(?P<rest>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)(?P<end>>?)",
    re.IGNORECASE | re.DOTALL,
)


class NotAFeedError(ValueError):
    """The text is no feed, or one that is not read; the message says why and what to do."""


@dataclass(frozen=True)
class Feed:
    """A feed in pieces: the markup of each whole item in order, the tags that open and close what surrounds them, and what is amiss."""

    opening: str
    closing: str
    items: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True)
class _Item:
    start: int
    end: int
    closing: str  # the tag that was forgotten, so that the item can be parsed


def read_markup(text: str) -> Feed:
    """The feed's items, cut out. `NotAFeedError` when it is none, or is absurdly large.

    Of a feed that is cut short the whole items are given, and a fault tells how many there are; likewise of one with too many items.
    """
    if len(text) > LONGEST_FEED:
        raise NotAFeedError(f"has {len(text):,} characters, at most {LONGEST_FEED:,} of a feed are read. {_LOOK}")
    reading = _Reading(_item_prefixes(text))
    for tag in _TOKEN.finditer(text):
        reading.take(tag)
    root = _required(reading, text)
    around = [root] if reading.channel is None else [root, reading.channel]
    opening = "".join(_opened(tag) for tag in around)
    if len(opening) > LONGEST_OPENING:
        raise NotAFeedError(f"opens with tags of {len(opening):,} characters, at most {LONGEST_OPENING:,} are read. {_LOOK}")
    items = tuple(text[item.start : item.end] + item.closing for item in reading.items)
    return Feed(opening, "".join(f"</{_full(tag)}>" for tag in reversed(around)), items, tuple(_faults(reading)))


def unquoted(text: str) -> str:
    """The text without its comments and quoted parts: what is markup, if anything is."""
    return _QUOTED.sub("", text)


@dataclass
class _Reading:
    """What was met so far, tag by tag. Of items that are too many only the number is kept."""

    prefixes: set[str]
    root: re.Match[str] | None = None
    channel: re.Match[str] | None = None
    opened: re.Match[str] | None = None  # the item that has begun and not yet ended
    items: list[_Item] = field(default_factory=list)
    found: int = 0
    characters: int = 0
    is_closed: bool = False  # the feed has ended, and no item came after that

    def take(self, tag: re.Match[str]) -> None:
        """The next thing in the text."""
        if tag["name"] and tag["name"].lower() not in _ITEMS:
            self._take_around(tag)
        elif tag["name"] and self.root is not None and (tag["prefix"] or "").lower() in self.prefixes:
            self._take_item(tag)

    def _take_around(self, tag: re.Match[str]) -> None:
        if tag["slash"]:
            self.is_closed = self.root is not None
        elif self.root is None:
            self.root, self.is_closed = tag, _is_empty(tag)
        if tag["name"].lower() == "channel" and tag is not self.root and not self.found and self.opened is None:
            self.channel = None if tag["slash"] or _is_empty(tag) else tag

    def _take_item(self, tag: re.Match[str]) -> None:
        """An item begins or ends. One in which the next begins ends there."""
        self.is_closed = False
        if tag["slash"]:
            if self.opened is not None and self.opened["name"].lower() == tag["name"].lower():
                self._end(self.opened, tag.end())
            return
        if self.opened is not None:
            self._end(self.opened, tag.start(), f"</{_full(self.opened)}>")
        self.opened = tag
        if _is_empty(tag):
            self._end(tag, tag.end())

    def _end(self, begun: re.Match[str], end: int, closing: str = "") -> None:
        self.opened = None
        self.found += 1
        self.characters += end - begun.start()
        if self.found <= MOST_ITEMS and self.characters <= MOST_CHARACTERS:
            self.items.append(_Item(begun.start(), end, closing))


def _required(reading: _Reading, text: str) -> re.Match[str]:
    """The root of the feed, where this is one that is read."""
    root = reading.root
    page = _PAGE.search(text)
    if not text.strip():
        raise NotAFeedError("is empty. Try again later; if it stays so, look for the feed's new address")
    if page and (root is None or page.start() < root.start()):
        raise NotAFeedError(
            "is an HTML page, no feed. Open it in a browser: the feed has moved, or a login or an error page stands before it"
        )
    if root is None:
        raise NotAFeedError(f"is no feed: there is no <rss>, <feed> or <rdf:RDF> in it. {_LOOK}")
    return root


def _full(tag: re.Match[str]) -> str:
    return f"{tag['prefix']}:{tag['name']}" if tag["prefix"] else tag["name"]


def _opened(tag: re.Match[str]) -> str:
    return f"<{_full(tag)}{tag['rest'].rstrip().removesuffix('/')}>"


def _is_empty(tag: re.Match[str]) -> bool:
    return bool(tag["end"]) and tag["rest"].rstrip().endswith("/")


def _item_prefixes(text: str) -> set[str]:
    return {""} | {prefix.lower() for prefix, uri in _DECLARED.findall(text) if uri.strip().lower() in _FEED_NAMESPACES}


def _faults(reading: _Reading) -> Iterator[str]:
    if reading.found > len(reading.items):
        yield (
            f"the feed goes on for {reading.found - len(reading.items):,} items more: at most {MOST_ITEMS:,} items and "
            f"{MOST_CHARACTERS:,} characters of one feed are read"
        )
    whole = "1 whole item" if reading.found == 1 else f"{reading.found:,} whole items"
    if reading.opened is not None:
        yield f"the feed is cut short in its item {reading.found + 1:,}, after {whole}"
    elif not reading.is_closed:
        yield f"the feed is cut short after {whole}"
