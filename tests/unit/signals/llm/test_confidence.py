import json
from pathlib import Path

import pytest

from pipeline.signals.gold import read_gold
from pipeline.signals.readers.llm.confidence import IDENTITY, SHIPPED, Confidence, fit, load
from pipeline.signals.readers.llm.fit import main, measured
from pipeline.signals.texts import ExtractorError
from tests.unit.signals.llm.scenes import answer, reader, signal
from tests.unit.signals.llm.server import answering, serving


def gold(folder: Path) -> Path:
    """One passage of the even half with one signal."""
    text = "Ottawa will charge 18 percent on Brazilian aluminium. Brasília called the duty unfair."
    asked = {name: value for name, value in signal().items() if name not in {"sentence", "quote", "confidence"}}
    passage = {"id": "q", "date": "", "source": "own", "text": text, "signals": [asked | {"span_start": 0, "span_end": 53, "opt": False}]}
    path = folder / "gold.jsonl"
    path.write_text(json.dumps(passage) + "\n", encoding="utf-8")
    return path


INVENTED = signal(sentence=2, quote="Brasília called the duty unfair.", actor="BRA", target="CAN", confidence=0.95, kind="accusation")


def test_the_table_that_is_shipped_trusts_no_model_fully() -> None:
    table = load(SHIPPED)
    assert (table.probability(0.0), table.probability(0.5), table.probability(1.0)) == (0.2, 0.5, 0.8)


def test_nothing_that_a_model_says_is_certain() -> None:
    assert (IDENTITY.probability(0.0), IDENTITY.probability(1.0)) == (0.01, 0.99)


def test_between_two_points_lies_a_straight_line_and_outside_it_is_level() -> None:
    table = Confidence(((0.4, 0.3), (0.8, 0.7)))
    assert [round(table.probability(given), 6) for given in (0.1, 0.6, 0.9)] == [0.3, 0.5, 0.7]


def test_a_fitted_table_tells_shares_drawn_to_their_mean() -> None:
    pairs = [(0.55, False)] * 60 + [(0.55, True)] * 40 + [(0.95, True)] * 90 + [(0.95, False)] * 10
    assert fit(pairs).points == ((0.55, round((40 + 6.5) / 110, 4)), (0.95, round((90 + 6.5) / 110, 4)))


def test_a_fitted_table_never_falls() -> None:
    table = fit([(0.55, True)] * 50 + [(0.75, False)] * 50 + [(1.0, True)] * 50)
    shares = [share for _, share in table.points]
    assert shares == sorted(shares)
    assert shares[0] == shares[1]


def test_the_order_of_readings_does_not_matter() -> None:
    pairs = [(0.9, True), (0.2, False), (0.7, True), (0.7, False)]
    assert fit(pairs) == fit(pairs[::-1])


def test_no_readings_give_no_table() -> None:
    with pytest.raises(ExtractorError, match="no reading was judged"):
        fit([])


@pytest.mark.parametrize(
    "text", ["", "points = []", "points = [[0.5, 2.0]]", "points = [[0.9, 0.1], [0.2, 0.3]]", "points = [[0.1]]", "points = 3"]
)
def test_a_wrong_table_is_refused_with_one_that_would_be_right(tmp_path: Path, text: str) -> None:
    file = tmp_path / "confidence.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExtractorError, match=r"confidence\.toml.*points"):
        load(file)


def test_a_model_is_measured_on_gold_passages(tmp_path: Path) -> None:
    with serving(lambda _: answering(answer(signal(confidence=0.75), INVENTED))) as model:
        table, readings = measured(reader(model.url, tmp_path / "cache"), read_gold(gold(tmp_path)))
    assert readings == 2
    assert [given for given, _ in table.points] == [0.75, 0.95]


def test_the_command_writes_a_table_that_can_be_named_in_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with serving(lambda _: answering(answer(signal(confidence=0.75), INVENTED))) as model:
        monkeypatch.setenv("TENSION_LLM_BASE_URL", model.url)
        monkeypatch.setenv("TENSION_LLM_MODEL", "tiny-model")
        main([str(gold(tmp_path))])
    file = tmp_path / "confidence.toml"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert file.read_text(encoding="utf-8").startswith("# tiny-model, 2 readings in the even half of gold.jsonl\n")
    assert [given for given, _ in load(file).points] == [0.75, 0.95]
