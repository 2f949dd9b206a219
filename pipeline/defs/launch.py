"""Runs of the job that a command starts: the same job as from the UI and the schedule, in this process, with its history stored.

Only days whose inputs changed are run, a year at most in one run; the last run makes the index and publishes it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import uuid4

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation

from pipeline.contracts.days import Days, consecutive
from pipeline.contracts.tables.raw import FETCHES
from pipeline.defs import daily
from pipeline.defs.core import ALL_ARTICLES_READ, ARTICLES_READ
from pipeline.defs.instance import prepare_home
from pipeline.defs.listener import Listener, listening
from pipeline.defs.partitions import range_tags, today
from pipeline.defs.resources import ExtractorFactory, News
from pipeline.defs.side_tables import NOT_EVALUATED
from pipeline.settings import Settings
from pipeline.warehouse.lake import Lake

DAYS_IN_A_RUN = 366
#: More spans of changed days than this are run as one: a run has a cost of its own, a day without changes next to none.
MOST_SPANS = 4


class Run(NamedTuple):
    """One Dagster run: its days (None: no daily asset), and the assets that it makes (None: the whole job)."""

    days: Days | None
    assets: Sequence[dg.AssetKey] | None


@dataclass(frozen=True)
class Launched:
    """How the runs ended: their ids, what failed and why, and how many articles were read."""

    run_ids: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]
    failed_checks: tuple[tuple[str, str, str], ...]
    articles_read: int
    articles_not_read: Mapping[str, int]  # by reason
    stale_tables: Mapping[str, str]  # side tables that keep an earlier version, with the reason

    @property
    def succeeded(self) -> bool:
        """Whether every step ended well."""
        return not self.failures


class Launcher:
    """Starts the job of some definitions."""

    def __init__(self, definitions: dg.Definitions) -> None:
        self.job = definitions.resolve_job_def("trade_tension")
        graph = definitions.resolve_asset_graph()
        self.daily = [key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def is not None]
        self.not_daily = [key for key in graph.get_all_asset_keys() if graph.get(key).partitions_def is None]
        assets = {definitions.resolve_assets_def(key).node_def.name for key in self.daily}
        checks = {f"{key.asset_key.to_user_string()}_{key.name}" for key in graph.asset_check_keys if key.asset_key in self.daily}
        self.daily_steps = assets | checks & {node.name for node in self.job.graph.nodes}

    def plan(self, settings: Settings, span: Days) -> list[Run]:
        """Plan the runs that bring the home of the settings up to date over the days of `span`: only days whose inputs changed.

        Upstreams are asked about every day: what they would answer is not known before. The last run makes the index and publishes.
        """
        changed = list(span) if settings.sources.on else _changed_days(settings, span)
        spans = list(consecutive(changed))
        if len(spans) > MOST_SPANS:
            spans = [Days(changed[0], changed[-1])]
        pieces = [piece for days in spans for piece in days.chunks(DAYS_IN_A_RUN)]
        if not pieces:
            return [Run(None, self.not_daily)]
        return [*(Run(piece, self.daily) for piece in pieces[:-1]), Run(pieces[-1], None)]

    def steps_of(self, runs: Sequence[Run]) -> list[str]:
        """List the steps that `launch` reports, each as often as it runs."""
        every = [node.name for node in self.job.graph.nodes]
        selected = {None: every, True: sorted(self.daily_steps), False: [name for name in every if name not in self.daily_steps]}
        return [name for run in runs for name in selected[None if run.assets is None else run.assets is self.daily]]

    def launch(self, settings: Settings, runs: Sequence[Run], listener: Listener) -> Launched:
        """Carry out the runs in the home of the settings from which the definitions were made.

        Stops at the first run that fails; what was written before stays written and whole.
        """
        return self._runs(settings, runs, listener, "tension run")

    def ask(self, settings: Settings, names: Sequence[str], span: Days, listener: Listener) -> Launched:
        """Ask the upstreams of these names over the days of `span`, keep what they answer, and nothing else."""
        assets = [dg.AssetKey(name) for name in (*names, FETCHES.name)]
        return self._runs(settings, [Run(piece, assets) for piece in span.chunks(DAYS_IN_A_RUN)], listener, "tension fetch")

    def _runs(self, settings: Settings, runs: Sequence[Run], listener: Listener, started_by: str) -> Launched:
        prepare_home(settings.dagster_home)
        results: list[dg.ExecuteInProcessResult] = []
        with listening(listener), dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            for run in runs:
                results.append(self._run(run, instance, started_by))
                if not results[-1].success:
                    break
        counts = sum(map(_articles_counted, results), Counter[str]())
        return Launched(
            tuple(result.run_id for result in results),
            tuple(failure for result in results for failure in _failures(result)),
            tuple(check for result in results for check in _failed_checks(result)),
            counts[ARTICLES_READ],
            {reason: count for reason, count in counts.items() if count and reason != ARTICLES_READ},
            Lake(settings.lake).stale_tables(),
        )

    def _run(self, run: Run, instance: dg.DagsterInstance, started_by: str) -> dg.ExecuteInProcessResult:
        return self.job.execute_in_process(
            run_id=str(uuid4()),
            instance=instance,
            tags=(range_tags(run.days) if run.days else {}) | {"started by": started_by},
            run_config={"loggers": {"listener": {}}},
            asset_selection=run.assets,
            raise_on_error=False,
        )


def _changed_days(settings: Settings, span: Days) -> list[date]:
    steps = (
        daily.RawArticles(News(settings), today()),
        daily.admission(),
        daily.story_links(),
        daily.findings(ExtractorFactory(settings)),
    )
    return daily.days_to_make(Lake(settings.lake), steps, span)


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


def _check_results(result: dg.ExecuteInProcessResult) -> Iterator[AssetCheckEvaluation]:
    for event in result.all_events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            yield event.asset_check_evaluation_data


def _articles_counted(result: dg.ExecuteInProcessResult) -> Counter[str]:
    metadata = (check.metadata for check in _check_results(result) if check.check_name == ALL_ARTICLES_READ.name)
    return sum((Counter({name: value.value for name, value in of.items() if isinstance(value.value, int)}) for of in metadata), Counter())


def _failed_checks(result: dg.ExecuteInProcessResult) -> list[tuple[str, str, str]]:
    return [
        (check.asset_key.to_user_string(), check.check_name, ", ".join(f"{name} {_said(value)}" for name, value in check.metadata.items()))
        for check in _check_results(result)
        if not check.passed and NOT_EVALUATED not in check.metadata
    ]


def _said(value: object) -> str:
    return str(getattr(value, "value", value))
