"""From the confidence that a model gives to a probability: a table of points, how it is used, and how it is made from judged readings.

Belongs here: the table. Does not: judging readings against gold (`fit.py`).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import isotonic_regression

from pipeline.signals.texts import ExtractorError

SHIPPED = Path(__file__).with_name("confidence.toml")
LEAST, MOST = 0.01, 0.99
#: Each share is drawn towards the mean of all by as many readings.
PRIOR_READINGS = 10
BINS = 10


@dataclass(frozen=True)
class Confidence:
    """Points (confidence, probability) by rising confidence, joined by straight lines and level outside."""

    points: tuple[tuple[float, float], ...]

    def probability(self, confidence: float) -> float:
        """The probability for one confidence, in 0.01 to 0.99: nothing that a model says is certain."""
        given, meant = zip(*self.points, strict=True)
        return float(np.clip(np.interp(confidence, given, meant), LEAST, MOST))


IDENTITY = Confidence(((0.0, 0.0), (1.0, 1.0)))


def load(path: Path) -> Confidence:
    """The table in a TOML file. `ExtractorError` where the file or its points are wrong."""
    try:
        points = tuple((float(given), float(meant)) for given, meant in tomllib.loads(path.read_text(encoding="utf-8"))["points"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ExtractorError(f"{path}: no table of confidences ({error}); write points = [[0.0, 0.2], [1.0, 0.8]]") from error
    given = [point[0] for point in points]
    if not points or given != sorted(set(given)) or not all(0 <= value <= 1 for point in points for value in point):
        raise ExtractorError(f"{path}: points must lie in 0 to 1, in rising order of confidence, at least one of them")
    return Confidence(points)


def fit(pairs: Sequence[tuple[float, bool]]) -> Confidence:
    """The table that readings of known confidence support: (confidence, whether it was right), in any order.

    Shares by tenths of confidence, each drawn to the mean by `PRIOR_READINGS`, made to rise (isotonic regression, weighted).
    `ExtractorError` without readings.
    """
    if not pairs:
        raise ExtractorError(
            "no reading was judged, so no confidence can be measured; give gold passages in which the reader finds signals"
        )
    confidence = np.array([pair[0] for pair in pairs], dtype=np.float64)
    right = np.array([pair[1] for pair in pairs], dtype=np.float64)
    tenth = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(tenth, minlength=BINS)
    held = counts > 0
    given = np.bincount(tenth, weights=confidence, minlength=BINS)[held] / counts[held]
    shares = (np.bincount(tenth, weights=right, minlength=BINS)[held] + PRIOR_READINGS * right.mean()) / (counts[held] + PRIOR_READINGS)
    rising = isotonic_regression(shares, weights=counts[held]).x
    return Confidence(tuple((round(float(x), 4), round(float(y), 4)) for x, y in zip(given, rising, strict=True)))
