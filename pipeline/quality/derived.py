"""Derive rules from the constraints of columns.

A rule is an expectation of Great Expectations about one table (`Rule`). Each comes with rows that must fail it, for its test.
The constraints are in `pipeline/contracts`, other rules in `expectations/`, checks without Great Expectations in `built_in.py`.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from pipeline.contracts.model import Column, Table
from pipeline.quality.rules import Rule

_OUT_OF_BOUNDS = "a value outside these bounds has the wrong unit or sign, or was computed wrongly"


def derive_rules(table: Table) -> tuple[Rule, ...]:
    """Return the rules that follow from the constraints of a table's columns.

    They are in the order of the columns; all are critical.
    """
    return tuple(rule for column in table.columns for rule in _derive_column_rules(table, column))


def _derive_column_rules(table: Table, column: Column) -> Iterator[Rule]:
    """Yield a rule for each constraint of one column."""
    name = column.name
    if pattern := column.pattern:
        with_regex = {"column": name, "regex": pattern.regex}
        yield _build_rule(
            table,
            f"{name}_matches_{pattern.name}",
            "column_values_to_match_regex",
            with_regex,
            pattern.reason,
            _broken_rows(name, pattern.wrong),
        )
    if (bounds := _bounds_arguments(column)) is not None:
        reason = column.reason or _OUT_OF_BOUNDS
        yield _build_rule(
            table,
            f"{name}_is_within_bounds",
            "column_values_to_be_between",
            bounds,
            reason,
            _broken_rows(name, tuple(_nearest_out_of_bounds(column))),
        )
    if column.min_length is not None or column.max_length is not None:
        yield _build_length_rule(table, column)
    if column.values:
        with_values = {"column": name, "value_set": list(column.values)}
        reason = column.reason or f"{name} has a closed list of values; no code handles another one"
        yield _build_rule(
            table, f"{name}_is_in_list", "column_values_to_be_in_set", with_values, reason, _broken_rows(name, ("no such value",))
        )
    yield from _derive_vocabulary_rules(table, column)
    yield from _derive_comparison_rules(table, column)


def _build_rule(
    table: Table,
    name: str,
    expectation: str,
    arguments: dict[str, Any],
    reason: str,
    breaks: tuple[dict[str, Any], ...],
    where: dict[str, Any] | None = None,
) -> Rule:
    """Build a critical rule.

    `expectation`: its type without the prefix `expect_`; `breaks`: rows that must fail it, as changes to the example row; `where`: values
    that limit it to some rows.
    """
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


def _broken_rows(name: str, values: tuple[Any, ...]) -> tuple[dict[str, Any], ...]:
    """Return rows that fail a rule, as changes to the example row.

    Each has one wrong value in the column `name`.
    """
    return tuple({name: value} for value in values)


def _bounds_arguments(column: Column) -> dict[str, Any] | None:
    """Return the arguments of the rule on bounds; None without bounds."""
    lowest = column.exclusive_minimum if column.exclusive_minimum is not None else column.minimum
    if lowest is None and column.maximum is None:
        return None
    bounds = {"column": column.name, "min_value": lowest, "max_value": column.maximum}
    if column.exclusive_minimum is not None:
        bounds["strict_min"] = True
    return {key: value for key, value in bounds.items() if value is not None}


def _nearest_out_of_bounds(column: Column) -> Iterator[Any]:
    """Yield the nearest value out of bounds on each bounded side."""
    if column.exclusive_minimum is not None:
        yield column.exclusive_minimum
    if column.minimum is not None:
        yield _just_below(column.minimum)
    if column.maximum is not None:
        yield column.maximum + 1


def _just_below(value: Any) -> Any:
    """Return a slightly smaller value: by a second, a day or 1."""
    if isinstance(value, datetime):
        return value - timedelta(seconds=1)
    return value - timedelta(days=1) if isinstance(value, date) else value - 1


def _build_length_rule(table: Table, column: Column) -> Rule:
    """Build the rule on the length of a text, in characters."""
    bounds = {"column": column.name, "min_value": column.min_length, "max_value": column.max_length}
    wrong = [""] if column.min_length else []
    if column.max_length is not None:
        wrong.append("x" * (column.max_length + 1))
    return _build_rule(
        table,
        f"{column.name}_length_is_within_bounds",
        "column_value_lengths_to_be_between",
        {key: value for key, value in bounds.items() if value is not None},
        column.reason or f"an empty {column.name} carries no information, and an overlong one is probably text of another column",
        _broken_rows(column.name, tuple(wrong)),
    )


def _derive_vocabulary_rules(table: Table, column: Column) -> Iterator[Rule]:
    """Yield the rules on words that imply a word of another column.

    For example, each `kind` implies a `polarity`. One rule for each implied word: where the other column has it, this column has one of the
    words that imply it.
    """
    if column.implies is None:
        return
    other = column.implies.column
    for context, allowed in column.implies.group_words().items():
        unfit = next(word for word in column.implies.words if word not in allowed)
        yield _build_rule(
            table,
            f"{column.name}_fits_{other}_{context}",
            "column_values_to_be_in_set",
            {"column": column.name, "value_set": allowed},
            f"only {', '.join(allowed)} belong to {context}; another {column.name} would be counted under the wrong {other}",
            ({other: context, column.name: unfit},),
            where={other: context},
        )


def _derive_comparison_rules(table: Table, column: Column) -> Iterator[Rule]:
    """Yield the rules that compare a column with others."""
    greater = "column_pair_values_a_to_be_greater_than_b"
    for other in column.at_least:
        wrong = _just_below(table.column(other).example)
        arguments = _pair_arguments(table, column, other) | {"or_equal": True}
        yield _build_comparison(table, column, f"is_at_least_{other}", greater, arguments, f"is never below {other}", wrong)
    for other in column.above:
        wrong = table.column(other).example
        yield _build_comparison(
            table, column, f"is_above_{other}", greater, _pair_arguments(table, column, other), f"is always above {other}", wrong
        )
    for other in column.differs_from:
        wrong = table.column(other).example
        arguments = _pair_arguments(table, column, other)
        yield _build_comparison(
            table, column, f"differs_from_{other}", "column_pair_values_to_differ", arguments, f"is never {other}", wrong
        )


def _build_comparison(
    table: Table, column: Column, name: str, expectation: str, arguments: dict[str, Any], statement: str, wrong: Any
) -> Rule:
    """Build a rule that compares two columns.

    `wrong`: a value of `column` that fails the rule on the example row.
    """
    reason = f"{column.name} {statement}; a row that breaks this contradicts itself, and neither value can be trusted"
    return _build_rule(table, f"{column.name}_{name}", expectation, arguments, reason, ({column.name: wrong},))


def _pair_arguments(table: Table, column: Column, other: str) -> dict[str, Any]:
    """Return the arguments of a rule that compares two columns.

    Rows with a missing value are skipped. Without `ignore_row_if` Great Expectations raises on a row with one value missing.
    """
    skips = {"ignore_row_if": "either_value_is_missing"} if column.nullable or table.column(other).nullable else {}
    return {"column_A": column.name, "column_B": other, **skips}
