"""Fetches RSS and Atom feeds, and reads their new or changed items.

Does not belong here: the markup of feeds (`markup.py`), the content of an item (`entries.py`), judging articles (`pipeline/articles`).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.instants import parse_instant
from pipeline.contracts.upstreams import RSS, RssSettings
from pipeline.sources.errors import SourceError
from pipeline.sources.feeds.entries import Entry, read_entry
from pipeline.sources.feeds.markup import Feed, NotAFeedError, read_feed
from pipeline.sources.feeds.text import decode_body
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult, Payload, Request
from pipeline.sources.rows import ROWS, to_raw_articles

SOURCE = RSS.name
#: An item that a feed shows again within this many days does not count as new.
DAYS_BACK = 7

_ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_URL_SUFFIX = re.compile(r" <https?://\S+>$")
_SHA_SHOWN = 12


def fetch(client: Client, settings: RssSettings, window: Days) -> Iterator[FetchResult]:  # noqa: ARG001 # every upstream is fetched for a window
    """Fetch each feed once, in the order of the settings.

    `window` is not used: a feed holds its newest items only. A feed that the settings list twice is fetched once. The `item` of a request
    is the name of the feed, with its URL appended if several feeds have that name. A feed keeps its item when others come or go.
    """
    today = client.now().date()
    count = Counter(feed.name for feed in dict.fromkeys(settings.feeds))
    for feed in dict.fromkeys(settings.feeds):
        with_url, named = f"{feed.name} <{feed.url}>", client.archive.find_newest(SOURCE, feed.name)
        was_alone = named is not None and named.asked_url == feed.url
        is_alone = count[feed.name] == 1 and client.archive.find_newest(SOURCE, with_url) is None
        yield client.fetch(Request(SOURCE, feed.name if was_alone or is_alone else with_url, feed.url, today, accept=_ACCEPT))


def parse(payload: Payload) -> pl.DataFrame:
    """Parse a feed's items in order, then its faults, as `ROWS`.

    Each gives one row; a fault, e.g. that the feed is cut short, is in `unreadable`. `article_id` is the guid or Atom id; `body` the
    longest of contents and summary; `published_at` the first readable date of publication, creation and update, or the first of them if
    none is readable. Missing fields are null; `unreadable` says why an item cannot be read. Raises `SourceError` if the payload is not a
    feed.
    """
    feed = _read_feed(payload)
    return _to_rows(payload, [*(read_entry(feed, markup, payload.url) for markup in feed.items), *_fault_entries(feed)])


def newest_day(payload: Payload) -> date | None:
    """Return the newest UTC day on which an item was published.

    Days after that of the request (`payload.day`) do not count. Returns None if there is no day.
    Raises `SourceError` if the payload is not a feed.
    """
    days = parse_instant(parse(payload)["published_at"]).dt.date()
    newest_day = days.filter(days <= payload.day).max()
    return newest_day if isinstance(newest_day, date) else None


def new_rows(payloads: Iterable[Payload]) -> Iterator[pl.DataFrame]:
    """Yield the rows of new or changed items as `RAW_ARTICLES`.

    Yields one frame for each response that has any. An item is known if a feed of its outlet showed it, with the same id (else link), title
    and text, at most `DAYS_BACK` days earlier. A feed shows the items of a response until the next one arrives.

    To read a range of days, pass all responses from `DAYS_BACK` days before its first day until now (items may appear late) and the last
    before these, and select the rows whose day (`index_date`) is within the range: the result is the same however many days are read
    together.

    A response that is not a feed gives one unreadable row, and so does each fault of a feed, in every response that has it. `index_date` is
    at most the day of the request: that day replaces a later one. Raises `ValueError` unless the responses of each outlet are ordered by
    `fetched_at`, as `Archive.payloads` returns them.
    """
    histories: dict[str, _OutletHistory] = {}
    for payload in payloads:
        history = histories.setdefault(_name_outlet(payload), _OutletHistory())
        history.start_response(payload)
        entries = _new_entries(payload, history)
        if any(entry is not None for entry in entries):
            # The response to a request before midnight may arrive after it.
            received_on = max(payload.day, payload.fetched_at.astimezone(UTC).date())
            rows = to_raw_articles(_to_rows(payload, [entry or Entry() for entry in entries]), _label(payload), last_day=received_on)
            rows = rows.with_columns(pl.min_horizontal("index_date", pl.lit(payload.day)))
            yield rows.filter(pl.Series([entry is not None for entry in entries]))


def _read_feed(payload: Payload) -> Feed:
    """Split a response into items; `SourceError` if `read_feed` refuses it."""
    try:
        return read_feed(decode_body(payload.body, payload.content_type))
    except NotAFeedError as error:
        raise SourceError(f"feed {payload.item!r}: the response from {payload.url} {error}") from error


def _fault_entries(feed: Feed) -> list[Entry]:
    return [Entry(unreadable=fault) for fault in feed.faults]


def _to_rows(payload: Payload, entries: Sequence[Entry]) -> pl.DataFrame:
    """Convert items to rows as received (`ROWS`); empty fields become null."""
    columns = {
        "article_id": [entry.id or None for entry in entries],
        "source": [_name_outlet(payload)] * len(entries),
        "published_at": _first_readable_dates(entries),
        "fetched_at": [payload.fetched_at.astimezone(UTC).isoformat().replace("+00:00", "Z")] * len(entries),
        "title": [entry.title or None for entry in entries],
        "body": [entry.text or None for entry in entries],
        "url": [entry.link or None for entry in entries],
        "unreadable": [entry.unreadable or None for entry in entries],
    }
    return pl.DataFrame(columns, schema=ROWS)


def _first_readable_dates(entries: Sequence[Entry]) -> list[str | None]:
    """Return for each item its first readable date.

    The order is publication, creation, update. If none is readable, the first that is not empty; None if all are empty.
    """
    dates = [[text for text in entry.dates if text] for entry in entries]
    # Only items with several dates have a choice.
    candidates = list(dict.fromkeys(text for texts in dates if len(texts) > 1 for text in texts))
    is_date = parse_instant(pl.Series(candidates, dtype=pl.String)).is_not_null().to_list() if candidates else []
    readable = {text for text, is_one in zip(candidates, is_date, strict=True) if is_one}
    return [next((text for text in texts if text in readable), texts[0]) if texts else None for texts in dates]


def _name_outlet(payload: Payload) -> str:
    """Return the name of a feed, without any URL after it."""
    return _URL_SUFFIX.sub("", payload.item)


def _label(payload: Payload) -> str:
    """Name a response; names of one feed sort by time of arrival.

    Of two rows with the same id and date, the one whose name sorts first becomes the article.
    """
    return f"{SOURCE}/{payload.item}/{payload.fetched_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{payload.sha256[:_SHA_SHOWN]}"


@dataclass
class _OutletHistory:
    """Hashes of the items that the feeds of an outlet showed lately.

    Lately is in the current response (`response`), or at most `DAYS_BACK` days before it. The hashes show which items of the current
    response are new.
    """

    response: Payload | None = None
    texts: dict[bytes, date] = field(default_factory=dict)  # hash of id, title and text: the day it was last shown
    shown: dict[str, set[bytes]] = field(default_factory=dict)  # those of the last response of each feed
    markups: dict[bytes, bytes] = field(default_factory=dict)  # hash of markup: that of its text, so that it need not be parsed again
    new_texts: set[bytes] = field(default_factory=set)  # new in this response, in which an item may occur twice

    def start_response(self, payload: Payload) -> None:
        """Start the next response, and forget items last shown long ago.

        That is more than `DAYS_BACK` days before the day of this response. Raises `ValueError` if it arrived before the last one.
        """
        if self.response is not None and payload.fetched_at < self.response.fetched_at:
            raise ValueError(f"the responses of {payload.item!r} are not in the order of arrival; sort them by fetched_at")
        self.texts |= dict.fromkeys(self.shown.get(payload.item, ()), payload.day)  # shown until now
        if self.response is None or payload.day != self.response.day:
            self.texts = {text: day for text, day in self.texts.items() if (payload.day - day).days <= DAYS_BACK}
            self.markups = {markup: text for markup, text in self.markups.items() if text in self.texts}
        self.response, self.shown[payload.item], self.new_texts = payload, set(), set()

    def read_if_new(self, markup: str, read: Callable[[str], Entry]) -> Entry | None:
        """Parse the item with `read`; None if an earlier response showed it.

        Earlier responses count as long as `start_response` remembers their items. `read` raises no error: an unreadable item is an `Entry`
        with the reason, and is returned like others. Two items are the same if id (else link), title and text are; unreadable ones if their
        markup is. The item now counts as shown on the day of this response. An item that occurs twice in the response in which it is new is
        returned twice.
        """
        assert self.response is not None
        entry, key = None, _hash(markup)
        text = self.markups.get(key)
        if text is None or text in self.new_texts:
            entry = read(markup)
            text = key if entry.unreadable else _hash(entry.id or entry.link, entry.title, entry.text)
            self.markups[key] = text
        if text not in self.texts:
            self.new_texts.add(text)
        self.texts[text] = self.response.day
        self.shown[self.response.item].add(text)
        return entry if text in self.new_texts else None


def _new_entries(payload: Payload, history: _OutletHistory) -> list[Entry | None]:
    """Return a response's items, None for known ones, then its faults.

    Known items keep their place, because rows are numbered by it. A fault, or a response that is not a feed, gives an unreadable item.
    """
    try:
        feed = _read_feed(payload)
    except SourceError as error:
        return [Entry(unreadable=str(error))]
    return [*(history.read_if_new(markup, lambda one: read_entry(feed, one, payload.url)) for markup in feed.items), *_fault_entries(feed)]


def _hash(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()
