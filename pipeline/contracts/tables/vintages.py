"""Layer `index`: what was known at each day, and revisions."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.index import SERIES
from pipeline.contracts.tables.index_values import INDEX_VALUES, KNOWN_AT, PHASE
from pipeline.contracts.tables.stories import KNOWN_ON, STORIES

_VALUES = {column.name: column for column in INDEX_VALUES}
_INTERVALS = tuple(
    _VALUES[f"{channel}{suffix}"]
    for channel in ("tension", "concession", "dialogue")
    for suffix in ("", "_lo80", "_lo95", "_hi80", "_hi95")
)  # fmt: skip
# These tables have no intervals of net_tension and stalemate, so the constraint `at_least` their lower bounds is removed.
_WITHOUT_INTERVAL = {name: replace(_VALUES[name], at_least=()) for name in ("net_tension", "stalemate")}
_ARRIVAL = replace(KNOWN_ON, description="First UTC day on which this was known")
_UNIT = "mass"

STORY_KNOWN = Table(
    "story_known",
    "Stories as known",
    "Day and breadth of each story as known at the end of every day on which one of its articles was first seen.",
    grain="one story and day on which an article of it became known",
    key=("story_id", "known_on"),
    columns=(
        c.STORY_ID,
        _ARRIVAL,
        replace(c.INDEX_DATE, description="UTC day on which the articles first seen then count"),
        Column(
            "weight",
            pl.Float64(),
            "Weight with which they count: what is left of a mass since the day of the story",
            1.0,
            unit="share",
            minimum=0,
            maximum=1,
        ),
        replace(STORIES.column("source_owner_count"), description="Number of distinct owners of the sources known then"),
        STORIES.column("breadth"),
    ),
    layer="index",
)

MASS_ARRIVALS = Table(
    "mass_arrivals",
    "Arrivals of mass",
    "What became known by the end of each day about the masses of that and earlier days. Summed over known_on it equals daily_mass.",
    grain="one known_on day, index day, series and channel",
    key=("known_on", "index_date", "series", "channel"),
    columns=(
        _ARRIVAL,
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column("observed", pl.Float64(), "Added observed mass", 0.5, unit=_UNIT),
        Column("second_moment", pl.Float64(), "Added second moment of stories", 0.4, unit="mass^2"),
        Column("expected", pl.Float64(), "Added expected mass: newly known articles x rate of their source", 0.9, unit=_UNIT),
        Column("articles_read", pl.Int64(), "Number of newly known articles of the day, from all sources", 120, unit="articles", minimum=0),
    ),
    layer="index",
)

MOVEMENT_ARRIVALS = Table(
    "movement_arrivals",
    "Arrivals of movement",
    "What became known by the end of each day about talk and action. Summed over known_on it equals movement_daily.",
    grain="one known_on day, index day and pair",
    key=("known_on", "index_date", "pair"),
    columns=(
        _ARRIVAL,
        c.INDEX_DATE,
        c.PAIR,
        Column("hold", pl.Float64(), "Added sum of probabilities of dialogue, demands and refusals", 0.7, unit="signals"),
        Column("move", pl.Float64(), "Added sum of probabilities of easings, purchases, agreements and measures", 0.4, unit="signals"),
    ),
    layer="index",
)

INDEX_KNOWN = Table(
    "index_known",
    "Index as known",
    "The filter applied to what was known at the end of each day: the first value, and every later value that differs.",
    grain="one index day, series and known_on day with a change",
    key=("index_date", "series", "known_on"),
    columns=(c.INDEX_DATE, SERIES, c.PAIR, _ARRIVAL, *_INTERVALS, _WITHOUT_INTERVAL["stalemate"], PHASE),
    layer="index",
)

DAY_STATUS = Table(
    "day_status",
    "Status of days",
    "The day at whose end each day and series became final, or a break.",
    grain="one day and series",
    key=("index_date", "series"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        Column(
            "final_on",
            pl.Date(),
            "UTC day at whose end it is final; empty while it is open, or its baseline not final",
            date(2025, 4, 11),
            unit="UTC day",
            nullable=True,
            above=("index_date",),
        ),
        Column(
            "break_on",
            pl.Date(),
            "First UTC day at whose end a signal of another reader than the baseline's was known, of the day or an earlier one; empty if "
            "there is none",
            None,
            unit="UTC day",
            nullable=True,
        ),
        replace(KNOWN_ON, description="Last UTC day that anything is known about; the same in all rows"),
    ),
    layer="index",
)

VINTAGES = Table(
    "vintages",
    "Vintages",
    "The index as it was known: for each day and series the value at the end of that day, and each later one that differs in value, phase "
    "or status. The macro tension_asof(ts) returns the values known at a time. Nothing in a vintage was first seen later.",
    grain="one day, series and time at which its value changed",
    key=("index_date", "series", "known_at"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.PAIR,
        replace(
            KNOWN_AT,
            description="Time from which this was known: the end of the day itself, or of the UTC day on which an article was first "
            "seen, the status changed or the first baseline was complete",
        ),
        *_INTERVALS,
        _WITHOUT_INTERVAL["net_tension"],
        _WITHOUT_INTERVAL["stalemate"],
        PHASE,
        replace(_VALUES["obs_status"], description="SDMX observation status at that time."),
    ),
    layer="index",
    published=True,
)

REVISIONS = Table(
    "revisions",
    "Revisions",
    "How much values change after the end of their day: tension as known at each age compared with the newest, on days that ended at "
    "least 14 days before the last known time. A day counts only at ages at which it had a value.",
    grain="one series and age",
    key=("series", "age_days"),
    columns=(
        SERIES,
        c.PAIR,
        Column(
            "age_days",
            pl.Int64(),
            "Days between the day and the time of knowledge; 0 is the end of the day itself",
            0,
            unit="days",
            minimum=0,
            maximum=14,
            reason="ages are counted up to two weeks",
        ),
        Column("day_count", pl.Int64(), "Number of days compared", 301, unit="days", minimum=1, reason="an age without days has no row"),
        Column("first_date", pl.Date(), "First day compared", date(2025, 1, 20), unit="UTC day"),
        Column("last_date", pl.Date(), "Last day compared", date(2025, 11, 16), unit="UTC day", at_least=("first_date",)),
        Column(
            "mean_absolute_revision",
            pl.Float64(),
            "Mean absolute difference between the newest tension and that known at the age",
            1.2,
            unit="index points",
            minimum=0,
            at_least=("mean_revision",),
            reason="an absolute difference is not negative",
        ),
        Column(
            "largest_revision", pl.Float64(), "Largest absolute difference", 41.0, unit="index points", at_least=("mean_absolute_revision",)
        ),
        Column(
            "mean_revision",
            pl.Float64(),
            "Mean of newest tension minus tension at the age; positive: early values are too low",
            0.8,
            unit="index points",
        ),
        Column(
            "share_outside_80",
            pl.Float64(),
            "Share of days whose newest tension is outside the 80 % interval known at the age",
            0.02,
            unit="share",
            minimum=0,
            maximum=1,
        ),
    ),
    layer="index",
    published=True,
)

TABLES = (DAY_STATUS, STORY_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS, INDEX_KNOWN, VINTAGES, REVISIONS)
