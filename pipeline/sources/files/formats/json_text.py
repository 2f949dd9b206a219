"""JSON files with one object per line, or one array of objects.

Does not belong here: a single object with articles somewhere inside, which `articles.py` rejects with advice.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats.batches import FoundColumns, ReadOptions, Row, to_batches, unreadable_row
from pipeline.sources.files.locations import Location, open_stream
from pipeline.sources.files.streams import Line, Stream
from pipeline.sources.headers import match_column
from pipeline.sources.rows import COLUMNS

# Numbers stay as they are written, because an id such as 1.50 or one of forty digits is a name. NaN is how Python writes a missing text.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=lambda _: None)
_SPACE = re.compile(r"[ \t\r\n]*")
_ADVICE = "Fetch or write it again, or write one object per line"


def read_json(location: Location, options: ReadOptions, found_columns: FoundColumns) -> Iterator[pl.DataFrame]:
    """Read a JSON file in batches; blank lines are skipped.

    A file that begins with `[` is one array; any other has one object per line. A line or item that is not an object, or one without
    fields, gives an unreadable row, and so does a line that is broken or too long. Raises `SourceError` for a broken array, in which the
    next item cannot be located.
    """
    with open_stream(location, options.limits, options.encoding, options.guessed) as stream:
        parser = _RowParser(options, found_columns)
        is_array = stream.starts_with(b"[")
        rows = _read_items(stream, location, parser, options) if is_array else _read_lines(stream, parser, options)
        yield from to_batches(rows, options.limits)


class _RowParser:
    """Takes our columns out of the objects of a JSON file."""

    def __init__(self, options: ReadOptions, found_columns: FoundColumns) -> None:
        self._found_columns = found_columns
        # A name with dots is looked up as a whole, then as a path into nested objects.
        self._paths = [(column, [(name, name.split(".")) for name in options.names(column)]) for column in COLUMNS]

    def to_row(self, value: Any, text: str, label: str) -> Row:
        """Return the row of a JSON value; unreadable without fields.

        `text`: the JSON text of the value; `label` names it in messages.
        """
        if not isinstance(value, dict):
            return unreadable_row(f"{label}: no JSON object")
        if not value:
            return unreadable_row(f"{label}: an object without fields; it lacks published_at, source, and title or body")
        self._found_columns.add_names(value)
        row = tuple(self._find_text(value, column, paths) for column, paths in self._paths)
        if "\\u" in text:  # only an escape can produce a lone surrogate, which Polars rejects
            row = tuple(cell and cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for cell in row)
        return (*row, None)

    def _find_text(self, record: dict[str, Any], column: str, paths: list[tuple[str, list[str]]]) -> str | None:
        """Return the text of one of our columns in a JSON object.

        `paths` has the names that the column may have in the file, in order of preference, each as a whole and split at dots. If the object
        has no field of that name (`match_column`), the split name is a path into nested objects. The first non-empty field counts,
        converted by `_to_text`; without one, the last of the fields that exist (null or empty), or null if none exists. If one of them
        exists, even empty, the column is noted in `_found_columns`.
        """
        text: str | None = None
        for name, path in paths:
            inner: Any = record
            whole = match_column(name, record)
            *steps, last = path if whole is None else [whole]
            for step in steps:
                inner = inner.get(step) if isinstance(inner, dict) else None
            if isinstance(inner, dict) and last in inner:
                self._found_columns.ours.add(column)
                text = _to_text(inner[last])
                if text:
                    break
        return text


def _to_text(value: Any) -> str | None:
    """Return text and null unchanged, other values as text.

    A list of texts becomes paragraphs with a blank line between, any other value JSON.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    return json.dumps(value, ensure_ascii=False)


def _read_lines(stream: Stream, parser: _RowParser, options: ReadOptions) -> Iterator[Row]:
    for line in stream.lines(options.limits.line_bytes):
        if not line.is_blank:
            yield _parse_line(line, parser, options.limits.line_bytes)


def _parse_line(line: Line, parser: _RowParser, line_bytes: int) -> Row:
    """Parse a line of JSON; unreadable if broken or too long."""
    label = f"line {line.number}"
    if line.text is None:
        return unreadable_row(f"{label}: longer than {line_bytes:,} bytes")
    try:
        return parser.to_row(_DECODER.decode(line.text), line.text, label)
    except json.JSONDecodeError as error:
        return unreadable_row(f"{label}, character {error.colno}: {error.msg}")
    except RecursionError:
        return unreadable_row(f"{label}: nested too deeply")


def _read_items(stream: Stream, location: Location, parser: _RowParser, options: ReadOptions) -> Iterator[Row]:
    """Yield a row for each item of a JSON array.

    `SourceError` where the array breaks: what follows cannot be read.
    """
    array = _ArrayReader(stream, options.limits.line_bytes)
    number = 0
    try:
        for value, text in array.items():
            number += 1
            yield parser.to_row(value, text, f"item {number}")
    except json.JSONDecodeError as error:
        raise SourceError(f"{location}: its array is cut short or damaged after item {number:,} ({error.msg}). {_ADVICE}") from error
    except RecursionError as error:
        raise SourceError(f"{location}: its array is nested too deeply after item {number:,}. {_ADVICE}") from error


class _ArrayReader:
    """Reader of a JSON array, item by item.

    Raises `json.JSONDecodeError` if the array is damaged, text follows it, or an item is still incomplete after `longest` characters, and
    `RecursionError` if an item is nested too deeply.
    """

    def __init__(self, stream: Stream, longest: int) -> None:
        self._chunks, self._longest = stream.text_chunks(longest), longest
        self._text, self._position = "", 0

    def items(self) -> Iterator[tuple[Any, str]]:
        """Yield each item and its source text."""
        self._skip("[")
        if self._peek() == "]":
            self._skip("]")
        else:
            while True:
                yield self._read_value()
                if self._peek() == "]":
                    break
                self._skip(",")
            self._skip("]")
        if self._peek():
            raise json.JSONDecodeError("text after the end of the array", self._text, self._position)

    def _load_chunk(self) -> bool:
        """Read the next chunk of text; return whether there was one.

        Text that was parsed is dropped.
        """
        chunk = next(self._chunks, "")
        self._text, self._position = self._text[self._position :] + chunk, 0
        return bool(chunk)

    def _peek(self) -> str:
        """Return the next character after white space, without consuming it.

        Empty at the end of the file.
        """
        while True:
            space = _SPACE.match(self._text, self._position)
            assert space is not None  # the pattern also matches the empty string
            self._position = space.end()
            if self._position < len(self._text):
                return self._text[self._position]
            if not self._load_chunk():
                return ""

    def _skip(self, character: str) -> None:
        """Consume this character, and white space before it.

        `json.JSONDecodeError` if another is next, or none.
        """
        if self._peek() != character:
            raise json.JSONDecodeError(f"{character!r} is missing", self._text, self._position)
        self._position += 1

    def _read_value(self) -> tuple[Any, str]:
        """Read the next value, over several chunks, and its source text."""
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError:
                if len(self._text) - self._position > self._longest or not self._load_chunk():
                    raise
                continue
            # A number may continue in the next chunk; of one that is too long, the rest is then no item.
            if end == len(self._text) and end - self._position <= self._longest and self._load_chunk():
                continue
            text, self._position = self._text[self._position : end], end
            return value, text
