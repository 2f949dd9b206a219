"""What each article file holds: a digest of the rows of each day, stored from run to run.

A file that holds none of the days of a run is not opened again, and a day is read again only where its digest changed. A file is the same
while its size, its modification time and its settings are the same. Nothing is stored of a file with a row that claims a future day: such
a row belongs to its neighbour's day now, and to its own day later.
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
from pipeline.sources.files.articles import ArticleFile, FileContents, ReadReport, read_file
from pipeline.sources.files.streams import LIMITS, Limits

#: Raise it when rows are filed under other days, or digests are computed in another way, than before.
FORMAT = 2

Digests = dict[date, str]


class Catalogue:
    """What is known of article files, in one JSON file. Without it, or when it cannot be read, nothing is known."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._before = self._read()
        self._entries = dict(self._before)

    def _read(self) -> dict[str, Any]:
        if self._path is None or not self._path.is_file():
            return {}
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        is_ours = isinstance(stored, dict) and stored.get("format") == _format() and isinstance(stored.get("files"), dict)
        return dict(stored["files"]) if is_ours else {}

    def known(self, file: ArticleFile) -> Digests | None:
        """Digests of the file by day (none, where it has no rows); None when it was not read yet, or has changed."""
        entry = self._entries.get(_key(file))
        if not isinstance(entry, list) or entry[:-1] != _identity(file):
            return None
        try:
            return {date.fromisoformat(day): str(digest) for day, digest in entry[-1].items()}
        except (AttributeError, TypeError, ValueError):
            return None  # edited by hand

    def digests(self, file: ArticleFile, *, last_day: date, limits: Limits = LIMITS) -> Digests:
        """Digests of the file by day. Where they are not known it is read to its end, or to a `SourceError`."""
        known = self.known(file)
        if known is not None:
            return known
        identity, contents = _identity(file), FileContents()
        for _ in read_file(file, limits, last_day=last_day, contents=contents):
            pass
        self._store(file, identity, contents, last_day)
        return contents.digests

    def find_days(self, file: ArticleFile, *, last_day: date, limits: Limits = LIMITS) -> Days | None:
        """First and last day that the file holds; None without rows. Reads it as `digests` does."""
        digests = self.digests(file, last_day=last_day, limits=limits)
        return Days(min(digests), max(digests)) if digests else None

    def read_rows(
        self, file: ArticleFile, days: Days, *, last_day: date, report: ReadReport | None = None, limits: Limits = LIMITS
    ) -> Iterator[pl.DataFrame]:
        """The file's rows of these days as `read_file` gives them; it is not opened where it is known to hold none."""
        known = self.known(file)
        if known is not None and not any(days.first <= day <= days.last for day in known):
            return
        identity, contents = _identity(file), FileContents()
        for batch in read_file(file, limits, last_day=last_day, report=report, contents=contents):
            rows = batch.filter(pl.col("index_date").is_between(days.first, days.last))
            if not rows.is_empty():
                yield rows
        self._store(file, identity, contents, last_day)

    def day_digests(self, files: Iterable[ArticleFile], days: Days, *, last_day: date) -> Digests:
        """For each of these days a digest of all its rows in these files; a day without rows has one too."""
        parts: dict[date, list[str]] = {day: [] for day in days}
        for file in files:
            for day, digest in self.digests(file, last_day=last_day).items():
                if day in parts:
                    parts[day].append(f"{file.label}\0{digest}")
        return {day: hashlib.blake2b("\0".join(sorted(found)).encode(), digest_size=8).hexdigest() for day, found in parts.items()}

    def _store(self, file: ArticleFile, identity: list[Any], contents: FileContents, last_day: date) -> None:
        """Keep what the file holds, unless it changed while it was read or will be filed otherwise later."""
        if not identity or identity != _identity(file) or (contents.latest_claim is not None and contents.latest_claim > last_day):
            self._entries.pop(_key(file), None)
            return
        self._entries[_key(file)] = [*identity, {day.isoformat(): digest for day, digest in contents.digests.items()}]

    def save(self) -> None:
        """Write what was learned, by temporary file and rename, without the files that are gone."""
        if self._path is None or self._entries == self._before:
            return
        kept = {name: entry for name, entry in sorted(self._entries.items()) if Path(name).exists()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"format": _format(), "files": kept}, indent=0) + "\n", encoding="utf-8")
        temporary.replace(self._path)


def _identity(file: ArticleFile) -> list[Any]:
    """Size, modification time and settings of the file; empty when it is gone."""
    try:
        status = file.path.stat()
    except OSError:
        return []
    settings = hashlib.sha256(file.archive.model_dump_json(exclude={"path"}).encode()).hexdigest()[:16]
    return [status.st_size, status.st_mtime_ns, settings]


def _key(file: ArticleFile) -> str:
    return str(file.path.resolve())


def _format() -> str:
    return f"{__version__}.{FORMAT}"
