"""Layer `index`, what was known when: masses by the day they became known, the index as known at the end of each day, its revisions."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.index import KNOWN_ON, SERIES, STALEMATE_DAILY
from pipeline.contracts.tables.index_values import INDEX_VALUES, KNOWN_AT

_VALUES = {column.name: column for column in INDEX_VALUES}
_LIMITS = tuple(
    _VALUES[f"{channel}{limit}"]
    for channel in ("tension", "concession", "dialogue")
    for limit in ("", "_lo80", "_lo95", "_hi80", "_hi95")
)  # fmt: skip
# Without their intervals, which these tables leave out.
_ALONE = {name: replace(_VALUES[name], at_least=()) for name in ("net_tension", "stalemate")}
_ARRIVAL = c.described(KNOWN_ON, "UTC day at whose end this is first known")
_UNIT = "mass"

STORY_KNOWN = Table(
    "story_known",
    "Stories as known",
    "Each story as it was known at the end of every day on which an article of it was first seen: its day and its breadth then.",
    grain="one story and day on which an article of it became known",
    key=("story_id", "known_on"),
    columns=(
        c.STORY_ID,
        _ARRIVAL,
        c.described(c.INDEX_DATE, "UTC day of the first telling among the articles known then"),
        Column(
            "source_owner_count",
            pl.Int64(),
            "Distinct owners of the sources known to carry it then",
            3,
            unit="owners",
            minimum=1,
            reason="a story is told by somebody",
        ),
        Column(
            "breadth", pl.Float64(), "1 + ln(min(owners, 20))", 2.0986, unit="factor", minimum=1, maximum=4, reason="1 + ln(20) is the cap"
        ),
    ),
    layer="index",
)

MASS_ARRIVALS = Table(
    "mass_arrivals",
    "Arrivals of mass",
    "What the end of each day added to the masses of its own and of earlier days. Over all days of knowledge they sum to daily_mass.",
    grain="one day of knowledge, day, series and channel",
    key=("known_on", "index_date", "series", "channel"),
    columns=(
        _ARRIVAL,
        c.INDEX_DATE,
        SERIES,
        c.CHANNEL,
        Column("observed", pl.Float64(), "Observed mass that was added; below 0 where a story moved to an earlier day", 0.5, unit=_UNIT),
        Column("second_moment", pl.Float64(), "Sum of p (g w)^2 that was added", 0.4, unit="mass^2"),
        Column(
            "expected", pl.Float64(), "Expected mass that was added: articles that became known times their source's rate", 0.9, unit=_UNIT
        ),
        Column("articles_read", pl.Int64(), "Articles of the day, from all sources, that became known", 120, unit="articles", minimum=0),
    ),
    layer="index",
)

MOVEMENT_ARRIVALS = Table(
    "movement_arrivals",
    "Arrivals of movement",
    "What the end of each day added to what was said and what moved. Over all days of knowledge they sum to movement_daily.",
    grain="one day of knowledge, day and pair",
    key=("known_on", "index_date", "pair"),
    columns=(
        _ARRIVAL,
        c.INDEX_DATE,
        c.PAIR,
        Column("hold", pl.Float64(), "Probability of dialogue, demands and refusals that was added", 0.7, unit="signals"),
        Column("move", pl.Float64(), "Probability of easings, purchases, agreements and measures that was added", 0.4, unit="signals"),
    ),
    layer="index",
)

INDEX_KNOWN = Table(
    "index_known",
    "Index as known",
    "The filter over what was known at the end of each day: first values, and every later value that differs.",
    grain="one day, series and day of knowledge that changed it",
    key=("index_date", "series", "known_on"),
    columns=(c.INDEX_DATE, SERIES, c.PAIR, _ARRIVAL, *_LIMITS, _ALONE["stalemate"], STALEMATE_DAILY.column("hold")),
    layer="index",
)

VINTAGES = Table(
    "vintages",
    "Vintages",
    "The index as it was known: for each day and series the value at the end of that day, and every later one that differs in any column. "
    "The macro tension_asof(ts) picks those known at an instant. The baseline is a parameter of the method and the same in all vintages.",
    grain="one day, series and instant at which what was known of it changed",
    key=("index_date", "series", "known_at"),
    columns=(
        c.INDEX_DATE,
        SERIES,
        c.PAIR,
        replace(
            KNOWN_AT,
            description="Instant since which this was known: the end of the UTC day on which the last article in it was first seen",
        ),
        *_LIMITS,
        _ALONE["net_tension"],
        _ALONE["stalemate"],
        _VALUES["phase"],
        c.described(_VALUES["obs_status"], "SDMX observation status as it was then."),
    ),
    layer="index",
    published=True,
)

REVISIONS = Table(
    "revisions",
    "Revisions",
    "How far values move after their day is over: tension as known at each age against the newest. The same days stand behind every age: "
    "those that ended at least 14 days before the knowledge ends.",
    grain="one series and age",
    key=("series", "age_days"),
    columns=(
        SERIES,
        c.PAIR,
        Column(
            "age_days",
            pl.Int64(),
            "Days between the day and what was known: 0 is the end of the day itself",
            0,
            unit="days",
            minimum=0,
            maximum=14,
            reason="ages end at two weeks",
        ),
        Column(
            "day_count",
            pl.Int64(),
            "Days of the index that were known at that age",
            301,
            unit="days",
            minimum=1,
            reason="an age without days has no row",
        ),
        Column("first_date", pl.Date(), "First of these days", date(2025, 1, 20), unit="UTC day"),
        Column("last_date", pl.Date(), "Last of these days", date(2025, 11, 16), unit="UTC day", at_least=("first_date",)),
        Column(
            "mean_absolute_revision",
            pl.Float64(),
            "Mean distance between the newest tension and that known then",
            1.2,
            unit="index points",
            minimum=0,
            at_least=("mean_revision",),
            reason="it is a distance",
        ),
        Column("largest_revision", pl.Float64(), "Largest such distance", 41.0, unit="index points", at_least=("mean_absolute_revision",)),
        Column("mean_revision", pl.Float64(), "Mean of newest minus then; above 0: first values are too low", 0.8, unit="index points"),
        Column(
            "share_outside_80",
            pl.Float64(),
            "Share of days whose newest tension lies outside the 80 % limits of then",
            0.02,
            unit="share",
            minimum=0,
            maximum=1,
        ),
    ),
    layer="index",
    published=True,
)

TABLES = (STORY_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS, INDEX_KNOWN, VINTAGES, REVISIONS)
