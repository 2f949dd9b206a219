"""Scales of the index: days with the same baseline.

A scale is a version of the baseline, identified by its last day (`baseline_to`). Values of two scales cannot be compared or averaged.
"""

from datetime import date

import polars as pl


def select_newest_scale(frame: pl.DataFrame) -> pl.DataFrame:
    """Select the rows with the baseline of the last day.

    `frame`: `index_date`, `baseline_to` and any other columns, in any order.
    """
    return frame.filter(pl.col("baseline_to") == pl.col("baseline_to").sort_by("index_date").last())


def find_highest(frame: pl.DataFrame, name: str) -> tuple[date, float] | None:
    """Find the highest day with the baseline of the last day.

    Returns the day, the earliest of equal ones, and its value in the column `name`; None if no such day has a value. `frame`: rows of
    TENSION_PAIR_DAILY of one pair.
    """
    known = select_newest_scale(frame).select("index_date", name).drop_nulls()
    if known.is_empty():
        return None
    day, value = known.sort(name, "index_date", descending=[True, False]).row(0)
    return day, value
