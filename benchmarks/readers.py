"""Compare the two readers and their combinations on gold passages.

    uv run python benchmarks/readers.py GOLD... [--half even|odd]

The readers are the rules and the encoder; the combinations are their union, their intersection, and the extractor that uses both. Scores
triples (actor, target, polarity) of asserted signals, as `tension evaluate` does, for the extractor also by tier (confidence of the
signal). Each single reader uses its own minimum probability. Also prints the share of true pairs (actor and target) that are among the
candidates, the pairs of a sentence that readers judge.
"""

import argparse
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from pipeline.contracts.vocabulary import TIER
from pipeline.signals.alignment import TRIPLE
from pipeline.signals.bootstrap import Score
from pipeline.signals.candidates import build_candidates, to_frame
from pipeline.signals.evaluate import Report, evaluate
from pipeline.signals.extract import SentenceExtractor, resolve_texts
from pipeline.signals.gold import Gold, read_gold, select_half

ASSERTED = pl.col("modality") == "asserted"
KEY = ("article_id", "span_start", *(name for name in TRIPLE if name not in {"id", "sentence"}))


def extract_findings(gold: Gold) -> dict[str, pl.DataFrame]:
    """Extract findings by each reader and combination; return them by name in the printed table."""
    by_mode = {mode: SentenceExtractor(mode).read_texts(gold.passages) for mode in ("rules", "encoder", "both")}
    rules, encoder = (by_mode[mode].filter(ASSERTED) for mode in ("rules", "encoder"))
    return {
        "rules": by_mode["rules"],
        "encoder": by_mode["encoder"],
        "either": pl.concat([rules, encoder.join(rules, on=KEY, how="anti")]),
        "both agree": rules.join(encoder, on=KEY, how="semi"),
        "combined": by_mode["both"],
        **{f"combined, tier {tier}": by_mode["both"].filter(pl.col("tier") == tier) for tier in TIER.words},
    }


def measure_candidate_recall(gold: Gold) -> float:
    """Compute the share of true pairs of countries that readers get to judge.

    True are actor and target of each gold row (label) that is asserted (reported as news) and not optional. A reader judges only the
    candidates of each sentence; a pair counts if its span in the text overlaps a sentence that has it as a candidate.
    """
    candidates = to_frame(build_candidates(resolve_texts(gold.passages.with_columns(title_length=pl.lit(0)).iter_rows())))
    required = gold.rows.filter(ASSERTED & ~pl.col("opt")).with_row_index("row")
    pairs = required.join(candidates, left_on=["id", "actor", "target"], right_on=["article_id", "actor", "target"], suffix="_candidate")
    overlaps = (pl.col("span_start") < pl.col("span_end_candidate")) & (pl.col("span_start_candidate") < pl.col("span_end"))
    return pairs.filter(overlaps)["row"].n_unique() / required.height


def main() -> None:
    """Print the scores of each reader and combination."""
    parser = argparse.ArgumentParser(description="Score each reader and their combinations on gold files.")
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--half", choices=("even", "odd"))
    options = parser.parse_args()
    gold = read_gold(*options.gold)
    if options.half:
        gold = gold.select_passages(select_half(gold.passages, options.half))
    table = Table(title=f"{gold.passages.height} passages, {f'the {options.half} half' if options.half else 'all'}")
    for name in ("reader", "precision", "recall", "F1", "predicted"):
        table.add_column(name, justify="left" if name == "reader" else "right")
    for name, findings in extract_findings(gold).items():
        table.add_row(name, *_format_scores(evaluate(gold, findings)))
    Console().print(table)
    print(f"{measure_candidate_recall(gold):.4f} of the true pairs are among the candidates")


def _format_scores(report: Report) -> tuple[str, str, str, str]:
    counts = report.levels["triple"]
    return _format_score(counts.precision), _format_score(counts.recall), _format_score(counts.f1), str(report.predicted)


def _format_score(score: Score) -> str:
    return f"{score.value or 0:.3f} [{score.lo95 or 0:.2f}, {score.hi95 or 0:.2f}]"


if __name__ == "__main__":
    main()
