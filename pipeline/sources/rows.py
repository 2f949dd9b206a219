"""Rows of articles as every source gives them, and the day under which each is filed.

Belongs here: the columns of a row in text, its name and its day. Does not: where rows come from, or any judgement about them
(`pipeline/articles`).
"""

from datetime import date

import polars as pl

from pipeline.contracts.instants import parse_instant
from pipeline.contracts.tables.raw import RAW_ARTICLES

COLUMNS = ("article_id", "source", "published_at", "fetched_at", "title", "body", "url")
#: One row as it came: all columns as text, and in `unreadable` why it could not be read at all.
ROWS = pl.Schema({name: pl.String() for name in (*COLUMNS, "unreadable")})


def filed(rows: pl.DataFrame, label: str, *, last_day: date | None = None) -> pl.DataFrame:
    """`ROWS` as `RAW_ARTICLES`, in the order given: named `label#1`, `label#2`, …, each under its UTC day.

    The day is that of `published_at`, else of `fetched_at`, else of the row before, else of the row after; a day after `last_day` has not
    come yet and counts as no date. `index_date` is null in every row where no row has a date.
    """
    claimed = (parse_instant(pl.col(name)).dt.date() for name in ("published_at", "fetched_at"))
    day = pl.coalesce(one if last_day is None else pl.when(one <= last_day).then(one) for one in claimed)
    return (
        rows.with_row_index("row", offset=1)
        .with_columns(pl.format("{}#{}", pl.lit(label), "row").alias("raw_id"), day.forward_fill().backward_fill().alias("index_date"))
        .select(RAW_ARTICLES.schema.names())
    )
