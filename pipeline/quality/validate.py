"""Run every check of a table on one frame.

What happens after a failure is decided by the caller.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from pipeline.contracts.model import Table
from pipeline.quality import built_in, runner
from pipeline.quality.outcomes import Detail, Outcome
from pipeline.quality.rules import Rule, RuleError, Severity

__all__ = ["Detail", "Outcome", "check_frame", "critical_failures", "list_checks"]


def check_frame(table: Table, frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Outcome]:
    """Run every check of the table, in the order of `list_checks`.

    Raises `ContractError` when columns or types differ from the contract (the table's definition), because no other check could run, and
    `RuleError` when a rule is about another table, or when Great Expectations rejects its arguments. On a frame without rows, rules about
    single rows or a column pass without being run; rules about the whole table, such as its number of rows, are run.
    """
    _require_own_rules(table, rules)
    conformed = table.conform(frame)
    outcomes = built_in.run_built_in_checks(table, conformed)
    applicable = [rule for rule in rules if not conformed.is_empty() or rule.expectation_type.scope == "table"]
    by_name = {outcome.name: outcome for outcome in (runner.run_rules(conformed, applicable, table.key) if applicable else ())}
    return [*outcomes, *(by_name.get(rule.name) or Outcome(rule.name, True, rule.severity, rule.reason, Detail(0)) for rule in rules)]


def list_checks(table: Table, rules: Sequence[Rule]) -> list[tuple[str, Severity, str]]:
    """Return name, severity and reason of each check that `check_frame` runs.

    The built-in checks come first, then `rules`, in order. Raises `RuleError` when a rule is about another table.
    """
    _require_own_rules(table, rules)
    own: list[tuple[str, Severity, str]] = [(name, "critical", reason) for name, reason in built_in.list_built_in_checks(table)]
    return [*own, *((rule.name, rule.severity, rule.reason) for rule in rules)]


def critical_failures(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the failed critical outcomes.

    A frame that has any must not be written.
    """
    return [outcome for outcome in outcomes if not outcome.passed and outcome.severity == "critical"]


def _require_own_rules(table: Table, rules: Sequence[Rule]) -> None:
    """Raise `RuleError` if a rule is about another table."""
    foreign = [rule for rule in rules if rule.table != table.name]
    if foreign:
        raise RuleError(f"rule {foreign[0].name!r} is about table {foreign[0].table!r}, not {table.name!r}; pass the rules of {table.name}")
