"""The expectation types that rules may use, with their arguments.

Maintained by hand, so that rules can be read without importing Great Expectations (seconds of CPU); a test compares it with the library.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Scope = Literal["row", "column", "table"]

# Arguments whose value is the name of a column, or a list of such names.
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")


@dataclass(frozen=True)
class ExpectationType:
    """The arguments of an expectation type.

    `scope` is what it judges: single rows, a whole column, or a whole table, which it judges even if the table has no rows.
    """

    scope: Scope
    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    at_least_one_of: frozenset[str] = frozenset()

    @property
    def arguments(self) -> frozenset[str]:
        """Every argument that the type accepts."""
        return self.required | self.optional | self.at_least_one_of


def _row_type(*required: str, optional: tuple[str, ...] = (), at_least_one_of: tuple[str, ...] = ()) -> ExpectationType:
    """Define a type that judges single rows.

    Each accepts the argument `mostly`, the share of rows that must pass.
    """
    return ExpectationType("row", frozenset(required), frozenset((*optional, "mostly")), frozenset(at_least_one_of))


def _column_type(*required: str, optional: tuple[str, ...] = (), at_least_one_of: tuple[str, ...] = ()) -> ExpectationType:
    """Define a type that judges a whole column; each requires `column`."""
    return ExpectationType("column", frozenset(("column", *required)), frozenset(optional), frozenset(at_least_one_of))


_BOUNDS = ("min_value", "max_value")
_STRICT = ("strict_min", "strict_max")

# `expect_column_pair_values_to_be_in_set` (use `where`) and `expect_select_column_values_to_be_unique_within_record` (use
# `expect_column_pair_values_to_differ`) are left out: they loop over rows in Python, more than 30 s per million rows.
TYPES = MappingProxyType(
    {
        "expect_column_values_to_be_between": _row_type("column", optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_values_to_be_in_set": _row_type("column", "value_set"),
        "expect_column_values_to_not_be_in_set": _row_type("column", "value_set"),
        "expect_column_values_to_be_null": _row_type("column"),
        "expect_column_values_to_not_be_null": _row_type("column"),
        "expect_column_values_to_be_unique": _row_type("column"),
        "expect_column_values_to_match_regex": _row_type("column", "regex"),
        "expect_column_values_to_not_match_regex": _row_type("column", "regex"),
        "expect_column_value_lengths_to_equal": _row_type("column", "value"),
        "expect_column_value_lengths_to_be_between": _row_type("column", optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_pair_values_a_to_be_greater_than_b": _row_type("column_A", "column_B", optional=("or_equal", "ignore_row_if")),
        "expect_column_pair_values_to_be_equal": _row_type("column_A", "column_B", optional=("ignore_row_if",)),
        "expect_compound_columns_to_be_unique": _row_type("column_list", optional=("ignore_row_if",)),
        "expect_column_pair_values_to_differ": _row_type("column_A", "column_B", optional=("ignore_row_if",)),
        "expect_multicolumn_sum_to_equal": _row_type("column_list", "sum_total", optional=("ignore_row_if",)),
        "expect_column_distinct_values_to_contain_set": _column_type("value_set"),
        "expect_column_unique_value_count_to_be_between": _column_type(optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_mean_to_be_between": _column_type(optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_sum_to_be_between": _column_type(optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_table_row_count_to_be_between": ExpectationType("table", frozenset(), frozenset(_STRICT), frozenset(_BOUNDS)),
    }
)
