"""Which days each article file holds, kept from run to run: a file that holds none of the days asked for is not read to learn that again.

Belongs here: what is known of a file as long as it is the same file, and reading it where that is not enough. Does not: how it is read
(`articles.py`).

A file is the same while its size, its time of change and what the settings say of its archive are the same. Nothing is kept of a file with
a row that claims a day which had not come when it was read: such a row belongs to its neighbour's day now, and to its own day later.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline import __version__
from pipeline.contracts.days import Days
from pipeline.sources.files.articles import Account, ArticleFile, Held, read_file
from pipeline.sources.files.streams import LIMITS, Limits

#: Raise it when rows are filed under other days than before.
FILING = 1


@dataclass(frozen=True)
class Known:
    """A file of which is known which days it holds: none, where it has no rows."""

    days: Days | None

    def meets(self, days: Days) -> bool:
        """Whether it may hold a row of these days."""
        return self.days is not None and self.days.first <= days.last and days.first <= self.days.last


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
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        is_ours = isinstance(kept, dict) and kept.get("filing") == _filing() and isinstance(kept.get("files"), dict)
        return dict(kept["files"]) if is_ours else {}

    def known(self, file: ArticleFile) -> Known | None:
        """What is known of the file; None when it was not read yet, or is another one now."""
        entry = self._entries.get(_key(file))
        if not isinstance(entry, list) or entry[:-1] != _seen(file):
            return None
        try:
            return Known(Days(*map(date.fromisoformat, entry[-1])) if entry[-1] else None)
        except (TypeError, ValueError):
            return None  # somebody has edited it

    def days(self, file: ArticleFile, *, last_day: date, limits: Limits = LIMITS) -> Days | None:
        """The days that the file holds; None without rows. Where they are not known it is read to its end, or to a `SourceError`."""
        known = self.known(file)
        if known is not None:
            return known.days
        seen, held = _seen(file), Held()
        for _ in read_file(file, limits, last_day=last_day, held=held):
            pass
        self._learn(file, seen, held, last_day)
        return held.days

    def rows(
        self, file: ArticleFile, days: Days, *, last_day: date, account: Account | None = None, limits: Limits = LIMITS
    ) -> Iterator[pl.DataFrame]:
        """The file's rows of these days as `read_file` gives them; it is not opened where it is known to hold none."""
        known = self.known(file)
        if known is not None and not known.meets(days):
            return
        seen, held = _seen(file), Held()
        for batch in read_file(file, limits, last_day=last_day, account=account, held=held):
            rows = batch.filter(pl.col("index_date").is_between(days.first, days.last))
            if not rows.is_empty():
                yield rows
        self._learn(file, seen, held, last_day)

    def _learn(self, file: ArticleFile, seen: list[Any], held: Held, last_day: date) -> None:
        """The file was read to its end, and was as `seen` before. What has changed meanwhile, or will, is not kept."""
        if not seen or seen != _seen(file) or (held.latest_claim is not None and held.latest_claim > last_day):
            self._entries.pop(_key(file), None)
            return
        days = held.days
        self._entries[_key(file)] = [*seen, [days.first.isoformat(), days.last.isoformat()] if days else []]

    def save(self) -> None:
        """Write what was learned, by temporary file and rename, without the files that are gone."""
        if self._path is None or self._entries == self._before:
            return
        kept = {name: entry for name, entry in sorted(self._entries.items()) if Path(name).exists()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"filing": _filing(), "files": kept}, indent=0) + "\n", encoding="utf-8")
        temporary.replace(self._path)


def _seen(file: ArticleFile) -> list[Any]:
    """What tells whether it is still the same file, read in the same way; nothing when it is gone."""
    try:
        status = file.path.stat()
    except OSError:
        return []
    settings = hashlib.sha256(file.archive.model_dump_json(exclude={"path"}).encode()).hexdigest()[:16]
    return [status.st_size, status.st_mtime_ns, settings]


def _key(file: ArticleFile) -> str:
    return str(file.path.resolve())


def _filing() -> str:
    return f"{__version__}.{FILING}"
