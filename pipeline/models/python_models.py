"""The tables that Python makes. All other tables from the index on are files of `sql/`.

Belongs here: one decorated function for each, which hands its tables to a formula of `pipeline/index`. Does not: formulas.
"""

from datetime import date

import polars as pl

from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.deeds import TRADE_THRESHOLDS
from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS, MOVEMENT_DAILY, STALEMATE_DAILY, STORY_MASS, WEIGHTS
from pipeline.contracts.tables.measures import MEASURE_CLAIMS, MEASURE_CONTRADICTIONS, MEASURE_EVENTS, MEASURE_STATES
from pipeline.contracts.tables.vintages import INDEX_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS
from pipeline.index import parameters
from pipeline.index import top_contributions as contributions
from pipeline.index import trade_thresholds as thresholds
from pipeline.index.filter import filter_channels, stalemates
from pipeline.index.measures.ledger import fold
from pipeline.index.vintages import as_known
from pipeline.models.model import python_model


@python_model(makes=(WEIGHTS,))
def weights() -> pl.DataFrame:
    """The weights of `pipeline/index/weights.toml`."""
    return parameters.weights()


@python_model(makes=(TRADE_THRESHOLDS,))
def trade_thresholds() -> pl.DataFrame:
    """The thresholds of `pipeline/index/trade_thresholds.toml`."""
    return thresholds.trade_thresholds()


@python_model(makes=(CHANNEL_DAILY,), reads=(DAILY_MASS, BASELINE), variables=("half_life_days",))
def channel_daily(daily_mass: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """The filter of each channel, with its intervals."""
    return filter_channels(daily_mass, baseline, half_life_days)


@python_model(makes=(STALEMATE_DAILY,), reads=(MOVEMENT_DAILY,), variables=("half_life_days",))
def stalemate_daily(movement_daily: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Talks without movement, with their intervals."""
    return stalemates(movement_daily, half_life_days)


@python_model(makes=(TOP_CONTRIBUTIONS,), reads=(STORY_MASS, CHANNEL_DAILY), variables=("story_days",))
def top_contributions(story_mass: pl.DataFrame, channel_daily: pl.DataFrame, story_days: int) -> pl.DataFrame:
    """The stories that add most to each value."""
    return contributions.top_contributions(story_mass, channel_daily, story_days)


@python_model(makes=(INDEX_KNOWN,), reads=(MASS_ARRIVALS, MOVEMENT_ARRIVALS, BASELINE), variables=("half_life_days",))
def index_known(
    mass_arrivals: pl.DataFrame, movement_arrivals: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float
) -> pl.DataFrame:
    """The filter over what had arrived by the end of each day."""
    return as_known(mass_arrivals, movement_arrivals, baseline, half_life_days)


@python_model(makes=(MEASURE_EVENTS, MEASURE_STATES, MEASURE_CONTRADICTIONS), reads=(MEASURE_CLAIMS, COVERAGE), variables=("last_day",))
def ledger(claims: pl.DataFrame, _coverage: pl.DataFrame, last_day: date) -> tuple[pl.DataFrame, ...]:
    """What each claim did to its measure, the states that follow, and what cannot both hold."""
    folded = fold(claims, last_day)  # the last day of coverage, whether or not an article came in on it
    return folded.events, folded.states, folded.contradictions
