"""The drop folder: article files put into `<home>/inbox` are read on their own."""

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from pipeline.contracts.days import Days
from pipeline.defs.jobs import trade_tension
from pipeline.defs.partitions import last_partition, range_tags, today
from pipeline.settings import current
from pipeline.sources.errors import SourceError
from pipeline.sources.files import article_files, days_of, read_articles


def _seen(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _dropped(folder: Path) -> list[Path]:
    try:
        return article_files([folder])
    except SourceError:
        return []  # no folder, or no article files in it


@dg.sensor(job=trade_tension, minimum_interval_seconds=60, name="inbox")
def inbox(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """A new or changed file in the drop folder asks for a run over the days of its articles."""
    settings = current()
    folder = settings.inbox
    files = {str(path.relative_to(folder)): path for path in _dropped(folder)}
    before = json.loads(context.cursor or "{}")
    now = {name: _seen(path) for name, path in files.items()}
    new = sorted(name for name in now if now[name] != before.get(name))
    if not new:
        yield dg.SkipReason(f"no new article files in {folder}; put Parquet, JSON Lines or CSV there")
        return
    for name in new:
        try:
            span = days_of(read_articles([files[name]], last_day=today()))
        except SourceError as error:
            context.log.error("the inbox file %s cannot be read and is left where it is: %s", name, error)
            continue
        if span is None:
            continue
        first, last = max(span.first, settings.first_day), min(span.last, last_partition())
        if first > last:
            context.log.warning("the inbox file %s holds %s, outside the days of this location (from %s)", name, span, settings.first_day)
            continue
        yield dg.RunRequest(run_key=f"{name}:{now[name]}", tags=range_tags(Days(first, last)))
    context.update_cursor(json.dumps(now))
