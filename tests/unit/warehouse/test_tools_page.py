"""The examples of docs/tools.md in Python run on released files."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.contracts.tables.index import SIGNALS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.warehouse.lake import write_parquet

TOOLS = Path(__file__).parents[3] / "docs" / "tools.md"


def test_the_examples_of_the_page_on_tools_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    days = pl.date_range(date(2025, 3, 31), date(2025, 4, 2), eager=True)
    latest = tmp_path / "data" / "published" / "latest"
    latest.mkdir(parents=True)
    flat = TENSION_INDEX.example(3).with_columns(date=days, mnemonic=pl.lit("TTI.CHN-USA.D"), value=pl.Series([111.0, 222.0, None]))
    flat.write_csv(latest / "tension_index.csv")
    for table, rows in (
        (TENSION_PAIR_DAILY, TENSION_PAIR_DAILY.example(3).with_columns(index_date=days)),
        (TENSION_DAILY, TENSION_DAILY.example()),
        (SIGNALS, SIGNALS.example()),
    ):
        write_parquet(table.to_published(rows), latest / table.name / "2025.parquet", {"note": "A note."})
    monkeypatch.chdir(tmp_path)
    printed = []
    blocks = re.findall(r"```python\n(.*?)```", TOOLS.read_text(encoding="utf-8"), flags=re.DOTALL)
    for code in (block for block in blocks if "s3://" not in block):  # the others are run by tests/end_to_end/test_uploads.py
        exec(code, {})  # noqa: S102  # our own documentation
        printed.append(capsys.readouterr().out)
    assert "2025-04-01" in printed[0]
    assert "222.0" in printed[0]
    assert "2025-03-31" not in printed[0]
    assert "A note." in printed[1]
    assert "TTI.CHN-USA.D" in printed[2]
