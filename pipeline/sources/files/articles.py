"""Article files in, raw rows out, in batches that stay small: which files are read, how their rows are called and under which day filed.

Belongs here: paths, names of rows, days of rows, the columns that a file must have. Does not: the grammar of the formats (`formats/`),
or any judgement about a row (`pipeline/articles`): what the source said is kept as it came.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats import READERS, Reader, reader_of
from pipeline.sources.files.formats.reading import Asked, Found
from pipeline.sources.files.places import Place, places
from pipeline.sources.files.streams import LIMITS, Limits
from pipeline.sources.rows import RawArticleConverter

_COLUMNS_SHOWN = 30
_WANTED = "published_at, source, and title or body (also read where given: url, article_id, fetched_at)"
_RENAME = "Rename the columns in the file, or say in the settings what the archive calls them"
_WILD = "*?["


@dataclass(frozen=True)
class ArticleFile:
    """A file to read, the archive it belongs to, and the name that its rows are called by."""

    path: Path
    archive: ArticleFiles
    label: str


@dataclass
class ReadReport:
    """What a person should know of a reading beside its rows: where an encoding was guessed, and which files were set aside and why."""

    guessed_encodings: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


@dataclass
class FileContents:
    """What a file holds, as far as it was read: a digest of each day's rows, and the latest day that any row claims, also a future one."""

    latest_claim: date | None = None
    _hashes: dict[date, hashlib.blake2b] = field(default_factory=dict)

    def add(self, batch: pl.DataFrame, latest_claim: date | None) -> None:
        """Add the next rows of the file (`RAW_ARTICLES`)."""
        hashed = batch.select("index_date", row_hash=batch.hash_rows())
        for (day,), rows in hashed.partition_by("index_date", as_dict=True, maintain_order=True).items():
            assert isinstance(day, date)
            self._hashes.setdefault(day, hashlib.blake2b(digest_size=8)).update(rows["row_hash"].to_numpy().tobytes())
        self.latest_claim = max((day for day in (self.latest_claim, latest_claim) if day is not None), default=None)

    @property
    def digests(self) -> dict[date, str]:
        """Day to digest of its rows, in order of time. Equal rows in equal order give equal digests, however they came in batches."""
        return {day: self._hashes[day].hexdigest() for day in sorted(self._hashes)}


def read_articles(
    archives: Iterable[ArticleFiles], limits: Limits = LIMITS, *, last_day: date | None = None, report: ReadReport | None = None
) -> Iterator[pl.DataFrame]:
    """All rows of the archives' files as `RAW_ARTICLES`, file by file, in batches of `limits`: the same rows whatever the batches.

    Formats: Parquet, JSON (.jsonl, .ndjson, .json: one object a line, or one array of objects) and CSV, each also under .gz or as members
    of a zip file. A line that cannot be parsed becomes a row whose `unreadable` says why. A row belongs to the UTC day of `published_at`,
    else of `fetched_at`, else of its nearest neighbour in the file; a day after `last_day` has not come yet and counts as no date.
    `SourceError` when there is nothing to read, a file is not of its format, lacks a column, or holds no date at all: in the midst of a
    file, where only its end tells.
    """
    for file in find_article_files(archives):
        yield from read_file(file, limits, last_day=last_day, report=report)


def collect_rows(batches: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The rows of a small reading in one frame, sorted by `raw_id`."""
    return RAW_ARTICLES.conform(pl.concat([RAW_ARTICLES.empty(), *batches]))


def find_article_files(archives: Iterable[ArticleFiles]) -> list[ArticleFile]:
    """The files to read, each once: those given, and in folders and of patterns those of a known format that are not hidden, sorted.

    `SourceError` when a path does not exist, a pattern finds nothing, a given file is of no known format, or nothing is left to read.
    """
    given = list(archives)
    files = [(path, archive) for archive in given for path in _paths(archive.path)]
    once = list({path.resolve(): (path, archive) for path, archive in reversed(files)}.values())[::-1]
    if not once:
        listed = ", ".join(archive.path for archive in given) or "no path"
        raise SourceError(
            f"no article files: looked in {listed} for {', '.join(READERS)} (also .gz and .zip). Put files there or give another path"
        )
    labels = _labels([path for path, _ in once])
    return [ArticleFile(path, archive, label) for (path, archive), label in zip(once, labels, strict=True)]


def _paths(given: str) -> list[Path]:
    path = Path(given)
    if path.is_dir():
        return _below(path)
    if path.exists() or not set(_WILD) & set(given):
        return [_known(path)]
    plain = next(place for place, part in enumerate(path.parts) if set(_WILD) & set(part))
    base, pattern = Path(*path.parts[:plain]), str(Path(*path.parts[plain:]))
    matched = sorted(match for match in base.glob(pattern) if not _is_hidden(match, base))
    if not matched:
        raise SourceError(f"{path}: the pattern finds no file or folder. Check the path; relative paths start in the working folder")
    return [file for match in matched for file in (_below(match) if match.is_dir() else [match]) if _is_known(file)]


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and _is_known(path) and not _is_hidden(path, folder))


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _is_known(path: Path) -> bool:
    return reader_of(path.name) is not None or (path.suffix.lower() == ".zip" and path.is_file())


def _known(path: Path) -> Path:
    if not path.exists():
        raise SourceError(f"{path}: there is no such file or folder. Check the path; relative paths start in the working folder")
    if not _is_known(path):
        raise SourceError(f"{path}: of no known format. Name it by what it is: {', '.join(READERS)}, each also with .gz or in a .zip")
    return path


def _labels(files: Sequence[Path]) -> list[str]:
    """A name for each file that is unique among them: its own, else with its folder's, else with a counter in order of the paths."""
    names = [_text(file.name) for file in files]
    parents = [f"{_text(file.resolve().parent.name)}/{name}" for file, name in zip(files, names, strict=True)]
    count = Counter(names)
    labels = [parent if count[name] > 1 else name for parent, name in zip(parents, names, strict=True)]
    order = sorted(range(len(files)), key=lambda n: files[n].resolve())
    for place, label in zip(order, _counted([labels[place] for place in order]), strict=True):
        labels[place] = label
    return labels


def _counted(labels: Iterable[str]) -> list[str]:
    """The labels, with a counter where one has stood before."""
    seen: Counter[str] = Counter()
    counted = []
    for label in labels:
        seen[label] += 1
        counted.append(label if seen[label] == 1 else f"{label}~{seen[label]}")  # no readable file can be called so
    return counted


def _text(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")


def read_file(
    file: ArticleFile,
    limits: Limits = LIMITS,
    *,
    last_day: date | None = None,
    report: ReadReport | None = None,
    contents: FileContents | None = None,
) -> Iterator[pl.DataFrame]:
    """The rows of one file, or of all members of a zip file, as `read_articles` gives them; `contents` collects what they are."""
    told = report or ReadReport()
    asked = Asked(
        {str(ours): theirs for ours, theirs in file.archive.columns.items()}, file.archive.encoding, limits, told.guessed_encodings
    )
    with places(file.path, limits) as found:
        known = [(place, reader) for place in found if (reader := reader_of(place.name))]
        if not known:
            raise SourceError(f"{file.path}: holds no member of a known format ({', '.join(READERS)}, also .gz). Put articles into it")
        labels = _counted(file.label if place.member is None else f"{file.label}/{_text(place.name)}" for place, _ in known)
        for (place, reader), label in zip(known, labels, strict=True):
            one = _Reading(place, reader, asked, file.archive.source)
            yield from one.rows(label, last_day, contents or FileContents())


class _Reading:
    """One place read by one reader: its rows named and dated, and what must be there asked for."""

    def __init__(self, place: Place, reader: Reader, asked: Asked, source: str | None) -> None:
        self.place, self.reader, self.asked, self.source = place, reader, asked, source

    def rows(self, label: str, last_day: date | None, contents: FileContents) -> Iterator[pl.DataFrame]:
        """The rows as `RAW_ARTICLES`."""
        found, first_reason = Found(), ""
        filing = RawArticleConverter(label, last_day=last_day)
        for given in self.reader(self.place, self.asked, found):
            if not filing.row_count:
                first_reason = given["unreadable"][0] or ""
            if found.is_whole:
                self._require_columns(found, filing.row_count + given.height, first_reason)
            batch = filing.convert(given)
            if filing.day is None:  # the first batch has no date: its rows belong to the day of the first that has one
                filing = RawArticleConverter(label, last_day=last_day, day=self._first_day(last_day))
                batch = filing.convert(given)
            batch = self._sourced(batch)
            contents.add(batch, filing.latest_date)
            yield batch
        self._require_columns(found, filing.row_count, first_reason)

    def _sourced(self, batch: pl.DataFrame) -> pl.DataFrame:
        if self.source is None:
            return batch
        is_unnamed = pl.col("source").fill_null("").str.strip_chars() == ""
        is_article = pl.col("unreadable").is_null()
        return batch.with_columns(source=pl.when(is_unnamed & is_article).then(pl.lit(self.source)).otherwise("source"))

    def _first_day(self, last_day: date | None) -> date:
        """The day of the first row that has one, sought from the start."""
        found, filing, first_reason = Found(), RawArticleConverter("", last_day=last_day), ""
        for given in self.reader(self.place, Asked(self.asked.columns, self.asked.encoding, self.asked.limits), found):
            if not filing.row_count:
                first_reason = given["unreadable"][0] or ""
            days = filing.convert(given)["index_date"].drop_nulls()
            if not days.is_empty():
                day: date = days[0]
                return day
        self._require_columns(found, filing.row_count, first_reason)
        raise SourceError(
            f"{self.place}: none of its {filing.row_count:,} rows has a date that can be read in published_at or fetched_at, so no day "
            f"to file it under. Give dates such as 2025-04-04, 2025-04-04T10:30:00Z or Fri, 04 Apr 2025 10:30:00 GMT"
        )

    def _require_columns(self, found: Found, rows: int, first_reason: str) -> None:
        """`SourceError` when the file has rows but lacks a column; a file without any row, such as a quiet day's, lacks nothing."""
        if not rows and not found.theirs:
            return
        missing = [self._called(name) for name in ("published_at", "source") if name not in found.ours]
        if self.source is not None and "source" not in found.ours:
            missing.remove(self._called("source"))
        if not {"title", "body"} & found.ours:
            missing.append(f"{self._called('title')} or {self._called('body')}")
        if not missing:
            return
        if not found.theirs:
            raise SourceError(
                f"{self.place}: none of its {rows:,} lines is a JSON object (the first: {first_reason}). Write one object a line, or one "
                f"array of objects; what lies deeper is brought out by a tool such as jq -c '.response.docs[]'"
            )
        shown = ", ".join(repr(name[:_COLUMNS_SHOWN]) for name in list(found.theirs)[:_COLUMNS_SHOWN])
        raise SourceError(f"{self.place}: lacks the column {', '.join(missing)}. Found: {shown}. Wanted: {_WANTED}. {_RENAME}")

    def _called(self, column: str) -> str:
        """Our name, and what the settings say it is called in the archive."""
        names = self.asked.names(column)
        return column if names == (column,) else f"{column} (called {' or '.join(names)})"
