import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import INDEX_DAILY, SIGNALS, STORY_MASS, WEIGHTS
from pipeline.contracts.tables.stories import STORIES, STORY_ARTICLES
from pipeline.contracts.vocabulary import INSTRUMENT, KIND
from pipeline.index.parameters import model_variables, read_weights
from pipeline.models.build import build_tables
from pipeline.settings import shipped_folder
from pipeline.warehouse import sql
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, Query, Tables, Variables, model_files, query_version, read_query, select, select_table
from tests.unit.index.lake_scenes import Built

SQL = shipped_folder("sql")
MACROS = sorted((SQL / "macros").glob("*.sql"))
FUNCTIONS = sorted((SQL / "functions").glob("*.sql"))
FILES = sorted({*SQL.rglob("*.sql")} - {*MACROS, *FUNCTIONS})
VIEWS = sorted((SQL / "views").glob("*.sql"))
METHOD = model_variables(("CHN-USA",), 7.0, None, Days(date(2025, 4, 4), date(2025, 4, 4)))


def write_sql(folder: Path, sql: str) -> Path:
    path = folder / "model.sql"
    path.write_text(sql, encoding="utf-8")
    return path


def reads(path: Path) -> tuple[str, ...]:
    """Names of the tables that a SQL file reads."""
    return tuple(table.name for table in read_query(path).reads)


def query(tables: Tables, path: Path, variables: Variables) -> pl.DataFrame:
    return select(tables, read_query(path), variables)


def test_brackets_in_the_path_of_a_lake_are_no_wildcards(tmp_path: Path) -> None:
    path = write_sql(tmp_path, "select count(*) as n from weights")
    for name, count in (("x [v2]", 2), ("x v", 3), ("a*", 1), ("ab", 0)):
        lake = Lake(tmp_path / name)
        lake.write(WEIGHTS, read_weights().head(count))
        assert (query(lake, path, {}).item(), lake.count_rows(WEIGHTS), lake.read(WEIGHTS).height) == (count, count, count)
    assert query(Lake(tmp_path / "a*"), path, {}).item() == 1


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("select * from signals", ("signals",)),
        ("select * from signals inner join stories on true left join weights on true", ("signals", "stories", "weights")),
        ("select * from (select * from signals) as found", ("signals",)),
        ("select 1 from weights where exists (select 1 from signals where kind in (select kind from baseline))",
         ("baseline", "signals", "weights")),
        ("select (select max(index_date) from coverage) as last_day", ("coverage",)),
        ("select 1 from signals union all select 1 from stories", ("signals", "stories")),
        ("with found as (select * from signals) select * from found", ("signals",)),
        ("with recursive walk as (select 1 as n from signals union select n from walk) select * from walk", ("signals",)),
        ("select * from signals as stories", ("signals",)),
        ("select 'stories' as signals", ()),
        ("select * from range(3)", ()),
    ],
)  # fmt: skip
def test_a_model_depends_on_the_tables_that_it_reads(tmp_path: Path, sql: str, tables: tuple[str, ...]) -> None:
    assert reads(write_sql(tmp_path, sql)) == tables


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("with stories as (select 1 as n) select * from stories", ()),
        ("with stories as (select * from signals) select * from stories inner join weights on true", ("signals", "weights")),
        ("with stories as (select * from stories) select * from stories", ("stories",)),
        ("with signals as (select 1 as n), found as (select * from signals) select * from found", ()),
        ("with found as (select * from signals), signals as (select 1 as n) select * from found, signals", ("signals",)),
        ("with recursive signals as (select 1 as n union select n + 1 from signals where n < 3) select * from signals", ()),
        ("select * from (with signals as (select 1 as n) select * from signals) as inside, signals", ("signals",)),
        ("with signals as (select 1 as n) select * from (select * from signals) as inside", ()),
    ],
)
def test_a_common_table_expression_hides_a_table_in_its_scope(tmp_path: Path, sql: str, tables: tuple[str, ...]) -> None:
    assert reads(write_sql(tmp_path, sql)) == tables


def test_every_file_parses_and_reads_tables_of_the_contracts() -> None:
    assert [path.stem for path in FILES if not reads(path)] == []


def test_every_file_starts_with_a_comment() -> None:
    heads = {path.stem: path.read_text(encoding="utf-8").splitlines()[0] for path in FILES}
    assert {name: head for name, head in heads.items() if not head.startswith("-- ") or len(head) <= len("-- asset: ")} == {}


def test_every_model_makes_a_table_of_its_layer() -> None:
    layers = dict.fromkeys(("vintages", "measures", "threats", "audit", "crosscheck"), "index")
    folders = {path.stem: path.parent.name for path in model_files()}
    assert {name: TABLES[name].layer for name in folders} == {name: layers.get(folder, folder) for name, folder in folders.items()}


@pytest.mark.parametrize(
    ("value", "sql", "answer"),
    [
        (7.5, "getvariable('value') * 2", 15.0),
        (date(2024, 2, 29), "getvariable('value') + 1", date(2024, 3, 1)),
        (["CHN-USA", "EUN-USA"], "len(getvariable('value'))", 2),
        ("it's; drop table weights --", "getvariable('value')", "it's; drop table weights --"),
        (None, "getvariable('value') is null", True),
    ],
)
def test_variables_reach_the_sql_as_values(tmp_path: Path, value: Any, sql: str, answer: Any) -> None:
    assert query(Lake(tmp_path), write_sql(tmp_path, f"select {sql} as answer"), {"value": value}).item() == answer


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("select 1 as n", ()),
        ("select getvariable('pairs') as n, getvariable('eta') as m", ("eta", "pairs")),
        ("select 1 as n where 2 > (select GETVARIABLE ( 'eta' ))", ("eta",)),
        ("select 'getvariable(''eta'')' as n -- getvariable('eta')", ()),
        ("select is_read_by_another('a', 'b', 'c', 'd', 'e') as n", ()),
    ],
)
def test_a_query_lists_variables_also_of_its_functions(tmp_path: Path, sql: str, names: tuple[str, ...]) -> None:
    assert read_query(write_sql(tmp_path, sql)).variables == names


def test_a_computed_variable_name_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.sql: getvariable\(\) takes the name of one variable"):
        read_query(write_sql(tmp_path, "select getvariable('half_' || 'life') as n"))


def test_a_variable_that_is_not_set_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.sql: reads the variables \['eta'\], which are not set"):
        query({}, write_sql(tmp_path, "select getvariable('eta') as n"), {"pairs": []})


def test_queries_do_not_share_tables_or_variables(tmp_path: Path) -> None:
    query({}, write_sql(tmp_path, "select getvariable('eta') as n from weights"), {"eta": 1})
    assert (
        query({WEIGHTS.name: read_weights()}, write_sql(tmp_path, "select count(*) as n from weights"), {}).item() == read_weights().height
    )
    assert query({}, write_sql(tmp_path, "select count(*) as n from weights"), {}).item() == 0
    with pytest.raises(ModelError, match="'eta'"):
        query({}, write_sql(tmp_path, "select getvariable('eta') as n from weights"), {})


def test_a_query_above_the_memory_limit_writes_to_the_disk_of_the_lake(tmp_path: Path) -> None:
    """The working folder may be read-only; in a process of its own, because DuckDB keeps the first folder that it wrote to."""
    program = """
from pathlib import Path
from pipeline.warehouse import sql
from pipeline.warehouse.lake import Lake
sql._database(1).sql("set memory_limit = '60MB'")
rows = sql.select(Lake(Path("it's a lake")), sql.read_query(Path("model.sql")), {})
print(rows.item(), [path.name for path in Path("it's a lake").iterdir()])
"""
    rows = "select distinct hash(range) as one, range || repeat('x', 50) as other from range(1000000) left join coverage on false"
    write_sql(tmp_path, f"from ({rows}) select count(*)")
    (tmp_path / "it's a lake").mkdir()
    (tmp_path / ".tmp").touch()  # DuckDB's default, which cannot be made
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1000000 ['.duckdb']\n", "")
    assert not list((tmp_path / "it's a lake").iterdir())


def test_a_replaced_file_is_read_again(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    path = write_sql(tmp_path, "select sum(weight) as total from weights")
    lake.write(WEIGHTS, read_weights())
    once = query(lake, path, {}).item()
    lake.write(WEIGHTS, read_weights().with_columns(weight=pl.col("weight") * 2))
    assert query(lake, path, {}).item() == pytest.approx(2 * once)


def test_tables_that_are_not_in_the_lake_are_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(WEIGHTS, read_weights())
    path = write_sql(tmp_path, "select (select count(*) from weights) as written, (select count(*) from coverage) as not_written")
    assert query(lake, path, {}).row(0) == (read_weights().height, 0)


def test_a_table_without_a_frame_is_empty() -> None:
    (path,) = [path for path in model_files() if path.stem == STORY_MASS.name]
    assert select_table({WEIGHTS.name: read_weights()}, read_query(path), STORY_MASS, METHOD).equals(STORY_MASS.empty())


def test_instants_are_converted_to_days_in_utc(tmp_path: Path) -> None:
    path = write_sql(tmp_path, "select (timestamptz '2025-04-04 23:30:00+00')::date as index_date")
    assert query(Lake(tmp_path), path, {}).item() == date(2025, 4, 4)


def test_invalid_sql_is_an_error_with_the_file(tmp_path: Path) -> None:
    path = write_sql(tmp_path, "select no_such_column from coverage")
    with pytest.raises(ModelError, match=r"model\.sql: .*no_such_column"):
        query(Lake(tmp_path), path, {})


def test_sql_that_fails_on_its_rows_is_an_error_with_the_file(tmp_path: Path) -> None:
    path = write_sql(tmp_path, "select 'soon'::date as index_date")
    with pytest.raises(ModelError, match=r"model\.sql: .*soon"):
        query(Lake(tmp_path), path, {})


@pytest.mark.parametrize("sql", ["select from where", "create table x (n int)", ""])
def test_sql_that_is_no_query_is_an_error_with_the_file(tmp_path: Path, sql: str) -> None:
    with pytest.raises(ModelError, match=r"model\.sql: "):
        reads(write_sql(tmp_path, sql))


def test_a_damaged_parquet_file_is_an_error_with_both_files(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(WEIGHTS, read_weights())
    (tmp_path / "weights" / "weights.parquet").write_bytes(b"half a file")
    with pytest.raises(ModelError, match=r"model\.sql: .*weights\.parquet"):
        query(lake, write_sql(tmp_path, "select * from weights"), {})


def coverage_of(accepted: str) -> str:
    return (
        f"select timestamp '2025-04-04' as index_date, 'A' as source, 1 as article_count, {accepted} as accepted, "
        "0 as duplicate, 0 as quarantined"
    )


def test_types_that_duckdb_widened_are_cast_to_the_contract(tmp_path: Path) -> None:
    rows = select_table(Lake(tmp_path), read_query(write_sql(tmp_path, coverage_of(accepted="sum(1)"))), COVERAGE, {})
    assert rows.schema == COVERAGE.schema
    assert rows.row(0) == (date(2025, 4, 4), "A", 1, 1, 0, 0)


def test_rows_sorted_by_column_equal_rows_sorted_at_once(tmp_path: Path) -> None:
    path = write_sql(
        tmp_path,
        "select date '2025-04-04' + number * 7 % 10 as index_date, chr(65 + number % 3) as source, number as article_count, "
        "number * 2 as accepted, 0 as duplicate, nullif(number, 3) as quarantined from (select unnest(range(10))::integer as number)",
    )
    unsorted = query(Lake(tmp_path), path, {}).cast(COVERAGE.schema)
    rows = select_table(Lake(tmp_path), read_query(path), COVERAGE, {})
    assert rows.equals(COVERAGE.conform(unsorted))
    assert not rows.equals(unsorted)


def test_a_model_without_a_column_of_its_table_is_an_error(tmp_path: Path) -> None:
    query = read_query(write_sql(tmp_path, "select 1 as accepted"))
    with pytest.raises(ModelError, match=r"model\.sql: the query yields no column \['index_date', 'source'"):
        select_table(Lake(tmp_path), query, COVERAGE, {})


def test_a_model_with_values_of_another_type_is_an_error(tmp_path: Path) -> None:
    query = read_query(write_sql(tmp_path, coverage_of(accepted="'many'")))
    with pytest.raises(ContractError, match=r"model\.sql: the query's types do not fit table coverage"):
        select_table(Lake(tmp_path), query, COVERAGE, {})


@pytest.mark.parametrize("value", ["1.5", "1.5::double", "avg(1)", "1e0"])
def test_a_whole_number_is_not_cut_off_from_a_fraction(tmp_path: Path, value: str) -> None:
    query = read_query(write_sql(tmp_path, coverage_of(accepted=value)))
    with pytest.raises(ContractError, match=r"numbers with fractions for \['accepted'\] of table coverage; cast them"):
        select_table(Lake(tmp_path), query, COVERAGE, {})


def test_views_read_published_tables_only(small: Built) -> None:
    assert [(path.stem, name) for path in VIEWS for name in reads(path) if not TABLES[name].published] == []
    assert [path.stem for path in VIEWS if query(small.lake, path, {}).width < 2] == []


def test_views_and_macros_have_no_function_that_duckdb_1_1_lacks() -> None:
    assert [path.stem for path in (*VIEWS, *MACROS) if re.search(r"(?<![\w.])if\(", path.read_text(encoding="utf-8"))] == []


def test_macros_have_a_comment_and_the_name_of_their_file() -> None:
    for path in MACROS:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- "), path.stem
        assert f"create macro {path.stem}(" in text, path.stem
        assert re.search(r"\)(?: as table\n|\nas )", text), path.stem


def test_the_view_today_has_the_newest_day(small: Built) -> None:
    rows = query(small.lake, SQL / "views" / "today.sql", {})
    assert rows["index_date"].to_list() == [date(2025, 4, 11)]


def test_a_query_through_a_view_reads_the_tables_of_the_view(tmp_path: Path) -> None:
    path = write_sql(tmp_path, "select * from contributions inner join signals using (signal_id)")
    assert reads(path) == ("channel_daily", "signals", "story_mass")
    assert read_query(path).views == ("contributions",)


def many_signals() -> dict[str, pl.DataFrame]:
    """Enough signals for DuckDB to use several threads: 200 stories of four days and 200 owners, each mass a sum of hundreds."""
    numbers = pl.DataFrame({"number": range(250_000)})
    story_no = pl.col("number") % 200
    story = {"story_id": pl.format("A:2025-04-04:{}", story_no), "index_date": pl.lit(date(2025, 4, 4)) + pl.duration(days=story_no % 4)}
    signals = numbers.join(SIGNALS.example().drop("kind", "instrument", "probability"), how="cross").with_columns(
        **story,
        signal_id=pl.format("{}", pl.col("number") + 10**9),
        article_id=pl.format("A:2025-04-04:{}", pl.col("number") % 20_000),
        kind=pl.lit(list(KIND.words)).list.get(pl.col("number") // 200 % len(KIND.words)),
        instrument=pl.lit(list(INSTRUMENT.words)).list.get(pl.col("number") // 3000 % len(INSTRUMENT.words)),
        probability=0.2 + (pl.col("number") * 7919 % 10_007) / 20_000,
    )
    stories = numbers.head(200).join(STORIES.example(), how="cross").with_columns(**story)
    articles = (
        numbers.head(20_000)
        .join(STORY_ARTICLES.example(), how="cross")
        .with_columns(
            **story,
            article_id=pl.format("A:2025-04-04:{}", pl.col("number")),
            source_owner=pl.format("Owner {}", story_no),
            known_on=story["index_date"],
        )
    )
    coverage = pl.concat(COVERAGE.example().with_columns(index_date=pl.lit(day)) for day in Days(date(2025, 4, 4), date(2025, 4, 7)))
    frames = ((SIGNALS, signals), (STORIES, stories), (STORY_ARTICLES, articles), (COVERAGE, coverage))
    return {table.name: frame.select(table.schema.names()) for table, frame in frames}


@pytest.mark.slow
def test_models_on_all_threads_give_the_same_bits() -> None:
    frames = build_tables(many_signals(), [INDEX_DAILY], METHOD)
    queries = [query for path in model_files() if (query := read_query(path)).runs_on_all_threads]
    assert {query.path.stem for query in queries} >= {"story_mass", "daily_mass", "movement_daily", "index_daily"}
    for query in queries:
        table = TABLES[query.path.stem]
        one, four = (
            table.conform(select(frames, query, METHOD, threads).select(table.schema.names()).cast(table.schema)) for threads in (1, 4)
        )
        assert one.height > (500 if query.path.stem == "story_mass" else 3)
        assert_frame_equal(one, four, check_exact=True)


def test_models_on_all_threads_use_the_cores_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []

    def select_nothing(*arguments: Any) -> pl.DataFrame:
        threads.append(arguments[-1])
        return WEIGHTS.empty()

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 4}, raising=False)
    monkeypatch.setattr(sql, "select", select_nothing)
    for text in ("select 1", "-- threads: all\nselect 1"):
        select_table({}, Query(Path("model.sql"), text, (), (), ()), WEIGHTS, {})
    assert threads == [1, 3]


def test_a_query_version_changes_only_with_the_text(tmp_path: Path) -> None:
    first = query_version(read_query(write_sql(tmp_path, "select 1")))
    assert first == query_version(read_query(write_sql(tmp_path, "select 1")))
    assert first != query_version(read_query(write_sql(tmp_path, "select 2")))
    assert len(first) == 12


def test_a_query_version_changes_with_a_view(monkeypatch: pytest.MonkeyPatch) -> None:
    query = read_query(SQL / "views" / "top_stories.sql")
    assert query.views
    before = query_version(query)
    monkeypatch.setattr("pipeline.warehouse.sql._view_file", lambda _: SQL / "views" / "top_stories.sql")
    assert query_version(query) != before
