"""The lake: every table of the contracts as Parquet, one file a day or one file a table. The record from which all else is rebuilt.

Layout: `<root>/<table>/<year>/<day>.parquet` for tables filed by day, `<root>/<table>/<year>.parquet` for large ones that are made whole,
`<root>/<table>/<table>.parquet` for the others. A day's file without rows says that the day was processed and held nothing; no file says
that it was not processed.
"""

import os
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError, Table


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
        if table.files_by_year:
            years = None if days is None else {str(day.year) for day in days}
            return sorted(path for path in (self.root / table.name).glob("*.parquet") if years is None or path.stem in years)
        if table.day is None:
            whole = self.root / table.name / f"{table.name}.parquet"
            return [whole] if whole.exists() else []
        if days is not None:
            return [path for day in days if (path := self._day_file(table, day)).exists()]
        return sorted((self.root / table.name).glob("*/*.parquet"))

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
            if table.files_by_year and days is not None:
                rows = rows.filter(pl.col("index_date").is_between(days.first, days.last))
            return rows.select(chosen).collect()
        except (pl.exceptions.SchemaError, pl.exceptions.ColumnNotFoundError) as error:
            raise ContractError(
                f"{self.root / table.name}: files of an earlier shape of this table ({error}); remove the folder and run its days again"
            ) from error

    def written_at(self, table: Table) -> datetime | None:
        """When the table was last written; None before the first run."""
        times = [path.stat().st_mtime for path in self.files(table)]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def height(self, table: Table) -> int:
        """How many rows the table holds, from its files' footers."""
        files = self.files(table)
        return int(pl.scan_parquet(files, hive_partitioning=False).select(pl.len()).collect().item()) if files else 0

    def write(self, table: Table, frame: pl.DataFrame) -> None:
        """Replace the whole table. `ContractError` when the frame is not of the contract's shape; nothing is written then."""
        if table.day is not None:
            raise ContractError(f"table {table.name} is filed by day; use write_days()")
        if table.files_by_year:
            self.write_parts(table, [table.conform(frame)])
        else:
            write_parquet(table.conform(frame), self.root / table.name / f"{table.name}.parquet")

    def write_parts(self, table: Table, parts: Iterable[pl.DataFrame]) -> int:
        """Replace a table of one file a year, and count its rows. `parts` come in order of time and are taken one at a time.

        Whatever is raised while they are made leaves the table as it was.
        """
        folder, staging, old = (self.root / f"{mark}{table.name}" for mark in ("", ".new-", ".old-"))
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True)
        try:
            with ExitStack() as open_files:
                height = _write_by_year(table, parts, staging, open_files)
            shutil.rmtree(old, ignore_errors=True)
            if folder.exists():
                folder.replace(old)
            staging.replace(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)
        return height

    def write_days(self, table: Table, frame: pl.DataFrame, days: Days) -> None:
        """Replace exactly these days. `ContractError` when the frame holds another day or shape; nothing is written then."""
        if table.day is None:
            raise ContractError(f"table {table.name} is not filed by day; use write()")
        conformed = table.conform(frame)
        outside = conformed.filter(~pl.col(table.day).is_between(days.first, days.last).fill_null(value=False))
        if not outside.is_empty():
            raise ContractError(
                f"table {table.name}: {outside.height} rows belong to other days than {days}, the first to {outside[table.day][0]}; "
                f"filter them before they are written"
            )
        by_day = conformed.partition_by(table.day, as_dict=True, maintain_order=True)
        empty = table.empty()
        for day in days:
            write_parquet(by_day.get((day,), empty), self._day_file(table, day))


def _write_by_year(table: Table, parts: Iterable[pl.DataFrame], folder: Path, open_files: ExitStack) -> int:
    writers: dict[int, pq.ParquetWriter] = {}
    height = 0
    for part in parts:
        rows = table.conform(part)
        height += rows.height
        for year in rows["index_date"].dt.year().unique().sort():
            of_year = rows.filter(pl.col("index_date").dt.year() == year).to_arrow(compat_level=pl.CompatLevel.oldest())
            if year not in writers:
                writer = pq.ParquetWriter(folder / f"{year}.parquet", of_year.schema, compression="zstd")
                writers[year] = open_files.enter_context(writer)
            writers[year].write_table(of_year)
    return height
