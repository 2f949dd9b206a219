"""Convert the confidence of a model to a probability.

A reading is one signal that the model finds. Does not belong here: comparing readings with annotated passages (`fit.py`).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import isotonic_regression

from pipeline.signals.texts import ExtractorError

SHIPPED = Path(__file__).with_name("confidence.toml")
MIN_PROBABILITY, MAX_PROBABILITY = 0.01, 0.99
#: Each share is shrunk towards the mean with the weight of this number of readings.
PRIOR_READINGS = 10
BINS = 10


@dataclass(frozen=True)
class Confidence:
    """A table from the confidence that a model states to a probability.

    `points` are (confidence, probability) by rising confidence. Between two points the probability is interpolated linearly; before the
    first and after the last it is that of this point.
    """

    points: tuple[tuple[float, float], ...]

    def to_probability(self, confidence: float) -> float:
        """Convert a confidence to a probability from 0.01 to 0.99.

        Values below or above are set to these bounds.
        """
        confidences, probabilities = zip(*self.points, strict=True)
        return float(np.clip(np.interp(confidence, confidences, probabilities), MIN_PROBABILITY, MAX_PROBABILITY))


IDENTITY = Confidence(((0.0, 0.0), (1.0, 1.0)))


def read_confidence(path: Path) -> Confidence:
    """Read a table from a TOML file.

    Raises `ExtractorError` if the file cannot be read or its points are invalid: none, a value outside 0 to 1, or confidences that do not
    rise strictly.
    """
    try:
        points = tuple((float(x), float(y)) for x, y in tomllib.loads(path.read_text(encoding="utf-8"))["points"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ExtractorError(
            f"could not read a table of confidences from {path} ({error}); write e.g. points = [[0.0, 0.2], [1.0, 0.8]]"
        ) from error
    confidences = [point[0] for point in points]
    if not points or confidences != sorted(set(confidences)) or not all(0 <= value <= 1 for point in points for value in point):
        raise ExtractorError(f"invalid points in {path}: give at least one, with values from 0 to 1, in rising order of confidence")
    return Confidence(points)


def fit_confidence(pairs: Sequence[tuple[float, bool]]) -> Confidence:
    """Fit a table to confidences and whether the readings were right.

    `pairs`: the confidence of each reading, and whether it is right. Each tenth of the range 0 to 1 that has readings gives one point:
    their mean confidence, and their share right, shrunk towards the share right of all readings (`PRIOR_READINGS`). Weighted isotonic
    regression then makes the shares rise or stay equal. Raises `ExtractorError` without readings.
    """
    if not pairs:
        raise ExtractorError("no readings to measure the confidence on; use gold passages in which the model finds signals")
    confidence = np.array([pair[0] for pair in pairs], dtype=np.float64)
    right = np.array([pair[1] for pair in pairs], dtype=np.float64)
    tenth = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(tenth, minlength=BINS)
    filled = counts > 0
    means = np.bincount(tenth, weights=confidence, minlength=BINS)[filled] / counts[filled]
    shares = (np.bincount(tenth, weights=right, minlength=BINS)[filled] + PRIOR_READINGS * right.mean()) / (counts[filled] + PRIOR_READINGS)
    rising = isotonic_regression(shares, weights=counts[filled]).x
    return Confidence(tuple((round(float(x), 4), round(float(y), 4)) for x, y in zip(means, rising, strict=True)))
