"""`tension status`: what a home holds."""

from pathlib import Path

from pipeline import __version__
from tests.conftest import SampleRun
from tests.unit.cli.conftest import Command, flat


def test_an_empty_home_says_what_comes_next(command: Command, tmp_path: Path) -> None:
    result = command("status", "--home", tmp_path / "nothing")
    assert result.exit_code == 0
    assert "holds nothing yet" in flat(result.output)
    assert "tension run --home" in flat(result.output)


def test_asking_makes_no_folder(command: Command, tmp_path: Path) -> None:
    command("status", "--home", tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_home_tells_its_days_rows_and_release(command: Command, sample_run: SampleRun) -> None:
    result = command("status", "--home", sample_run.home)
    assert result.exit_code == 0, result.exception
    for word in ("2025-01-20 to 2025-11-30", "7 in quarantine", "2 duplicates", "1 missing_source", sample_run.latest.resolve().name):
        assert word in flat(result.output)


def test_the_version_is_told(command: Command) -> None:
    result = command("--version")
    assert (result.exit_code, result.output.strip()) == (0, __version__)


def test_without_a_command_the_commands_are_listed(command: Command) -> None:
    assert all(name in command("--help").output for name in ("run", "extract", "explain", "evaluate", "validate", "status"))
