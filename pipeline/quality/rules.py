"""What a rule about the values of one table is.

Belongs here: `Rule`. Does not: where rules come from (`derived.py`, `rule_files.py`), or judging a frame (`validate.py`). Great
Expectations is not imported: rules are read whenever the pipeline's definitions are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from pipeline.contracts.tables import TABLES
from pipeline.quality.expectation_types import COLUMN_ARGUMENTS, TYPES, ExpectationType

Severity = Literal["critical", "warning", "info"]

# Names of the checks that every table has; a rule of the same name would hide one of them.
RESERVED = frozenset({"contract", "key_is_unique", "required_values_present", "vocabulary_is_closed"})

NAME = re.compile(r"[A-Za-z0-9_]+")


class RuleError(ValueError):
    """A rule is wrong; the message names the file, the rule, what is wrong and what would be right."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule about one table, as a Great Expectations type with arguments.

    `where` limits it to rows with these values. `breaks` are rows that must make it fail: each a set of changes to the table's example row.
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
        """What its type needs and judges."""
        return TYPES[self.type]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it looks at, each once."""
        given = [self.arguments[name] for name in COLUMN_ARGUMENTS if name in self.arguments]
        names = [name for value in given for name in (value if isinstance(value, list) else [value])]
        return tuple(dict.fromkeys([*names, *self.where]))


def breaking_frame(rule: Rule) -> pl.DataFrame:
    """The rows of `breaks`, each the table's example row with the changes: a frame that the rule must refuse."""
    table = TABLES[rule.table]
    example = table.example().row(0, named=True)
    rows = [example | dict(changes) for changes in rule.breaks]
    return pl.DataFrame(rows, schema=table.schema, orient="row") if rows else table.empty()
