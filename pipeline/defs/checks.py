"""Promises as Dagster checks: those of one table are audited before it is written, those between tables before anything is published."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import dagster as dg
import polars as pl

from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables.core import COVERAGE
from pipeline.defs.metadata import markdown_table
from pipeline.defs.resources import LakeResource, MethodResource
from pipeline.quality.promises import Promise, load_promises
from pipeline.quality.rules import Rule, load
from pipeline.quality.validate import Outcome, broken_critically, check_names
from pipeline.quality.validate import audit as validate
from pipeline.settings import shipped
from pipeline.warehouse import models

_SEVERITY = {"critical": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN, "info": dg.AssetCheckSeverity.WARN}


@cache
def _rules() -> dict[str, tuple[Rule, ...]]:
    return load(shipped("expectations"))


def rules(table: Table) -> tuple[Rule, ...]:
    """The promises about one table in `expectations/`."""
    return _rules().get(table.name, ())


def check_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """One named check for the contract and one for each promise about the table."""
    declared = [("contract", "critical", "the columns and types are those of pipeline/contracts"), *check_names(table, rules(table))]
    return [
        dg.AssetCheckSpec(name, asset=table.name, description=reason, metadata={"severity": severity})
        for name, severity, reason in declared
    ]


def audit(table: Table, frame: pl.DataFrame) -> Iterator[dg.AssetCheckResult]:
    """Yield the result of every check on a frame that is not written yet; `dg.Failure` when a critical one failed.

    Raised before the write, so that a bad day leaves no file behind and Dagster skips everything downstream.
    """
    try:
        table.conform(frame)
    except ContractError as error:
        yield dg.AssetCheckResult(passed=False, check_name="contract", asset_key=table.name, metadata={"detail": str(error)})
        raise dg.Failure(f"{table.name}: {error}", allow_retries=False) from error
    yield dg.AssetCheckResult(passed=True, check_name="contract", asset_key=table.name, metadata={"rows": frame.height})
    outcomes = validate(table, frame, rules(table))
    for outcome in outcomes:
        yield _result(table, outcome)
    if broken := broken_critically(outcomes):
        told = "; ".join(f"{outcome.name} ({outcome.reason}): {outcome.detail}" for outcome in broken)
        raise dg.Failure(f"{table.name} breaks {len(broken)} critical promise(s) and was not written: {told}", allow_retries=False)


def _result(table: Table, outcome: Outcome) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=outcome.passed,
        check_name=outcome.name,
        asset_key=table.name,
        severity=_SEVERITY[outcome.severity],
        metadata={"reason": outcome.reason, "detail": str(outcome.detail)},
    )


def _check(promise: Promise) -> dg.AssetChecksDefinition:
    """The Dagster check of one file in `sql/checks/`: rows returned are failures."""

    @dg.asset_check(
        asset=promise.table,
        name=promise.name,
        description=promise.reason,
        blocking=promise.severity == "critical",
        additional_deps=[name for name in models.dependencies(promise.sql_path) if name != promise.table],
    )
    def check(lake: LakeResource, method: MethodResource) -> dg.AssetCheckResult:
        store = lake.open()
        failures = models.query(store, promise.sql_path, method.variables(store.span(COVERAGE)))
        metadata: dict[str, Any] = {"reason": promise.reason, "failures": failures.height}
        if not failures.is_empty():
            metadata["rows"] = dg.MetadataValue.md(markdown_table(failures, failures.columns))
        return dg.AssetCheckResult(passed=failures.is_empty(), severity=_SEVERITY[promise.severity], metadata=metadata)

    return check


def _checks(promises: Sequence[Promise]) -> list[dg.AssetChecksDefinition]:
    return [_check(promise) for promise in promises]


between_tables = _checks(load_promises(shipped("sql") / "checks"))
