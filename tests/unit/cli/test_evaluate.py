"""`tension evaluate`: scores on gold files and on one half of them."""

from pathlib import Path

import pytest

from pipeline.settings import PACKAGE
from pipeline.signals.gold import read_gold, select_half
from tests.unit.cli.conftest import Command, flat

GOLD = PACKAGE / "sample" / "gold.jsonl"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """The first passages of the bundled gold file."""
    path = tmp_path / "few.jsonl"
    path.write_text("".join(GOLD.read_text(encoding="utf-8").splitlines(keepends=True)[:12]), encoding="utf-8")
    return path


def test_passages_are_scored_by_triple_kind_and_polarity(command: Command, few: Path) -> None:
    result = command("evaluate", few)
    assert result.exit_code == 0, result.exception
    for word in (
        "triple",
        "precision",
        "recall",
        "F1",
        "By polarity",
        "By kind",
        "By tier",
        "share right",
        "Brier score",
        "all passages of few.jsonl",
    ):
        assert word in flat(result.output)


def test_a_negative_number_of_errors_is_refused(command: Command, few: Path) -> None:
    assert command("evaluate", few, "--errors", "-1").exit_code == 2


@pytest.mark.parametrize("which", ["even", "odd"])
def test_half_of_the_passages_can_be_scored(command: Command, few: Path, which: str) -> None:
    assert select_half(read_gold(few).passages, "even").height
    result = command("evaluate", few, "--half", which)
    assert result.exit_code == 0, result.exception
    assert f"the {which} half of few.jsonl" in flat(result.output)


def test_the_two_halves_have_different_scores(command: Command, few: Path) -> None:
    even, odd = (command("evaluate", few, "--half", which).output.partition("\n")[2] for which in ("even", "odd"))
    assert even != odd


def test_errors_are_listed_on_request(command: Command, few: Path) -> None:
    result = command("evaluate", few, "--half", "even", "--errors", "2")
    assert result.exit_code == 0, result.exception
    assert "2 of " in flat(result.output)


def test_errors_of_the_odd_half_are_refused(command: Command, few: Path) -> None:
    result = command("evaluate", few, "--half", "odd", "--errors", "2")
    assert result.exit_code == 2
    assert "for reporting only" in flat(result.output).replace("│ ", "").replace(" │", "")


def test_an_unknown_half_is_refused(command: Command, few: Path) -> None:
    assert command("evaluate", few, "--half", "third").exit_code == 2


def test_a_file_without_passages_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    result = command("evaluate", "empty.jsonl")
    assert result.exit_code == 1
    assert flat(result.stderr).startswith("tension: empty.jsonl has no passages to score")


def test_an_empty_half_is_refused(command: Command, tmp_path: Path) -> None:
    line = GOLD.read_text(encoding="utf-8").splitlines(keepends=True)[0]
    (tmp_path / "one.jsonl").write_text(line, encoding="utf-8")
    is_even = select_half(read_gold(tmp_path / "one.jsonl").passages, "even").height
    result = command("evaluate", "one.jsonl", "--half", "odd" if is_even else "even")
    assert result.exit_code == 1
    assert "half of one.jsonl has no passages to score; add passages, or leave --half out" in flat(result.stderr)
