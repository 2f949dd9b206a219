"""The job, its daily schedule with the look-back for late articles, and hourly jobs of upstreams that hold little at a time."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipeline.contracts.days import Days
from pipeline.contracts.sources import DAILY_AT, HOURLY_AT_MINUTE
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.defs.partitions import daily_partitions, range_tags
from pipeline.settings import Settings

JOB = "trade_tension"


def jobs(settings: Settings) -> Sequence[UnresolvedAssetJobDefinition]:
    """The one job that makes everything."""
    return [
        dg.define_asset_job(
            JOB,
            selection=dg.AssetSelection.all(),
            partitions_def=daily_partitions(settings),
            description="Articles and trade figures in, a published tension index out.",
        )
    ]


def schedules(settings: Settings) -> Sequence[dg.ScheduleDefinition]:
    """The daily run, and an hourly request to each enabled upstream that needs it."""
    hourly = [name for name in settings.sources.on if UPSTREAMS[name].is_asked_hourly]
    return [_daily(settings), *(_hourly(name) for name in hourly)]


def _daily(settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(job_name=JOB, cron_schedule=f"{DAILY_AT.minute} {DAILY_AT.hour} * * *", execution_timezone="UTC", name="daily")
    def daily(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """Every morning: the last day that is over, and the days before it again, so that late articles are read."""
        yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
        last = min(yesterday, settings.end or yesterday)
        if last < settings.first_day:
            yield dg.SkipReason(f"the first day to read is {settings.first_day}")
            return
        span = Days(max(settings.first_day, last - timedelta(days=settings.lookback_days)), last)
        yield dg.RunRequest(run_key=f"{yesterday}", tags=range_tags(span))

    return daily


def _hourly(name: str) -> dg.ScheduleDefinition:
    job = dg.define_asset_job(f"ask_{name}", selection=dg.AssetSelection.assets(name), description=f"Ask {UPSTREAMS[name].title}.")
    return dg.ScheduleDefinition(name=name, job=job, cron_schedule=f"{HOURLY_AT_MINUTE} * * * *", execution_timezone="UTC")
