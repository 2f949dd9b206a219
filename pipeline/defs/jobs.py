"""The one job, its daily schedule with the look-back for late articles, and the hourly asking of sources that hold little at a time."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from pipeline.contracts.days import Days
from pipeline.contracts.sources import DAILY_AT, HOURLY_AT_MINUTE, SOURCES
from pipeline.defs.partitions import DAYS, range_tags
from pipeline.settings import current

trade_tension = dg.define_asset_job(
    "trade_tension",
    selection=dg.AssetSelection.all(),
    partitions_def=DAYS,
    description="Articles and trade figures in, a published tension index out.",
)


@dg.schedule(job=trade_tension, cron_schedule=f"{DAILY_AT.minute} {DAILY_AT.hour} * * *", execution_timezone="UTC", name="daily")
def daily(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Every morning: the last day that is over, and the days before it again, so that late articles are taken up."""
    settings = current()
    yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
    last = min(yesterday, settings.end or yesterday)
    if last < settings.first_day:
        yield dg.SkipReason(f"the first day to read is {settings.first_day}")
        return
    span = Days(max(settings.first_day, last - timedelta(days=settings.lookback_days)), last)
    yield dg.RunRequest(run_key=f"{yesterday}", tags=range_tags(span))


def _hourly(name: str) -> dg.ScheduleDefinition:
    job = dg.define_asset_job(f"ask_{name}", selection=dg.AssetSelection.assets(name), description=f"Ask {SOURCES[name].title}.")
    return dg.ScheduleDefinition(name=name, job=job, cron_schedule=f"{HOURLY_AT_MINUTE} * * * *", execution_timezone="UTC")


hourly = [_hourly(name) for name in current().sources.on if SOURCES[name].is_asked_hourly]
