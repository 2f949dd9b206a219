"""Split tables too large for memory into batches of days.

Belongs here: sizes of batches, grouping of days, and temporary files with the rows of each day. Does not: reading and writing the files of
the lake (`lake.py`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table


@dataclass(frozen=True)
class Size:
    """Size of rows of a table: their number and their uncompressed bytes."""

    rows: int = 0
    text_bytes: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.rows + other.rows, self.text_bytes + other.text_bytes)


@dataclass(frozen=True)
class BatchLimit:
    """Largest batch that is held in memory, in rows and bytes.

    `size in limit` is true if a `Size` exceeds neither number. A single day may be larger (`group_days`). The limits are small because what
    is computed from a text takes several times its size.
    """

    rows: int = 50_000
    text_bytes: int = 64_000_000

    def __contains__(self, size: Size) -> bool:
        return size.rows <= self.rows and size.text_bytes <= self.text_bytes


BATCH_LIMIT = BatchLimit()


def group_days(sizes: Iterable[tuple[date, Size]], limit: BatchLimit) -> Iterator[Days]:
    """Group consecutive days into batches within `limit`.

    `sizes`: every day in order, also one without rows, with the size of its rows. Yields ranges of days; all but the last end where the
    next day would go above the limit. A single day above the limit is a batch of its own.
    """
    first: date | None = None
    last, total = date.min, Size()
    for day, size in sizes:
        if first is not None and total + size not in limit:
            yield Days(first, last)
            first, total = None, Size()
        first, last, total = first or day, day, total + size
    if first is not None:
        yield Days(first, last)


def sort_into_batches(
    table: Table, frames: Iterable[pl.DataFrame], days: Days, folder: Path, limit: BatchLimit
) -> Iterator[tuple[Days, pl.DataFrame]]:
    """Yield rows in batches of consecutive days, sorted by key.

    Every day of `days` is in one batch, which may have no rows. `frames` have the table's schema and only rows of `days`. The rows of each
    day are written to a file in `folder`, which the caller deletes. The first batch is yielded after the last frame is read.
    """
    assert table.day is not None
    sizes: dict[date, Size] = {}
    for frame in frames:
        for (day,), rows in frame.partition_by(table.day, as_dict=True).items():
            assert isinstance(day, date)
            with _day_file(folder, day).open("ab") as file:
                rows.write_ipc_stream(file, compression="zstd", compat_level=pl.CompatLevel.oldest())
            sizes[day] = sizes.get(day, Size()) + Size(rows.height, int(rows.estimated_size()))
    for batch in group_days(((day, sizes.get(day, Size())) for day in days), limit):
        parts = [table.empty(), *(frame for day in batch if day in sizes for frame in _read_frames(_day_file(folder, day)))]
        yield batch, table.conform(pl.concat(parts))


def _day_file(folder: Path, day: date) -> Path:
    """Return the path of the temporary file with a day's rows."""
    return folder / f"{day.isoformat()}.arrows"


def _read_frames(path: Path) -> Iterator[pl.DataFrame]:
    """Read the frames of a file of consecutive Arrow streams."""
    with path.open("rb") as file:
        while file.peek(1):
            yield pl.DataFrame(pa.ipc.open_stream(file).read_all())
