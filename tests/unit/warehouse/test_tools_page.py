"""The examples of docs/tools.md in Python and R run on released files."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.contracts.tables.index import SIGNALS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.warehouse.lake import write_parquet

TOOLS = Path(__file__).parents[3] / "docs" / "tools.md"


def list_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TOOLS.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with `data/published/latest`, as after a run."""
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
    return tmp_path


def test_the_examples_in_python_run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    printed = []
    for code in (block for block in list_blocks("python") if "s3://" not in block):  # those are in test_uploads.py
        exec(code, {})  # noqa: S102  # our own documentation
        printed.append(capsys.readouterr().out)
    assert "2025-04-01" in printed[0]
    assert "222.0" in printed[0]
    assert "2025-03-31" not in printed[0]
    assert "A note." in printed[1]
    assert "TTI.CHN-USA.D" in printed[2]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_example_in_r_runs(folder: Path) -> None:
    (code,) = list_blocks("r")
    lines = [line for line in code.splitlines() if "arrow::" not in line]  # a package that Debian does not have
    program = "\n".join([*lines, "cat(format(china$date[2]), china$value[2], is.na(china$value[3]), class(china$value))"])
    done = subprocess.run(["Rscript", "-e", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("2025-04-01 222 TRUE numeric"), done.stderr
