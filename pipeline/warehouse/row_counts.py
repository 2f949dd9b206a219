"""Count the rows in the lake by source.

A source is an upstream (a service from which rows are fetched) or the user's files. Does not belong here: which rows belong to an upstream
(`pipeline/contracts/upstreams.py`), the state of a source (`pipeline/sources/upstream_status.py`).
"""

from collections.abc import Sequence

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.warehouse.lake import Lake

#: Tables with rows from the user's files, which are all rows that no upstream delivered, by the name of this source.
FILE_SOURCES = {"articles": RAW_ARTICLES, "trade": RAW_TRADE_FLOWS}

ROW_COUNTS = pl.Schema({"source": pl.String(), "row_count": pl.Int64(), "newest_date": pl.Date()})


def count_rows_by_source(lake: Lake) -> pl.DataFrame:
    """Count the rows of each source and find their newest day.

    Returns one row of `ROW_COUNTS` for each source, sorted by source. The day of a monthly figure is the last of its month. A source with
    rows in several tables has their sum. Sources without rows are left out. `ContractError` when the files of a table have an earlier
    schema, `LakeError` when one is damaged.
    """
    upstream_rows = [(name, holding) for name, upstream in UPSTREAMS.items() for holding in upstream.holdings]
    file_sources = {table.name: name for name, table in FILE_SOURCES.items()}
    tables = {table.name: table for table in (*FILE_SOURCES.values(), *(holding.table for _, holding in upstream_rows))}
    counts = pl.concat(
        _count_rows_of_table(
            lake,
            table,
            [(name, holding.rows) for name, holding in upstream_rows if holding.table is table],
            file_sources.get(table.name),
        )
        for table in tables.values()
    )
    return counts.group_by("source").agg(pl.col("row_count").sum(), pl.col("newest_date").max()).sort("source")


def _count_rows_of_table(lake: Lake, table: Table, upstreams: Sequence[tuple[str, pl.Expr]], other_source: str | None) -> pl.DataFrame:
    """Count the rows of one table by source, as ROW_COUNTS.

    `upstreams`: name of each and a condition for its rows; the first condition that is true for a row decides.
    `other_source`: the source of the rows that meet none of the conditions; None for a table without such rows.
    """
    source = pl.coalesce(*(pl.when(rows).then(pl.lit(name)) for name, rows in upstreams), pl.lit(other_source, pl.String()))
    month_end = (pl.col("reference_month") + "-01").str.to_date(strict=False).dt.month_end()
    day = pl.col("index_date") if "index_date" in table.schema else month_end
    columns = [name for name in table.schema.names() if name in (*source.meta.root_names(), *day.meta.root_names())]
    rows = lake.read(table, columns=columns).select(source.alias("source"), day.alias("newest_date"))
    return rows.group_by("source").agg(pl.len().cast(pl.Int64).alias("row_count"), pl.col("newest_date").max()).select(ROW_COUNTS.names())
