"""Layer `index`: the ledger of measures, folded from signals: what was said of each, its states in time, what cannot both hold."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

MEASURE_ID = Column(
    "measure_id",
    pl.String(),
    "The measure: actor>target, instrument, and the product or * for all goods",
    "CHN>USA tariff *",
    pattern=patterns.MEASURE_ID,
)
PRODUCT = c.described(c.PRODUCT, "Good at stake; empty for all goods, or where none is named")
TOLD_ON = Column("told_on", pl.Date(), "UTC day of the article", c.EXAMPLE_DAY, unit="UTC day")
KNOWN_ON = Column(
    "known_on",
    pl.Date(),
    "UTC day on which the article was first seen, never before told_on",
    c.EXAMPLE_DAY,
    unit="UTC day",
    at_least=("told_on",),
)
EFFECT = Column("effect", pl.String(), words.EFFECT.description, "announced", vocabulary=words.EFFECT)
RATE_PCT = Column(
    "rate_pct",
    pl.Float64(),
    "Rate that belongs to the act",
    34.0,
    unit="percent",
    nullable=True,
    minimum=0,
    reason="a rate is told as a size; a negative one is a misread hyphen",
)
DUE_ON = Column(
    "due_on",
    pl.Date(),
    "Later day on which the sentence says that it acts",
    date(2025, 4, 10),
    unit="UTC day",
    nullable=True,
    above=("told_on",),
)
UNTIL_ON = Column(
    "until_on", pl.Date(), "Day to which the sentence says that a suspension runs", None, unit="UTC day", nullable=True, above=("told_on",)
)
PROBABILITY = Column(
    "probability",
    pl.Float64(),
    "Chance that actor, target and polarity are right",
    0.7,
    unit="probability",
    exclusive_minimum=0,
    maximum=1,
    reason="it weighs statements against one another; 0 would be one that was not found",
)
HIGHEST = c.described(PROBABILITY, "Highest probability among the signals")
TIER = Column("tier", pl.String(), words.TIER.description, "high", vocabulary=words.TIER)
BASIS = Column("basis", pl.String(), words.BASIS.description, "told", vocabulary=words.BASIS)
IS_REDUCED = Column("is_reduced", pl.Boolean(), "Whether it was cut, or others were exempted, since it was last raised", False)
SUPPORT = (
    Column(
        "signal_count",
        pl.Int64(),
        "Signals",
        3,
        unit="signals",
        minimum=1,
        at_least=("story_count",),
        reason="a measure without a signal is an invention",
    ),
    Column(
        "story_count",
        pl.Int64(),
        "Stories that carry them",
        2,
        unit="stories",
        minimum=1,
        reason="a measure that nobody reports is an invention",
    ),
    Column(
        "source_count",
        pl.Int64(),
        "Sources that carry them",
        2,
        unit="sources",
        minimum=1,
        reason="a measure that nobody reports is an invention",
    ),
)
_WHO = (c.ACTOR, c.TARGET, c.INSTRUMENT, PRODUCT)

MEASURE_CLAIMS = Table(
    "measure_claims",
    "Claims about measures",
    "Every asserted threat, measure and easing as the ledger reads it: which measure it names and what it does to it.",
    grain="one signal",
    key=("signal_id",),
    columns=(
        Column("signal_id", pl.String(), "The signal", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID),
        c.STORY_ID,
        c.SOURCE,
        *_WHO,
        EFFECT,
        TOLD_ON,
        KNOWN_ON,
        RATE_PCT,
        Column("is_conditional", pl.Boolean(), "Tied to a condition in the text", False),
        PROBABILITY,
        TIER,
        c.QUOTE,
        Column("unmatched_reason", pl.String(), words.UNMATCHED.description, "no_measure", nullable=True, vocabulary=words.UNMATCHED),
    ),
    layer="index",
    is_side_table=True,
)

MEASURE_EVENTS = Table(
    "measure_events",
    "Events of measures",
    "Every asserted threat, measure and easing, with the measure that it belongs to and what the ledger made of it. Nothing is left out: "
    "what belongs to no measure stands here with the reason.",
    grain="one signal",
    key=("signal_id",),
    columns=(
        Column(
            "signal_id", pl.String(), "The signal; its sentence and link stand in signals", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID
        ),
        c.STORY_ID,
        c.SOURCE,
        c.nullable(MEASURE_ID, "The measure; empty when unmatched"),
        *_WHO,
        EFFECT,
        TOLD_ON,
        KNOWN_ON,
        RATE_PCT,
        DUE_ON,
        UNTIL_ON,
        Column("is_conditional", pl.Boolean(), "Tied to a condition in the text: its announced day alone does not put it in force", False),
        PROBABILITY,
        TIER,
        Column("outcome", pl.String(), words.OUTCOME.description, "changed", vocabulary=words.OUTCOME),
        Column("unmatched_reason", pl.String(), words.UNMATCHED.description, "no_measure", nullable=True, vocabulary=words.UNMATCHED),
        Column("nearest_measure_id", pl.String(), "The measure that an unmatched easing may mean", None, nullable=True),
    ),
    layer="index",
    is_side_table=True,
    published=True,
)

MEASURE_STATES = Table(
    "measure_states",
    "States of measures",
    "The history of each measure as intervals of the day on which it was known: at a day, the row with valid_from <= day and no valid_to "
    "or day < valid_to. Nothing first seen later is used.",
    grain="one measure and the day from which the state is known",
    key=("measure_id", "valid_from"),
    columns=(
        MEASURE_ID,
        *_WHO,
        Column("valid_from", pl.Date(), "First day on which the ledger shows this state", c.EXAMPLE_DAY, unit="UTC day"),
        Column(
            "valid_to",
            pl.Date(),
            "First day on which it no longer does; empty: to this day",
            None,
            unit="UTC day",
            nullable=True,
            above=("valid_from",),
        ),
        c.STATUS,
        BASIS,
        c.described(RATE_PCT, "Rate last told for this status; empty when none was told, or a cut did not say to what"),
        IS_REDUCED,
        Column("next_effect", pl.String(), "What is announced to follow", "effective", nullable=True, vocabulary=words.EFFECT),
        Column("next_rate_pct", pl.Float64(), "The rate then", 34.0, unit="percent", nullable=True),
        Column(
            "next_on", pl.Date(), "The day then, if one was told", date(2025, 4, 10), unit="UTC day", nullable=True, above=("valid_from",)
        ),
        replace(UNTIL_ON, above=()),
        Column(
            "signal_ids",
            pl.String(),
            "Signals that set this state, likeliest first, at most twenty",
            "4e1f09ab52c77d31, 77d3152c09ab4e1f",
            pattern=patterns.SIGNAL_IDS,
        ),
        *SUPPORT,
        HIGHEST,
        TIER,
    ),
    layer="index",
    is_side_table=True,
    published=True,
)

MEASURE_CONTRADICTIONS = Table(
    "measure_contradictions",
    "Contradictions between measures' statements",
    "Statements that cannot both hold, and announcements that nobody confirmed. The ledger went on by its rules; here is what speaks "
    "against it.",
    grain="one measure, kind of contradiction, day and pair of signals",
    key=("measure_id", "contradiction", "found_on", "signal_id", "other_signal_id"),
    columns=(
        MEASURE_ID,
        *_WHO,
        Column("contradiction", pl.String(), words.CONTRADICTION.description, "two_rates_on_one_day", vocabulary=words.CONTRADICTION),
        Column("found_on", pl.Date(), "Day on which it could be known", c.EXAMPLE_DAY, unit="UTC day"),
        Column("signal_id", pl.String(), "The likeliest signal of the statement", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID),
        Column("says", pl.String(), "What it says", "announced 34 %", min_length=1),
        PROBABILITY,
        Column(
            "other_signal_id",
            pl.String(),
            "The signal it stands against; empty: against silence",
            "77d3152c09ab4e1f",
            nullable=True,
            differs_from=("signal_id",),
        ),
        Column("other_says", pl.String(), "What that says", "announced 84 %", nullable=True),
        Column(
            "other_probability",
            pl.Float64(),
            "The other's probability",
            0.4,
            unit="probability",
            nullable=True,
            exclusive_minimum=0,
            maximum=1,
        ),
    ),
    layer="index",
    is_side_table=True,
    published=True,
)


def _first(status: str) -> Column:
    return Column(f"first_{status}_on", pl.Date(), f"First day on which the ledger shows it as {status}", c.EXAMPLE_DAY, "UTC day", True)


MEASURES = Table(
    "measures",
    "Measures",
    "The ledger: one row for each measure, with its way so far, where it stands at the end of the data, and how well that is supported.",
    grain="one measure: actor, target, instrument and product",
    key=("measure_id",),
    columns=(
        MEASURE_ID,
        *_WHO,
        c.described(c.STATUS, "How far it has come at the end of the data"),
        BASIS,
        Column("status_since", pl.Date(), "Day from which it has had this status", c.EXAMPLE_DAY, unit="UTC day"),
        c.described(RATE_PCT, "Rate last told for this status"),
        IS_REDUCED,
        *(_first(status) for status in words.STATUS.words),
        *SUPPORT,
        Column("hint_count", pl.Int64(), "Signals too unsure to act, not counted before", 1, unit="signals", minimum=0),
        HIGHEST,
        TIER,
        Column("contradiction_count", pl.Int64(), "Contradictions listed", 0, unit="contradictions", minimum=0),
    ),
    layer="index",
    is_side_table=True,
    published=True,
)

TABLES = (MEASURE_CLAIMS, MEASURE_EVENTS, MEASURE_STATES, MEASURE_CONTRADICTIONS, MEASURES)
