"""Layer `index`: stories and their masses, the filter, the index and what it is made of."""

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
from pipeline.contracts.tables.vintages import INDEX_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS, REVISIONS, STORY_KNOWN, VINTAGES
from pipeline.defs.models import python_asset, sql_asset
from pipeline.index.baseline import freeze
from pipeline.index.steps import STEPS

story_articles = sql_asset(STORY_ARTICLES)
stories = sql_asset(STORIES)
signals = sql_asset(SIGNALS)
story_mass = sql_asset(STORY_MASS)
baseline = sql_asset(BASELINE, keeping=freeze)
daily_mass = sql_asset(DAILY_MASS)
movement_daily = sql_asset(MOVEMENT_DAILY)
index_daily = sql_asset(INDEX_DAILY)
tension_daily = sql_asset(TENSION_DAILY)
tension_pair_daily = sql_asset(TENSION_PAIR_DAILY)
contributions = sql_asset(CONTRIBUTIONS)
weights = python_asset(STEPS[WEIGHTS.name])
channel_daily = python_asset(STEPS[CHANNEL_DAILY.name])
stalemate_daily = python_asset(STEPS[STALEMATE_DAILY.name])
story_known = sql_asset(STORY_KNOWN)
mass_arrivals = sql_asset(MASS_ARRIVALS)
movement_arrivals = sql_asset(MOVEMENT_ARRIVALS)
index_known = python_asset(STEPS[INDEX_KNOWN.name])
vintages = sql_asset(VINTAGES)
revisions = sql_asset(REVISIONS)
