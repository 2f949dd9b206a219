"""Layers `core` and `index`, a cross-check: what GDELT codes between states, beside the news index and never in it."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

_ADDED = "UTC day of the quarter-hour file in which GDELT added it (DATEADDED)"


def _counted(name: str, description: str, example: int, unit: str = "events") -> Column:
    return Column(name, pl.Int64(), description, example, unit=unit, nullable=True)


GDELT_EVENTS = Table(
    "gdelt_events",
    "GDELT events between states",
    "Events that GDELT's machine coded between two different states and that fall into our kinds, as CAMEO's codes allow. Filed under the "
    "day GDELT added them, which is when they could be known: the day of the event itself is guessed from words such as last year. "
    "CAMEO tells what is done and hardly ever about what, so these are of all relations, not of trade.",
    grain="one event of GDELT",
    key=("gdelt_event_id",),
    columns=(
        c.described(c.INDEX_DATE, _ADDED),
        Column("gdelt_event_id", pl.Int64(), "GDELT's own number of the event", 881_990_837),
        Column("added_at", c.INSTANT, "Quarter of an hour in which GDELT added it", c.EXAMPLE_INSTANT, unit="UTC instant"),
        Column("event_date", pl.Date(), "Day on which GDELT's machine thinks it took place", date(2025, 4, 3), unit="UTC day"),
        c.ACTOR,
        replace(c.ONE_TARGET, description="Towards whom, the state or a firm of it: ISO 3166 alpha-3, EUN for the European Union"),
        Column("cameo_code", pl.String(), "CAMEO's code of what was done", "163", pattern=patterns.CAMEO),
        c.KIND,
        Column("polarity", pl.String(), words.POLARITY.description, "escalation", vocabulary=words.POLARITY),
        Column("mention_count", pl.Int64(), "Mentions in the quarter of an hour in which it was added", 10, unit="mentions"),
        Column("source_count", pl.Int64(), "Sources of these mentions", 2, unit="sources"),
        c.described(c.ARTICLE_COUNT, "Documents of these mentions"),
        Column(
            "tone",
            pl.Float64(),
            "Mean tone of these documents, -100 to 100",
            -4.2,
            nullable=True,
            minimum=-100,
            maximum=100,
            reason="tone is a percentage",
        ),
        Column(
            "goldstein",
            pl.Float64(),
            "Goldstein's weight of the code, -10 to 10: one for all events of the code",
            -8.0,
            nullable=True,
            minimum=-10,
            maximum=10,
            reason="Goldstein's scale ends at 10",
        ),
        c.described(
            replace(c.URL, pattern=patterns.WEB_ADDRESS), "First document in which GDELT found it; empty where it gives no web address"
        ),
    ),
    layer="core",
    is_side_table=True,
    day="index_date",
    sources=("gdelt",),
)

GDELT_ACCOUNTS = Table(
    "gdelt_accounts",
    "GDELT accounts",
    "What became of every quarter of an hour of GDELT's events that was asked for, and of every event in it: kept, or set aside with the "
    "reason. A quarter that is missing or could not be read has no figures, and is never a zero.",
    grain="one quarter of an hour",
    key=("quarter_at",),
    columns=(
        c.INDEX_DATE,
        Column("quarter_at", c.INSTANT, "Quarter of an hour by which GDELT names the file", c.EXAMPLE_INSTANT, unit="UTC instant"),
        Column("fetch_outcome", pl.String(), words.FETCH_OUTCOME.description, "stored", vocabulary=words.FETCH_OUTCOME),
        Column("is_read", pl.Boolean(), "Whether its events were read", True),
        replace(_counted("read_count", "Rows of the file", 2_111), minimum=1, reason="a file without rows was not read"),
        _counted("kept_count", "Kept: between two states, of one of our kinds", 161),
        _counted("repeated_count", "Set aside: its number was in the file, or in an earlier one of the day, before", 0),
        _counted("malformed_count", "Set aside: the row cannot be read", 0),
        _counted("no_country_count", "Set aside: one side belongs to no state, or is not there", 1_500),
        _counted("domestic_count", "Set aside: both sides belong to one state", 300),
        _counted("no_state_count", "Set aside: who acts is no organ of a state, or who is struck neither that nor a firm", 100),
        _counted("other_kind_count", "Set aside: what was done is none of our kinds", 50),
        Column("detail", pl.String(), "Why it was not read, or what was wrong with the first malformed row; empty when nothing", ""),
    ),
    layer="core",
    is_side_table=True,
    day="index_date",
    sources=("gdelt",),
)

GDELT_DAILY = Table(
    "gdelt_daily",
    "GDELT by day",
    "Events that GDELT coded between the published pairs, by day and channel: a cross-check from another machine and another body of "
    "articles. It is of all relations, not of trade, and no part of the index. Days of which nothing was read have no figures.",
    grain="one day, direction and channel",
    key=("index_date", "actor", "target", "channel"),
    columns=(
        c.described(c.INDEX_DATE, "UTC day on which GDELT added the events"),
        c.ACTOR,
        c.described(c.ONE_TARGET, "Towards whom: ISO 3166 alpha-3, EUN for the European Union"),
        c.CHANNEL,
        _counted("event_count", "Events of the channel from actor to target", 14),
        _counted("mention_count", "Mentions of them when they were added", 96, unit="mentions"),
        c.nullable(c.ARTICLE_COUNT, "Documents of these mentions; one that mentions several events counts for each"),
        Column(
            "per_thousand",
            pl.Float64(),
            "Events for every 1,000 that were read on the day",
            0.071,
            unit="per 1,000",
            nullable=True,
            minimum=0,
            maximum=1000,
        ),
        Column("read_count", pl.Int64(), "Events read on the day, of any actors and kinds", 196_000, unit="events", nullable=True),
        Column(
            "quarters_read",
            pl.Int64(),
            "Quarters of an hour of the day that were read",
            96,
            unit="quarters",
            minimum=0,
            maximum=96,
            reason="a day has 96 quarters of an hour",
        ),
        Column(
            "quarters_missing",
            pl.Int64(),
            "Quarters that had come and were not read",
            0,
            unit="quarters",
            minimum=0,
            maximum=96,
            reason="a day has 96 quarters of an hour",
        ),
    ),
    layer="index",
    is_side_table=True,
    published=True,
    sources=("gdelt",),
)

TABLES = (GDELT_EVENTS, GDELT_ACCOUNTS, GDELT_DAILY)
