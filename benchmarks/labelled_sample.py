"""Compare the index of the bundled sample with that of its labels.

    uv run python benchmarks/labelled_sample.py HOME [--pair CHN-USA]

HOME: the folder of a `tension run` without options. The second index is computed from the labels instead of what the program found in the
text; all else is equal.
"""

import argparse
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.settings import Settings
from pipeline.validation.labels import PAIR, build_sample_labels_index
from pipeline.warehouse.lake import Lake


def main() -> None:
    """Print correlations, highest weeks, the two peaks and phases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--pair", default=PAIR)
    options = parser.parse_args()
    lake = Lake(Settings(home=options.home).lake)
    columns = ["index_date", "tension", "concession", "phase"]
    ours, labelled = (
        frame.filter(pair=options.pair).sort("index_date").select(columns)
        for frame in (lake.read(TENSION_PAIR_DAILY), build_sample_labels_index(lake))
    )
    both = ours.join(labelled, on="index_date", suffix="_labels")
    for name in ("tension", "concession"):
        days = both.drop_nulls([name, f"{name}_labels"])
        print(f"{name}: r = {days.select(pl.corr(name, f'{name}_labels')).item():.3f} on {days.height} days with both values")
    weeks = both.group_by(pl.col("index_date").dt.truncate("1w")).agg(pl.col("tension", "tension_labels").mean())
    for name in ("tension", "tension_labels"):
        peaks = (both.filter(pl.col("index_date").dt.month() == month)[name].max() for month in (4, 10))
        print(f"{name}: peaks of April and October", *peaks)
        print("  highest weeks", *sorted(str(day) for day in weeks.drop_nulls(name).top_k(5, by=name)["index_date"]))
    print(f"same phase on {both.filter(pl.col('phase') == pl.col('phase_labels')).height} of {both.height} days")
    print(both.group_by("phase", "phase_labels").len().sort("len", descending=True))


if __name__ == "__main__":
    main()
