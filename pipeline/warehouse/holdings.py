"""How much of each source lies in the lake.

Belongs here: counting rows by source. Does not: how a source stands with its upstream (`pipeline/sources/standing.py`).
"""

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.crosscheck import GDELT_EVENTS
from pipeline.contracts.tables.official import RAW_OFFICIAL_DOCUMENTS
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS
from pipeline.warehouse.lake import Lake

#: Rows of answers are named `rss/<feed>/<answer>#1` and `gdelt/<file>#1`; all others are of article files.
_BY_NAME = pl.coalesce(pl.col("raw_id").str.extract(r"^(rss|gdelt)/.*[0-9a-zA-Z]#[0-9]+$"), pl.lit("articles"))

HOLDINGS = pl.Schema({"source": pl.String(), "row_count": pl.Int64(), "newest_date": pl.Date()})


def holdings(lake: Lake) -> pl.DataFrame:
    """Rows that came from each source, and the newest day or month that they are about, as `HOLDINGS`; without rows, no row here.

    `ContractError` where a table's files are of an earlier shape.
    """
    month = (pl.col("reference_month") + "-01").str.to_date(strict=False)
    counted = pl.concat(
        [
            _counted(lake, RAW_ARTICLES, _BY_NAME, pl.col("index_date")),
            _counted(lake, GDELT_EVENTS, pl.lit("gdelt"), pl.col("index_date")),
            _counted(lake, RAW_OFFICIAL_DOCUMENTS, pl.lit("federal_register"), pl.col("index_date")),
            _counted(lake, RAW_TRADE_FLOWS, pl.col("origin").replace("file", "trade"), month),
        ]
    )
    return counted.group_by("source").agg(pl.col("row_count").sum(), pl.col("newest_date").max()).sort("source")


def _counted(lake: Lake, table: Table, source: pl.Expr, day: pl.Expr) -> pl.DataFrame:
    columns = [name for name in table.schema.names() if name in (*source.meta.root_names(), *day.meta.root_names())]
    rows = lake.read(table, columns=columns).select(source.alias("source"), day.alias("newest_date"))
    return rows.group_by("source").agg(pl.len().cast(pl.Int64).alias("row_count"), pl.col("newest_date").max()).select(HOLDINGS.names())
