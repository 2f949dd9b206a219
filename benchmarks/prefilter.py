"""Compare reading with and without the prefilter: scores, share of sentences and time.

    uv run --group bench python benchmarks/prefilter.py GOLD.jsonl ... [--articles PATH] [--count 300]

Of `GOLD`: triples by `tension evaluate`. Of `--articles`: those that pass the gate and that it did not learn from, `--count` of them, drawn
by hash; the findings, those above `HIGH`, and the time of one process.
"""

import argparse
import time
from pathlib import Path
from unittest.mock import patch

import polars as pl
from corpus import REUTERS, draw_articles, read_clean_articles

from pipeline.signals.candidates import build_candidates
from pipeline.signals.evaluate import evaluate
from pipeline.signals.extract import SentenceExtractor, resolve_texts
from pipeline.signals.gate.articles import judge_articles
from pipeline.signals.gold import read_gold
from pipeline.signals.prefilter import sentences
from pipeline.signals.prefilter.training.held_out import is_held_out
from pipeline.signals.texts import add_title_length, articles_to_texts, judge

HIGH = 0.6
BOUNDS = {"without": float("-inf"), "with": sentences.BOUND}


def share_read(texts: pl.DataFrame) -> str:
    """Return how many of the sentences with two countries are read, and the time to decide that."""
    groups = build_candidates(resolve_texts(texts.iter_rows()))
    sentences.drop_empty_sentences(groups[:1])  # loads the network
    start = time.process_time()
    count = len(sentences.drop_empty_sentences(groups))
    seconds = time.process_time() - start
    return f"{count:,} of {len(groups):,} sentences read ({count / len(groups):.0%}), decided in {seconds:.2f} CPU s"


def compare_scores(path: Path) -> None:
    """Print the scores of the triples of a gold file, with and without."""
    gold = read_gold(path)
    print(f"{path.name}: {share_read(add_title_length(gold.passages))}")
    for name, bound in BOUNDS.items():
        with patch.object(sentences, "BOUND", bound):
            triple = evaluate(gold, SentenceExtractor(workers=1).read_texts(gold.passages), resamples=1).levels["triple"]
        print(f"  {name:<8} precision {triple.precision.value:.3f}, recall {triple.recall.value:.3f}, F1 {triple.f1.value:.3f}")


def compare_times(path: Path, count: int) -> None:
    """Print time and probability of the readings of articles, with and without."""
    articles = read_clean_articles(path)
    articles = articles.filter(pl.col("article_id").map_elements(is_held_out, pl.Boolean()))
    passing = draw_articles(articles.filter(judge_articles(articles)["outcome"] == "read"), count)
    print(f"{path.name}: {share_read(articles_to_texts(passing, judge(passing)))}")
    for name, bound in BOUNDS.items():
        with patch.object(sentences, "BOUND", bound):
            start = time.process_time()
            findings = SentenceExtractor(workers=1).extract(passing).filter(modality="asserted")
            seconds = time.process_time() - start
        high = findings.filter(pl.col("probability") > HIGH).height
        print(f"  {name:<8} {seconds:.1f} CPU s; {findings.height} asserted findings, {high} above {HIGH}")


def main() -> None:
    """Print both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="*")
    parser.add_argument("--articles", type=Path, nargs="*", default=[REUTERS])
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    for path in options.gold:
        compare_scores(path)
    for path in options.articles:
        compare_times(path, options.count)


if __name__ == "__main__":
    main()
