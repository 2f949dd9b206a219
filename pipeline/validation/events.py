"""The list of dated trade actions for the event study (`events.csv`).

The list was written without looking at the index; each row cites its source.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.model import Vocabulary
from pipeline.contracts.vocabulary import INSTRUMENT, KIND, KIND_POLARITY
from pipeline.errors import TensionError

EVENTS_FILE = Path(__file__).with_name("events.csv")

EVENTS_SCHEMA = pl.Schema(
    {
        "event_id": pl.String(),
        "event_date": pl.Date(),  # UTC day on which the act became public
        "effective_date": pl.Date(),  # day of effect, if known; may be before the event
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
    "What the address of a source points to.",
    {
        "document": "the document itself",
        "publisher": "the publisher's page for such documents; the title says which one to look for",
    },
)

PRECISION = Vocabulary(
    "precision",
    "How certain the day is.",
    {
        "day": "certain",
        "day-uncertain": "may be off by about one day, mostly because the act was published around midnight UTC",
    },
)

_VOCABULARIES: Mapping[str, Vocabulary] = {"kind": KIND, "instrument": INSTRUMENT, "link": LINK, "precision": PRECISION}
_MAY_BE_EMPTY = frozenset({"effective_date"})
_COUNTRY = re.compile(r"[A-Z]{3}")
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")


class EventListError(TensionError, ValueError):
    """A list of events is unreadable or invalid."""


def read_events(path: Path = EVENTS_FILE) -> pl.DataFrame:
    """Read a list of events (`EVENTS_SCHEMA`), sorted by day and id.

    `polarity` is `escalation` or `concession`. A mutual act (kind `agreement`) has one row, with either side as the actor.

    Raises `EventListError` if the columns differ, a required field is empty, a value is not in its vocabulary, a polarity does not
    match its kind, a date, pair or address is invalid, or an id is repeated.
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
        problem = _find_error(row)
        if problem is not None:
            raise EventListError(f"the list of events {path}, row {number} ({row['event_id'] or 'without an id'}): {problem}")
    repeated = text.filter(pl.col("event_id").is_duplicated())["event_id"].unique(maintain_order=True).to_list()
    if repeated:
        raise EventListError(f"the list of events {path} has more than one row with the id {', '.join(repeated)}; make each id unique")
    dates = [name for name, dtype in EVENTS_SCHEMA.items() if dtype == pl.Date()]
    return text.with_columns(pl.col(dates).replace("", None).str.to_date("%Y-%m-%d")).cast(EVENTS_SCHEMA).sort("event_date", "event_id")


def _find_error(row: Mapping[str, str]) -> str | None:
    """Return the first error in a row as a message, or None.

    `row`: the text of each cell by column. The checks of single columns below return the same.
    """
    empty = [name for name, value in row.items() if name not in _MAY_BE_EMPTY and not value.strip()]
    if empty:
        return f"{', '.join(empty)} must not be empty"
    for name, vocabulary in _VOCABULARIES.items():
        if row[name] not in vocabulary:
            return f"{name} is {row[name]!r}; it must be one of {', '.join(vocabulary.words)}"
    return _find_date_error(row) or _find_direction_error(row) or _find_source_error(row)


def _find_date_error(row: Mapping[str, str]) -> str | None:
    """Check that both days, where given, are written as 2019-05-10."""
    for name in ("event_date", "effective_date"):
        if row[name] and not _is_date(row[name]):
            return f"{name} is {row[name]!r}; write a day as 2019-05-10"
    return None


def _is_date(text: str) -> bool:
    """Whether a text is a day in the form 2019-05-10."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _find_direction_error(row: Mapping[str, str]) -> str | None:
    """Check actor, target and polarity.

    Actor and target must be two countries, and the polarity that of the kind.
    """
    actor, target = row["actor"], row["target"]
    if not (_COUNTRY.fullmatch(actor) and _COUNTRY.fullmatch(target)) or actor == target:
        return f"actor and target are {actor!r} and {target!r}; write two different countries as ISO 3166 alpha-3 (EUN for the EU)"
    polarity = KIND_POLARITY[row["kind"]]
    if polarity == "dialogue":
        return "kind is 'dialogue'; talks are neither escalation nor concession; remove the row"
    if row["polarity"] != polarity:
        return f"polarity is {row['polarity']!r}, but the kind {row['kind']!r} is always {polarity!r}"
    return None


def _find_source_error(row: Mapping[str, str]) -> str | None:
    """Check that the source has a web address."""
    if not _ADDRESS.fullmatch(row["source_url"]):
        return f"source_url is {row['source_url']!r}; write an address that begins with http:// or https://"
    return None
