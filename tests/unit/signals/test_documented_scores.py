"""The scores in docs/reading.md are those of the readers; files that take minutes to read are scored by hand."""

import pytest

from pipeline.index.parameters import read_weights
from pipeline.signals.bootstrap import Score
from pipeline.signals.evaluate import evaluate
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.gold import read_gold
from scripts.figures import format_number
from scripts.tables import ROOT
from tests.documents import find_missing

pytestmark = pytest.mark.slow


def format_score(score: Score, digits: int = 2) -> str:
    assert score.value is not None
    assert score.lo95 is not None
    assert score.hi95 is not None
    high = format_number(score.hi95).replace("1.00", "1")
    return f"{format_number(score.value, digits)} [{format_number(score.lo95)}, {high}]"


@pytest.mark.parametrize("name", ["headlines-b", "headlines-c", "contrast-c"])
def test_scores_of_a_gold_file_are_those_of_the_readers(name: str) -> None:
    gold = read_gold(ROOT / "tests" / "gold" / f"{name}.jsonl")
    report = evaluate(gold, SentenceExtractor().read_texts(gold.passages), weights=read_weights())
    triple = report.levels["triple"]
    shares = (triple.precision, triple.recall, report.masses["escalation"], report.masses["concession"])
    precision, recall, *masses = (format_number(score.value or 0) for score in shares)
    row = f"| {precision}, {recall} | {format_score(triple.f1, 3)} | {format_score(report.tiers['high'])} | {', '.join(masses)} |"
    assert find_missing("docs/reading.md", f"{name}.jsonl`) {row}") == []
