"""Score half-lives by their forecasts, and measure the coverage of intervals.

    uv run python benchmarks/half_life.py NAME=HOME:PAIR[:CHANNEL] … [--coverage]

HOME is the folder of a `tension run`. The forecast is of the next day's stories, which arrive singly or in clusters (`arrivals`). Prints
the tables on the half-life in docs/methodology.md: coverage of the forecast at the default half-life, how far the log likelihood of each
half-life is below the best of its series, the best half-lives, and a ranking over all series; with `--coverage`, also the coverage of the
intervals at 20 stories a day, for invented stories and for stories drawn from each home. The series in docs/methodology.md are CHN-USA,
EUN-USA and MEX-USA of the Guardian, CHN-USA, CAN-USA and EUN-USA of the White House, JPN-USA and EUN-USA of Reuters 1987, and single
channels of CHN-USA and JPN-USA.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.contracts.countries import parse_pair
from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, STORY_MASS
from pipeline.contracts.tables.stories import STORIES, STORY_ARTICLES
from pipeline.models.build import build_table
from pipeline.settings import Settings
from pipeline.validation.studies.forecast import (
    SERIES_KEY,
    measure_below_best,
    rank_half_lives,
    recommend_half_lives,
    score_half_lives,
)
from pipeline.validation.studies.simulation import EVOLUTIONS, REPLICATIONS, SEED, pool_from_lake, simulate_coverage, simulate_pool
from pipeline.warehouse.lake import Lake

DEFAULT = Settings.model_fields["half_life_days"].default
FILTER_MODEL = "the filter's own"


def parse_series(argument: str) -> tuple[str, Lake, str, str | None]:
    """Parse `NAME=HOME:PAIR[:CHANNEL]`.

    Returns name, lake (tables) of the home, pair, and channel (such as `escalation`; None: all together).
    """
    name, _, rest = argument.partition("=")
    home, pair, *channel = rest.split(":")
    return name, Lake(Path(home) / "lake"), "-".join(parse_pair(pair)), channel[0] if channel else None


def main() -> None:
    """Print the tables that the module's docstring lists."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("series", nargs="+", type=parse_series)
    parser.add_argument("--coverage", action="store_true", help="also measure the coverage of the intervals, about 10 s per home")
    options = parser.parse_args()
    scores = pl.concat(
        score_half_lives(name, lake.read(DAILY_MASS), lake.read(STORY_MASS), lake.read(BASELINE), pair, channel)
        for name, lake, pair, channel in options.series
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
    print(scores.filter(half_life_days=DEFAULT).drop("half_life_days", "log_likelihood", "log_likelihood_per_day"))
    print(measure_below_best(scores).pivot("half_life_days", index=[*SERIES_KEY, "arrivals"], values="below_best"))
    print(recommend_half_lives(scores, DEFAULT), rank_half_lives(scores), sep="\n")
    if options.coverage:
        pools = {"invented": simulate_pool(build_table, np.random.default_rng(SEED))}
        pools |= {
            name: pool_from_lake(lake.read(STORY_MASS), lake.read(STORIES), lake.read(STORY_ARTICLES)) for name, lake, *_ in options.series
        }
        for name, pool in pools.items():
            coverage = simulate_coverage(
                build_table, pool, DEFAULT, replications={20: REPLICATIONS[20]}, evolutions={FILTER_MODEL: EVOLUTIONS[FILTER_MODEL]}
            )
            print(name, coverage.select("stories_a_day", "coverage80", "coverage95", "coverage95_se"), sep="\n")


if __name__ == "__main__":
    main()
