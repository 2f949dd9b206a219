"""Labels of real headlines in tests/gold: their rows, scores against them, and the index built from them."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.articles.clean import clean_articles
from pipeline.contracts import vocabulary
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.index.parameters import model_variables
from pipeline.models.build import build_tables
from pipeline.settings.archives import ArticleFiles
from pipeline.signals.evaluate import evaluate
from pipeline.sources.files.articles import collect_rows, read_articles
from pipeline.validation.labels import correlate_with_trade_epu, merge_labellings, read_labels, to_findings, to_gold
from pipeline.validation.references import read_references

ROOT = Path(__file__).parents[3]
LABELS = ROOT / "tests" / "gold" / "labels-of-headlines.csv"
HEADLINES = Path("news", "guardian_headlines_2018_2020.parquet")


def test_labels_are_valid_and_contain_no_text() -> None:
    labels = pl.read_csv(LABELS)
    assert labels.columns == ["article_id", "labelling", "actor", "target", "kind", "status", "modality", "instrument", "opt"]
    assert labels.is_unique().all()
    assert labels["article_id"].str.contains(r"^Guardian:\d{4}-\d\d-\d\d:\d+$").all()
    assert set(labels["labelling"]) == {"first", "second"}
    assert (set(labels["actor"]), set(labels["target"])) == ({"CHN", "USA"}, {"CHN", "USA", "*"})
    for name in ("kind", "status", "modality", "instrument"):
        assert set(labels[name]) <= set(getattr(vocabulary, name.upper()).words)


def test_labels_in_doubt_are_not_scored() -> None:
    def rows(labelling: str, articles: str, modality: str = "asserted", *, opt: bool = False) -> pl.DataFrame:
        row = {"labelling": labelling, "actor": "USA", "target": "CHN", "kind": "threat", "polarity": "escalation", "modality": modality}
        row |= {"status": "proposed", "instrument": "tariff"}
        return pl.DataFrame([{"article_id": article, **row} for article in articles.split()]).with_columns(opt=pl.lit(opt))

    both = [rows(side, "both missed") for side in ("first", "second")] + [rows(side, "doubted", opt=True) for side in ("first", "second")]
    both += [rows(side, "old", "historical") for side in ("first", "second")] + [rows("first", "one"), rows("second", "surer", opt=True)]
    labels = pl.concat([*both, rows("first", "surer")])
    articles = ARTICLES.example(7).with_columns(article_id=pl.Series(["both", "missed", "doubted", "old", "one", "surer", "nothing"]))
    findings = to_findings(rows("", "both one doubted old nothing"), articles).with_columns(span_start=0, span_end=20)
    scores = evaluate(to_gold(merge_labellings(labels), articles), findings).polarities["escalation"]
    assert (scores.tp, scores.fp, scores.fn) == (1, 2, 2)  # `old` and `nothing` are wrong; `missed` and `surer` are not found


@pytest.mark.slow
def test_an_index_of_labels_follows_trade_epu_more_in_words(outside_data: Path) -> None:
    admitted = clean_articles(collect_rows(read_articles([ArticleFiles(path=str(outside_data / HEADLINES))])))
    labels = read_labels(LABELS).filter((pl.col("labelling") == "first") & ~pl.col("opt"))
    findings = to_findings(labels, admitted.articles)
    assert findings.height == labels.height  # every labelled headline is an article of the corpus
    days = admitted.coverage["index_date"].sort()
    core = {ARTICLES.name: admitted.articles, COVERAGE.name: admitted.coverage, FINDINGS.name: findings}
    method = model_variables(("CHN-USA",), 7.0, None, Days(days[0], days[-1]))
    index = build_tables(core, [TENSION_PAIR_DAILY], method)[TENSION_PAIR_DAILY.name]
    correlations = correlate_with_trade_epu(index, read_references(outside_data / "reference"), 7.0)
    assert correlations["months"] == 11  # those with a value
    assert correlations["tension"] == pytest.approx(0.431, abs=0.005)
    assert correlations["tension_words"] == pytest.approx(0.525, abs=0.005)
    assert correlations["tension_actions"] == pytest.approx(0.369, abs=0.005)
