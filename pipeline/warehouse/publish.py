"""Published data: immutable releases and a DuckDB database.

A release is a folder of Parquet files, with the database and the report that are made from them. It is named after its last day and the
hash of its Parquet files: the same input makes the same release, and nothing is written again. `SHA256SUMS` has the hash of every file.
The link `latest` points to the newest release; database and report of the published folder are links through it. So one rename publishes
everything at once, and readers never see parts of two releases.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from pathlib import Path

import duckdb
import polars as pl

from pipeline import __version__
from pipeline.contracts.catalogues import build_croissant, build_dcat
from pipeline.contracts.dictionary import Edition, build_datapackage, build_file_metadata, describe_column, render_citation, render_markdown
from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES, VIEWS
from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.durable_files import SUMS, hash_file, move, read_sums, write_sums
from pipeline.errors import TensionError
from pipeline.settings import SAMPLE_NOTE, shipped_folder
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.release_files import add_metadata, describe_file, hash_files, write_flat_csv, write_yearly
from pipeline.warehouse.sql import read_macro, read_query
from pipeline.warehouse.view_columns import TABLE_COLUMNS, VIEW_COLUMNS, describe_view_column

DATABASE = "trade_tension.duckdb"
#: Files of a release that the published folder links to: database, report and chart.
LINKED = {".duckdb", ".html", ".png"}
#: What a killed process may have left in the published folder or among the releases.
_LEFTOVERS = (".staging*", ".latest*", ".*.tmp", ".*.tmp.wal")
#: Storage version that DuckDB 1.0 and later can read.
STORAGE_VERSION = "v1.0.0"
PUBLISHED = tuple(table for table in TABLES.values() if table.published)
#: Descriptions of all files of a release, each by the function that builds it.
_DESCRIPTIONS = {"datapackage.json": build_datapackage, "croissant.json": build_croissant, "dcat.jsonld": build_dcat}
_DICTIONARY = render_markdown(PUBLISHED, tuple(VIEWS.values()))


class PublishError(TensionError, RuntimeError):
    """Publishing failed; the earlier release and database are unchanged."""


@dataclass(frozen=True)
class Release:
    """An immutable folder with `<table>/<year>.parquet`, or `<table>/<table>.parquet` for tables without days.

    `name`: last day and hash; `is_new`: False if it had been published before. `rows`: number of rows by table. `repaired`: files of an
    earlier release that were missing or damaged, or did not belong to it.
    """

    name: str
    folder: Path
    is_new: bool
    rows: dict[str, int]
    repaired: tuple[str, ...] = ()


#: Writes more files into a release: receives its folder and its name.
AddFiles = Callable[[Path, str], object]


class Publisher:
    """Writes releases and the database to one folder.

    Only one process may publish to a folder at a time.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def releases(self) -> Path:
        """The folder of all releases."""
        return self.folder / "releases"

    @property
    def database(self) -> Path:
        """The DuckDB file that users open, a link."""
        return self.folder / DATABASE

    @property
    def latest(self) -> Path:
        """The link to the newest release."""
        return self.folder / "latest"

    @property
    def latest_name(self) -> str | None:
        """Name of the newest release; None before the first one."""
        return self.latest.resolve().name if self.latest.exists() else None

    def publish(self, lake: Lake, last_day: date, note: str, add_files: AddFiles = lambda _folder, _name: None) -> Release:
        """Write a release with its database, and point `latest` to it.

        `note` describes the data. A stale table, whose last rebuild failed, is copied from the latest release (empty if there is none) and
        listed in `stale_tables`. If the lake gives a release that exists, only its missing or damaged files are written again. Databases
        are deleted from all releases except this one and the one before. `PublishError` when the database cannot be built.
        """
        if self.latest.exists() and not self.latest.is_symlink():
            raise PublishError(
                f"{self.latest} is a folder, not a link; a copy or a backup that follows links makes this. Remove it and run again: "
                f"{self.releases} has the releases"
            )
        self._remove_leftovers()
        staging = self.releases / ".staging"
        before, stale = self.latest_name, lake.stale_tables()
        try:
            name, rows = self._write_tables(lake, staging, last_day, note)
            folder = self.releases / name
            is_new = not folder.exists()
            repaired = () if is_new else tuple(_repair(folder, staging))
            made = staging if is_new else folder  # where the remaining files are written
            self._build_database(made, name, note, stale)
            add_files(made, name)
            write_sums(made, {path: hash_file(made / path) for path in _list_files(made)})
            if is_new:
                move([(staging, folder)])
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        self._link(self.latest, Path("releases") / name)
        for path in sorted(folder.iterdir()):
            if path.suffix in LINKED:
                self._link(self.folder / path.name, Path("latest") / path.name)
        self._remove_databases({name, before})
        return Release(name, folder, is_new, rows, repaired)

    def _remove_leftovers(self) -> None:
        """Remove what a killed process left."""
        for pattern in _LEFTOVERS:
            for path in (*self.folder.glob(pattern), *self.releases.glob(pattern)):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def _write_tables(self, lake: Lake, staging: Path, last_day: date, note: str) -> tuple[str, dict[str, int]]:
        """Write the tables of the lake and their descriptions to `staging`.

        Returns the name of the release and the number of rows by table. The name has a hash of the tables' files before metadata is added,
        because the metadata has the name.
        """
        files: dict[str, list[Path]] = {}
        rows: dict[str, int] = {}
        stale = lake.stale_tables()
        for table in PUBLISHED:
            frame = self._read_latest(table) if table.name in stale else table.conform(lake.read(table))
            rows[table.name] = frame.height
            files[table.name] = write_yearly(table, table.to_published(frame), staging)
        name = f"{last_day.isoformat()}-{hash_files(staging)[:10]}"
        edition = Edition(name, __version__, note, note == SAMPLE_NOTE)
        for table in PUBLISHED:
            add_metadata(files[table.name], build_file_metadata(table, edition))
        files[TENSION_INDEX.name] = [write_flat_csv(files, staging)]
        listed = {table: [describe_file(path, staging) for path in paths] for table, paths in files.items()}
        for file_name, build in _DESCRIPTIONS.items():
            description = build(listed, (TENSION_INDEX, *PUBLISHED), edition)
            (staging / file_name).write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (staging / "data-dictionary.md").write_text(_DICTIONARY, encoding="utf-8")
        (staging / "CITATION.cff").write_text(render_citation(edition), encoding="utf-8")
        return name, rows

    def _read_latest(self, table: Table) -> pl.DataFrame:
        """Read a table of the latest release, with the lake's types.

        It replaces a table whose last rebuild failed. Empty without a release, or when the release has another schema of the table.
        """
        files = sorted((self.latest / table.name).glob("*.parquet"))
        rows = pl.concat([pl.read_parquet(path) for path in files]) if files else table.to_published(table.empty())
        is_current = rows.schema == table.published_schema
        return table.conform(table.from_published(rows)) if is_current else table.empty()

    def _link(self, link: Path, target: Path) -> None:
        """Point a link of the published folder to a path.

        It is switched in one step. `target` is relative to the published folder.
        """
        if link.is_symlink() and link.readlink() == target:
            return
        temporary = self.folder / f".{link.name}.tmp"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        move([(temporary, link)])

    def _build_database(self, folder: Path, name: str, note: str, stale: Mapping[str, str]) -> None:
        """Build the database of a release, unless it is intact and current.

        `stale`: reason for each table whose last rebuild failed.
        """
        database = folder / DATABASE
        if _is_as_recorded(folder, DATABASE) and _read_about(database) == (name, _build_id(stale)):
            return
        temporary = folder / f".{DATABASE}.tmp"
        temporary.unlink(missing_ok=True)
        try:
            with duckdb.connect(str(temporary), config={"threads": 1, "storage_compatibility_version": STORAGE_VERSION}) as con:
                _fill_database(con, folder, name, note, stale)
            move([(temporary, database)])
        except duckdb.Error as error:
            raise PublishError(f"cannot build {database} of release {name}: {error}; the earlier release is unchanged") from error
        finally:
            temporary.unlink(missing_ok=True)

    def _remove_databases(self, keep: Container[str | None]) -> None:
        """Remove the databases of all releases but those in `keep`.

        A database is larger than the Parquet files of its release, and can be built from them. A reader may still have that of the release
        before open.
        """
        for database in self.releases.glob(f"*/{DATABASE}"):
            if database.parent.name not in keep:
                database.unlink()
                write_sums(database.parent, {path: digest for path, digest in read_sums(database.parent).items() if path != DATABASE})


def _list_files(folder: Path) -> list[str]:
    """List the paths of a release's files, relative to it.

    The list of hashes and hidden files are left out.
    """
    files = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if path != SUMS and not path.rpartition("/")[2].startswith(".")]


def _is_as_recorded(folder: Path, path: str) -> bool:
    """Return whether a file of a release has its recorded hash.

    False if no hash is recorded or the list of hashes is damaged.
    """
    try:
        recorded = read_sums(folder).get(path)
    except ValueError:
        return False
    return recorded is not None and recorded == hash_file(folder / path)


def _repair(folder: Path, staging: Path) -> Iterator[str]:
    """Repair a release: replace damaged files, remove Parquet files of others.

    `folder`: the release; `staging`: the same release, just written. A file is damaged if it has not its recorded hash; then it is taken
    from `staging` in one step, so that readers may go on. Parquet files that `staging` lacks do not belong to the release. Yields the paths
    of the files that were replaced or removed.
    """
    expected = _list_files(staging)
    for path in expected:
        if not _is_as_recorded(folder, path):
            (folder / path).parent.mkdir(exist_ok=True)
            move([(staging / path, folder / path)])
            yield path
    for path in _list_files(folder):
        if path.endswith(".parquet") and path not in expected:
            (folder / path).unlink()
            yield path


def _read_about(database: Path) -> tuple[str, str] | None:
    """Read the release of a database, and its `_build_id`.

    None when it is no database of this project or has an earlier schema.
    """
    try:
        with duckdb.connect(str(database), read_only=True) as con:
            ((release, build),) = con.sql("select release, build from about").fetchall()
    except duckdb.Error:
        return None
    return str(release), str(build)


def _sql_files(folder: str) -> list[Path]:
    """List the files of a folder in `sql/`, sorted by name."""
    return sorted((shipped_folder("sql") / folder).glob("*.sql"))


def _build_id(stale: Mapping[str, str]) -> str:
    """Compute a fingerprint of what a database has apart from its rows.

    It covers version, comments, views, macros and stale tables: if one changes, the database is built again. Ten hexadecimal digits.
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
    """Write text as a SQL string; comments on columns take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _fill_database(con: duckdb.DuckDBPyConnection, folder: Path, name: str, note: str, stale: Mapping[str, str]) -> None:
    """Fill a new database with tables, views, macros and their comments.

    `about` has the release and `stale_tables` the tables whose last rebuild failed. Tables are filled from the Parquet files of `folder`.
    """
    comments: list[str] = []
    for table in PUBLISHED:
        files = [str(path) for path in sorted((folder / table.name).glob("*.parquet"))]
        con.from_parquet(files, hive_partitioning=False).create(table.name)
        comments.append(f"comment on table {table.name} is {_literal(f'{table.description} One row: {table.grain}.')}")
        comments += _column_comments(table)
    con.sql("create table about (release varchar, version varchar, build varchar, note varchar)")
    about = {"release": name, "version": __version__, "build": _build_id(stale), "note": note}
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
    for path in _sql_files("views"):
        text = path.read_text(encoding="utf-8")
        con.sql(f"create view {path.stem} as {text}")
        comments.append(f"comment on view {path.stem} is {_literal(_read_comments(text))}")
        comments += _view_column_comments(con, path)
    for path in _sql_files("macros"):
        comments += _create_macro(con, path)
    con.execute(";\n".join(["begin", *comments, "commit"]))  # one transaction instead of a disk write for each comment


def _column_comments(table: Table) -> list[str]:
    """Return the SQL statements that comment on the columns of a table."""
    return [f"comment on column {table.name}.{column.name} is {_literal(describe_column(column))}" for column in table.columns]


def _view_column_comments(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Return the SQL statements that comment on the columns of a view.

    A column without a comment of its own has that of a view or table that the view reads.
    """
    query = read_query(path)
    tables = [VIEWS[name] for name in (path.stem, *query.views) if name in VIEWS]
    names = [row[0] for row in con.sql(f"describe {path.stem}").fetchall()]
    comments = {name: describe_view_column(path.stem, name, [*tables, *query.reads]) for name in names}
    return [f"comment on column {path.stem}.{name} is {_literal(comment)}" for name, comment in comments.items()]


def _create_macro(con: duckdb.DuckDBPyConnection, path: Path) -> Iterator[str]:
    """Create a macro, and describe the columns of its result.

    DuckDB does not store these. Yields the statements of its comment and of the rows of `macro_columns`.
    """
    macro = read_macro(path)
    text = path.read_text(encoding="utf-8")
    con.sql(text)
    yield f"comment on {'macro table' if macro.query else 'macro'} {path.stem} is {_literal(_read_comments(text))}"
    empty = "null::date" if macro.query else "null"  # table macros take days and names, which DuckDB casts
    call = f"{path.stem}({', '.join([empty] * macro.required)})"
    reads = [*(VIEWS[name] for name in macro.query.views), *macro.query.reads] if macro.query else ()
    for place, (column, data_type, *_) in enumerate(con.sql(f"describe {'from' if macro.query else 'select'} {call}").fetchall()):
        name = column if macro.query else path.stem
        row = (path.stem, name, data_type, describe_view_column(path.stem, name, reads))
        yield f"insert into macro_columns values ({place}, {', '.join(map(_literal, row))})"  # noqa: S608  # escaped


def _read_comments(sql: str) -> str:
    """Join the comment lines at the head of a SQL file."""
    head = takewhile(lambda line: line.startswith("--"), sql.splitlines())
    return " ".join(line.removeprefix("--").strip() for line in head)
