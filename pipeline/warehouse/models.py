"""Runs the SQL of `sql/` over the lake, or over frames, in memory. One file is one model and makes the table of its name.

What a model reads is taken from DuckDB's own parse tree, so the graph of assets cannot drift from the SQL. Parameters are DuckDB
variables (`getvariable('half_life_days')`), never text pasted into SQL. One thread: sums of doubles over several threads differ in
the last bit from run to run, and published files must not.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables import TABLES
from pipeline.settings import shipped
from pipeline.warehouse.lake import Lake

#: Folders of `sql/` whose files make no table.
NOT_MODELS = frozenset({"checks", "views", "macros", "functions"})

#: About as many rows of a large table are made, audited and written at a time.
ROWS_AT_ONCE = 1_000_000


class ModelError(RuntimeError):
    """A SQL file is missing, unreadable or failed; the message names the file and what DuckDB said."""


def sql_file(name: str) -> Path:
    """The one file under `sql/` that makes the table of that name; `ModelError` when there is none or more than one."""
    found = sorted(path for path in shipped("sql").glob(f"*/{name}.sql") if path.parent.name not in NOT_MODELS)
    if len(found) != 1:
        raise ModelError(f"expected one SQL file for table {name!r} under {shipped('sql')}, found {[str(path) for path in found]}")
    return found[0]


@cache
def dependencies(path: Path) -> tuple[str, ...]:
    """Tables of the contracts that a SQL file reads, in alphabetical order, from DuckDB's parse tree."""
    with duckdb.connect(":memory:") as con:
        ((text,),) = con.sql("select json_serialize_sql($sql)", params={"sql": path.read_text(encoding="utf-8")}).fetchall()
    tree = json.loads(text)
    if tree["error"]:
        raise ModelError(f"{path}: DuckDB cannot parse it: {tree.get('error_message')}")
    if not tree["statements"]:
        raise ModelError(f"{path}: holds no query")
    return tuple(sorted({name for name in _tables(tree) if name in TABLES}))


def _tables(node: Any, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names of the tables that a part of the parse tree reads; `hidden`: names that common table expressions around it have taken."""
    if isinstance(node, list):
        for value in node:
            yield from _tables(value, hidden)
    if not isinstance(node, dict):
        return
    if node.get("type") == "BASE_TABLE" and node["table_name"] not in hidden:
        yield node["table_name"]
    if node.get("type") == "RECURSIVE_CTE_NODE":
        hidden |= {node["cte_name"]}
    for expression in (node.get("cte_map") or {}).get("map", ()):  # each sees those before it, the query sees all
        yield from _tables(expression["value"], hidden)
        hidden |= {expression["key"]}
    for key, value in node.items():
        if key != "cte_map":
            yield from _tables(value, hidden)


Tables = Lake | Mapping[str, pl.DataFrame]  # where a model finds what it reads: on disk, or frames by name (a table without one is empty)


@cache
def takes_parameters(path: Path) -> bool:
    """Whether a SQL file reads a variable, itself or by a function of `sql/functions`. Models of trade figures read none: they can be made
    before any article is read."""
    names = {"getvariable", *(name for name, text in _functions().items() if "getvariable(" in text)}
    text = path.read_text(encoding="utf-8")
    return any(f"{name}(" in text for name in names)


@cache
def _functions() -> Mapping[str, str]:
    """What the files of `sql/functions` say, by name: rules that more than one model asks for."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((shipped("sql") / "functions").glob("*.sql"))}


def _engine(lake: Tables, tables: tuple[str, ...], variables: Mapping[str, Any], threads: int) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:", config={"threads": threads})
    con.sql("load icu")
    con.sql("set TimeZone = 'UTC'")
    for text in _functions().values():
        con.sql(text)
    for name in tables:
        table = TABLES[name]
        if not isinstance(lake, Lake):
            con.register(name, lake.get(name, table.empty()).to_arrow())
        elif files := lake.files(table):
            con.from_parquet([str(path) for path in files], hive_partitioning=False).create_view(name)
        else:
            con.register(name, table.empty().to_arrow())
    for name, value in variables.items():
        con.sql(f"set variable {name} = $value", params={"value": value}) if value is not None else con.sql(f"set variable {name} = null")
    return con


def query(lake: Tables, path: Path, variables: Mapping[str, Any], threads: int = 1) -> pl.DataFrame:
    """Rows of one SQL file over the lake. `ModelError` names the file when DuckDB refuses it or a file of the lake that it reads."""
    tables = dependencies(path)
    try:
        with _engine(lake, tables, variables, threads) as con:
            rows: pl.DataFrame = con.sql(path.read_text(encoding="utf-8")).pl()
    except duckdb.Error as error:
        raise ModelError(f"{path}: {error}") from error
    return rows


def run(lake: Tables, table: Table, variables: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of the model that makes `table`, in the contract's column order. `ModelError` when columns are missing or mistyped.

    Whole numbers and dates that DuckDB widens (hugeint sums, timestamps) are brought to the contract's type where that loses nothing.
    """
    path = sql_file(table.name)
    threads = (os.cpu_count() or 1) if table.files_by_year else 1  # such a table holds no sums, and its rows are put in order of the key
    frame = query(lake, path, variables, threads)
    missing = [name for name in table.schema if name not in frame.columns]
    if missing:
        raise ModelError(f"{path}: the query yields no column {missing}, which table {table.name} has")
    try:
        return frame.select(pl.col(name).cast(dtype, strict=True) for name, dtype in table.schema.items())
    except pl.exceptions.PolarsError as error:
        raise ContractError(f"{path}: the query's types do not fit table {table.name}: {error}") from error


def run_in_parts(lake: Tables, table: Table, variables: Mapping[str, Any], read: Days) -> Iterator[pl.DataFrame]:
    """The rows of a table that is too large to be held at once, by consecutive spans of days within a year, about `ROWS_AT_ONCE` a time.

    The model takes its span from the variables `first_day` and `last_day`. How long the next one is follows from how much the last held;
    it is made while the last is looked at and written, so two parts are held at a time.
    """

    def of(first: date, length: int) -> tuple[Days, pl.DataFrame]:
        days = Days(first, min(first + timedelta(days=length - 1), read.last, date(first.year, 12, 31)))
        return days, run(lake, table, {**variables, "first_day": days.first, "last_day": days.last})

    with ThreadPoolExecutor(1, "next part") as ahead:
        coming: Future[tuple[Days, pl.DataFrame]] | None = ahead.submit(of, read.first, 31)
        while coming:
            days, rows = coming.result()
            length = max(1, min(366, len(days) * ROWS_AT_ONCE // max(rows.height, 1)))
            coming = ahead.submit(of, days.last + timedelta(days=1), length) if days.last < read.last else None
            yield rows


def fingerprint(path: Path) -> str:
    """First twelve hex digits of the sha256 of the SQL text and of all functions: the version of the model."""
    return hashlib.sha256("".join((path.read_text(encoding="utf-8"), *_functions().values())).encode()).hexdigest()[:12]
