"""What every format is asked for and finds: our columns under the archive's names, and batches of rows that stay small.

Belongs here: names of columns, rows put together to frames. Does not: the grammar of any format.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from pipeline.sources.files.streams import LIMITS, Limits
from pipeline.sources.rows import COLUMNS, ROWS

Row = tuple[str | None, ...]  # the columns in order, then why the line was unreadable

_NAMES_KEPT = 1_000  # a file may give every row other fields


@dataclass(frozen=True)
class Asked:
    """How a file is to be read: what it calls our columns, in which encoding it is written, and how much of it is held at once.

    `guessed` is told when an encoding had to be guessed.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    encoding: str | None = None
    limits: Limits = LIMITS
    guessed: list[str] | None = None

    def names(self, column: str) -> tuple[str, ...]:
        """What the file may call one of our columns; of several the first that is not empty is taken."""
        return self.columns.get(column) or (column,)


@dataclass
class Found:
    """What a file was found to hold: which of our columns, and its own names for people to see (the first thousand).

    `is_whole`: a header has named all columns there are; else more may come with every row.
    """

    ours: set[str] = field(default_factory=set)
    theirs: dict[str, None] = field(default_factory=dict)
    is_whole: bool = False

    def note(self, names: Iterable[str]) -> None:
        """The file's own names of columns."""
        if len(self.theirs) < _NAMES_KEPT:
            self.theirs.update(dict.fromkeys(names))


def unreadable(reason: str) -> Row:
    """A row of which nothing is known but why it cannot be read."""
    return (*(None for _ in COLUMNS), reason)


def batches(rows: Iterable[Row], limits: Limits) -> Iterator[pl.DataFrame]:
    """The rows as frames (`ROWS`) of at most so many rows and about so much text."""
    batch: list[Row] = []
    held = 0
    for row in rows:
        batch.append(row)
        held += sum(len(value) for value in row if value)
        if len(batch) >= limits.batch_rows or held >= limits.batch_bytes:
            yield pl.DataFrame(batch, schema=ROWS, orient="row")
            batch, held = [], 0
    if batch:
        yield pl.DataFrame(batch, schema=ROWS, orient="row")
