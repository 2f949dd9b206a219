"""Compare the index of the readers with that of the labels, on the bundled sample.

    uv run python benchmarks/labelled_sample.py HOME [--pair CHN-USA]

HOME: a home of `tension run` without options. The labels are `pipeline/sample/gold.jsonl`. The indices differ only in their findings.
"""

import argparse
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, READING_OUTCOMES, STORY_LINKS
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.index.parameters import model_variables
from pipeline.models.build import build_tables
from pipeline.settings import Settings
from pipeline.signals.gold import read_gold
from pipeline.validation.labels import to_findings
from pipeline.warehouse.lake import Lake

LABELS = Path(__file__).parents[1] / "pipeline" / "sample" / "gold.jsonl"
APRIL = (date(2025, 4, 9), date(2025, 4, 11))
OCTOBER = (date(2025, 10, 10), date(2025, 10, 14))


def main() -> None:
    """Print correlations, highest weeks, phases and the two peaks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--pair", default="CHN-USA")
    options = parser.parse_args()
    lake = Lake(Settings(home=options.home).lake)
    core = {table.name: lake.read(table) for table in (ARTICLES, COVERAGE, FINDINGS, READING_OUTCOMES, STORY_LINKS)}
    published = lake.read(TENSION_PAIR_DAILY)
    pairs = tuple(published["pair"].unique().sort())
    parameters = model_variables(pairs, published.row(-1, named=True)["half_life_days"], None, lake.span(COVERAGE))
    articles = core[ARTICLES.name]
    own_ids = articles.select("article_id", id=pl.col("article_id").str.split(":").list.last())
    labels = read_gold(LABELS).rows.remove("opt").join(own_ids, on="id", how="inner").drop("id")
    labelled = to_findings(labels, articles)
    tables = build_tables(core | {FINDINGS.name: labelled}, [TENSION_PAIR_DAILY], parameters)[TENSION_PAIR_DAILY.name]
    ours, truth = (
        frame.filter(pair=options.pair).sort("index_date").select("index_date", "tension", "concession", "phase")
        for frame in (published, tables)
    )
    both = ours.join(truth, on="index_date", suffix="_labels", how="inner")
    for name in ("tension", "concession"):
        days = both.drop_nulls([name, f"{name}_labels"])
        print(f"{name}: r = {days.select(pl.corr(name, f'{name}_labels')).item():.3f} on {days.height} days")
    weeks = both.group_by(pl.col("index_date").dt.truncate("1w")).agg(pl.col("tension", "tension_labels").mean())
    for name in ("tension", "tension_labels"):
        print(f"highest weeks, {name}:", *sorted(str(day) for day in weeks.drop_nulls(name).top_k(5, by=name)["index_date"]))
        peaks = (
            both.filter(pl.col("index_date").is_between(*days)).select(pl.col(name).max().round(1)).item() for days in (APRIL, OCTOBER)
        )
        print(f"highest value in April and October, {name}:", *peaks)
    same = both.filter(pl.col("phase") == pl.col("phase_labels"))
    print(f"same phase on {same.height} of {both.height} days")
    print(both.group_by("phase", "phase_labels").len().sort("len", descending=True))


if __name__ == "__main__":
    main()
