"""Columns that stand in more than one table: the same quantity has the same name and meaning everywhere."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column

INSTANT = pl.Datetime("us", "UTC")
EXAMPLE_DAY = date(2025, 4, 4)
EXAMPLE_INSTANT = datetime(2025, 4, 4, 10, 30, tzinfo=UTC)

MONTH_IN_USD = "a month of goods between two countries is worth 0 to a trillion dollars; other values have the wrong unit or are balances"

INDEX_DATE = Column(
    "index_date",
    pl.Date(),
    "UTC day the row belongs to",
    EXAMPLE_DAY,
    unit="UTC day",
    minimum=date(1900, 1, 1),
    reason="the calendar runs from the first day to the last; one misread day would stretch it over centuries",
)
ARTICLE_ID = Column(
    "article_id",
    pl.String(),
    "Identifier of the article: its source, its day, and the source's own id or a hash of the text",
    "Meridian Wire:2025-04-04:0042",
    pattern=patterns.ARTICLE_ID,
)
SOURCE = Column(
    "source",
    pl.String(),
    "Name of the outlet or feed, as it names itself",
    "Meridian Wire",
    min_length=1,
    max_length=120,
    reason="rates are counted by source, and a text that slipped into this column would be published",
)
SOURCE_OWNER = Column(
    "source_owner",
    pl.String(),
    "Who owns the outlet, by pipeline/articles/owners.toml; an outlet that is not there is its own owner",
    "Meridian Wire",
    min_length=1,
    max_length=120,
    reason="the breadth of a story counts the owners of its sources; an outlet without one would be none",
)
URL = Column(
    "url", pl.String(), "Link to the article at its publisher", "https://meridian.example/0042", nullable=True, pattern=patterns.WEB_LINK
)
PUBLISHED_AT = Column(
    "published_at",
    INSTANT,
    "When the source says it published the article",
    EXAMPLE_INSTANT,
    unit="UTC instant",
    minimum=datetime(1900, 1, 1, tzinfo=UTC),
    reason="an instant in the far past is a misread one",
)
STORY_ID = Column(
    "story_id",
    pl.String(),
    "Story the article tells: the article_id of its first telling",
    "Meridian Wire:2025-04-04:0042",
    pattern=patterns.ARTICLE_ID,
)
ACTOR = Column(
    "actor",
    pl.String(),
    "Who acts or speaks: ISO 3166 alpha-3, EUN for the European Union",
    "CHN",
    unit="country",
    pattern=patterns.COUNTRY,
)
TARGET = Column(
    "target",
    pl.String(),
    "Towards whom: ISO 3166 alpha-3, EUN, or * for all partners",
    "USA",
    unit="country",
    pattern=patterns.COUNTRY_OR_ALL,
    differs_from=("actor",),
)
ONE_TARGET = replace(TARGET, pattern=patterns.COUNTRY)
PAIR = Column(
    "pair", pl.String(), "Both countries in alphabetical order, both directions pooled", "CHN-USA", unit="pair", pattern=patterns.PAIR
)
CHANNEL = Column("channel", pl.String(), words.CHANNEL.description, "escalation", vocabulary=words.CHANNEL)
KIND = Column("kind", pl.String(), words.KIND.description, "measure", vocabulary=words.KIND)
STATUS = Column("status", pl.String(), words.STATUS.description, "announced", vocabulary=words.STATUS)
INSTRUMENT = Column("instrument", pl.String(), words.INSTRUMENT.description, "tariff", vocabulary=words.INSTRUMENT)
PRODUCT = Column("product", pl.String(), "Good at stake, a short lower-case noun; empty when the sentence names none", "soybeans")
QUOTE = Column(
    "quote",
    pl.String(),
    "The evidence: the sentence as it stands in the article",
    "Beijing will impose a 34 percent tariff on all US goods.",
    min_length=1,
    reason="a signal without its sentence cannot be checked by a reader",
)
ARTICLE_COUNT = Column("article_count", pl.Int64(), "Articles", 12, unit="articles", minimum=0)
STORY_COUNT = Column("story_count", pl.Int64(), "Stories with an asserted signal", 4, unit="stories", minimum=0)
SIGNAL_COUNT = Column("signal_count", pl.Int64(), "Asserted signals", 9, unit="signals", minimum=0)
RELEASED_ON = Column(
    "released_on", pl.Date(), "UTC day the figure became public; nothing may use it earlier", date(2025, 6, 5), unit="UTC day"
)
REFERENCE_MONTH = Column(
    "reference_month",
    pl.Date(),
    "First day of the month that was counted",
    date(2025, 4, 1),
    unit="UTC day",
    pattern=patterns.FIRST_OF_MONTH,
    minimum=date(1900, 1, 1),
    reason="a month in the far past is a misread one",
)
FLOW_PRODUCT = Column("product", pl.String(), "Product that was counted; empty: all goods", "soybeans")


def nullable(column: Column, description: str = "") -> Column:
    """The same column, allowed to be empty."""
    return replace(column, nullable=True, description=description or column.description)


def described(column: Column, description: str) -> Column:
    """The same column with what it means in this table."""
    return replace(column, description=description)
