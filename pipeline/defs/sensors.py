"""A sensor that starts a run for article files put into `<home>/inbox`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import dagster as dg
from dagster._core.storage.tags import RUN_KEY_TAG, SENSOR_NAME_TAG

from pipeline import clock
from pipeline.articles.stories import DAYS_AROUND
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import STORY_LINKS
from pipeline.defs.jobs import JOB, find_days_read
from pipeline.defs.partitions import last_partition, range_tags
from pipeline.settings import Settings
from pipeline.sources.errors import SourceError
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.find import ArticleFile
from pipeline.sources.files.inbox import is_quiet, list_inbox_files
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.open_lake import open_lake

_INBOX = (
    "Every minute: starts a run when an article file was put into <home>/inbox or changed, over the days of its articles; again ten "
    "minutes after it failed, and two hours after that. Off until you switch it on."
)
_NAME = "inbox"
#: Size and time of change of a file; then, if it has days that were not over (or could not be read), the last day that was.
_State = Sequence[int | str]
#: Seconds from the end of a failed run for a file to its next try: one item for each further try.
_PAUSES = (600, 7200)


class _Failures(NamedTuple):
    """Files of the inbox to try again, or given up after failures.

    `due`: the run key of the next run by file, for files whose pause after the failure (`_PAUSES`) is over and whose next run was not
    requested yet. `given_up`: files that are not tried again, because all tries failed.
    """

    due: Mapping[str, str]
    given_up: Sequence[str]


def _read_states(files: Mapping[str, ArticleFile], now: float) -> Iterator[tuple[str, list[int]]]:
    """Yield each complete file's name with its size and time of change.

    Complete is one that has not changed for a while (`is_quiet`). `now`: in Unix seconds.
    """
    for name, file in files.items():
        with suppress(FileNotFoundError):  # it was removed in the meantime
            status = file.path.stat()
            if is_quiet(file.path, now):
                yield name, [status.st_size, status.st_mtime_ns]


def _list_run_keys(name: str, state: _State) -> list[str]:
    """Return the run keys of all tries for a file, in order.

    A file with another state has other keys.
    """
    key = f"{name}:{state}"
    return [key, *(f"{key}, try {number}" for number, _ in enumerate(_PAUSES, start=2))]


def _find_failures(instance: dg.DagsterInstance, seen: Mapping[str, _State], now: float) -> _Failures:
    """Find files to try again, and files given up, after failed runs.

    `seen`: the state of each file; runs for earlier ones do not count. `now`: in Unix seconds.
    """
    failures = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE], tags={SENSOR_NAME_TAG: _NAME})
    ends = {record.dagster_run.tags.get(RUN_KEY_TAG): record.end_time or now for record in instance.get_run_records(failures)}
    due, given_up = dict[str, str](), list[str]()
    for name, state in seen.items() if ends else ():
        keys = _list_run_keys(name, state)
        failed = [ends[key] for key in keys if key in ends]
        if len(failed) == len(keys):
            given_up.append(name)
        elif failed and now >= failed[-1] + _PAUSES[len(failed) - 1]:
            following = keys[len(failed)]
            if not instance.get_runs_count(dg.RunsFilter(tags={SENSOR_NAME_TAG: _NAME, RUN_KEY_TAG: following})):
                due[name] = following
    return _Failures(due, given_up)


def _find_run_days(settings: Settings, lake: Lake, span: Days, read: Days | None) -> Days | None:
    """Return the days of the run for a file of the inbox.

    They are those of its articles (`span`) within the days of the settings, None if there are none. Days that were read and lie up to three
    days around are added, because their links may change, and so are days between them and `read`: the days in the lake, None without any.
    """
    first, newest = max(span.first, settings.first_day), last_partition(settings)
    if newest is None or first > min(span.last, newest):
        return None
    days = Days(first, min(span.last, newest))
    if read:
        joined = days.extend_to(read)
        days = Days(max(joined.first, settings.first_day), min(joined.last, newest))
    around = lake.days_present(STORY_LINKS, days.extend(DAYS_AROUND)).intersection(Days(settings.first_day, newest))
    around |= {days.first, days.last}
    return Days(min(around), max(around))


def inbox_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor of the inbox."""

    @dg.sensor(job_name=JOB, minimum_interval_seconds=60, name=_NAME, description=_INBOX)
    def inbox(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        """Request a run for each new or changed file of the inbox.

        The run is over the days of the file's articles, and days around (`_find_run_days`). A file that changed in the last 30 seconds
        waits, because it may not be complete. One with days that are not over, such as today, is looked at again when the next day is over.
        So is one that cannot be read, which is logged: its dates may still be in the future. If the run of a file failed, another is
        requested after a pause, once for each of `_PAUSES`.
        """
        folder, now, last_over = settings.inbox, clock.now().timestamp(), last_partition(settings)
        files = {str(file.path.relative_to(folder)): file for file in list_inbox_files(folder) if file.path.exists()}
        before: dict[str, list[int | str]] = json.loads(context.cursor or "{}")
        states = dict(_read_states(files, now))
        seen: dict[str, _State] = {name: before[name] if before.get(name, [])[:2] == states[name] else states[name] for name in states}
        failures = _find_failures(context.instance, seen, now)
        is_known = {name: before.get(name) in (states[name], [*states[name], str(last_over)]) for name in states}
        new = sorted(name for name in seen if not is_known[name] or name in failures.due)
        if not new:
            busy = len(files) - len(seen)
            waiting = f"; {busy} still being copied" if busy else ""
            failed = f"; failed three times, touch to try again: {', '.join(failures.given_up)}" if failures.given_up else ""
            yield dg.SkipReason(f"no new article files in {folder}{waiting}{failed}; put Parquet, JSON or CSV there, also as .gz or .zip")
            return
        catalogue, read, lake = Catalogue(settings.catalogue), find_days_read(settings), open_lake(settings)
        for name in new:
            seen[name] = [*states[name], str(last_over)]
            try:
                span = catalogue.find_days(files[name], last_day=clock.today())
            except SourceError as error:
                context.log.error("the inbox file %s cannot be read and is skipped: %s", name, error)
                continue
            if span is None or (last_over and span.last <= last_over):
                seen[name] = states[name]
            if span is None:
                continue
            days = _find_run_days(settings, lake, span, read)
            if days is None:
                context.log.warning(
                    "the inbox file %s has articles of %s, outside the days to read (%s to %s)", name, span, settings.first_day, last_over
                )
                continue
            run_key = failures.due.get(name) or _list_run_keys(name, seen[name])[0]
            yield dg.RunRequest(run_key=run_key, tags=range_tags(days))
        catalogue.save()
        context.update_cursor(json.dumps(seen))

    return inbox
