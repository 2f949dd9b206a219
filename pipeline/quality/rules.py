"""The definition of a rule about one table.

Rules are read in `rule_files.py` and run in `runner.py`.
Great Expectations is not imported here: rules are read whenever the pipeline's definitions are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from pipeline.contracts.tables import TABLES
from pipeline.errors import TensionError
from pipeline.quality.expectation_types import COLUMN_ARGUMENTS, TYPES, ExpectationType

Severity = Literal["critical", "warning", "info"]

NAME = re.compile(r"[A-Za-z0-9_]+")


class RuleError(TensionError, ValueError):
    """A rule is wrong; the message says what to write instead."""


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule: an expectation type of Great Expectations with its arguments.

    `where` limits the rule to rows that have all of these values by column (None: null); `{at_least: 5}` instead of a value requires 5 or
    more. `breaks` are rows that must fail the rule, as changes to the table's example row.
    """

    table: str
    name: str
    type: str
    arguments: Mapping[str, Any]
    severity: Severity
    reason: str
    breaks: tuple[Mapping[str, Any], ...]
    where: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expectation_type(self) -> ExpectationType:
        """What the rule's type judges, and which arguments it takes."""
        return TYPES[self.type]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule reads, also those of `where`, each once."""
        values = [self.arguments[name] for name in COLUMN_ARGUMENTS if name in self.arguments]
        names = [name for value in values for name in (value if isinstance(value, list) else [value])]
        return tuple(dict.fromkeys([*names, *self.where]))

    @property
    def judged_columns(self) -> tuple[str, ...]:
        """The columns whose values the rule judges.

        They are the columns that it reads (`columns`) except those of `where`; if none is left, all that it reads.
        """
        return tuple(name for name in self.columns if name not in self.where) or self.columns


def breaking_frame(rule: Rule) -> pl.DataFrame:
    """Build the rows on which the rule must fail.

    Each is the example row of the table with the changes of one element of `breaks`; none if `breaks` is empty. Raises an error of Polars
    if a value does not fit its column.
    """
    table = TABLES[rule.table]
    example = table.example().row(0, named=True)
    rows = [example | dict(changes) for changes in rule.breaks]
    return pl.DataFrame(rows, schema=table.schema, orient="row") if rows else table.empty()
