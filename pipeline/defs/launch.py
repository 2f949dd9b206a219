"""Starting the job from a command: the same job that the UI and the schedule start, in this process, with its history kept.

A long span is run in pieces of a year for the daily assets; the whole of the job, which makes and publishes the index, ends it.
"""

import logging
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

import dagster as dg

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import FETCHES
from pipeline.defs.instance import prepare_home
from pipeline.defs.partitions import range_tags
from pipeline.settings import Settings

DAYS_IN_A_RUN = 366

#: Told of each step: its name and whether it began ("start"), ended well ("success") or failed ("failure").
Listener = Callable[[str, str], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_TOLD = {"STEP_START": "start", "STEP_SUCCESS": "success", "STEP_FAILURE": "failure", "STEP_SKIPPED": "skipped"}


@dataclass(frozen=True)
class Launched:
    """How the runs ended: their ids, and for a failed one which steps failed and why."""

    run_ids: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]
    failed_checks: tuple[tuple[str, str, str], ...]

    @property
    def succeeded(self) -> bool:
        """Whether every step ended well."""
        return not self.failures


class _Tell(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        event, listener = getattr(record, "dagster_event", None), _listener.get()
        if listener and event is not None and event.event_type_value in _TOLD and event.step_key:
            listener(event.step_key, _TOLD[event.event_type_value])


@dg.logger(config_schema={}, description="Tells the command that started the run of each step; nothing else is printed.")
def listener_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """A logger whose only handler passes step events on."""
    logger = logging.Logger("tension.listener", logging.DEBUG)
    logger.addHandler(_Tell())
    return logger


#: The console logger stays the default of runs started elsewhere.
LOGGERS = {"console": dg.colored_console_logger, "listener": listener_logger}


class Launcher:
    """Starts the job of some definitions."""

    def __init__(self, definitions: dg.Definitions) -> None:
        self.job = definitions.resolve_job_def("trade_tension")
        graph = definitions.resolve_asset_graph()
        self.daily = [key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def is not None]
        self.daily_steps = {definitions.resolve_assets_def(key).node_def.name for key in self.daily}

    def steps_of(self, span: Days) -> int:
        """How many steps `launch` will tell of."""
        pieces = len(list(span.chunks(DAYS_IN_A_RUN)))
        return len(self.job.graph.nodes) + (pieces - 1) * len(self.daily_steps)

    def launch(self, settings: Settings, span: Days, listener: Listener) -> Launched:
        """Run the job over the days of `span`, in the home of the settings from which the definitions were made.

        Stops at the first run that fails; what was written before stays written and whole.
        """
        pieces = list(span.chunks(DAYS_IN_A_RUN))
        return self._runs(settings, [(piece, None if piece == pieces[-1] else self.daily) for piece in pieces], listener, "tension run")

    def ask(self, settings: Settings, names: Sequence[str], span: Days, listener: Listener) -> Launched:
        """Ask the upstreams of these names over the days of `span`, keep what they answer, and nothing else."""
        assets = [dg.AssetKey(name) for name in (*names, FETCHES.name)]
        return self._runs(settings, [(piece, assets) for piece in span.chunks(DAYS_IN_A_RUN)], listener, "tension fetch")

    def _runs(
        self, settings: Settings, pieces: Sequence[tuple[Days, Sequence[dg.AssetKey] | None]], listener: Listener, started_by: str
    ) -> Launched:
        prepare_home(settings.dagster_home)
        token = _listener.set(listener)
        results: list[dg.ExecuteInProcessResult] = []
        try:
            with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
                for days, assets in pieces:
                    results.append(self._run(days, instance, assets, started_by))
                    if not results[-1].success:
                        break
        finally:
            _listener.reset(token)
        return Launched(
            tuple(result.run_id for result in results),
            tuple(failure for result in results for failure in _failures(result)),
            tuple(check for result in results for check in _failed_checks(result)),
        )

    def _run(
        self, days: Days, instance: dg.DagsterInstance, assets: Sequence[dg.AssetKey] | None, started_by: str
    ) -> dg.ExecuteInProcessResult:
        return self.job.execute_in_process(
            run_id=str(uuid4()),
            instance=instance,
            tags=range_tags(days) | {"started by": started_by},
            run_config={"loggers": {"listener": {}}},
            asset_selection=assets,
            raise_on_error=False,
        )


def _failures(result: dg.ExecuteInProcessResult) -> list[tuple[str, str]]:
    found = []
    for event in result.all_events:
        if event.event_type_value == "STEP_FAILURE":
            error = event.step_failure_data.error
            if error is not None and error.cause is not None:
                error = error.cause  # what the step raised; what lies deeper is not written for people
            said = event.step_failure_data.user_failure_data
            found.append(
                (event.step_key or "", (said.description if said and said.description else error.message if error else "").strip())
            )
    if not result.success and not found:
        found.append(
            ("the run", next((event.message or "" for event in result.all_events if event.is_failure), "failed before its first step"))
        )
    return found


def _failed_checks(result: dg.ExecuteInProcessResult) -> list[tuple[str, str, str]]:
    evaluations = (event.asset_check_evaluation_data for event in result.all_events if event.event_type_value == "ASSET_CHECK_EVALUATION")
    return [
        (check.asset_key.to_user_string(), check.check_name, ", ".join(f"{name} {_said(value)}" for name, value in check.metadata.items()))
        for check in evaluations
        if not check.passed
    ]


def _said(value: object) -> str:
    return str(getattr(value, "value", value))
