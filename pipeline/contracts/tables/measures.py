"""Layer `index`: official acts on trade measures, their states, and news reports."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

PRODUCT = replace(c.PRODUCT, description="Product concerned; empty for all goods, or where none is named")
TOLD_ON = Column("told_on", pl.Date(), "UTC day of the article", c.EXAMPLE_DAY, unit="UTC day")
KNOWN_ON = Column(
    "known_on",
    pl.Date(),
    "UTC day on which the article was first seen; not earlier than told_on",
    c.EXAMPLE_DAY,
    unit="UTC day",
    at_least=("told_on",),
)
EFFECT = c.word_column("effect", words.EFFECT, "announced")
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
UNMATCHED_REASON = c.word_column("unmatched_reason", words.UNMATCHED, "no_effect", nullable=True)
#: What an article claims about a measure, without the dates in its sentence.
_CLAIM = (c.STORY_ID, c.SOURCE, c.ACTOR, c.TARGET, c.INSTRUMENT, PRODUCT, EFFECT, TOLD_ON, KNOWN_ON, c.RATE_PCT)
_RELIABILITY = (c.IS_CONDITIONAL, c.PROBABILITY, c.TIER)

LAYER = Column("layer", pl.String(), "Layer: a legal programme and its goods", "usa-301-list1", pattern=patterns.LAYER)
ACT_ID = Column(
    "act_id",
    pl.String(),
    "The act: layer, @, first day in effect or else day of announcement",
    "usa-301-list1@2018-07-06",
    pattern=patterns.ACT_ID,
)
ACTION = c.word_column("action", words.ACTION, "imposed")
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
RATE_BASIS = c.word_column("rate_basis", words.RATE_BASIS, "additional", nullable=True)
ANNOUNCED_ON = Column("announced_on", pl.Date(), "Day of signature, decision or ruling", date(2018, 6, 15), unit="UTC day")
STATED_END = Column(
    "stated_end",
    pl.Date(),
    "Last day according to the act, or to the one whose scope it changes, e.g. of a suspension; empty: none stated",
    None,
    unit="UTC day",
    nullable=True,
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
CERTAINTY = c.word_column("certainty", words.CERTAINTY, "high")
LAYER_NOTE = Column("note", pl.String(), "What to know about day, rate or scope", "", empty_is_none=True)
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
    Column("stacking", pl.String(), "How the layer relates to other layers; empty: it is added to them", "", empty_is_none=True),
)
CHECKED_THROUGH = Column(
    "checked_through",
    pl.Date(),
    "Last day for which the actor's acts were looked up; later acts are missing",
    date(2026, 8, 20),
    unit="UTC day",
)
#: Where an act is published, and what is not sure about it.
_PROVENANCE = (LEGAL_SOURCE, ACT_URL, CERTAINTY, LAYER_NOTE, CHECKED_THROUGH)

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
        replace(c.ACTOR, example="USA"),
        replace(
            c.TARGET,
            example="CHN",
            description="Country it is directed at: ISO 3166 alpha-3, EUN, or * for all partners except those in excepted",
        ),
        Column(
            "excepted",
            pl.String(),
            "Partners that an act on all partners (*) does not reach, separated by spaces",
            "",
            empty_is_none=True,
            pattern=patterns.COUNTRIES,
        ),
        *LAYER_COLUMNS,
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
        *_PROVENANCE,
    ),
    layer="index",
    is_side_table=True,
    published=True,
    sources=("measure_acts",),
)

MEASURE_CLAIMS = Table(
    "measure_claims",
    "Claims about measures",
    "Every asserted threat, measure and easing in the news: which measure it is about and what is done to it.",
    grain="one signal",
    key=("signal_id",),
    columns=(
        Column("signal_id", pl.String(), "The signal", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID),
        *_CLAIM,
        *_RELIABILITY,
        c.QUOTE,
        UNMATCHED_REASON,
    ),
    layer="index",
    is_side_table=True,
)

MEASURE_REPORTS = Table(
    "measure_reports",
    "Reports of measures",
    "Every asserted threat, measure and easing in the news, with the official act it is about. A claim without an act is reported only: it "
    "never puts a measure in force, even if the day it names has passed.",
    grain="one signal",
    key=("signal_id",),
    columns=(
        Column(
            "signal_id", pl.String(), "The signal; see table signals for sentence and link", "4e1f09ab52c77d31", pattern=patterns.SIGNAL_ID
        ),
        *_CLAIM,
        DUE_ON,
        UNTIL_ON,
        *_RELIABILITY,
        c.word_column("report", words.REPORT, "supports"),
        replace(ACT_ID, nullable=True, description="The act it supports or contradicts; see measure_acts"),
        Column("gives_day", pl.Boolean(), "Whether it names the first day of the act", False),
        UNMATCHED_REASON,
    ),
    layer="index",
    is_side_table=True,
    published=True,
)

MEASURE_STATES = Table(
    "measure_states",
    "States of measures",
    "History of each layer towards each partner, from the official acts: the state on a day is the row with valid_from <= day and either "
    "no valid_to or day < valid_to. Days after checked_through rest on acts that may have been superseded.",
    grain="one layer, target and first day of a state",
    key=("layer", "target", "valid_from"),
    columns=(
        LAYER,
        replace(c.ACTOR, example="USA"),
        replace(c.ONE_TARGET, example="CHN"),
        *LAYER_COLUMNS,
        Column("valid_from", pl.Date(), "First day of the state: first day in effect of the act", date(2018, 7, 6), unit="UTC day"),
        Column(
            "valid_to",
            pl.Date(),
            "First day after the state; empty: no later act in the list",
            None,
            unit="UTC day",
            nullable=True,
            above=("valid_from",),
        ),
        c.word_column("standing", words.STANDING, "in_force"),
        LAYER_RATE,
        RATE_BASIS,
        Column(
            "in_force_since",
            pl.Date(),
            "First day of the unbroken time in which the layer applies, at any rate",
            date(2018, 7, 6),
            unit="UTC day",
            nullable=True,
        ),
        Column("rate_since", pl.Date(), "First day of this standing and rate; not later than valid_from", date(2018, 7, 6), unit="UTC day"),
        Column(
            "rate_act_id",
            pl.String(),
            "Act that set this standing and rate; act_id is a later one if it only prolonged it or changed its scope",
            "usa-301-list1@2018-07-06",
            pattern=patterns.ACT_ID,
        ),
        ACTION,
        ACT_ID,
        ANNOUNCED_ON,
        STATED_END,
        *_PROVENANCE,
    ),
    layer="index",
    is_side_table=True,
    published=True,
    sources=("measure_acts",),
)

TABLES = (MEASURE_ACTS, MEASURE_CLAIMS, MEASURE_REPORTS, MEASURE_STATES)
