"""What each reader finds alone, what either finds, what both find, and what the shipped combination makes of it, tier by tier, on the
same passages; and how many of the true pairs the readers are asked about.

    python benchmarks/readers.py GOLD... [--half even|odd]

Triples (actor, target, polarity) of asserted signals, as `tension evaluate` counts them. Each reader alone uses its own least probability.
"""

import argparse
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from pipeline.contracts.vocabulary import TIER
from pipeline.signals.alignment import TRIPLE
from pipeline.signals.candidates import build_candidates, to_frame
from pipeline.signals.evaluate import Report, Score, evaluate
from pipeline.signals.extract import SentenceExtractor, resolve_texts
from pipeline.signals.gold import Gold, read_gold, select_half

ASSERTED = pl.col("modality") == "asserted"
KEY = ("article_id", "span_start", *(name for name in TRIPLE if name not in {"id", "sentence"}))


def readings(gold: Gold) -> dict[str, pl.DataFrame]:
    """The findings of each way of reading, by what it is called in the table."""
    found = {way: SentenceExtractor(way).read_texts(gold.passages) for way in ("rules", "encoder", "both")}
    rules, encoder = (found[way].filter(ASSERTED) for way in ("rules", "encoder"))
    return {
        "rules": found["rules"],
        "encoder": found["encoder"],
        "either": pl.concat([rules, encoder.join(rules, on=KEY, how="anti")]),
        "both agree": rules.join(encoder, on=KEY, how="semi"),
        "combined": found["both"],
        **{f"combined, tier {tier}": found["both"].filter(pl.col("tier") == tier) for tier in TIER.words},
    }


def share_asked_about(gold: Gold) -> float:
    """Share of the asserted rows that are not optional whose actor and target are a candidate of their sentence."""
    asked = to_frame(build_candidates(resolve_texts(gold.passages.with_columns(title_length=pl.lit(0)).iter_rows())))
    wanted = gold.rows.filter(ASSERTED & ~pl.col("opt")).with_row_index("row")
    pairs = wanted.join(asked, left_on=["id", "actor", "target"], right_on=["article_id", "actor", "target"], suffix="_asked")
    overlaps = (pl.col("span_start") < pl.col("span_end_asked")) & (pl.col("span_start_asked") < pl.col("span_end"))
    return pairs.filter(overlaps)["row"].n_unique() / wanted.height


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Score each reader and their combinations on gold files.")
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--half", choices=("even", "odd"))
    given = parser.parse_args()
    gold = read_gold(*given.gold)
    if given.half:
        gold = gold.select_passages(select_half(gold.passages, given.half))
    table = Table(title=f"{gold.passages.height} passages, {f'the {given.half} half' if given.half else 'all'}")
    for name in ("reader", "precision", "recall", "F1", "called"):
        table.add_column(name, justify="left" if name == "reader" else "right")
    for name, found in readings(gold).items():
        table.add_row(name, *_row(evaluate(gold, found)))
    Console().print(table)
    print(f"{share_asked_about(gold):.4f} of the true pairs are among the candidates")


def _row(report: Report) -> tuple[str, str, str, str]:
    counts = report.levels["triple"]
    return _shown(counts.precision), _shown(counts.recall), _shown(counts.f1), str(report.predicted)


def _shown(score: Score) -> str:
    return f"{score.value or 0:.3f} [{score.lo95 or 0:.2f}, {score.hi95 or 0:.2f}]"


if __name__ == "__main__":
    main()
