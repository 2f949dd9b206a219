"""The lake: every table of the contracts as Parquet, one file a day or one file a table. The record from which all else is rebuilt.

Layout: `<root>/<table>/<year>/<day>.parquet` for tables filed by day, `<root>/<table>/<table>.parquet` for
the others. A day's file without rows says that the day was processed and held nothing; no file says
that it was not processed.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError, Table
from pipeline.warehouse.pieces import AT_ONCE, AtOnce, Size, shelved, together


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write by temporary file and rename, so that a reader sees the old file or the new one and a crash leaves no half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        frame.write_parquet(temporary, compression="zstd", statistics=True)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


class Lake:
    """Reads and writes whole days or whole tables; never parts of a file."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _day_file(self, table: Table, day: date) -> Path:
        return self.root / table.name / f"{day:%Y}" / f"{day.isoformat()}.parquet"

    def files(self, table: Table, days: Days | None = None) -> list[Path]:
        """The table's files in order of time, those that may hold `days` where given."""
        if table.day is None:
            whole = self.root / table.name / f"{table.name}.parquet"
            return [whole] if whole.exists() else []
        if days is not None:
            return [path for day in days if (path := self._day_file(table, day)).exists()]
        return sorted((self.root / table.name).glob("*/*.parquet"))

    def days_present(self, table: Table, days: Days) -> set[date]:
        """Those of these days that the table has a file of."""
        years = {self.root / table.name / str(year) for year in range(days.first.year, days.last.year + 1)}
        found = (date.fromisoformat(path.stem) for folder in years if folder.is_dir() for path in folder.glob("*.parquet"))
        return {day for day in found if days.first <= day <= days.last}

    def day_digest(self, table: Table, day: date) -> str:
        """Digest of the bytes of a day's file, which are the same for the same rows; empty without a file."""
        try:
            return hashlib.blake2b(self._day_file(table, day).read_bytes(), digest_size=8).hexdigest()
        except FileNotFoundError:
            return ""

    def span(self, table: Table) -> Days | None:
        """First and last day processed of a table filed by day; None before the first run."""
        files = self.files(table)
        return Days(date.fromisoformat(files[0].stem), date.fromisoformat(files[-1].stem)) if files else None

    def read(self, table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """The rows of `days` (all, where not given), sorted by file and key; no rows where nothing was processed."""
        files = self.files(table, days)
        chosen = list(columns) if columns is not None else table.schema.names()
        if not files:
            return table.empty().select(chosen)
        try:
            rows = pl.scan_parquet(files, schema=table.schema, hive_partitioning=False)
            return rows.select(chosen).collect()
        except (pl.exceptions.SchemaError, pl.exceptions.ColumnNotFoundError) as error:
            raise ContractError(
                f"{self.root / table.name}: files of an earlier shape of this table ({error}); remove the folder and run its days again"
            ) from error

    def written_at(self, table: Table) -> datetime | None:
        """When the table was last written; None before the first run."""
        times = [path.stat().st_mtime for path in self.files(table)]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def height(self, table: Table, days: Days | None = None) -> int:
        """How many rows the table holds, of these days where given, from its files' footers."""
        files = self.files(table, days)
        return int(pl.scan_parquet(files, hive_partitioning=False).select(pl.len()).collect().item()) if files else 0

    def pieces(self, table: Table, days: Days, at_once: AtOnce = AT_ONCE) -> Iterator[Days]:
        """The span in consecutive pieces of which each holds about as many rows as may be held at once, by its files' footers.

        A single day is never cut. A day without a file counts as empty.
        """
        return together(((day, _size(self._day_file(table, day))) for day in days), at_once)

    def in_order(
        self, table: Table, batches: Iterable[pl.DataFrame], days: Days, at_once: AtOnce = AT_ONCE
    ) -> Iterator[tuple[Days, pl.DataFrame]]:
        """The rows of the batches, whose days come in any order, by consecutive pieces of `days`, each sorted by key.

        Until then they lie in a folder beside the table's, so that no more is held than a batch or a piece. The pieces hold the same rows
        whatever the batches. `ContractError` when a batch holds another day or shape.
        """
        if table.day is None:
            raise ContractError(f"table {table.name} is not filed by day; there is no order to bring it into")
        with _folder(self.root / f".unsorted-{table.name}") as folder:
            yield from shelved(table, (_belonging(table, batch, days) for batch in batches), days, folder, at_once)

    def _stale_mark(self, table: Table) -> Path:
        return self.root / "state" / "stale" / f"{table.name}.txt"

    def mark_stale(self, table: Table, reason: str) -> None:
        """Record that the last attempt to rebuild the table failed, and why; its files stay as they are."""
        mark = self._stale_mark(table)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(reason, encoding="utf-8")

    def clear_stale(self, table: Table) -> None:
        """Record that the table is up to date."""
        self._stale_mark(table).unlink(missing_ok=True)

    def stale_tables(self) -> dict[str, str]:
        """Name of each table whose last rebuild failed, with the reason."""
        marks = sorted((self.root / "state" / "stale").glob("*.txt"))
        return {mark.stem: mark.read_text(encoding="utf-8") for mark in marks}

    @contextmanager
    def replacing(self, name: str) -> Iterator["Lake"]:
        """A lake beside this one, to make files in. When the block ends well each takes the place of the one here; else nothing changes.

        `name` is that of what makes them: a folder that a killed run of the same left behind is removed.
        """
        with _folder(self.root / f".new-{name}") as staging:
            yield Lake(staging)
            for path in sorted(staging.rglob("*.parquet")):
                target = self.root / path.relative_to(staging)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)

    def write(self, table: Table, frame: pl.DataFrame) -> None:
        """Replace the whole table. `ContractError` when the frame is not of the contract's shape; nothing is written then."""
        if table.day is not None:
            raise ContractError(f"table {table.name} is filed by day; use write_days()")
        write_parquet(table.conform(frame), self.root / table.name / f"{table.name}.parquet")

    def write_days(self, table: Table, frame: pl.DataFrame, days: Days) -> None:
        """Replace exactly these days. `ContractError` when the frame holds another day or shape; nothing is written then."""
        if table.day is None:
            raise ContractError(f"table {table.name} is not filed by day; use write()")
        by_day = _belonging(table, frame, days).partition_by(table.day, as_dict=True, maintain_order=True)
        empty = table.empty()
        for day in days:
            write_parquet(by_day.get((day,), empty), self._day_file(table, day))


@contextmanager
def _folder(path: Path) -> Iterator[Path]:
    """An empty folder for as long as the block lasts."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _belonging(table: Table, frame: pl.DataFrame, days: Days) -> pl.DataFrame:
    """The frame as its contract says; `ContractError` when it is of another shape or holds a row of another day."""
    assert table.day is not None  # its callers have looked
    conformed = table.conform(frame)
    outside = conformed.filter(~pl.col(table.day).is_between(days.first, days.last).fill_null(value=False))
    if not outside.is_empty():
        raise ContractError(
            f"table {table.name}: {outside.height} rows belong to other days than {days}, the first to {outside[table.day][0]}; "
            f"filter them before they are written"
        )
    return conformed


def _size(path: Path) -> Size:
    if not path.exists():
        return Size()
    footer = pq.read_metadata(path)
    return Size(footer.num_rows, sum(footer.row_group(number).total_byte_size for number in range(footer.num_row_groups)))
