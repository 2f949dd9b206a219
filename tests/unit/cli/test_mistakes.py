"""Mistakes that a person can mend end a command with one message that starts with `tension:`, with exit code 1 and no traceback."""

from pathlib import Path

import pytest
from typer.testing import Result

from pipeline.settings import PACKAGE
from tests.unit.cli.conftest import Command, flat

GOLD = PACKAGE / "sample" / "gold.jsonl"


def told(result: Result) -> str:
    """The one message of a command that ended for a mistake."""
    assert result.exit_code == 1, (result.exit_code, result.exception)
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    said = flat(result.stderr).removeprefix("loading … ")  # the first line of progress of a run
    assert said.startswith("tension: ")
    assert said.count("tension: ") == 1
    return said


@pytest.mark.parametrize("arguments", [("extract", GOLD, "--out", "signals.csv"), ("evaluate", GOLD)])
def test_a_language_model_without_an_endpoint_is_told_what_to_set(command: Command, arguments: tuple[str | Path, ...]) -> None:
    assert "TENSION_LLM_BASE_URL, TENSION_LLM_MODEL" in told(command(*arguments, "--extractor", "llm"))


def test_a_run_whose_reader_lacks_something_makes_nothing(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_EXTRACTOR", "llm")
    assert "TENSION_LLM_BASE_URL" in told(command("run", "--home", "home"))
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("extract", "missing.jsonl", "--out", "signals.csv"),
        ("extract", "missing.parquet", "--out", "signals.csv"),
        ("evaluate", "missing.jsonl"),
        ("run", "--articles", "missing.jsonl", "--home", "home"),
    ],
)
def test_a_missing_file_is_named(command: Command, arguments: tuple[str, ...]) -> None:
    assert "missing." in told(command(*arguments))
    assert list(Path().iterdir()) == []


def test_an_output_of_no_known_format_is_refused(command: Command) -> None:
    Path("passages.jsonl").write_text('{"id": "1", "text": "Rain."}\n', encoding="utf-8")
    assert ".jsonl, .csv, .parquet" in told(command("extract", "passages.jsonl", "--out", "signals.xlsx"))


def test_a_file_of_no_known_format_is_refused(command: Command) -> None:
    Path("notes.txt").write_text("Rain.", encoding="utf-8")
    assert "no known format" in told(command("extract", "notes.txt", "--out", "signals.csv"))


def test_a_passage_without_text_is_named_by_its_line(command: Command) -> None:
    Path("passages.jsonl").write_text('{"id": "1", "text": "Rain."}\n{"id": "2"}\n', encoding="utf-8")
    assert "line 2" in told(command("extract", "passages.jsonl", "--out", "signals.csv"))


def test_an_id_that_stands_twice_is_refused(command: Command) -> None:
    Path("passages.jsonl").write_text('{"id": "1", "text": "Rain."}\n{"id": "1", "text": "Sun."}\n', encoding="utf-8")
    assert "stands 2 times" in told(command("extract", "passages.jsonl", "--out", "signals.csv"))


def test_a_file_that_is_not_parquet_is_refused(command: Command) -> None:
    Path("wire.parquet").write_bytes(b"PAR1 this is none")
    assert "wire.parquet" in told(command("extract", "wire.parquet", "--out", "signals.csv"))


def test_a_wrong_gold_line_is_named(command: Command) -> None:
    Path("gold.jsonl").write_text(GOLD.read_text(encoding="utf-8").partition("\n")[0] + "\n{}\n", encoding="utf-8")
    assert "gold.jsonl, line 2" in told(command("evaluate", "gold.jsonl"))


@pytest.mark.parametrize("command_line", [("status",), ("run", "--home", "home")])
def test_a_settings_file_that_is_no_toml_is_told(command: Command, command_line: tuple[str, ...]) -> None:
    Path("tension.toml").write_text("home = \n", encoding="utf-8")
    assert "tension.toml" in told(command(*command_line))


def test_an_unknown_setting_is_named(command: Command) -> None:
    Path("tension.toml").write_text("half_live_days = 7\n", encoding="utf-8")
    assert "half_live_days" in told(command("status"))


def test_a_wrong_variable_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "a week")
    assert "half_life_days" in told(command("status"))


def test_a_wrong_pair_is_refused_before_anything_is_made(command: Command) -> None:
    assert "such as USA-CHN" in told(command("run", "--pairs", "USA", "--home", "home"))
    assert list(Path().iterdir()) == []


def test_days_out_of_order_are_refused_before_anything_is_made(command: Command) -> None:
    told(command("run", "--from", "2025-05-02", "--to", "2025-05-01", "--home", "home"))
    assert list(Path().iterdir()) == []


def test_control_characters_in_a_file_name_are_not_printed(command: Command) -> None:
    said = told(command("evaluate", "\x1b[31mmissing.jsonl"))
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("option", "value"), [("--from", "soon"), ("--baseline", "2025-01-01"), ("--baseline", "2025-01-01:soon"), ("--workers", "many")]
)
def test_an_option_that_cannot_be_read_is_a_matter_of_usage(command: Command, option: str, value: str) -> None:
    result = command("run", option, value)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
