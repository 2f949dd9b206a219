"""When a baseline is frozen and when it is replaced.

Frozen rows make 100 mean the same next year as today. Belongs here: which rows of the table `baseline` are stored. Does not: the rates
(`sql/index/baseline.sql`), the window (`parameters.py`).
"""

from datetime import date

import polars as pl

from pipeline.contracts.tables.index import BASELINE

#: Columns that define the scale. Another window, index version or table of weights is another scale.
METHOD = ["baseline_from", "baseline_to", "index_version", "weights_sha"]


def freeze_baseline(fresh: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `BASELINE` to store.

    These are the stored rows if they still apply, else the fresh ones. Stored rows apply if all are frozen and were computed by the method
    of the fresh ones. Late articles, new sources or another lexicon do not change them. The series are always those of `fresh`: new series
    take their fresh rows, series that are gone are dropped.
    """
    applies = not stored.is_empty() and stored["is_frozen"].all() and stored.select(METHOD).unique().equals(fresh.select(METHOD).unique())
    if not applies:
        return fresh
    return BASELINE.conform(pl.concat([stored.join(fresh, on="series", how="semi"), fresh.join(stored, on="series", how="anti")]))


def frozen_window(stored: pl.DataFrame) -> tuple[date, date] | None:
    """First and last day of a frozen baseline's window.

    None when there is no frozen baseline.
    """
    frozen = stored.filter("is_frozen").select("baseline_from", "baseline_to").unique()
    return frozen.row(0) if frozen.height == 1 else None
