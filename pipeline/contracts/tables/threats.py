"""Layer `index`: threats and what became of them."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import threat_words as of
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.measures import KNOWN_ON, PRODUCT, TOLD_ON

_ID = "4e1f09ab52c77d31"
_THREAT_ID = Column("threat_id", pl.String(), "Identifier of the threat: the first signal that says it", _ID, pattern=patterns.SIGNAL_ID)
_OUTCOME = c.word_column("threat_outcome", of.THREAT_OUTCOME, "softened")
_FORM = c.word_column("threat_form", of.THREAT_FORM, "threat")
_AMOUNT = Column("amount_usd", pl.Float64(), "Goods that are named, at least 100 million", None, unit="USD", nullable=True, minimum=1e8,
                 reason="smaller amounts are prices or fees")  # fmt: skip
_THREAT = (c.ACTOR, c.TARGET, c.SCOPE, c.INSTRUMENT, PRODUCT)


def _day(name: str, description: str, example: date, **constraints: Any) -> Column:
    return replace(Column(name, pl.Date(), description, example, unit="UTC day"), **constraints)


def _count(name: str, description: str, example: int, minimum: int, unit: str, reason: str) -> Column:
    return Column(name, pl.Int64(), description, example, unit=unit, minimum=minimum, reason=reason)


THREAT_CLAIMS = Table(
    "threat_claims",
    "Claims about threats",
    "Every asserted threat, measure, investigation, easing and agreement as read by the table of threats.",
    grain="one signal",
    key=("claim_id",),
    columns=(
        Column("claim_id", pl.String(), "The signal", _ID, pattern=patterns.SIGNAL_ID),
        c.STORY_ID,
        c.SOURCE,
        *_THREAT,
        c.EXCEPTIONS,
        c.KIND,
        c.STATUS,
        TOLD_ON,
        KNOWN_ON,
        c.RATE_PCT,
        _AMOUNT,
        c.IS_CONDITIONAL,
        c.PROBABILITY,
        c.TIER,
        c.QUOTE,
    ),
    layer="index",
    is_side_table=True,
)

_STATE = (
    _FORM,
    replace(c.RATE_PCT, description="Threatened rate, the likeliest one said on any day", example=50.0),
    _AMOUNT,
    replace(c.IS_CONDITIONAL, description="A signal ties it to a condition, e.g. unless the other side yields", example=True),
    _day("first_on", "Day of the first article that says it", date(2025, 5, 23)),
    _day("first_deadline_on", "Day by which it was first to be carried out; empty when none was named", date(2025, 6, 1), nullable=True,
         above=("first_on",)),
    _day("deadline_on", "Day by which it is to be carried out, as last said", date(2025, 7, 9), nullable=True, above=("first_on",)),
    _count("postponed_count", "Number of times it was put off", 1, 0, "times", "a count"),
    _day("last_on", "Day of the last article that says it", date(2025, 5, 25), at_least=("first_on",)),
    _count("said_days", "Number of days on which it was said", 2, 1, "days", "a threat was said at least once"),
    _count("signal_count", "Number of signals that say it", 4, 1, "signals", "a threat without a signal has no evidence"),
    _count("story_count", "Number of stories with these signals", 3, 1, "stories", "a threat without a story has no evidence"),
    _count("source_count", "Number of sources of these signals", 3, 1, "sources", "a threat without a source has no evidence"),
    Column("signal_ids", pl.String(), "Signals that say it: with rate_pct first, then on product, then the most probable; at most twenty",
           f"{_ID}, 77d3152c09ab4e1f", pattern=patterns.SIGNAL_IDS),
    replace(c.PROBABILITY, description="Chance that a signal of its best-reported day is right", minimum=0.5, exclusive_minimum=None,
            reason="less likely threats are not published"),
    replace(c.TIER, description="Tier of the first of signal_ids"),
    _OUTCOME,
    _day("outcome_on", "Day of the outcome; for lapsed and unconfirmed, the day on which its time was over", date(2025, 7, 27),
         nullable=True, at_least=("first_on",)),
    _day("outcome_known_on", "Day on which the outcome was known; not earlier than outcome_on", date(2025, 7, 27), nullable=True,
         at_least=("outcome_on",)),
    c.word_column("outcome_basis", of.THREAT_BASIS, "reported", nullable=True),
    _day("imposed_on", "Day on which it was carried out, in whole or in part, also if a court struck it down later", date(2025, 8, 7),
         nullable=True, at_least=("first_on",)),
    replace(c.RATE_PCT, name="outcome_rate_pct", description="Rate of the outcome: what was added, or the level reached", example=15.0),
    replace(_AMOUNT, name="outcome_amount_usd", description="Goods that the outcome is about"),
    Column("days_to_outcome", pl.Int64(), "Days from first_on to outcome_on; empty while pending, lapsed or unconfirmed", 65, unit="days",
           nullable=True, minimum=0, reason="an outcome follows its threat"),
    Column("outcome_act_id", pl.String(), "Official act that shows the outcome; see table measure_acts", None, nullable=True,
           pattern=patterns.ACT_ID),
    Column("outcome_signal_ids", pl.String(), "Signals that show it: with outcome_rate_pct first, then the most probable; at most twenty",
           _ID, nullable=True, pattern=patterns.SIGNAL_IDS),
    Column("outcome_probability", pl.Float64(), "Chance that one of these signals is right; empty for an act or the passing of time", 0.7,
           unit="probability", nullable=True, minimum=0.5, maximum=1, reason="less likely outcomes are not assumed"),
    Column("outcome_tier", pl.String(), f"Tier of the first of outcome_signal_ids. {words.TIER.description}", "high", nullable=True,
           vocabulary=words.TIER),
)  # fmt: skip

THREATS = Table(
    "threats",
    "Threats",
    "Threats of trade measures, repeated mentions as one, and what became of each by the last day of the data. Announcements for a "
    "later day are threats until that day. Only articles that were read count: an outcome that none of them reports is missing.",
    grain="one threat: actor, target, instrument, product, rate and amount",
    key=("threat_id",),
    columns=(_THREAT_ID, *_THREAT, *_STATE),
    layer="index",
    is_side_table=True,
    published=True,
)

THREAT_STATES = Table(
    "threat_states",
    "States of threats",
    "The history of each threat as it was known over time. The state on a day is the row with valid_from <= day and either no valid_to or "
    "day < valid_to (macro threats_asof). It uses only articles first seen by then.",
    grain="one threat and first day of a state",
    key=("threat_id", "valid_from"),
    columns=(
        _THREAT_ID,
        _day("valid_from", "First day on which this was known", date(2025, 7, 27)),
        _day("valid_to", "First day after the state; empty: still current", date(2025, 8, 7), nullable=True, above=("valid_from",)),
        *_THREAT,
        *_STATE,
    ),
    layer="index",
    is_side_table=True,
    published=True,
)

THREAT_EVIDENCE = Table(
    "threat_evidence",
    "Evidence on threats",
    "Every signal that says a threat, and every signal or official act on its outcome, also where it was too uncertain to change it.",
    grain="one threat, signal or act, and what it says",
    key=("threat_id", "evidence_id", "threat_role"),
    columns=(
        _THREAT_ID,
        Column(
            "evidence_id",
            pl.String(),
            "The signal (table signals) or the official act (table measure_acts)",
            _ID,
            min_length=16,
            reason="it is the key to the sentence or the act",
        ),
        c.word_column("threat_role", of.THREAT_ROLE, "said"),
        Column("is_used", pl.Boolean(), "Whether it counts: false for an echo, and for what was too uncertain or outweighed", True),
        TOLD_ON,
        KNOWN_ON,
        c.RATE_PCT,
        replace(c.PROBABILITY, nullable=True, description="Probability of the signal; empty for an official act"),
    ),
    layer="index",
    is_side_table=True,
    published=True,
)


def _share_columns(name: str, what: str, example: tuple[float, float, float]) -> tuple[Column, ...]:
    """Build columns for a share and its 95 % interval, in percent.

    They are `name` with `_pct`, `_lo95` and `_hi95`; `example` is in this order. `what` completes "Share of settled threats that were".
    """
    described = (("_pct", f"Share of settled threats that were {what}"), ("_lo95", "Lower bound of its 95 % Wilson interval"),
                 ("_hi95", "Upper bound of its 95 % Wilson interval"))  # fmt: skip
    return tuple(
        Column(f"{name}{suffix}", pl.Float64(), description, value, unit="percent", nullable=True, minimum=-1e-9, maximum=100 + 1e-9,
               reason="a share of threats is 0 to 100 percent; the margin is rounding")
        for (suffix, description), value in zip(described, example, strict=True)
    )  # fmt: skip


_REASON = "a share is only as good as its counts"
THREAT_RATES = Table(
    "threat_rates",
    "Outcomes of threats by country",
    "How many threats of each country were carried out, softened, withdrawn or lapsed, with shares of the settled ones and Wilson "
    "intervals. The intervals do not cover errors of reading. Fast outcomes are known first, which favours them "
    "among new threats.",
    grain="one actor and form of threat, or all forms",
    key=("actor", "form"),
    columns=(
        c.ACTOR,
        Column("form", pl.String(), "Form of the threats counted, or all", "all",
               values=("all", *of.THREAT_FORM.words), reason="the rows of all forms and of each form must not be added up"),
        _count("threat_count", "Number of threats", 9, 1, "threats", _REASON),
        _count("pending_count", "Pending or postponed", 2, 0, "threats", _REASON),
        _count("unconfirmed_count", "Announced for a day that passed without a report", 1, 0, "threats", _REASON),
        _count("followed_count", "Followed by an act of that kind that names nothing of the threat", 2, 0, "threats", _REASON),
        _count("settled_count", "All others: the denominator of the shares", 6, 0, "threats", _REASON),
        _count("carried_out_count", "Carried out", 3, 0, "threats", _REASON),
        _count("softened_count", "Carried out at a lower rate or in part", 1, 0, "threats", _REASON),
        _count("struck_down_count", "Carried out, and struck down by a court", 0, 0, "threats", _REASON),
        _count("withdrawn_count", "Withdrawn", 1, 0, "threats", _REASON),
        _count("lapsed_count", "Lapsed", 1, 0, "threats", _REASON),
        _count("ever_postponed_count", "Postponed at least once, whatever followed", 2, 0, "threats", _REASON),
        _count("official_count", "Outcome shown by an official act", 3, 0, "threats", _REASON),
        *_share_columns("carried_out", "carried out in full and not struck down", (50.0, 18.8, 81.2)),
        *_share_columns("imposed", "carried out at least in part: carried out, softened or struck down", (66.7, 30.0, 90.3)),
        *_share_columns("withdrawn", "withdrawn", (16.7, 3.0, 56.4)),
        *_share_columns("lapsed", "lapsed", (16.7, 3.0, 56.4)),
        Column("median_days", pl.Float64(), "Median days from threat to being carried out or softened", 22.0, unit="days", nullable=True,
               minimum=0, reason="an outcome follows its threat"),
        Column("mean_probability", pl.Float64(), "Mean probability of the threats: about this share of them was said", 0.8,
               unit="probability", minimum=0, maximum=1, reason="it is a mean of probabilities"),
    ),
    layer="index",
    is_side_table=True,
    published=True,
)  # fmt: skip

TABLES = (THREAT_CLAIMS, THREATS, THREAT_STATES, THREAT_EVIDENCE, THREAT_RATES)
