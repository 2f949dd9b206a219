"""Find what a home lacks or has damaged, and what repairs it.

Belongs here: comparing files with the hashes recorded when they were written. Does not: repairing them, which a run does.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pipeline.contracts.days import Days, group_consecutive_days
from pipeline.contracts.tables import TABLES, core
from pipeline.contracts.tables.index import BASELINE
from pipeline.durable_files import SUMS, hash_file, read_sums
from pipeline.settings import Settings
from pipeline.warehouse.home import HomeError, is_sample_home
from pipeline.warehouse.lake import Lake, find_missing_days
from pipeline.warehouse.publish import DATABASE, Publisher

MISSING, CHANGED = "missing", "not as it was written"


class Damage(NamedTuple):
    """One thing that is wrong in a home.

    `path` is relative to the home. `is_repaired_by_run`: whether `tension run` with the arguments in `remedy` repairs it; else `remedy`
    is what a person must do.
    """

    path: str
    problem: str
    remedy: str
    is_repaired_by_run: bool

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}. {self.remedy}"


def find_damage(settings: Settings, *, compares_hashes: bool) -> list[Damage]:
    """Find everything that is damaged or missing in a home.

    `compares_hashes`: read all files and compare them with their recorded hashes. Otherwise only missing files, links and the mark of the
    home (sample or own articles) are checked, which takes no time.
    """
    checks = (
        _check_mark(settings),
        _check_lake(settings, compares_hashes),
        _check_published(settings, compares_hashes),
        _check_history(settings, compares_hashes),
    )
    return [damage for check in checks for damage in check]


def _check_mark(settings: Settings) -> Iterator[Damage]:
    """Check that the file `home.json` can be read."""
    try:
        is_sample_home(settings.home, settings.is_sample)
    except HomeError as error:
        yield Damage("home.json", "damaged", str(error), False)


def _check_lake(settings: Settings, compares_hashes: bool) -> Iterator[Damage]:
    """Check the files of all tables of the lake.

    Days of core tables count as missing also without a recorded hash, if days before and after them are there.
    """
    lake = Lake(settings.lake)
    for name, days in find_missing_days(lake, core.TABLES).items():
        yield from _describe_days(name, MISSING, days)
    for table in TABLES.values():
        folder = settings.lake / table.name
        try:
            sums = read_sums(folder)
        except ValueError:
            yield Damage(f"lake/{table.name}/{SUMS}", "damaged", "Run all days again: tension run", True)
            continue
        missing = [path for path in sums if not (folder / path).exists()]
        changed = [path for path in sums if compares_hashes and path not in missing and hash_file(folder / path) != sums[path]]
        for problem, paths in ((MISSING, missing if table not in core.TABLES else []), (CHANGED, changed)):
            if not paths:
                continue
            if table.day is not None:
                yield from _describe_days(table.name, problem, [date.fromisoformat(Path(path).stem) for path in paths])
            elif table is BASELINE:
                remedy = "Restore it from a backup. Or delete lake/baseline and run again: then all values may change"
                yield Damage(f"lake/{table.name}", problem, remedy, False)
            else:
                yield Damage(f"lake/{table.name}", problem, "It is built by every run: tension run", True)


def _describe_days(table: str, problem: str, days: Iterable[date]) -> Iterator[Damage]:
    """Yield the damage of a table by ranges of consecutive days."""
    for span in group_consecutive_days(sorted(days)):
        yield Damage(f"lake/{table}, {span}", problem, f"Run these days again: tension run {_options(span)}", True)


def _options(span: Days) -> str:
    """Return the options of `tension run` for these days."""
    return f"--from {span.first} --to {span.last}"


def _check_published(settings: Settings, compares_hashes: bool) -> Iterator[Damage]:
    """Check links of the published folder, and files of releases."""
    publisher = Publisher(settings.published)
    again = "Publish again: tension run"
    if publisher.latest.is_symlink() and not publisher.latest.exists():
        yield Damage("published/latest", "points to a release that is missing", again, True)
    elif publisher.latest.exists() and not publisher.latest.is_symlink():
        yield Damage("published/latest", "a folder instead of a link", "Remove it and publish again: tension run", False)
    elif not publisher.latest.exists() and publisher.releases.exists():
        yield Damage("published/latest", MISSING, again, True)
    if publisher.latest.exists() and not publisher.database.is_symlink() and not publisher.database.exists():
        yield Damage(f"published/{DATABASE}", MISSING, again, True)
    for folder in sorted(path for path in publisher.releases.glob("[!.]*") if path.is_dir()):
        is_latest = folder.name == publisher.latest_name
        problem = _find_release_problem(folder, compares_hashes, is_latest=is_latest)
        if problem:
            remedy = again if is_latest else "It is not the newest: restore it from a backup, or delete the folder"
            yield Damage(f"published/releases/{folder.name}", problem, remedy, is_latest)


def _find_release_problem(folder: Path, compares_hashes: bool, *, is_latest: bool) -> str | None:
    """Return what is wrong with a release, as a list in words.

    None if nothing is, or if it is not the latest and was written by an earlier version without hashes.
    """
    try:
        sums = read_sums(folder)
    except ValueError:
        return f"{SUMS} is damaged"
    if not sums:
        return f"{SUMS} is missing" if is_latest else None
    problems = [f"{path} is missing" for path in sums if not (folder / path).exists()]
    if compares_hashes:
        problems += [f"{path} is {CHANGED}" for path, digest in sums.items() if hash_file(folder / path) not in ("", digest)]
    tables = {path.relative_to(folder).as_posix() for path in folder.glob("*/*.parquet")}
    problems += [f"{path} does not belong to the release" for path in sorted(tables - sums.keys())]
    return ", ".join(problems) or None


def _check_history(settings: Settings, compares_hashes: bool) -> Iterator[Damage]:
    """Check the SQLite files of Dagster's history of runs.

    Each run's events are in a file of its own. Without `compares_hashes` only the list of runs is checked.
    """
    files = settings.dagster_home.rglob("*.db") if compares_hashes else settings.dagster_home.glob("history/runs.db")
    remedy = "Delete the folder dagster/ of the home while nothing runs; no value depends on it"
    for path in sorted(files):
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
                ((result,),) = connection.execute("pragma quick_check(1)").fetchall()
        except sqlite3.Error as error:
            result = str(error)
        if result != "ok":
            yield Damage(str(path.relative_to(settings.home)), f"damaged ({result})", remedy, False)
