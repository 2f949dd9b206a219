"""Run the job from a command, in this process.

Its history is stored like that of runs from the UI and the schedule.
Only days whose inputs changed are built, about a year per run; the last run builds the index and publishes it.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple
from uuid import uuid4

import dagster as dg
from dagster._core.events import JobFailureData
from dagster._core.execution.plan.objects import StepFailureData

from pipeline import clock
from pipeline.articles.stories import DAYS_AROUND
from pipeline.contracts.days import Days, group_consecutive_days
from pipeline.contracts.tables.raw import FETCHES
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.defs import daily
from pipeline.defs.checks import IS_REBUILT
from pipeline.defs.core import ALL_ARTICLES_READ, ARTICLES_READ
from pipeline.defs.failed_checks import FailedCheck, iterate_check_results, list_failed_checks
from pipeline.defs.fetching import ANSWERED
from pipeline.defs.instance import STARTED_BY, WORK, fail_dead_runs, open_instance, prepare_home
from pipeline.defs.jobs import JOB
from pipeline.defs.listener import Listener, listening
from pipeline.defs.partitions import range_tags
from pipeline.defs.removed_rows import forget_reported_rows
from pipeline.defs.resources import ExtractorFactory, News
from pipeline.settings import Settings
from pipeline.warehouse.open_lake import lock_data, open_lake

DAYS_IN_A_RUN = 366
#: How Dagster begins the message of an error that a class of this package has raised.
_OWN_ERROR = re.compile(r"^pipeline(?:\.\w+)+: ")
_INTERRUPTIONS = {"DagsterExecutionInterruptedError", "KeyboardInterrupt"}
#: More ranges of changed days than this are merged into one: a run has overhead, a day without changes almost none.
MOST_SPANS = 4


class Run(NamedTuple):
    """A planned Dagster run for a range of days.

    `assets`: those to build; None: all of the job.
    """

    days: Days
    assets: Sequence[dg.AssetKey] | None


@dataclass(frozen=True)
class Launched:
    """Result of the runs of a command.

    `failures` are pairs of step and message.
    """

    failures: tuple[tuple[str, str], ...]
    failed_checks: tuple[FailedCheck, ...]
    articles_read: int
    articles_not_read: Mapping[str, int]  # by reason
    stale_tables: Mapping[str, str]  # side tables that keep an earlier version, with the reason
    requests: Mapping[str, int] = field(default_factory=dict)  # to upstreams, by outcome

    @property
    def succeeded(self) -> bool:
        """Whether every step succeeded."""
        return not self.failures


class Launcher:
    """Runs the job of a code location."""

    def __init__(self, definitions: dg.Definitions) -> None:
        self.job = definitions.resolve_job_def(JOB)
        graph = definitions.resolve_asset_graph()
        self.daily = [key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def is not None]
        self._all_steps = [node.name for node in self.job.graph.nodes]
        # Of each asset: the step that makes it, and checks that are steps of their own.
        self._steps = {key: {definitions.resolve_assets_def(key).node_def.name} for key in graph.get_all_asset_keys()}
        for check in graph.asset_check_keys:
            self._steps[check.asset_key] |= {f"{check.asset_key.to_user_string()}_{check.name}"} & set(self._all_steps)

    def plan(self, settings: Settings, span: Days) -> list[Run]:
        """Plan the runs that bring these days up to date.

        Only days whose inputs changed are built; with upstreams enabled, all of `span`: their responses are not known in advance. More than
        `MOST_SPANS` ranges of changed days become one, from the first to the last. A run has about a year of a range; the next run of this
        range repeats its last three days (`DAYS_AROUND`), because links between stories also depend on the days after. The last run also
        builds the index and publishes it. If nothing changed, the only run is of the last day. Raises `GapError` if days outside `span` are
        missing in the lake.
        """
        lake = open_lake(settings)
        daily.require_every_day(lake, span)
        changed = list(span) if settings.sources.on else _find_changed_days(settings, span)
        spans = list(group_consecutive_days(changed))
        if len(spans) > MOST_SPANS:
            spans = [Days(changed[0], changed[-1])]
        batches = [
            Days(max(days.first, batch.extend_back(DAYS_AROUND).first), batch.last) for days in spans for batch in days.split(DAYS_IN_A_RUN)
        ]
        if not batches:  # daily assets run all the same, for one day: a killed run may have left out their checks across tables
            return [Run(Days(span.last, span.last), None)]
        return [*(Run(batch, self.daily) for batch in batches[:-1]), Run(batches[-1], None)]

    def list_steps(self, runs: Sequence[Run]) -> list[str]:
        """List the steps of these runs, each as often as it runs."""
        names: list[str] = []
        for run in runs:
            names += self._all_steps if run.assets is None else sorted({name for key in run.assets for name in self._steps[key]})
        return names

    def launch(self, settings: Settings, runs: Sequence[Run], listener: Listener) -> Launched:
        """Execute the runs, up to the first that fails.

        `settings` must be those of the code location; `listener` receives the progress. Days written before a failure stay. Failed checks
        are also stored as warnings in the lake. `IS_REBUILT` is not among them: `stale_tables` has its failures. Raises
        `KeyboardInterrupt` if a run was interrupted.
        """
        launched, lake = self._execute(settings, runs, listener, "tension run"), open_lake(settings)
        checks = tuple(check for check in launched.failed_checks if check.check != IS_REBUILT)
        lake.note_warnings([str(check) for check in checks])
        forget_reported_rows(lake, checks)
        return replace(launched, failed_checks=checks)

    def plan_fetch(self, names: Sequence[str], span: Days) -> list[Run]:
        """Plan the runs that fetch these upstreams for these days.

        `span` applies to upstreams that are fetched by day. Others fetch, in the first run only, their current items, or the years of the
        settings' days and the three before. Each run also stores the journal of requests; nothing else is built.
        """
        by_day = [name for name in names if UPSTREAMS[name].is_fetched_by_day]
        first, *others = span.split(DAYS_IN_A_RUN)
        fetched = [(first, names), *((batch, by_day) for batch in others if by_day)]
        return [Run(batch, [dg.AssetKey(name) for name in (*upstreams, FETCHES.name)]) for batch, upstreams in fetched]

    def fetch(self, settings: Settings, runs: Sequence[Run], listener: Listener) -> Launched:
        """Execute the runs of `plan_fetch`, up to the first that fails."""
        return self._execute(settings, runs, listener, "tension fetch")

    def read(self, settings: Settings, assets: Sequence[dg.AssetKey], days: Days) -> Launched:
        """Build these daily assets for those of these days that changed."""
        return self._execute(settings, [Run(days, assets)], None, WORK)

    def _execute(self, settings: Settings, runs: Sequence[Run], listener: Listener | None, started_by: str) -> Launched:
        """Execute runs one after the other, while the home is locked.

        `started_by`: the name of the command, for others that try to write. Runs whose process died earlier are marked as failed first.
        Stops after the first run that fails; raises `KeyboardInterrupt` if one was interrupted, `HomeInUseError` if another process writes.
        """
        prepare_home(settings.dagster_home)
        results: list[dg.ExecuteInProcessResult] = []
        with (
            lock_data(settings, started_by),
            listening(listener),
            open_instance(settings.dagster_home) as instance,
        ):
            fail_dead_runs(instance)
            for run in runs:
                results.append(self._execute_one(run, instance, started_by))
                if _was_interrupted(results[-1]):
                    raise KeyboardInterrupt
                if not results[-1].success:
                    break
        counts = sum((_count_integers(result, ALL_ARTICLES_READ.name) for result in results), Counter[str]())
        return Launched(
            tuple(failure for result in results for failure in _list_failures(result)),
            # Runs of one archive repeat what a check says of its files.
            tuple(dict.fromkeys(check for result in results for check in list_failed_checks(iterate_check_results(result.all_events)))),
            counts[ARTICLES_READ],
            {reason: count for reason, count in counts.items() if count and reason != ARTICLES_READ},
            open_lake(settings).stale_tables(),
            requests=sum((_count_integers(result, ANSWERED) for result in results), Counter()),
        )

    def _execute_one(self, run: Run, instance: dg.DagsterInstance, started_by: str) -> dg.ExecuteInProcessResult:
        """Execute one run in this process."""
        return self.job.execute_in_process(
            run_id=str(uuid4()),
            instance=instance,
            tags=range_tags(run.days) | {STARTED_BY: started_by},
            run_config={"loggers": {"listener": {}}},
            asset_selection=run.assets,
            raise_on_error=False,
        )


def _find_changed_days(settings: Settings, span: Days) -> list[date]:
    """List the days of `span` that some daily step must build, sorted.

    The steps, in this order: raw articles, admission, story links, findings.
    """
    steps = (
        daily.RawArticles(News(settings), clock.today()),
        daily.admission(),
        daily.story_links(),
        daily.findings(ExtractorFactory(settings)),
    )
    return daily.days_to_build(open_lake(settings), steps, span)


def _was_interrupted(result: dg.ExecuteInProcessResult) -> bool:
    """Return whether Ctrl-C or SIGTERM ended the run.

    Dagster reports that as a failure.
    """
    data = [event.event_specific_data for event in result.all_events if event.is_failure]
    errors = [one.error for one in data if isinstance(one, StepFailureData | JobFailureData) and one.error]
    causes = [error.cause for error in errors if error.cause]
    return any(error.cls_name in _INTERRUPTIONS for error in (*errors, *causes))


def _list_failures(result: dg.ExecuteInProcessResult) -> list[tuple[str, str]]:
    """List the steps that failed, each with the message of its error.

    An error of this package is shown without its Python name, because its message says all that a user needs. If the run failed without a
    failed step, the only one listed is "the run". Empty if it succeeded.
    """
    failures = []
    for event in result.all_events:
        if event.event_type_value == "STEP_FAILURE":
            error = event.step_failure_data.error
            if error is not None and error.cause is not None:
                error = error.cause  # the exception of the step; the outer one is Dagster's
            user = event.step_failure_data.user_failure_data
            message = user.description if user and user.description else error.message if error else ""
            failures.append((event.step_key or "", _OWN_ERROR.sub("", message).strip()))
    if not result.success and not failures:
        failures.append(
            ("the run", next((event.message or "" for event in result.all_events if event.is_failure), "failed before its first step"))
        )
    return failures


def _count_integers(result: dg.ExecuteInProcessResult, check_name: str) -> Counter[str]:
    """Add up the integers in the metadata of a check, by key.

    Of `ALL_ARTICLES_READ` these are how many articles were read, and not read by reason; of `ANSWERED`, requests by outcome.
    """
    metadata = (check.metadata for check in iterate_check_results(result.all_events) if check.check_name == check_name)
    return sum((Counter({name: value.value for name, value in one.items() if isinstance(value.value, int)}) for one in metadata), Counter())
