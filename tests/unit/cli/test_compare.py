"""`tension compare`: two releases of the sample, and what it answers to mistakes."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import SampleRun
from tests.unit.cli.conftest import Command, flat


def copy_release(run: SampleRun, to: Path) -> None:
    for table in ("tension_pair_daily", "signal_mass", "signals", "reading_outcomes", "baseline", "threats"):
        shutil.copytree(run.latest / table, to / table)


def test_a_release_does_not_differ_from_itself(command: Command, sample_run: SampleRun) -> None:
    result = command("compare", sample_run.latest.resolve().name, "--home", sample_run.home)
    assert result.exit_code == 0, result.output
    printed = flat(result.output)
    assert "431 articles in both, 0 only before, 0 only after" in printed
    assert "0 of 2,205 pair-days have another phase" in printed
    assert "as before" in printed
    assert "largest change of mass" not in printed
    assert "threats: " in printed
    assert "Threats with another outcome" not in printed
    assert "scales" not in printed


def test_other_scales_are_named_before_the_values(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    copy_release(sample_run, tmp_path / "changed")
    for table, change in (("tension_pair_daily", {"half_life_days": 14.0}), ("baseline", {"weights_sha": "0a"})):
        for file in (tmp_path / "changed" / table).glob("*.parquet"):
            pl.read_parquet(file).with_columns(**{name: pl.lit(text) for name, text in change.items()}).write_parquet(file)
    printed = flat(command("compare", sample_run.home, tmp_path / "changed", "--home", sample_run.home).output)
    scales = printed.index("The values are on different scales, and not comparable: half_life_days: 7.0 before, 14.0 after weights_sha: ")
    assert scales < printed.index("Values of pairs")


def test_a_release_with_signals_of_other_days_says_so(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    copy_release(sample_run, tmp_path / "short")
    for table in ("tension_pair_daily", "signals"):
        for file in (tmp_path / "short" / table).glob("*.parquet"):
            pl.read_parquet(file).filter(pl.col("index_date") < pl.date(2025, 4, 1)).write_parquet(file)
    printed = flat(command("compare", tmp_path / "short", "--home", sample_run.home, "--from", "2025-04-01").output)
    assert "Before: short, without signals of these days, only of 2025-01-21 to 2025-03-31" in printed


def test_a_changed_release_shows_days_and_sentences(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    copy_release(sample_run, changed)
    values, masses = changed / "tension_pair_daily/2025.parquet", changed / "signal_mass/2025.parquet"
    is_peak = (pl.col("pair") == "CHN-USA") & (pl.col("index_date") == pl.date(2025, 4, 9))
    pl.read_parquet(values).with_columns(tension=pl.when(is_peak).then(999.0).otherwise("tension")).write_parquet(values)
    rows = pl.read_parquet(masses)
    rows.sort("mass", descending=True)[1:].write_parquet(masses)
    result = command("compare", sample_run.home, changed, "--home", sample_run.home, "--pair", "USA-CHN", "--number", 1)
    assert result.exit_code == 0, result.output
    printed = flat(result.output)
    assert "2025-04-09:" in printed
    assert "to 999.0" in printed
    assert "EUN-USA" not in printed
    assert "The 1 sentence with the largest change of mass" in printed


def test_threats_that_are_gone_are_listed(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    copy_release(sample_run, changed)
    (file,) = (changed / "threats").glob("*.parquet")
    rows = pl.read_parquet(file)
    rows.filter(pl.col("actor") != "JPN").write_parquet(file)
    printed = flat(command("compare", sample_run.home, changed, "--home", sample_run.home).output)
    gone = rows.filter(pl.col("actor") == "JPN").height
    assert f"{rows.height} threats: {rows.height - gone} as before, {gone} only before" in printed
    assert f"in one release only: {gone} of {gone}" in printed
    assert "JPN>USA tariff on autos" in printed


def test_a_mistake_is_answered_with_what_to_write(command: Command, sample_run: SampleRun) -> None:
    result = command("compare", "2020-01-01-0000000000", "--home", sample_run.home)
    assert result.exit_code != 0
    assert f"the newest of {sample_run.home} are {sample_run.latest.resolve().name}" in flat(result.output)
    result = command("compare", sample_run.home, "--home", sample_run.home, "--pair", "USA-EU")
    assert result.exit_code != 0
    assert "the EU is EUN here" in flat(result.output)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--from", "2025-05-01", "--to", "2025-04-01"), "the days 2025-05-01 to 2025-04-01 end before they start; swap --from and --to"),
        (("--to", "2024-01-01"), "there is nothing to 2024-01-01, only of 2025-01-20 to 2025-11-30"),
        (("--pair", "DEU-FRA"), "there is nothing of the pair DEU-FRA; choose one of BRA-USA, CAN-USA, CHN-USA"),
    ],
)
def test_a_selection_without_rows_is_refused(command: Command, sample_run: SampleRun, options: tuple[str, ...], message: str) -> None:
    result = command("compare", sample_run.home, "--home", sample_run.home, *options)
    assert (result.exit_code, message in flat(result.stderr)) == (1, True), result.output


def test_a_release_of_other_tables_is_named(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    (tmp_path / "old/tension_pair_daily").mkdir(parents=True)
    pl.DataFrame({"index_date": []}).write_parquet(tmp_path / "old/tension_pair_daily/2020.parquet")
    result = command("compare", tmp_path / "old", "--home", sample_run.home)
    assert result.exit_code != 0
    assert "is damaged (`tension verify`), or of a version with other tables" in flat(result.output)


def test_a_home_without_a_release_is_answered_with_the_next_command(command: Command, sample_run: SampleRun, tmp_path: Path) -> None:
    result = command("compare", sample_run.home, "--home", tmp_path / "none")
    assert result.exit_code != 0
    assert "has no release to compare with; build its index first" in flat(result.output)
