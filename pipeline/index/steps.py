"""The tables that Python makes: what each reads and how it is made. All other tables from the index on are files of `sql/`.

Belongs here: one line for each such table, used alike by the assets of Dagster, by `tension validate` and by tests. Does not: formulas.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.deeds import TRADE_THRESHOLDS
from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS, MOVEMENT_DAILY, STALEMATE_DAILY, WEIGHTS
from pipeline.contracts.tables.vintages import INDEX_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS
from pipeline.index.filter import filter_channels, stalemates
from pipeline.index.parameters import weights
from pipeline.index.trade_thresholds import trade_thresholds
from pipeline.index.vintages import as_known

Frames = Mapping[str, pl.DataFrame]
Variables = Mapping[str, Any]


class Step(NamedTuple):
    """How a table is made: from the tables that it reads, by name, and the variables of `parameters.variables`."""

    table: Table
    reads: tuple[Table, ...]
    make: Callable[[Frames, Variables], pl.DataFrame]


def _weights(_frames: Frames, _variables: Variables) -> pl.DataFrame:
    return weights()


def _trade_thresholds(_frames: Frames, _variables: Variables) -> pl.DataFrame:
    return trade_thresholds()


def _channel_daily(frames: Frames, variables: Variables) -> pl.DataFrame:
    return filter_channels(frames[DAILY_MASS.name], frames[BASELINE.name], variables["half_life_days"])


def _stalemate_daily(frames: Frames, variables: Variables) -> pl.DataFrame:
    return stalemates(frames[MOVEMENT_DAILY.name], variables["half_life_days"])


def _index_known(frames: Frames, variables: Variables) -> pl.DataFrame:
    arrivals = frames[MASS_ARRIVALS.name], frames[MOVEMENT_ARRIVALS.name]
    return as_known(*arrivals, frames[BASELINE.name], variables["half_life_days"])


STEPS = {
    step.table.name: step
    for step in (
        Step(WEIGHTS, (), _weights),
        Step(TRADE_THRESHOLDS, (), _trade_thresholds),
        Step(CHANNEL_DAILY, (DAILY_MASS, BASELINE), _channel_daily),
        Step(STALEMATE_DAILY, (MOVEMENT_DAILY,), _stalemate_daily),
        Step(INDEX_KNOWN, (MASS_ARRIVALS, MOVEMENT_ARRIVALS, BASELINE), _index_known),
    )
}
