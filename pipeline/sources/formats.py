"""Article files by format: Parquet, JSON Lines and CSV into the same columns of text.

Belongs here: the grammar of each format, and what becomes of a line that breaks it. Does not: which files are read and how their rows are
named and dated (`files.py`), or whether a row is a usable article (`pipeline/articles`).
"""

import csv
import json
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from pipeline.sources.errors import SourceError
from pipeline.sources.rows import COLUMNS, ROWS
from pipeline.sources.streams import Limits, Line, Stream, opened

_ROWS_AT_ONCE = 50_000
_PARQUET_MAGIC = b"PAR1"

Row = tuple[str | None, ...]  # the columns in order, then why the line was unreadable


@dataclass(frozen=True)
class FileRows:
    """One file's rows in order: `COLUMNS` and `unreadable` as text, and the names of all columns that the file holds."""

    frame: pl.DataFrame
    found: tuple[str, ...]


def reader_of(path: Path) -> Callable[[Path, Limits], FileRows] | None:
    """The reader for the file's name, also under .gz; None when the name is that of no known format."""
    name = path.name.lower().removesuffix(".gz")
    return next((reader for suffix, reader in READERS.items() if name.endswith(suffix) and name != suffix), None)


def read_parquet(path: Path, limits: Limits) -> FileRows:
    """Rows of a Parquet file; values of any type as text. `SourceError` when the file is no Parquet or damaged."""
    if path.suffix.lower() != ".gz":
        with opened(path, limits):  # says what is wrong with a file that cannot be opened
            return _parquet(path, path)
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "unpacked.parquet"
        with opened(path, limits) as stream, unpacked.open("wb") as target:
            for chunk in stream.chunks():
                target.write(chunk)
        return _parquet(unpacked, path)


def _parquet(path: Path, given: Path) -> FileRows:
    advice = f"{given}: is no Parquet file, or a damaged one. Write or fetch it again, or name it by what it is (.jsonl, .csv)"
    with path.open("rb") as file:
        head = file.read(len(_PARQUET_MAGIC))
    if head != _PARQUET_MAGIC:
        raise SourceError(advice)
    try:
        lazy = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        found = tuple(lazy.collect_schema().names())
        frame = lazy.select(name for name in COLUMNS if name in found).collect()
    except PolarsError as error:
        raise SourceError(f"{advice} ({_first_line(error)})") from error
    texts = [_as_text(column) for column in frame.get_columns()]
    absent = [pl.lit(None, pl.String).alias(name) for name in ROWS if name not in frame.columns]
    return FileRows(pl.DataFrame(texts).with_columns(absent).select(ROWS.names()), found)


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Binary:
        texts = [None if value is None else value.decode("utf-8", "replace") for value in column.to_list()]
        return pl.Series(column.name, texts, pl.String)
    if column.dtype.is_nested():
        texts = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in column.to_list()]
        return pl.Series(column.name, texts, pl.String)
    if column.dtype in (pl.Date, pl.Datetime, pl.Time):
        return column.dt.to_string("iso:strict")
    return column.cast(pl.String)


def read_json_lines(path: Path, limits: Limits) -> FileRows:
    """Rows of a file with one JSON object a line; blank lines are no rows. A line that is no object becomes an unreadable row."""
    found: dict[str, None] = {}
    with opened(path, limits) as stream:
        frame = _frame(_json_row(line, found, limits) for line in stream.lines(limits.line_bytes) if not line.is_blank)
    return FileRows(frame, tuple(found))


def _json_row(line: Line, found: dict[str, None], limits: Limits) -> Row:
    if line.text is None:
        return _unreadable(f"line {line.number}: longer than {limits.line_bytes:,} bytes")
    try:
        # Numbers stay as they are written: an id of 1.50 or of forty digits is a name, not a quantity.
        given = json.loads(line.text, parse_int=str, parse_float=str, parse_constant=str)
        if not isinstance(given, dict):
            return _unreadable(f"line {line.number}: no JSON object")
        row = tuple(_json_text(given.get(name)) for name in COLUMNS)
    except json.JSONDecodeError as error:
        return _unreadable(f"line {line.number}, character {error.colno}: {error.msg}")
    except RecursionError:
        return _unreadable(f"line {line.number}: nested too deeply")
    found.update(dict.fromkeys(given))
    if "\\u" in line.text:  # the only way to half a surrogate pair, which is no text
        row = tuple(value and value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for value in row)
    return (*row, None)


def _json_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def read_csv(path: Path, limits: Limits) -> FileRows:
    """Rows of a CSV file with a header; blank lines are no rows, an empty field is null.

    A row with broken quoting or with another number of fields than the header becomes an unreadable row; reading goes on in the next line.
    """
    with opened(path, limits) as stream:
        records = _csv_records(stream, limits)
        first = next(records, None)
        if first is None:
            return FileRows(_frame(iter(())), ())
        number, header = first
        if isinstance(header, str):
            raise SourceError(
                f"{path}: the header in line {number} cannot be read ({header}). Write the file as comma-separated UTF-8 text"
            )
        names = tuple(name.strip() for name in header)
        twice = [name for name in COLUMNS if names.count(name) > 1]
        if twice:
            raise SourceError(f"{path}: column {', '.join(twice)} stands twice in the header. Rename or drop one of them")
        places = {name: names.index(name) for name in COLUMNS if name in names}
        frame = _frame(_csv_row(number, record, places, len(names)) for number, record in records)
    return FileRows(frame, names)


def _csv_row(number: int, record: list[str] | str, places: Mapping[str, int], width: int) -> Row:
    if isinstance(record, str):
        return _unreadable(f"line {number}: {record}")
    if len(record) != width:
        return _unreadable(f"line {number}: {len(record)} fields where the header has {width}")
    return (*((record[places[name]] or None) if name in places else None for name in COLUMNS), None)


class _TooLongError(Exception):
    """A record goes on for more bytes than a line may have."""


class _Feed:
    """Lines for `csv.reader`, kept until their record is complete, so that a broken one can give its other lines back."""

    def __init__(self, lines: Iterator[Line], limit: int) -> None:
        self._lines, self._limit = lines, limit
        self._again: deque[Line] = deque()
        self.taken: list[Line] = []
        self._length = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self._length += len(line.text or "")
        if line.text is None or self._length > self._limit:
            raise _TooLongError
        return line.text + "\n"

    def start(self) -> None:
        """The record is complete: forget its lines."""
        self.taken, self._length = [], 0

    def give_back(self) -> Line:
        """The first line of the broken record; its other lines are read again, each as the beginning of a record."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        return first


def _csv_records(stream: Stream, limits: Limits) -> Iterator[tuple[int, list[str] | str]]:
    """Number of the first line, and the fields or what was wrong with them."""
    feed = _Feed(stream.lines(limits.line_bytes), limits.line_bytes)
    before = csv.field_size_limit(limits.line_bytes)  # of the process; the module's own 131,072 is less than a long article
    try:
        reader = csv.reader(feed, strict=True)
        while True:
            feed.start()
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield feed.give_back().number, f"broken quoting or line end ({error})"
            except _TooLongError:
                yield feed.give_back().number, f"longer than {limits.line_bytes:,} bytes, or a quote that is never closed"
            else:
                if len(feed.taken) > 1 or not feed.taken[0].is_blank:
                    yield feed.taken[0].number, record
    finally:
        csv.field_size_limit(before)


def _unreadable(reason: str) -> Row:
    return (*(None for _ in COLUMNS), reason)


def _frame(rows: Iterator[Row]) -> pl.DataFrame:
    """The rows as a frame, built in pieces so that a large file is not held twice as Python objects."""
    pieces = [ROWS.to_frame()]
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _ROWS_AT_ONCE:
            pieces.append(pl.DataFrame(batch, schema=ROWS, orient="row"))
            batch = []
    pieces.append(pl.DataFrame(batch, schema=ROWS, orient="row"))
    return pl.concat(pieces)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]


READERS: Mapping[str, Callable[[Path, Limits], FileRows]] = {
    ".parquet": read_parquet,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
    ".csv": read_csv,
}
