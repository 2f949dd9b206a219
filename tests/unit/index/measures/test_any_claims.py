"""Whatever claims are read, the ledger of them passes every check and shows on a day what was known on it."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.tables.index import SIGNALS
from pipeline.contracts.tables.measures import MEASURE_CLAIMS, MEASURE_CONTRADICTIONS, MEASURE_EVENTS, MEASURE_STATES, MEASURES
from pipeline.index.measures.ledger import fold
from pipeline.models.build import build_tables
from pipeline.quality import built_in
from tests.unit.index.check_tables import Tables, failed_critical_checks
from tests.unit.index.measures.random_claims import FIRST, LAST, claims, many_ledgers, signals_of

#: Ledgers are checked many at a time: Great Expectations takes as long for one row as for a thousand.
LEDGERS_AT_ONCE = 300


def failed_checks_of(claimed: pl.DataFrame) -> list[str]:
    """Build the five tables of the ledger as a run does, and list the checks that they fail."""
    given_tables = {SIGNALS.name: signals_of(claimed), MEASURE_CLAIMS.name: claimed}
    variables = {"last_day": LAST}
    return failed_critical_checks(Tables(build_tables(given_tables, [MEASURES], variables), variables))


@settings(deadline=None, derandomize=True, max_examples=150)
@given(claims(12))
def test_every_state_and_event_has_its_required_values(claimed: pl.DataFrame) -> None:
    ledger = fold(claimed, LAST)
    tables = ((MEASURE_EVENTS, ledger.events), (MEASURE_STATES, ledger.states), (MEASURE_CONTRADICTIONS, ledger.contradictions))
    failed = [outcome for table, frame in tables for outcome in built_in.check(table, frame) if not outcome.passed]
    assert failed == []


def test_random_ledgers_pass_every_check() -> None:
    assert failed_checks_of(many_ledgers(LEDGERS_AT_ONCE, most_claims=12)) == []


@pytest.mark.slow
@pytest.mark.parametrize("most_claims", [4, 40])
def test_long_and_short_ledgers_pass_every_check(most_claims: int) -> None:
    assert failed_checks_of(many_ledgers(3 * LEDGERS_AT_ONCE, most_claims)) == []


@settings(deadline=None, derandomize=True, max_examples=60)
@given(claims(12), st.integers(0, 20))
def test_what_a_day_shows_does_not_depend_on_later_claims(claimed: pl.DataFrame, days: int) -> None:
    day = FIRST + timedelta(days=days)
    then = fold(claimed.filter(pl.col("known_on") <= day), day).states
    assert _valid_on(fold(claimed, LAST).states, day).equals(_valid_on(then, day))


def _valid_on(states: pl.DataFrame, day: date) -> pl.DataFrame:
    is_valid = (pl.col("valid_from") <= day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    return states.filter(is_valid).drop("valid_to")
