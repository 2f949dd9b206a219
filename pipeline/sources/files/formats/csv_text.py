"""CSV files with a header, separated by commas, semicolons or tabs.

Broken quoting affects one row only, as long as it shows: the record has another number of fields than the header, or holds whole rows.
"""

import csv
import re
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import polars as pl

from pipeline.errors import TensionError
from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats.batches import FoundColumns, ReadOptions, Row, to_batches, unreadable_row
from pipeline.sources.files.locations import Location, open_stream
from pipeline.sources.files.streams import Line, Stream
from pipeline.sources.headers import fold_name, match_column, reject_repeated_columns
from pipeline.sources.rows import COLUMNS

_DELIMITERS = (",", ";", "\t")  # spreadsheets write semicolons where the comma is the decimal mark
csv.field_size_limit(sys.maxsize)  # of the process; its default is less than a long article, and `_LineBuffer` limits whole records
# Lines after a quote that is never closed are read again: in all at most `_READ_AGAIN` characters, plus `_TIMES_READ_AGAIN` times those
# read so far; without a limit a file of a megabyte could take hours. Beyond it, a record of several lines counts as broken.
_READ_AGAIN, _TIMES_READ_AGAIN = 1_000_000, 4

_DATE = re.compile(r"\s*\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")


def read_csv(location: Location, options: ReadOptions, found_columns: FoundColumns) -> Iterator[pl.DataFrame]:
    """Read a CSV file with a header in batches.

    The delimiter is that with which the header names most of our columns, in any letter case. Blank lines are skipped, empty fields are
    null. A row with broken quoting or another number of fields than the header is unreadable; if it had broken quoting or several lines,
    reading continues in the line after its first. A file with only blank lines yields nothing. `SourceError` if the header is broken or
    repeats one of our columns.
    """
    with open_stream(location, options.limits, options.encoding, options.guessed) as stream:
        records = _read_records(stream, options)
        first = next(records, None)
        if first is None:
            return
        number, header = first
        if isinstance(header, str):
            raise SourceError(
                f"{location}: the header in line {number} cannot be read ({header}). Write the file as comma-separated UTF-8 text "
                f"whose lines end in line feeds, or set its encoding (needed for UTF-16 without a byte order mark)"
            )
        names = [name.strip() for name in header]
        positions = _find_positions(names, location, options)
        found_columns.add_names(names)
        found_columns.ours.update(column for column, indexes in positions.items() if indexes)
        found_columns.is_complete = True
        yield from to_batches((_to_row(number, record, positions, len(names)) for number, record in records), options.limits)


def _find_positions(names: list[str], location: Location, options: ReadOptions) -> dict[str, list[int]]:
    """Return for each of our columns its positions in a record.

    A column may have several names in the file; the preferred one comes first. Raises `SourceError` if the header repeats one of them.
    """
    present = {column: [theirs for name in options.names(column) if (theirs := match_column(name, names))] for column in COLUMNS}
    reject_repeated_columns(names, chain.from_iterable(present.values()), location)
    return {column: [names.index(name) for name in column_names] for column, column_names in present.items()}


def _find_delimiter(header: str, options: ReadOptions) -> str:
    """Return the delimiter with which a header names most of our columns.

    In a tie a comma is preferred to a semicolon, and this to a tab. If the header has none of our columns, it is the most frequent one.
    """
    ours = {fold_name(name) for column in COLUMNS for name in options.names(column)}
    counts = {delimiter: len(ours & {fold_name(name.strip(' "')) for name in header.split(delimiter)}) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=counts.__getitem__ if any(counts.values()) else header.count)


def _to_row(number: int, record: list[str] | str, positions: Mapping[str, list[int]], width: int) -> Row:
    """Convert a record to a row; unreadable if it is broken.

    A record is broken if it is a text (the message why it cannot be read), or has another number of fields than the header (`width`).
    `positions`: indexes of each of our columns; the first field that is not empty counts.
    """
    if isinstance(record, str):
        return unreadable_row(f"line {number}: {record}")
    if len(record) != width:
        return unreadable_row(f"line {number}: {len(record)} fields where the header has {width}")
    return (*(next((record[index] for index in positions[column] if record[index]), None) for column in COLUMNS), None)


class _TooLongError(TensionError):
    """A record is too long, or too much was read again."""


class _LineBuffer:
    """Lines for `csv.reader`, buffered until their record is complete.

    This way the lines after the first one of a broken record can be read again.
    """

    def __init__(self, lines: Iterator[Line], limit: int) -> None:
        self._lines, self._limit = self._count(lines), limit
        self._returned: deque[Line] = deque()
        self.record_lines: list[Line] = []
        self._length = 0  # of the record, in characters; the next two are in characters, too
        self._read = self._read_again = 0

    def __iter__(self) -> "_LineBuffer":
        return self

    def __next__(self) -> str:
        # The first line of a record has no such limit, so that every line is read at least once.
        if self.record_lines and self._read_again > _READ_AGAIN + _TIMES_READ_AGAIN * self._read:
            raise _TooLongError
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.record_lines.append(line)
        self._length += _length(line)
        if line.text is None or self._length > self._limit:
            raise _TooLongError
        return line.text + "\n"

    def _count(self, lines: Iterator[Line]) -> Iterator[Line]:
        for line in lines:
            self._read += _length(line)
            yield line

    def peek(self) -> str:
        """Return the text of the first line that is not blank.

        The line is not consumed. Call it only before the first record. The result is empty if there is no such line or it is too long.
        """
        for line in self._lines:
            self._returned.append(line)
            if not line.is_blank:
                return line.text or ""
        return ""

    def start_record(self) -> None:
        """Forget the lines of the complete record."""
        self.record_lines, self._length = [], 0

    def return_lines(self) -> Line:
        """Put back the lines of a broken record except the first.

        Returns the first line. The others are read again, each as the possible start of a record.
        """
        first, *others = self.record_lines
        self._returned.extendleft(reversed(others))
        self._read_again += self._length - _length(first)
        return first


def _length(line: Line) -> int:
    return len(line.text or "") + 1


def _read_records(stream: Stream, options: ReadOptions) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the first line number and the fields of each record.

    For a broken record, a message takes the place of the fields, and its lines after the first are read again. Blank lines between records
    are skipped.
    """
    limits = options.limits
    buffer = _LineBuffer(stream.lines(limits.line_bytes), limits.line_bytes)
    delimiter = _find_delimiter(buffer.peek(), options)
    reader = csv.reader(buffer, strict=True, delimiter=delimiter)
    width = 0  # fields of the header
    while True:
        buffer.start_record()
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # Python's message on a carriage return is a question to programmers.
            reason = "a carriage return without a line feed" if "new-line" in str(error) else error
            yield buffer.return_lines().number, f"broken quoting or line end ({reason})"
        except _TooLongError:
            yield buffer.return_lines().number, f"longer than {limits.line_bytes:,} bytes, or a quote that is never closed"
        else:
            width = width or len(record)
            if len(buffer.record_lines) > 1 and _has_swallowed(buffer.record_lines, record, width, delimiter):
                yield buffer.return_lines().number, "broken quoting (a quote that is closed only in a later row)"
            elif len(buffer.record_lines) > 1 or not buffer.record_lines[0].is_blank:
                yield buffer.record_lines[0].number, record


def _has_swallowed(lines: Sequence[Line], record: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a record of several lines holds whole rows.

    It does if it has another number of fields than the header (`width`), or if each line after its first is a row of so many fields, with
    a date where the record has its first.
    """
    if len(record) != width:
        return True
    dated = next((column for column, field in enumerate(record) if _DATE.match(field)), None)
    rows = (next(csv.reader([line.text or ""], delimiter=delimiter), []) for line in lines[1:])
    return dated is not None and all(len(row) == width and _DATE.match(row[dated]) for row in rows)
