import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.signals.gold import read_gold
from pipeline.signals.readers.llm.confidence import IDENTITY, SHIPPED, Confidence, fit_confidence, read_confidence
from pipeline.signals.readers.llm.fit import main, measure_confidence
from pipeline.signals.texts import ExtractorError
from tests.unit.signals.llm.scenes import make_answer, make_extractor, make_signal
from tests.unit.signals.llm.server import completion, serve_model


def write_gold(folder: Path) -> Path:
    """Write a gold file with one passage (of the even half) and one signal."""
    text = "Ottawa will charge 18 percent on Brazilian aluminium. Brasília called the duty unfair."
    fields = {name: value for name, value in make_signal().items() if name not in {"sentence", "quote", "confidence"}}
    passage = {"id": "q", "date": "", "source": "own", "text": text, "signals": [fields | {"span_start": 0, "span_end": 53, "opt": False}]}
    path = folder / "gold.jsonl"
    path.write_text(json.dumps(passage) + "\n", encoding="utf-8")
    return path


INVENTED = make_signal(sentence=2, quote="Brasília called the duty unfair.", actor="BRA", target="CAN", confidence=0.95, kind="accusation")


def test_the_shipped_table_is_less_certain_than_the_model() -> None:
    table = read_confidence(SHIPPED)
    assert (table.to_probability(0.0), table.to_probability(0.5), table.to_probability(1.0)) == (0.2, 0.5, 0.8)


def test_a_probability_is_never_0_or_1() -> None:
    assert (IDENTITY.to_probability(0.0), IDENTITY.to_probability(1.0)) == (0.01, 0.99)


def test_a_table_is_linear_between_points_and_constant_outside() -> None:
    table = Confidence(((0.4, 0.3), (0.8, 0.7)))
    assert [round(table.to_probability(confidence), 6) for confidence in (0.1, 0.6, 0.9)] == [0.3, 0.5, 0.7]


def test_fitted_shares_are_shrunk_towards_their_mean() -> None:
    pairs = [(0.55, False)] * 60 + [(0.55, True)] * 40 + [(0.95, True)] * 90 + [(0.95, False)] * 10
    assert fit_confidence(pairs).points == ((0.55, round((40 + 6.5) / 110, 4)), (0.95, round((90 + 6.5) / 110, 4)))


def test_a_fitted_table_is_monotonic() -> None:
    table = fit_confidence([(0.55, True)] * 50 + [(0.75, False)] * 50 + [(1.0, True)] * 50)
    shares = [share for _, share in table.points]
    assert shares == sorted(shares)
    assert shares[0] == shares[1]


def test_the_order_of_readings_does_not_matter() -> None:
    pairs = [(0.9, True), (0.2, False), (0.7, True), (0.7, False)]
    assert fit_confidence(pairs) == fit_confidence(pairs[::-1])


def test_fitting_without_readings_is_an_error() -> None:
    with pytest.raises(ExtractorError, match="no readings to measure"):
        fit_confidence([])


@pytest.mark.parametrize(
    "text", ["", "points = []", "points = [[0.5, 2.0]]", "points = [[0.9, 0.1], [0.2, 0.3]]", "points = [[0.1]]", "points = 3"]
)
def test_the_error_for_an_invalid_table_explains_the_format(tmp_path: Path, text: str) -> None:
    file = tmp_path / "confidence.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExtractorError, match=r"confidence\.toml.*points|points.*confidence\.toml"):
        read_confidence(file)


def test_a_model_is_measured_on_gold_passages(tmp_path: Path) -> None:
    with serve_model(lambda _: completion(make_answer(make_signal(confidence=0.75), INVENTED))) as model:
        table, readings = measure_confidence(make_extractor(model.url, tmp_path / "cache"), read_gold(write_gold(tmp_path)))
    assert readings == 2
    assert [confidence for confidence, _ in table.points] == [0.75, 0.95]


def test_the_command_writes_a_table_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with serve_model(lambda _: completion(make_answer(make_signal(confidence=0.75), INVENTED))) as model:
        monkeypatch.setenv("TENSION_LLM_BASE_URL", model.url)
        monkeypatch.setenv("TENSION_LLM_MODEL", "tiny-model")
        main([str(write_gold(tmp_path))])
    file = tmp_path / "confidence.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# tiny-model, 2 readings in the even half of gold.jsonl\n")
    assert [confidence for confidence, _ in read_confidence(file).points] == [0.75, 0.95]


def test_the_command_explains_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENSION_HALF_LIFE_DAYS", "x")
    command = [sys.executable, "-m", "pipeline.signals.readers.llm.fit", str(write_gold(tmp_path))]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "fit: setting `half_life_days`: write a number (half-life of the filter)\n"
