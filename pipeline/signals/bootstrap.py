"""Compute shares, with intervals from a bootstrap over passages.

It is the percentile bootstrap of Efron and Tibshirani (1993).
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """A share or mean over `count` items with its 95 % interval.

    `value` and bounds are None if `count` is 0. The bounds are also None if all items are in one passage, since resampling one passage
    always gives the same value, or if no resample has an item.
    """

    value: float | None
    lo95: float | None
    hi95: float | None
    count: int


@dataclass(frozen=True)
class Counts:
    """Counts of right, wrong and missed signals, with micro-averaged scores.

    `tp`: right; `fp`: wrong, only predicted; `fn`: missed, only in the gold (the labels). The scores are computed from these sums over all
    passages.
    """

    tp: int
    fp: int
    fn: int
    precision: Score
    recall: Score
    f1: Score


class Bootstrap:
    """Bootstrap resamples of passages, shared by all scores of a report.

    Each resample has as many passages as there are, chosen at random with repetition. The same seed gives the same resamples.
    """

    def __init__(self, passages: pl.DataFrame, seed: int, resamples: int) -> None:
        self._size = size = passages.height
        self._order = passages.select("id").with_row_index("passage")
        # One row per resample with the weight of each passage: the sums of all resamples are one matrix product.
        self._weights = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=resamples).astype(np.float64)

    def sum_by_passage(self, values: pl.DataFrame) -> Floats:
        """Sum columns by passage, of shape (passages, columns).

        The column `id` of `values` names the passage; all others are summed. Passages are those of the constructor, in its order; one
        without rows has 0.
        """
        placed = values.join(self._order, on="id", how="left", maintain_order="left")
        passage = placed["passage"].to_numpy()
        columns = [placed[name].cast(pl.Float64).to_numpy() for name in values.columns if name != "id"]
        return np.column_stack([np.bincount(passage, weights=column, minlength=self._size) for column in columns])

    def resample(self, sums: Floats) -> Floats:
        """Compute the column totals in every resample, of shape (resamples, columns).

        `sums`: by passage, from `sum_by_passage`.
        """
        return self._weights @ sums

    def score_ratio(self, sums: Floats, numerator: list[int], denominator: list[int]) -> Score:
        """Compute a ratio of weighted column sums, with its interval.

        `sums`: from `sum_by_passage`; `numerator`, `denominator`: the weight of each column. For example `[2, 0, 0]` and `[2, 1, 1]` give
        `2tp / (2tp + fp + fn)`. The `count` is the denominator; if it is 0, the value is None.
        """
        parts = sums @ np.array([numerator, denominator], dtype=np.float64).T
        total = parts.sum(axis=0)
        resampled = self.resample(parts)
        value = float(total[0] / total[1]) if total[1] else None
        return add_interval(value, parts[:, 1], resampled[:, 0], resampled[:, 1], count=int(total[1]))

    def score_share(self, values: pl.DataFrame) -> Score:
        """Compute the share of one column's sum in another's, with its interval.

        `values`: `id` of the passage, the part, and the whole, which is the `count`.
        """
        return self.score_ratio(self.sum_by_passage(values), [1, 0], [0, 1])

    def score_outcomes(self, outcomes: pl.DataFrame) -> Counts:
        """Count right, wrong and missed signals; compute precision, recall and F1.

        `outcomes`: a result of `compute_outcomes`, for any level. The `count` of a score is the number predicted for precision,
        expected for recall, and `tp + fp + fn` for F1.
        """
        flags = outcomes.select("id", *((pl.col("outcome") == name).alias(name) for name in ("tp", "fp", "fn")))
        sums = self.sum_by_passage(flags)
        tp, fp, fn = (int(total) for total in sums.sum(axis=0))
        f1 = self.score_ratio(sums, [2, 0, 0], [2, 1, 1])
        return Counts(
            tp,
            fp,
            fn,
            precision=self.score_ratio(sums, [1, 0, 0], [1, 1, 0]),
            recall=self.score_ratio(sums, [1, 0, 0], [1, 0, 1]),
            f1=replace(f1, count=tp + fp + fn),
        )


def add_interval(value: float | None, sizes: Floats, numerators: Floats, denominators: Floats, count: int) -> Score:
    """Add the 95 % interval: percentiles of the resampled ratios.

    `sizes` has the denominator of each passage, the other arrays one value per resample. Resamples with a denominator of 0 are left out.
    There is no interval without `value`, or if fewer than two passages, or no resample, have a denominator other than 0.
    """
    defined = denominators > 0
    if value is None or np.count_nonzero(sizes) <= 1 or not defined.any():
        return Score(value, None, None, count)
    lo, hi = np.percentile(numerators[defined] / denominators[defined], [2.5, 97.5])
    return Score(value, float(lo), float(hi), count)
