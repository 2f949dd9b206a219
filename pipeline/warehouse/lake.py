"""The lake: every table of the contracts as Parquet files.

Contracts are the definitions of tables in `pipeline/contracts`. Tables are partitioned by day or are one file. Layout:
`<root>/<table>/<year>/<day>.parquet` for tables with a day, else `<root>/<table>/<table>.parquet`. A day's file without rows means that the
day was processed and had no rows; a missing file means that it was not processed. `<root>/<table>/SHA256SUMS` has the hash of each file as
it was written.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path, PurePath

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError, Table
from pipeline.durable_files import hash_file, move, read_known_sums, replacing, write_sums
from pipeline.errors import UserError
from pipeline.warehouse.batches import BATCH_LIMIT, BatchLimit, Size, group_days, sort_into_batches


def write_parquet(frame: pl.DataFrame, path: Path, metadata: dict[str, str] | None = None) -> None:
    """Write a Parquet file by temporary file and rename.

    Readers never see half a file, even after a crash. `metadata`: key-value pairs for the file's footer.
    """
    with replacing(path) as temporary:
        _write(frame, temporary, metadata)


def _write(frame: pl.DataFrame, path: Path, metadata: dict[str, str] | None = None) -> None:
    """Write a Parquet file directly to `path`, compressed with zstd.

    `metadata`: as in `write_parquet`.
    """
    frame.write_parquet(path, compression="zstd", statistics=True, metadata=metadata)


#: Folder of the notes on the state of steps.
STATE = "state"
_STALE = "stale"
_WARNINGS = "failed_checks.txt"


class LakeError(UserError):
    """The lake cannot be used.

    A file is damaged or missing, or a shared lake is of a later format or for other articles (the bundled sample, or own ones). The message
    names the file or lake and says what to do.
    """


class Lake:
    """Reads and writes tables in a folder: whole days, or whole tables.

    `root`: the folder; the docstring of the module has its layout. `Table` is the contract of a table; `table.day` its column for the day
    of a row, None for a table that is one file.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def where(self, table: Table) -> str:
        """Return the path of a table's folder, for messages.

        If a person deletes the folder, the next run of the same days builds the table again.
        """
        return str(self.root / table.name)

    def _day_file(self, table: Table, day: date) -> Path:
        """Return the path of a day's file, whether it exists or not."""
        return self.root / table.name / day_file(day)

    def names(self, table: Table, days: Days | None = None) -> list[str]:
        """List the table's existing files in order of time.

        They are paths relative to the table's folder. With `days`, only files of these days; for a table without days, `days` is
        ignored. Files that are not named by a day are left out.
        """
        folder = self.root / table.name
        if table.day is None:
            name = f"{table.name}.parquet"
            return [name] if (folder / name).exists() else []
        if days is not None:
            return [name for day in days if (folder / (name := day_file(day))).exists()]
        paths = (f"{year.name}/{file.name}" for year in _list_folder(folder) for file in _list_folder(Path(year)) if file.is_file())
        return sorted(name for name in paths if _is_day_file_name(name))

    def files(self, table: Table, days: Days | None = None) -> list[Path]:
        """List the paths of the files that `names` lists, sorted."""
        return [self.root / table.name / name for name in self.names(table, days)]

    def list_days(self, table: Table) -> list[date]:
        """List the days for which a daily table has a file, sorted."""
        return [date.fromisoformat(Path(name).stem) for name in self.names(table)]

    def days_present(self, table: Table, days: Days) -> set[date]:
        """Return those of `days` for which a daily table has a file."""
        return {date.fromisoformat(Path(name).stem) for name in self.names(table, days)}

    def day_digest(self, table: Table, day: date) -> str:
        """Compute the SHA-256 of a day's file; empty when there is none.

        The same rows give the same file, and so the same digest.
        """
        return hash_file(self._day_file(table, day))

    def recorded_sums(self, table: Table) -> dict[str, str]:
        """Return the SHA-256 of each file of a table, as recorded.

        It was recorded when the file was written. The keys are paths in the table's folder. Empty if the list is missing or damaged: then
        nothing is known about the files.
        """
        return read_known_sums(self.root / table.name)

    def has_file_as_written(self, table: Table, day: date, sums: Mapping[str, str]) -> bool:
        """Return whether a day has a file, unchanged since it was written.

        `sums`: result of `recorded_sums`. A file without a recorded hash does not count as unchanged.
        """
        recorded = sums.get(day_file(day))
        return recorded is not None and recorded == hash_file(self._day_file(table, day))

    def is_as_written(self, table: Table) -> bool:
        """Return whether all recorded files of a table have their recorded hashes.

        False if no hashes are recorded, or a file is missing. Files without a recorded hash are ignored.
        """
        sums = self.recorded_sums(table)
        return bool(sums) and all(hash_file(self.root / table.name / path) == recorded for path, recorded in sums.items())

    def table_digest(self, table: Table) -> str | None:
        """Return a digest of a table, from its files' recorded hashes.

        Recorded hashes of missing files count, too. Empty if the table has no files; None if any file has no recorded hash. The files are
        not read.
        """
        names, sums = self.names(table), self.recorded_sums(table)
        if set(names) - sums.keys():
            return None
        return hashlib.blake2b(json.dumps(sorted(sums.items())).encode(), digest_size=8).hexdigest() if names else ""

    def span(self, table: Table) -> Days | None:
        """Return the first and last day of a daily table's files.

        None before the first run.
        """
        days = self.list_days(table)
        return Days(days[0], days[-1]) if days else None

    def read(self, table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """Read the rows of `days` (default: all).

        They are sorted by day and key, as they were written; a day without a file has none. `columns`: those to read, in this order.
        `ContractError` when the files have an earlier schema of the table, `LakeError` when one is damaged.
        """
        files = self.files(table, days)
        chosen = list(columns) if columns is not None else table.schema.names()
        if not files:
            return table.empty().select(chosen)
        try:
            with explaining_damage(files):
                return pl.scan_parquet(files, schema=table.schema, hive_partitioning=False, glob=False).select(chosen).collect()
        except (pl.exceptions.SchemaError, pl.exceptions.ColumnNotFoundError) as error:
            raise ContractError(
                f"{self.where(table)}: files with an earlier schema of this table ({error}). Run all days again, with all article files: "
                f"tension run. If that ends with this message too, remove this folder before"
            ) from error

    def written_at(self, table: Table) -> datetime | None:
        """Return the newest time of change of the table's files (UTC).

        None if it has no files.
        """
        times = [path.stat().st_mtime for path in self.files(table)]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def count_rows(self, table: Table, days: Days | None = None) -> int:
        """Count the table's rows, or those of `days`.

        Reads only the footers of its files, which may have an earlier schema. A table that is not stored by day is counted whole.
        `LakeError` when a file is damaged.
        """
        files = self.files(table, days)
        if not files:
            return 0
        with explaining_damage(files):
            return sum(pq.read_metadata(path).num_rows for path in files)

    def batches(self, table: Table, days: Days, limit: BatchLimit = BATCH_LIMIT) -> Iterator[Days]:
        """Split `days` into batches whose rows of the table fit in memory.

        A batch is a range of consecutive days with at most `limit` rows and bytes. Sizes are in the footers of the table's files. A single
        day is never split. A day without a file counts as empty.
        """
        return group_days(((day, _read_size(self._day_file(table, day))) for day in days), limit)

    def sort_by_day(
        self, table: Table, frames: Iterable[pl.DataFrame], days: Days, limit: BatchLimit = BATCH_LIMIT
    ) -> Iterator[tuple[Days, pl.DataFrame]]:
        """Yield rows in batches of consecutive days, each sorted by key.

        Batches are as in `batches`: every day of `days` is in one of them, also a day without rows. `frames` may have rows in any order.
        Rows are sorted into days on disk, so that at most a frame or a batch is in memory; the result does not depend on how rows are split
        into frames. `ContractError` when the table has no days, or a frame has a row of another day or another schema.
        """
        if table.day is None:
            raise ContractError(f"table {table.name} is not partitioned by day and cannot be sorted by day")
        with _temporary_folder(self.root / f".unsorted-{table.name}") as folder:
            yield from sort_into_batches(table, (_conform_days(table, frame, days) for frame in frames), days, folder, limit)

    def read_note(self, name: str) -> bytes | None:
        """Read a note: a small file in which steps store their state.

        `name`: a path such as `inputs/findings.json`. None if there is no such note, or it cannot be read.
        """
        try:
            return (self.root / STATE / name).read_bytes()
        except OSError:  # also if it is unreadable: the step then runs again
            return None

    def change_note(self, name: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace the content of a note (`read_note`) by the result of `change`.

        `change` gets the present content, None if there is none. If it returns None, the note is deleted.
        """
        content = change(self.read_note(name))
        path = self.root / STATE / name
        if content is None:
            path.unlink(missing_ok=True)
            return
        with replacing(path) as temporary:
            temporary.write_bytes(content)

    def list_notes(self, folder: str) -> list[str]:
        """List the notes (`read_note`) in a folder, sorted, as `folder/name`."""
        return sorted(f"{folder}/{path.name}" for path in (self.root / STATE / folder).glob("[!.]*"))

    def mark_stale(self, table: Table, reason: str) -> None:
        """Record why a table's rows in the lake must not be published.

        Its last rebuild, or a check across tables, failed. Until `clear_stale`, a new release has the rows of the latest one.
        """
        self.change_note(f"{_STALE}/{table.name}.txt", lambda _: reason.encode())

    def clear_stale(self, table: Table) -> None:
        """Remove the record of `mark_stale`: the table is up to date."""
        self.change_note(f"{_STALE}/{table.name}.txt", lambda _: None)

    def stale_tables(self) -> dict[str, str]:
        """Return the stale tables (`mark_stale`): reason by name."""
        return {Path(name).stem: (self.read_note(name) or b"").decode(errors="replace") for name in self.list_notes(_STALE)}

    def note_warnings(self, warnings: Sequence[str], of_checks: Collection[str] | None = None) -> None:
        """Record the checks that failed in the newest run, one line each.

        `warnings`: a text for each, `TABLE.CHECK: REASON`; line breaks in it become spaces. They replace all earlier ones, or only those of
        the checks `of_checks` (`TABLE.CHECK`), which are all that the run evaluated.
        """
        others = [] if of_checks is None else [line for line in self.warnings() if line.partition(":")[0] not in of_checks]
        self.change_note(_WARNINGS, lambda _: "\n".join(" ".join(line.split()) for line in [*others, *warnings]).encode() or None)

    def warnings(self) -> list[str]:
        """Return the checks that failed when they were last evaluated."""
        return (self.read_note(_WARNINGS) or b"").decode(errors="replace").splitlines()

    @contextmanager
    def stage(self, name: str) -> Iterator["Lake"]:
        """Yield a temporary lake; at the end, move its files here.

        Nothing is moved when the block ends with an error. `name` is that of the step (part of a run) that writes: files that a killed run
        of the same step left are removed.
        """
        with _temporary_folder(self.root / f".new-{name}") as staging:
            yield Lake(staging)
            files = [path.relative_to(staging) for path in sorted(staging.rglob("*.parquet"))]
            self._take(staging, files)

    def _take(self, folder: Path, files: Sequence[Path]) -> None:
        """Move finished files from a temporary folder here; record their hashes.

        `files`: paths relative to `folder`, laid out as in a lake.
        """
        sums: dict[str, dict[str, str]] = {}
        for path in files:
            (self.root / path.parent).mkdir(parents=True, exist_ok=True)
            table, *inside = path.parts
            sums.setdefault(table, {})["/".join(inside)] = hash_file(folder / path)
        move((folder / path, self.root / path) for path in files)
        for name, written in sums.items():
            table_folder = self.root / name
            write_sums(table_folder, read_known_sums(table_folder) | written)

    def write(self, table: Table, frame: pl.DataFrame) -> None:
        """Replace all rows of a table without days.

        `ContractError`, and nothing written, when the frame has another schema or the table is daily.
        """
        if table.day is not None:
            raise ContractError(f"table {table.name} is partitioned by day; use write_days()")
        rows = table.conform(frame)
        with _temporary_folder(self.root / f".new-{table.name}") as folder:
            path = Path(table.name) / f"{table.name}.parquet"
            (folder / table.name).mkdir()
            _write(rows, folder / path)
            self._take(folder, [path])

    def write_days(self, table: Table, frame: pl.DataFrame, days: Days) -> None:
        """Write a file for each of `days`, replacing existing ones.

        Call it only on a lake that `stage` yielded: only the end of `stage` replaces the files of days at once and records their hashes. A
        day without rows gets a file without rows. `ContractError`, and nothing written, for rows of other days or another schema.
        """
        if table.day is None:
            raise ContractError(f"table {table.name} is not partitioned by day; use write()")
        by_day = _conform_days(table, frame, days).partition_by(table.day, as_dict=True, maintain_order=True)
        empty = table.empty()
        for day in days:
            path = self.root / table.name / day_file(day)
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(by_day.get((day,), empty), path)


def day_file(day: date) -> str:
    """Return the path of a day's file in its table's folder."""
    return f"{day:%Y}/{day.isoformat()}.parquet"


def is_day_file(path: Path) -> bool:
    """Return whether a path ends like that of a day's file.

    That is folder and name, such as `2025/2025-03-05`; the ending of the name is ignored. Other files, such as copies that a person made,
    do not belong to the lake.
    """
    return _is_day_file_name(f"{path.parent.name}/{path.stem}.parquet")


@cache
def _is_day_file_name(name: str) -> bool:
    """Return whether a path in a table's folder is a day's file."""
    try:
        # `fromisoformat` accepts other forms, too, such as 20250305.
        return day_file(date.fromisoformat(PurePath(name).stem)) == name
    except ValueError:
        return False


def _list_folder(path: Path) -> list[os.DirEntry[str]]:
    """List the entries of a folder; none if it is no folder.

    Much faster than `Path.glob`, and every step lists the files of its tables.
    """
    return list(os.scandir(path)) if path.is_dir() else []


def find_missing_days(lake: Lake, tables: Iterable[Table], also: Days | None = None) -> dict[str, list[date]]:
    """Find days of daily tables that have no file.

    A day is known if any of `tables` has a file, or a recorded hash, of it; only days from the first to the last known day can be
    missing. `also`: days that a run is about to write; they are known too, but not reported. Returns the missing days by name of the table;
    tables without any are left out.
    """
    present = {table.name: set(lake.list_days(table)) for table in tables}
    paths = (Path(path) for table in tables for path in lake.recorded_sums(table))
    recorded = {date.fromisoformat(path.stem) for path in paths if is_day_file(path)}
    known = recorded.union(*present.values(), (also.first, also.last) if also else ())
    if not known:
        return {}
    expected = [day for day in Days(min(known), max(known)) if also is None or not also.first <= day <= also.last]
    missing = {name: [day for day in expected if day not in days] for name, days in present.items()}
    return {name: days for name, days in missing.items() if days}


@contextmanager
def explaining_damage(files: Sequence[Path]) -> Iterator[None]:
    """Convert errors of reading `files`, at least one, to `LakeError`.

    It names the first file with a damaged footer, or if every footer can be read the table's folder (the file if there is only one).
    """
    try:
        yield
    except (pl.exceptions.ComputeError, pa.ArrowInvalid, OSError) as error:
        for path in files:
            try:
                pq.read_metadata(path)
            except (pa.ArrowInvalid, OSError) as problem:
                raise LakeError(f"{path} is damaged ({problem}); `tension verify` lists all damage and what repairs it") from error
        where = files[0].parents[1] if len(files) > 1 else files[0]
        raise LakeError(f"{where}: a file is damaged ({error}); `tension verify` says which") from error


@contextmanager
def _temporary_folder(path: Path) -> Iterator[Path]:
    """Create an empty folder and remove it when the block ends.

    A folder that is at `path` before is removed with its content. The new one is removed after an error, too.
    """
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _conform_days(table: Table, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Conform a frame to its contract, and check its days.

    `ContractError` for another schema, or for rows whose day is null or not in `days`.
    """
    assert table.day is not None
    conformed = table.conform(frame)
    outside = conformed.filter(~pl.col(table.day).is_between(days.first, days.last).fill_null(value=False))
    if not outside.is_empty():
        raise ContractError(
            f"table {table.name}: {outside.height} rows belong to other days than {days}, the first to {outside[table.day][0]}; "
            f"filter them before writing"
        )
    return conformed


def _read_size(path: Path) -> Size:
    """Read rows and uncompressed bytes of a Parquet file from its footer.

    Both are 0 if the file does not exist.
    """
    if not path.exists():
        return Size()
    footer = pq.read_metadata(path)
    return Size(footer.num_rows, sum(footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)))
