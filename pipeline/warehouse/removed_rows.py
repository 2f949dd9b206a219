"""Count rows of article files that a run removed from the index.

A run removes rows that are in no article file any more; they are found by hashes of the rows before and after the run. Fetched articles do
not count: no file has them. Nor do rows of the quarantine (rejected rows), which were not in the index: a person corrects or removes them.
"""

from collections.abc import Iterable
from datetime import date

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.instants import parse_instant
from pipeline.contracts.model import ContractError
from pipeline.contracts.tables.core import QUARANTINE
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.warehouse.lake import Lake, LakeError

_HASHES = pl.Schema({"index_date": pl.Date(), "row": pl.UInt64(), "is_usable": pl.Boolean()})
_COLUMNS = ("raw_id", "index_date", "source", "published_at", "url", "title")
_DAYS_AT_ONCE = 31


def hash_file_rows(lake: Lake, spans: Iterable[Days]) -> pl.DataFrame:
    """Hash the rows that come from the user's article files.

    `spans`: ranges of days to read. Returns `index_date`, `row` (hash of source, time and URL, or title if there is no URL), and
    `is_usable`, which is false for rows of the quarantine. The same article has the same hash in another file, also if its time is written
    in another form. Empty if the lake has an earlier schema or a damaged file, which the run itself reports.
    """
    is_fetched = pl.any_horizontal(
        holding.rows for upstream in UPSTREAMS.values() for holding in upstream.holdings if holding.table is RAW_ARTICLES
    )
    link = pl.when(pl.col("url").str.len_bytes() > 0).then("url").otherwise("title")
    frames = [_HASHES.to_frame()]
    try:
        for days in (part for span in spans for part in span.split(_DAYS_AT_ONCE)):
            rows = lake.read(RAW_ARTICLES, days, columns=_COLUMNS).filter(~is_fetched)
            quarantined = lake.read(QUARANTINE, days, columns=["raw_id"])["raw_id"]
            row = pl.struct("source", parse_instant(pl.col("published_at")), link.alias("link")).hash()
            is_usable = ~pl.col("raw_id").is_in(quarantined.implode())
            frames.append(rows.select("index_date", row=row, is_usable=is_usable))
    except (ContractError, LakeError, pl.exceptions.PolarsError):
        return _HASHES.to_frame()
    return pl.concat(frames)


def count_removed_rows(before: pl.DataFrame, after: pl.DataFrame) -> dict[date, int]:
    """Count by day the usable rows of `before` whose hash `after` lacks.

    `before`, `after`: results of `hash_file_rows` before and after a run. A hash counts as present in `after` whether its row is
    usable or not, and on whatever day. Days without removed rows are left out.
    """
    removed = before.filter("is_usable").join(after, on="row", how="anti").group_by("index_date").len().sort("index_date")
    return dict(removed.rows())
