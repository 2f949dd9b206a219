"""Checks that follow from a table's contract: unique key, required values, vocabularies.

Columns and types are checked by `Table.conform`; rules about values are in `derived.py` and `expectations/`. Needs Polars only, not Great
Expectations.
"""

from collections.abc import Callable, Iterator

import polars as pl

from pipeline.contracts.model import Table
from pipeline.quality.outcomes import Detail, Outcome

KEY_IS_UNIQUE = "key_is_unique"
REQUIRED_VALUES_PRESENT = "required_values_present"
VOCABULARY_IS_CLOSED = "vocabulary_is_closed"
_EXAMPLES = 5


def list_built_in_checks(table: Table) -> Iterator[tuple[str, str]]:
    """Yield name and reason of each check that applies to a table.

    They come in the order in which they run. All are critical: if one fails, the table is not written.
    """
    yield KEY_IS_UNIQUE, f"one row for each {', '.join(table.key)}: {table.grain}"
    yield REQUIRED_VALUES_PRESENT, "columns that are not nullable have a value in every row, and no number is NaN or infinite"
    closed = [f"{column.name} ({column.vocabulary.name})" for column in table.columns if column.vocabulary]
    if closed:
        yield VOCABULARY_IS_CLOSED, f"only words of the vocabulary: {', '.join(closed)}"


def run_built_in_checks(table: Table, frame: pl.DataFrame) -> list[Outcome]:
    """Run the checks of `list_built_in_checks` on rows of a table.

    `frame` must have the columns and types of the contract (`Table.conform`). Each outcome has the number of rows that failed and up to
    five examples.
    """
    checks = {
        KEY_IS_UNIQUE: _find_duplicate_keys,
        REQUIRED_VALUES_PRESENT: _find_missing_values,
        VOCABULARY_IS_CLOSED: _find_unknown_words,
    }
    outcomes = []
    for name, reason in list_built_in_checks(table):
        failed, examples = checks[name](table, frame)
        detail = Detail(frame.height, failed, tuple(examples[:_EXAMPLES]))
        outcomes.append(Outcome(name, failed == 0, "critical", reason, detail))
    return outcomes


def _find_duplicate_keys(table: Table, frame: pl.DataFrame) -> tuple[int, list[str]]:
    """Count the rows that share their key with another row.

    All rows of a repeated key count, also the first. Nulls compare equal. Returns the number, and up to five of the repeated keys in words.
    """
    keys = frame.select(table.key)
    duplicates = keys.filter(keys.is_duplicated())
    shown = duplicates.unique(maintain_order=True).head(_EXAMPLES)
    return duplicates.height, [", ".join(f"{name}={value}" for name, value in row.items()) for row in shown.iter_rows(named=True)]


def _find_missing_values(table: Table, frame: pl.DataFrame) -> tuple[int, list[str]]:
    """Count the rows with a missing value.

    That is a null in a required column, or NaN or infinity in any column: an absent number must be null. Returns the number, and for each
    such column a text with its name and its number of missing values.
    """
    conditions = {
        column.name: (pl.lit(value=False) if column.nullable else pl.col(column.name).is_null())
        | (~pl.col(column.name).is_finite().fill_null(value=True) if column.dtype.is_float() else pl.lit(value=False))
        for column in table.columns
    }
    return _count_failures(frame, conditions, lambda name, count: f"{name} in {count} {'row' if count == 1 else 'rows'}")


def _find_unknown_words(table: Table, frame: pl.DataFrame) -> tuple[int, list[str]]:
    """Count the rows with a word outside its column's vocabulary.

    Nulls are left to the check of required values. Returns the number, and for each such column a text with its name and up to five of
    these words.
    """
    conditions = {
        column.name: ~pl.col(column.name).is_in(list(column.vocabulary.words)).fill_null(value=True)
        for column in table.columns
        if column.vocabulary
    }

    def describe(name: str, _count: int) -> str:
        words = frame.filter(conditions[name])[name].unique(maintain_order=True).head(_EXAMPLES)
        return f"{name} {', '.join(repr(word) for word in words)}"

    return _count_failures(frame, conditions, describe)


def _count_failures(frame: pl.DataFrame, conditions: dict[str, pl.Expr], describe: Callable[[str, int], str]) -> tuple[int, list[str]]:
    """Count the rows in which at least one column fails.

    `conditions`: for each column, an expression that is true where it fails. Returns the number of rows, and for each failing column what
    `describe` makes of its name and the number of its failures.
    """
    matches = frame.select(condition.alias(name) for name, condition in conditions.items())
    counts = {name: int(matches[name].sum()) for name in matches.columns}
    failed = matches.select(pl.any_horizontal(pl.all()).sum()).item() if matches.height else 0
    return int(failed), [describe(name, count) for name, count in counts.items() if count]
