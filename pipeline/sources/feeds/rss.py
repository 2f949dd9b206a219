"""RSS and Atom: asks each feed for what it holds now, and makes a row of every item.

Belongs here: what is asked, which of an item's dates is its date, and which items are new. Does not: the markup of feeds (`markup.py`),
what one item says (`entries.py`), asking politely (`http/client.py`), or any judgement about an item (`pipeline/articles`): its HTML stays
as it came.

A feed shows an item for days, so the same item comes in many answers. `new_rows` gives it once, at its first coming, and again when its
text changes:

* An item is the same when its id (without one its link), title and text are, and one feed showed it at most `DAYS_BACK` days before.
* To read days, give the answers of `days.reaching_back(DAYS_BACK)` and all later ones there are, in the order in which they came
  (`Archive.payloads` gives them so), and keep the rows whose `index_date` lies within the days. An item that bears a date cannot stand in
  an answer from before that date, so its rows are the same however many days are read together. The days in front only keep an item
  without a date, or with one that has not come yet, from counting as new again on the first of the days.
* A row is named after its answer and its place in it, never after what else was read.
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
from pipeline.sources.feeds.entities import require_no_entities
from pipeline.sources.feeds.entries import Entry, read_entry
from pipeline.sources.feeds.markup import Feed, NotAFeedError, read_markup, unquoted
from pipeline.sources.feeds.text import decoded
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Payload, Request
from pipeline.sources.rows import ROWS, filed

SOURCE = RSS.name
DAYS_BACK = 7

_ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
_ADDRESS = re.compile(r" <https?://\S+>$")
_SHA_SHOWN = 12


def fetch(client: Client, settings: RssSettings, window: Days) -> Iterator[Fetched]:  # noqa: ARG001 # every upstream is asked for a window
    """What came of asking each feed once, in the order of the settings. A feed gives what it holds now, whatever the window.

    `item` is the feed's name; where several feeds of one outlet bear its name, name and address.
    """
    today = client.now().date()
    count = Counter(feed.name for feed in dict.fromkeys(settings.feeds))
    for feed in dict.fromkeys(settings.feeds):
        item = feed.name if count[feed.name] == 1 else f"{feed.name} <{feed.url}>"
        yield client.fetch(Request(SOURCE, item, feed.url, today, accept=_ACCEPT))


def parse(payload: Payload) -> pl.DataFrame:
    """Every item of the feed in order, as `ROWS`: one row an item, then a row for each fault of the feed as a whole.

    `article_id` is the guid or Atom id; `body` the longest of content and summary; `published_at` the first date that can be read of
    publication, creation and update. A field that the item lacks is null. An item that cannot be read has in `unreadable` why.
    `SourceError` when the payload is no feed, or an empty one without a word.
    """
    feed = _feed(payload)
    return _rows(payload, [*(read_entry(feed, markup, payload.url) for markup in feed.items), *_faults(feed)])


def newest(payload: Payload) -> date | None:
    """The newest UTC day, up to that of asking, that an item of the feed bears; None when none does. `SourceError` when it is no feed."""
    days = parse_instant(parse(payload)["published_at"]).dt.date()
    newest = days.filter(days <= payload.about).max()
    return newest if isinstance(newest, date) else None


def new_rows(payloads: Iterable[Payload]) -> Iterator[pl.DataFrame]:
    """The rows of items that are new or changed, as `RAW_ARTICLES`: a frame for each answer that has any.

    Answers come in the order of `fetched_at` within each feed, else `ValueError`. An answer that is no feed gives one row that says so. A
    day later than that of asking has not come yet: such a row is filed under the day of asking. Of what was seen only hashes are kept, of
    the last `DAYS_BACK` days. How to read days: see above.
    """
    feeds: dict[str, _Standing] = {}
    for payload in payloads:
        standing = feeds.setdefault(payload.item, _Standing())
        standing.turn_to(payload)
        entries = _new_entries(payload, standing)
        if any(entry is not None for entry in entries):
            rows = filed(_rows(payload, [entry or Entry() for entry in entries]), _label(payload), last_day=payload.about)
            yield rows.filter(pl.Series([entry is not None for entry in entries]))


def _feed(payload: Payload) -> Feed:
    text = decoded(payload.body, payload.content_type)
    require_no_entities(unquoted(text).encode(), f"feed {payload.item!r} from {payload.url}")
    try:
        return read_markup(text)
    except NotAFeedError as error:
        raise SourceError(f"feed {payload.item!r}: what came from {payload.url} {error}") from error


def _faults(feed: Feed) -> list[Entry]:
    return [Entry(unreadable=fault) for fault in feed.faults]


def _rows(payload: Payload, entries: Sequence[Entry]) -> pl.DataFrame:
    columns = {
        "article_id": [entry.id or None for entry in entries],
        "source": [_ADDRESS.sub("", payload.item)] * len(entries),
        "published_at": _published(entries),
        "fetched_at": [payload.fetched_at.astimezone(UTC).isoformat().replace("+00:00", "Z")] * len(entries),
        "title": [entry.title or None for entry in entries],
        "body": [entry.text or None for entry in entries],
        "url": [entry.link or None for entry in entries],
        "unreadable": [entry.unreadable or None for entry in entries],
    }
    return pl.DataFrame(columns, schema=ROWS)


def _published(entries: Sequence[Entry]) -> list[str | None]:
    """Of each item's dates the first that can be read, else the first."""
    given = [[text for text in entry.dates if text] for entry in entries]
    doubtful = list(dict.fromkeys(text for texts in given if len(texts) > 1 for text in texts))
    is_date = parse_instant(pl.Series(doubtful, dtype=pl.String)).is_not_null().to_list() if doubtful else []
    readable = {text for text, is_one in zip(doubtful, is_date, strict=True) if is_one}
    return [next((text for text in texts if text in readable), texts[0]) if texts else None for texts in given]


def _label(payload: Payload) -> str:
    """In order of arrival, since of two rows with one id and date the earlier name becomes the article."""
    return f"{SOURCE}/{payload.item}/{payload.fetched_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{payload.sha256[:_SHA_SHOWN]}"


@dataclass
class _Standing:
    """What one feed showed within the last days, as hashes: of markup, so that a known item need not be parsed, and of text."""

    today: Payload | None = None
    texts: dict[bytes, date] = field(default_factory=dict)  # with the day on which each was seen last
    markups: dict[bytes, bytes] = field(default_factory=dict)  # with the hash of its text
    fresh: set[bytes] = field(default_factory=set)  # texts that came with this answer: an item that it holds twice is two rows

    def turn_to(self, payload: Payload) -> None:
        """Begin with the feed's next answer; forget what was not seen for too long."""
        if self.today is not None and payload.fetched_at < self.today.fetched_at:
            raise ValueError(f"the answers of feed {payload.item!r} are not in the order in which they came; sort them by fetched_at")
        if self.today is None or payload.about != self.today.about:
            self.texts = {text: day for text, day in self.texts.items() if (payload.about - day).days <= DAYS_BACK}
            self.markups = {markup: text for markup, text in self.markups.items() if text in self.texts}
        self.today, self.fresh = payload, set()

    def new(self, markup: str, read: Callable[[str], Entry]) -> Entry | None:
        """The item, read; None when it is one that the feed showed before."""
        assert self.today is not None
        entry, key = None, _hash(markup)
        text = self.markups.get(key)
        if text is None or text in self.fresh:
            entry = read(markup)
            text = key if entry.unreadable else _hash(entry.id or entry.link, entry.title, entry.text)
            self.markups[key] = text
        if text not in self.texts:
            self.fresh.add(text)
        self.texts[text] = self.today.about
        return entry if text in self.fresh else None


def _new_entries(payload: Payload, standing: _Standing) -> list[Entry | None]:
    """Of each item in the answer, and of each fault, what it says; None for an item that is not new."""
    try:
        feed = _feed(payload)
    except SourceError as error:
        return [Entry(unreadable=str(error))]
    return [*(standing.new(markup, lambda one: read_entry(feed, one, payload.url)) for markup in feed.items), *_faults(feed)]


def _hash(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).digest()
