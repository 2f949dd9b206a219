"""Layer `index`: the ledger of measures: claims, states, contradictions."""

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
    "Identifier of the measure: actor>target, instrument, and product or * for all goods",
    "CHN>USA tariff *",
    pattern=patterns.MEASURE_ID,
)
PRODUCT = c.with_description(c.PRODUCT, "Product concerned; empty for all goods, or where none is named")
TOLD_ON = Column("told_on", pl.Date(), "UTC day of the article", c.EXAMPLE_DAY, unit="UTC day")
KNOWN_ON = Column(
    "known_on",
    pl.Date(),
    "UTC day on which the article was first seen; not earlier than told_on",
    c.EXAMPLE_DAY,
    unit="UTC day",
    at_least=("told_on",),
)
EFFECT = Column("effect", pl.String(), words.EFFECT.description, "announced", vocabulary=words.EFFECT)
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
DUE_ON = Column(
    "due_on",
    pl.Date(),
    "Later day on which it takes effect, according to the sentence",
    date(2025, 4, 10),
    unit="UTC day",
    nullable=True,
    above=("told_on",),
)
UNTIL_ON = Column(
    "until_on", pl.Date(), "Last day of a suspension, according to the sentence", None, unit="UTC day", nullable=True, above=("told_on",)
)
PROBABILITY = Column(
    "probability",
    pl.Float64(),
    "Probability that actor, target and polarity are correct",
    0.7,
    unit="probability",
    exclusive_minimum=0,
    maximum=1,
    reason="it is the weight of a statement; 0 would be no statement",
)
HIGHEST = c.with_description(PROBABILITY, "Highest probability of the signals")
TIER = Column("tier", pl.String(), words.TIER.description, "high", vocabulary=words.TIER)
BASIS = Column("basis", pl.String(), words.BASIS.description, "told", vocabulary=words.BASIS)
IS_REDUCED = Column("is_reduced", pl.Boolean(), "Whether it was cut, or exemptions were granted, since it was last raised", False)
SUPPORT = (
    Column(
        "signal_count",
        pl.Int64(),
        "Number of signals",
        3,
        unit="signals",
        minimum=1,
        at_least=("story_count",),
        reason="a measure without a signal has no evidence",
    ),
    Column(
        "story_count",
        pl.Int64(),
        "Number of stories with these signals",
        2,
        unit="stories",
        minimum=1,
        reason="a measure without reports has no evidence",
    ),
    Column(
        "source_count",
        pl.Int64(),
        "Number of sources of these signals",
        2,
        unit="sources",
        minimum=1,
        reason="a measure without reports has no evidence",
    ),
)
_MEASURE = (c.ACTOR, c.TARGET, c.INSTRUMENT, PRODUCT)

MEASURE_CLAIMS = Table(
    "measure_claims",
    "Claims about measures",
    "Every asserted threat, measure and easing as read by the ledger: which measure it is about and what is done to it.",
    grain="one signal",
    key=("signal_id",),
    columns=(
        Column("signal_id", pl.String(), "The signal", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID),
        c.STORY_ID,
        c.SOURCE,
        *_MEASURE,
        EFFECT,
        TOLD_ON,
        KNOWN_ON,
        RATE_PCT,
        Column("is_conditional", pl.Boolean(), "Depends on a condition stated in the text", False),
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
    "Every asserted threat, measure and easing, with the measure it belongs to and how the ledger used it. Signals that belong to no "
    "measure are listed with the reason.",
    grain="one signal",
    key=("signal_id",),
    columns=(
        Column(
            "signal_id", pl.String(), "The signal; see table signals for sentence and link", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID
        ),
        c.STORY_ID,
        c.SOURCE,
        c.as_nullable(MEASURE_ID, "The measure; empty when unmatched"),
        *_MEASURE,
        EFFECT,
        TOLD_ON,
        KNOWN_ON,
        RATE_PCT,
        DUE_ON,
        UNTIL_ON,
        Column(
            "is_conditional",
            pl.Boolean(),
            "Depends on a condition stated in the text, so the announced day alone does not put it in force",
            False,
        ),
        PROBABILITY,
        TIER,
        Column("outcome", pl.String(), words.OUTCOME.description, "changed", vocabulary=words.OUTCOME),
        Column("unmatched_reason", pl.String(), words.UNMATCHED.description, "no_measure", nullable=True, vocabulary=words.UNMATCHED),
        Column("nearest_measure_id", pl.String(), "The most similar measure to an unmatched easing", None, nullable=True),
    ),
    layer="index",
    is_side_table=True,
    published=True,
)

MEASURE_STATES = Table(
    "measure_states",
    "States of measures",
    "The history of each measure as it was known over time. The state on a day is the row with valid_from <= day and either no valid_to or "
    "day < valid_to. It uses only articles first seen by then.",
    grain="one measure and first day of a state",
    key=("measure_id", "valid_from"),
    columns=(
        MEASURE_ID,
        *_MEASURE,
        Column("valid_from", pl.Date(), "First day on which the ledger has this state", c.EXAMPLE_DAY, unit="UTC day"),
        Column(
            "valid_to",
            pl.Date(),
            "First day after the state; empty: still current",
            None,
            unit="UTC day",
            nullable=True,
            above=("valid_from",),
        ),
        c.STATUS,
        BASIS,
        c.with_description(
            RATE_PCT, "Latest rate reported for this status; empty when none was reported, or after a cut to an unknown rate"
        ),
        IS_REDUCED,
        Column("next_effect", pl.String(), "Announced next change", "effective", nullable=True, vocabulary=words.EFFECT),
        Column("next_rate_pct", pl.Float64(), "Announced next rate", 34.0, unit="percent", nullable=True),
        Column(
            "next_on",
            pl.Date(),
            "Announced day of the next change, if any",
            date(2025, 4, 10),
            unit="UTC day",
            nullable=True,
            above=("valid_from",),
        ),
        replace(UNTIL_ON, above=()),
        Column(
            "signal_ids",
            pl.String(),
            "Signals that set this state, most probable first, at most twenty",
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
    "Contradictions between statements on measures",
    "Statements that cannot both be true, and announcements that were never confirmed. The ledger applies its rules regardless; this "
    "table lists the evidence against the result.",
    grain="one measure, kind of contradiction, day and pair of signals",
    key=("measure_id", "contradiction", "found_on", "signal_id", "other_signal_id"),
    columns=(
        MEASURE_ID,
        *_MEASURE,
        Column("contradiction", pl.String(), words.CONTRADICTION.description, "two_rates_on_one_day", vocabulary=words.CONTRADICTION),
        Column("found_on", pl.Date(), "First day on which the contradiction was known", c.EXAMPLE_DAY, unit="UTC day"),
        Column("signal_id", pl.String(), "The most probable signal of the statement", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID),
        Column("says", pl.String(), "Content of the statement", "announced 34 %", min_length=1),
        PROBABILITY,
        Column(
            "other_signal_id",
            pl.String(),
            "The signal it contradicts; empty where a confirmation is missing",
            "77d3152c09ab4e1f",
            nullable=True,
            differs_from=("signal_id",),
        ),
        Column("other_says", pl.String(), "Content of the other statement", "announced 84 %", nullable=True),
        Column(
            "other_probability",
            pl.Float64(),
            "Probability of the other signal",
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


def _first_day_column(status: str) -> Column:
    return Column(f"first_{status}_on", pl.Date(), f"First day on which its status was {status}", c.EXAMPLE_DAY, "UTC day", True)


MEASURES = Table(
    "measures",
    "Measures",
    "The ledger: one row per measure with its history, its status at the end of the data, and the evidence for it.",
    grain="one measure: actor, target, instrument and product",
    key=("measure_id",),
    columns=(
        MEASURE_ID,
        *_MEASURE,
        c.with_description(c.STATUS, "Status at the end of the data"),
        BASIS,
        Column("status_since", pl.Date(), "First day of this status", c.EXAMPLE_DAY, unit="UTC day"),
        c.with_description(RATE_PCT, "Latest rate reported for this status"),
        IS_REDUCED,
        *(_first_day_column(status) for status in words.STATUS.words),
        *SUPPORT,
        Column("hint_count", pl.Int64(), "Signals too uncertain to be used; not included in signal_count", 1, unit="signals", minimum=0),
        HIGHEST,
        TIER,
        Column("contradiction_count", pl.Int64(), "Number of contradictions listed", 0, unit="contradictions", minimum=0),
    ),
    layer="index",
    is_side_table=True,
    published=True,
)

TABLES = (MEASURE_CLAIMS, MEASURE_EVENTS, MEASURE_STATES, MEASURE_CONTRADICTIONS, MEASURES)
