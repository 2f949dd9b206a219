"""Threats of any claims and acts satisfy their contracts, and show only what was known on a day."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.tables.measures import MEASURE_ACTS
from pipeline.contracts.tables.threats import THREAT_CLAIMS, THREAT_EVIDENCE, THREAT_STATES
from pipeline.index.threats.build import build_threats
from pipeline.quality import built_in
from tests.examples import examples
from tests.unit.index.threats.scenes import FIRST, act, claim, day

Row = dict[str, Any]
_QUOTES = (
    "It threatens a tariff.",
    "It acts from March 20.",
    "It has until April 2.",
    "It called off the tariff.",
    "It imposed a 50 percent tariff.",
    "It acts unless they drop their 50 percent duty.",
    "It put off the 50 percent duty to May 9.",
    "A court struck down the duty.",
    "Both agreed on 10 percent in place of the threatened 50.",
)
_STATUS = {"threat": ("proposed",), "measure": ("proposed", "announced", "effective"), "easing": ("announced", "suspended", "ended"),
           "agreement": ("announced",), "investigation": ("announced",)}  # fmt: skip


@st.composite
def _claim(draw: st.DrawFn) -> Row:
    kind = draw(st.sampled_from(("threat", "threat", "threat", "measure", "measure", "easing", "agreement", "investigation")))
    on = draw(st.integers(0, 60))
    return claim(
        kind, on, draw(st.sampled_from(_QUOTES)), draw(st.sampled_from((None, 10.0, 50.0, 50.5))),
        status=draw(st.sampled_from(_STATUS[kind])), target=draw(st.sampled_from(("BRA", "BRA", "*"))),
        instrument=draw(st.sampled_from(("tariff", "tariff", "other", "investigation"))), product=draw(st.sampled_from(("", "", "steel"))),
        probability=draw(st.sampled_from((0.2, 0.4, 0.6, 0.95))), known_on=day(on + draw(st.sampled_from((0, 0, 0, 2, 200)))),
        amount_usd=draw(st.sampled_from((None, None, 16e9, 200e9))),
        story_id=f"Wire:{draw(st.integers(0, 5))}",
    )  # fmt: skip


@st.composite
def _act(draw: st.DrawFn) -> Row:
    announced = draw(st.integers(-5, 60))
    effective = draw(st.sampled_from((None, announced, announced + 9, announced - 3)))
    action = draw(st.sampled_from(("imposed", "raised", "lowered", "postponed", "withdrawn", "struck_down", "suspended", "ended")))
    return act(
        action,
        announced,
        effective,
        draw(st.sampled_from((None, 10.0, 50.0))),
        target=draw(st.sampled_from(("BRA", "*"))),
        product=draw(st.sampled_from(("all goods", "9 lines, worth 16 billion dollars"))),
    )


_TABLES = st.tuples(
    st.lists(_claim(), min_size=1, max_size=14).map(lambda rows: pl.DataFrame(rows, schema=THREAT_CLAIMS.schema)),
    st.lists(_act(), max_size=4).map(lambda rows: pl.DataFrame(rows, schema=MEASURE_ACTS.schema)),
)
LAST = FIRST + timedelta(days=500)


@examples(150)
@given(_TABLES)
def test_every_state_has_its_required_values(tables: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    for table, frame in zip((THREAT_STATES, THREAT_EVIDENCE), build_threats(*tables, LAST), strict=True):
        assert [outcome for outcome in built_in.run_built_in_checks(table, frame) if not outcome.passed] == []


@examples(150)
@given(_TABLES)
def test_states_end_where_the_next_begin(tables: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    states, _ = build_threats(*tables, LAST)
    expected = states.sort("threat_id", "valid_from").select(pl.col("valid_from").shift(-1).over("threat_id").alias("valid_to"))
    assert states.sort("threat_id", "valid_from").select("valid_to").equals(expected)
    assert states.filter(pl.col("valid_to") <= pl.col("valid_from")).is_empty()


@examples(150)
@given(_TABLES, st.integers(0, 300))
def test_states_of_a_day_do_not_depend_on_what_came_later(tables: tuple[pl.DataFrame, pl.DataFrame], days: int) -> None:
    claims, acts = tables
    on = FIRST + timedelta(days=days)
    then, _ = build_threats(claims.filter(pl.col("known_on") <= on), acts.filter(pl.col("announced_on") <= on), on)
    now, _ = build_threats(claims, acts, LAST)
    assert _valid_on(now, on).equals(_valid_on(then, on))


@examples(100)
@given(_TABLES)
def test_exactly_what_was_imposed_has_a_day_of_force(tables: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    states, _ = build_threats(*tables, LAST)
    imposed = pl.col("threat_outcome").is_in(["carried_out", "softened", "struck_down"])
    assert states.filter(imposed != pl.col("imposed_on").is_not_null()).is_empty()
    assert states.filter((pl.col("threat_outcome") == "pending") != pl.col("outcome_basis").is_null()).is_empty()


def _valid_on(states: pl.DataFrame, on: date) -> pl.DataFrame:
    return states.filter((pl.col("valid_from") <= on) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > on))).drop("valid_to")
