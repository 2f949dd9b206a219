"""Runs the files of `sql/` in DuckDB over tables.

Tables are those of the lake, or frames. A model is a step that makes tables; here it is a file, which makes one. Belongs here: which file
makes which table, what a file reads, and the rows of its result. Does not: tables made in Python and the order of models
(`pipeline/models`), or storing rows. DuckDB runs on one thread, unless a file says otherwise (`ALL_THREADS`), since sums of doubles over
several threads differ in the last bit.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, lru_cache
from glob import escape
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl
import pyarrow as pa

from pipeline.contracts.model import ContractError, Table, is_sorted
from pipeline.contracts.tables import TABLES, VIEWS
from pipeline.cores import count_cores
from pipeline.errors import TensionError
from pipeline.settings import shipped_folder
from pipeline.warehouse.home import TEMPORARY
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.parse_tree import iter_nodes

#: Folders of `sql/` whose files are no models.
NOT_MODELS = frozenset({"checks", "views", "macros", "functions"})

#: Comment line of a SQL file without sums of doubles, whose rows are the same on any number of threads.
ALL_THREADS = "-- threads: all"

# A daily table with more bytes in files is read from them by each query. In memory a smaller one takes up to nine times its bytes, so that
# those of `_read_once` take less than a gigabyte.
_MOST_BYTES = 12_000_000

Tables = Lake | Mapping[str, pl.DataFrame]  # the lake, or frames by table name (a missing table is empty)
Variables = Mapping[str, Any]


class ModelError(TensionError, RuntimeError):
    """A model or SQL file is missing, invalid or failed.

    The message names it and says why.
    """


class Query(NamedTuple):
    """A parsed SQL file, with the names of what it reads.

    `reads`: tables, including those that its views read; `variables`: DuckDB variables, including those that its SQL functions read;
    `views`: the views of `sql/views` that its own text names. All are sorted.
    """

    path: Path
    text: str
    reads: tuple[Table, ...]
    variables: tuple[str, ...]
    views: tuple[str, ...]

    @property
    def runs_on_all_threads(self) -> bool:
        """Whether the file has the line `-- threads: all`."""
        return ALL_THREADS in self.text.splitlines()


class Macro(NamedTuple):
    """A file of `sql/macros`.

    `required`: number of its parameters without a default; `query`: its body if it returns a table, None if it returns a value.
    """

    required: int
    query: Query | None


def model_files() -> list[Path]:
    """List the files of `sql/` that make the table of their name."""
    return sorted(path for path in shipped_folder("sql").glob("*/*.sql") if path.parent.name not in NOT_MODELS)


def read_query(path: Path) -> Query:
    """Read a SQL file and find what it reads, by DuckDB's parser.

    Parameters are DuckDB variables such as `getvariable('half_life_days')`. `ModelError` when the file is no query.
    """
    return _read_text(path, path.read_text(encoding="utf-8"))


def read_macro(path: Path) -> Macro:
    """Read a file of `sql/macros`.

    `ModelError` when it does not define the macro of its name.
    """
    text = path.read_text(encoding="utf-8")
    match = re.search(rf"^create macro {path.stem}\(([^)]*)\)\s*as (table\n)?(.*)", text, flags=re.DOTALL | re.MULTILINE)
    if match is None:
        raise ModelError(f"{path}: does not create the macro {path.stem}")
    parameters, is_table, body = match.groups()
    required = sum(bool(name.strip()) and ":=" not in name for name in parameters.split(","))
    return Macro(required, _read_text(path, body) if is_table else None)


@cache
def _read_text(path: Path, text: str) -> Query:
    """Parse a query, and find its tables, views and variables.

    The tables include those that its views read. Other names are ignored. `path`: its file. A text is parsed once per process.
    """
    tree = _parse(str(path), text)
    names = set(_iter_table_names(tree))
    views = sorted(names & VIEWS.keys())
    reads = (names & TABLES.keys()).union(*({table.name for table in read_query(_view_file(view)).reads} for view in views))
    variables = _find_variables(str(path), tree)
    return Query(path, text, tuple(TABLES[name] for name in sorted(reads)), tuple(sorted(variables)), tuple(views))


def _view_file(name: str) -> Path:
    """Return the path of a view's SQL file."""
    return shipped_folder("sql") / "views" / f"{name}.sql"


def query_version(query: Query) -> str:
    """Compute a hash of a query, its views and all SQL functions.

    It is the first twelve hexadecimal digits of the SHA-256. All files of `sql/functions` count, because the query may call them
    indirectly; of the views only those that its text names.
    """
    views = (_view_file(name).read_text(encoding="utf-8") for name in query.views)
    return hashlib.sha256("".join((query.text, *views, *_function_texts())).encode()).hexdigest()[:12]


def select(tables: Tables, query: Query, variables: Variables, threads: int = 1) -> pl.DataFrame:
    """Run a query on tables, and return its rows in its order.

    `tables`: the lake, or frames by table name; missing ones are empty. `variables`: values by name; it may have more than the query reads.
    `threads`: more than one can change the last bit of sums. `ModelError` when a variable is not set or DuckDB fails.
    """
    if missing := [name for name in query.variables if name not in variables]:
        raise ModelError(f"{query.path}: reads the variables {missing}, which are not set; see pipeline/index/parameters.py")
    try:
        with _connect(tables, query, variables, threads) as connection:
            rows: pl.DataFrame = connection.sql(query.text).pl()
        if isinstance(tables, Lake):  # frames are small, as they are in memory already
            _release_memory(threads)
    except duckdb.Error as error:
        raise ModelError(f"{query.path}: {error}") from error
    return rows


def select_table(tables: Tables, query: Query, table: Table, variables: Variables) -> pl.DataFrame:
    """Run the query that makes `table`.

    Returns the contract's columns in its order, without others, sorted by key. Values are cast to the contract's types, because DuckDB
    widens some (e.g. sums to hugeint). `ModelError` when a column is missing, `ContractError` when a value cannot be cast, or a whole
    number may have a fraction.
    """
    threads = count_cores() if query.runs_on_all_threads else 1
    frame = select(tables, query, variables, threads)
    missing = [name for name in table.schema if name not in frame.columns]
    if missing:
        raise ModelError(f"{query.path}: the query yields no column {missing}, which table {table.name} has")
    fractions = [name for name, dtype in table.schema.items() if dtype.is_integer() and _may_have_fractions(frame.schema[name])]
    if fractions:
        raise ContractError(f"{query.path}: the query yields numbers with fractions for {fractions} of table {table.name}; cast them in it")
    try:
        frame = frame.select(pl.col(name).cast(dtype, strict=True) for name, dtype in table.schema.items())
    except pl.exceptions.PolarsError as error:
        raise ContractError(f"{query.path}: the query's types do not fit table {table.name}: {error}") from error
    return frame if is_sorted(frame, table.key) else _sort_by_column(frame, table.key)


def _sort_by_column(frame: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Sort rows by key, nulls last, and remove all columns from `frame`.

    Each column is freed before the next is sorted, so that unsorted and sorted rows are never both in memory.
    """
    order = frame.select(pl.arg_sort_by(key, nulls_last=True)).to_series()
    return pl.DataFrame([frame.drop_in_place(name).gather(order) for name in frame.columns])


def _may_have_fractions(dtype: pl.DataType) -> bool:
    return dtype.is_float() or (isinstance(dtype, pl.Decimal) and dtype.scale > 0)


def select_view(tables: Tables, view: Table, day: date) -> pl.DataFrame:
    """Select the rows of one `index_date` from a view, one of `VIEWS`.

    `ModelError` if DuckDB fails.
    """
    query = read_query(_view_file(view.name))
    try:
        with _connect(tables, query._replace(views=(view.name,)), {}, 1) as connection:
            rows: pl.DataFrame = connection.sql(f"from {view.name} where index_date = $day", params={"day": day}).pl()
    except duckdb.Error as error:
        raise ModelError(f"{query.path}: {error}") from error
    return rows


@cache
def _database(threads: int) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with the functions of `sql/functions`.

    Its time zone is UTC. It is opened once per process and number of threads, since opening takes longer than most queries. The file cache
    is off because files of the lake are replaced under the same names.
    """
    database = duckdb.connect(":memory:", config={"threads": threads, "enable_external_file_cache": False})
    database.sql("load icu")
    database.sql("set global TimeZone = 'UTC'")
    for text in _function_texts():
        database.sql(text)
    return database


@cache
def _set_temporary_folder(threads: int, root: Path) -> None:
    """Let queries above the memory limit write to the lake's disk.

    `root`: the folder of the lake. DuckDB's default is the working folder, which may be read-only, as in the container. Once it has written
    there, it keeps its folder, also for another lake.
    """
    path = str(root.resolve() / TEMPORARY).replace("'", "''")
    with _database(threads).cursor() as connection, suppress(duckdb.NotImplementedException):
        connection.sql(f"set temp_directory = '{path}'")


@cache
def _memory_limit(threads: int) -> str:
    """Return the memory limit with which the database was opened.

    It is read only once: DuckDB rounds it down in this text, so that setting it to the current text again and again would lower it.
    """
    with _database(threads).cursor() as connection:
        ((limit,),) = connection.sql("select current_setting('memory_limit')").fetchall()
    return str(limit)


def _release_memory(threads: int) -> None:
    """Return memory that DuckDB no longer uses to the operating system.

    For example, it is 1 GB after the query for the weights (masses) of 2 million signals. DuckDB reserves freed memory for later queries
    until its limit is set again, even to the same value.
    """
    with _database(threads).cursor() as connection:
        connection.sql(f"set memory_limit = '{_memory_limit(threads)}'")


def _connect(tables: Tables, query: Query, variables: Variables, threads: int) -> duckdb.DuckDBPyConnection:
    """Open a connection with the query's tables, views and variables.

    It is a cursor of the shared database with its own views and variables. Tables without files or frames are empty.
    """
    connection = _database(threads).cursor()
    if isinstance(tables, Lake):
        _set_temporary_folder(threads, tables.root)
    for table in query.reads:
        if not isinstance(tables, Lake):
            connection.register(table.name, tables.get(table.name, table.empty()).to_arrow())
        elif files := tables.files(table):
            connection.register(table.name, _open_files(connection, files))
        else:
            connection.register(table.name, table.empty().to_arrow())
    for name in query.views:
        connection.sql(f"create temp view {name} as {_view_file(name).read_text(encoding='utf-8')}")
    for name in query.variables:
        value = variables[name]
        if value is None:
            connection.sql(f"set variable {name} = null")
        else:
            connection.sql(f"set variable {name} = $value", params={"value": value})
    return connection


def _open_files(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> duckdb.DuckDBPyRelation | pa.Table:
    """Return the rows of a table's files, perhaps from memory.

    A small daily table is read into memory once: to open its files takes longer than most queries.
    """
    states = [path.stat() for path in files]
    if len(files) == 1 or sum(state.st_size for state in states) > _MOST_BYTES:
        return open_parquet(connection, files)
    return _read_once(tuple((path, state.st_ino, state.st_mtime_ns, state.st_size) for path, state in zip(files, states, strict=True)))


@lru_cache(maxsize=8)  # tables
def _read_once(files: tuple[tuple[Path, int, int, int], ...]) -> pa.Table:
    """Read Parquet files, again only if one changed.

    `files`: of each file its path, number (inode), time of change in nanoseconds and size; the lake replaces a file by a new one.
    """
    with _database(1).cursor() as connection:
        return open_parquet(connection, [path for path, *_ in files]).to_arrow_table()


def open_parquet(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> duckdb.DuckDBPyRelation:
    """Return the rows of some Parquet files, as a relation.

    Characters such as `[` in their paths are no wildcards.
    """
    return connection.from_parquet([escape(str(path)) for path in files], hive_partitioning=False)


@cache
def _function_texts() -> tuple[str, ...]:
    """Return the texts of the files of `sql/functions`, sorted by name."""
    return tuple(path.read_text(encoding="utf-8") for path in sorted((shipped_folder("sql") / "functions").glob("*.sql")))


@cache
def _function_variables() -> Mapping[str, frozenset[str]]:
    """Find the variables that each function of `sql/functions` reads, by its name.

    Variables of the functions that it calls count as well.
    """
    with _database(1).cursor() as connection:
        definitions = dict(
            connection.sql(
                "select function_name, macro_definition from duckdb_functions() where function_type = 'macro' and not internal"
            ).fetchall()
        )
    calls = {name: _list_function_calls(_parse(f"function {name}", f"select {definition}")) for name, definition in definitions.items()}

    def variables(name: str) -> frozenset[str]:
        called = {function["function_name"] for function in calls[name]} & calls.keys()
        return _find_own_variables(f"function {name}", calls[name]).union(*(variables(other) for other in called))

    return {name: variables(name) for name in calls}


def _parse(name: str, text: str) -> Any:
    """Parse a query into DuckDB's parse tree, as decoded JSON.

    `name`: what the text is, for the message. `ModelError` if it is empty, or DuckDB cannot parse it as `select` statements.
    """
    with _database(1).cursor() as connection:
        ((serialized,),) = connection.sql("select json_serialize_sql($sql)", params={"sql": text}).fetchall()
    tree = json.loads(serialized)
    if tree["error"]:
        raise ModelError(f"{name}: DuckDB cannot parse it: {tree.get('error_message')}")
    if not tree["statements"]:
        raise ModelError(f"{name}: contains no query")
    return tree


def _find_variables(name: str, tree: Any) -> frozenset[str]:
    """Find the variables that a query reads, itself or through functions.

    `tree`: from `_parse`; `name`: what the query is, for the message of an error. Raises `ModelError` as `_find_own_variables` does.
    """
    calls = _list_function_calls(tree)
    called = {function["function_name"] for function in calls} & _function_variables().keys()
    return _find_own_variables(name, calls).union(*(_function_variables()[function] for function in called))


def _find_own_variables(name: str, calls: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Find the variables that a query reads by calls of `getvariable('name')`.

    `calls`: all function calls of the query; calls inside the SQL functions that it uses are left to `_find_variables`. `name`: what the
    query is, for the message. Raises `ModelError` if an argument is not one string literal.
    """
    arguments = [function["arguments"] for function in calls if function["function_name"] == "getvariable"]
    try:
        return frozenset(argument["expression"]["literal"]["text"] for (argument,) in arguments)
    except (KeyError, ValueError) as error:
        raise ModelError(f"{name}: getvariable() takes the name of one variable, written as a string") from error


def _list_function_calls(tree: Any) -> list[dict[str, Any]]:
    """List the nodes of function calls in a parse tree.

    A node is a dictionary with `function_name`, `arguments` and more, as DuckDB serializes it.
    """
    return [node for node in iter_nodes(tree) if node.get("class") == "FUNCTION"]


def _iter_table_names(node: Any, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """Iterate over names of tables and views in a parse tree.

    A name may come several times. Names of common table expressions are left out; `hidden` has those of the enclosing
    query.
    """
    if isinstance(node, list):
        for value in node:
            yield from _iter_table_names(value, hidden)
    if not isinstance(node, dict):
        return
    if node.get("type") == "BASE_TABLE" and node["table_name"] not in hidden:
        yield node["table_name"]
    if node.get("type") == "RECURSIVE_CTE_NODE":
        hidden |= {node["cte_name"]}
    for expression in (node.get("cte_map") or {}).get("map", ()):  # each table expression sees those before it, the query sees all
        yield from _iter_table_names(expression["value"], hidden)
        hidden |= {expression["key"]}
    for key, value in node.items():
        if key != "cte_map" and isinstance(value, dict | list):
            yield from _iter_table_names(value, hidden)
