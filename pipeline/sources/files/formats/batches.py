"""Batches of rows, and what all formats share: options and `FoundColumns`.

Does not belong here: the grammar of a format.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipeline.sources.files.streams import LIMITS, Limits
from pipeline.sources.rows import COLUMNS, ROWS

Row = tuple[str | None, ...]  # the columns in order, then why the row is unreadable

#: Columns that are published or quoted as text, so that an object in them needs to be mapped. A link that is one counts as none anyway.
TEXT_COLUMNS = ("source", "title", "body")

_MOST_NAMES = 1_000  # every row of a JSON file may have other fields
_FIELDS_SHOWN, _CHARACTERS_SHOWN = 3, 30  # of an object


# News interfaces such as that of NewsAPI describe the outlet in an object.
_NESTED_NAMES: Mapping[str, tuple[str, ...]] = {"source": ("source.name", "source")}


@dataclass(frozen=True)
class ReadOptions:
    """Names of columns, encoding and limits of a file.

    `columns` maps our columns to their names in the file; a column that is not in it has our name. Without `encoding` it is guessed; if the
    guess is not UTF-8, a message is added to `guessed`. Parquet files are unpacked in `unpack_in`, or else where the system has its
    temporary files.
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    encoding: str | None = None
    limits: Limits = LIMITS
    guessed: list[str] | None = None
    unpack_in: Path | None = None

    def names(self, column: str) -> tuple[str, ...]:
        """Return the names of one of our columns in the file.

        In each row, the first that is not empty is used.
        """
        return self.columns.get(column) or _NESTED_NAMES.get(column, (column,))


@dataclass
class FoundColumns:
    """Columns that a file has, under our and under its names.

    `ours`: our names (`COLUMNS`); `theirs`: about the first thousand names in the file. `is_complete`: a header named all columns;
    otherwise every row may add some.
    """

    ours: set[str] = field(default_factory=set)
    theirs: dict[str, None] = field(default_factory=dict)
    is_complete: bool = False

    def add_names(self, names: Iterable[str]) -> None:
        """Add the file's own names of columns.

        Nothing is added if there are a thousand already.
        """
        if len(self.theirs) < _MOST_NAMES:
            self.theirs.update(dict.fromkeys(names))


def unreadable_row(reason: str) -> Row:
    """Return an empty row with the reason why it is unreadable."""
    return (*(None for _ in COLUMNS), reason)


def explain_object(column: str, name: str, fields: Sequence[str]) -> str:
    """Say that a value is an object, and what to map.

    `column`: our column; `name`: that of the value in the file, with dots; `fields`: those of the object, none for a list.
    """
    if not fields:
        return f"{name} is a list of objects or lists, not of texts; write its text as one field"
    # Lone surrogates are replaced, because Polars rejects them.
    shown = [field[:_CHARACTERS_SHOWN].encode(errors="replace").decode() for field in fields[:_FIELDS_SHOWN]]
    listed = f"{', '.join(map(repr, shown))}{', …' if len(fields) > _FIELDS_SHOWN else ''}"
    return f'{name} is an object with {listed}, not text; map a field of it in tension.toml, e.g. {column} = "{name}.{shown[0]}"'


def to_batches(rows: Iterable[Row], limits: Limits) -> Iterator[pl.DataFrame]:
    """Group rows into frames (`ROWS`) within the limits of memory.

    A frame ends with the row that reaches `batch_rows` rows or `batch_bytes` characters.
    """
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(len(value) for value in row if value)
        if len(batch) >= limits.batch_rows or characters >= limits.batch_bytes:
            yield pl.DataFrame(batch, schema=ROWS, orient="row")
            batch, characters = [], 0
    if batch:
        yield pl.DataFrame(batch, schema=ROWS, orient="row")
