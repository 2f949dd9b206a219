"""Builds the tables of GDELT's events, a cross-check of the index.

Files are parsed in `events.py`; totals per day are computed in `sql/crosscheck`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_EVENTS
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.events import ROW_OUTCOMES, classify_events, parse_events
from pipeline.sources.gdelt.lines import EVENTS_SUFFIX, parse_quarter
from pipeline.sources.payloads import FetchResult


@dataclass(frozen=True)
class CrossCheck:
    """Events between states, and what became of each quarter-hour's file.

    `events` is of `GDELT_EVENTS`. `accounts` is of `GDELT_ACCOUNTS`: whether a file was read, and how many of its rows were used or
    skipped, by reason.
    """

    events: pl.DataFrame
    accounts: pl.DataFrame


def build_cross_check(results: Iterable[FetchResult]) -> CrossCheck:
    """Build the tables of events and accounts from a window's fetch results.

    `results` are in order of time; those of files without events are skipped. A quarter-hour whose file is missing or unreadable has an
    account without counts, with the reason; it raises no error. A selected event that is in several files counts in the first.
    """
    frames = [GDELT_EVENTS.empty()]
    accounts: list[dict[str, Any]] = []
    known_ids: set[int] = set()
    for result in results:
        if result.request.item.endswith(EVENTS_SUFFIX):
            events, account = _read_quarter(result, known_ids)
            frames.append(events)
            accounts.append(account)
            known_ids.update(events["gdelt_event_id"])
    return CrossCheck(GDELT_EVENTS.conform(pl.concat(frames)), GDELT_ACCOUNTS.conform(pl.DataFrame(accounts, schema=GDELT_ACCOUNTS.schema)))


def _read_quarter(result: FetchResult, known_ids: set[int]) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the events and the account of one quarter-hour's file.

    The account is a row of `GDELT_ACCOUNTS`; `known_ids` are the ids of the events selected from earlier files.
    """
    account = {
        "index_date": result.request.day,
        "quarter_at": parse_quarter(result.request.item),
        "fetch_outcome": result.outcome,
        "is_read": False,
        "detail": result.detail,
    }
    if result.payload is None:
        return GDELT_EVENTS.empty(), account
    try:
        rows = parse_events(result.payload)
    except SourceError as error:
        return GDELT_EVENTS.empty(), account | {"detail": str(error)}
    classified = classify_events(rows, result.request.day, known_ids)
    counts = {f"{outcome}_count": classified.counts[outcome] for outcome in ROW_OUTCOMES}
    return classified.events, account | counts | {"is_read": True, "read_count": rows.height, "detail": classified.first_unreadable_reason}
