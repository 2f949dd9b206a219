"""Dagster checks: those of one table run before it is written, those between tables before anything is published."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import dagster as dg
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables import TABLES
from pipeline.defs.metadata import markdown_table
from pipeline.defs.resources import Method
from pipeline.quality.promises import Promise, load_promises
from pipeline.quality.rule_files import load_rules
from pipeline.quality.rules import Rule
from pipeline.quality.validate import Outcome, broken_critically, check_names
from pipeline.quality.validate import audit as validate
from pipeline.settings import shipped
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, read_query, select

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]

#: The check that every side table has in addition to those of its contract.
IS_REBUILT = "is_rebuilt"
_IS_REBUILT_REASON = "a side table that cannot be rebuilt keeps its last good version, which is then older than the index"
_PROBLEMS_SHOWN = 5
_SEVERITY = {"critical": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN, "info": dg.AssetCheckSeverity.WARN}


@cache
def _rules() -> dict[str, tuple[Rule, ...]]:
    return load_rules(shipped("expectations"))


def rules(table: Table) -> tuple[Rule, ...]:
    """The rules of one table: derived from its contract, and of `expectations/`."""
    return _rules()[table.name]


def check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """One named check for the contract and one for each promise about the table."""
    declared = [("contract", "critical", "the columns and types are those of pipeline/contracts"), *check_names(table, rules(table))]
    if table.is_side_table:
        declared.append((IS_REBUILT, "critical", _IS_REBUILT_REASON))
    return [
        dg.AssetCheckSpec(name, asset=table.name, description=reason, metadata={"severity": severity})
        for name, severity, reason in declared
    ]


@dataclass(frozen=True)
class InputCheck:
    """A warning about what an asset read, which the rows of its table cannot show."""

    table: Table
    name: str
    reason: str

    @property
    def spec(self) -> dg.AssetCheckSpec:
        """The check as Dagster declares it."""
        return dg.AssetCheckSpec(self.name, asset=self.table.name, description=self.reason, metadata={"severity": "warning"})

    def result(self, problems: Sequence[str], **metadata: Any) -> dg.AssetCheckResult:
        """Passed without problems; else the first of them."""
        more = f"; and {len(problems) - _PROBLEMS_SHOWN} more" if len(problems) > _PROBLEMS_SHOWN else ""
        return dg.AssetCheckResult(
            passed=not problems,
            check_name=self.name,
            asset_key=self.table.name,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"reason": self.reason, "detail": "; ".join(problems[:_PROBLEMS_SHOWN]) + more, **metadata},
        )


class BrokenError(Exception):
    """A batch failed a critical check; the audit has the result."""


class Audit:
    """The audit of a table that may be made in parts. Each is judged before it is written, and every check reports once, at the end."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = 0
        self.contract: ContractError | None = None
        self.outcomes: dict[str, Outcome] = {}

    def judged(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Check the frame and return it; `BrokenError` when a critical check fails."""
        try:
            self.table.conform(frame)
        except ContractError as error:
            self.contract = error
            raise BrokenError from error
        self.rows += frame.height
        found = validate(self.table, frame, rules(self.table))
        for outcome in found:
            before = self.outcomes.get(outcome.name)
            self.outcomes[outcome.name] = before + outcome if before else outcome
        if broken_critically(found):
            raise BrokenError
        return frame

    def results(self) -> Iterator[dg.AssetCheckResult]:
        """Every check's result, then `dg.Failure` when a critical one failed, so that everything downstream is skipped."""
        name = self.table.name
        if self.contract is None and not self.outcomes:
            self.judged(self.table.empty())  # nothing was made: every check passes on no rows
        if self.contract is not None:
            yield dg.AssetCheckResult(passed=False, check_name="contract", asset_key=name, metadata={"detail": str(self.contract)})
            raise dg.Failure(f"{name}: {self.contract}", allow_retries=False) from self.contract
        yield dg.AssetCheckResult(passed=True, check_name="contract", asset_key=name, metadata={"rows": self.rows})
        for outcome in self.outcomes.values():
            yield _result(self.table, outcome)
        if broken := broken_critically(self.outcomes.values()):
            detail = "; ".join(f"{outcome.name} ({outcome.reason}): {outcome.detail}" for outcome in broken)
            raise dg.Failure(f"{name} fails {len(broken)} critical check(s) and was not written: {detail}", allow_retries=False)


def audit(table: Table, frame: pl.DataFrame) -> Iterator[dg.AssetCheckResult]:
    """Yield the result of every check on a frame that is not written yet; `dg.Failure` when a critical one failed.

    Raised before the write, so that a bad day leaves no file behind.
    """
    whole = Audit(table)
    with suppress(BrokenError):
        whole.judged(frame)
    yield from whole.results()


class AuditedDays:
    """Days of some tables that are made piece by piece: each is judged and kept aside until all are made."""

    def __init__(self, new: Lake, tables: Sequence[Table]) -> None:
        self._new = new
        self._audits = {table.name: Audit(table) for table in tables}

    def keep(self, table: Table, frame: pl.DataFrame, days: Days) -> None:
        """Check these days and keep them until all are made; `BrokenError` ends the block when a critical check fails."""
        self._new.write_days(table, self._audits[table.name].judged(frame), days)

    def rows(self, table: Table) -> int:
        """How many rows were judged so far."""
        return self._audits[table.name].rows

    def results(self) -> Iterator[dg.AssetCheckResult]:
        """Every check's result, table by table, once; `dg.Failure` when a critical one failed."""
        for whole in self._audits.values():
            yield from whole.results()


@contextmanager
def audited_days(store: Lake, name: str, *tables: Table) -> Iterator[AuditedDays]:
    """Days of these tables, of which none is stored before all are made and pass their critical checks.

    `name` is that of the step. Yield the `results` after the block, which ends early when a critical check fails. Rules are checked batch
    by batch: one about most rows fails when it fails in any of them.
    """
    with suppress(BrokenError), store.replacing(name) as new:
        yield AuditedDays(new, tables)


def _result(table: Table, outcome: Outcome) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=outcome.passed,
        check_name=outcome.name,
        asset_key=table.name,
        severity=_SEVERITY[outcome.severity],
        metadata={"reason": outcome.reason, "detail": str(outcome.detail)},
    )


def _check_between_tables(promise: Promise) -> dg.AssetChecksDefinition:
    """The Dagster check of one file in `sql/checks/`: rows returned are failures.

    A critical one stops what comes after, except for a side table, which is marked as stale instead.
    """
    table = TABLES[promise.table]
    query = read_query(promise.sql_path)

    @dg.asset_check(
        asset=promise.table,
        name=promise.name,
        description=promise.reason,
        blocking=promise.severity == "critical" and not table.is_side_table,
        additional_deps=[read.name for read in query.reads if read.name != promise.table],
    )
    def check(lake: dg.ResourceParam[Lake], method: dg.ResourceParam[Method]) -> dg.AssetCheckResult:
        try:
            failures = select(lake, query, method.variables(lake) if query.variables else {})
        except ModelError as error:
            if not table.is_side_table:
                raise
            lake.mark_stale(table, f"{promise.name} could not be checked: {error}")
            return dg.AssetCheckResult(passed=False, severity=_SEVERITY[promise.severity], metadata={"reason": str(error)})
        metadata: dict[str, Any] = {"reason": promise.reason, "failures": failures.height}
        if not failures.is_empty():
            metadata["rows"] = dg.MetadataValue.md(markdown_table(failures, failures.columns))
            if table.is_side_table and promise.severity == "critical":
                lake.mark_stale(table, f"{promise.name}: {failures.height} rows ({promise.reason})")
        return dg.AssetCheckResult(passed=failures.is_empty(), severity=_SEVERITY[promise.severity], metadata=metadata)

    return check


def checks_between_tables() -> list[dg.AssetChecksDefinition]:
    """One Dagster check for each file of `sql/checks/`."""
    return [_check_between_tables(promise) for promise in load_promises(shipped("sql") / "checks")]
