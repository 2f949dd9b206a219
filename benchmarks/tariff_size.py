"""Compare indices in which the rate of a tariff matters and in which it does not.

    uv run python benchmarks/tariff_size.py HOME REFERENCES

HOME: a home of `tension run` without options; REFERENCES: a file or folder of reference series with TPU. The index is that of the labels of
the sample, so that no error of reading plays a part. It is the evidence for `size` in pipeline/index/weights.toml.
"""

import argparse
from pathlib import Path

import polars as pl
from labelled_sample import PEAKS

from pipeline.index.parameters import read_weights
from pipeline.settings import Settings
from pipeline.validation.labels import PAIR, build_sample_labels_index
from pipeline.validation.references import read_references
from pipeline.warehouse.lake import Lake


def main() -> None:
    """Print the correlation with weekly TPU, and the peaks of April and October."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("references", type=Path)
    options = parser.parse_args()
    lake = Lake(Settings(home=options.home).lake)
    tpu = read_references(options.references).filter(reference="tpu").select(index_date="period_date", tpu="value")
    for name, weights in (("rates matter", read_weights()), ("they do not", read_weights().with_columns(usual_rate_pct=None))):
        index = build_sample_labels_index(lake, weights.cast({"usual_rate_pct": pl.Float64})).filter(pair=PAIR)
        days = index.select("index_date", "tension").drop_nulls().join(tpu, on="index_date")
        weeks = days.group_by(pl.col("index_date").dt.truncate("1w")).agg(pl.col("tension", "tpu").mean())
        pearson, spearman = (weeks.select(pl.corr("tension", "tpu", method=method)).item() for method in ("pearson", "spearman"))
        april, october = (days.filter(pl.col("index_date").is_between(*peak)).select(pl.max("tension")).item() for peak in PEAKS)
        print(f"{name}: {weeks.height} weeks, r = {pearson:.2f}, rank correlation {spearman:.2f}, peaks {april:.0f} and {october:.0f}")


if __name__ == "__main__":
    main()
