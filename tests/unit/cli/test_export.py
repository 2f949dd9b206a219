"""`tension export`: one table of a home as one file."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.warehouse.exports import read_export
from tests.conftest import SampleRun
from tests.unit.cli.conftest import Command, flat


def test_the_flat_table_of_one_pair_is_exported_as_csv(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    result = command("export", "--home", sample_run.home, "--pair", "USA-CHN")
    assert result.exit_code == 0, result.output
    assert f"in {tmp_path / 'tension_index.csv'}. Bundled sample" in flat(result.output)
    rows = pl.read_csv(tmp_path / "tension_index.csv")
    assert rows["mnemonic"].n_unique() == 5 + 2 * 4
    assert set(rows["country"]) | set(rows["partner"]) == {"CHN", "USA"}


def test_one_row_is_not_counted_as_rows(command: Command, sample_run: SampleRun) -> None:
    assert flat(command("export", "--home", sample_run.home, "--table", "about").output).startswith("1 row of about, release 2025-11-30-")


@pytest.mark.parametrize("pair", ["JPN-USA", "CHN-USA", "EUN-USA"])
def test_signals_of_a_pair_are_all_that_count_for_it(sample_run: SampleRun, pair: str) -> None:
    rows, masses = (read_export(sample_run.database, table, pair).rows for table in ("signals", "signal_mass"))
    assert masses.height > 50
    assert masses.join(rows, on="signal_id", how="anti").is_empty()
    assert "*" in rows["target"].to_list()
    assert set(rows["actor"]) == set(pair.split("-"))


@pytest.mark.parametrize(
    ("table", "pair", "column"),
    [("signals", "CHN-USA", "exceptions"), ("evidence", "CHN-USA", "exceptions"), ("measure_acts", "CAN-USA", "excepted")],
)
def test_an_act_on_all_but_the_partner_is_left_out(sample_run: SampleRun, table: str, pair: str, column: str) -> None:
    everything, rows = (read_export(sample_run.database, table, one).rows.filter(target="*", actor="USA") for one in (None, pair))
    is_exempt = pl.col(column).fill_null("").str.split(" ").list.contains(pair.removesuffix("-USA"))
    assert not everything.filter(is_exempt).is_empty()
    assert not rows.is_empty()
    assert rows.filter(is_exempt).is_empty()


@pytest.mark.parametrize("table", ["threats", "threats_and_outcomes", "measure_reports"])
def test_general_acts_of_one_of_the_pair_are_exported(sample_run: SampleRun, table: str) -> None:
    everything, rows = (read_export(sample_run.database, table, pair).rows.filter(target="*") for pair in (None, "JPN-USA"))
    of_actors = everything.filter(pl.col("actor").is_in(["JPN", "USA"]))
    # Nobody knows whether Japan is in a `group` without a list of members ("dozens of countries").
    expected = of_actors.filter(pl.col("scope") != "group") if "scope" in of_actors.columns else of_actors
    assert not rows.is_empty()
    assert rows.equals(expected)


@pytest.mark.parametrize("table", ["trade_flows", "tariff_rates", "deeds", "commitments", "trade_signals"])
def test_rows_of_trade_are_exported_by_pair(sample_run: SampleRun, table: str) -> None:
    assert not read_export(sample_run.database, table, "USA-CHN").rows.is_empty()
    assert read_export(sample_run.database, table, "MEX-USA").rows.height < read_export(sample_run.database, table, None).rows.height


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--table", "nope"], "there is no table 'nope'. Choose one of about,"),
        (["--table", "signal"], "there is no table 'signal'; did you mean signals?"),
        (["--table", "weights", "--pair", "USA-CHN"], "no columns of weights name two countries"),
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
