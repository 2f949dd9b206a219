"""Layers `core` and `index`: GDELT events, a cross-check outside the index."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c


def _count_column(name: str, description: str, example: int, unit: str = "events") -> Column:
    """Build the column of a count, null where nothing was read."""
    return Column(name, pl.Int64(), description, example, unit=unit, nullable=True)


GDELT_EVENTS = Table(
    "gdelt_events",
    "GDELT events between states",
    "Events between two different states, coded by GDELT, whose CAMEO code belongs to one of the kinds of this project. Stored by the day "
    "on which GDELT added them, from which they were known; GDELT estimates the day of the event itself. CAMEO codes rarely say what an "
    "act is about, so the events cover all relations, not only trade.",
    grain="one event of GDELT",
    key=("gdelt_event_id",),
    columns=(
        replace(c.INDEX_DATE, description="UTC day of the 15-minute file in which GDELT added it (DATEADDED)"),
        Column("gdelt_event_id", pl.Int64(), "GDELT's number of the event", 881_990_837),
        Column("added_at", c.INSTANT, "Start of the 15 minutes in which GDELT added it", c.EXAMPLE_INSTANT, unit="UTC instant"),
        Column("event_date", pl.Date(), "Day of the event as estimated by GDELT", date(2025, 4, 3), unit="UTC day"),
        c.ACTOR,
        replace(
            c.ONE_TARGET, description="Country it is directed at, its state or a firm of it: ISO 3166 alpha-3, EUN for the European Union"
        ),
        Column("cameo_code", pl.String(), "CAMEO code of the act", "163", pattern=patterns.CAMEO),
        c.KIND,
        c.word_column("polarity", words.POLARITY, "escalation"),
        Column("mention_count", pl.Int64(), "Mentions in the 15 minutes in which it was added", 10, unit="mentions"),
        Column("source_count", pl.Int64(), "Number of sources of these mentions", 2, unit="sources"),
        replace(c.ARTICLE_COUNT, description="Documents with these mentions"),
        Column(
            "tone",
            pl.Float64(),
            "Mean tone of these documents, from -100 to 100",
            -4.2,
            nullable=True,
            minimum=-100,
            maximum=100,
            reason="tone is measured from -100 to 100",
        ),
        Column(
            "goldstein",
            pl.Float64(),
            "Goldstein weight of the CAMEO code, from -10 to 10; the same for all events of a code",
            -8.0,
            nullable=True,
            minimum=-10,
            maximum=10,
            reason="the Goldstein scale runs from -10 to 10",
        ),
        replace(
            c.URL,
            description="First document in which GDELT found it; empty where GDELT gives no web address",
            pattern=patterns.WEB_ADDRESS,
        ),
    ),
    layer="core",
    is_side_table=True,
    day="index_date",
    sources=("gdelt",),
)

GDELT_ACCOUNTS = Table(
    "gdelt_accounts",
    "GDELT files, accounted for",
    "Every requested 15-minute file of GDELT events, with the number of its events that were used or skipped, by reason. A file that is "
    "missing or could not be read has no counts, which is not the same as 0.",
    grain="one 15-minute file",
    key=("quarter_at",),
    columns=(
        c.INDEX_DATE,
        Column("quarter_at", c.INSTANT, "Start of the 15 minutes in GDELT's file name", c.EXAMPLE_INSTANT, unit="UTC instant"),
        c.word_column("fetch_outcome", words.FETCH_OUTCOME, "stored"),
        Column("is_read", pl.Boolean(), "Whether the file was read", True),
        replace(_count_column("read_count", "Rows in the file", 2_111), minimum=1, reason="a file without rows counts as not read"),
        _count_column("kept_count", "Used: events between two states, of one of the kinds of this project", 161),
        _count_column("repeated_count", "Skipped: the event number occurred earlier in this file or in another file of the day", 0),
        _count_column("malformed_count", "Skipped: the row cannot be parsed", 0),
        _count_column("no_country_count", "Skipped: one side has no country or is missing", 1_500),
        _count_column("domestic_count", "Skipped: both sides belong to the same state", 300),
        _count_column("no_state_count", "Skipped: the actor is not part of a state, or the target is neither that nor a firm", 100),
        _count_column("other_kind_count", "Skipped: the act is none of the kinds of this project", 50),
        Column("detail", pl.String(), "Why the file was not read, or the problem of the first malformed row; empty when there is none", ""),
    ),
    layer="core",
    is_side_table=True,
    day="index_date",
    sources=("gdelt",),
)

GDELT_DAILY = Table(
    "gdelt_daily",
    "GDELT by day",
    "Number of GDELT events between the published pairs by day and channel: a cross-check with other software and other articles. It "
    "covers all relations, not only trade, and is not part of the index. Days without any file read have no counts.",
    grain="one day, direction and channel",
    key=("index_date", "actor", "target", "channel"),
    columns=(
        replace(c.INDEX_DATE, description="UTC day on which GDELT added the events"),
        c.ACTOR,
        c.ONE_TARGET,
        c.CHANNEL,
        _count_column("event_count", "Events of the channel from actor to target", 14),
        _count_column("mention_count", "Mentions of these events when they were added", 96, unit="mentions"),
        replace(
            c.ARTICLE_COUNT,
            nullable=True,
            description="Documents with these mentions; a document that mentions several events counts for each",
        ),
        Column(
            "per_thousand",
            pl.Float64(),
            "Events per 1,000 events read on the day",
            0.071,
            unit="per 1,000",
            nullable=True,
            minimum=0,
            maximum=1000,
        ),
        Column("read_count", pl.Int64(), "Events read on the day, of all actors and kinds", 196_000, unit="events", nullable=True),
        Column(
            "quarters_read",
            pl.Int64(),
            "15-minute files of the day that were read",
            96,
            unit="quarters",
            minimum=0,
            maximum=96,
            reason="a day has 96 files",
        ),
        Column(
            "quarters_missing",
            pl.Int64(),
            "15-minute files of the day that were due but not read",
            0,
            unit="quarters",
            minimum=0,
            maximum=96,
            reason="a day has 96 files",
        ),
    ),
    layer="index",
    is_side_table=True,
    published=True,
    sources=("gdelt",),
)

TABLES = (GDELT_EVENTS, GDELT_ACCOUNTS, GDELT_DAILY)
