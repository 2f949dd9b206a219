"""Reads article files as raw rows, in batches.

Does not belong here: finding files (`find.py`), the grammar of formats (`formats/`), judging articles (`pipeline/articles`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.instants import parse_instant
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.column_names import USUAL_NAMES, propose_mapping, write_mapping
from pipeline.sources.files.find import ArticleFile, find_article_files, number_repeats
from pipeline.sources.files.formats import FORMATS, ReadFormat, find_format, find_unread_extension
from pipeline.sources.files.formats.batches import FoundColumns, ReadOptions
from pipeline.sources.files.locations import Location, open_locations
from pipeline.sources.files.streams import LIMITS, Limits
from pipeline.sources.rows import DATES, RawArticleConverter

_COLUMNS_SHOWN = 30
_CHARACTERS_SHOWN = 60  # of each name
_NEEDED = "published_at, source, and title or body (optional: url, article_id, fetched_at)"
_RENAME = "Rename them in the file, or map them in tension.toml (docs/operations.md, Archives with other column names)"


@dataclass
class ReadReport:
    """Problems in reading article files, to be shown to the user.

    It has messages on guessed encodings and on `fetched_at` in the future, and the reasons of skipped files by label.
    """

    guessed_encodings: list[str] = field(default_factory=list)
    future_fetches: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, other: "ReadReport") -> None:
        """Add the problems of another report."""
        self.guessed_encodings += other.guessed_encodings
        self.future_fetches += other.future_fetches
        self.skipped |= other.skipped


@dataclass
class FileContents:
    """Hashes of the rows of a file, one for each day.

    `latest_claim`: the latest date in any row, even in the future; None if no row has a date.
    """

    latest_claim: date | None = None
    _hashes: dict[date, hashlib.blake2b] = field(default_factory=dict)

    def add(self, batch: pl.DataFrame, latest_claim: date | None) -> None:
        """Add the next rows of the file (`RAW_ARTICLES`).

        `latest_claim` is the latest date in the rows of the file so far, even in the future.
        """
        hashed = batch.select("index_date", row_hash=batch.hash_rows())
        for (day,), rows in hashed.partition_by("index_date", as_dict=True, maintain_order=True).items():
            assert isinstance(day, date)
            self._hashes.setdefault(day, hashlib.blake2b(digest_size=8)).update(rows["row_hash"].to_numpy().tobytes())
        self.latest_claim = max((day for day in (self.latest_claim, latest_claim) if day is not None), default=None)

    @property
    def digests(self) -> dict[date, str]:
        """Hash of the rows of each day, ordered by day.

        It does not depend on how the rows were split into batches.
        """
        return {day: self._hashes[day].hexdigest() for day in sorted(self._hashes)}


def read_articles(
    archives: Iterable[ArticleFiles], limits: Limits = LIMITS, *, last_day: date | None = None, report: ReadReport | None = None
) -> Iterator[pl.DataFrame]:
    """Read all files of the archives as `RAW_ARTICLES`, in batches.

    The rows do not depend on the batches, whose size is set by `limits`. Formats: Parquet, JSON (.jsonl, .ndjson, .json: one object per
    line, or one array of objects) and CSV, each also as .gz or in a zip file. A line that cannot be parsed becomes a row with a reason in
    `unreadable`. The day of a row is the UTC day of `published_at`, else of `fetched_at`, else that of the row before it in the file
    (before the first date: of the first row with a date). A date after `last_day` counts as no date. Messages on guessed encodings and on
    such dates in `fetched_at` are added to `report`.

    Raises `SourceError` if there are no files, or a file has the wrong format, no date at all, no column `published_at` or `source` (unless
    the archive sets it), or neither `title` nor `body`. Some of these errors are raised only at the end of a file.
    """
    for file in find_article_files(archives):
        yield from read_file(file, limits, last_day=last_day, report=report)


def collect_rows(batches: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Concatenate batches of rows, sorted by `raw_id`."""
    return RAW_ARTICLES.conform(pl.concat([RAW_ARTICLES.empty(), *batches]))


def read_file(
    file: ArticleFile,
    limits: Limits = LIMITS,
    *,
    last_day: date | None = None,
    report: ReadReport | None = None,
    contents: FileContents | None = None,
    unpack_in: Path | None = None,
) -> Iterator[pl.DataFrame]:
    """Read one file, or the articles of a zip file.

    Hidden members of a zip file, and those of an unknown format, are skipped. `SourceError` if no member is left, or if the file or a
    member may have articles but is not read (`find_unread_extension`): they would be missing in the index, and nobody would notice. Rows
    and other errors are those of `read_articles`. The digests of the rows are added to `contents`. Packed Parquet files are unpacked in the
    folder `unpack_in`, or else where the system has its temporary files.
    """
    if file.path.is_symlink() and not file.path.exists():
        raise SourceError(
            f"{file.path}: leads to {file.path.readlink()}, which is missing. Restore that, mount its disk, or remove this link"
        )
    report = report or ReadReport()
    columns = {str(ours): theirs for ours, theirs in file.archive.columns.items()}
    options = ReadOptions(columns, file.archive.encoding, limits, report.guessed_encodings, unpack_in)
    with open_locations(file.path, limits) as locations:
        for location in locations:
            if extension := find_unread_extension(location.name):
                raise SourceError(
                    f"{location}: articles in this {extension} file cannot be read. Give them as {', '.join(FORMATS)} (also .gz, or "
                    f"directly in a .zip), or remove it"
                )
        readable = [(location, read_format) for location in locations if (read_format := find_format(location.name))]
        if not readable:
            raise SourceError(f"{file.path}: has no member of a known format ({', '.join(FORMATS)}, also .gz). Add articles to it")
        members = [location.member for location, _ in readable]
        labels = number_repeats(file.label if member is None else f"{file.label}/{member.shown}" for member in members)
        for (location, read_format), label in zip(readable, labels, strict=True):
            reading = _LocationReader(location, read_format, options, file.archive)
            yield from reading.read_rows(label, last_day, report, contents or FileContents())


class _LocationReader:
    """Reads one file or member of a zip file.

    Adds `raw_id` and `index_date` to the rows, and checks that the required columns exist.
    """

    def __init__(self, location: Location, read_format: ReadFormat, options: ReadOptions, archive: ArticleFiles) -> None:
        self.location, self.read_format, self.options, self.archive = location, read_format, options, archive

    def read_rows(self, label: str, last_day: date | None, report: ReadReport, contents: FileContents) -> Iterator[pl.DataFrame]:
        """Yield the rows as `RAW_ARTICLES`, in batches; add their hashes to `contents`.

        Each `raw_id` begins with `label`; a date after `last_day` counts as none, which `report` says of `fetched_at`. Raises
        `SourceError` if a required column is missing or no row has a date.
        """
        found_columns, first_reason = FoundColumns(), ""
        converter = RawArticleConverter(label, last_day=last_day)
        for raw_batch in map(self._apply_settings, self.read_format(self.location, self.options, found_columns)):
            if not converter.row_count:
                first_reason = raw_batch["unreadable"][0] or ""
            if found_columns.is_complete:
                self._require_columns(found_columns, converter.row_count + raw_batch.height, first_reason)
            batch = converter.convert(raw_batch)
            if converter.day is None:  # no date in the first batch: its rows get the day of the first row with a date
                converter = RawArticleConverter(label, last_day=last_day, day=self._find_first_day(last_day))
                batch = converter.convert(raw_batch)
            contents.add(batch, converter.latest_date)
            yield batch
        self._require_columns(found_columns, converter.row_count, first_reason)
        if converter.future_count:
            rows = "1 row has" if converter.future_count == 1 else f"{converter.future_count:,} rows have"
            report.future_fetches.append(f"{label}: {rows} a fetched_at after {last_day} (UTC); correct the file")

    def _apply_settings(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Set missing sources from the archive, and write dates as ISO 8601.

        A source that is null or blank is missing; unreadable rows get none. Dates are only rewritten if the archive has a `date_order`; a
        date that cannot be parsed stays as it is.
        """
        source, order = self.archive.source, self.archive.date_order
        if source is not None:
            is_unnamed = pl.col("source").fill_null("").str.strip_chars() == ""
            rows = rows.with_columns(source=pl.when(is_unnamed & pl.col("unreadable").is_null()).then(pl.lit(source)).otherwise("source"))
        if order is not None:
            rows = rows.with_columns(pl.coalesce(parse_instant(pl.col(name), order).dt.to_string("iso:strict"), name) for name in DATES)
        return rows

    def _find_first_day(self, last_day: date | None) -> date:
        """Return the day of the first row with a date.

        A date after `last_day` counts as none. The file is read again from its start. Raises `SourceError` if no row has a date; it says so
        if there are only later dates, or, if all rows are unreadable, why the first is.
        """
        found_columns, converter, first_reason = FoundColumns(), RawArticleConverter("", last_day=last_day), ""
        readable_count = 0
        options = replace(self.options, guessed=None)
        for raw_batch in map(self._apply_settings, self.read_format(self.location, options, found_columns)):
            if not converter.row_count:
                first_reason = raw_batch["unreadable"][0] or ""
            readable_count += raw_batch["unreadable"].null_count()
            days = converter.convert(raw_batch)["index_date"].drop_nulls()
            if not days.is_empty():
                day: date = days[0]
                return day
        self._require_columns(found_columns, converter.row_count, first_reason)
        if not readable_count:
            raise SourceError(
                f"{self.location}: none of its {converter.row_count:,} rows can be read (the first: {first_reason}). Correct the rows; in "
                f"CSV, a field with a delimiter or a quote in it needs double quotes around it"
            )
        if converter.latest_date is not None:
            raise SourceError(
                f"{self.location}: all dates of its {converter.row_count:,} rows are after {last_day}, the last day that counts (UTC); the "
                f"latest is {converter.latest_date}. Correct them, or run again when that day has come. A time without zone is in UTC"
            )
        raise SourceError(
            f"{self.location}: none of its {converter.row_count:,} rows has a readable date in published_at or fetched_at, so "
            f"they have no day. Use dates such as 2025-04-04, 2025-04-04T10:30:00Z or Fri, 04 Apr 2025 10:30:00 GMT. For dates such as "
            f"04/05/2025, set the date_order of the archive"
        )

    def _require_columns(self, found_columns: FoundColumns, row_count: int, first_reason: str) -> None:
        """Raise `SourceError` if the file lacks a required column.

        A file that has neither rows nor names of columns passes. Required are `published_at`, `source` (unless the archive sets it), and
        `title` or `body`. It is an error, too, if no row has a column that the settings map, or if a column has a usual name of one that
        is not mapped (`USUAL_NAMES`): articles would be read without their texts, say, and nobody would notice. `first_reason` says why the
        first row is unreadable, if it is.
        """
        if not row_count and not found_columns.theirs:
            return
        missing = [self._describe_column(name) for name in ("published_at", "source") if name not in found_columns.ours]
        if self.archive.source is not None and "source" not in found_columns.ours:
            missing.remove(self._describe_column("source"))
        if not {"title", "body"} & found_columns.ours:
            missing.append(f"{self._describe_column('title')} or {self._describe_column('body')}")
        mapped = [self._describe_column(name) for name in self.options.columns if name not in found_columns.ours]
        missing += [column for column in mapped if not any(column in known for known in missing)]
        lacking = set(USUAL_NAMES) - found_columns.ours - ({"source"} if self.archive.source is not None else set())
        proposed = propose_mapping(found_columns.theirs, lacking)
        if not missing and not proposed:
            return
        if not found_columns.theirs:
            raise SourceError(
                f"{self.location}: none of its {row_count:,} lines is a JSON object with fields (the first: {first_reason}). Write one "
                f"object per line, or one array of objects; extract nested articles with a tool such as jq -c '.response.docs[]'"
            )
        shown = ", ".join(repr(name[:_CHARACTERS_SHOWN]) for name in list(found_columns.theirs)[:_COLUMNS_SHOWN])
        if not missing:
            unread = ", ".join(f"{theirs!r} (for {ours})" for ours, theirs in proposed.items())
            problem = f"has columns that would not be read under these names: {unread}."
        else:
            problem = f"lacks the column {', '.join(missing)}. Found: {shown}. Needed: {_NEEDED}."
        columns = {ours: theirs for ours, theirs in self.archive.columns.items() if ours in found_columns.ours} | proposed
        proposal = f". If they mean the same, write there:\n{write_mapping(self.archive.path, columns)}" if proposed else ""
        raise SourceError(f"{self.location}: {problem} {_RENAME}{proposal}")

    def _describe_column(self, column: str) -> str:
        """Return our name of a column, with its names in the settings."""
        names = self.options.columns.get(column)
        return f"{column} (named {' or '.join(names)})" if names else column
