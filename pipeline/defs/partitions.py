"""Daily partitions: the days of everything up to the findings, from the first to the last day of the settings."""

from datetime import date, timedelta
from typing import Any

import dagster as dg

from pipeline import clock
from pipeline.contracts.days import Days
from pipeline.settings import Settings


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition for each day of the settings; without a last day they go on with the calendar."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.first_day.isoformat(),
        end_date=(settings.end + timedelta(days=1)).isoformat() if settings.end else None,
    )


def by_day(settings: Settings) -> dict[str, Any]:
    """Arguments of an asset with daily partitions, of which one run may make a range."""
    return {"partitions_def": daily_partitions(settings), "backfill_policy": dg.BackfillPolicy.single_run()}


def three_days_before() -> dg.TimeWindowPartitionMapping:
    """The days that a story reaches back to: an article may repeat one of the three days before."""
    return dg.TimeWindowPartitionMapping(start_offset=-3, allow_nonexistent_upstream_partitions=True)


def run_days(context: dg.AssetExecutionContext) -> Days:
    """The days of this run: one partition or a range of them."""
    span = context.partition_key_range
    return Days(date.fromisoformat(span.start), date.fromisoformat(span.end))


def last_partition(settings: Settings) -> date:
    """The last day with a partition: the end of the settings, or yesterday. `ValueError` before the first day is over."""
    key = daily_partitions(settings).get_last_partition_key()
    if key is None:
        raise ValueError(f"no day is over yet since the first day to read, {settings.first_day}")
    return date.fromisoformat(key)


def today() -> date:
    """The last day that an article can honestly claim."""
    return clock.today()


def range_tags(span: Days) -> dict[str, str]:
    """Run tags that ask Dagster for a range of days in one run."""
    return {
        "dagster/asset_partition_range_start": span.first.isoformat(),
        "dagster/asset_partition_range_end": span.last.isoformat(),
    }
