"""What the newest values are made of, with the sentence and the link of each story: what the page and the terminal show.

Belongs here: joining contributions with the signals that speak for them. Does not: choosing or drawing them.
"""

from collections.abc import Callable
from datetime import date
from typing import Protocol

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import SIGNALS, TENSION_PAIR_DAILY

#: What a story's signal adds to its contribution.
OF_SIGNAL = ("product", "quote", "source", "url", "published_at")


class Read(Protocol):
    """Gives the rows of a table, all or those of some days: the lake's own way of reading."""

    def __call__(self, table: Table, days: Days | None = None) -> pl.DataFrame: ...  # noqa: D102 said above


#: Gives the rows of the view `contributions` on one day.
ReadContributions = Callable[[date], pl.DataFrame]


def newest_contributions(read: Read, read_contributions: ReadContributions) -> pl.DataFrame:
    """Contributions of the last day of the index, each with `OF_SIGNAL` of the signal that speaks for it (empty without one)."""
    last = read(TENSION_PAIR_DAILY)["index_date"].max()
    return with_evidence(read_contributions(last), read(SIGNALS))  # type: ignore[arg-type]  # a date; never empty once there is an index


def with_evidence(contributions: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """The rows of CONTRIBUTIONS, each with `OF_SIGNAL` of its signal."""
    return contributions.join(signals.select("signal_id", *OF_SIGNAL), on="signal_id", how="left", maintain_order="left")
