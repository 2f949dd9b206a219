"""What the newest values are made of, with the sentence and the link of each story: what the page and the terminal show.

Belongs here: joining contributions with the signals that speak for them. Does not: choosing or drawing them.
"""

from typing import Protocol

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import CONTRIBUTIONS, SIGNALS, TENSION_PAIR_DAILY

#: What a story's signal adds to its contribution.
OF_SIGNAL = ("product", "quote", "source", "url", "published_at")


class Read(Protocol):
    """Gives the rows of a table, all or those of some days: the lake's own way of reading."""

    def __call__(self, table: Table, days: Days | None = None) -> pl.DataFrame: ...  # noqa: D102 said above


def newest_contributions(read: Read) -> pl.DataFrame:
    """Rows of CONTRIBUTIONS of the last day of the index, each with `OF_SIGNAL` of the signal that speaks for it (empty without one)."""
    last = read(TENSION_PAIR_DAILY)["index_date"].max()
    days = Days(last, last)  # type: ignore[arg-type]  # a column of dates; never empty once the index is made
    return with_evidence(read(CONTRIBUTIONS, days), read(SIGNALS))


def with_evidence(contributions: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """The rows of CONTRIBUTIONS, each with `OF_SIGNAL` of its signal."""
    return contributions.join(signals.select("signal_id", *OF_SIGNAL), on="signal_id", how="left", maintain_order="left")
