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

LAYER = Column("layer", pl.String(), "Layer: a legal programme and its goods", "usa-301-list1", pattern=patterns.LAYER)
ACT_ID = Column(
    "act_id",
    pl.String(),
    "The act: layer, @, first day in effect or else day of announcement",
    "usa-301-list1@2018-07-06",
    pattern=patterns.ACT_ID,
)
ACTION = Column("action", pl.String(), words.ACTION.description, "imposed", vocabulary=words.ACTION)
LAYER_RATE = Column(
    "rate_pct",
    pl.Float64(),
    "Rate of the layer; the highest where it differs by line or firm (see note); empty where it has none",
    25.0,
    unit="percent",
    nullable=True,
    minimum=0,
    maximum=400,
    reason="no tariff or trade remedy of this list is above 219 percent; a higher rate is a slip",
)
RATE_BASIS = Column("rate_basis", pl.String(), words.RATE_BASIS.description, "additional", nullable=True, vocabulary=words.RATE_BASIS)
ANNOUNCED_ON = Column("announced_on", pl.Date(), "Day of signature, decision or ruling", date(2018, 6, 15), unit="UTC day")
STATED_END = Column(
    "stated_end", pl.Date(), "Last day according to the act, e.g. of a suspension; empty: none stated", None, unit="UTC day", nullable=True
)
LEGAL_SOURCE = Column(
    "legal_source",
    pl.String(),
    "The act by number, journal or issuing body",
    "USTR notice of action, 83 FR 28710",
    min_length=8,
    reason="an act without a source cannot be verified",
)
ACT_URL = Column(
    "url",
    pl.String(),
    "Link to the act, where a stable one is known",
    "https://www.federalregister.gov/citation/83-FR-28710",
    nullable=True,
    pattern=patterns.WEB_ADDRESS,
)
CERTAINTY = Column("certainty", pl.String(), words.CERTAINTY.description, "high", vocabulary=words.CERTAINTY)
LAYER_NOTE = Column("note", pl.String(), "What to know about day, rate or scope; may be empty", "")
LAYER_COLUMNS = (
    c.INSTRUMENT,
    Column(
        "programme",
        pl.String(),
        "Legal basis and subject of the layer",
        "Section 301, Trade Act of 1974: China's technology transfer, list 1",
        min_length=4,
        reason="a layer is known by its legal basis",
    ),
    Column(
        "product",
        pl.String(),
        "Goods of the layer",
        "818 lines, worth 34 billion dollars: machinery, electronics, vehicles",
        min_length=4,
        reason="a rate without goods says nothing",
    ),
)
CHECKED_THROUGH = Column(
    "checked_through",
    pl.Date(),
    "Last day for which the actor's acts were looked up; later acts are missing",
    date(2026, 8, 20),
    unit="UTC day",
)

MEASURE_ACTS = Table(
    "measure_acts",
    "Official acts on trade measures",
    "Curated list of dated official acts since 2018: tariffs, trade remedies, controls and lists of firms, with their suspensions, endings "
    "and court rulings, each with its legal source. Facts collected for this project, and no complete list.",
    grain="one act of one layer towards one target",
    key=("act_id", "target"),
    columns=(
        ACT_ID,
        LAYER,
        c.ACTOR,
        replace(c.TARGET, description="Country it is directed at: ISO 3166 alpha-3, EUN, or * for all partners except those in excepted"),
        Column(
            "excepted",
            pl.String(),
            "Partners that an act on all partners (*) does not reach, separated by spaces",
            "",
            pattern=patterns.COUNTRIES,
        ),
        *LAYER_COLUMNS,
        Column("stacking", pl.String(), "How the layer relates to other layers; empty: it is added to them", ""),
        ACTION,
        LAYER_RATE,
        RATE_BASIS,
        ANNOUNCED_ON,
        Column(
            "effective_on",
            pl.Date(),
            "First day in effect; before announced_on for a retroactive act; empty: no effect on the layer, or no day",
            date(2018, 7, 6),
            unit="UTC day",
            nullable=True,
        ),
        STATED_END,
        Column("cancels", pl.String(), "Planned act that this one keeps from taking effect", None, nullable=True, pattern=patterns.ACT_ID),
        LEGAL_SOURCE,
        ACT_URL,
        CERTAINTY,
        LAYER_NOTE,
        CHECKED_THROUGH,
    ),
    layer="index",
    is_side_table=True,
    published=True,
    sources=("measure_acts",),
)

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

TABLES = (MEASURE_ACTS, MEASURE_CLAIMS, MEASURE_EVENTS, MEASURE_STATES, MEASURE_CONTRADICTIONS, MEASURES)
