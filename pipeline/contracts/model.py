"""Types of contracts: `Vocabulary`, `Source`, `Column` with its constraints, `Table`.

Belongs here: the types and what follows from one contract alone, e.g. a schema or an example row.
Does not: particular tables (`tables/`), or checks of values against constraints (`pipeline/quality`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import polars as pl

from pipeline.contracts.patterns import Pattern
from pipeline.errors import UserError

Layer = Literal["raw", "core", "index", "trade"]


class ContractError(UserError, ValueError):
    """Data does not fit its contract, or a name is unknown.

    The message names the table. Examples: a column is missing; there is no table of that name.
    """


@dataclass(frozen=True)
class Vocabulary:
    """Closed list of words allowed in a column, each with its meaning."""

    name: str
    description: str
    words: Mapping[str, str]

    def __contains__(self, word: object) -> bool:
        return word in self.words


@dataclass(frozen=True)
class Source:
    """Origin of data, as shown to users.

    It has title, URL, licence, publication cadence and delay (`release_lag`).
    """

    name: str
    title: str
    url: str
    licence: str
    cadence: str
    release_lag: str


@dataclass(frozen=True)
class Implication:
    """Constraint: a word in this column requires a certain word in another.

    `column` is the other column; `words` maps words of this column to the only word that a row may have there, e.g. kind to polarity.
    """

    column: str
    words: Mapping[str, str]

    def group_words(self) -> dict[str, list[str]]:
        """Return for each implied word the words that imply it."""
        return {other: [word for word, implied in self.words.items() if implied == other] for other in dict.fromkeys(self.words.values())}


@dataclass(frozen=True)
class Column:
    """Column with type, meaning, unit, a valid example and constraints.

    The constraints, from `pattern` on, are checked before a table is written (`pipeline/quality/derived.py`) and shown in the data
    dictionary; datapackage.json has only those that Frictionless knows. `at_least`, `above` and `differs_from` name other columns of the
    table. In each row the value is at least theirs, above theirs, or different. `minimum`, `maximum` and the lengths (in characters) are
    included in what is allowed; `values`, if not empty, are all that is allowed. `reason` says what a forbidden value would break. Nulls
    satisfy every constraint; `nullable` says whether there may be any. `empty_is_none`: an empty text means that there is none, and is null
    in a release.
    """

    name: str
    dtype: pl.DataType
    description: str
    example: Any
    unit: str = ""
    nullable: bool = False
    empty_is_none: bool = False
    vocabulary: Vocabulary | None = None
    pattern: Pattern | None = None
    minimum: Any = None
    exclusive_minimum: Any = None
    maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None
    values: tuple[str, ...] = ()
    implies: Implication | None = None
    at_least: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    differs_from: tuple[str, ...] = ()
    reason: str = ""

    @property
    def may_be_null(self) -> bool:
        """Whether a release may have nulls in the column."""
        return self.nullable or self.empty_is_none


@dataclass(frozen=True)
class Table:
    """Table: what a row is (`grain`), unique key, columns, and storage.

    `day` names the column that splits the table into one file per day in the lake; without it the table is one file there.
    `published` tables are written to the database and as Parquet; the others stay in the lake.
    `is_side_table`: the index does not depend on it, so the index is published even if building the table fails.
    `sources`: names in `SOURCES` (`pipeline/contracts/sources.py`) from which its rows come.
    """

    name: str
    title: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    layer: Layer
    day: str | None = None
    published: bool = False
    is_side_table: bool = False
    sources: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        """Raise `ContractError` if the columns do not fit together.

        That is if two have one name, or if `key`, `day` or a constraint names a column that the table does not have.
        """
        names = [column.name for column in self.columns]
        others = {
            name
            for column in self.columns
            for name in (*column.at_least, *column.above, *column.differs_from, *([column.implies.column] if column.implies else []))
        }
        if unknown := sorted(others - set(names)):
            raise ContractError(f"table {self.name}: a constraint names {', '.join(unknown)}, but the table has no such column")
        missing = [name for name in (*self.key, *([self.day] if self.day else [])) if name not in names]
        if missing:
            raise ContractError(f"table {self.name}: key or day columns {missing} are not columns")
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ContractError(f"table {self.name}: more than one column is named {', '.join(repeated)}")

    @cached_property
    def schema(self) -> pl.Schema:
        """Column names and Polars types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def published_schema(self) -> pl.Schema:
        """Column names and Polars types in a release.

        A column with a vocabulary is an enum of its words; the others have their types in `schema`.
        """
        return pl.Schema({c.name: pl.Enum(list(c.vocabulary.words)) if c.vocabulary else c.dtype for c in self.columns})

    def to_published(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Convert the table's frame to the types of a release.

        Columns with a vocabulary become enums, and Polars raises an error on other words. Empty texts become null in columns with
        `empty_is_none`.
        """
        nulls = [pl.col(c.name).replace("", None) for c in self.columns if c.empty_is_none]
        return frame.with_columns(nulls).cast(self.published_schema)

    def from_published(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Convert a table of a release to the types of the contract.

        This reverses `to_published`: enums become texts, and nulls become empty texts in columns with `empty_is_none`.
        """
        texts = [pl.col(c.name).fill_null("") for c in self.columns if c.empty_is_none]
        return frame.cast(self.schema).with_columns(texts)

    def column(self, name: str) -> Column:
        """Return the column of that name; `ContractError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError(f"table {self.name} has no column {name!r}; it has {', '.join(self.schema.names())}")

    def empty(self) -> pl.DataFrame:
        """Return a frame with the right columns and no rows."""
        return pl.DataFrame(schema=self.schema)

    def example(self, rows: int = 1) -> pl.DataFrame:
        """Return a frame of `rows` equal rows: the examples of all columns."""
        return pl.DataFrame({c.name: [c.example] * rows for c in self.columns}, schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with this table's columns in order, sorted by key.

        The order is ascending, nulls last. Whether the key is unique is not checked.

        Raises `ContractError` on missing, extra or mistyped columns. Types are not cast, because a cast would hide the mistake.
        """
        types = frame.schema
        missing = [name for name in self.schema if name not in types]
        extra = [name for name in types if name not in self.schema]
        wrong = {name: f"{types[name]} instead of {dtype}" for name, dtype in self.schema.items() if name in types and types[name] != dtype}
        if missing or extra or wrong:
            raise ContractError(
                f"table {self.name}: missing columns {missing}, extra columns {extra}, mistyped columns {wrong}. "
                f"Fix the code that builds the table, or change its contract in pipeline/contracts/tables."
            )
        rows = frame.select(self.schema.names())
        return rows if is_sorted(rows, self.key) else rows.sort(self.key, nulls_last=True)


def is_sorted(frame: pl.DataFrame, key: tuple[str, ...]) -> bool:
    """Return whether rows are sorted by the key, in ascending order.

    Rows with equal keys may follow each other in any order. False also if a null makes it impossible to compare two neighbouring rows. The
    check is much faster than sorting rows that are in order.
    """
    if frame.height <= 1:
        return True
    # Whether each row and the next are in order by the columns seen so far; the loop goes from the last column of the key to the first.
    in_order = pl.Series([True])
    for name in reversed(key):
        before, after = frame[name].head(-1), frame[name].slice(1)
        in_order = (before < after) | ((before == after) & in_order)
    return in_order.all(ignore_nulls=False) is True
