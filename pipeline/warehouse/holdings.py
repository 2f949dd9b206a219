"""How many rows of each source are in the lake.

Belongs here: counting rows by source. Does not: which rows are an upstream's (`pipeline/contracts/upstreams.py`), or the state of a
source (`pipeline/sources/standing.py`).
"""

from collections.abc import Sequence

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.warehouse.lake import Lake

#: What the rows of a table are that come from no upstream: files that the user gives.
FILES = {"articles": RAW_ARTICLES, "trade": RAW_TRADE_FLOWS}

HOLDINGS = pl.Schema({"source": pl.String(), "row_count": pl.Int64(), "newest_date": pl.Date()})


def holdings(lake: Lake) -> pl.DataFrame:
    """Rows that came from each source, and the newest day or month that they are about, as `HOLDINGS`; without rows, no row here.

    `ContractError` where a table's files are of an earlier shape.
    """
    held = [(name, holding) for name, upstream in UPSTREAMS.items() for holding in upstream.holdings]
    of_files = {table.name: name for name, table in FILES.items()}
    tables = {table.name: table for table in (*FILES.values(), *(holding.table for _, holding in held))}
    counted = pl.concat(
        _count_rows(
            lake,
            table,
            [(name, holding.rows) for name, holding in held if holding.table is table],
            of_files.get(table.name),
        )
        for table in tables.values()
    )
    return counted.group_by("source").agg(pl.col("row_count").sum(), pl.col("newest_date").max()).sort("source")


def _count_rows(lake: Lake, table: Table, held: Sequence[tuple[str, pl.Expr]], others: str | None) -> pl.DataFrame:
    """Count the rows of one table by source; `others` is the source of rows that no upstream holds."""
    source = pl.coalesce(*(pl.when(rows).then(pl.lit(name)) for name, rows in held), pl.lit(others, pl.String()))
    day = pl.col("index_date") if "index_date" in table.schema else (pl.col("reference_month") + "-01").str.to_date(strict=False)
    columns = [name for name in table.schema.names() if name in (*source.meta.root_names(), *day.meta.root_names())]
    rows = lake.read(table, columns=columns).select(source.alias("source"), day.alias("newest_date"))
    return rows.group_by("source").agg(pl.len().cast(pl.Int64).alias("row_count"), pl.col("newest_date").max()).select(HOLDINGS.names())
