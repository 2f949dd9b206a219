"""Checks that follow from a table's contract alone: its key, its required values, its vocabularies.

Belongs here: what the contract says about values. Does not: columns and types (`Table.conform`), and promises of `expectations/`.
Polars only: a frame that breaks its contract must be found without Great Expectations.
"""

from collections.abc import Callable, Iterator

import polars as pl

from pipeline.contracts.model import Table
from pipeline.quality.outcomes import Detail, Outcome

KEY_IS_UNIQUE = "key_is_unique"
REQUIRED_VALUES_PRESENT = "required_values_present"
VOCABULARY_IS_CLOSED = "vocabulary_is_closed"
_EXAMPLES = 5


def declared(table: Table) -> Iterator[tuple[str, str]]:
    """Name and reason of each built-in check that the table has, in the order in which they run. All are critical."""
    yield KEY_IS_UNIQUE, f"one row for each {', '.join(table.key)}: {table.grain}"
    yield REQUIRED_VALUES_PRESENT, "columns that are not nullable hold a value in every row, and no number is NaN or infinite"
    closed = [f"{column.name} ({column.vocabulary.name})" for column in table.columns if column.vocabulary]
    if closed:
        yield VOCABULARY_IS_CLOSED, f"only words of the vocabulary: {', '.join(closed)}"


def check(table: Table, frame: pl.DataFrame) -> list[Outcome]:
    """One outcome for each built-in check, for a frame of the contract's shape."""
    checks = {
        KEY_IS_UNIQUE: _repeated_keys,
        REQUIRED_VALUES_PRESENT: _missing_values,
        VOCABULARY_IS_CLOSED: _foreign_words,
    }
    outcomes = []
    for name, reason in declared(table):
        failed, examples = checks[name](table, frame)
        detail = Detail(frame.height, failed, tuple(examples[:_EXAMPLES]))
        outcomes.append(Outcome(name, failed == 0, "critical", reason, detail))
    return outcomes


def _repeated_keys(table: Table, frame: pl.DataFrame) -> tuple[int, list[str]]:
    """Rows whose key stands elsewhere too; an empty part of a key equals another empty part."""
    keys = frame.select(table.key)
    repeated = keys.filter(keys.is_duplicated())
    shown = repeated.unique(maintain_order=True).head(_EXAMPLES)
    return repeated.height, [", ".join(f"{name}={value}" for name, value in row.items()) for row in shown.iter_rows(named=True)]


def _missing_values(table: Table, frame: pl.DataFrame) -> tuple[int, list[str]]:
    """Rows with an empty required value or a number that is none. NaN stands for nothing: an absent number is null."""
    bad = {
        column.name: (pl.lit(value=False) if column.nullable else pl.col(column.name).is_null())
        | (~pl.col(column.name).is_finite().fill_null(value=True) if column.dtype.is_float() else pl.lit(value=False))
        for column in table.columns
    }
    return _failures(frame, bad, lambda name, count: f"{name} in {count} {'row' if count == 1 else 'rows'}")


def _foreign_words(table: Table, frame: pl.DataFrame) -> tuple[int, list[str]]:
    """Rows with a word that is not in its column's vocabulary; empty values are the other check's."""
    bad = {
        column.name: ~pl.col(column.name).is_in(list(column.vocabulary.words)).fill_null(value=True)
        for column in table.columns
        if column.vocabulary
    }

    def told(name: str, _count: int) -> str:
        words = frame.filter(bad[name])[name].unique(maintain_order=True).head(_EXAMPLES)
        return f"{name} {', '.join(repr(word) for word in words)}"

    return _failures(frame, bad, told)


def _failures(frame: pl.DataFrame, bad: dict[str, pl.Expr], told: Callable[[str, int], str]) -> tuple[int, list[str]]:
    """Rows for which any of the conditions holds, and a few words on each column that has some."""
    found = frame.select(condition.alias(name) for name, condition in bad.items())
    counts = {name: int(found[name].sum()) for name in found.columns}
    failed = found.select(pl.any_horizontal(pl.all()).sum()).item() if found.height else 0
    return int(failed), [told(name, count) for name, count in counts.items() if count]
