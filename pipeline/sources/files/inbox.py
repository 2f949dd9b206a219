"""The drop folder: files that people and programs put there while nobody looks, whole, half copied or broken.

Belongs here: which of them can be read now. Does not: when a run starts (`pipeline/defs/sensors.py`), or reading (`articles.py`).
"""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import ArticleFile, ReadReport, find_article_files
from pipeline.sources.files.catalogue import Catalogue

#: A file that changed so short a time ago may still be being copied.
QUIET_SECONDS = 30


def list_inbox_files(folder: Path) -> list[ArticleFile]:
    """The article files in the folder; none where there is no folder."""
    try:
        return find_article_files([ArticleFiles(path=str(folder))])
    except SourceError:
        return []  # no folder, or no article files in it


def is_quiet(path: Path, now: float) -> bool:
    """Whether the file has not changed for a while at `now` (seconds since 1970). One with a time to come is believed to be whole."""
    try:
        return not 0 <= now - path.stat().st_mtime < QUIET_SECONDS
    except OSError:
        return False  # it was taken away again


def select_readable(
    files: Iterable[ArticleFile], catalogue: Catalogue, *, last_day: date, now: float, report: ReadReport
) -> Iterator[ArticleFile]:
    """Those files that can be read to their end. The others stay where they are, and `account` is told why they were set aside."""
    for file in files:
        if not is_quiet(file.path, now):
            report.skipped[file.label] = (
                f"{file.path}: changed less than {QUIET_SECONDS} seconds ago and may not be whole yet. It is read by the next run"
            )
            continue
        try:
            catalogue.find_days(file, last_day=last_day)
        except SourceError as error:
            report.skipped[file.label] = str(error)
            continue
        yield file
