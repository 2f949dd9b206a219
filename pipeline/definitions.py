"""The Dagster code location: everything in `defs/`, built from settings that are passed in.

Belongs here: which parts make the location. Does not: any asset, check, job or schedule (`pipeline/defs`).
"""

import dagster as dg

from pipeline.contracts.tables.crosscheck import GDELT_DAILY
from pipeline.defs import (
    checks,
    core,
    crosscheck,
    index,
    jobs,
    launch,
    measures,
    models,
    official,
    published,
    raw,
    sensors,
    trade,
    upstreams,
)
from pipeline.defs.resources import resources
from pipeline.settings import Settings


def build(settings: Settings) -> dg.Definitions:
    """Assets, checks, the job, its schedules and sensor, and their resources, for these settings."""
    return dg.Definitions(
        assets=[
            *upstreams.assets(settings),
            *raw.assets(settings),
            *core.assets(settings),
            *official.assets(settings),
            *crosscheck.assets(settings),
            *(a for m in (index, measures, trade) for a in vars(m).values() if isinstance(a, dg.AssetsDefinition)),
            models.sql_asset(GDELT_DAILY),
            published.published,
        ],
        asset_checks=checks.checks_between_tables(),
        jobs=jobs.jobs(settings),
        schedules=jobs.schedules(settings),
        sensors=[sensors.inbox_sensor(settings)],
        resources=resources(settings),
        loggers=launch.LOGGERS,
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The location that the UI, the schedules and the sensor load: settings of the environment and `tension.toml`."""
    return build(Settings())
