"""Tables filed by day that are too large to be held at once: how much is, which days go together, and rows brought into their order.

Belongs here: sizes, and what lies on disk only until it is sorted. Does not: the lake's own files (`lake.py`).
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
    """Rows, and bytes before compression."""

    rows: int = 0
    text_bytes: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.rows + other.rows, self.text_bytes + other.text_bytes)


@dataclass(frozen=True)
class AtOnce:
    """The most that is held at once. What is made of a text takes several times its size."""

    rows: int = 50_000
    text_bytes: int = 64_000_000

    def __contains__(self, size: Size) -> bool:
        return size.rows <= self.rows and size.text_bytes <= self.text_bytes


AT_ONCE = AtOnce()


def together(sizes: Iterable[tuple[date, Size]], at_once: AtOnce) -> Iterator[Days]:
    """Consecutive days as spans of which each holds no more than may be held at once, or is a single day."""
    first: date | None = None
    last, held = date.min, Size()
    for day, size in sizes:
        if first is not None and held + size not in at_once:
            yield Days(first, last)
            first, held = None, Size()
        first, last, held = first or day, day, held + size
    if first is not None:
        yield Days(first, last)


def shelved(
    table: Table, batches: Iterable[pl.DataFrame], days: Days, folder: Path, at_once: AtOnce
) -> Iterator[tuple[Days, pl.DataFrame]]:
    """The rows of all batches by pieces of `days` and sorted by key; until then each day's rows are kept in a file in `folder`.

    Batches are of the table's shape and days.
    """
    assert table.day is not None
    sizes: dict[date, Size] = {}
    for batch in batches:
        for (day,), rows in batch.partition_by(table.day, as_dict=True).items():
            assert isinstance(day, date)
            with _shelf(folder, day).open("ab") as file:
                rows.write_ipc_stream(file, compression="zstd", compat_level=pl.CompatLevel.oldest())
            sizes[day] = sizes.get(day, Size()) + Size(rows.height, int(rows.estimated_size()))
    for piece in together(((day, sizes.get(day, Size())) for day in days), at_once):
        parts = [table.empty(), *(kept for day in piece if day in sizes for kept in _kept(_shelf(folder, day)))]
        yield piece, table.conform(pl.concat(parts))


def _shelf(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.arrows"


def _kept(path: Path) -> Iterator[pl.DataFrame]:
    """The frames in a file, which has each as a stream of its own, one behind the other."""
    with path.open("rb") as file:
        while file.peek(1):
            yield pl.DataFrame(pa.ipc.open_stream(file).read_all())
