"""Layer `index`: stories and their masses, the filter, the index and what it is made of."""

from collections.abc import Iterator

import dagster as dg

from pipeline.contracts.tables.index import (
    BASELINE,
    CHANNEL_DAILY,
    CONTRIBUTIONS,
    DAILY_MASS,
    INDEX_DAILY,
    MOVEMENT_DAILY,
    SIGNALS,
    STALEMATE_DAILY,
    STORIES,
    STORY_ARTICLES,
    STORY_MASS,
    TENSION_DAILY,
    TENSION_PAIR_DAILY,
    WEIGHTS,
)
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import describe, summary
from pipeline.defs.models import sql_asset
from pipeline.defs.resources import LakeResource, MethodResource
from pipeline.index.filter import filter_channels, stalemates
from pipeline.index.parameters import weights as severity

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]

story_articles = sql_asset(STORY_ARTICLES)
stories = sql_asset(STORIES)
signals = sql_asset(SIGNALS)
story_mass = sql_asset(STORY_MASS)
baseline = sql_asset(BASELINE)
daily_mass = sql_asset(DAILY_MASS)
movement_daily = sql_asset(MOVEMENT_DAILY)
index_daily = sql_asset(INDEX_DAILY)
tension_daily = sql_asset(TENSION_DAILY)
tension_pair_daily = sql_asset(TENSION_PAIR_DAILY)
contributions = sql_asset(CONTRIBUTIONS)


@dg.asset(**describe(WEIGHTS), check_specs=check_specs(WEIGHTS))
def weights(lake: LakeResource) -> Results:
    """The severity of each kind and status."""
    rows = severity()
    yield from audit(WEIGHTS, rows)
    lake.open().write(WEIGHTS, rows)
    yield dg.MaterializeResult(metadata=summary(rows))


@dg.asset(**describe(CHANNEL_DAILY), deps=[DAILY_MASS.name, BASELINE.name], check_specs=check_specs(CHANNEL_DAILY))
def channel_daily(lake: LakeResource, method: MethodResource) -> Results:
    """The discounted Gamma-Poisson filter of every series and channel."""
    store = lake.open()
    rows = filter_channels(store.read(DAILY_MASS), store.read(BASELINE), method.half_life_days)
    yield from audit(CHANNEL_DAILY, rows)
    store.write(CHANNEL_DAILY, rows)
    yield dg.MaterializeResult(metadata=summary(rows))


@dg.asset(**describe(STALEMATE_DAILY), deps=[MOVEMENT_DAILY.name], check_specs=check_specs(STALEMATE_DAILY))
def stalemate_daily(lake: LakeResource, method: MethodResource) -> Results:
    """Talk without movement, discounted, with its interval."""
    store = lake.open()
    rows = stalemates(store.read(MOVEMENT_DAILY), method.half_life_days)
    yield from audit(STALEMATE_DAILY, rows)
    store.write(STALEMATE_DAILY, rows)
    yield dg.MaterializeResult(metadata=summary(rows))
