"""Measure how many articles, and passages with signals, pass the gate.

    uv run python benchmarks/gate_bounds.py --gold GOLD.jsonl ... --articles PATH ... [--half even]

The gate (`pipeline/signals/gate/`) decides which articles are read for signals. A passage counts if it has an asserted signal that is not
optional; texts of the source `headline` are titles, others bodies. `--half` selects half of the passages and articles by the SHA-1 of their
ids: the bounds of the gate were chosen on the even half and are reported on the odd one.
"""

import argparse
import time
from pathlib import Path

import polars as pl
from corpus import read_clean_articles

from pipeline.signals.gate.articles import judge_articles
from pipeline.signals.gold import read_gold, select_half


def main() -> None:
    """Print for each file how many of its passages or articles pass."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, nargs="*", default=[])
    parser.add_argument("--articles", type=Path, nargs="*", default=[])
    parser.add_argument("--half", choices=("even", "odd"))
    options = parser.parse_args()
    for path in options.gold:
        gold = read_gold(path)
        passages = gold.passages if options.half is None else select_half(gold.passages, options.half)
        with_signal = gold.rows.filter((pl.col("modality") == "asserted") & ~pl.col("opt"))
        passages = passages.join(with_signal, on="id", how="semi")
        is_title = pl.col("source") == "headline"
        texts = passages.select(
            title=pl.when(is_title).then("text").otherwise(pl.lit("")), body=pl.when(is_title).then(pl.lit("")).otherwise("text")
        )
        print_outcomes(path.name, judge_articles(texts))
    for path in options.articles:
        articles = read_clean_articles(path)
        if options.half is not None:
            articles = select_half(articles.rename({"article_id": "id"}), options.half)
        start = time.perf_counter()
        judged = judge_articles(articles)
        print_outcomes(path.name, judged, time.perf_counter() - start)


def print_outcomes(name: str, judged: pl.DataFrame, seconds: float | None = None) -> None:
    """Print how many articles pass the gate, and the others by reason.

    `judged`: result of `judge_articles`; `seconds`: the time that it took, to print its speed too.
    """
    counts = dict(judged["outcome"].value_counts().iter_rows())
    read = counts.pop("read", 0)
    others = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(counts.items()))
    speed = f"; {judged.height / seconds:,.0f} articles/s" if seconds else ""
    print(f"{name}: {read:,} of {judged.height:,} pass ({read / max(judged.height, 1):.1%}); {others or 'none does not'}{speed}")


if __name__ == "__main__":
    main()
