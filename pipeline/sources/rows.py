"""Convert rows of articles from any source to `RAW_ARTICLES`.

Each row gets a name (`raw_id`) and the day under which it is stored (`index_date`). Articles are cleaned and checked in
`pipeline/articles`.
"""

from datetime import date

import polars as pl

from pipeline.contracts.instants import parse_instant
from pipeline.contracts.tables.raw import RAW_ARTICLES

COLUMNS = ("article_id", "source", "published_at", "fetched_at", "title", "body", "url")
#: A row as received: all columns as text, and in `unreadable` why the row could not be read.
ROWS = pl.Schema({name: pl.String() for name in (*COLUMNS, "unreadable")})

DATES = ("published_at", "fetched_at")


class RawArticleConverter:
    """Converts the rows of one file in batches of any size.

    With a given `day`, or a date in the first batch, the result does not depend on the size of the batches. `row_count` is the number of
    rows so far, `day` the day of the last row (until a row has a date, the given one or None), `latest_date` the latest date in any row,
    even if it is after `last_day`, `future_count` the number of rows with `fetched_at` after it.
    """

    def __init__(self, label: str, *, last_day: date | None = None, day: date | None = None) -> None:
        """Start converting the rows of one file.

        Each `raw_id` begins with `label`. A date after `last_day` counts as none. `day` is the day for rows before the first row with a
        date, if known.
        """
        self.label, self.last_day, self.day = label, last_day, day
        self.row_count = self.future_count = 0
        self.latest_date: date | None = None

    def convert(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Convert the next rows as received to `RAW_ARTICLES`, in their order.

        A row gets `raw_id` and `index_date` as in `to_raw_articles`, and loses a later `fetched_at`. Numbers go on across batches, and so
        does the day for a row without a date: that of the previous row. Rows before the first date get `day`, or without it the first day
        in their batch; `index_date` is null if that has no date either.
        """
        dates = rows.select(parse_instant(pl.col(name)).dt.date().alias(name) for name in DATES)
        last_day = self.last_day or date.max
        past = [pl.when(pl.col(name) <= last_day).then(pl.col(name)) for name in DATES]
        days = dates.select(pl.coalesce(past).forward_fill()).to_series()
        days = days.fill_null(strategy="backward") if self.day is None else days.fill_null(self.day)
        # Otherwise the index would seem to be known until then, and every day would be final.
        is_future = (dates["fetched_at"] > last_day).fill_null(value=False)
        converted = (
            rows.with_columns(days.alias("index_date"), fetched_at=pl.when(~is_future).then("fetched_at"))
            .with_row_index("row", offset=self.row_count + 1)
            .with_columns(pl.format("{}#{}", pl.lit(self.label), "row").alias("raw_id"))
            .select(RAW_ARTICLES.schema.names())
        )
        self.row_count += rows.height
        self.future_count += int(is_future.sum())
        if not converted.is_empty():
            self.day = converted["index_date"][-1]
        latest = [day for day in (dates[name].max() for name in DATES) if isinstance(day, date)]
        self.latest_date = max((day for day in (self.latest_date, *latest) if day is not None), default=None)
        return converted


def to_raw_articles(rows: pl.DataFrame, label: str, *, last_day: date | None = None) -> pl.DataFrame:
    """Convert rows as received (`ROWS`) to `RAW_ARTICLES`, in their order.

    Their `raw_id` is `label#1`, `label#2`, …; their `index_date` is the UTC day of `published_at`, or else of `fetched_at`, or else that of
    the previous row (at the start: of the first row with a date). Dates after `last_day` are ignored, and such a `fetched_at` is removed.
    `index_date` is null if no row has a date.
    """
    return RawArticleConverter(label, last_day=last_day).convert(rows)
