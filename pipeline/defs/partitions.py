"""Daily partitions, from the first day of the settings, and their runs.

Without a last day (`Settings.end`) a new partition is added every day. A run builds one partition or a range of them.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import dagster as dg
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG, PARTITION_NAME_TAG

from pipeline.articles.stories import DAYS_AROUND
from pipeline.contracts.days import Days
from pipeline.settings import Settings


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return one partition per day of the settings.

    Without a last day, a new partition is added every day.
    """
    return dg.DailyPartitionsDefinition(
        start_date=settings.first_day.isoformat(),
        end_date=(settings.end + timedelta(days=1)).isoformat() if settings.end else None,
    )


def by_day(settings: Settings) -> dict[str, Any]:
    """Return the arguments of an asset with daily partitions.

    One run may build a range of them.
    """
    return {"partitions_def": daily_partitions(settings), "backfill_policy": dg.BackfillPolicy.single_run()}


def three_days_around() -> dg.TimeWindowPartitionMapping:
    """Return the partition mapping to a day and three days around.

    An article may repeat one of the three days before or, if it was seen late, after.
    """
    return dg.TimeWindowPartitionMapping(start_offset=-DAYS_AROUND, end_offset=DAYS_AROUND, allow_nonexistent_upstream_partitions=True)


def run_days(context: dg.AssetExecutionContext) -> Days:
    """Return the days of this run: one partition or a range.

    `dagster.Failure` if the run has neither, which only a run that was not started in the UI can lack.
    """
    if not (context.has_partition_key or context.has_partition_key_range):
        raise dg.Failure("this run has no day; start it with a day or a range of days (partitions)", allow_retries=False)
    span = context.partition_key_range
    return Days(date.fromisoformat(span.start), date.fromisoformat(span.end))


def last_partition(settings: Settings) -> date | None:
    """Return the last day with a partition, or None.

    It is the last day that is over, or the last day of the settings if that is earlier; None before `first_day` is over.
    """
    key = daily_partitions(settings).get_last_partition_key()
    return date.fromisoformat(key) if key else None


def range_tags(span: Days) -> dict[str, str]:
    """Return the tags of a run over a range of days."""
    return {ASSET_PARTITION_RANGE_START_TAG: span.first.isoformat(), ASSET_PARTITION_RANGE_END_TAG: span.last.isoformat()}


def read_range_tags(tags: Mapping[str, str]) -> Days | None:
    """Return the days that the tags of a run name, or None.

    They name a range, or a single partition.
    """
    day = tags.get(PARTITION_NAME_TAG)
    first, last = tags.get(ASSET_PARTITION_RANGE_START_TAG, day), tags.get(ASSET_PARTITION_RANGE_END_TAG, day)
    return Days(date.fromisoformat(first), date.fromisoformat(last)) if first and last else None
