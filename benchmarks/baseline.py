"""Measure what a growing baseline costs in accuracy.

    uv run python benchmarks/baseline.py [HOME:PAIR …]

It is compared with a baseline of the whole first year, which looks ahead. Simulated pairs have a rate of stories that wanders (in
logarithms an autoregression with standard deviation 0.5 and a half-life of 30 days). Each story has a mass: how much it counts. A schedule
lists the lengths in days that a growing baseline has one after the other. The value of each day until the first year is final is computed
with the expected mass of several schedules, and with that of all 365 days. Printed: root mean square of the difference of log values, its
95th percentile, and the correlation of log values. For each HOME (folder of a `tension run`), the same for tension of PAIR in its first 365
days, between the default schedule and a baseline of these days.
"""

import argparse
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, STORY_MASS, WEIGHTS
from pipeline.contracts.tables.stories import ARCHIVE_END, ARTICLES_READ, STORY_ARTICLES
from pipeline.index.filter import discount
from pipeline.index.parameters import BASELINE_LENGTHS, OPEN_DAYS, PRIOR_STORIES, model_variables
from pipeline.models.build import build_table, build_tables
from pipeline.validation.studies.simulation import simulate_pool
from pipeline.warehouse.lake import Lake

Matrix = NDArray[np.float64]
YEAR = BASELINE_LENGTHS[-1]
SEED = 20180706
PAIRS = 400
HALF_LIFE = 7.0
SCHEDULES = {
    "14, doubling": (14, 28, 56, 112, 224, YEAR),
    "28, doubling": BASELINE_LENGTHS,
    "28, every 28 days": (*range(28, YEAR, 28), YEAR),
    "56, doubling": (56, 112, 224, YEAR),
    "91, doubling": (91, 182, YEAR),
    "28 days for good": (28,),
}


def simulate_masses(random: np.random.Generator, masses: Matrix, stories_a_day: float) -> Matrix:
    """Simulate the observed mass of each pair and day, shape (pairs, days).

    `stories_a_day`: mean number of stories in a pair; each has one of `masses`, at random. The days are the first year, and `OPEN_DAYS`
    more until its last day is final.
    """
    days = YEAR + OPEN_DAYS
    keep = 2.0 ** (-1 / 30)
    log_rate = np.empty((PAIRS, days))
    log_rate[:, 0] = 0.5 * random.standard_normal(PAIRS)
    for day in range(1, days):
        log_rate[:, day] = keep * log_rate[:, day - 1] + 0.5 * np.sqrt(1 - keep**2) * random.standard_normal(PAIRS)
    counts = random.poisson(stories_a_day * np.exp(log_rate - 0.125))
    flat = np.repeat(np.arange(counts.size), counts.ravel())
    drawn: Matrix = np.bincount(flat, random.choice(masses, flat.size), counts.size).reshape(counts.shape).astype(np.float64)
    return drawn


def compute_values(observed: Matrix, lengths: tuple[int, ...], mean_mass: float, looks_ahead: bool = False) -> Matrix:
    """Compute the value of each day with the newest baseline final before it.

    `observed`: mass, of shape (pairs, days), like the result. `lengths`: the baselines' lengths in days; `mean_mass`: that of a story, for
    the prior, and half of it as the least mass of a baseline. Days before the first baseline is final use it too; with `looks_ahead`, all
    days use the last.
    """
    expected = np.empty_like(observed)
    for length in lengths:
        first = 0 if looks_ahead or length == lengths[0] else length + OPEN_DAYS
        expected[:, first:] = np.maximum(observed[:, :length].sum(axis=1), mean_mass / 2)[:, None] / length
    prior = PRIOR_STORIES * mean_mass
    return (prior + discount(observed, HALF_LIFE)) / (prior + discount(expected, HALF_LIFE))


def compare(values: Matrix, whole: Matrix) -> str:
    """Format how far `values` are from those by the whole year's baseline.

    These are RMSE and 95th percentile of the difference of logarithms, and the correlation of logarithms.
    """
    difference = np.log(values / whole)
    correlation = np.corrcoef(np.log(values).ravel(), np.log(whole).ravel())[0, 1]
    return f"{np.sqrt((difference**2).mean()):.3f} | {np.quantile(abs(difference), 0.95):.3f} | {correlation:.3f}"


def study_simulation() -> None:
    """Print a row for each schedule and number of stories a day."""
    pool = simulate_pool(build_table, np.random.default_rng(SEED))
    masses = pool.story_mass["mass"].to_numpy()
    print("| first window, growth | stories a day | first value | RMSE of log | 95th percentile | correlation |\n|---|---|---|---|---|---|")
    for stories_a_day in (0.1, 0.5, 2.0):
        observed = simulate_masses(np.random.default_rng([SEED, int(10 * stories_a_day)]), masses, stories_a_day)
        whole = compute_values(observed, (YEAR,), float(masses.mean()), looks_ahead=True)
        for name, lengths in SCHEDULES.items():
            values = compute_values(observed, lengths, float(masses.mean()))
            first = lengths[0] + OPEN_DAYS
            print(f"| {name} | {stories_a_day:g} | day {first + 1} | {compare(values[:, first:], whole[:, first:])} |")


def study_home(argument: str) -> None:
    """Print the row of a home's pair, for the first year read.

    `argument`: `HOME:PAIR`. Tension by the default schedule of baselines is compared with that by a baseline of these 365 days.
    """
    home, _, pair = argument.rpartition(":")
    lake = Lake(Path(home) / "lake")
    known = (WEIGHTS, COVERAGE, SIGNALS, ARCHIVE_END, STORY_ARTICLES, ARTICLES_READ, STORY_MASS)
    tables = {table.name: lake.read(table) for table in known}
    read = lake.span(COVERAGE)
    assert read is not None
    year = (read.first, read.first + timedelta(days=YEAR - 1))
    series = []
    for window in (None, year):
        method = model_variables((pair,), HALF_LIFE, window, read)
        rows = build_tables(dict(tables), [CHANNEL_DAILY], method)[CHANNEL_DAILY.name].filter(series=pair, channel="escalation")
        first = read.first + timedelta(days=BASELINE_LENGTHS[0] + OPEN_DAYS)
        series.append(rows.filter(pl.col("index_date").is_between(first, year[1]))["value"].to_numpy())
    print(f"| {argument}, default | | day {BASELINE_LENGTHS[0] + OPEN_DAYS + 1} | {compare(*series)} |")


def main() -> None:
    """Print the table: simulated pairs, then the pairs of homes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("homes", nargs="*", metavar="HOME:PAIR")
    options = parser.parse_args()
    study_simulation()
    for argument in options.homes:
        study_home(argument)


if __name__ == "__main__":
    main()
