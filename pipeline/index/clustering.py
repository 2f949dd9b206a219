"""A factor on the variance of the number of stories, for clusters.

Stories come in clusters if one event brings several: their number then varies more than that of independent ones. Belongs here: measuring
the factor in the windows of the baseline. Does not: what it does to intervals (`filter.py`).
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from pipeline.contracts.tables.index import BASELINE, CLUSTERING, DAILY_MASS, IS_DIRECTED
from pipeline.index.filter import Matrix, predict_next_day, to_matrix
from pipeline.index.parameters import PRIOR_STORIES

POOLED_STORIES = 20.0  # weight, in stories, with which the factor of a series is shrunk towards that of its channel
MAX_CLUSTERING = 10.0
_GROUP = ["series", "channel"]


def measure_clustering(daily: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Measure how much stories come in clusters, as rows of `CLUSTERING`.

    `daily`: rows of DAILY_MASS, every day of every series (direction or pair). `baseline`: rows of BASELINE, which give the windows.
    Returns one row for each version of the baseline, series and channel (such as escalation); `clustering` is from 1 (stories come singly)
    to `MAX_CLUSTERING`.

    The filter forecasts the number of stories of each day of the window from the days before. If stories come singly, the squared errors of
    these forecasts sum to about the sum of their variances, m (1 + e / b) of a negative binomial distribution (m: the forecast, e: stories
    expected of the articles read, b: rate of the filter's Gamma). `clustering` is the first sum divided by the second. It is shrunk towards
    that of all directions of the channel, so that a pair with few stories has about theirs.
    """
    ordered = DAILY_MASS.conform(daily)
    groups = ordered.select(_GROUP).unique(maintain_order=True)
    frames = [CLUSTERING.empty()]
    for valid_from, errors, variances in _measure_windows(ordered, baseline, half_life_days):
        sums = groups.with_columns(errors=errors, variances=variances, is_directed=IS_DIRECTED)
        directed = [pl.col(name).filter("is_directed").sum().over("channel") for name in ("errors", "variances")]
        # With the weight of 20 stories, the factor of a channel is shrunk towards 1, and that of a series towards its channel's.
        of_channel = ((POOLED_STORIES + directed[0]) / (POOLED_STORIES + directed[1])).clip(1.0, MAX_CLUSTERING)
        factor = (POOLED_STORIES * of_channel + pl.col("errors")) / (POOLED_STORIES + pl.col("variances"))
        frames.append(sums.select(pl.lit(valid_from).alias("valid_from"), *_GROUP, factor.clip(1.0, MAX_CLUSTERING).alias("clustering")))
    return CLUSTERING.conform(pl.concat(frames))


def _measure_windows(ordered: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> Iterator[tuple[date, Matrix, Matrix]]:
    """Yield forecast errors and variances for each version of the baseline.

    They are of the daily number of stories. Yields the version's `valid_from`, the sums of squared forecast errors and of forecast
    variances over the days of its window. Both have one item for each series and channel (such as escalation). `ordered`: rows of
    DAILY_MASS, sorted by its key.
    """
    dates = ordered["index_date"].unique().sort()
    counts, read = (to_matrix(ordered, name).astype(np.float64) for name in ("story_count", "articles_read"))
    for valid_from, first, last in (
        BASELINE.conform(baseline).select("valid_from", "baseline_from", "baseline_to").unique().sort("valid_from").rows()
    ):
        in_window = dates.is_between(first, last).to_numpy()
        yield valid_from, *_sum_errors(counts[:, in_window], read[:, in_window], half_life_days)


def _sum_errors(counts: Matrix, read: Matrix, half_life_days: float) -> tuple[Matrix, Matrix]:
    """Sum squared errors and variances of the daily forecasts of story numbers.

    `counts`: number of stories, `read`: number of articles read, each of shape (groups, days). Returns both sums, each of shape (groups).
    The forecast starts from the rate of stories per article over all these days; a group without stories is taken to have half a story.
    """
    exposure = read * (np.maximum(counts.sum(axis=1), 0.5) / np.maximum(read.sum(axis=1), 1.0))[:, None]
    prior = np.full(counts.shape[0], float(PRIOR_STORIES))
    shape, rate, errors, variances = prior, prior, np.zeros_like(prior), np.zeros_like(prior)
    for day in range(counts.shape[1]):
        shape, rate = (predict_next_day(sums, prior, half_life_days) for sums in (shape, rate))
        mean = shape / rate * exposure[:, day]
        errors = errors + (counts[:, day] - mean) ** 2
        variances = variances + mean * (1 + exposure[:, day] / rate)
        shape, rate = shape + counts[:, day], rate + exposure[:, day]
    return errors, variances
