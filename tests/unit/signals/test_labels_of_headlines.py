"""The labels of real headlines (tests/gold): what they are, how ours are held against them, and the index that they make."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from pipeline.articles.clean import admit
from pipeline.contracts import vocabulary
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.index.parameters import variables
from pipeline.models.build import build_tables
from pipeline.settings.archives import ArticleFiles
from pipeline.signals.evaluate import evaluate
from pipeline.sources.files.articles import read_articles, whole
from pipeline.sources.references import read_references

ROOT = Path(__file__).parents[3]
LABELS = ROOT / "tests" / "gold" / "labels-of-headlines.csv"
HEADLINES = Path("news", "guardian_headlines_2018_2020.parquet")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_file_location("labelled_headlines", ROOT / "benchmarks" / "labelled_headlines.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_they_are_rows_of_the_guide_and_no_text() -> None:
    labels = pl.read_csv(LABELS)
    assert labels.columns == ["article_id", "labelling", "actor", "target", "kind", "status", "modality", "instrument", "opt"]
    assert labels.is_unique().all()
    assert labels["article_id"].str.contains(r"^Guardian:\d{4}-\d\d-\d\d:\d+$").all()
    assert set(labels["labelling"]) == {"first", "second"}
    assert (set(labels["actor"]), set(labels["target"])) == ({"CHN", "USA"}, {"CHN", "USA", "*"})
    for name in ("kind", "status", "modality", "instrument"):
        assert set(labels[name]) <= set(getattr(vocabulary, name.upper()).words)


def test_what_one_labelling_lacks_or_both_doubt_is_neither_asked_for_nor_held_against_anyone(script: ModuleType) -> None:
    def rows(labelling: str, articles: str, modality: str = "asserted", *, opt: bool = False) -> pl.DataFrame:
        given = {"labelling": labelling, "actor": "USA", "target": "CHN", "kind": "threat", "polarity": "escalation", "modality": modality}
        given |= {"status": "proposed", "instrument": "tariff"}
        return pl.DataFrame([{"article_id": article, **given} for article in articles.split()]).with_columns(opt=pl.lit(opt))

    both = [rows(side, "both missed") for side in ("first", "second")] + [rows(side, "doubted", opt=True) for side in ("first", "second")]
    both += [rows(side, "old", "historical") for side in ("first", "second")] + [rows("first", "one"), rows("second", "surer", opt=True)]
    given = pl.concat([*both, rows("first", "surer")])
    articles = ARTICLES.example(7).with_columns(article_id=pl.Series(["both", "missed", "doubted", "old", "one", "surer", "nothing"]))
    called = script.as_findings(rows("", "both one doubted old nothing"), articles).with_columns(span_start=0, span_end=20)
    scores = evaluate(script.as_gold(script.merged(given), articles), called).polarities["escalation"]
    assert (scores.tp, scores.fp, scores.fn) == (1, 2, 2)  # old and nothing are wrong; missed and surer were asked for


def test_an_index_of_the_labels_alone_follows_trade_epu_by_words_and_not_by_deeds(script: ModuleType, outside_data: Path) -> None:
    admitted = admit(whole(read_articles([ArticleFiles(path=str(outside_data / HEADLINES))])))
    labels = script.labels().filter((pl.col("labelling") == "first") & ~pl.col("opt"))
    findings = script.as_findings(labels, admitted.articles)
    assert findings.height == labels.height  # every labelled headline is an article of the corpus
    read = admitted.coverage["index_date"].sort()
    core = {ARTICLES.name: admitted.articles, COVERAGE.name: admitted.coverage, FINDINGS.name: findings}
    method = variables(("CHN-USA",), 7.0, None, Days(read[0], read[-1]))
    made = build_tables(core, [TENSION_PAIR_DAILY], method)[TENSION_PAIR_DAILY.name]
    found = script.correlations("first", made, read_references(outside_data / "reference"), 7.0)
    assert found["months"] == 27
    assert found["tension"] == pytest.approx(0.350, abs=0.005)
    assert found["tension_words"] == pytest.approx(0.540, abs=0.005)
    assert found["tension_actions"] == pytest.approx(0.201, abs=0.005)
