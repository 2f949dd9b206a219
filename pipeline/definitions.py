"""The Dagster code location, built for given settings.

Assets, checks, jobs and schedules are defined in `pipeline/defs`.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipeline.defs import (
    checks,
    core,
    crosscheck,
    executor,
    failed_checks,
    fetching,
    jobs,
    listener,
    models,
    official,
    published,
    raw,
    sensors,
    uploaded,
)
from pipeline.defs.resources import resources
from pipeline.settings import Settings
from pipeline.settings.load import read_settings


@contextmanager
def _use_beta_features() -> Iterator[None]:
    """Hide Dagster's warnings about two beta parameters while the block runs.

    The parameters are used knowingly; the version of Dagster is pinned.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Parameter `(backfill_policy|allow_nonexistent_upstream_partitions)`", dg.BetaWarning)
        yield


@_use_beta_features()
def build(settings: Settings) -> dg.Definitions:
    """Build the code location for these settings."""
    assets = [
        *fetching.assets(settings),
        *raw.assets(settings),
        *core.assets(settings),
        *official.assets(settings),
        *crosscheck.assets(settings),
        *models.assets(),
        published.build_asset(settings),
        *uploaded.assets(settings),
        failed_checks.failed_checks,
    ]
    return dg.Definitions(
        assets=assets,
        asset_checks=checks.cross_table_checks(),
        jobs=jobs.jobs(settings, assets),
        schedules=jobs.schedules(settings),
        sensors=[sensors.inbox_sensor(settings)],
        resources=resources(settings),
        loggers=listener.LOGGERS,
        executor=executor.build_executor(settings),
    )


@_use_beta_features()
def build_reading(settings: Settings) -> dg.Definitions:
    """Build a code location with only the steps that read articles.

    They are the assets of `defs/raw.py` and `defs/core.py` that are partitioned by day. Checks across tables are left out: they need all
    days, and each machine reads only some of them.
    """
    assets = [one for one in (*raw.assets(settings), *core.assets(settings)) if one.partitions_def is not None]
    return dg.Definitions(assets=assets, jobs=[jobs.daily_job(settings)], resources=resources(settings), loggers=listener.LOGGERS)


@dg.definitions
def defs() -> dg.Definitions:
    """Build the code location for the UI, schedules and sensor.

    Its settings are from the environment and `tension.toml`. Raises `SettingsError` if one is wrong.
    """
    return build(read_settings())
