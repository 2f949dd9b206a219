"""Columns that several tables share, with one name and meaning."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Vocabulary
from pipeline.contracts.scopes import SCOPE as SCOPES

INSTANT = pl.Datetime("us", "UTC")
#: An index value with less `evidence_weight` is empty.
LEAST_EVIDENCE = 0.25
EXAMPLE_DAY = date(2025, 4, 4)
EXAMPLE_INSTANT = datetime(2025, 4, 4, 10, 30, tzinfo=UTC)


def optional_number(name: str, description: str, example: float) -> Column:
    """Define a column of numbers that may be null."""
    return Column(name, pl.Float64(), description, example, nullable=True)


def word_column(name: str, vocabulary: Vocabulary, example: str | None, *, nullable: bool = False) -> Column:
    """Define a column of words of a vocabulary, with the vocabulary's description."""
    return Column(name, pl.String(), vocabulary.description, example, nullable=nullable, vocabulary=vocabulary)


INDEX_DATE = Column(
    "index_date",
    pl.Date(),
    "UTC day of the row",
    EXAMPLE_DAY,
    unit="UTC day",
    minimum=date(1900, 1, 1),
    reason="days run from the first to the last; one misread day would add centuries",
)
ARTICLE_ID = Column(
    "article_id",
    pl.String(),
    "Identifier of the article: source, day, and the source's own identifier or a hash of the text",
    "Meridian Wire:2025-04-04:0042",
    pattern=patterns.ARTICLE_ID,
)
SOURCE = Column(
    "source",
    pl.String(),
    "Name of the outlet or feed",
    "Meridian Wire",
    min_length=1,
    max_length=120,
    reason="rates are computed by source, and article text in this column would be published",
)
SOURCE_OWNER = Column(
    "source_owner",
    pl.String(),
    "Owner of the outlet, from pipeline/articles/owners.toml; outlets not listed there are their own owner",
    "Meridian Wire",
    min_length=1,
    max_length=120,
    reason="the breadth of a story counts owners; an outlet without an owner would not count",
)
URL = Column(
    "url",
    pl.String(),
    "Link to the article on the publisher's site",
    "https://meridian.example/0042",
    nullable=True,
    pattern=patterns.WEB_LINK,
)
PUBLISHED_AT = Column(
    "published_at",
    INSTANT,
    "Time of publication, according to the source",
    EXAMPLE_INSTANT,
    unit="UTC instant",
    minimum=datetime(1900, 1, 1, tzinfo=UTC),
    reason="a time in the far past was misread",
)
STORY_ID = Column(
    "story_id",
    pl.String(),
    "Story of the article: article_id of the first article on it",
    "Meridian Wire:2025-04-04:0042",
    pattern=patterns.ARTICLE_ID,
)
ACTOR = Column(
    "actor",
    pl.String(),
    "Country that acts or speaks: ISO 3166 alpha-3, EUN for the European Union",
    "CHN",
    unit="country",
    pattern=patterns.COUNTRY,
)
TARGET = Column(
    "target",
    pl.String(),
    "Country it is directed at: ISO 3166 alpha-3, EUN, or * for all partners",
    "USA",
    unit="country",
    pattern=patterns.COUNTRY_OR_ALL,
    differs_from=("actor",),
)
ONE_TARGET = replace(
    TARGET, description="Country it is directed at: ISO 3166 alpha-3, EUN for the European Union", pattern=patterns.COUNTRY
)
SCOPE = word_column("scope", SCOPES, None, nullable=True)
EXCEPTIONS = Column(
    "exceptions",
    pl.String(),
    "Countries that the sentence exempts from a general act, separated by blanks; empty if there is none",
    "",
    empty_is_none=True,
    pattern=patterns.COUNTRIES,
)
IS_GENERAL = Column("is_general", pl.Boolean(), "Whether it is a general act: towards all partners, a region or a bloc", False)
PAIR = Column(
    "pair",
    pl.String(),
    "Both countries in alphabetical order; pair_of('USA-CHN') finds it from either order",
    "CHN-USA",
    unit="pair",
    pattern=patterns.PAIR,
)
CHANNEL = word_column("channel", words.CHANNEL, "escalation")
KIND = word_column("kind", words.KIND, "measure")
STATUS = word_column("status", words.STATUS, "announced")
INSTRUMENT = word_column("instrument", words.INSTRUMENT, "tariff")
PRODUCT = Column(
    "product", pl.String(), "Product concerned, a short lower-case noun; empty when the sentence names none", "soybeans", empty_is_none=True
)
RATE_PCT = Column(
    "rate_pct",
    pl.Float64(),
    "Rate of the act, e.g. of a tariff",
    34.0,
    unit="percent",
    nullable=True,
    minimum=0,
    reason="a rate is written without sign; a negative one is a misread hyphen",
)
IS_CONDITIONAL = Column("is_conditional", pl.Boolean(), "Depends on a condition stated in the text", False)
PROBABILITY = Column(
    "probability",
    pl.Float64(),
    "Probability that actor, target and polarity are correct",
    0.7,
    unit="probability",
    exclusive_minimum=0,
    maximum=1,
    reason="mass and chances are computed from it; 0 would be no signal",
)
TIER = word_column("tier", words.TIER, "high")
QUOTE = Column(
    "quote",
    pl.String(),
    "The evidence: the sentence as written in the article",
    "Beijing will impose a 34 percent tariff on all US goods.",
    min_length=1,
    reason="without its sentence a signal cannot be verified",
)
ARTICLE_COUNT = Column("article_count", pl.Int64(), "Number of articles", 12, unit="articles", minimum=0)
STORY_COUNT = Column("story_count", pl.Int64(), "Number of stories with a signal that counts", 4, unit="stories", minimum=0)
SIGNAL_COUNT = Column(
    "signal_count", pl.Int64(), "Number of signals without repeats, also those that add no mass", 9, unit="signals", minimum=0
)
RELEASED_ON = Column(
    "released_on", pl.Date(), "UTC day of publication of the figure; it is not used earlier", date(2025, 6, 5), unit="UTC day"
)
REFERENCE_MONTH = Column(
    "reference_month",
    pl.Date(),
    "Month of the figure, as its first day",
    date(2025, 4, 1),
    unit="UTC day",
    pattern=patterns.FIRST_OF_MONTH,
    minimum=date(1900, 1, 1),
    reason="a month in the far past was misread",
)
# `VALUE_USD`, `DUTIES_USD` and `CONSUMPTION_USD` are the amounts of a monthly trade figure.
VALUE_USD = Column(
    "value_usd",
    pl.Float64(),
    "Value of the goods, not seasonally adjusted",
    25_100_000_000.0,
    unit="USD",
    minimum=0,
    maximum=1_000_000_000_000,
    reason="monthly goods trade between two countries is 0 to a trillion dollars; other values are in a wrong unit or are balances",
)
DUTIES_USD = Column(
    "duties_usd",
    pl.Float64(),
    "Duties collected on the goods; empty where not given",
    4_100_000_000.0,
    unit="USD",
    nullable=True,
    minimum=0,
    reason="duties are not negative; a net refund is not a tariff",
)
CONSUMPTION_USD = replace(
    VALUE_USD,
    name="consumption_usd",
    description="Value of imports for consumption, the base of the duties; empty where not given",
    example=24_800_000_000.0,
    nullable=True,
)
FLOW_PRODUCT = Column("product", pl.String(), "Product of the figure; empty: all goods", "soybeans")
#: The key of a monthly trade figure.
MONTH_OF_FLOW = (
    replace(ACTOR, name="reporter", description="Country that reports the figure", example="USA"),
    replace(ONE_TARGET, name="partner", description="Trading partner of the reporter", example="CHN", differs_from=("reporter",)),
    word_column("flow", words.FLOW, "imports"),
    FLOW_PRODUCT,
    REFERENCE_MONTH,
)
FLOW_ORIGIN = word_column("origin", words.FLOW_ORIGIN, "census")
FLOW_SOURCE = Column("source", pl.String(), "Publisher of the figure", "US Census Bureau")
TARIFF_RATE = Column(
    "rate_pct",
    pl.Float64(),
    "Average tariff rate; which duties it counts depends on its source",
    112.2,
    unit="percent",
    minimum=0,
    maximum=1000,
    reason="an average rate is never negative; one above 1000 percent is in a wrong unit",
)
TARIFF_SOURCE = replace(
    FLOW_SOURCE,
    description="Tracker of the rate; all its rates of a measure are one series. "
    + ". ".join(f"{tracker} {meaning}" for tracker, meaning in words.TARIFF_TRACKERS.items()),
    example="trade-war-redux-2025",
)
COMMITMENT_ID = Column("commitment_id", pl.String(), "Name of the commitment", "phase-one-2020-goods")
PROMISED_AMOUNT = Column(
    "promised_amount",
    pl.Float64(),
    "Committed amount over the whole period, in that unit",
    63.9e9,
    exclusive_minimum=0,
    reason="shares are computed by dividing by it",
)
BASELINE_YEAR = Column("baseline_year", pl.Int64(), "Baseline year of an additional commitment", 2017, unit="year", nullable=True)
COMMITMENT_SOURCE = Column("source", pl.String(), "Text in which the commitment is written", "USTR, text of the agreement, article 6.2")
COMMITMENT_NOTE = Column("note", pl.String(), "Note on the comparison", "all goods are compared")
