"""The thresholds of the trade tables, from `trade_thresholds.toml`: one place, published as a table that the models in `sql/trade` read.

Belongs here: reading and typing them. Does not: what is done with them; that is SQL.
"""

import tomllib
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.deeds import TRADE_THRESHOLDS

THRESHOLDS_FILE = Path(__file__).with_suffix(".toml")


@cache
def trade_thresholds() -> pl.DataFrame:
    """`trade_thresholds.toml` as the table of that name: one row a threshold."""
    given = tomllib.loads(THRESHOLDS_FILE.read_text(encoding="utf-8"))
    rows = [{"name": name, **entry, "value": float(entry["value"])} for name, entry in given.items()]
    return pl.DataFrame(rows, schema=TRADE_THRESHOLDS.schema)
