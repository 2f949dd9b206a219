"""`--extractor`: the same commands with a language model, which may leave texts unread."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.unit.cli.conftest import Command, flat
from tests.unit.signals.llm.scenes import TEXT, make_answer, make_signal
from tests.unit.signals.llm.server import Model, completion, serve_model


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """The configured model. It answers correctly about Ottawa and with nonsense about rain."""
    with serve_model(
        lambda request: completion("Rain!" if "Rain" in request["messages"][1]["content"] else make_answer(make_signal()))
    ) as served:
        monkeypatch.setenv("TENSION_LLM_BASE_URL", served.url)
        monkeypatch.setenv("TENSION_LLM_MODEL", "tiny-model")
        yield served


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl"
    rows = [{"id": str(n), "date": "", "source": "own", "text": text, "signals": []} for n, text in enumerate((TEXT, "Rain fell."))]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_option_selects_the_extractor(command: Command, model: Model, gold: Path) -> None:
    result = command("extract", gold, "--out", "signals.parquet", "--extractor", "llm")
    assert result.exit_code == 0, result.output
    assert pl.read_parquet("signals.parquet")["extractor"].to_list() == ["llm"]


def test_unread_texts_are_reported(command: Command, model: Model, gold: Path) -> None:
    for arguments in (("extract", gold, "--out", "signals.csv"), ("evaluate", gold)):
        printed = flat(command(*arguments, "--extractor", "llm").stderr)
        assert "note: 1 of 2 texts were not read (e.g. 1): 1 bad_answer" in printed


def test_scores_name_the_extractor(command: Command, model: Model, gold: Path) -> None:
    assert "reader llm 0.1.0 tiny-model; all passages of gold.jsonl" in flat(command("evaluate", gold, "--extractor", "llm").output)
    assert "reader rules" in flat(command("evaluate", gold).output)


def test_the_setting_selects_the_extractor(command: Command, model: Model, gold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_EXTRACTOR", "llm")
    assert "reader llm" in flat(command("evaluate", gold).output)


def test_an_unknown_extractor_is_a_usage_error(command: Command, gold: Path) -> None:
    assert command("evaluate", gold, "--extractor", "oracle").exit_code == 2
