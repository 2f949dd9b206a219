"""Drawing again from what was seen, seeded: blocks of days or months that stay together, and clusters of events.

Belongs here: which rows are drawn, and the limits of what comes out. Does not: the statistic that is computed of them.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

DRAWS = 2000
SEED = 20180322
_LEAST_FINITE = 0.5  # of the draws; of fewer no limits are told


def block_draws(length: int, block: int, draws: int = DRAWS, seed: int = SEED) -> Indices:
    """Moving-block bootstrap (Künsch 1989): row numbers of `draws` series of that length, put together of runs of `block` rows.

    Shape (draws, length). A block longer than the series is cut to half of it, so that draws differ.
    """
    size = max(1, min(block, length // 2))
    random = np.random.default_rng(seed)
    blocks = -(-length // size)
    starts = random.integers(0, length - size + 1, size=(draws, blocks))
    rows = (starts[:, :, None] + np.arange(size)).reshape(draws, -1)
    return np.asarray(rows[:, :length], dtype=np.int64)


def cluster_rates(hits: Numbers, clusters: NDArray[np.str_], draws: int = DRAWS, seed: int = SEED) -> Numbers:
    """Mean of `hits` in each of `draws` samples of whole clusters with replacement; no draws when there are fewer than two clusters.

    `hits`: shape (events,) or (events, columns). Events of one cluster are drawn together, because they are news of one quarrel.
    """
    names, of_event = np.unique(clusters, return_inverse=True)
    columns = hits.reshape(len(hits), -1)
    if len(names) <= 1:
        return np.zeros((0, columns.shape[1]))
    sums = np.zeros((len(names), columns.shape[1]))
    np.add.at(sums, of_event, columns)
    sizes = np.bincount(of_event).astype(float)
    drawn = np.random.default_rng(seed).integers(0, len(names), size=(draws, len(names)))
    return np.asarray(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None], dtype=np.float64)


def limits(drawn: Numbers, level: float = 0.95) -> tuple[float, float]:
    """Percentile limits of what the draws gave; not a number where half of the draws or more gave none."""
    finite = drawn[np.isfinite(drawn)]
    if not len(drawn) or len(finite) <= _LEAST_FINITE * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(finite, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
