"""The audit of one frame against all that is promised of its table: contract, built-in checks, rules of `expectations/`.

Belongs here: the order of the checks and what they are called. Does not: what happens after a failure; the caller decides.
"""

from collections.abc import Iterable, Sequence

import polars as pl

from pipeline.contracts.model import Table
from pipeline.quality import built_in, runner
from pipeline.quality.outcomes import Detail, Outcome
from pipeline.quality.rules import Rule, RuleError, Severity

__all__ = ["Detail", "Outcome", "audit", "broken_critically", "check_names"]


def audit(table: Table, frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Outcome]:
    """Every check's outcome, in the order of `check_names`.

    `ContractError` when columns or types differ from the contract: nothing else can be asked of such a frame. A frame without rows keeps
    every promise about rows; rules about the table as a whole are judged all the same.
    """
    _check_belonging(table, rules)
    conformed = table.conform(frame)
    outcomes = built_in.check(table, conformed)
    judged = [rule for rule in rules if not conformed.is_empty() or rule.expectation_type.scope == "table"]
    found = {outcome.name: outcome for outcome in (runner.run(conformed, judged) if judged else ())}
    return [*outcomes, *(found.get(rule.name) or _vacuous(rule) for rule in rules)]


def check_names(table: Table, rules: Sequence[Rule]) -> list[tuple[str, Severity, str]]:
    """Name, severity and reason of each check that `audit` will report, before it runs."""
    _check_belonging(table, rules)
    own: list[tuple[str, Severity, str]] = [(name, "critical", reason) for name, reason in built_in.declared(table)]
    return [*own, *((rule.name, rule.severity, rule.reason) for rule in rules)]


def broken_critically(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The critical outcomes that failed; only a frame without any may be written."""
    return [outcome for outcome in outcomes if not outcome.passed and outcome.severity == "critical"]


def _vacuous(rule: Rule) -> Outcome:
    return Outcome(rule.name, passed=True, severity=rule.severity, reason=rule.reason, detail=Detail(0))


def _check_belonging(table: Table, rules: Sequence[Rule]) -> None:
    foreign = [rule for rule in rules if rule.table != table.name]
    if foreign:
        raise RuleError(f"rule {foreign[0].name!r} is about table {foreign[0].table!r}, not {table.name!r}; give the table its own rules")
