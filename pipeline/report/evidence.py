"""Contributions to the newest values with sentence and link.

For page and terminal.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Protocol

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import SIGNALS, TENSION_PAIR_DAILY

#: Columns of SIGNALS that are added to a story's contribution.
SIGNAL_COLUMNS = ("product", "quote", "source", "url", "published_at", "tier")
#: Below this share of news in a value (percent) no story is shown for it: most of it is the prior.
MIN_NEWS_PCT = 50


class ReadTable(Protocol):
    """Reads a table, or some days or columns, like `Lake.read`."""

    def __call__(self, table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """Read the columns (None: all) of the days (None: all)."""
        ...


#: Reads one day of the view `contributions`.
ReadContributions = Callable[[date], pl.DataFrame]


def newest_contributions(read: ReadTable, read_contributions: ReadContributions) -> pl.DataFrame:
    """Read the contributions of the last day of the index.

    With `SIGNAL_COLUMNS`, which are null without a signal.
    """
    last = read(TENSION_PAIR_DAILY)["index_date"].max()
    return add_evidence(read_contributions(last), read(SIGNALS))  # type: ignore[arg-type]  # a date; never empty once there is an index


def add_evidence(contributions: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """Add `SIGNAL_COLUMNS` to rows of CONTRIBUTIONS."""
    return contributions.join(signals.select("signal_id", *SIGNAL_COLUMNS), on="signal_id", how="left", maintain_order="left")
