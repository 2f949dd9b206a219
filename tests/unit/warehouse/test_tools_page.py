"""The cookbook's pandas example runs on a released table."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.warehouse.lake import write_parquet

COOKBOOK = Path(__file__).parents[3] / "docs" / "sql-cookbook.md"


def test_the_pandas_example_selects_days_by_month(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    days = pl.date_range(date(2025, 3, 31), date(2025, 4, 2), eager=True)
    folder = tmp_path / "data" / "published" / "latest" / "tension_pair_daily"
    folder.mkdir(parents=True)
    write_parquet(TENSION_PAIR_DAILY.example(3).with_columns(index_date=days), folder / "2025.parquet")
    code = COOKBOOK.read_text(encoding="utf-8").partition("### pandas\n\n```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    exec(code, {})  # noqa: S102  # our own documentation
    printed = capsys.readouterr().out
    assert "2025-04-01" in printed
    assert "2025-03-31" not in printed
