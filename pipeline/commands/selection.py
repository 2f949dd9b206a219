"""Checks of the pair and days that options select."""

from datetime import date

import polars as pl

from pipeline.contracts.days import Days
from pipeline.errors import UserError


class SelectionError(UserError, ValueError):
    """Options select nothing: days in the wrong order, or without rows."""


def check_selection(rows: pl.DataFrame, pair: str | None, first: date | None, last: date | None) -> None:
    """Raise `SelectionError` if options select none of the rows.

    `rows`: `pair` and `index_date` of all that can be selected, at least one row. `pair` (None: all) is in alphabetical order; `first` and
    `last` are included (None: no bound).
    """
    if first and last and last < first:
        raise SelectionError(f"the days {first} to {last} end before they start; swap --from and --to")
    of_pair = rows if pair is None else rows.filter(pl.col("pair") == pair)
    if of_pair.is_empty():
        raise SelectionError(f"there is nothing of the pair {pair}; choose one of {', '.join(rows['pair'].unique().sort())} with --pair")
    days = of_pair["index_date"]
    if not days.is_between(first or date.min, last or date.max).any():
        selected = f" from {first}" * (first is not None) + f" to {last}" * (last is not None)
        raise SelectionError(f"there is nothing{selected}, only of {find_span(of_pair)}; choose other days with --from and --to")


def find_span(rows: pl.DataFrame) -> Days:
    """Return the first and last `index_date` of one row or more."""
    return Days(*rows.select(pl.min("index_date"), last=pl.max("index_date")).row(0))
