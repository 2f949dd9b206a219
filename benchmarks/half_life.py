"""How well each half-life foretells the next day's stories, over homes that `tension run` made, and how often the limits cover.

    uv run python benchmarks/half_life.py NAME=HOME:PAIR[:CHANNEL] … [--coverage]

The tables of docs/methodology.md, sections 6 and 7: coverage of the forecast at the default half-life, log units below the best half-life
of each look, what each half-life costs over all looks, and with `--coverage` the limits over stories drawn from each home.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.contracts.countries import parse_pair
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, STORIES, STORY_ARTICLES, STORY_MASS
from pipeline.models.build import build_table
from pipeline.settings import Settings
from pipeline.validation.studies.forecast import (
    LOOK,
    compromise,
    forecast_by_half_life,
    log_units_below_best,
    recommended,
)
from pipeline.validation.studies.simulation import EVOLUTIONS, REPLICATIONS, SEED, coverage_of_limits, invented_pool, pool_of
from pipeline.warehouse.lake import Lake

DEFAULT = Settings.model_fields["half_life_days"].default
OWN = "the filter's own"


def look(given: str) -> tuple[str, Lake, str, str | None]:
    """`NAME=HOME:PAIR[:CHANNEL]` taken apart."""
    name, _, rest = given.partition("=")
    home, pair, *channel = rest.split(":")
    return name, Lake(Path(home) / "lake"), "-".join(parse_pair(pair)), channel[0] if channel else None


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("looks", nargs="+", type=look)
    parser.add_argument("--coverage", action="store_true", help="also the limits over stories drawn from each home; some 10 s each")
    options = parser.parse_args()
    scored = pl.concat(
        forecast_by_half_life(name, lake.read(DAILY_MASS), lake.read(STORY_MASS), lake.read(BASELINE), pair, channel)
        for name, lake, pair, channel in options.looks
    )
    pl.Config(
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_width_chars=200,
        fmt_str_lengths=40,
        float_precision=3,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
    )
    print(scored.filter(half_life_days=DEFAULT).drop("half_life_days", "log_likelihood", "log_likelihood_per_day"))
    print(log_units_below_best(scored).pivot("half_life_days", index=[*LOOK, "arrivals"], values="below_best"))
    print(recommended(scored, DEFAULT), compromise(scored), sep="\n")
    if options.coverage:
        drawn = {"invented": invented_pool(build_table, np.random.default_rng(SEED))}
        drawn |= {name: pool_of(lake.read(STORY_MASS), lake.read(STORIES), lake.read(STORY_ARTICLES)) for name, lake, *_ in options.looks}
        for name, pool in drawn.items():
            found = coverage_of_limits(build_table, pool, DEFAULT, replications={20: REPLICATIONS[20]}, evolutions={OWN: EVOLUTIONS[OWN]})
            print(name, found.select("stories_a_day", "coverage80", "coverage95", "coverage95_se"), sep="\n")


if __name__ == "__main__":
    main()
