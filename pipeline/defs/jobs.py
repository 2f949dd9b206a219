"""The two jobs, the daily schedule, and hourly jobs for feeds.

A feed lists only its newest items, so it is fetched every hour.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipeline.contracts.days import Days
from pipeline.contracts.sources import DAILY_FETCH_TIME, HOURLY_FETCH_MINUTE
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.upstreams import UPSTREAMS
from pipeline.defs.partitions import daily_partitions, range_tags
from pipeline.settings import Settings
from pipeline.warehouse.open_lake import open_lake
from pipeline.warehouse.shared_lake import SharedLake

JOB = "trade_tension"
REBUILD = "rebuild_index"
_JOB = (
    "Reads the articles of the days that you choose and all trade figures, then builds the whole index again, checks it and publishes it. "
    "To start it: Materialize all, and choose one day or a range; days whose articles did not change cost almost nothing. "
    "If a critical check fails, nothing is published."
)
_REBUILD = (
    "Reads no article. Builds the whole index again from the days that are already read, with trade figures and verdicts as they are now, "
    "checks it and publishes it. It needs no day and no configuration: press Materialize all."
)
_DAILY = (
    "Every morning: fetches, reads all days up to yesterday that are not read yet, and the days of the look-back again for articles that "
    "arrived late; then builds and publishes the index. Off until you switch it on."
)
_FEED = "Every hour: stores the items of the feeds, which list only their newest ones. Builds nothing; the next daily run reads them."


def jobs(settings: Settings, assets: Sequence[dg.AssetsDefinition]) -> Sequence[UnresolvedAssetJobDefinition]:
    """Return the job that builds everything, and one that reads no articles.

    The second leaves out all assets with daily partitions.
    """
    of_days = [key for one in assets if one.partitions_def is not None for key in one.keys]
    return [
        daily_job(settings),
        dg.define_asset_job(REBUILD, selection=dg.AssetSelection.all() - dg.AssetSelection.assets(*of_days), description=_REBUILD),
    ]


def daily_job(settings: Settings) -> UnresolvedAssetJobDefinition:
    """Return the job that builds every asset of a code location."""
    return dg.define_asset_job(JOB, selection=dg.AssetSelection.all(), partitions_def=daily_partitions(settings), description=_JOB)


def schedules(settings: Settings) -> Sequence[dg.ScheduleDefinition]:
    """Return the daily schedule, and hourly ones for enabled feeds."""
    hourly = [name for name in settings.sources.on if UPSTREAMS[name].is_fetched_hourly]
    return [_daily(settings), *(_hourly(name) for name in hourly)]


def _daily(settings: Settings) -> dg.ScheduleDefinition:
    """Build the daily schedule, at `DAILY_FETCH_TIME` (UTC)."""
    cron = f"{DAILY_FETCH_TIME.minute} {DAILY_FETCH_TIME.hour} * * *"

    @dg.schedule(job_name=JOB, cron_schedule=cron, execution_timezone="UTC", name="daily", description=_DAILY)
    def daily(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """Request a run over yesterday and the `lookback_days` before it.

        The days before are read again for late articles. The settings' last day, `end`, takes the place of yesterday if it is earlier. If
        earlier days were not read, because the daemon was off, the run begins after the last day in the lake. Days before `first_day` are
        left out; if that is all of them, nothing runs.
        """
        yesterday = context.scheduled_execution_time.date() - timedelta(days=1)
        last = min(yesterday, settings.end or yesterday)
        if last < settings.first_day:
            yield dg.SkipReason(f"there is nothing to read before first_day, {settings.first_day}")
            return
        span, read = Days(last, last).extend_back(settings.lookback_days), find_days_read(settings)
        first = span.extend_to(read).first if read else span.first
        yield dg.RunRequest(run_key=f"{yesterday}", tags=range_tags(Days(max(settings.first_day, first), last)))

    return daily


def find_days_read(settings: Settings) -> Days | None:
    """Return the first and last day in the lake; None without any.

    A shared lake is read again first, since runs are other processes.
    """
    lake = open_lake(settings)
    if isinstance(lake, SharedLake):
        lake.refresh()
    return lake.span(COVERAGE)


def _hourly(name: str) -> dg.ScheduleDefinition:
    job = dg.define_asset_job(f"fetch_{name}", selection=dg.AssetSelection.assets(name), description=f"Fetch {UPSTREAMS[name].title}.")
    cron = f"{HOURLY_FETCH_MINUTE} * * * *"
    return dg.ScheduleDefinition(name=name, job=job, cron_schedule=cron, execution_timezone="UTC", description=_FEED)
