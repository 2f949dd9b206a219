"""Measures in force in the database of the sample."""

from datetime import date

import duckdb
import polars as pl
import pytest

from pipeline.settings import shipped_folder
from tests.conftest import SampleRun

MACROS = sorted(path.stem for path in (shipped_folder("sql") / "macros").glob("*.sql"))


def query(run: SampleRun, sql: str) -> pl.DataFrame:
    with duckdb.connect(str(run.database), read_only=True) as con:
        rows: pl.DataFrame = con.sql(sql).pl()
        return rows


def test_the_database_holds_every_macro_with_its_comment(sample_run: SampleRun) -> None:
    rows = query(
        sample_run, "select function_name, comment from duckdb_functions() where not internal and function_type in ('macro', 'table_macro')"
    )
    assert sorted(rows["function_name"]) == MACROS
    assert all(rows["comment"])


def test_tariffs_on_chinese_goods_in_october_2025(sample_run: SampleRun) -> None:
    rows = query(
        sample_run,
        "select layer, rate_pct, rate_since, latest_until, legal_source, average_pct from "
        "measures_in_force(date '2025-10-01', of_actor := 'USA', on_target := 'CHN') "
        "where starts_with(layer, 'usa-ieepa') order by layer",
    )
    assert rows["rate_pct"].to_list() == [20, 10]
    assert rows["rate_since"].to_list() == [date(2025, 3, 4), date(2025, 5, 14)]
    assert rows["latest_until"].to_list() == [date(2025, 11, 9)] * 2
    assert rows["legal_source"].to_list() == ["Executive Order 14228, 90 FR 11463", "Executive Order 14298, 90 FR 21831"]
    assert rows["average_pct"].round(1).unique().to_list() == [31.1]


def test_a_change_of_scope_leaves_the_stated_end(sample_run: SampleRun) -> None:
    rows = query(
        sample_run,
        "select action, stated_end from measure_states where layer = 'usa-ieepa-reciprocal' and target = 'CHN' "
        "and valid_from in (date '2025-05-14', date '2025-11-10', date '2025-11-13') order by valid_from",
    )
    assert rows.rows()[1:] == [("extended", date(2026, 11, 9)), ("changed", date(2026, 11, 9))]


def test_an_average_of_an_ended_tracker_is_left_out(sample_run: SampleRun) -> None:
    """The tracker of Chinese duties ends in 2019; its last average says nothing about 2025."""
    sql = "select distinct average_pct from measures_in_force(date '{}', of_actor := 'CHN', on_target := 'USA')"
    assert query(sample_run, sql.format("2019-12-31")).rows() == [(25.54,)]
    assert query(sample_run, sql.format("2025-10-01")).rows() == [(None,)]


@pytest.mark.parametrize("sides", ["of_actor := 'USA', on_target := '{}'", "of_actor := '{}', on_target := 'USA'", "of_actor := '{}'"])
def test_a_member_of_the_union_has_the_measures_of_the_union(sample_run: SampleRun, sides: str) -> None:
    of_union = query(sample_run, f"from measures_in_force(date '2025-10-01', {sides.format('EUN')}) order by all")
    assert not of_union.is_empty()
    assert query(sample_run, f"from measures_in_force(date '2025-10-01', {sides.format('deu')}) order by all").equals(of_union)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("date '2025-10-01', of_actor := 'USA', on_target := 'THA'", "has none on THA, only on ARG, AUS, BRA"),
        ("date '2025-10-01', on_target := 'GER'", "has none on GER"),
        ("date '2025-10-01', of_actor := 'THA'", "has none by THA, only by BRA, CAN"),
        ("date '2016-10-01'", "begins on 2018-01-01"),
    ],
)
def test_a_country_or_day_that_the_list_does_not_cover_is_an_error(sample_run: SampleRun, question: str, message: str) -> None:
    for columns in ("*", "count(*)"):
        with pytest.raises(duckdb.InvalidInputException, match=message):
            query(sample_run, f"select {columns} from measures_in_force({question})")  # noqa: S608  # no input


def test_the_called_off_tariff_is_never_in_force(sample_run: SampleRun) -> None:
    reported = query(
        sample_run, "select standing from measures_reported(date '2025-11-30', of_actor := 'USA', on_target := 'CHN') where rate_pct = 100"
    )
    assert set(reported["standing"]) == {"reported"}
    layers = query(sample_run, "select layer from measures_in_force(date '2025-11-30', of_actor := 'USA') where rate_pct = 100")
    assert set(layers["layer"]) == {"usa-301-review-ev", "usa-301-review-syringes"}


def test_every_claim_is_accounted_for(sample_run: SampleRun) -> None:
    claims = query(
        sample_run, "select count(*) from signals where modality = 'asserted' and kind in ('threat', 'measure', 'easing')"
    ).item()
    reports = dict(query(sample_run, "select report, count(*) from measure_reports group by all").rows())
    assert sum(reports.values()) == claims
    assert reports["supports"] > reports["contradicts"]


def test_measures_of_the_last_day_name_their_source(sample_run: SampleRun) -> None:
    rows = query(sample_run, "select * from measures_today")
    assert rows.height > 50
    assert rows["legal_source"].null_count() == 0
    assert set(rows["standing"]) <= {"in force", "quota", "suspended"}
    assert rows.filter(pl.col("rate_counts").is_null() != pl.col("rate_pct").is_null()).is_empty()


def test_reports_of_acts_on_all_partners_support_them_for_each(sample_run: SampleRun) -> None:
    cars = query(
        sample_run,
        "from measures_in_force(date '2025-11-01', of_actor := 'USA') where layer = 'usa-232-cars' and target in ('BRA', 'CHN', 'IND')",
    )
    assert (cars.height, cars.filter(pl.col("supporting_stories") > 1).height) == (3, 3)


def test_reports_on_a_member_count_for_the_measures_of_the_union(sample_run: SampleRun) -> None:
    macro = (shipped_folder("sql") / "macros" / "measures_in_force.sql").read_text(encoding="utf-8")
    stories = "select count(distinct story_id) from measure_reports where report = 'supports' and target = 'FRA'"
    counts = "select sum(supporting_stories) from measures_in_force(date '2025-11-01', on_target := 'DEU')"
    with duckdb.connect() as con:
        con.execute(f"attach '{sample_run.database}' as published (read_only)")
        for table in ("measure_states", "measure_acts", "measure_reports", "scope_members", "tariff_rates"):
            con.execute(f"create table {table} as from published.{table}")
        con.execute(macro)
        before = con.sql(counts).fetchall()
        con.execute("update measure_reports set target = 'FRA' where target = 'EUN'")
        assert con.sql(stories).fetchall() != [(0,)]
        assert con.sql(counts).fetchall() == before


@pytest.mark.parametrize("macro", ["measures_in_force", "measures_reported", "threats_asof"])
def test_a_day_may_be_text_or_a_time_and_null_gives_no_rows(sample_run: SampleRun, macro: str) -> None:
    rows = query(sample_run, f"from {macro}(date '2025-10-01') order by all")
    assert not rows.is_empty()
    for day in ("'2025-10-01'", "timestamp '2025-10-01 12:00'"):
        assert query(sample_run, f"from {macro}({day}) order by all").equals(rows)
    assert query(sample_run, f"from {macro}(null)").is_empty()


@pytest.mark.parametrize(
    "macro",
    ["measures_in_force(date '2025-10-01', '{}', '{}')", "measures_reported(date '2025-10-01', '{}', '{}')", "on_one_scale('{}>{}')"],
)
def test_macros_take_codes_in_lower_case(sample_run: SampleRun, macro: str) -> None:
    rows = query(sample_run, f"from {macro.format('USA', 'CHN')} order by all")
    assert not rows.is_empty()
    assert query(sample_run, f"from {macro.format('usa', 'chn')} order by all").equals(rows)


def test_descriptions_of_macros_name_their_parameters(sample_run: SampleRun) -> None:
    macros = query(sample_run, "from describe_tables() where kind = 'macro'")
    for name, parameters, meaning in macros.select("name", "parameters", "meaning").rows():
        described = meaning.removeprefix(f"{name}(").partition(")")[0]
        assert parameters.split(", ")[: len(described.split(", "))] == described.split(", "), meaning
