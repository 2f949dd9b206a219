"""The types that contracts are written in: `Vocabulary`, `Source`, `Column` with its constraints, `Table`.

Belongs here: the frozen types and what follows from one contract alone (a schema, an example row).
Does not: any particular table (`tables/`), or checking data against a contract (`pipeline/quality`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from pipeline.contracts.patterns import Pattern
from pipeline.errors import UserError

Layer = Literal["raw", "core", "index", "trade"]


class ContractError(UserError, ValueError):
    """Data or a name does not agree with its contract; the message says which table, what is wrong and what to do."""


@dataclass(frozen=True)
class Vocabulary:
    """A closed list of words that a `_code`-like column may hold, each with its meaning."""

    name: str
    description: str
    words: Mapping[str, str]

    def __contains__(self, word: object) -> bool:
        return word in self.words


@dataclass(frozen=True)
class Source:
    """Where facts come from: title, address, licence, how often it publishes and how late (`release_lag`)."""

    name: str
    title: str
    url: str
    licence: str
    cadence: str
    release_lag: str


@dataclass(frozen=True)
class WordsBy:
    """Which words a column may hold where another column has a certain word: a mapping of this column's words to the other's."""

    column: str
    words: Mapping[str, str]

    def allowed(self) -> dict[str, list[str]]:
        """For each word of the other column the words allowed here."""
        return {other: [word for word, its in self.words.items() if its == other] for other in dict.fromkeys(self.words.values())}


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, its unit, a value that a correct row could hold, and what holds of every value.

    The constraints (from `pattern` on) are checked before a table is written (`pipeline/quality/derived.py`) and shown in the data
    dictionary and in datapackage.json. `at_least`, `above` and `differs_from` name other columns of the table. `reason` says what goes
    wrong for a reader when a value is out of bounds. Nulls satisfy every constraint; `nullable` says whether there may be any.
    """

    name: str
    dtype: pl.DataType
    description: str
    example: Any
    unit: str = ""
    nullable: bool = False
    vocabulary: Vocabulary | None = None
    pattern: Pattern | None = None
    minimum: Any = None
    exclusive_minimum: Any = None
    maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None
    values: tuple[str, ...] = ()
    words_by: WordsBy | None = None
    at_least: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    differs_from: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Table:
    """One table: what a row is (`grain`), the key that makes it unique, its columns, and where it lives.

    `day` names the column that files rows into days of the lake; a table without one is a single file.
    `published` tables leave the house in the database and in Parquet; the others stay in the lake.
    `is_side_table`: the index does not read it, so a failure to build it must not keep the index from being published.
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
        names = [column.name for column in self.columns]
        others = {
            name
            for column in self.columns
            for name in (*column.at_least, *column.above, *column.differs_from, *([column.words_by.column] if column.words_by else []))
        }
        if unknown := sorted(others - set(names)):
            raise ContractError(f"table {self.name}: a constraint names {', '.join(unknown)}, which are no columns of it")
        missing = [name for name in (*self.key, *([self.day] if self.day else [])) if name not in names]
        if missing or len(set(names)) != len(names):
            raise ContractError(f"table {self.name}: key or day columns {missing} are not columns, or a name stands twice")

    @property
    def schema(self) -> pl.Schema:
        """Column names and Polars types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def column(self, name: str) -> Column:
        """The column of that name; `ContractError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError(f"table {self.name} has no column {name!r}; it has {', '.join(self.schema.names())}")

    def empty(self) -> pl.DataFrame:
        """No rows, the right columns."""
        return pl.DataFrame(schema=self.schema)

    def example(self, rows: int = 1) -> pl.DataFrame:
        """`rows` copies of the example row that the columns carry."""
        return pl.DataFrame({c.name: [c.example] * rows for c in self.columns}, schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns in order, sorted by key; `ContractError` names what differs.

        Types must already be right: a cast here would hide the mistake that made them wrong.
        """
        missing = [name for name in self.schema if name not in frame.columns]
        extra = [name for name in frame.columns if name not in self.schema]
        wrong = {
            name: f"{frame.schema[name]} instead of {dtype}"
            for name, dtype in self.schema.items()
            if name in frame.columns and frame.schema[name] != dtype
        }
        if missing or extra or wrong:
            raise ContractError(
                f"table {self.name}: missing columns {missing}, extra columns {extra}, mistyped columns {wrong}. "
                f"Fix what makes the table, or change its contract in pipeline/contracts/tables."
            )
        rows = frame.select(self.schema.names())
        return rows if _is_sorted(rows, self.key) else rows.sort(self.key, nulls_last=True)


def _is_sorted(frame: pl.DataFrame, key: tuple[str, ...]) -> bool:
    """Whether the rows are in order of the key: many times faster than sorting rows that are. False where the key has empty values."""
    if frame.height <= 1:
        return True
    in_order = pl.Series([True])
    for name in reversed(key):
        before, after = frame[name].head(-1), frame[name].slice(1)
        in_order = (before < after) | ((before == after) & in_order)
    return in_order.all(ignore_nulls=False) is True
