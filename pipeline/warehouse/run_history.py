"""Dagster's history of runs, read without importing Dagster."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pipeline.contracts.days import Days
from pipeline.warehouse.sqlite_files import read_database

#: Variable with the address of Postgres, which then stores the history of runs: postgresql+psycopg2://user:password@host:5432/database.
POSTGRES_URL = "TENSION_POSTGRES_URL"
#: Runs that only fetch are left out: the table `fetches` has their failures.
_ENDED = """
select
    run_id,
    status,
    end_time,
    coalesce(end_time, start_time, cast(strftime('%s', create_timestamp) as real)) as time,
    (select value from run_tags where run_tags.run_id = runs.run_id and key = :first) as first_day,
    (select value from run_tags where run_tags.run_id = runs.run_id and key = :last) as last_day,
    exists (select 1 from run_tags where run_tags.run_id = runs.run_id and value = 'tension run') as reads_all
from runs
where
    status in ('SUCCESS', 'FAILURE', :killed)
    and pipeline_name not like 'fetch\\_%' escape '\\'
    and not exists (select 1 from run_tags where run_tags.run_id = runs.run_id and value = 'tension fetch')
order by id desc
limit 500
"""
_STARTED = "STARTED"
_FIRST_DAY, _LAST_DAY = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
_STARTED_BY = {"started by": "", "dagster/sensor_name": "sensor ", "dagster/schedule_name": "schedule "}


def describe_failed_run(dagster_home: Path, since: datetime, *, is_idle: bool = False) -> str | None:
    """Describe the newest failed run whose days no later run has read.

    It is the last run, or an earlier one that ended after `since`. A `tension run` reads all days that changed, so that none before counts.
    The text says when it ended, what started it, and which days it had. A run without days counts until any later one succeeds. If no
    process writes to the home (`is_idle`), a run that has only started was killed. Runs that only fetch or were cancelled are ignored. None
    if there is no such run, or the history cannot be read. A history in Postgres is not looked at.
    """
    path = dagster_home / "history" / "runs.db"
    if not path.exists():
        return None
    try:
        failed = read_database(path, partial(_read_failed_run, since=since.timestamp(), is_idle=is_idle))
    except (sqlite3.Error, OSError):
        return None  # `tension verify` names it
    if failed is None:
        return None
    parts = [prefix + failed.tags[key] for key, prefix in _STARTED_BY.items() if key in failed.tags]
    if failed.days:
        parts.append(str(failed.days))
    ended = f", at {datetime.fromtimestamp(failed.end_time, UTC):%Y-%m-%d %H:%M} UTC" if failed.end_time else ""
    ended = ", which was killed" if failed.status == _STARTED else ended
    name = "the last run" if failed.is_last else "an earlier run"
    return f"{name}{ended} ({', '.join(parts)})" if parts else f"{name}{ended}"


class _FailedRun(NamedTuple):
    """A failed run; its end is in seconds since 1970."""

    status: str
    end_time: float | None
    days: Days | None
    tags: dict[str, str]
    is_last: bool


def _read_failed_run(connection: sqlite3.Connection, *, since: float, is_idle: bool) -> _FailedRun | None:
    """Read the run that `describe_failed_run` describes.

    `since`: in seconds since 1970.
    """
    names = {"killed": _STARTED if is_idle else "", "first": _FIRST_DAY, "last": _LAST_DAY}
    succeeded: list[Days | None] = []
    for run_id, status, end_time, time, first, last, reads_all in connection.execute(_ENDED, names):
        days = Days(date.fromisoformat(first), date.fromisoformat(last)) if first and last else None
        if status == "SUCCESS" and reads_all:
            return None  # it has only the days that had changed since they were read
        if status == "SUCCESS":
            succeeded.append(days)
        elif (time > since or not succeeded) and not _has_been_read(days, succeeded):
            tags = dict(connection.execute("select key, value from run_tags where run_id = ?", [run_id]).fetchall())
            return _FailedRun(status, end_time, days, tags, is_last=not succeeded)
    return None


def _has_been_read(days: Days | None, succeeded: Sequence[Days | None]) -> bool:
    """Whether later runs read all `days` of a failed one.

    If it has no days, whether any later run succeeded.
    """
    return bool(succeeded) if days is None else set(days) <= {day for later in succeeded if later for day in later}
