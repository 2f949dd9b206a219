"""When the baseline stands and when it is made anew: 100 must mean the same next year as it does today.

Belongs here: which rows of the table `baseline` are kept. Does not: the rates themselves (`sql/index/baseline.sql`), or the choice of
the window (`parameters.py`).
"""

from datetime import date

import polars as pl

from pipeline.contracts.tables.index import BASELINE

#: What a baseline is a baseline of. Another window, version of the index or table of weights is another scale.
METHOD = ["baseline_from", "baseline_to", "index_version", "weights_sha"]


def freeze(fresh: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """The rows of `BASELINE` to keep: those `stored`, where they are frozen and of the method of the `fresh` ones, else the fresh ones.

    Frozen rows stand whatever is read later: late articles in the window, new sources and another lexicon do not move them. The series are
    those of the fresh rows: one that was not asked for before gets its rows from them, one that is no longer asked for is gone. A baseline
    whose window is not over yet is not frozen.
    """
    stands = not stored.is_empty() and stored["is_frozen"].all() and stored.select(METHOD).unique().equals(fresh.select(METHOD).unique())
    if not stands:
        return fresh
    return BASELINE.conform(pl.concat([stored.join(fresh, on="series", how="semi"), fresh.join(stored, on="series", how="anti")]))


def frozen_window(stored: pl.DataFrame) -> tuple[date, date] | None:
    """The window of a frozen baseline: it stays when days before it are read later."""
    frozen = stored.filter("is_frozen").select("baseline_from", "baseline_to").unique()
    return frozen.row(0) if frozen.height == 1 else None
