"""The Dagster code location: everything in `defs/`, built from settings that are passed in.

Belongs here: which parts make the location. Does not: any asset, check, job or schedule (`pipeline/defs`).
"""

import dagster as dg

from pipeline.defs import (
    checks,
    core,
    crosscheck,
    fetching,
    jobs,
    listener,
    models,
    official,
    published,
    raw,
    sensors,
)
from pipeline.defs.resources import resources
from pipeline.settings import Settings


def build(settings: Settings) -> dg.Definitions:
    """Assets, checks, the job, its schedules and sensor, and their resources, for these settings."""
    return dg.Definitions(
        assets=[
            *fetching.assets(settings),
            *raw.assets(settings),
            *core.assets(settings),
            *official.assets(settings),
            *crosscheck.assets(settings),
            *models.assets(),
            published.published,
        ],
        asset_checks=checks.checks_between_tables(),
        jobs=jobs.jobs(settings),
        schedules=jobs.schedules(settings),
        sensors=[sensors.inbox_sensor(settings)],
        resources=resources(settings),
        loggers=listener.LOGGERS,
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The location that the UI, the schedules and the sensor load: settings of the environment and `tension.toml`."""
    return build(Settings())
