"""The drop folder (`<home>/inbox`): which files can be read now.

Does not belong here: starting a run (`pipeline/defs/sensors.py`), reading the files (`articles.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import ReadReport
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.find import UNKNOWN_FORMAT, ArticleFile, find_article_files, find_unknown_files

#: A file that changed within this time may still be being copied.
QUIET_SECONDS = 30


def list_inbox_files(folder: Path) -> list[ArticleFile]:
    """Return the article files in the folder and its subfolders, if any.

    They have a known format (`FORMATS`, or zip) and are not hidden. The folder may be missing.
    """
    try:
        return find_article_files([ArticleFiles(path=str(folder))])
    except SourceError:
        return []  # no folder, or no article files in it


def list_all_files(
    archives: Sequence[ArticleFiles], home: Path, inbox: Path, catalogue: Catalogue, *, last_day: date, now: float, report: ReadReport
) -> Iterator[ArticleFile]:
    """Yield the files of the archives, then those of the inbox.

    Files in `home` are skipped, except readable ones in the folder `inbox` (`select_readable`). `report.skipped` also names files of the
    inbox with an unknown format. Nothing is yielded without archives and without files in the inbox. Raises `SourceError` as
    `find_article_files` does.
    """
    dropped = ArticleFiles(path=str(inbox))
    report.skipped |= {str(path): f"{path}: {UNKNOWN_FORMAT}" for path in find_unknown_files([dropped])} if inbox.is_dir() else {}
    has_dropped = bool(list_inbox_files(inbox))
    if not archives and not has_dropped:
        return
    files = find_article_files([*archives, dropped] if has_dropped else archives, home)
    yield from (file for file in files if file.archive is not dropped)
    yield from select_readable((file for file in files if file.archive is dropped), catalogue, last_day=last_day, now=now, report=report)


def is_quiet(path: Path, now: float) -> bool:
    """Return whether a file has not changed for `QUIET_SECONDS`.

    It is then taken as complete, and so is a file with a modification time in the future. False if the file no longer exists. `now` is Unix
    time.
    """
    try:
        return not 0 <= now - path.stat().st_mtime < QUIET_SECONDS
    except OSError:
        return False  # it was removed in the meantime


def select_readable(
    files: Iterable[ArticleFile], catalogue: Catalogue, *, last_day: date, now: float, report: ReadReport
) -> Iterator[ArticleFile]:
    """Yield the files that can be read completely.

    A file is skipped if it changed within `QUIET_SECONDS`, or if reading it raises `SourceError`. It then stays in the folder, and
    `report.skipped` says why. A file in the `catalogue` that has not changed is not read again.
    """
    for file in files:
        if file.path.exists() and not is_quiet(file.path, now):
            report.skipped[file.label] = (
                f"{file.path}: changed less than {QUIET_SECONDS} seconds ago and may be incomplete. The next run reads it"
            )
            continue
        try:
            catalogue.find_days(file, last_day=last_day)
        except SourceError as error:
            report.skipped[file.label] = str(error)
            continue
        yield file
