"""From what came of a window's files to the tables of the cross-check.

Belongs here: going through the files once, in order, and accounting for every quarter of an hour. Does not: asking (`fetch.py`), the
formats (`events.py`, `articles.py`), or sums by day (`sql/crosscheck`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_EVENTS
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.events import ENDS, between_states, parse_events
from pipeline.sources.gdelt.lines import EVENTS_END, quarter_of
from pipeline.sources.payloads import Fetched


@dataclass(frozen=True)
class CrossCheck:
    """The events between states, and what became of every quarter of an hour: two frames, each as its contract says."""

    events: pl.DataFrame
    accounts: pl.DataFrame


def cross_check(fetched: Iterable[Fetched]) -> CrossCheck:
    """`GDELT_EVENTS` and `GDELT_ACCOUNTS` of what `fetch` tells of a window. Files of other kinds than events are passed over.

    A quarter without a payload, or whose payload cannot be read, is in the accounts without figures and with what was wrong. An event that
    stands in more than one file counts in the first. Nothing that came raises.
    """
    frames = [GDELT_EVENTS.empty()]
    accounts: list[dict[str, Any]] = []
    known: set[int] = set()
    for one in fetched:
        if one.request.item.endswith(EVENTS_END):
            events, account = _of_quarter(one, known)
            frames.append(events)
            accounts.append(account)
            known.update(events["gdelt_event_id"])
    return CrossCheck(GDELT_EVENTS.conform(pl.concat(frames)), GDELT_ACCOUNTS.conform(pl.DataFrame(accounts, schema=GDELT_ACCOUNTS.schema)))


def _of_quarter(one: Fetched, known: set[int]) -> tuple[pl.DataFrame, dict[str, Any]]:
    account = {
        "index_date": one.request.about,
        "quarter_at": quarter_of(one.request.item),
        "fetch_outcome": one.outcome,
        "is_read": False,
        "detail": one.detail,
    }
    if one.payload is None:
        return GDELT_EVENTS.empty(), account
    try:
        rows = parse_events(one.payload)
    except SourceError as error:
        return GDELT_EVENTS.empty(), account | {"detail": str(error)}
    ended = between_states(rows, one.request.about, known)
    counts = {f"{end}_count": ended.counts[end] for end in ENDS}
    return ended.events, account | counts | {"is_read": True, "read_count": rows.height, "detail": ended.first_fault}
