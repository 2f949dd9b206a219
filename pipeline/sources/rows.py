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

_CLAIMS = ("published_at", "fetched_at")


class Filing:
    """Names the rows of one file and files them under their days, batch by batch: the same rows whatever the batches.

    `rows` counts them; `day` is the day of the last one, None as long as none had a date; `latest_claim` is the latest day that any of
    them claims, also one that has not come yet.
    """

    def __init__(self, label: str, *, last_day: date | None = None, day: date | None = None) -> None:
        """`day`: the day of the rows before the first that has a date, where it is known."""
        self.label, self.last_day, self.day = label, last_day, day
        self.rows = 0
        self.latest_claim: date | None = None

    def file(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The next `ROWS` as `RAW_ARTICLES`, in the order given. `index_date` is null in every row where no row had a date so far."""
        claims = rows.select(parse_instant(pl.col(name)).dt.date().alias(name) for name in _CLAIMS)
        came = [pl.col(name) if self.last_day is None else pl.when(pl.col(name) <= self.last_day).then(pl.col(name)) for name in _CLAIMS]
        days = claims.select(pl.coalesce(came).forward_fill()).to_series()
        days = days.fill_null(strategy="backward") if self.day is None else days.fill_null(self.day)
        filed = (
            rows.with_columns(days.alias("index_date"))
            .with_row_index("row", offset=self.rows + 1)
            .with_columns(pl.format("{}#{}", pl.lit(self.label), "row").alias("raw_id"))
            .select(RAW_ARTICLES.schema.names())
        )
        self.rows += rows.height
        if not filed.is_empty():
            self.day = filed["index_date"][-1]
        latest = [day for day in (claims[name].max() for name in _CLAIMS) if isinstance(day, date)]
        self.latest_claim = max((day for day in (self.latest_claim, *latest) if day is not None), default=None)
        return filed


def filed(rows: pl.DataFrame, label: str, *, last_day: date | None = None) -> pl.DataFrame:
    """`ROWS` as `RAW_ARTICLES`, in the order given: named `label#1`, `label#2`, …, each under its UTC day.

    The day is that of `published_at`, else of `fetched_at`, else of the row before, else of the row after; a day after `last_day` has not
    come yet and counts as no date. `index_date` is null in every row where no row has a date.
    """
    return Filing(label, last_day=last_day).file(rows)
