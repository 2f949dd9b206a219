"""Simulate how much a value says about the true rate.

    uv run python benchmarks/evidence.py

Stories arrive at a true rate that wanders around 100 (the logarithm is a stationary AR(1) process) and are filtered as in production, with
a prior that weighs as much as three mean stories. Prints, by expected stories a day: the evidence weight, the correlation of value and
truth, the share of the truth's squared distance from 100 that the value explains, and how often the value is on the truth's side of 100 if
the truth is at least a quarter off. All but the evidence weight have the smallest and the largest figure of four simulations, in which the
rate wanders by more or less, faster or slower (`WORLDS`). They are seeded and take about a minute.
"""

import numpy as np

from pipeline.index.filter import Matrix, discount
from pipeline.index.parameters import PRIOR_STORIES

STORIES_A_DAY = (0.01, 0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 3.0)
# Of the true rate's logarithm: standard deviation, and days until its autocorrelation is 1/e.
WORLDS = ((0.5, 30), (0.8, 30), (1.2, 30), (0.8, 90))
HALF_LIFE, BURN_IN, DAYS, PAIRS = 7.0, 60, 400, 400
SPREAD_OF_STORIES = 0.5  # standard deviation of the logarithm of a story's mass
QUARTER = np.log(1.25)


def simulate(stories_a_day: float, spread: float, memory: float, random: np.random.Generator) -> tuple[Matrix, Matrix]:
    """Simulate true rates of stories, and the values that the index would have.

    Both have the shape (pairs, days), without the first `BURN_IN` days, and are 1 at the baseline rate. `stories_a_day`: expected at that
    rate. The logarithm of the true rate has standard deviation `spread`, and autocorrelation 1/e after `memory` days.
    """
    level = random.normal(0, spread, PAIRS)
    truth = np.empty((PAIRS, DAYS))
    keep = np.exp(-1 / memory)
    for day in range(DAYS):
        level = keep * level + random.normal(0, spread * np.sqrt(1 - keep**2), PAIRS)
        truth[:, day] = np.exp(level - spread**2 / 2)
    counts = random.poisson(stories_a_day * truth)
    masses = random.lognormal(-(SPREAD_OF_STORIES**2) / 2, SPREAD_OF_STORIES, counts.sum())
    ends = np.cumsum(counts.ravel())
    totals = np.concatenate([[0.0], np.cumsum(masses)])
    observed = (totals[ends] - totals[ends - counts.ravel()]).reshape(counts.shape)
    value = (PRIOR_STORIES + discount(observed, HALF_LIFE)) / (PRIOR_STORIES + discount(np.full(counts.shape, stories_a_day), HALF_LIFE))
    return truth[:, BURN_IN:], value[:, BURN_IN:]


def main() -> None:
    """Print the table, one line for each number of stories a day."""
    memory = discount(np.ones((1, DAYS)), HALF_LIFE)[0, -1]
    print("stories/day  evidence  correlation    explained      right side")
    for number, stories in enumerate(STORIES_A_DAY):
        figures = []
        for world, (spread, days) in enumerate(WORLDS):
            truth, value = simulate(stories, spread, days, np.random.default_rng([number, world]))
            is_off = np.abs(np.log(truth)) >= QUARTER
            figures.append(
                (
                    np.corrcoef(truth.ravel(), value.ravel())[0, 1],
                    1 - np.mean((value - truth) ** 2) / np.mean((1 - truth) ** 2),
                    np.mean((value > 1)[is_off] == (truth > 1)[is_off]),
                )
            )
        low, high = np.min(figures, axis=0), np.max(figures, axis=0)
        evidence = 1 - PRIOR_STORIES / (PRIOR_STORIES + stories * memory)
        print(f"{stories:11}  {evidence:8.2f}  " + "  ".join(f"{a:5.2f} to {b:4.2f}" for a, b in zip(low, high, strict=True)))


if __name__ == "__main__":
    main()
