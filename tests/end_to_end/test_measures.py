"""Measures in force in the database of the sample."""

from datetime import date

import duckdb
import polars as pl

from pipeline.settings import shipped_folder
from tests.conftest import SampleRun

MACROS = sorted(path.stem for path in (shipped_folder("sql") / "macros").glob("*.sql"))


def query(run: SampleRun, sql: str) -> pl.DataFrame:
    with duckdb.connect(str(run.database), read_only=True) as con:
        rows: pl.DataFrame = con.sql(sql).pl()
        return rows


def test_the_database_holds_every_macro_with_its_comment(sample_run: SampleRun) -> None:
    rows = query(sample_run, "select function_name, comment from duckdb_functions() where not internal and function_type = 'table_macro'")
    assert sorted(rows["function_name"]) == MACROS
    assert all(rows["comment"])


def test_tariffs_of_the_truce_are_in_force_and_reduced_in_mid_2025(sample_run: SampleRun) -> None:
    rows = query(
        sample_run,
        "select actor, target, is_reduced from measures_in_force(date '2025-07-01') "
        "where instrument = 'tariff' and product = '' and actor in ('CHN', 'USA') and target in ('CHN', 'USA') order by actor",
    )
    assert rows.rows() == [("CHN", "USA", True), ("USA", "CHN", True)]


def test_chinas_response_of_april_takes_effect_on_its_announced_day(sample_run: SampleRun) -> None:
    states = query(
        sample_run,
        "select valid_from, status, basis, rate_pct, next_on from measure_states "
        "where measure_id = 'CHN>USA tariff *' and valid_from between date '2025-04-04' and date '2025-04-10' order by valid_from",
    )
    assert states.rows() == [
        (date(2025, 4, 4), "announced", "told", 34.0, date(2025, 4, 10)),
        (date(2025, 4, 9), "announced", "told", 84.0, date(2025, 4, 10)),
        (date(2025, 4, 10), "effective", "as_announced", 84.0, None),
    ]


def test_a_rise_misread_as_a_cut_is_listed_and_ends_nothing(sample_run: SampleRun) -> None:
    rows = query(
        sample_run,
        "select contradiction, says, other_says from measure_contradictions "
        "where measure_id = 'CHN>USA tariff *' and found_on = date '2025-04-09'",
    )
    assert rows.rows() == [("opposite_on_one_day", "announced 84 % for 2025-04-10", "reduced 84 %")]


def test_rare_earths_are_under_export_control_from_april_on(sample_run: SampleRun) -> None:
    rows = query(sample_run, "select first_announced_on from measures where measure_id = 'CHN>USA export_control rare earths'")
    assert rows.item() == date(2025, 4, 4)


def test_every_claim_is_accounted_for(sample_run: SampleRun) -> None:
    claims = query(
        sample_run, "select count(*) from signals where modality = 'asserted' and kind in ('threat', 'measure', 'easing')"
    ).item()
    outcomes = dict(query(sample_run, "select outcome, count(*) from measure_events group by all").rows())
    assert sum(outcomes.values()) == claims
    assert outcomes["unmatched"] < claims / 2
