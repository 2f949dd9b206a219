"""`tension explain`: the signals in a text, which may contain control characters and markup."""

import re
from pathlib import Path

import polars as pl
import pytest

from pipeline.index.parameters import read_weights
from pipeline.signals.gate.articles import judge_articles
from tests.unit.cli.conftest import Command, flat

SENTENCE = "China will impose a 34 percent tariff on all goods from the United States."
HOSTILE = "\x1b[31mChina\x1b[0m will impose a tariff on U.S. goods.\x07 \x1b]0;owned\x07 \x9b2J \u202e[bold]markup[/bold] [/]"


def test_the_signal_of_a_sentence_is_explained(command: Command) -> None:
    result = command("explain", SENTENCE)
    assert result.exit_code == 0
    for word in ("CHN > USA", "measure", "announced", "tariff", "34 %", "impose.restriction", "encoder: measure"):
        assert word in result.output


def test_the_sentence_is_quoted(command: Command) -> None:
    assert SENTENCE in flat(command("explain", SENTENCE).output)


def test_an_act_without_weight_does_not_count_in_the_index(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "does not count in the index" not in flat(command("explain", SENTENCE).output)
    without_weight = read_weights().with_columns(weight=pl.lit(0.0))
    monkeypatch.setattr("pipeline.commands.explain.read_weights", lambda: without_weight)
    assert "high, does not count in the index" in flat(command("explain", SENTENCE).output)


def test_a_kind_that_counts_for_named_partners_only_says_so(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    general = read_weights().with_columns(general_share=pl.lit(0.0))
    monkeypatch.setattr("pipeline.commands.explain.read_weights", lambda: general)
    assert "does not count in the index" in flat(command("explain", "China will impose a 10 percent tariff on all imports.").output)
    assert "does not count in the index" not in flat(command("explain", SENTENCE).output)


def test_a_text_without_a_signal_is_reported(command: Command) -> None:
    result = command("explain", "The mayor opened a new library on Monday.")
    assert result.exit_code == 0
    assert "no signal" in result.output


def test_a_government_speaks_in_its_own_texts(command: Command) -> None:
    text = "If trading partners retaliate, the President may increase the tariffs."
    assert "USA > *" in command("explain", text, "--source", "The White House", "--date", "2025-04-02").output
    assert "USA > *" not in command("explain", text, "--date", "2025-04-02").output


def test_the_argument_may_be_a_file(command: Command) -> None:
    Path("text.txt").write_text(SENTENCE, encoding="utf-8")
    result = command("explain", "text.txt")
    assert "CHN" in result.output
    assert SENTENCE in flat(result.output)


def test_a_file_that_does_not_exist_has_a_note(command: Command) -> None:
    assert "note: there is no file drafts/news.txt; it is read as a text" in flat(command("explain", "drafts/news.txt").stderr)
    assert "there is no file" not in command("explain", "Tariffs.").stderr


def test_a_text_in_another_language_is_reported(command: Command) -> None:
    french = "La Chine va imposer des droits de douane de 34 pour cent sur tous les produits américains, a annoncé Pékin vendredi."
    result = command("explain", french)
    assert "note: the text seems to be French; only English is read" in flat(result.stderr)
    assert "no signal" not in result.stdout
    assert "only English" not in command("explain", SENTENCE).stderr


WEAK = "Canada warned the United States on Friday."
OFF_TOPIC = "The library in Oslo has a new reading room for children."


def test_a_text_that_a_run_would_not_read_has_a_note(command: Command) -> None:
    note = flat(command("explain", OFF_TOPIC).stderr)
    assert "note: as an article this text would not be read for signals: it names one country, and no sentence looks like trade" in note
    assert re.search(r"looks like trade policy[^(]*\(score -[\d,]+; read from 0 on\)", note)


def test_a_text_that_a_run_would_read_says_so(command: Command) -> None:
    note = flat(command("explain", SENTENCE).stderr)
    assert "note: as an article this text would be read for signals: its best sentence looks like trade policy (score " in note
    assert "; read from 0 on)" in note


@pytest.mark.parametrize("text", [SENTENCE, OFF_TOPIC, WEAK, f"{WEAK} {OFF_TOPIC}", f"{WEAK}\n{OFF_TOPIC}"])
def test_explain_and_a_run_agree_on_what_is_read(command: Command, text: str) -> None:
    title, line_end, body = text.partition("\n")
    row = {"title": [title], "body": [body]} if line_end else {"title": [None], "body": [text]}
    outcome = judge_articles(pl.DataFrame(row, schema={"title": pl.String(), "body": pl.String()}))["outcome"].item()
    assert ("would be read for signals" in flat(command("explain", text).stderr)) == (outcome == "read")


def test_a_text_about_something_else_has_a_note(command: Command) -> None:
    note = flat(command("explain", "It rained in China and Japan.").stderr)
    assert "would not be read for signals: it names several countries" in note


def test_a_text_without_a_country_has_a_note(command: Command) -> None:
    Path("text.txt").write_text("The library has a reading room.", encoding="utf-8")
    assert "would not be read for signals: it names no country (docs/reading.md)" in flat(command("explain", "text.txt").stderr)


@pytest.mark.parametrize("repeated", [4, 20])
def test_a_text_longer_than_a_file_name_is_read_as_text(command: Command, repeated: int) -> None:
    result = command("explain", " ".join([SENTENCE] * repeated))
    assert result.exit_code == 0, result.exception
    assert "measure" in result.output


def test_a_day_can_be_given(command: Command) -> None:
    assert command("explain", "Trump threatened China with tariffs of 60 percent.", "--date", "2025-04-02").exit_code == 0


def test_an_invalid_day_is_refused(command: Command) -> None:
    result = command("explain", SENTENCE, "--date", "soon")
    assert result.exit_code == 2
    assert "2025-04-02" in result.output


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE.replace("\n", " ") * 3, f"{HOSTILE}\r\b\b\x00", ""])
def test_hostile_text_prints_no_control_characters(command: Command, text: str) -> None:
    result = command("explain", text)
    assert result.exit_code == 0, result.exception
    assert {char for char in result.output if not char.isprintable()} <= {"\n"}


def test_markup_in_a_text_is_printed_literally(command: Command) -> None:
    assert "[bold]China[/bold]" in flat(command("explain", "[bold]China[/bold] will impose a tariff on U.S. goods. [/]").output)


def test_hostile_text_in_a_file_prints_no_control_characters(command: Command) -> None:
    Path("text.txt").write_bytes(HOSTILE.encode() + b"\xff\xfe\x00")
    result = command("explain", "text.txt")
    assert result.exit_code == 0, result.exception
    assert {char for char in result.output if not char.isprintable()} <= {"\n"}
