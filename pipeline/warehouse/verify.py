"""Find what a home lacks or has damaged, and what repairs it.

Belongs here: comparing files with the hashes recorded when they were written. Does not: repairing them, which a run does.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pipeline.contracts.days import Days, group_consecutive_days
from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES, core
from pipeline.contracts.tables.index import BASELINE
from pipeline.durable_files import SUMS, hash_file, read_known_sums, read_sums
from pipeline.errors import UserError
from pipeline.settings import Settings
from pipeline.warehouse.home import NOTE, HomeError, find_writer, read_mark
from pipeline.warehouse.lake import Lake, find_missing_days, is_day_file
from pipeline.warehouse.migrations import FORMAT
from pipeline.warehouse.open_lake import reach_lake
from pipeline.warehouse.publish import LINKED, Publisher, list_files
from pipeline.warehouse.release_files import PUBLISHED
from pipeline.warehouse.shared_lake import SharedLake, parse_object_key
from pipeline.warehouse.sqlite_files import read_database

MISSING, CHANGED = "missing", "not as it was written"
_EXAMPLES = 3  # files named in a message
_FULL_BYTES = 1 << 20  # a disk with less free space is full
#: Tables that every run that publishes builds.
_ALWAYS_BUILT = tuple(table for table in PUBLISHED if table.layer == "index" and table.day is None and not table.is_side_table)


class Damage(NamedTuple):
    """A missing or damaged file or range of days, and its remedy.

    `path`: path relative to the home (for days `lake/TABLE, DAYS`; it may be absolute for a file that cannot be read), or URL of an object.
    `is_repaired_by_run`: whether `tension run` with the arguments in `remedy` repairs it; else `remedy` is what a person must do.
    """

    path: str
    problem: str
    remedy: str
    is_repaired_by_run: bool

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}. {self.remedy}"

    @property
    def may_be_unfinished(self) -> bool:
        """Whether a run may cause this damage while it is in progress.

        A step moves the files of its tables into the lake one after the other, and records their hashes at its end. A release is published
        file by file, too.
        """
        part = self.path.partition("/")[0]
        return (part == "lake" and self.problem in {MISSING, CHANGED}) or (part == "published" and self.is_repaired_by_run)


def find_damage(settings: Settings, *, compares_hashes: bool) -> list[Damage]:
    """Find damage in a home's mark, lake, releases and history of runs.

    `compares_hashes`: read all files, and compare those of lake and releases with their recorded hashes. Otherwise, which is fast, only
    look for files that are missing or have no hash, and for damage in lists of hashes, published links, the list of runs and the mark
    (sample or own articles). What cannot be read or reached is reported, too.
    """
    checks = {
        NOTE: _check_mark(settings),
        "lake": _check_lake(settings, compares_hashes),
        "published": _check_published(settings, compares_hashes),
        "dagster": _check_history(settings, compares_hashes),
    }
    return [damage for part, check in checks.items() for damage in _report_errors(part, check)]


def _report_errors(part: str, check: Iterator[Damage]) -> Iterator[Damage]:
    """Yield a check's results, and an error if one ends it.

    An `OSError` or `UserError` is yielded as a damage that no run repairs; any other is raised. `part`: the part of the home that `check`
    reads, shown as the damaged path if the error names no file.
    """
    try:
        yield from check
    except OSError as error:
        yield _describe_unreadable(str(error.filename or part), error)
    except UserError as error:
        yield Damage(part, "cannot be read", str(error), False)


def _check_mark(settings: Settings) -> Iterator[Damage]:
    """Yield damage if the home's mark (`home.json`) is unusable or untrue.

    It cannot be used if it is damaged, of a later version, or missing although the home has data. It is not true if it names a release, and
    nothing is published.
    """
    try:
        mark = read_mark(settings.home)
    except HomeError as error:
        yield Damage(NOTE, "damaged", str(error), False)
        return
    publisher = Publisher(settings.published)
    if mark and mark.release and not publisher.releases.exists() and not publisher.latest.is_symlink():
        yield Damage("published", MISSING, "Publish again: tension run (earlier releases: from a backup)", True)


def _check_lake(settings: Settings, compares_hashes: bool) -> Iterator[Damage]:
    """Yield the missing and damaged files of all tables of the lake.

    Core tables (`pipeline/contracts/tables/core.py`) have a file for every day between the first and the last day of any of them. One that
    does not exist is missing even if no hash is recorded. If the whole local lake is lost (`_is_lost`) or has an earlier format, only that
    is yielded.
    """
    lake = reach_lake(settings)
    if not isinstance(lake, SharedLake) and _is_lost(settings):
        again = "Restore the backup into a new home: tension restore BACKUP --home NEW, or read all days again: tension run"
        yield Damage("lake", "without articles" if settings.lake.exists() else MISSING, again, False)
        return
    if not isinstance(lake, SharedLake) and _has_earlier_format(settings):
        yield Damage("lake", "of an earlier version", "Convert it, with all article files: tension run", True)
        return
    for name, days in find_missing_days(lake, core.TABLES).items():
        yield from _describe_days(name, MISSING, days)
    if isinstance(lake, SharedLake):
        yield from _check_shared_lake(lake, compares_hashes)
    else:
        yield from _check_local_lake(lake, settings, compares_hashes)


def _has_earlier_format(settings: Settings) -> bool:
    """Return whether the home is still to be migrated; False if unknown."""
    try:
        mark = read_mark(settings.home)
    except HomeError:
        return False  # `_check_mark` yields it
    return mark is not None and mark.format < FORMAT


def _is_lost(settings: Settings) -> bool:
    """Return whether a home has no lake, or none with articles.

    False for a home to which nothing was written, e.g. because its first run failed. Also False before the first release if the folder of
    the lake exists, or a process writes to the home: a run may still make the lake.
    """
    if (settings.lake / core.COVERAGE.name).exists():
        return False
    has_release = Publisher(settings.published).latest.exists()
    return has_release or (_has_traces(settings) and not settings.lake.exists() and find_writer(settings.home) is None)


def _has_traces(settings: Settings) -> bool:
    """Return whether runs have written anything besides the lake.

    The mark (`home.json`) alone does not count, unless it names a release or cannot be read: a run writes it first.
    """
    if settings.published.exists() or settings.readings.exists():
        return True
    try:
        mark = read_mark(settings.home)
    except HomeError:
        return True
    return mark is not None and mark.release is not None


def _check_local_lake(lake: Lake, settings: Settings, compares_hashes: bool) -> Iterator[Damage]:
    """Yield the missing, changed and foreign files of a local lake.

    Missing: a hash is recorded, but there is no file (core tables are left to `_check_lake`); or a table that every run builds has neither
    files nor hashes, although the newest release has it (a table that is new in this version is in neither). Changed: a file has no
    recorded hash or, with `compares_hashes`, another one. Foreign, only with `compares_hashes`: what does not belong in a table's folder.
    Of a table with a damaged list of hashes, only the list is yielded. Lines of a daily table's list that name no day are damage, too.
    """
    latest = Publisher(settings.published).latest
    for table in TABLES.values():
        folder = settings.lake / table.name
        try:
            sums = read_sums(folder)
        except ValueError:
            yield Damage(f"lake/{table.name}/{SUMS}", "damaged", "Run all days again: tension run", True)
            continue
        if table.day is not None and (others := [path for path in sums if not is_day_file(Path(path))]):
            remedy = f"Remove the lines with {', '.join(others[:_EXAMPLES])}{' and others' * (len(others) > _EXAMPLES)}"
            yield Damage(f"lake/{table.name}/{SUMS}", "names files that are no days of the table", remedy, False)
            sums = {path: digest for path, digest in sums.items() if path not in others}
        present = {path.relative_to(folder).as_posix() for path in lake.files(table)}
        missing = [path for path in sums if not (folder / path).exists()]
        if table in _ALWAYS_BUILT and not present | sums.keys() and (latest / table.name).exists():
            missing.append(f"{table.name}.parquet")
        changed = sorted(present - sums.keys())
        if compares_hashes:
            yield from _find_foreign_files(settings, table, present)
            for path in sorted(sums.keys() - set(missing)):
                try:
                    changed += [path] if hash_file(folder / path) != sums[path] else []
                except OSError as error:
                    yield _describe_unreadable(f"lake/{table.name}/{path}", error)
        for problem, paths in ((MISSING, missing if table not in core.TABLES else []), (CHANGED, changed)):
            if paths:
                yield from _describe_files(table, problem, paths)


def _check_shared_lake(lake: SharedLake, compares_hashes: bool) -> Iterator[Damage]:
    """Yield the missing objects of a shared lake.

    An object of another size counts as missing. With `compares_hashes`, every object is read, and those with another hash are yielded too.
    """
    lost: dict[str, list[str]] = {}
    for table, name in map(parse_object_key, sorted(lake.inspect()[0])):
        lost.setdefault(table, []).append(f"{name}.parquet")
    for table, names in lost.items():
        yield from _describe_files(TABLES[table], MISSING, names)
    for key in lake.find_damaged() if compares_hashes else ():
        yield Damage(f"{lake}/{key}", CHANGED, "Remove this object, then run its days again: tension run", False)


def _describe_unreadable(path: str, error: OSError) -> Damage:
    """Describe a file that the operating system does not let us read.

    `path`: as it is shown; `error`: what reading it raised.
    """
    return Damage(path, f"cannot be read ({error.strerror})", "Restore it from a backup, or let the user who runs this read it", False)


def _find_foreign_files(settings: Settings, table: Table, present: Set[str]) -> Iterator[Damage]:
    """Yield files and folders that do not belong to a table.

    They are in its folder in the lake. Left out are its list of hashes, folders named by a number, and Parquet files named by a day.
    `present`: the files that belong to the table, as paths relative to the folder.
    """
    folder = settings.lake / table.name
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).as_posix()
        if (
            inside not in present
            and inside != SUMS
            and not (path.is_dir() and path.name.isdecimal())
            and not (path.suffix == ".parquet" and is_day_file(path))
        ):
            yield Damage(f"lake/{table.name}/{inside}", "does not belong to the lake, and is not read", "Remove it", False)


def _describe_files(table: Table, problem: str, paths: Sequence[str]) -> Iterator[Damage]:
    """Describe missing or changed files of a table, and what repairs them.

    Yields one damage for each range of consecutive days of a daily table, or a single one for a table without days. `paths`: relative to
    the table's folder.
    """
    if table.day is not None:
        yield from _describe_days(table.name, problem, [date.fromisoformat(Path(path).stem) for path in paths])
    elif table is BASELINE:
        remedy = (
            "Restore it from a backup while nothing runs: cp -a BACKUP/lake/baseline/. HOME/lake/baseline/. Or delete lake/baseline "
            "(of a shared lake, tables/baseline.json) and run again: then all values may change"
        )
        yield Damage(f"lake/{table.name}", problem, remedy, False)
    else:
        yield Damage(f"lake/{table.name}", problem, "It is built by every run: tension run", True)


def _describe_days(table: str, problem: str, days: Iterable[date]) -> Iterator[Damage]:
    """Yield one damage for each range of consecutive days.

    The remedy is to run these days again.
    """
    for span in group_consecutive_days(sorted(days)):
        yield Damage(f"lake/{table}, {span}", problem, f"Run these days again: tension run {_options(span)}", True)


def _options(span: Days) -> str:
    """Return the options of `tension run` for these days."""
    return f"--from {span.first} --to {span.last}"


def _check_published(settings: Settings, compares_hashes: bool) -> Iterator[Damage]:
    """Yield what is wrong with the published links and the releases.

    `latest` must be a link to a release. For each database, report and chart in it, the published folder must have a link into `latest`.
    Files of all releases are compared by hash if `compares_hashes`; otherwise they must only exist. Nothing is wrong if there is neither
    `latest` nor the folder of releases.
    """
    publisher = Publisher(settings.published)
    again = "Publish again: tension run"
    if publisher.latest.is_symlink() and not publisher.latest.exists():
        yield Damage("published/latest", "points to a release that is missing", again, True)
    elif publisher.latest.exists() and not publisher.latest.is_symlink():
        what = "folder" if publisher.latest.is_dir() else "file"
        yield Damage("published/latest", f"a {what} instead of a link", "Remove it and publish again: tension run", False)
    elif not publisher.latest.exists() and publisher.releases.exists():
        yield Damage("published/latest", MISSING, again, True)
    elif publisher.latest.exists() and publisher.latest.resolve().parent != publisher.releases.resolve():
        yield Damage("published/latest", f"points to {publisher.latest.readlink()}, which is no release", again, True)
    for name in sorted(read_known_sums(publisher.latest)):
        link = publisher.folder / name
        if "/" not in name and link.suffix in LINKED and not (link.is_symlink() and link.readlink() == Path("latest") / name):
            yield Damage(f"published/{name}", "a file instead of a link into latest" if link.exists() else MISSING, again, True)
    for folder in sorted(path for path in publisher.releases.glob("[!.]*") if path.is_dir()):
        is_latest = folder.name == publisher.latest_name
        problem = _find_release_problem(folder, compares_hashes, is_latest=is_latest)
        if problem:
            remedy = again if is_latest else "It is not the newest: restore it from a backup, or delete the folder"
            yield Damage(f"published/releases/{folder.name}", problem, remedy, is_latest)


def _find_release_problem(folder: Path, compares_hashes: bool, *, is_latest: bool) -> str | None:
    """Return all that is wrong with a release, separated by commas.

    None if nothing is. A release without `SHA256SUMS` is only a problem if it is the latest: earlier versions wrote none.
    Files that `SHA256SUMS` does not list are a problem, too.
    """
    try:
        sums = read_sums(folder)
    except ValueError:
        return f"{SUMS} is damaged"
    if not sums:
        return f"{SUMS} is missing" if is_latest else None
    problems = [f"{path} is missing" for path in sums if not (folder / path).exists()]
    if compares_hashes:
        problems += [f"{path} {what}" for path, digest in sums.items() if (what := _compare(folder / path, digest))]
    problems += [f"{path} does not belong to the release" for path in list_files(folder) if path not in sums]
    return ", ".join(problems) or None


def _compare(path: Path, digest: str) -> str | None:
    """Return what is wrong with a file; None if intact or missing.

    `digest`: its recorded hash.
    """
    try:
        return None if hash_file(path) in ("", digest) else f"is {CHANGED}"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _check_history(settings: Settings, compares_hashes: bool) -> Iterator[Damage]:
    """Yield damaged SQLite files in Dagster's folder of the home.

    The events of each run are in a file of its own. Without `compares_hashes` only the list of runs is checked.
    """
    files = settings.dagster_home.rglob("*.db") if compares_hashes else settings.dagster_home.glob("history/runs.db")
    remedy = "Delete the folder dagster/ of the home while nothing runs; no value depends on it"
    for path in sorted(files):
        try:
            ((result,),) = read_database(path, lambda connection: connection.execute("pragma quick_check(1)").fetchall())
        except OSError as error:
            yield _describe_unreadable(str(path.relative_to(settings.home)), error)
            continue
        except sqlite3.Error as error:
            if shutil.disk_usage(path.parent).free < _FULL_BYTES:  # SQLite needs space even to read
                yield Damage(str(path.relative_to(settings.home)), "cannot be read, since the disk is full", "Free some space", False)
                continue
            result = str(error)
        if result != "ok":
            yield Damage(str(path.relative_to(settings.home)), f"damaged ({result})", remedy, False)
