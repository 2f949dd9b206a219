"""Peaks of a series, compared with those of SciPy."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.signal import find_peaks

from pipeline.report.timeline import find_peaks_of

FIRST = date(2025, 1, 1)
WEEKS = 2  # between two days of the series, so that no peak is too close to another
HIGHEST = 900


@pytest.mark.parametrize("step", [1, 25, 100])
def test_peaks_are_those_that_scipy_finds(step: int) -> None:
    """Large steps give equal neighbours, and tops of just the least height and prominence."""
    random = np.random.default_rng(step)
    for _ in range(50):
        values = random.integers(0, HIGHEST // step, 12) * step
        days = [FIRST + timedelta(weeks=WEEKS * n) for n in range(len(values))]
        frame = pl.DataFrame({"index_date": days, "tension": values}, schema_overrides={"tension": pl.Int32}).with_columns(
            series=pl.lit("CHN-USA"), concession=pl.lit(None, pl.Int32)
        )
        tops = find_peaks(np.pad(values, 1), height=125, prominence=25)[0] - 1
        assert find_peaks_of(frame)["index_date"].to_list() == [days[top] for top in tops]
