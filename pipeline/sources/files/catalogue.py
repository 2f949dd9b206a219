"""Stores between runs which days each article file has, with hashes.

Messages on its encoding are stored, too. A known file that has none of the days of a run is not opened again, and the hashes show which
days have changed.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline import __version__
from pipeline.contracts.days import Days
from pipeline.durable_files import replacing
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import FileContents, ReadReport, read_file
from pipeline.sources.files.find import ArticleFile

#: Increase it when rows are filed under other days, digests are computed differently, or entries have other parts.
FORMAT = 3

_PROBLEMS_SHOWN = 10

Digests = dict[date, str]


class Catalogue:
    """Hashes of article files by day, stored in one JSON file.

    A missing or damaged JSON file, or one of another version, is like an empty one; without a path nothing is saved. An article file counts
    as unchanged while its size, modification time and settings are the same. A file with a row dated in the future (after `last_day`) is
    not stored, because such a date does not count now, but later it gives the row's day.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._folder = path and path.parent  # that of the home: the system's temporary files may be on a small disk
        self._saved_entries = self._read_entries()
        self._entries = dict(self._saved_entries)

    def _read_entries(self) -> dict[str, Any]:
        """Read the stored entries by path.

        Empty if the file is missing, damaged or of another version.
        """
        if self._path is None or not self._path.is_file():
            return {}
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        is_valid = isinstance(content, dict) and content.get("format") == _format() and isinstance(content.get("files"), dict)
        return dict(content["files"]) if is_valid else {}

    def stored_digests(self, file: ArticleFile) -> Digests | None:
        """Return the stored hash of each day's rows in the file.

        None if none are stored for this version of the file, an empty dict if it has no rows.
        """
        entry = self._entries.get(_key(file))
        if not isinstance(entry, list) or entry[:-2] != _identify_version(file) or not isinstance(entry[-2], list):
            return None
        try:
            return {date.fromisoformat(day): str(digest) for day, digest in entry[-1].items()}
        except (AttributeError, TypeError, ValueError):
            return None  # edited by hand

    def _report_stored(self, file: ArticleFile, report: ReadReport | None) -> None:
        """Add to `report` the messages on encodings stored for a file."""
        if report:
            report.guessed_encodings += map(str, self._entries[_key(file)][-2])

    def find_digests(self, file: ArticleFile, *, last_day: date, report: ReadReport | None = None) -> Digests:
        """Return the hashes of the file's rows by day.

        If they are not stored, the file is read, which may raise `SourceError`, and they are stored, unless they may change (`_store`). A
        date after `last_day` counts as none. `report` gets the problems in reading, also those of a file that is not read again.
        """
        stored = self.stored_digests(file)
        if stored is not None:
            self._report_stored(file, report)
            return stored
        identity, contents, problems = _identify_version(file), FileContents(), ReadReport()
        for _ in read_file(file, last_day=last_day, report=problems, contents=contents, unpack_in=self._folder):
            pass
        self._store(file, identity, contents, problems, last_day)
        if report:
            report.add(problems)
        return contents.digests

    def find_all_digests(
        self, files: Iterable[ArticleFile], *, last_day: date, report: ReadReport | None = None
    ) -> Iterator[tuple[ArticleFile, Digests]]:
        """Yield each file with the hashes of its rows by day (`find_digests`).

        Files that cannot be read are left out; after the last file a `SourceError` names them all (at most `_PROBLEMS_SHOWN`), so that a
        user can correct them together.
        """
        problems: list[str] = []
        for file in files:
            try:
                yield file, self.find_digests(file, last_day=last_day, report=report)
            except SourceError as error:
                problems.append(str(error))
        if len(problems) > _PROBLEMS_SHOWN:
            problems[_PROBLEMS_SHOWN:] = [f"and {len(problems) - _PROBLEMS_SHOWN:,} more"]
        if problems:
            raise SourceError("\n".join(problems))

    def find_days(self, file: ArticleFile, *, last_day: date) -> Days | None:
        """Return the first and last day of the file's rows.

        Returns None without rows. The file is read as in `find_digests`.
        """
        digests = self.find_digests(file, last_day=last_day)
        return Days(min(digests), max(digests)) if digests else None

    def read_rows(self, file: ArticleFile, days: Days, *, last_day: date, report: ReadReport | None = None) -> Iterator[pl.DataFrame]:
        """Yield the file's rows of these days, in batches.

        The rows are those of `read_file`: a date after `last_day` counts as none, and `report` gets the problems in reading. A file known
        to have no rows of these days is not opened, but `report` gets its problems. After the last batch the hashes of all days of the file
        are stored, unless they may change (`_store`).
        """
        stored = self.stored_digests(file)
        if stored is not None and not any(days.first <= day <= days.last for day in stored):
            self._report_stored(file, report)
            return
        identity, contents, problems = _identify_version(file), FileContents(), ReadReport()
        for batch in read_file(file, last_day=last_day, report=problems, contents=contents, unpack_in=self._folder):
            rows = batch.filter(pl.col("index_date").is_between(days.first, days.last))
            if not rows.is_empty():
                yield rows
        self._store(file, identity, contents, problems, last_day)
        if report:
            report.add(problems)

    def day_digests(self, files: Iterable[ArticleFile], days: Days, *, last_day: date, report: ReadReport | None = None) -> Digests:
        """Return for each day a digest of its rows in all files.

        It also depends on the labels of the files, not on their order. A day without rows has a digest too. Files are read, and
        problems are reported, as in `find_all_digests`.
        """
        parts: dict[date, list[str]] = {day: [] for day in days}
        for file, digests in self.find_all_digests(files, last_day=last_day, report=report):
            for day, digest in digests.items():
                if day in parts:
                    parts[day].append(f"{file.label}\0{digest}")
        return {day: hashlib.blake2b("\0".join(sorted(texts)).encode(), digest_size=8).hexdigest() for day, texts in parts.items()}

    def _store(self, file: ArticleFile, identity: list[Any], contents: FileContents, problems: ReadReport, last_day: date) -> None:
        """Store hashes and problems of a file, unless they may change.

        If the file did not exist before it was read, changed meanwhile, or has rows dated after `last_day`, nothing is stored, and its old
        entry is dropped, so that the file is read again.
        """
        if not identity or identity != _identify_version(file) or (contents.latest_claim is not None and contents.latest_claim > last_day):
            self._entries.pop(_key(file), None)
            return
        digests = {day.isoformat(): digest for day, digest in contents.digests.items()}
        self._entries[_key(file)] = [*identity, problems.guessed_encodings, digests]

    def save(self) -> None:
        """Write the catalogue to its file, which is replaced whole.

        Nothing is written without a path, or if no entry has changed since loading. Entries of files that no longer exist are left out.
        """
        if self._path is None or self._entries == self._saved_entries:
            return
        existing = {name: entry for name, entry in sorted(self._entries.items()) if Path(name).exists()}
        with replacing(self._path) as temporary:
            temporary.write_text(json.dumps({"format": _format(), "files": existing}, indent=0) + "\n", encoding="utf-8")


def _identify_version(file: ArticleFile) -> list[Any]:
    """Identify the version of an article file that was read.

    The result has size, modification time (nanoseconds) and a hash of the settings by which its rows are read (those of its archive,
    without the path): if one of them differs, the file is read again. The result is empty if the file does not exist.
    """
    try:
        status = file.path.stat()
    except OSError:
        return []
    settings = hashlib.sha256(file.archive.model_dump_json(exclude={"path"}).encode()).hexdigest()[:16]
    return [status.st_size, status.st_mtime_ns, settings]


def _key(file: ArticleFile) -> str:
    return os.path.realpath(file.path)  # unlike `Path.resolve`, it accepts a link to itself


def _format() -> str:
    return f"{__version__}.{FORMAT}"
