"""Models written in Python.

All other tables of the layers index and trade are made by files of `sql/`. Belongs here: one decorated function for each model, which
passes its tables to `pipeline/index`. Does not: formulas.
"""

from datetime import date

import polars as pl

from pipeline.contracts.countries import COUNTRIES as COUNTRY_NAMES
from pipeline.contracts.scopes import list_members
from pipeline.contracts.tables.contributions import SOURCE_SHARES, TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.flat import COUNTRIES
from pipeline.contracts.tables.index import (
    BASELINE,
    CHANNEL_DAILY,
    CLUSTERING,
    DAILY_MASS,
    MOVEMENT_DAILY,
    PHASE_DAILY,
    SCOPE_MEMBERS,
    STALEMATE_DAILY,
    STORY_MASS,
    WEIGHTS,
)
from pipeline.contracts.tables.measures import MEASURE_ACTS, MEASURE_CLAIMS, MEASURE_REPORTS, MEASURE_STATES
from pipeline.contracts.tables.stories import STORY_ARTICLES
from pipeline.contracts.tables.threats import THREAT_CLAIMS, THREAT_EVIDENCE, THREAT_STATES
from pipeline.contracts.tables.trade_results import TRADE_THRESHOLDS
from pipeline.contracts.tables.vintages import INDEX_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS
from pipeline.index.clustering import measure_clustering
from pipeline.index.filter import filter_channels, filter_movement
from pipeline.index.measures.acts import read_acts
from pipeline.index.measures.reports import link_reports
from pipeline.index.parameters import read_phases, read_weights
from pipeline.index.phases import find_phases
from pipeline.index.source_shares import find_source_shares
from pipeline.index.threats.build import build_threats
from pipeline.index.top_contributions import select_top_contributions
from pipeline.index.trade_thresholds import read_trade_thresholds
from pipeline.index.vintages import filter_arrivals
from pipeline.models.model import python_model


@python_model(makes=(WEIGHTS,))
def weights() -> pl.DataFrame:
    """The weights of `pipeline/index/weights.toml`."""
    return read_weights()


@python_model(makes=(SCOPE_MEMBERS,))
def scope_members() -> pl.DataFrame:
    """The members of the regions and blocs in `pipeline/contracts/scopes.toml`."""
    return pl.DataFrame(list(list_members()), schema=SCOPE_MEMBERS.schema, orient="row")


@python_model(makes=(COUNTRIES,))
def countries() -> pl.DataFrame:
    """The codes and names of `pipeline/contracts/countries.py`."""
    return pl.DataFrame(list(COUNTRY_NAMES.items()), schema=COUNTRIES.schema, orient="row")


@python_model(makes=(TRADE_THRESHOLDS,))
def trade_thresholds() -> pl.DataFrame:
    """The thresholds of `pipeline/index/trade_thresholds.toml`."""
    return read_trade_thresholds()


@python_model(makes=(MEASURE_ACTS,))
def measure_acts() -> pl.DataFrame:
    """The curated official acts of `pipeline/index/measures`."""
    return read_acts()


@python_model(makes=(CLUSTERING,), reads=(DAILY_MASS, BASELINE), variables=("half_life_days",))
def clustering(daily_mass: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Factors by which clusters raise the variance of the number of stories."""
    return measure_clustering(daily_mass, baseline, half_life_days)


@python_model(makes=(CHANNEL_DAILY,), reads=(DAILY_MASS, BASELINE, CLUSTERING), variables=("half_life_days", "least_evidence"))
def channel_daily(
    daily_mass: pl.DataFrame, baseline: pl.DataFrame, factors: pl.DataFrame, half_life_days: float, least_evidence: float
) -> pl.DataFrame:
    """Value of each series, channel and day, with its intervals."""
    return filter_channels(daily_mass, baseline, half_life_days, least_evidence, factors)


@python_model(makes=(STALEMATE_DAILY,), reads=(MOVEMENT_DAILY,), variables=("half_life_days",))
def stalemate_daily(movement_daily: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Share of talk without action (the stalemate), by pair and day."""
    return filter_movement(movement_daily, half_life_days)


@python_model(makes=(PHASE_DAILY,), reads=(CHANNEL_DAILY, STALEMATE_DAILY), variables=("least_evidence",))
def phase_daily(channel_daily: pl.DataFrame, stalemate_daily: pl.DataFrame, least_evidence: float) -> pl.DataFrame:
    """Probability of each phase, and the phase, by pair and day."""
    return find_phases(channel_daily, stalemate_daily, read_phases(), least_evidence)


@python_model(makes=(TOP_CONTRIBUTIONS,), reads=(STORY_MASS, CHANNEL_DAILY), variables=("story_days",))
def top_contributions(story_mass: pl.DataFrame, channel_daily: pl.DataFrame, story_days: int) -> pl.DataFrame:
    """The stories that add most to each value."""
    return select_top_contributions(story_mass, channel_daily, story_days)


@python_model(makes=(SOURCE_SHARES,), reads=(STORY_MASS, STORY_ARTICLES, CHANNEL_DAILY))
def source_shares(story_mass: pl.DataFrame, story_articles: pl.DataFrame, channel_daily: pl.DataFrame) -> pl.DataFrame:
    """The owner whose outlets have the largest share of each value."""
    return find_source_shares(story_mass, story_articles, channel_daily)


@python_model(
    makes=(INDEX_KNOWN,),
    reads=(MASS_ARRIVALS, MOVEMENT_ARRIVALS, BASELINE, CLUSTERING),
    variables=("half_life_days", "least_evidence"),
)
def index_known(
    mass_arrivals: pl.DataFrame,
    movement_arrivals: pl.DataFrame,
    baseline: pl.DataFrame,
    factors: pl.DataFrame,
    half_life_days: float,
    least_evidence: float,
) -> pl.DataFrame:
    """Filtered values from what had arrived by the end of each day.

    Each day of a series has a row for its first known value, and one for each later day on which late arrivals changed the sums of its pair
    (`filter_arrivals`).
    """
    return filter_arrivals(mass_arrivals, movement_arrivals, baseline, factors, half_life_days, least_evidence)


@python_model(makes=(MEASURE_REPORTS,), reads=(MEASURE_CLAIMS, MEASURE_ACTS, MEASURE_STATES))
def measure_reports(claims: pl.DataFrame, acts: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """The official act, if any, that each report supports or contradicts."""
    return link_reports(claims, acts, states)


@python_model(makes=(THREAT_STATES, THREAT_EVIDENCE), reads=(THREAT_CLAIMS, MEASURE_ACTS, COVERAGE), variables=("last_day",))
def threat_history(claims: pl.DataFrame, acts: pl.DataFrame, _coverage: pl.DataFrame, last_day: date) -> tuple[pl.DataFrame, ...]:
    """States of each threat over time, with its signals and acts."""
    return build_threats(claims, acts, last_day)  # reads COVERAGE because `last_day` is its last day
