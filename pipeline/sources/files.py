"""Article files in, raw rows out: which files are read, what their rows are called and under which day they are filed.

Belongs here: paths, names of rows, days of rows, the columns that a file must have. Does not: the grammar of the formats (`formats.py`),
or any judgement about a row (`pipeline/articles`): what the source said is kept as it came.
"""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.sources.errors import SourceError
from pipeline.sources.formats import READERS, FileRows, reader_of
from pipeline.sources.rows import filed
from pipeline.sources.streams import LIMITS, Limits

_COLUMNS_SHOWN = 30
_WANTED = "published_at, source, and title or body (also read where given: url, article_id, fetched_at)"


def read_articles(paths: Sequence[Path], limits: Limits = LIMITS, *, last_day: date | None = None) -> pl.DataFrame:
    """All rows of the article files, or of the article files below the folders, as `RAW_ARTICLES`, sorted by `raw_id`.

    Formats: Parquet, JSON Lines (.jsonl, .ndjson, .json) and CSV, each also under .gz. A line that cannot be parsed becomes a row whose
    `unreadable` says why. A row belongs to the UTC day of `published_at`, else of `fetched_at`, else of its nearest neighbour in the file;
    a day after `last_day` has not come yet and counts as no date.
    `SourceError` when there is nothing to read, a file is not of its format, lacks a column, or holds no date at all.
    """
    files = article_files(paths)
    frames = [_named_and_dated(file, label, last_day, limits) for file, label in zip(files, _labels(files), strict=True)]
    return RAW_ARTICLES.conform(pl.concat([RAW_ARTICLES.empty(), *frames]))


def days_of(frame: pl.DataFrame) -> Days | None:
    """First and last `index_date` of a frame; None when it has no rows."""
    first, last = frame["index_date"].min(), frame["index_date"].max()
    return Days(first, last) if isinstance(first, date) and isinstance(last, date) else None


def article_files(paths: Iterable[Path]) -> list[Path]:
    """The files to read: those given, and below folders those of a known format, sorted by name, without hidden ones; each once.

    `SourceError` when a path does not exist, a given file is of no known format, or nothing is left to read.
    """
    given = list(paths)
    files = [file for path in given for file in (_below(path) if path.is_dir() else [_known(path)])]
    once = list({file.resolve(): file for file in reversed(files)}.values())[::-1]
    if not once:
        listed = ", ".join(str(path) for path in given) or "no path"
        raise SourceError(f"no article files: looked in {listed} for {', '.join(READERS)} (also .gz). Put files there or give another path")
    return once


def _below(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and reader_of(path)]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _known(path: Path) -> Path:
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder. Check the path; relative paths start in the working folder")
    if reader_of(path) is None:
        raise SourceError(f"{path}: of no known format. Name it by what it is: {', '.join(READERS)}, each also with .gz")
    return path


def _labels(files: Sequence[Path]) -> list[str]:
    """A name for each file that is unique among them: its own, else with its folder's, else with a counter in order of the paths."""
    names = [_text(file.name) for file in files]
    parents = [f"{_text(file.resolve().parent.name)}/{name}" for file, name in zip(files, names, strict=True)]
    count = Counter(names)
    labels = [parent if count[name] > 1 else name for parent, name in zip(parents, names, strict=True)]
    seen: Counter[str] = Counter()
    for place in sorted(range(len(files)), key=lambda n: files[n].resolve()):
        label = labels[place]
        seen[label] += 1
        if seen[label] > 1:
            labels[place] = f"{label}~{seen[label]}"  # no readable file can be called so
    return labels


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")


def _named_and_dated(file: Path, label: str, last_day: date | None, limits: Limits) -> pl.DataFrame:
    reader = reader_of(file)
    assert reader is not None
    rows = reader(file, limits)
    _require_columns(file, rows)
    frame = filed(rows.frame, label, last_day=last_day)
    if frame["index_date"].null_count():
        raise SourceError(
            f"{file}: none of its {frame.height:,} rows has a date that can be read in published_at or fetched_at, so no day to file it "
            f"under. Give dates such as 2025-04-04, 2025-04-04T10:30:00Z or Fri, 04 Apr 2025 10:30:00 GMT"
        )
    return frame


def _require_columns(file: Path, rows: FileRows) -> None:
    """`SourceError` when the file has rows but lacks a column; a file without any row, such as a quiet day's, lacks nothing."""
    if rows.frame.is_empty() and not rows.found:
        return
    missing = [name for name in ("published_at", "source") if name not in rows.found]
    if not {"title", "body"} & set(rows.found):
        missing.append("title or body")
    if not missing:
        return
    if not rows.found:
        raise SourceError(
            f"{file}: none of its {rows.frame.height:,} lines is a JSON object (the first: {rows.frame['unreadable'][0]}). "
            f"Write one object a line; an array of objects has to be unpacked into lines"
        )
    found = ", ".join(repr(name[:_COLUMNS_SHOWN]) for name in rows.found[:_COLUMNS_SHOWN])
    raise SourceError(f"{file}: lacks the column {', '.join(missing)}. Found: {found}. Wanted: {_WANTED}. Rename the columns in the file")
