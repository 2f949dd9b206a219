"""The process in which SQL written by others runs.

`restricted.py` starts it, and ends it when time is out. It reads one request as JSON from standard input and writes one answer as JSON. It
is a process because DuckDB cannot interrupt a single call of a function, and its memory cannot be limited otherwise. It imports little, so
that it starts in a quarter of a second.
"""

import json
import math
import resource
import sys
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from pipeline.errors import TensionError
from pipeline.warehouse.parse_tree import iter_nodes

#: Most address space of the process, in bytes. DuckDB stops at `MEMORY`, but does not count everything.
_ADDRESS_SPACE = 6 * 2**30
MEMORY = "1GB"
#: Longest text of one value; longer ones are cut.
_LONGEST_TEXT = 4000

#: Table functions that a query may call, apart from the macros of the release.
_TABLE_FUNCTIONS = {"generate_series", "range", "unnest"}
_SETTING = "current_setting"
#: What names of DuckDB's own tables begin with.
_INTERNAL = ("duckdb_", "pg_", "pragma_", "sqlite_")

#: No files, network, extensions or Python objects; no temporary files. Fixed before the first query by `lock_configuration`.
_CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "memory_limit": MEMORY,
    "threads": 2,
}


class RefusedError(TensionError):
    """A query is refused; the message says why and what is allowed."""


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Run the queries of a request, each a single SELECT.

    `request`: JSON as `run_queries` writes it. Returns `results`, each with `columns` (names and types), `rows` and `is_cut`; or only
    `error`, a text, if one of the queries is refused or fails.
    """
    try:
        with duckdb.connect(request["database"], read_only=True, config=_CONFIGURATION) as con:
            con.execute("load icu")  # bundled with DuckDB; needed for times
            con.execute("set TimeZone = 'UTC'")
            con.execute("set lock_configuration = true")
            return {"results": [_select(con, request, **query) for query in request["queries"]]}
    except RefusedError as error:
        return {"error": str(error)}
    except (duckdb.OutOfMemoryException, MemoryError):
        return {"error": f"the query needs more than {MEMORY} of memory; narrow it by index_date or series, or select fewer columns"}
    except duckdb.Error as error:
        return {"error": f"DuckDB refuses the query (its message may quote data): {error}"}


def _select(con: duckdb.DuckDBPyConnection, request: dict[str, Any], sql: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Run one SELECT, and cut its rows to the request's limits.

    The limit of characters is on the rows of this query as JSON. Returns `columns`, `rows` and `is_cut`: whether rows are missing because
    of a limit. `RefusedError` if `sql` is not exactly one SELECT, reads what is not published, or its first row is above the limit.
    """
    statements = con.extract_statements(sql)
    if len(statements) != 1:
        raise RefusedError(f"write exactly one SELECT; this text has {len(statements)} statements")
    kind = statements[0].type
    if kind != duckdb.StatementType.SELECT:
        raise RefusedError(f"only SELECT is allowed (also FROM, DESCRIBE, SHOW TABLES and SUMMARIZE), not {kind.name}")
    _check_names(con, sql)
    limit, characters = request["max_rows"], request["max_characters"]
    relation = con.sql(sql, params=parameters or None).limit(limit + 1)
    columns = [[name, str(kind)] for name, kind in zip(relation.columns, relation.types, strict=True)]
    fetched = relation.fetchall()
    rows: list[list[Any]] = []
    for row in fetched[:limit]:
        values = [to_json(value) for value in row]
        characters -= len(json.dumps(values))
        if characters < 0:
            break
        rows.append(values)
    if fetched and not rows:
        raise RefusedError(f"the first row has more than {request['max_characters']:,} characters; select fewer columns")
    return {"columns": columns, "rows": rows, "is_cut": len(rows) < len(fetched)}


def _check_names(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raise `RefusedError` if a query reads what is not published.

    It may read tables, views and macros of the release. Files are out of reach anyway, but DuckDB's own tables and settings would show the
    paths of the database and of the user's home.
    """
    ((serialized,),) = con.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchall()
    try:
        tree = json.loads(serialized)
    except RecursionError as error:
        raise RefusedError(
            "the query has too many operators within one another; write fewer, e.g. `x in (1, 2)` for `x = 1 or x = 2`"
        ) from error
    if tree["error"]:
        raise RefusedError(f"cannot parse the query: {tree.get('error_message')}")
    macros = con.execute("select function_name from duckdb_functions() where function_type = 'table_macro' and not internal").fetchall()
    allowed = _TABLE_FUNCTIONS | {name for (name,) in macros}
    for node in iter_nodes(tree):
        name = ""
        if node.get("type") == "TABLE_FUNCTION" and node["function"]["function_name"] not in allowed:
            name = node["function"]["function_name"]
        elif node.get("type") == "FUNCTION" and node["function_name"].lower() == _SETTING:
            name = _SETTING
        elif node.get("type") == "BASE_TABLE" or node.get("type") == "SHOW_REF":  # no set: the type may be a dictionary
            names = [str(node.get(part) or "") for part in ("catalog_name", "schema_name", "table_name")]
            is_internal = names[2].lower().startswith(_INTERNAL) or names[1].lower() in {"information_schema", "pg_catalog"}
            name = ".".join(filter(None, names)) if is_internal else ""
        if name:
            raise RefusedError(f"{name} is not published: read the tables, views and macros of the release only (SHOW TABLES lists them)")


def to_json(value: Any) -> Any:
    """Convert a value to JSON: dates, times and others to text.

    Decimals become floats; NaN and infinity become text. Text above 4,000 characters is cut. The names of a dictionary become text.
    """
    if isinstance(value, dict):
        return {str(name): to_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(part) for part in value]
    if isinstance(value, float | Decimal) and math.isfinite(value):
        return float(value)
    if value is None or isinstance(value, bool | int):
        return value
    text = _to_text(value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}… (cut)"


def _to_text(value: Any) -> str:
    """Convert to text: times as ISO 8601, bytes by `repr`, else `str`."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    return repr(value) if isinstance(value, bytes | bytearray | memoryview) else str(value)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
