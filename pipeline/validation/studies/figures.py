"""Results of the studies, called figures, as rows of the table VALIDATION."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from scipy.stats import binomtest

from pipeline.validation.contract import VALIDATION

Figure = dict[str, Any]

_KEY = dict.fromkeys(VALIDATION.key, "")


def figure(part: str, statistic: str, **columns: Any) -> Figure:
    """Build a row of VALIDATION from its columns.

    `part`: the study, such as `events`; `statistic`: what was computed, such as `hit rate within 3 days`. Omitted columns of VALIDATION's
    key are `""`; other omitted columns and non-finite numbers are null.
    """
    row = dict.fromkeys(VALIDATION.schema.names()) | _KEY | {"part": part, "statistic": statistic} | columns
    return {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()}


def sign_test(right: int, count: int) -> Figure:
    """Test a share of right signs against one half.

    `right` of `count` signs, at least one, are right. Returns the columns of a figure. The binomial test is one-sided (more than half are
    right), its exact interval two-sided.
    """
    interval = binomtest(right, count).proportion_ci(0.95)
    p_value = binomtest(right, count, 0.5, alternative="greater").pvalue
    bounds = {"lo95": float(interval.low), "hi95": float(interval.high)}
    return {"value": right / count, **bounds, "chance": 0.5, "p_random": float(p_value), "count": count}


def to_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Convert rows to a frame of VALIDATION, in the given order."""
    return pl.DataFrame(list(rows), schema=VALIDATION.schema)
