"""Rules that follow from the constraints of a contract's columns, each with a row that breaks it.

Belongs here: constraints into rules. Does not: the constraints (`pipeline/contracts`), judgement about values (`expectations/`), or checks
that need no Great Expectations (`built_in.py`).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.contracts.model import Column, Table
from pipeline.quality.rules import Rule

_OUT_OF_BOUNDS = "a value outside these bounds has the wrong unit or sign, or was computed wrongly"


def derive_rules(table: Table) -> tuple[Rule, ...]:
    """The rules of a table's constraints, in the order of its columns. All are critical."""
    return tuple(rule for column in table.columns for rule in _rules_of(table, column))


def _rules_of(table: Table, column: Column) -> Iterator[Rule]:
    name = column.name
    if pattern := column.pattern:
        with_regex = {"column": name, "regex": pattern.regex}
        yield _rule(
            table, f"{name}_matches_{pattern.name}", "column_values_to_match_regex", with_regex, pattern.reason, _each(name, pattern.wrong)
        )
    if (bounds := _bounds(column)) is not None:
        reason = column.reason or _OUT_OF_BOUNDS
        yield _rule(table, f"{name}_is_within_bounds", "column_values_to_be_between", bounds, reason, _each(name, tuple(_outside(column))))
    if column.min_length is not None or column.max_length is not None:
        yield _length_rule(table, column)
    if column.values:
        with_values = {"column": name, "value_set": list(column.values)}
        reason = column.reason or f"{name} has a closed list of values; another one is read by nobody"
        yield _rule(table, f"{name}_is_in_list", "column_values_to_be_in_set", with_values, reason, _each(name, ("no such value",)))
    yield from _rules_between_words(table, column)
    yield from _rules_between_columns(table, column)


def _rule(
    table: Table,
    name: str,
    expectation: str,
    arguments: dict[str, Any],
    reason: str,
    breaks: tuple[dict[str, Any], ...],
    where: dict[str, Any] | None = None,
) -> Rule:
    return Rule(
        table=table.name,
        name=name,
        type=f"expect_{expectation}",
        arguments=arguments,
        severity="critical",
        reason=reason,
        breaks=breaks,
        where=where or {},
    )


def _each(name: str, values: tuple[Any, ...]) -> tuple[dict[str, Any], ...]:
    return tuple({name: value} for value in values)


def _bounds(column: Column) -> dict[str, Any] | None:
    lowest = column.exclusive_minimum if column.exclusive_minimum is not None else column.minimum
    if lowest is None and column.maximum is None:
        return None
    bounds = {"column": column.name, "min_value": lowest, "max_value": column.maximum}
    if column.exclusive_minimum is not None:
        bounds["strict_min"] = True
    return {key: value for key, value in bounds.items() if value is not None}


def _outside(column: Column) -> Iterator[Any]:
    """The nearest values that are out of bounds, one on each bounded side."""
    if column.exclusive_minimum is not None:
        yield column.exclusive_minimum
    if column.minimum is not None:
        yield _lower(column.minimum)
    if column.maximum is not None:
        yield column.maximum + 1


def _lower(value: Any) -> Any:
    """A value below this one, of its type."""
    if isinstance(value, datetime):
        return value - timedelta(seconds=1)
    return value - timedelta(days=1) if isinstance(value, date) else value - 1


def _length_rule(table: Table, column: Column) -> Rule:
    bounds = {"column": column.name, "min_value": column.min_length, "max_value": column.max_length}
    wrong = [""] if column.min_length else []
    if column.max_length is not None:
        wrong.append("x" * (column.max_length + 1))
    return _rule(
        table,
        f"{column.name}_length_is_within_bounds",
        "column_value_lengths_to_be_between",
        {key: value for key, value in bounds.items() if value is not None},
        column.reason or f"an empty {column.name} says nothing, and an overlong one is text of another column",
        _each(column.name, tuple(wrong)),
    )


def _rules_between_words(table: Table, column: Column) -> Iterator[Rule]:
    if column.words_by is None:
        return
    other = column.words_by.column
    for word, allowed in column.words_by.allowed().items():
        foreign = next(each for each in column.words_by.words if each not in allowed)
        yield _rule(
            table,
            f"{column.name}_fits_{other}_{word}",
            "column_values_to_be_in_set",
            {"column": column.name, "value_set": allowed},
            f"only {', '.join(allowed)} belong to {word}; another {column.name} would be counted as what it is not",
            ({other: word, column.name: foreign},),
            where={other: word},
        )


def _rules_between_columns(table: Table, column: Column) -> Iterator[Rule]:
    greater = "column_pair_values_a_to_be_greater_than_b"
    for other in column.at_least:
        wrong = _lower(table.column(other).example)
        arguments = _pair(table, column, other) | {"or_equal": True}
        yield _comparison(table, column, f"is_at_least_{other}", greater, arguments, f"is never below {other}", wrong)
    for other in column.above:
        wrong = table.column(other).example
        yield _comparison(table, column, f"is_above_{other}", greater, _pair(table, column, other), f"is always above {other}", wrong)
    for other in column.differs_from:
        wrong = table.column(other).example
        arguments = _pair(table, column, other)
        yield _comparison(table, column, f"differs_from_{other}", "column_pair_values_to_differ", arguments, f"is never {other}", wrong)


def _comparison(table: Table, column: Column, name: str, expectation: str, arguments: dict[str, Any], says: str, wrong: Any) -> Rule:
    reason = f"{column.name} {says}; another row contradicts itself, and a reader cannot trust either value"
    return _rule(table, f"{column.name}_{name}", expectation, arguments, reason, ({column.name: wrong},))


def _pair(table: Table, column: Column, other: str) -> dict[str, Any]:
    """Arguments of a comparison. The library raises on a pair with one side missing unless it is told to skip such rows."""
    skips = {"ignore_row_if": "either_value_is_missing"} if column.nullable or table.column(other).nullable else {}
    return {"column_A": column.name, "column_B": other, **skips}
