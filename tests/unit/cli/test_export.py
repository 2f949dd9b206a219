"""`tension export`: one table of a home as one file."""

from pathlib import Path

import polars as pl
import pytest

from tests.conftest import SampleRun
from tests.unit.cli.conftest import Command, flat


def test_the_flat_table_of_one_pair_is_exported_as_csv(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    result = command("export", "--home", sample_run.home, "--pair", "USA-CHN")
    assert result.exit_code == 0, result.output
    assert f"in {tmp_path / 'tension_index.csv'}. Bundled sample" in flat(result.output)
    rows = pl.read_csv(tmp_path / "tension_index.csv")
    assert rows["mnemonic"].n_unique() == 5 + 2 * 4
    assert set(rows["country"]) | set(rows["partner"]) == {"CHN", "USA"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--table", "signal"], "there is no table 'signal'; did you mean signals?"),
        (["--table", "weights", "--pair", "USA-CHN"], "the rows of weights are not about pairs"),
        (["--pair", "DEU-USA"], "the pair DEU-USA is not in this release; choose one of BRA-USA, CAN-USA"),
        (["--pair", "USA-EU"], "the EU is EUN here"),
        (["--out", "a.json"], "has none of the endings csv, xlsx, dta, parquet"),
        (["--to", "dta", "--out", "a.csv"], "--to dta does not fit the file a.csv"),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(
    command: Command, sample_run: SampleRun, tmp_path: Path, options: list[str], message: str
) -> None:
    result = command("export", "--home", sample_run.home, *options)
    assert result.exit_code != 0
    assert message in flat(result.output)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_named(command: Command, tmp_path: Path) -> None:
    (tmp_path / "home/published").mkdir(parents=True)
    (tmp_path / "home/published/trade_tension.duckdb").write_bytes(b"DUCK")
    result = command("export", "--home", tmp_path / "home")
    assert result.exit_code == 1, result.exception
    assert "cannot read" in flat(result.output)
    assert "`tension verify` says what repairs it" in flat(result.output)


def test_an_empty_home_is_answered_with_the_next_command(command: Command, tmp_path: Path) -> None:
    result = command("export", "--home", tmp_path / "none")
    assert result.exit_code != 0
    assert "build the index first: tension run --home" in flat(result.output)
