"""Published data: immutable releases, and links to the newest.

A release is a folder of Parquet files, with the database and the report that are made from them. Its name has its last day, and a hash of
its Parquet files and the note on its data: the same data gives the same name, and the release of this name is repaired, not replaced.
`SHA256SUMS` has the hash of every file. The link `latest` points to the newest release; database, report and charts of the published folder
are links through it. So one rename publishes everything at once, and readers never see parts of two releases.
"""

import json
import shutil
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipeline import __version__
from pipeline.contracts.catalogues import build_croissant, build_dcat
from pipeline.contracts.days import Days
from pipeline.contracts.dictionary import Edition, build_datapackage, build_file_metadata, render_citation
from pipeline.contracts.model import Table
from pipeline.contracts.tables.flat import TENSION_INDEX
from pipeline.durable_files import SUMS, hash_file, move, read_known_sums, write_sums
from pipeline.errors import TensionError
from pipeline.settings import SAMPLE_NOTE
from pipeline.warehouse.database import compute_build_id, read_about, write_database
from pipeline.warehouse.lake import Lake, explaining_damage
from pipeline.warehouse.release_files import (
    PUBLISHED,
    add_metadata,
    describe_file,
    hash_content,
    render_dictionary,
    write_flat_csv,
    write_yearly,
)

DATABASE = "trade_tension.duckdb"
#: Endings of the files of a release that the published folder links to: database, report and charts.
LINKED = {".duckdb", ".html", ".png"}
#: What a killed process may have left in the published folder or among the releases.
_LEFTOVERS = (".staging*", ".latest*", ".*.tmp", ".*.tmp.wal")
#: Descriptions of all files of a release, each by the function that builds it.
_DESCRIPTIONS = {"datapackage.json": build_datapackage, "croissant.json": build_croissant, "dcat.jsonld": build_dcat}


class PublishError(TensionError, RuntimeError):
    """Publishing failed; the earlier release and database are unchanged."""


@dataclass(frozen=True)
class Release:
    """A release: an immutable folder of published tables.

    It has `<table>/<year>.parquet`, or `<table>/<table>.parquet` for tables without rows or without `index_date`. `name`: last day and
    hash; `is_new`: False if it had been published before. `rows`: number of rows by table. `repaired`: if it had been published before, its
    files that were missing or damaged, or did not belong to it.
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
        """Path of the DuckDB file that users open: a link into `latest`."""
        return self.folder / DATABASE

    @property
    def latest(self) -> Path:
        """Path of the link to the newest release."""
        return self.folder / "latest"

    @property
    def latest_name(self) -> str | None:
        """Name of the newest release; None if there is none."""
        return self.latest.resolve().name if self.latest.exists() else None

    def publish(self, lake: Lake, last_day: date, note: str, add_files: AddFiles = lambda _folder, _name: None) -> Release:
        """Write a release with its database, and point `latest` to it.

        `last_day`: last day of the data; `note` describes the data; `add_files` writes more files into the folder, such as the report. A
        stale table (`Lake.mark_stale`: rebuild or check failed) is that of the latest release (`read_latest`) and listed in `stale_tables`.
        If the same data (last day, tables, note) were released before, that release is repaired (`_repair`), its database built again if it
        is not current, and `add_files` called again. If `latest` pointed to another release before, only that one and this one retain their
        databases. `PublishError` when the database cannot be built, or `latest` is no link.
        """
        if self.latest.exists() and not self.latest.is_symlink():
            what = "folder" if self.latest.is_dir() else "file"
            raise PublishError(
                f"{self.latest} is a {what}, not a link; a copy or a backup that follows links makes this. Remove it and run again: "
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
            write_sums(made, {path: hash_file(made / path) for path in list_files(made)})
            if is_new:
                move([(staging, folder)])
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        self._link(self.latest, Path("releases") / name)
        for path in sorted(folder.iterdir()):
            if path.suffix in LINKED:
                self._link(self.folder / path.name, Path("latest") / path.name)
        if name != before:  # else a repeated run would remove the database of the release before this one
            self._remove_databases({name, before})
        return Release(name, folder, is_new, rows, repaired)

    def _remove_leftovers(self) -> None:
        """Remove what a killed process left in the published folder (`_LEFTOVERS`)."""
        for pattern in _LEFTOVERS:
            for path in (*self.folder.glob(pattern), *self.releases.glob(pattern)):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def _write_tables(self, lake: Lake, staging: Path, last_day: date, note: str) -> tuple[str, dict[str, int]]:
        """Write the published tables, and files that describe them, to `staging`.

        The latter are data dictionary, catalogues and citation. The index is also written as CSV. Returns the name of the release and the
        number of rows by table. The name has a hash of the note, and of the tables' files before metadata is added, because the metadata
        has the name.
        """
        files: dict[str, list[Path]] = {}
        rows: dict[str, int] = {}
        read = self.next_reader(lake)
        for table in PUBLISHED:
            frame = table.conform(read(table))
            rows[table.name] = frame.height
            files[table.name] = write_yearly(table, table.to_published(frame), staging)
        name = f"{last_day.isoformat()}-{hash_content(staging, note)[:10]}"
        edition = Edition(name, __version__, note, note == SAMPLE_NOTE)
        for table in PUBLISHED:
            add_metadata(files[table.name], build_file_metadata(table, edition))
        files[TENSION_INDEX.name] = [write_flat_csv(files, staging)]
        listed = {table: [describe_file(path, staging) for path in paths] for table, paths in files.items()}
        for file_name, build in _DESCRIPTIONS.items():
            description = build(listed, (TENSION_INDEX, *PUBLISHED), edition)
            (staging / file_name).write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (staging / "data-dictionary.md").write_text(render_dictionary(), encoding="utf-8")
        (staging / "CITATION.cff").write_text(render_citation(edition), encoding="utf-8")
        return name, rows

    def next_reader(self, lake: Lake) -> Callable[..., pl.DataFrame]:
        """Return what reads tables as the next release has them.

        It takes the arguments of `Lake.read`. Tables that are stale now (`Lake.mark_stale`) are read from the latest release, others from
        the lake. `LakeError` when a file is damaged.
        """
        stale = lake.stale_tables()

        def read(table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
            if table.name not in stale:
                return lake.read(table, days, columns)
            rows = self.read_latest(table)
            if days is not None and table.day is not None:
                rows = rows.filter(pl.col(table.day).is_between(days.first, days.last))
            return rows if columns is None else rows.select(columns)

        return read

    def read_latest(self, table: Table) -> pl.DataFrame:
        """Read a table of the latest release, with the lake's types.

        Empty without a release, or when the release has another schema of the table. `LakeError` when a file is damaged.
        """
        files = sorted((self.latest / table.name).glob("*.parquet"))
        if not files:
            return table.empty()
        with explaining_damage(files):
            rows = pl.concat([pl.read_parquet(path, glob=False) for path in files])
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

        Intact: it has its recorded hash. Current: it names this release, and its `compute_build_id` is that of now. `stale`: reason for
        each stale table (`Lake.mark_stale`).
        """
        database = folder / DATABASE
        if _is_as_recorded(folder, DATABASE) and read_about(database) == (name, compute_build_id(stale)):
            return
        temporary = folder / f".{DATABASE}.tmp"
        temporary.unlink(missing_ok=True)
        try:
            write_database(temporary, folder, name, note, stale)
            move([(temporary, database)])
        except duckdb.Error as error:
            raise PublishError(f"cannot build {database} of release {name}: {error}; the earlier release is unchanged") from error
        finally:
            temporary.unlink(missing_ok=True)

    def _remove_databases(self, keep: Container[str | None]) -> None:
        """Remove databases, with their recorded hashes, of releases not in `keep`.

        A database is larger than the Parquet files of its release, and can be built from them. `keep` has the newest two, because a reader
        may still have the older one open.
        """
        for database in self.releases.glob(f"*/{DATABASE}"):
            if database.parent.name not in keep:
                database.unlink()
                if sums := read_known_sums(database.parent):  # a damaged list stays, for `tension verify`
                    write_sums(database.parent, {path: digest for path, digest in sums.items() if path != DATABASE})


def list_files(folder: Path) -> list[str]:
    """List the paths of a release's files, relative to it.

    The list of hashes and hidden files are left out.
    """
    files = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if path != SUMS and not path.rpartition("/")[2].startswith(".")]


def _is_as_recorded(folder: Path, path: str) -> bool:
    """Return whether a file of a release has its recorded hash.

    False also if the file or its hash is missing, or the list of hashes is damaged.
    """
    return read_known_sums(folder).get(path) == hash_file(folder / path)


def _repair(folder: Path, staging: Path) -> Iterator[str]:
    """Repair a release: replace damaged files, remove foreign files.

    `folder`: the release; `staging`: the same release, just written. A file that is missing or does not have its recorded hash is damaged;
    it is replaced by the one from `staging` in one step, so that readers may go on. A file that `staging` lacks is foreign if it is Parquet
    or has no recorded hash: it must not get one now, nor be linked or uploaded. Yields the paths of the replaced and removed files.
    """
    expected, known = list_files(staging), {*read_known_sums(folder), DATABASE}
    for path in expected:
        if not _is_as_recorded(folder, path):
            (folder / path).parent.mkdir(exist_ok=True)
            move([(staging / path, folder / path)])
            yield path
    for path in list_files(folder):
        if path not in expected and (path.endswith(".parquet") or path not in known):
            (folder / path).unlink()
            yield path
