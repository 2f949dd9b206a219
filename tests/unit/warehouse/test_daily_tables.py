"""Daily tables that several queries read."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import COVERAGE
from pipeline.warehouse import sql
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, read_query, select

DAYS = Days(date(2025, 6, 2), date(2025, 6, 4))
TOTAL = "select sum(accepted)::integer as total from coverage"


def write_coverage(lake: Lake, accepted: int, days: Days = DAYS) -> None:
    counts = dict.fromkeys(("article_count", "accepted"), accepted) | dict.fromkeys(("duplicate", "quarantined"), 0)
    rows = pl.DataFrame([{"index_date": day, "source": "The Paper"} | counts for day in days], schema=COVERAGE.schema)
    with lake.stage("test") as staged:
        staged.write_days(COVERAGE, rows, days)


def read_total(lake: Lake, folder: Path) -> int:
    path = folder / "model.sql"
    path.write_text(TOTAL, encoding="utf-8")
    total = select(lake, read_query(path), {}).item()
    assert isinstance(total, int)
    return total


def test_a_replaced_day_is_read_again(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    write_coverage(lake, 1)
    assert read_total(lake, tmp_path) == 3
    for accepted in (2, 3):  # files of the same size, written at once
        write_coverage(lake, accepted, Days(DAYS.last, DAYS.last))
        assert read_total(lake, tmp_path) == 2 + accepted


def test_an_added_and_a_removed_day_change_the_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    write_coverage(lake, 1)
    assert read_total(lake, tmp_path) == 3
    write_coverage(lake, 5, Days(date(2025, 6, 5), date(2025, 6, 5)))
    assert read_total(lake, tmp_path) == 8
    lake.files(COVERAGE)[0].unlink()
    assert read_total(lake, tmp_path) == 7


def test_equal_days_of_two_lakes_are_two_tables(tmp_path: Path) -> None:
    lakes = [Lake(tmp_path / name) for name in ("one", "two")]
    for accepted, lake in enumerate(lakes, 1):
        write_coverage(lake, accepted)
    assert [read_total(lake, tmp_path) for lake in lakes] == [3, 6]


def test_a_damaged_day_is_an_error_with_its_file(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    write_coverage(lake, 1)
    read_total(lake, tmp_path)
    lake.files(COVERAGE)[1].write_bytes(b"half a file")
    with pytest.raises(ModelError, match=r"model\.sql: .*2025-06-03\.parquet"):
        read_total(lake, tmp_path)


@pytest.mark.parametrize(("most_bytes", "reads"), [(1_000_000, 1), (0, 2)])
def test_small_tables_are_read_once_and_large_ones_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_bytes: int, reads: int
) -> None:
    monkeypatch.setattr(sql, "_MOST_BYTES", most_bytes)
    opened: list[int] = []
    open_parquet = sql.open_parquet

    def open_counted(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> duckdb.DuckDBPyRelation:
        opened.append(len(files))
        return open_parquet(connection, files)

    monkeypatch.setattr(sql, "open_parquet", open_counted)
    lake = Lake(tmp_path)
    write_coverage(lake, 1)
    assert [read_total(lake, tmp_path) for _ in range(2)] == [3, 3]
    assert opened == [3] * reads
