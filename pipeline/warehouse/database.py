"""The DuckDB file of a release: tables, views, macros, comments.

Does not belong here: when it is written, and where it is stored (`publish.py`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from pipeline import __version__
from pipeline.contracts.dictionary import describe_column
from pipeline.contracts.tables import VIEWS
from pipeline.warehouse.release_files import PUBLISHED, list_sql_files, read_comments, render_dictionary
from pipeline.warehouse.sql import open_parquet, read_macro, read_query
from pipeline.warehouse.view_columns import TABLE_COLUMNS, VIEW_COLUMNS, describe_view_column

#: Storage version that DuckDB 1.0 and later can read.
STORAGE_VERSION = "v1.0.0"


def write_database(path: Path, folder: Path, name: str, note: str, stale: Mapping[str, str]) -> None:
    """Write the database of a release: tables, views, macros, comments.

    `path`: its file, which must not exist; `folder`: the Parquet files of the release `name`; `note` describes the data; `stale`: reason
    for each table whose last rebuild failed. `duckdb.Error` if it cannot be written.
    """
    with duckdb.connect(str(path), config={"threads": 1, "storage_compatibility_version": STORAGE_VERSION}) as con:
        con.execute("set disabled_compression_methods = 'fsst'")  # random: the same release would have other bytes
        _fill(con, folder, name, note, stale)


def read_about(database: Path) -> tuple[str, str] | None:
    """Read which release a database has, and its `compute_build_id`.

    None if the file is missing or damaged, is no database of this project, or its table `about` has other columns.
    """
    try:
        with duckdb.connect(str(database), read_only=True) as con:
            ((release, build),) = con.sql("select release, build from about").fetchall()
    except duckdb.Error:
        return None
    return str(release), str(build)


def compute_build_id(stale: Mapping[str, str]) -> str:
    """Compute a hash of a database apart from rows, release and note.

    It has ten hexadecimal digits, and covers the program's version, comments, views, macros and stale tables (`stale`): if one changes,
    the database is built again.
    """
    files = [*list_sql_files("views"), *list_sql_files("macros")]
    parts = [
        __version__,
        render_dictionary(),
        json.dumps([TABLE_COLUMNS, VIEW_COLUMNS]),
        *(f"{path.parent.name}/{path.stem}\0{path.read_text(encoding='utf-8')}" for path in files),
    ]
    parts += [f"{name}\0{reason}" for name, reason in sorted(stale.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def _literal(text: str) -> str:
    """Quote text as a SQL string, because comments take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _fill(con: duckdb.DuckDBPyConnection, folder: Path, name: str, note: str, stale: Mapping[str, str]) -> None:
    """Fill a new database with tables, views, macros and their comments.

    The table `about` has the release and `stale_tables` the tables whose last rebuild failed. Tables are filled from the Parquet files of
    `folder`. Arguments are those of `write_database`.
    """
    comments: list[str] = []
    for table in PUBLISHED:
        open_parquet(con, sorted((folder / table.name).glob("*.parquet"))).create(table.name)
        comments.append(f"comment on table {table.name} is {_literal(f'{table.description} One row: {table.grain}.')}")
        comments += [f"comment on column {table.name}.{column.name} is {_literal(describe_column(column))}" for column in table.columns]
    con.sql("create table about (release varchar, version varchar, build varchar, note varchar)")
    about = {"release": name, "version": __version__, "build": compute_build_id(stale), "note": note}
    con.sql("insert into about values ($release, $version, $build, $note)", params=about)
    comments.append("comment on table about is 'Which release this is, and what the data is.'")
    con.sql("create table stale_tables (table_name varchar, reason varchar)")
    for table_name, reason in sorted(stale.items()):
        con.sql("insert into stale_tables values ($name, $reason)", params={"name": table_name, "reason": reason})
    comments.append("comment on table stale_tables is 'Tables that could not be rebuilt and have an earlier version, with the reason.'")
    con.sql("create table macro_columns (place integer, macro_name varchar, column_name varchar, data_type varchar, meaning varchar)")
    comments.append("comment on table macro_columns is 'Columns of the macros, which describe_columns reads.'")
    for described, columns in TABLE_COLUMNS.items():
        comments += [f"comment on column {described}.{column} is {_literal(text)}" for column, text in columns.items()]
    for path in list_sql_files("views"):
        text = path.read_text(encoding="utf-8")
        con.sql(f"create view {path.stem} as {text}")
        comments.append(f"comment on view {path.stem} is {_literal(read_comments(path))}")
        comments += _view_column_comments(con, path)
    for path in list_sql_files("macros"):
        comments += _create_macro(con, path)
    con.execute(";\n".join(["begin", *comments, "commit"]))  # one transaction instead of a disk write for each comment


def _view_column_comments(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Return the SQL statements that comment on the columns of a view.

    `path`: its SQL file. The view must exist in the database of `con`. `KeyError` if a column has no comment (`describe_view_column`).
    """
    query = read_query(path)
    views = [VIEWS[name] for name in (path.stem, *query.views) if name in VIEWS]
    names = [row[0] for row in con.sql(f"describe {path.stem}").fetchall()]
    comments = {name: describe_view_column(path.stem, name, views, query.reads) for name in names}
    return [f"comment on column {path.stem}.{name} is {_literal(comment)}" for name, comment in comments.items()]


def _create_macro(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """Create a macro, and yield the SQL statements that describe it.

    They comment on the macro, and insert the columns of its result into `macro_columns`, because DuckDB cannot comment on those.
    """
    macro = read_macro(path)
    text = path.read_text(encoding="utf-8")
    con.sql(text)
    yield f"comment on {'macro table' if macro.query else 'macro'} {path.stem} is {_literal(read_comments(path))}"
    empty = "null::date" if macro.query else "null"  # table macros take days or names; DuckDB casts this null to text
    call = f"{path.stem}({', '.join([empty] * macro.required)})"
    views, reads = ([VIEWS[name] for name in macro.query.views], macro.query.reads) if macro.query else ([], ())
    for place, (column, data_type, *_) in enumerate(con.sql(f"describe {'from' if macro.query else 'select'} {call}").fetchall()):
        name = column if macro.query else path.stem
        row = (path.stem, name, data_type, describe_view_column(path.stem, name, views, reads))
        yield f"insert into macro_columns values ({place}, {', '.join(map(_literal, row))})"  # noqa: S608  # escaped
