"""Dagster's history of runs, read without importing Dagster."""

import sqlite3
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from pipeline.contracts.days import Days
from pipeline.warehouse.sqlite_files import read_database

#: Variable with the address of Postgres, which then stores the history of runs: postgresql+psycopg2://user:password@host:5432/database.
POSTGRES_URL = "TENSION_POSTGRES_URL"
#: Runs that only fetch are left out: the table `fetches` has their failures.
_LAST = """
select run_id, status, end_time
from runs
where
    status in ('SUCCESS', 'FAILURE', :killed)
    and pipeline_name not like 'fetch\\_%' escape '\\'
    and not exists (select 1 from run_tags where run_tags.run_id = runs.run_id and value = 'tension fetch')
order by id desc
limit 1
"""
_STARTED = "STARTED"
_FIRST_DAY, _LAST_DAY = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
_STARTED_BY = {"started by": "", "dagster/sensor_name": "sensor ", "dagster/schedule_name": "schedule "}


def describe_failed_run(dagster_home: Path, *, is_idle: bool = False) -> str | None:
    """Describe the last run that ended, if it failed.

    The text says when the run ended, what started it, and which days it had. If no process writes to the home (`is_idle`), a run that has
    only started was killed. Runs that only fetch or were cancelled are ignored. None if the run succeeded, there is none, or the history
    cannot be read. A history in Postgres is not looked at.
    """
    path = dagster_home / "history" / "runs.db"
    if not path.exists():
        return None
    try:
        failed = read_database(path, partial(_read_failed_run, is_idle=is_idle))
    except (sqlite3.Error, OSError):
        return None  # `tension verify` names it
    if failed is None:
        return None
    status, end_time, tags = failed
    parts = [prefix + tags[key] for key, prefix in _STARTED_BY.items() if key in tags]
    if _FIRST_DAY in tags:
        parts.append(str(Days(date.fromisoformat(tags[_FIRST_DAY]), date.fromisoformat(tags[_LAST_DAY]))))
    ended = f", at {datetime.fromtimestamp(end_time, UTC):%Y-%m-%d %H:%M} UTC" if end_time else ""
    ended = ", which was killed" if status == _STARTED else ended
    return f"the last run{ended} ({', '.join(parts)})" if parts else f"the last run{ended}"


def _read_failed_run(connection: sqlite3.Connection, *, is_idle: bool) -> tuple[str, float | None, dict[str, str]] | None:
    """Read status, end and tags of the last run, if it failed.

    The end is in seconds since 1970. None if the run succeeded, or there is none.
    """
    run = connection.execute(_LAST, {"killed": _STARTED if is_idle else ""}).fetchone()
    if run is None or run[1] == "SUCCESS":
        return None
    return run[1], run[2], dict(connection.execute("select key, value from run_tags where run_id = ?", run[:1]).fetchall())
