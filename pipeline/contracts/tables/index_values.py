"""Columns of index tables: values with intervals, stalemate, phases, and their inputs.

Stalemate is the share of talk without action. Does not belong here: the tables (`index.py`, `vintages.py`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl

from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column
from pipeline.contracts.tables import columns as c

KNOWN_AT = Column(
    "known_at", c.INSTANT, "Time of the state of knowledge: articles first seen later are not included", datetime(2025, 4, 5, tzinfo=UTC),
    unit="UTC instant",
)  # fmt: skip
_UNIT = "mass"


def _value_with_intervals(name: str, description: str, example: float) -> Iterator[Column]:
    """Yield the columns of a value and of its intervals' bounds.

    The bounds are lo80, lo95, hi80 and hi95, in this order. All may be null. Constraints: the value is at least lo95, hi95 at
    least the value, and hi80 above lo80. Every value but `net_tension` is above 0.
    """
    is_net = name == "net_tension"
    unit = "index points" if is_net else "index, baseline = 100"
    lowest = None if is_net else 0
    reason = "" if is_net else "the prior keeps every channel above 0"
    yield Column(
        name, pl.Float64(), description, example,
        unit=unit, nullable=True, exclusive_minimum=lowest, reason=reason, at_least=(f"{name}_lo95",),
    )  # fmt: skip
    for level in (80, 95):
        text = f"Lower bound of the {level} % interval of {name}"
        yield Column(f"{name}_lo{level}", pl.Float64(), text, example - level, unit=unit, nullable=True)
    upper = Column(f"{name}_hi80", pl.Float64(), f"Upper bound of the 80 % interval of {name}", example + 80, unit=unit, nullable=True)
    yield replace(upper, above=(f"{name}_lo80",))
    text = upper.description.replace("80", "95")
    yield replace(upper, name=f"{name}_hi95", description=text, example=example + 95, at_least=(name,))


STALEMATE = (
    Column(
        "stalemate",
        pl.Float64(),
        "Share of talk, demands and refusals among talk and action, both directions; near 1: talk without action",
        0.62,
        unit="share",
        minimum=0,
        maximum=1,
        reason="it is a share: 1 is talk without action, 0 is action without talk",
        at_least=("stalemate_lo80",),
    ),
    Column("stalemate_lo80", pl.Float64(), "Lower bound of the 80 % interval of stalemate (Beta)", 0.5, unit="share"),
    Column(
        "stalemate_hi80", pl.Float64(), "Upper bound of the 80 % interval of stalemate (Beta)", 0.74, unit="share", at_least=("stalemate",)
    ),
)

PHASE = c.word_column("phase", words.PHASE, "escalation")
PHASE_PROBABILITIES = tuple(
    Column(
        f"p_{name}",
        pl.Float64(),
        f"Probability of the phase {phase}{note}, rounded to four decimals; empty if the phase is no data",
        probability,
        unit="probability",
        nullable=True,
        minimum=0,
        maximum=1,
        reason="it is a probability",
        at_least=at_least,
    )
    for name, phase, note, probability, at_least in (
        ("escalation", "escalation", "", 0.71, ()),
        ("de_escalation", "de-escalation", "", 0.02, ()),
        ("stalemate", "stalemate", ", a part of that of dialogue", 0.1, ()),
        ("dialogue", "dialogue, stalemate included", "", 0.15, ("p_stalemate",)),
        ("quiet", "quiet", "", 0.01, ()),
    )
)

INDEX_VALUES = (
    *_value_with_intervals("tension", "Escalation, 100 = the pair's own baseline; empty if is_thin", 212.5),
    *_value_with_intervals(
        "concession", f"Concession, 100 = the pair's own baseline; empty if concession_evidence_weight is below {c.LEAST_EVIDENCE}", 140.0
    ),
    *_value_with_intervals(
        "dialogue", f"Dialogue, 100 = the pair's own baseline; empty if dialogue_evidence_weight is below {c.LEAST_EVIDENCE}", 120.0
    ),
    *_value_with_intervals("net_tension", "tension - concession; empty if one of them is", 72.5),
    *(
        Column(
            f"{channel}_{part}",
            pl.Float64(),
            f"Part of {channel} from {part}; words + actions = {channel}",
            value,
            unit="index points",
            nullable=True,
        )
        for channel, part, value in (
            ("tension", "words", 80.0),
            ("tension", "actions", 132.5),
            ("concession", "words", 40.0),
            ("concession", "actions", 100.0),
        )
    ),
    Column(
        "tension_unweighted",
        pl.Float64(),
        "tension with severity g = 1 for all signals, i.e. independent of the weights; general acts keep their share",
        201.0,
        unit="index, baseline = 100",
        nullable=True,
    ),
    Column(
        "tension_bilateral",
        pl.Float64(),
        "tension without general acts, i.e. acts towards all partners, a region or a bloc; empty if tension is, or if too little of the "
        "rest was read or expected",
        205.0,
        unit="index, baseline = 100",
        nullable=True,
    ),
    *(replace(column, nullable=True, description=f"{column.description}; empty if hold + move is below 1") for column in STALEMATE),
    PHASE,
    replace(c.ARTICLE_COUNT, description="Number of articles of the day's stories with a signal of the pair that is no repeat"),
    replace(c.STORY_COUNT, description="Number of stories of the day with a signal of the pair that counts"),
    replace(c.SIGNAL_COUNT, description=f"{c.SIGNAL_COUNT.description}, of the day", at_least=("story_count",)),
    *(
        Column(f"{side}_{channel}", pl.Float64(), f"{side.capitalize()} mass of the day in channel {channel}", 1.0, unit=_UNIT)
        for channel in words.CHANNEL.words
        for side in ("observed", "expected")
    ),
    Column(
        "raw_per_10k",
        pl.Float64(),
        "Articles of the day with an asserted escalation, repeats too, per 10,000 articles read; empty when nothing was read",
        250.0,
        unit="articles per 10,000",
        nullable=True,
    ),
    *(
        Column(
            f"{prefix}evidence_weight",
            pl.Float64(),
            f"Weight of what was read or expected for {value}, next to the prior; below {c.LEAST_EVIDENCE} {value} is empty",
            0.79,
            unit="share",
            minimum=0,
            maximum=1,
            reason="it is a share",
        )
        for prefix, value in (("", "tension"), ("concession_", "concession"), ("dialogue_", "dialogue"))
    ),
    Column(
        "is_thin",
        pl.Boolean(),
        "Whether too little was read or expected to publish tension: "
        f"evidence_weight is below {c.LEAST_EVIDENCE}, even by little, so single days may have no value",
        False,
    ),
    c.word_column("obs_status", words.STATUS_OBSERVATION, "A"),
    KNOWN_AT,
    Column("baseline_from", pl.Date(), "First day of the baseline window that the day uses", date(2025, 1, 20), unit="UTC day"),
    Column("baseline_to", pl.Date(), "Last day of the baseline window that the day uses", date(2025, 11, 30), unit="UTC day"),
    Column("half_life_days", pl.Float64(), "Half-life of the filter", 7.0, unit="days"),
    Column("index_version", pl.String(), "Version of the method", "2.5"),
)
