"""Derive rules from the constraints of columns.

A rule is an expectation of Great Expectations about one table (`Rule`). Each comes with rows that must fail it, for its test.
The constraints are in `pipeline/contracts`, other rules in `expectations/`, checks without Great Expectations in `built_in.py`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.contracts.model import Column, Table
from pipeline.quality.rules import Rule

_GREATER = "column_pair_values_a_to_be_greater_than_b"


class _Constraint(NamedTuple):
    """One constraint of a column as an expectation.

    `name`: name of the rule without the column; `expectation`: its type without the prefix `expect_`; `breaks`: rows that must fail it, as
    changes to the table's example row; `where`: values by column, if it applies only to rows with these values.
    """

    name: str
    expectation: str
    arguments: dict[str, Any]
    reason: str
    breaks: tuple[dict[str, Any], ...]
    where: Mapping[str, Any] = MappingProxyType({})


def derive_rules(table: Table) -> tuple[Rule, ...]:
    """Return the rules that follow from the constraints of a table's columns.

    They are in the order of the columns; all are critical.
    """
    return tuple(
        Rule(
            table=table.name,
            name=f"{column.name}_{one.name}",
            type=f"expect_{one.expectation}",
            arguments=one.arguments,
            severity="critical",
            reason=one.reason,
            breaks=one.breaks,
            where=dict(one.where),
        )
        for column in table.columns
        for constraints in (_list_value_constraints(column), _list_implications(column), _list_comparisons(table, column))
        for one in constraints
    )


def _list_value_constraints(column: Column) -> Iterator[_Constraint]:
    """Yield the constraints on the values of one column alone.

    There is at most one for each of these: its pattern, its bounds, its length, and its closed list of values.
    """
    name = column.name
    arguments: dict[str, Any]

    def wrong(*values: Any) -> tuple[dict[str, Any], ...]:
        return tuple({name: value} for value in values)

    if pattern := column.pattern:
        arguments = {"column": name, "regex": pattern.regex}
        yield _Constraint(f"matches_{pattern.name}", "column_values_to_match_regex", arguments, pattern.reason, wrong(*pattern.wrong))
    if nearest := tuple(_nearest_out_of_bounds(column)):
        is_strict = column.exclusive_minimum is not None
        lowest = column.exclusive_minimum if is_strict else column.minimum
        arguments = _drop_none(column=name, min_value=lowest, max_value=column.maximum, strict_min=is_strict or None)
        reason = column.reason or "a value outside these bounds has the wrong unit or sign, or was computed wrongly"
        yield _Constraint("is_within_bounds", "column_values_to_be_between", arguments, reason, wrong(*nearest))
    if column.min_length is not None or column.max_length is not None:
        arguments = _drop_none(column=name, min_value=column.min_length, max_value=column.max_length)
        reason = column.reason or f"an empty {name} carries no information, and an overlong one is probably text of another column"
        short, long = [""] if column.min_length else [], [] if column.max_length is None else ["x" * (column.max_length + 1)]
        yield _Constraint("length_is_within_bounds", "column_value_lengths_to_be_between", arguments, reason, wrong(*short, *long))
    if column.values:
        arguments = {"column": name, "value_set": list(column.values)}
        reason = column.reason or f"{name} is one of {', '.join(column.values)}; no code handles another value"
        yield _Constraint("is_in_list", "column_values_to_be_in_set", arguments, reason, wrong("no such value"))


def _drop_none(**arguments: Any) -> dict[str, Any]:
    """Return the arguments that are not None."""
    return {name: value for name, value in arguments.items() if value is not None}


def _nearest_out_of_bounds(column: Column) -> Iterator[Any]:
    """Yield a forbidden value for each bound of a column.

    It is an exclusive minimum itself, a minimum less 1, a day or a second (`_just_below`), or a maximum plus 1. The rule on the bounds must
    reject it.
    """
    if column.exclusive_minimum is not None:
        yield column.exclusive_minimum
    if column.minimum is not None:
        yield _just_below(column.minimum)
    if column.maximum is not None:
        yield column.maximum + 1


def _just_below(value: Any) -> Any:
    """Return a slightly smaller value: by a second, a day or 1.

    A rule on a lower bound, or one that compares two columns, must reject it.
    """
    if isinstance(value, datetime):
        return value - timedelta(seconds=1)
    return value - timedelta(days=1) if isinstance(value, date) else value - 1


def _list_implications(column: Column) -> Iterator[_Constraint]:
    """Yield the constraints on words that imply a word of another column.

    For example, each `kind` implies a `polarity`. There is one constraint for each implied word: rows with that word in the other column
    must have one of the words that imply it in this column.
    """
    if column.implies is None:
        return
    other = column.implies.column
    for context, allowed in column.implies.group_words().items():
        unfit = next(word for word in column.implies.words if word not in allowed)
        yield _Constraint(
            f"fits_{other}_{context}",
            "column_values_to_be_in_set",
            {"column": column.name, "value_set": allowed},
            f"only {', '.join(allowed)} belong to {context}; another {column.name} would be counted under the wrong {other}",
            ({other: context, column.name: unfit},),
            {other: context},
        )


def _list_comparisons(table: Table, column: Column) -> Iterator[_Constraint]:
    """Yield the constraints that compare a column with others.

    There is one for each column of its `at_least` (it must not be below that column), `above` (it must be above it) and `differs_from`.
    Rows in which either value is missing are skipped by the argument `ignore_row_if`; without it, Great Expectations raises on a row with
    one value missing.
    """

    def compare(name: str, expectation: str, other: str, statement: str, wrong: Any, **more: Any) -> _Constraint:
        may_be_null = column.nullable or table.column(other).nullable
        skips = {"ignore_row_if": "either_value_is_missing"} if may_be_null else {}
        reason = f"{column.name} is {statement} {other}; a row that breaks this contradicts itself, and neither value can be trusted"
        arguments = {"column_A": column.name, "column_B": other, **skips, **more}
        return _Constraint(f"{name}_{other}", expectation, arguments, reason, ({column.name: wrong},))

    for other in column.at_least:
        wrong = _just_below(table.column(other).example)
        yield compare("is_at_least", _GREATER, other, "never below", wrong, or_equal=True)
    for other in column.above:
        yield compare("is_above", _GREATER, other, "always above", table.column(other).example)
    for other in column.differs_from:
        yield compare("differs_from", "column_pair_values_to_differ", other, "never", table.column(other).example)
