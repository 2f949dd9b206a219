"""Runs of the UI, the schedules and the sensor.

Each run is a process of its own. Only one run at a time may write to a home, the folder of one index with all its data.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from pipeline.defs import daily
from pipeline.defs.checks import IS_REBUILT
from pipeline.defs.failed_checks import iterate_check_results, list_failed_checks
from pipeline.defs.partitions import read_range_tags
from pipeline.defs.removed_rows import forget_reported_rows
from pipeline.defs.side_tables import NOT_EVALUATED
from pipeline.settings import Settings
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.open_lake import lock_data


def require_no_gap(lake: Lake, tags: Mapping[str, str], steps: Set[str]) -> None:
    """Raise `GapError` if a run would leave a gap in the lake.

    `tags` and `steps` (names) are those of the run. Runs that neither read articles nor publish, such as hourly fetches, are not checked.
    """
    is_reading = not daily.STEPS.isdisjoint(steps)
    if is_reading or "published" in steps:
        daily.require_every_day(lake, read_range_tags(tags) if is_reading else None)


class _LockingExecutor(InProcessExecutor):
    def __init__(self, settings: Settings) -> None:
        super().__init__(RetryMode.DISABLED)
        self._settings = settings

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[dg.DagsterEvent]:
        """Execute all steps, with home and lake locked.

        Failed checks are also stored as warnings in the lake. Raises `HomeInUseError` if another process writes to either, and `GapError`
        before the first step if days would be missing in the lake after the run (`require_no_gap`).
        """
        with lock_data(self._settings, f"run {plan_context.run_id[:8]} of the Dagster UI") as lake:
            require_no_gap(lake, plan_context.dagster_run.tags, set(execution_plan.step_keys_to_execute))
            results = list[AssetCheckEvaluation]()
            try:
                for event in super().execute(plan_context, execution_plan):
                    results += iterate_check_results([event])
                    yield event
            finally:
                _note_warnings(lake, results)


def _note_warnings(lake: Lake, results: Sequence[AssetCheckEvaluation]) -> None:
    """Store the failed checks as warnings in the lake, for `tension status`.

    Those of earlier runs stay if this run did not evaluate their checks. `IS_REBUILT` is left out: `stale_tables` has its failures.
    """
    evaluated = {f"{result.asset_key.to_user_string()}.{result.check_name}" for result in results if NOT_EVALUATED not in result.metadata}
    failed = [check for check in list_failed_checks(results) if check.check != IS_REBUILT]
    if evaluated:
        lake.note_warnings([str(check) for check in failed], evaluated)
        forget_reported_rows(lake, failed)


def build_executor(settings: Settings) -> dg.ExecutorDefinition:
    """Build an in-process executor that locks home and lake during a run.

    A run fails if another process writes to either. Commands lock them themselves.
    """

    @dg.executor(name="in_process")
    def in_process(_: dg.InitExecutorContext) -> dg.Executor:
        return _LockingExecutor(settings)

    return in_process
