"""The types of Great Expectations rule that may be used, with their arguments.

Belongs here: a list written by hand, so that rules are read and refused without importing Great Expectations (seconds of CPU); a test
compares it with the library. Does not: any particular rule.

Left out because they loop over rows in Python, more than 30 s a million rows: `expect_column_pair_values_to_be_in_set` (use `where`) and
`expect_select_column_values_to_be_unique_within_record` (use `expect_column_pair_values_to_differ`, defined in `custom.py`).
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Scope = Literal["row", "column", "table"]

# Arguments that hold the name of a column, or a list of such names.
COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")


@dataclass(frozen=True)
class ExpectationType:
    """What a type needs and takes. `scope` is what it judges: single rows, a column as a whole, or the table, even without rows."""

    scope: Scope
    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    at_least_one_of: frozenset[str] = frozenset()

    @property
    def arguments(self) -> frozenset[str]:
        """Every argument that may be given."""
        return self.required | self.optional | self.at_least_one_of


def _of_rows(*required: str, optional: tuple[str, ...] = (), at_least_one_of: tuple[str, ...] = ()) -> ExpectationType:
    return ExpectationType("row", frozenset(required), frozenset((*optional, "mostly")), frozenset(at_least_one_of))


def _of_column(*required: str, optional: tuple[str, ...] = (), at_least_one_of: tuple[str, ...] = ()) -> ExpectationType:
    return ExpectationType("column", frozenset(("column", *required)), frozenset(optional), frozenset(at_least_one_of))


_BOUNDS = ("min_value", "max_value")
_STRICT = ("strict_min", "strict_max")

TYPES = MappingProxyType(
    {
        "expect_column_values_to_be_between": _of_rows("column", optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_values_to_be_in_set": _of_rows("column", "value_set"),
        "expect_column_values_to_not_be_in_set": _of_rows("column", "value_set"),
        "expect_column_values_to_be_null": _of_rows("column"),
        "expect_column_values_to_not_be_null": _of_rows("column"),
        "expect_column_values_to_be_unique": _of_rows("column"),
        "expect_column_values_to_match_regex": _of_rows("column", "regex"),
        "expect_column_values_to_not_match_regex": _of_rows("column", "regex"),
        "expect_column_value_lengths_to_equal": _of_rows("column", "value"),
        "expect_column_value_lengths_to_be_between": _of_rows("column", optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_pair_values_a_to_be_greater_than_b": _of_rows("column_A", "column_B", optional=("or_equal", "ignore_row_if")),
        "expect_column_pair_values_to_be_equal": _of_rows("column_A", "column_B", optional=("ignore_row_if",)),
        "expect_compound_columns_to_be_unique": _of_rows("column_list", optional=("ignore_row_if",)),
        "expect_column_pair_values_to_differ": _of_rows("column_A", "column_B", optional=("ignore_row_if",)),
        "expect_multicolumn_sum_to_equal": _of_rows("column_list", "sum_total", optional=("ignore_row_if",)),
        "expect_column_distinct_values_to_contain_set": _of_column("value_set"),
        "expect_column_unique_value_count_to_be_between": _of_column(optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_mean_to_be_between": _of_column(optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_column_sum_to_be_between": _of_column(optional=_STRICT, at_least_one_of=_BOUNDS),
        "expect_table_row_count_to_be_between": ExpectationType("table", frozenset(), frozenset(_STRICT), frozenset(_BOUNDS)),
    }
)
