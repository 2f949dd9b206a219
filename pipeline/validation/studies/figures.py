"""One figure as a row of VALIDATION. Belongs here: the shape of rows. Does not: any statistic."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from pipeline.validation.contract import VALIDATION

Figure = dict[str, Any]

_KEY = dict.fromkeys(VALIDATION.key, "")


def figure(part: str, statistic: str, **columns: Any) -> Figure:
    """A row of VALIDATION; columns that are not given are empty, and what is no finite number is empty too."""
    row = dict.fromkeys(VALIDATION.schema.names()) | _KEY | {"part": part, "statistic": statistic} | columns
    return {name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()}


def figures(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows as a frame, in the order in which they were made."""
    return pl.DataFrame(list(rows), schema=VALIDATION.schema)
