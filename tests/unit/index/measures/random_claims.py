"""Hypothesis strategies for random claims about few measures on few days.

Belongs here: claims that the contract of `measure_claims` allows. Does not: what must be true of their reports.
"""

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import strategies as st

from pipeline.contracts.tables.measures import MEASURE_CLAIMS

Row = dict[str, Any]

FIRST = date(2025, 3, 1)
LAST = FIRST + timedelta(days=40)

_EFFECTS = ("proposed", "announced", "effective", "reduced", "suspended", "ended", "unclear")
_QUOTES = (
    "Ruritania acts.",
    "It acts from March 4.",
    "It acts on 8 March, or so it says.",
    "It acts from Thursday.",
    "It pauses until March 9.",
    "It pauses for 3 days.",
    "It pauses for 0 days, in the end.",
    "It cuts the duty to 10 percent.",
    "It cuts the duty to 10 percent from March 6.",
    "Unless it yields, it acts from March 6.",
)
_DAYS = st.integers(0, 12)
_PROBABILITIES = st.sampled_from((0.01, 0.36, 0.5, 0.57, 0.9, 1.0)) | st.floats(0, 1, exclude_min=True)


@st.composite
def _claim(draw: st.DrawFn) -> Row:
    instrument = draw(st.sampled_from(("tariff", "tariff", "tariff", "export_control", "agreement")))
    effect = draw(st.sampled_from(_EFFECTS))
    reported = FIRST + timedelta(days=draw(_DAYS))
    has_rate = instrument == "tariff"
    return {
        "story_id": f"Wire:{draw(st.integers(0, 3))}",
        "source": draw(st.sampled_from(("Wire", "Post"))),
        "actor": "CHN",
        "target": draw(st.sampled_from(("USA", "USA", "*"))),
        "instrument": instrument,
        "product": draw(st.sampled_from(("", "", "steel", "coffee"))),
        "effect": effect,
        "told_on": reported,
        "known_on": reported + timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 6)))),
        "rate_pct": draw(st.sampled_from((None, 0.0, 10.0, 25.0, 50.0))) if has_rate else None,
        "is_conditional": draw(st.booleans()),
        "probability": draw(_PROBABILITIES),
        "tier": draw(st.sampled_from(("high", "low"))),
        "quote": draw(st.sampled_from(_QUOTES)),
        "unmatched_reason": "no_instrument" if instrument == "agreement" else "no_effect" if effect == "unclear" else None,
    }


def claims(most: int) -> st.SearchStrategy[pl.DataFrame]:
    """Return a strategy for up to `most` claims of one actor, as the table `measure_claims`."""
    return st.lists(_claim(), min_size=1, max_size=most).map(_numbered)


def _hash(number: str) -> pl.Expr:
    return pl.col(number).cast(pl.String).str.zfill(16)


def _numbered(rows: list[Row]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema={name: dtype for name, dtype in MEASURE_CLAIMS.schema.items() if name != "signal_id"})
    return frame.with_row_index("number").select(_hash("number").alias("signal_id"), *frame.columns)
