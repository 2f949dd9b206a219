"""The list of dated trade actions that the event study is held against, read from `events.csv` and checked.

Belongs here: what a row of the list is, and refusing a list that is not so. Does not: setting the index against the list.
The list is data. It holds facts in our own words, each with its source, and was written without looking at the index.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.model import Vocabulary
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY

EVENTS_FILE = Path(__file__).with_name("events.csv")

EVENTS_SCHEMA = pl.Schema(
    {
        "event_id": pl.String(),
        "event_date": pl.Date(),  # the UTC day on which the act became public
        "effective_date": pl.Date(),  # when it took or was to take effect, where that is known; it may lie before the event
        "actor": pl.String(),
        "target": pl.String(),
        "polarity": pl.String(),
        "kind": pl.String(),
        "instrument": pl.String(),
        "what": pl.String(),
        "source_title": pl.String(),
        "source_url": pl.String(),
        "link": pl.String(),
        "precision": pl.String(),
    }
)

LINK = Vocabulary(
    "link",
    "Where the address of a source leads.",
    {
        "document": "to the document itself",
        "publisher": "to the publisher's page for such documents; the title says which one to look for",
    },
)

PRECISION = Vocabulary(
    "precision",
    "How sure the day is.",
    {
        "day": "sure",
        "day-uncertain": "may be off by a day or so, mostly because the act was published around midnight UTC",
    },
)

_WORDS: Mapping[str, Vocabulary] = {"kind": KIND, "instrument": INSTRUMENT, "link": LINK, "precision": PRECISION}
_MAY_BE_EMPTY = frozenset({"effective_date"})
_COUNTRY = re.compile(r"[A-Z]{3}")
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")


class EventListError(ValueError):
    """The list of events cannot be read or breaks its own rules; the message names the file, the row and what to mend."""


def read_events(path: Path = EVENTS_FILE) -> pl.DataFrame:
    """The events of a list, one row an act (`EVENTS_SCHEMA`), by day and id; `effective_date` is null where it is not given.

    `polarity` is `escalation` or `concession`. A mutual act (`kind` agreement) stands once, with either side as the actor.
    `EventListError` when the columns differ, a field is empty, a date is none, a word is not in its vocabulary, a kind has not
    its polarity, a pair is not two countries, an address is none, or an id stands twice.
    """
    try:
        text = pl.read_csv(path, infer_schema=False, empty_string_is_null=False).fill_null("")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise EventListError(
            f"the list of events {path} cannot be read as CSV ({error}); give one with the columns of events.csv"
        ) from error
    if text.columns != EVENTS_SCHEMA.names():
        raise EventListError(f"the list of events {path} has the columns {text.columns}; it needs {EVENTS_SCHEMA.names()}, in this order")
    for number, row in enumerate(text.iter_rows(named=True), start=1):
        flaw = _flaw(row)
        if flaw is not None:
            raise EventListError(f"the list of events {path}, row {number} ({row['event_id'] or 'without an id'}): {flaw}")
    twice = text.filter(pl.col("event_id").is_duplicated())["event_id"].unique(maintain_order=True).to_list()
    if twice:
        raise EventListError(f"the list of events {path} has more than one row with the id {', '.join(twice)}; give each its own")
    dates = [name for name, dtype in EVENTS_SCHEMA.items() if dtype == pl.Date()]
    return text.with_columns(pl.col(dates).replace("", None).str.to_date("%Y-%m-%d")).cast(EVENTS_SCHEMA).sort("event_date", "event_id")


def _flaw(row: Mapping[str, str]) -> str | None:
    """What is wrong with one row as it was written, or None."""
    empty = [name for name, value in row.items() if name not in _MAY_BE_EMPTY and not value.strip()]
    if empty:
        return f"{', '.join(empty)} must not be empty"
    for name, words in _WORDS.items():
        if row[name] not in words:
            return f"{name} is {row[name]!r}; it must be one of {', '.join(words.words)}"
    return _flaw_of_dates(row) or _flaw_of_sides(row) or _flaw_of_source(row)


def _flaw_of_dates(row: Mapping[str, str]) -> str | None:
    for name in ("event_date", "effective_date"):
        if row[name] and not _is_date(row[name]):
            return f"{name} is {row[name]!r}; write a day as 2019-05-10"
    return None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _flaw_of_sides(row: Mapping[str, str]) -> str | None:
    actor, target = row["actor"], row["target"]
    if not (_COUNTRY.fullmatch(actor) and _COUNTRY.fullmatch(target)) or actor == target:
        return f"actor and target are {actor!r} and {target!r}; write two different countries as ISO 3166 alpha-3 (EUN for the EU)"
    polarity = KIND_POLARITY[row["kind"]]
    if polarity == "dialogue":
        return "kind is 'dialogue'; talks are no act of either sign and stay out of the list"
    if row["polarity"] != polarity:
        return f"polarity is {row['polarity']!r}, but the kind {row['kind']!r} is always {polarity!r}"
    return None


def _flaw_of_source(row: Mapping[str, str]) -> str | None:
    if not _ADDRESS.fullmatch(row["source_url"]):
        return f"source_url is {row['source_url']!r}; write an address that begins with http:// or https://"
    return None
