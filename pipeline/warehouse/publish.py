"""Published data: immutable releases and a DuckDB database.

Releases are folders of Parquet files; a link `latest` points to the newest, from which the database is built. A release is named after its
last day and the hash of its files: the same input makes the same release, and nothing is written again. All files are written to a
temporary place and moved, so that readers never see half a release.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipeline import __version__
from pipeline.contracts.dictionary import Edition, build_datapackage, build_file_metadata, describe_column, render_citation, render_markdown
from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES, VIEWS
from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.errors import TensionError
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.release_files import add_metadata, describe_file, hash_files, write_flat_csv, write_yearly
from pipeline.warehouse.sql import read_query
from pipeline.warehouse.view_columns import TABLE_COLUMNS, VIEW_COLUMNS, describe_view_column

DATABASE = "trade_tension.duckdb"
#: Storage version that DuckDB 1.0 and later can read.
STORAGE_VERSION = "v1.0.0"
PUBLISHED = tuple(table for table in TABLES.values() if table.published)
_DICTIONARY = render_markdown(PUBLISHED, tuple(VIEWS.values()))


class PublishError(TensionError, RuntimeError):
    """Publishing failed; the earlier release and database are unchanged."""


@dataclass(frozen=True)
class Release:
    """An immutable folder with `<table>/<year>.parquet`, or `<table>/<table>.parquet` for tables without days."""

    name: str
    folder: Path
    is_new: bool
    rows: dict[str, int]


class Publisher:
    """Writes releases and the database to one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def database(self) -> Path:
        """The DuckDB file that users open."""
        return self.folder / DATABASE

    @property
    def latest(self) -> Path:
        """The link to the newest release."""
        return self.folder / "latest"

    @property
    def latest_name(self) -> str | None:
        """Name of the newest release; None before the first one."""
        return self.latest.resolve().name if self.latest.exists() else None

    def publish(self, lake: Lake, last_day: date, note: str) -> Release:
        """Write a release, point `latest` to it and rebuild the database.

        `note` describes the data. A stale table is copied from the latest release (empty if there is none) and listed in `stale_tables`.
        `PublishError` when the database cannot be built.
        """
        staging = self.folder / "releases" / f".staging-{os.getpid()}"
        shutil.rmtree(staging, ignore_errors=True)
        try:
            release = self._write_release(lake, staging, last_day, note)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        self._point_latest_at(release)
        self._build_database(release, note, lake.stale_tables())
        return release

    def _write_release(self, lake: Lake, staging: Path, last_day: date, note: str) -> Release:
        files: dict[str, list[Path]] = {}
        rows: dict[str, int] = {}
        stale = lake.stale_tables()
        for table in PUBLISHED:
            frame = self._read_latest(table) if table.name in stale else table.conform(lake.read(table))
            rows[table.name] = frame.height
            files[table.name] = write_yearly(table, table.to_published(frame), staging)
        name = f"{last_day.isoformat()}-{hash_files(staging)[:10]}"
        edition = Edition(name, __version__, note)
        for table in PUBLISHED:
            add_metadata(files[table.name], build_file_metadata(table, edition))
        files[TENSION_INDEX.name] = [write_flat_csv(files, staging)]
        listed = {table: [describe_file(path, staging) for path in paths] for table, paths in files.items()}
        package = build_datapackage(listed, (TENSION_INDEX, *PUBLISHED), edition)
        (staging / "datapackage.json").write_text(json.dumps(package, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (staging / "data-dictionary.md").write_text(_DICTIONARY, encoding="utf-8")
        (staging / "CITATION.cff").write_text(render_citation(edition), encoding="utf-8")
        folder = self.folder / "releases" / name
        is_new = not folder.exists()
        if is_new:
            staging.replace(folder)
        return Release(name, folder, is_new, rows)

    def _read_latest(self, table: Table) -> pl.DataFrame:
        """Read a table of the latest release.

        Empty without a release or when its schema changed.
        """
        files = sorted((self.latest / table.name).glob("*.parquet"))
        rows = pl.concat([pl.read_parquet(path) for path in files]) if files else table.to_published(table.empty())
        is_current = rows.schema == table.published_schema
        return table.conform(table.from_published(rows)) if is_current else table.empty()

    def _point_latest_at(self, release: Release) -> None:
        temporary = self.folder / f".latest.{os.getpid()}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(Path("releases") / release.name, target_is_directory=True)
        temporary.replace(self.latest)

    def _build_database(self, release: Release, note: str, stale: Mapping[str, str]) -> None:
        if self.database.exists() and _read_about(self.database) == (release.name, _build_id(stale)):
            return
        temporary = self.folder / f".{DATABASE}.{os.getpid()}.tmp"
        temporary.unlink(missing_ok=True)
        try:
            with duckdb.connect(str(temporary), config={"threads": 1, "storage_compatibility_version": STORAGE_VERSION}) as con:
                _fill_database(con, release, note, stale)
            temporary.replace(self.database)
        except duckdb.Error as error:
            raise PublishError(
                f"cannot build {self.database} from release {release.name}: {error}; the earlier database is unchanged"
            ) from error
        finally:
            temporary.unlink(missing_ok=True)


def _read_about(database: Path) -> tuple[str, str] | None:
    """Read release and build of a database.

    None when it is no database of this project or has an earlier schema.
    """
    try:
        with duckdb.connect(str(database), read_only=True) as con:
            ((release, build),) = con.sql("select release, build from about").fetchall()
    except duckdb.Error:
        return None
    return str(release), str(build)


def _sql_files(folder: str) -> list[Path]:
    return sorted((shipped_folder("sql") / folder).glob("*.sql"))


def _build_id(stale: Mapping[str, str]) -> str:
    """Fingerprint of the database apart from its rows.

    It covers version, comments, views, macros and stale tables.
    """
    files = [*_sql_files("views"), *_sql_files("macros")]
    parts = [
        __version__,
        _DICTIONARY,
        json.dumps([TABLE_COLUMNS, VIEW_COLUMNS]),
        *(f"{path.parent.name}/{path.stem}\0{path.read_text(encoding='utf-8')}" for path in files),
    ]
    parts += [f"{name}\0{reason}" for name, reason in sorted(stale.items())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _fill_database(con: duckdb.DuckDBPyConnection, release: Release, note: str, stale: Mapping[str, str]) -> None:
    """Create tables with comments, views, macros, and the tables `about` and `stale_tables`."""
    comments: list[str] = []
    for table in PUBLISHED:
        files = [str(path) for path in sorted((release.folder / table.name).glob("*.parquet"))]
        con.from_parquet(files, hive_partitioning=False).create(table.name)
        comments.append(f"comment on table {table.name} is {_literal(f'{table.description} One row: {table.grain}.')}")
        comments += _column_comments(table)
    con.sql("create table about (release varchar, version varchar, build varchar, note varchar)")
    about = {"release": release.name, "version": __version__, "build": _build_id(stale), "note": note}
    con.sql("insert into about values ($release, $version, $build, $note)", params=about)
    comments.append("comment on table about is 'Which release this is, and what the data is.'")
    con.sql("create table stale_tables (table_name varchar, reason varchar)")
    for name, reason in sorted(stale.items()):
        con.sql("insert into stale_tables values ($name, $reason)", params={"name": name, "reason": reason})
    comments.append("comment on table stale_tables is 'Tables that could not be rebuilt and have an earlier version, with the reason.'")
    for name, columns in TABLE_COLUMNS.items():
        comments += [f"comment on column {name}.{column} is {_literal(text)}" for column, text in columns.items()]
    for path in _sql_files("views"):
        text = path.read_text(encoding="utf-8")
        con.sql(f"create view {path.stem} as {text}")
        comments.append(f"comment on view {path.stem} is {_literal(_read_comments(text))}")
        comments += _view_column_comments(con, path)
    for path in _sql_files("macros"):
        text = path.read_text(encoding="utf-8")
        con.sql(text)
        kind = "macro table" if ") as table" in text else "macro"
        comments.append(f"comment on {kind} {path.stem} is {_literal(_read_comments(text))}")
    con.execute(";\n".join(["begin", *comments, "commit"]))  # one transaction instead of a disk write for each comment


def _column_comments(table: Table) -> list[str]:
    return [f"comment on column {table.name}.{column.name} is {_literal(describe_column(column))}" for column in table.columns]


def _view_column_comments(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    query = read_query(path)
    tables = [VIEWS[name] for name in (path.stem, *query.views) if name in VIEWS]
    names = [row[0] for row in con.sql(f"describe {path.stem}").fetchall()]
    comments = {name: describe_view_column(path.stem, name, [*tables, *query.reads]) for name in names}
    return [f"comment on column {path.stem}.{name} is {_literal(comment)}" for name, comment in comments.items()]


def _read_comments(sql: str) -> str:
    """Join the comment lines of a SQL file into one line."""
    return " ".join(line.removeprefix("--").strip() for line in sql.splitlines() if line.startswith("--"))
