"""Runs of the UI, the schedules and the sensor.

Each run is a process of its own. Only one run at a time may write to a home, the folder of one index with all its data.
"""

from collections.abc import Iterator

import dagster as dg
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from pipeline.settings import Settings
from pipeline.warehouse.open_lake import lock_data


class _LockingExecutor(InProcessExecutor):
    def __init__(self, settings: Settings) -> None:
        super().__init__(RetryMode.DISABLED)
        self._settings = settings

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[dg.DagsterEvent]:
        """Execute all steps, with home and lake locked.

        Raises `HomeInUseError` if another process writes to either.
        """
        with lock_data(self._settings, f"run {plan_context.run_id[:8]} of the Dagster UI"):
            yield from super().execute(plan_context, execution_plan)


def build_executor(settings: Settings) -> dg.ExecutorDefinition:
    """Build an in-process executor that locks home and lake during a run.

    A run fails if another process writes to either. Commands lock them themselves.
    """

    @dg.executor(name="in_process")
    def in_process(_: dg.InitExecutorContext) -> dg.Executor:
        return _LockingExecutor(settings)

    return in_process
