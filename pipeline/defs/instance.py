"""The Dagster instance that `dagster.yaml` names: Dagster's own, with events written in batches."""

import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef
from dagster._core.instance.runs.run_domain import RunDomain
from dagster._serdes import ConfigurableClassData

from pipeline.defs.event_log import BatchingEventLogStorage
from pipeline.settings import PACKAGE

# Larger ones save nothing and hold more events in memory.
EVENTS_IN_A_BATCH = 1000


class BatchingInstance(dg.DagsterInstance):
    """An instance whose runs, wherever they are started, write their events in batches.

    Folders are where Dagster puts them by default, under the folder that holds `dagster.yaml`. They could not be named there: paths in that
    file are not relative to it.
    """

    @classmethod
    def config_schema(cls) -> Mapping[str, Any]:
        """No settings beyond those of every instance."""
        return {}

    @classmethod
    def config_defaults(cls, base_dir: str) -> Mapping[str, ConfigurableClassData | None]:
        """Storage of runs, events and schedules under `base_dir`; what `dagster.yaml` names itself comes before it."""
        defaults = InstanceRef.config_defaults(base_dir)
        runs, shipped, schedules = (defaults[f"{name}_storage"] for name in ("run", "event_log", "schedule"))
        assert runs is not None
        assert shipped is not None
        assert schedules is not None
        events = ConfigurableClassData(BatchingEventLogStorage.__module__, BatchingEventLogStorage.__name__, shipped.config_yaml)
        parts = {"run_storage": runs, "event_log_storage": events, "schedule_storage": schedules}
        composite = ConfigurableClassData(
            "dagster._core.storage.legacy_storage",
            "CompositeStorage",
            yaml.dump({name: part._asdict() for name, part in parts.items()}),
        )
        return {**defaults, **parts, "storage": composite}

    @cached_property
    def run_domain(self) -> RunDomain:
        """What creates runs."""
        return _RunDomain(self)

    def _get_event_batch_size(self) -> int:
        return EVENTS_IN_A_BATCH


class _RunDomain(RunDomain):
    """Leaves it to each asset and check which partitions of a run it has.

    Dagster takes the partitions of whichever asset comes last in a run for those of all its checks: a year of days plans each check 366
    times, although it is evaluated once. The tags of the run say the same days.
    """

    def construct_run_with_snapshots(self, *arguments: Any, **named: Any) -> dg.DagsterRun:
        run = super().construct_run_with_snapshots(*arguments, **named)
        return run._replace(partitions_subset=None)


def prepare_home(folder: Path) -> None:
    """Create Dagster's folder with our `dagster.yaml` in it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PACKAGE / "dagster.yaml", folder / "dagster.yaml")
