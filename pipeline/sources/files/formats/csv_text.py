"""CSV with a header. A row with broken quoting costs itself, not the rows after it."""

import csv
from collections import deque
from collections.abc import Iterator, Mapping

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats.reading import Asked, Found, Row, batches, unreadable
from pipeline.sources.files.places import Place, opened
from pipeline.sources.files.streams import Limits, Line, Stream
from pipeline.sources.rows import COLUMNS


def read_csv(place: Place, asked: Asked, found: Found) -> Iterator[pl.DataFrame]:
    """Rows of a CSV file with a header; blank lines are no rows, an empty field is null.

    A row with broken quoting or with another number of fields than the header becomes an unreadable row; reading goes on in the next line.
    """
    with opened(place, asked.limits, asked.encoding, asked.guessed) as stream:
        records = _csv_records(stream, asked.limits)
        first = next(records, None)
        if first is None:
            return
        number, header = first
        if isinstance(header, str):
            raise SourceError(f"{place}: the header in line {number} cannot be read ({header}). Write the file as comma-separated text")
        names = [name.strip() for name in header]
        fields = _fields(names, place, asked)
        found.note(names)
        found.ours.update(column for column, places in fields.items() if places)
        found.is_whole = True
        yield from batches((_csv_row(number, record, fields, len(names)) for number, record in records), asked.limits)


def _fields(names: list[str], place: Place, asked: Asked) -> dict[str, list[int]]:
    """Where each of our columns stands in a record."""
    wanted = {column: [name for name in asked.names(column) if name in names] for column in COLUMNS}
    twice = [name for found in wanted.values() for name in found if names.count(name) > 1]
    if twice:
        raise SourceError(f"{place}: column {', '.join(twice)} stands twice in the header. Rename or drop one of them")
    return {column: [names.index(name) for name in found] for column, found in wanted.items()}


def _csv_row(number: int, record: list[str] | str, fields: Mapping[str, list[int]], width: int) -> Row:
    if isinstance(record, str):
        return unreadable(f"line {number}: {record}")
    if len(record) != width:
        return unreadable(f"line {number}: {len(record)} fields where the header has {width}")
    return (*(next((record[at] for at in fields[column] if record[at]), None) for column in COLUMNS), None)


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
    reader = csv.reader(feed, strict=True)
    while True:
        feed.start()
        try:
            record = _next(reader, limits.line_bytes)
        except StopIteration:
            return
        except csv.Error as error:
            yield feed.give_back().number, f"broken quoting or line end ({error})"
        except _TooLongError:
            yield feed.give_back().number, f"longer than {limits.line_bytes:,} bytes, or a quote that is never closed"
        else:
            if len(feed.taken) > 1 or not feed.taken[0].is_blank:
                yield feed.taken[0].number, record


def _next(reader: Iterator[list[str]], longest: int) -> list[str]:
    before = csv.field_size_limit(longest)  # of the process; the module's own 131,072 is less than a long article
    try:
        return next(reader)
    finally:
        csv.field_size_limit(before)
