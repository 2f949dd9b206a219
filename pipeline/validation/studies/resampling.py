"""Seeded bootstrap samples of blocks and clusters, and percentile intervals."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

DRAWS = 2000
SEED = 20180322
_LEVEL = 0.95  # of intervals
_MIN_FINITE_SHARE = 0.5  # there is an interval only if more than this share of the draws is finite


def draw_blocks(length: int, block: int, draws: int = DRAWS, seed: int = SEED) -> Indices:
    """Draw row numbers for a moving-block bootstrap (Künsch 1989); shape (draws, length).

    `length`: rows of the series; `block`: consecutive rows that are drawn together, at most half of the series, so that draws differ.
    """
    size = max(1, min(block, length // 2))
    random = np.random.default_rng(seed)
    blocks = -(-length // size)
    starts = random.integers(0, length - size + 1, size=(draws, blocks))
    rows = (starts[:, :, None] + np.arange(size)).reshape(draws, -1)
    return np.asarray(rows[:, :length], dtype=np.int64)


def draw_cluster_rates(hits: Numbers, clusters: NDArray[np.str_], draws: int = DRAWS, seed: int = SEED) -> Numbers:
    """Average `hits` in samples of whole clusters, drawn with replacement.

    `hits`: shape (events,) or (events, columns); `clusters`: the name of each event's cluster, such as its month. Events of one cluster
    may belong to one dispute, so they are drawn together. Returns the shape (draws, columns), with no rows if there are fewer than two
    clusters.
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


def percentile_interval(drawn: Numbers) -> tuple[float, float]:
    """Compute the 95 % percentile interval of bootstrap draws.

    Values that are not finite are left out. Both bounds are NaN unless more than half of the draws are finite.
    """
    finite = drawn[np.isfinite(drawn)]
    if not len(drawn) or len(finite) <= _MIN_FINITE_SHARE * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(finite, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)
