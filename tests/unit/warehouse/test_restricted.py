"""Queries of others reach the published tables only, and end in time."""

import sys
import time
from datetime import date
from pathlib import Path

import pytest

from pipeline.warehouse.exports import ExportError, read_export
from pipeline.warehouse.publish import Publisher
from pipeline.warehouse.restricted import LIMITS, Limits, Query, QueryError, run_queries
from tests.unit.index.lake_scenes import Built


@pytest.fixture(scope="module")
def database(small: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a small release."""
    publisher = Publisher(tmp_path_factory.mktemp("restricted") / "published")
    publisher.publish(small.lake, date(2025, 4, 11), "A test.")
    return publisher.database


def refuse(database: Path, sql: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(QueryError) as refused:
        run_queries(database, [Query(sql)], limits)
    return str(refused.value)


def test_a_home_without_a_release_names_the_command_that_publishes(tmp_path: Path) -> None:
    database = tmp_path / "not there" / "published" / "trade_tension.duckdb"
    assert f"tension run --home '{tmp_path}/not there'" in refuse(database, "select 1")
    with pytest.raises(ExportError, match=f"tension run --home '{tmp_path}/not there'"):
        read_export(database, "tension_index", None)


REFUSED = [
    ("from read_csv('/etc/passwd')", "read_csv is not published"),
    ("from '/etc/passwd'", "does not exist"),
    ("from read_parquet('http://127.0.0.1:9/x')", "read_parquet is not published"),
    ("from query('from duckdb_settings()')", "query is not published"),
    ("from information_schema.tables", r"information_schema.tables is not published"),
    ("attach 'other.duckdb'", "only SELECT is allowed"),
    ("copy today to 'today.csv'", "only SELECT is allowed"),
    ("set enable_external_access = true", "only SELECT is allowed"),
    ("install httpfs", "only SELECT is allowed"),
    ("create temp table t as select 1", "only SELECT is allowed"),
    ("with gone as (delete from about returning *) from gone", "read-only"),
    ("select 1; select 2", "this text has 2 statements"),
    ("", "this text has 0 statements"),
    ("from request", "does not exist"),  # a Python variable of the process
    ("select 'secret_directory'.Current_Setting()", "current_setting is not published"),
    ("select ?", "parameter"),
    (f"select {'+'.join(['1'] * 1500)}", "Max expression depth"),
]
#: Refused for the same reasons as others.
ALIKE = [
    ("from read_text('/etc/passwd')", "read_text is not published"),
    ("select (select content from read_blob('/etc/passwd'))", "read_blob is not published"),
    ("from glob('*')", "glob is not published"),
    ("from duckdb_databases()", "duckdb_databases is not published"),
    ("from duckdb_settings", "duckdb_settings is not published"),
    ("select * from today where exists (from sqlite_master)", "sqlite_master is not published"),
    ("export database 'folder'", "only SELECT is allowed"),
    ("pragma database_list", "only SELECT is allowed"),
    ("reset lock_configuration", "only SELECT is allowed"),
    ("load json", "only SELECT is allowed"),
    ("call enable_logging()", "only SELECT is allowed"),
    ("insert into about values (1)", "only SELECT is allowed"),
    ("delete from about", "only SELECT is allowed"),
    ("select 1; copy today to 'today.csv'", "this text has 2 statements"),
    ("-- nothing", "this text has 0 statements"),
    ("select getenv('HOME')", "getenv does not exist"),
    ("from nothing", "nothing does not exist"),
]


@pytest.mark.slow
def test_a_query_deeper_than_python_decodes_is_refused_with_advice(database: Path) -> None:
    query = Query(f"select {'+'.join(['1'] * 400)}")
    if sys.version_info < (3, 12):
        assert "too many operators within one another" in refuse(database, query.sql)
    else:  # decodes more levels than DuckDB allows
        (rows,) = run_queries(database, [query], LIMITS)
        assert rows.rows == ((400,),)


@pytest.mark.parametrize(("sql", "message"), [*REFUSED, *(pytest.param(*one, marks=pytest.mark.slow) for one in ALIKE)])
def test_a_hostile_or_wrong_query_is_refused(database: Path, sql: str, message: str) -> None:
    before = sorted(path.name for path in database.resolve().parent.iterdir())
    assert message in refuse(database, sql)
    assert sorted(path.name for path in database.resolve().parent.iterdir()) == before


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("with recursive t as (select 1 as n union all select n from t) select count(*) from t", marks=pytest.mark.slow),
        "with recursive t as (select 1 as n union all select n + 1 from t) select max(n) from t",
        pytest.param(
            "select count(*) from range(100000) a, range(100000) b, range(100000) c where a.range + b.range < c.range",
            marks=pytest.mark.slow,
        ),
        "select levenshtein(repeat('a', 300000), repeat('b', 300000))",  # one call, which DuckDB cannot interrupt
    ],
)
def test_a_query_without_end_is_ended_in_time(database: Path, sql: str) -> None:
    started = time.monotonic()
    assert "took longer than 1.5 seconds and was ended; narrow it" in refuse(database, sql, Limits(seconds=1.5))
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "sql",
    [
        "select list(range) from range(1000000000)",
        pytest.param("select string_agg(repeat('x', 1000), '') from range(10000000)", marks=pytest.mark.slow),
        pytest.param("select range(2000000000)", marks=pytest.mark.slow),
    ],
)
def test_a_query_that_needs_too_much_memory_is_refused(database: Path, sql: str) -> None:
    assert "memory" in refuse(database, sql, Limits(seconds=60)).lower()


def test_rows_and_characters_are_limited(database: Path) -> None:
    ((numbers,), (texts,), (long,)) = (
        run_queries(database, [Query(sql)], limits)
        for sql, limits in (
            ("select range as n from range(100000) order by n desc", Limits(rows=3)),
            ("select repeat('x', 100) from range(100)", Limits(characters=1000)),
            ("select repeat('x', 100000)", Limits()),
        )
    )
    assert (numbers.rows, numbers.is_cut) == (((99999,), (99998,), (99997,)), True)
    assert (len(texts.rows), texts.is_cut) == (9, True)
    assert long.rows[0][0].endswith("… (cut)")
    assert "select fewer columns" in refuse(database, "select repeat('x', 100)", Limits(characters=50))


def test_values_are_those_of_json(database: Path) -> None:
    sql = """select date '2025-04-04', timestamptz '2025-04-04 10:30:00+02', 'nan'::double, 1.5::decimal(4, 2), [1, null], {'a': 'b'},
    true, null, 170141183460469231731687303715884105727::hugeint, interval 1 day"""
    ((row,),) = (rows.rows for rows in run_queries(database, [Query(sql)]))
    assert row == (
        *("2025-04-04", "2025-04-04T08:30:00Z", "nan", 1.5, [1, None], {"a": "b"}, True, None),
        *(170141183460469231731687303715884105727, "1 day, 0:00:00"),
    )


def test_views_macros_and_expressions_of_select_are_allowed(database: Path) -> None:
    queries = [
        Query("from today where pair = pair_of($pair)", {"pair": "USA-CHN"}),
        Query("from describe_columns('measures_in_force')"),
        Query("from measures_in_force(date '2025-04-04', of_actor := 'USA') limit 1"),
        Query("with recursive t(n) as (values (1) union all select n + 1 from t where n < 5) select max(n) from t;"),
        Query("describe today"),
        Query("show tables"),
        Query("summarize today -- with a comment"),
        Query("select pair, unnest(range(2)) from today"),
        Query("select * from today tablesample 100%"),
    ]
    rows = run_queries(database, queries)
    assert rows[0].to_records()[0]["pair"] == "CHN-USA"
    assert rows[3].rows == ((5,),)
    assert all(part.rows for part in rows)


def test_queries_of_one_request_read_one_release(database: Path) -> None:
    release, again = run_queries(database, [Query("select release from about")] * 2)
    assert release.rows == again.rows == ((database.resolve().parent.name,),)


def test_an_empty_home_is_answered_with_the_command_to_run(tmp_path: Path) -> None:
    assert "build the index first: tension run --home" in refuse(tmp_path / "published" / "trade_tension.duckdb", "from today")
