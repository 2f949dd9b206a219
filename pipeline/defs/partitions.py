"""The days by which everything up to the findings is partitioned. The span comes from the settings of the process that loads this."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg

from pipeline.contracts.days import Days
from pipeline.settings import current

DAYS = dg.DailyPartitionsDefinition(
    start_date=current().first_day.isoformat(),
    end_date=(last + timedelta(days=1)).isoformat() if (last := current().end) else None,
)

DAYS_AT_ONCE = dg.BackfillPolicy.single_run()

#: How stories look back: an article of a day may retell one of the three days before.
THREE_DAYS_BEFORE = dg.TimeWindowPartitionMapping(start_offset=-3, allow_nonexistent_upstream_partitions=True)


def days(context: dg.AssetExecutionContext) -> Days:
    """The days of this run: one partition or a range of them."""
    span = context.partition_key_range
    return Days(_day(span.start), _day(span.end))


def _day(key: str) -> date:
    return date.fromisoformat(key)


def last_partition() -> date:
    """The last day there is a partition for: the end of the settings, or yesterday. `ValueError` before the first day is over."""
    key = DAYS.get_last_partition_key()
    if key is None:
        raise ValueError(f"no day is over yet since the first day to read, {current().first_day}")
    return _day(key)


def today() -> date:
    """The last day that an article can honestly claim; days after the partitions are no days to come, they are only not asked for."""
    return datetime.now(UTC).date()


def range_tags(span: Days) -> dict[str, str]:
    """Run tags that ask Dagster for a range of days in one run."""
    return {
        "dagster/asset_partition_range_start": span.first.isoformat(),
        "dagster/asset_partition_range_end": span.last.isoformat(),
    }
