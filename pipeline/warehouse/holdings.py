"""How much of each source lies in the lake.

Belongs here: counting rows by source. Does not: how a source stands with its upstream (`pipeline/sources/standing.py`).
"""

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import GDELT_EVENTS
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_OFFICIAL_DOCUMENTS, RAW_TRADE_FLOWS
from pipeline.warehouse.lake import Lake

HOLDINGS = pl.Schema({"source": pl.String(), "row_count": pl.Int64(), "newest_date": pl.Date()})


def holdings(lake: Lake) -> pl.DataFrame:
    """Rows that came from each source, and the newest day or month that they are about, as `HOLDINGS`; without rows, no row here."""
    counted = pl.concat(
        [
            _counted(lake, RAW_ARTICLES, pl.col("upstream"), pl.col("index_date")),
            _counted(lake, GDELT_EVENTS, pl.lit("gdelt"), pl.col("index_date")),
            _counted(lake, RAW_OFFICIAL_DOCUMENTS, pl.lit("federal_register"), pl.col("index_date")),
            _counted(lake, RAW_TRADE_FLOWS, pl.col("upstream"), (pl.col("reference_month") + "-01").str.to_date(strict=False)),
        ]
    )
    return counted.group_by("source").agg(pl.col("row_count").sum(), pl.col("newest_date").max()).sort("source")


def _counted(lake: Lake, table: Table, source: pl.Expr, day: pl.Expr) -> pl.DataFrame:
    files = lake.files(table)
    if not files:
        return HOLDINGS.to_frame()
    rows = pl.scan_parquet(files, hive_partitioning=False).select(source.alias("source"), day.alias("newest_date"))
    return (
        rows.group_by("source")
        .agg(pl.len().cast(pl.Int64).alias("row_count"), pl.col("newest_date").max())
        .select(HOLDINGS.names())
        .collect()
    )
