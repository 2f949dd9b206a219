"""The Dagster instance, which writes events in batches."""

import os
import shutil
from collections.abc import Mapping
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.definitions.repository_definition.valid_definitions import SINGLETON_REPOSITORY_NAME
from dagster._core.instance.ref import InstanceRef
from dagster._core.instance.runs.run_domain import RunDomain
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._serdes import ConfigurableClassData

from pipeline.defs.event_log import BatchingEventLogStorage
from pipeline.durable_files import replacing
from pipeline.errors import UserError
from pipeline.settings import PACKAGE
from pipeline.settings.load import read_settings
from pipeline.warehouse.home import find_writer, require_plain_path
from pipeline.warehouse.run_history import POSTGRES_URL

# Larger batches are not faster.
EVENTS_IN_A_BATCH = 1000
#: Tag of runs that a command started, with the command as value.
STARTED_BY = "started by"
#: Command whose runs build blocks of days next to those of other machines.
WORK = "tension work"
#: The code location as `workspace.yaml` names it, for runs that a command starts.
_REPOSITORY = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("trade_tension"), SINGLETON_REPOSITORY_NAME)
DEAD = "The process of this run ended without a result: it was killed, or the machine stopped. Nothing of it is published."


class HistoryStorageError(UserError, RuntimeError):
    """The package for a history of runs in Postgres is not installed."""


class BatchingInstance(dg.DagsterInstance):
    """A Dagster instance that writes events in batches, whoever starts the run.

    Its folders are Dagster's defaults, under the folder of `dagster.yaml`: paths in that file would not be relative to it.
    """

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """Return the settings of this class: none."""
        return {}

    @classmethod
    def config_defaults(cls, base_dir: str) -> Mapping[str, ConfigurableClassData | None]:
        """Return Dagster's defaults with our storage; `dagster.yaml` takes precedence.

        It writes events in batches: to SQLite, or to Postgres if the variable `TENSION_POSTGRES_URL` is set.
        """
        defaults = InstanceRef.config_defaults(base_dir)
        if os.environ.get(POSTGRES_URL):
            return {**defaults, **_postgres_storage()}
        runs, shipped, schedules = (defaults[f"{name}_storage"] for name in ("run", "event_log", "schedule"))
        assert runs is not None
        assert shipped is not None
        assert schedules is not None
        events = ConfigurableClassData(BatchingEventLogStorage.__module__, BatchingEventLogStorage.__name__, shipped.config_yaml)
        return {**defaults, **_combine_storages(runs, events, schedules)}

    @cached_property
    def run_domain(self) -> RunDomain:
        """The part of the instance that creates runs: `_RunDomain`, not Dagster's."""
        return _RunDomain(self)

    def _get_event_batch_size(self) -> int:
        return EVENTS_IN_A_BATCH


class HomeRunLauncher(DefaultRunLauncher):
    """Starts runs in processes of this machine, and notices those that died.

    Every run holds the lock of its home while it executes.
    """

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(inst_data)
        self._suspects: set[str] = set()

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Return True, so that the daemon checks every started run."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Report a run as failed if its process is dead.

        It is taken as dead if at two checks of this run in a row no process held the lock of the home. Once may be the instant before a run
        takes the lock, or after it released it.
        """
        if find_writer(read_settings().home) is not None:
            self._suspects.discard(run.run_id)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        is_dead = run.run_id in self._suspects
        self._suspects.add(run.run_id)
        return CheckRunHealthResult(WorkerStatus.FAILED if is_dead else WorkerStatus.RUNNING, DEAD)


def fail_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Mark runs whose process died as failed; return their ids.

    They are all runs that started and did not end, and runs that a command created but never started. Call this while this process holds
    the lock of the home: then no run of the home is alive.
    """
    runs = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.NOT_STARTED]))
    # A run of the UI, too, has the status NOT_STARTED for an instant, until it is queued; it is not dead.
    dead = [run for run in runs if run.status is dg.DagsterRunStatus.STARTED or STARTED_BY in run.tags]
    for run in dead:
        instance.report_run_failed(run, DEAD)
    return [run.run_id for run in dead]


class _RunDomain(RunDomain):
    """Creates runs without partitions; their days are in the tags.

    With partitions Dagster would plan every check once for each: 366 times for a year of days, although each is evaluated once. Runs of
    commands belong to the code location, too.
    """

    def construct_run_with_snapshots(self, *arguments: Any, **named: Any) -> dg.DagsterRun:
        run = super().construct_run_with_snapshots(*arguments, **named)
        # A run of a command has no origin; without one the UI shows it neither in the timeline nor with the job.
        origin = run.remote_job_origin or RemoteJobOrigin(_REPOSITORY, run.job_name)
        return run._replace(partitions_subset=None, remote_job_origin=origin if STARTED_BY in run.tags else run.remote_job_origin)


def _postgres_storage() -> dict[str, ConfigurableClassData]:
    """Return the storages of runs, events and schedules in Postgres.

    They name the environment variable with the address, so that no file has the password. Raises `HistoryStorageError` if the package for
    Postgres is not installed.
    """
    if find_spec("dagster_postgres") is None:
        raise HistoryStorageError(
            f"{POSTGRES_URL} needs the package dagster-postgres; install it: uv sync --locked --no-dev --group postgres, with every "
            f"other --extra that you use, or unset it"
        )
    address = yaml.dump({"postgres_url": {"env": POSTGRES_URL}})
    runs, events, schedules = (
        ConfigurableClassData("dagster_postgres", "PostgresRunStorage", address),
        ConfigurableClassData("pipeline.defs.postgres_event_log", "BatchingPostgresEventLogStorage", address),
        ConfigurableClassData("dagster_postgres", "PostgresScheduleStorage", address),
    )
    return _combine_storages(runs, events, schedules)


def _combine_storages(
    runs: ConfigurableClassData, events: ConfigurableClassData, schedules: ConfigurableClassData
) -> dict[str, ConfigurableClassData]:
    """Join three storages to one, as Dagster's configuration wants it.

    Returns the joined one as `storage`, and each of the three under its own name.
    """
    parts = {"run_storage": runs, "event_log_storage": events, "schedule_storage": schedules}
    composite = ConfigurableClassData(
        "dagster._core.storage.legacy_storage",
        "CompositeStorage",
        yaml.dump({name: part._asdict() for name, part in parts.items()}),
    )
    return {**parts, "storage": composite}


def prepare_home(folder: Path) -> None:
    """Create the folder of the Dagster instance, with our `dagster.yaml` in it.

    An existing file of this name is replaced. `HomeError` if Dagster misreads the path (`require_plain_path`).
    """
    require_plain_path(folder)
    with replacing(folder / "dagster.yaml") as temporary:  # a daemon may read it at this moment
        shutil.copyfile(PACKAGE / "dagster.yaml", temporary)


def open_instance(folder: Path) -> dg.DagsterInstance:
    """Open the Dagster instance of a home, with its `dagster.yaml`.

    `folder`: that of `prepare_home`. Dagster alone takes `[1]` in its path for a wildcard, does not find the file, and uses its defaults:
    with telemetry.
    """
    configuration = yaml.safe_load((folder / "dagster.yaml").read_text(encoding="utf-8"))
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides=configuration))
