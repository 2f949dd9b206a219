"""Row counts of the lake by source: upstreams by their rows, all others from files."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.raw import RAW_ARTICLES, RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.row_counts import ROW_COUNTS, count_rows_by_source

DAY = date(2025, 4, 4)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def write(lake: Lake, table: Table, **columns: list[str]) -> None:
    """Write one row for each value of the columns, on one day where the table has days."""
    count = len(next(iter(columns.values()), [""]))
    rows = pl.concat([table.example()] * count).with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    if table.day:
        lake.write_days(table, rows.with_columns(pl.lit(DAY).alias(table.day)), Days(DAY, DAY))
    else:
        lake.write(table, rows)


def test_an_empty_lake_has_no_row_counts(lake: Lake) -> None:
    assert count_rows_by_source(lake).equals(ROW_COUNTS.to_frame())


def test_articles_of_upstreams_and_files_are_counted_apart(lake: Lake) -> None:
    ids = ["rss/Post/20260310T060000Z-0123456789ab#1", "gdelt/20250404000000.gkg.csv.zip#12", "rss/a.csv#7", "gdelt/a.csv#3"]
    write(lake, RAW_ARTICLES, raw_id=ids)
    assert count_rows_by_source(lake).rows() == [("articles", 2, DAY), ("gdelt", 1, DAY), ("rss", 1, DAY)]


def test_trade_flows_are_counted_by_origin_to_the_end_of_a_month(lake: Lake) -> None:
    months = ["2025-01", "2025-02", "2025-03"]
    write(lake, RAW_TRADE_FLOWS, origin=["census", "comtrade", "file"], reference_month=months)
    assert count_rows_by_source(lake).rows() == [
        ("census", 1, date(2025, 1, 31)),
        ("comtrade", 1, date(2025, 2, 28)),
        ("trade", 1, date(2025, 3, 31)),
    ]


@pytest.mark.parametrize(
    ("name", "table"),
    [(name, holding.table) for name, one in UPSTREAMS.items() for holding in one.holdings if len(holding.rows.meta.root_names()) == 0],
)
def test_all_rows_of_a_table_of_one_upstream_are_counted(lake: Lake, name: str, table: Table) -> None:
    write(lake, table)
    assert count_rows_by_source(lake).rows() == [(name, 1, DAY)]
