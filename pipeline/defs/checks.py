"""Dagster asset checks.

Checks of one table run before it is written, cross-table checks before anything is published. The index does not depend on side tables
(`Table.is_side_table`), so it is published even if one of them cannot be built.
"""

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
from pipeline.defs.jobs import REBUILD
from pipeline.defs.metadata import add_daily_metadata, markdown_table
from pipeline.defs.resources import Method
from pipeline.defs.unchanged import StoredResults, digest_rows
from pipeline.errors import TensionError
from pipeline.quality.cross_table import CrossTableCheck, load_cross_table_checks
from pipeline.quality.rule_files import load_rules
from pipeline.quality.rules import Rule
from pipeline.quality.validate import Outcome, check_frame, critical_failures, list_checks
from pipeline.settings import shipped_folder
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, Query, read_query, select

Results = Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]

#: The check that every side table has in addition to those of its contract.
IS_REBUILT = "is_rebuilt"
_IS_REBUILT_REASON = "a side table that cannot be rebuilt keeps its last good version, which is then older than the index"
_PROBLEMS_SHOWN = 5
_SEVERITY = {"critical": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN, "info": dg.AssetCheckSeverity.WARN}


@cache
def _load_rules() -> dict[str, tuple[Rule, ...]]:
    return load_rules(shipped_folder("expectations"))


def rules_of(table: Table) -> tuple[Rule, ...]:
    """Return a table's rules: those of its contract and of `expectations/`."""
    return _load_rules()[table.name]


def check_specs(*tables: Table) -> list[dg.AssetCheckSpec]:
    """Return Dagster's specifications of the checks of some tables.

    They are `contract` (columns and types), the built-in checks (`built_in.py`), the rules (`rules_of`), and for a side table (the index
    does not depend on it) `is_rebuilt`, which fails if the table is still an earlier version. Not among them: `InputCheck`, `sql/checks/`.
    """
    return [check for table in tables for check in _list_specs(table)]


def _list_specs(table: Table) -> list[dg.AssetCheckSpec]:
    """Return the specifications of all checks of one table."""
    checks = [("contract", "critical", "the columns and types are those of pipeline/contracts"), *list_checks(table, rules_of(table))]
    if table.is_side_table:
        checks.append((IS_REBUILT, "critical", _IS_REBUILT_REASON))
    return [
        dg.AssetCheckSpec(name, asset=table.name, description=reason, metadata={"severity": severity}) for name, severity, reason in checks
    ]


@dataclass(frozen=True)
class InputCheck:
    """A check of an asset's input that warns if it fails.

    It is for what cannot be checked on the asset's table.
    """

    table: Table
    name: str
    reason: str

    @property
    def spec(self) -> dg.AssetCheckSpec:
        """Specification of the check for Dagster."""
        return dg.AssetCheckSpec(self.name, asset=self.table.name, description=self.reason, metadata={"severity": "warning"})

    def report(self, problems: Sequence[str], **metadata: Any) -> dg.AssetCheckResult:
        """Return the result of the check: passed if there are no problems.

        It lists the first five problems. `metadata`: more values to show.
        """
        more = f"; and {len(problems) - _PROBLEMS_SHOWN} more" if len(problems) > _PROBLEMS_SHOWN else ""
        return dg.AssetCheckResult(
            passed=not problems,
            check_name=self.name,
            asset_key=self.table.name,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"reason": self.reason, "detail": "; ".join(problems[:_PROBLEMS_SHOWN]) + more, **metadata},
        )


class CriticalCheckError(TensionError):
    """A batch failed a critical check; the `Audit` has the result."""


class Audit:
    """Checks of a table that may be built in batches.

    Each batch is checked before it is written; each check reports once, at the end.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = 0
        self.contract: ContractError | None = None
        self.outcomes: dict[str, Outcome] = {}

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Check a batch, and return it unchanged.

        Results are added to those of earlier batches. Raises `CriticalCheckError` when a critical check fails or the frame breaks the
        contract.
        """
        try:
            self.table.conform(frame)
        except ContractError as error:
            self.contract = error
            raise CriticalCheckError from error
        self.rows += frame.height
        outcomes = check_frame(self.table, frame, rules_of(self.table))
        for outcome in outcomes:
            earlier = self.outcomes.get(outcome.name)
            self.outcomes[outcome.name] = earlier + outcome if earlier else outcome
        if critical_failures(outcomes):
            raise CriticalCheckError
        return frame

    def report(self) -> Iterator[dg.AssetCheckResult]:
        """Yield the result of every check.

        If the contract is broken, its failed check is the only result. If no batch was checked, a frame without rows is. Afterwards raises
        `dg.Failure` if the contract is broken or a critical check failed, so that Dagster skips everything downstream.
        """
        name = self.table.name
        if self.contract is None and not self.outcomes:
            self.check(self.table.empty())  # no batch was built: the checks report on a frame without rows
        if self.contract is not None:
            yield dg.AssetCheckResult(passed=False, check_name="contract", asset_key=name, metadata={"detail": str(self.contract)})
            raise dg.Failure(f"{name}: {self.contract}", allow_retries=False) from self.contract
        yield dg.AssetCheckResult(passed=True, check_name="contract", asset_key=name, metadata={"rows": self.rows})
        for outcome in self.outcomes.values():
            yield _to_check_result(self.table, outcome)
        if failures := critical_failures(self.outcomes.values()):
            detail = "; ".join(f"{outcome.name} ({outcome.reason}): {outcome.detail}" for outcome in failures)
            count = f"{len(failures)} critical {'check' if len(failures) == 1 else 'checks'}"
            raise dg.Failure(f"{name} failed {count} and was not written: {detail}", allow_retries=False)


def audit(table: Table, frame: pl.DataFrame) -> Iterator[dg.AssetCheckResult]:
    """Check a frame, and yield the result of every check.

    Nothing is written. If the frame breaks the contract, the failed check of the contract is the only result. Afterwards raises
    `dg.Failure` if the contract is broken or a critical check failed.
    """
    single = Audit(table)
    with suppress(CriticalCheckError):
        single.check(frame)
    yield from single.report()


def check_and_write(lake: Lake, frames: Sequence[tuple[Table, pl.DataFrame]], stored: StoredResults) -> Iterator[dg.AssetCheckResult]:
    """Check all frames, then write the tables and store the results.

    Yields the result of every check. When a critical check failed, raises `dg.Failure` after the results of that table: later tables are
    not checked, and nothing is written.
    """
    results = []
    for table, frame in frames:
        for result in audit(table, frame):
            results.append(result)
            yield result
    for table, frame in frames:
        lake.write(table, frame)
    stored.save(results)


def write_changed(lake: Lake, table: Table, frame: pl.DataFrame) -> Iterator[dg.AssetCheckResult]:
    """Check and write a table, unless nothing has changed.

    Yields the result of every check. If rows and code are the same as in an earlier run, and the table's file is as it was written, these
    are the results stored by that run, and nothing is written. Raises `dg.Failure` as `check_and_write` does.
    """
    stored = StoredResults(lake, table.name, (), (table,), {"rows": digest_rows(frame)})
    repeated = stored.load()
    yield from check_and_write(lake, [(table, frame)], stored) if repeated is None else repeated


class AuditedDays:
    """Days of some tables, built and checked in batches.

    They are written to a temporary lake, whose files replace the days when all are complete (see `audited_days`).
    """

    def __init__(self, context: dg.AssetExecutionContext, temporary: Lake, tables: Sequence[Table]) -> None:
        self._context, self._temporary = context, temporary
        self._audits = {table.name: Audit(table) for table in tables}

    def write(self, table: Table, frame: pl.DataFrame, days: Days, shown: Sequence[str] = ()) -> None:
        """Check a batch of days, and write it to the temporary lake.

        The UI shows the columns `shown` of the first rows of each day, and no rows if `shown` is empty. When a critical check fails, the
        batch is not written, and `CriticalCheckError` is raised.
        """
        self._temporary.write_days(table, self._audits[table.name].check(frame), days)
        add_daily_metadata(self._context, table, frame, days, shown)

    def count_rows(self, table: Table) -> int:
        """Return the number of rows checked so far."""
        return self._audits[table.name].rows

    def report(self) -> Iterator[dg.AssetCheckResult]:
        """Yield the result of every check, table by table.

        Raises `dg.Failure` after the first table with a failed critical check; later tables then have no result.
        """
        for one in self._audits.values():
            yield from one.report()


@contextmanager
def audited_days(context: dg.AssetExecutionContext, store: Lake, name: str, *tables: Table) -> Iterator[AuditedDays]:
    """Replace days of tables together, once all pass their critical checks.

    Yields an `AuditedDays` to write batches to. `name`: of the step, for the temporary folder. The block ends early when a critical check
    fails, and nothing is replaced. After the block, yield from `report()` of the `AuditedDays`, which raises `dg.Failure` in that case.
    Checks run per batch: a rule that allows a share of failing rows (`mostly`) fails if it fails in any batch.
    """
    with suppress(CriticalCheckError), store.stage(name) as temporary:
        yield AuditedDays(context, temporary, tables)


def _to_check_result(table: Table, outcome: Outcome) -> dg.AssetCheckResult:
    """Convert an outcome to Dagster's result; `info` becomes a warning there."""
    return dg.AssetCheckResult(
        passed=outcome.passed,
        check_name=outcome.name,
        asset_key=table.name,
        severity=_SEVERITY[outcome.severity],
        metadata={"reason": outcome.reason, "detail": str(outcome.detail)},
    )


def _build_cross_table_check(check: CrossTableCheck) -> dg.AssetChecksDefinition:
    """Build the Dagster check of one file in `sql/checks/`.

    A critical failure blocks everything downstream, except for a side table (`_evaluate`).
    """
    query = read_query(check.sql_path)

    @dg.asset_check(
        asset=check.table,
        name=check.name,
        description=check.reason,
        blocking=_is_blocking(check),
        additional_deps=[read.name for read in query.reads if read.name != check.table],
    )
    def run_check(lake: dg.ResourceParam[Lake], method: dg.ResourceParam[Method]) -> dg.AssetCheckResult:
        return _evaluate(check, query, lake, method)

    return run_check


def _is_blocking(check: CrossTableCheck) -> bool:
    return check.severity == "critical" and not TABLES[check.table].is_side_table


def _evaluate(check: CrossTableCheck, query: Query, lake: Lake, method: Method) -> dg.AssetCheckResult:
    """Run the query of a check, and return its result.

    Each row that the query returns is a failure. A critical failure marks a side table as stale. An error of the query is raised; for a
    side table it is a failure, and marks the table as stale whatever the severity. A check that passed is not run again while its inputs
    are the same.
    """
    table = TABLES[check.table]
    variables = method.select_variables(lake, query.variables)
    stored = StoredResults(lake, f"check-{check.name}", query.reads, (), variables)
    if repeated := stored.load():
        return repeated[0]
    try:
        failures = select(lake, query, variables)
    except ModelError as error:
        if not table.is_side_table:
            raise
        lake.mark_stale(table, f"{check.name} could not be evaluated: {error}")
        metadata: dict[str, Any] = {"reason": check.reason, "detail": f"could not be evaluated: {error}"}
        return dg.AssetCheckResult(passed=False, severity=_SEVERITY[check.severity], metadata=metadata)
    metadata = {"reason": check.reason, "failures": failures.height}
    if not failures.is_empty():
        metadata["rows"] = dg.MetadataValue.md(markdown_table(failures, failures.columns))
        metadata["detail"] = _describe_failures(failures)
        if table.is_side_table and check.severity == "critical":
            lake.mark_stale(table, f"{check.name}: {failures.height} rows ({check.reason})")
    result = dg.AssetCheckResult(passed=failures.is_empty(), severity=_SEVERITY[check.severity], metadata=metadata)
    if failures.is_empty():  # a failed check runs again in the next run, because it also marks the table as stale
        stored.save([result])
    return result


def find_rejected(lake: Lake) -> set[str]:
    """Return the side tables that a check has marked as stale.

    The reason begins with its name (`_evaluate`). Other stale tables could not be rebuilt.
    """
    stale, checks = lake.stale_tables(), load_cross_table_checks(shipped_folder("sql") / "checks")
    return {check.table for check in checks if stale.get(check.table, "").startswith(check.name)}


def require_blocking_checks(lake: Lake, method: Method) -> None:
    """Raise `dg.Failure` if a blocking check fails on the current tables.

    Dagster blocks only steps of the same run. But one run of a backfill may publish after a check failed in another, and so may a run of
    `published` alone. Checks that passed since their inputs changed are not run again.
    """
    failed = []
    for check in filter(_is_blocking, load_cross_table_checks(shipped_folder("sql") / "checks")):
        result = _evaluate(check, read_query(check.sql_path), lake, method)
        if not result.passed:
            assert result.metadata is not None
            failed.append(f"{check.table}.{check.name} ({check.reason}): {result.metadata['detail'].value}")
    if failed:
        raise dg.Failure(
            f"nothing was published, because critical checks fail: {'; '.join(failed)}. Fix the cause; then run {REBUILD}, or the days "
            f"again if articles or their reading were wrong",
            allow_retries=False,
        )


def _describe_failures(failures: pl.DataFrame) -> str:
    """Describe the first five rows that a cross-table check returned.

    The number of all returned rows comes first.
    """
    rows = failures.head(_PROBLEMS_SHOWN).iter_rows(named=True)
    shown = "; ".join(", ".join(f"{name} {value}" for name, value in row.items()) for row in rows)
    return f"{failures.height:,} {'row' if failures.height == 1 else 'rows'}: {shown}"


def cross_table_checks() -> list[dg.AssetChecksDefinition]:
    """Return one Dagster check for each file of `sql/checks/`."""
    return [_build_cross_table_check(check) for check in load_cross_table_checks(shipped_folder("sql") / "checks")]
