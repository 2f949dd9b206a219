"""Tables too large to be held at once: made, audited and written in parts, one file a year."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.index import CONTRIBUTIONS
from pipeline.models.build import models_by_table
from pipeline.warehouse import sql
from pipeline.warehouse.lake import Lake
from tests.unit.index.lake_scenes import Built


def on(*days: date) -> pl.DataFrame:
    return pl.concat(CONTRIBUTIONS.example().with_columns(index_date=pl.lit(day)) for day in days)


PARTS = (on(date(2024, 12, 30), date(2024, 12, 31)), on(date(2025, 1, 1)), on(date(2025, 6, 1)))


def test_parts_are_filed_by_year_and_read_back_whole_or_by_day(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.write_parts(CONTRIBUTIONS, PARTS) == 4
    assert [path.name for path in lake.files(CONTRIBUTIONS)] == ["2024.parquet", "2025.parquet"]
    assert lake.read(CONTRIBUTIONS).equals(pl.concat(PARTS))
    assert lake.read(CONTRIBUTIONS, Days(date(2024, 12, 31), date(2025, 1, 1))).height == 2
    assert lake.height(CONTRIBUTIONS) == 4


def test_years_that_are_no_longer_made_are_gone(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_parts(CONTRIBUTIONS, PARTS)
    lake.write_parts(CONTRIBUTIONS, PARTS[2:])
    assert lake.read(CONTRIBUTIONS).equals(PARTS[2])


def test_a_failure_between_parts_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_parts(CONTRIBUTIONS, PARTS)

    def failing() -> Iterator[pl.DataFrame]:
        yield PARTS[1]
        raise RuntimeError("the second part could not be made")

    with pytest.raises(RuntimeError, match="second part"):
        lake.write_parts(CONTRIBUTIONS, failing())
    assert lake.read(CONTRIBUTIONS).equals(pl.concat(PARTS))
    assert [path.name for path in tmp_path.iterdir()] == [CONTRIBUTIONS.name]


def test_parts_together_are_the_rows_made_at_once(long: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql, "ROWS_AT_ONCE", 700)
    query = models_by_table()[CONTRIBUTIONS.name].query
    assert query is not None
    parts = list(sql.select_in_parts(long.lake, query, CONTRIBUTIONS, long.variables))
    assert len(parts) > 10
    assert all(part["index_date"].dt.year().n_unique() == 1 for part in parts)
    assert CONTRIBUTIONS.conform(pl.concat(parts)).equals(long.lake.read(CONTRIBUTIONS))
