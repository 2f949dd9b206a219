"""The ledger of any claims passes every check and shows only what was known on a day."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.tables.index import SIGNALS
from pipeline.contracts.tables.measures import MEASURE_CLAIMS, MEASURE_CONTRADICTIONS, MEASURE_EVENTS, MEASURE_STATES, MEASURES
from pipeline.index.measures.ledger import build_ledger
from pipeline.models.build import build_tables
from pipeline.quality import built_in
from tests.unit.index.check_tables import Tables, failed_critical_checks
from tests.unit.index.measures.random_claims import FIRST, LAST, claims, many_ledgers, signals_of

#: Ledgers are checked many at a time: Great Expectations takes as long for one row as for a thousand.
LEDGERS_AT_ONCE = 300


def failed_checks_of(claims_table: pl.DataFrame) -> list[str]:
    """Build the tables of the ledger as a run does and list the checks that fail."""
    given_tables = {SIGNALS.name: signals_of(claims_table), MEASURE_CLAIMS.name: claims_table}
    variables = {"last_day": LAST}
    return failed_critical_checks(Tables(build_tables(given_tables, [MEASURES], variables), variables))


@settings(deadline=None, derandomize=True, max_examples=150)
@given(claims(12))
def test_every_state_and_event_has_its_required_values(claims_table: pl.DataFrame) -> None:
    ledger = build_ledger(claims_table, LAST)
    tables = ((MEASURE_EVENTS, ledger.events), (MEASURE_STATES, ledger.states), (MEASURE_CONTRADICTIONS, ledger.contradictions))
    failed = [outcome for table, frame in tables for outcome in built_in.run_built_in_checks(table, frame) if not outcome.passed]
    assert failed == []


def test_random_ledgers_pass_every_check() -> None:
    assert failed_checks_of(many_ledgers(LEDGERS_AT_ONCE, most_claims=12)) == []


@pytest.mark.slow
@pytest.mark.parametrize("most_claims", [4, 40])
def test_long_and_short_ledgers_pass_every_check(most_claims: int) -> None:
    assert failed_checks_of(many_ledgers(3 * LEDGERS_AT_ONCE, most_claims)) == []


@settings(deadline=None, derandomize=True, max_examples=60)
@given(claims(12), st.integers(0, 20))
def test_states_of_a_day_do_not_depend_on_later_claims(claims_table: pl.DataFrame, days: int) -> None:
    day = FIRST + timedelta(days=days)
    then = build_ledger(claims_table.filter(pl.col("known_on") <= day), day).states
    assert _valid_on(build_ledger(claims_table, LAST).states, day).equals(_valid_on(then, day))


def _valid_on(states: pl.DataFrame, day: date) -> pl.DataFrame:
    is_valid = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    return states.filter(is_valid).drop("valid_to")
