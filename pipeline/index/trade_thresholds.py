"""Thresholds of the trade tables, read from `trade_thresholds.toml`.

They are published as a table, which the models in `sql/trade` read.
"""

import tomllib
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.trade_results import TRADE_THRESHOLDS

THRESHOLDS_FILE = Path(__file__).with_suffix(".toml")


@cache
def read_trade_thresholds() -> pl.DataFrame:
    """Read `trade_thresholds.toml` as a table with one row per threshold."""
    thresholds = tomllib.loads(THRESHOLDS_FILE.read_text(encoding="utf-8"))
    rows = [{"name": name, **entry, "value": float(entry["value"])} for name, entry in thresholds.items()]
    return pl.DataFrame(rows, schema=TRADE_THRESHOLDS.schema)
