"""JSON files with one object per line, or one array of objects.

Does not belong here: a single object with articles somewhere inside, which `articles.py` rejects with advice.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats.batches import TEXT_COLUMNS, FoundColumns, ReadOptions, Row, explain_object, to_batches, unreadable_row
from pipeline.sources.files.locations import Location, open_stream
from pipeline.sources.files.streams import Line, Stream
from pipeline.sources.headers import match_column
from pipeline.sources.rows import COLUMNS

# Numbers stay as they are written, because an id such as 1.50 or one of forty digits is a name. NaN is how Python writes a missing text.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=lambda _: None)
_SPACE = re.compile(r"[ \t\r\n]*")
# Up to the next mark of structure: in a text, and outside of texts.
_IN_TEXT = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BETWEEN_TEXTS = re.compile(r'[^"\[\]{}]*+')
_LONGEST_TOKEN = len("-Infinity")  # or an escaped character: how much the end of what was read may cut off
_ADVICE = "Fetch or write it again, or write one object per line"


def read_json(location: Location, options: ReadOptions, found_columns: FoundColumns) -> Iterator[pl.DataFrame]:
    """Read a JSON file in batches; blank lines are skipped.

    A file that begins with `[` is one array; any other has one object per line. A line or item that is not an object, one without fields,
    one with an object in place of a text, or one that is too long, gives an unreadable row, and so does a broken line. Raises `SourceError`
    for a broken array, in which the next item cannot be located.
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
        """Return the row of a JSON value.

        It is unreadable without fields, or if a text is an object. `text`: the JSON text of the value; `label` names it in messages.
        """
        if not isinstance(value, dict):
            return unreadable_row(f"{label}: no JSON object")
        if not value:
            return unreadable_row(f"{label}: an object without fields; it lacks published_at, source, and title or body")
        self._found_columns.add_names(value)
        row, problems = zip(*(self._find_text(value, column, paths) for column, paths in self._paths), strict=True)
        if problem := next(filter(None, problems), None):
            return unreadable_row(f"{label}: {problem}")
        if "\\u" in text:  # only an escape can produce a lone surrogate, which Polars rejects
            row = tuple(cell and cell.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for cell in row)
        return (*row, None)

    def _find_text(self, record: dict[str, Any], column: str, paths: list[tuple[str, list[str]]]) -> tuple[str | None, str | None]:
        """Return the text of one of our columns in a JSON object.

        `paths` has the names that the column may have in the file, in order of preference, each as a whole and split at dots. If the object
        has no field of that name (`match_column`), the split name is a path into nested objects. The first non-empty field counts,
        converted by `_to_text`; without one, the last of the fields that exist (null or empty), or null if none exists. If one of them
        exists, even empty, the column is noted in `_found_columns`. Objects in `TEXT_COLUMNS` do not count; if there is nothing else, the
        second value says so.
        """
        text, problem, is_found = None, None, False
        for name, path in paths:
            inner: Any = record
            whole = match_column(name, record)
            *steps, last = path if whole is None else [whole]
            for step in steps:
                inner = inner.get(step) if isinstance(inner, dict) else None
            if isinstance(inner, dict) and last in inner:
                self._found_columns.ours.add(column)
                if column in TEXT_COLUMNS and _is_object(inner[last]):
                    fields = list(inner[last]) if isinstance(inner[last], dict) else []
                    problem = problem or explain_object(column, ".".join([*steps, last]), fields)
                    continue
                text, is_found = _to_text(inner[last]), True
                if text:
                    break
        return text, None if is_found else problem


def _is_object(value: Any) -> bool:
    """Whether a value has fields, or is a list of nested values."""
    if isinstance(value, list):
        return any(isinstance(part, dict | list) for part in value)
    return isinstance(value, dict) and bool(value)


def _to_text(value: Any) -> str | None:
    """Return text and null unchanged, other values as text.

    A list of texts becomes paragraphs with a blank line between, an object without fields null, any other value JSON.
    """
    if value is None or isinstance(value, str):
        return value
    if value == {}:
        return None
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
        return _too_long_row(label, line_bytes)
    try:
        return parser.to_row(_DECODER.decode(line.text), line.text, label)
    except json.JSONDecodeError as error:
        return unreadable_row(f"{label}, character {error.colno}: {error.msg}")
    except RecursionError:
        return unreadable_row(f"{label}: nested too deeply")


def _too_long_row(label: str, line_bytes: int) -> Row:
    return unreadable_row(f"{label}: longer than {line_bytes:,} bytes")


def _read_items(stream: Stream, location: Location, parser: _RowParser, options: ReadOptions) -> Iterator[Row]:
    """Yield a row for each item of a JSON array.

    `SourceError` where the array breaks: what follows cannot be read.
    """
    array = _ArrayReader(stream, options.limits.line_bytes)
    number = 0
    try:
        for value, text in array.items():
            number += 1
            label = f"item {number}"
            yield _too_long_row(label, options.limits.line_bytes) if text is None else parser.to_row(value, text, label)
    except json.JSONDecodeError as error:
        raise SourceError(f"{location}: its array is cut short or damaged after item {number:,} ({error.msg}). {_ADVICE}") from error
    except RecursionError as error:
        raise SourceError(f"{location}: its array is nested too deeply after item {number:,}. {_ADVICE}") from error


class _ArrayReader:
    """Reader of a JSON array, item by item.

    Raises `json.JSONDecodeError` if the array is damaged or text follows it, and `RecursionError` if an item is nested too deeply. Items of
    more than `longest` characters are skipped.
    """

    def __init__(self, stream: Stream, longest: int) -> None:
        self._chunks, self._longest = stream.text_chunks(longest), longest
        self._text, self._position = "", 0

    def items(self) -> Iterator[tuple[Any, str | None]]:
        """Yield each item and its source text.

        Both are None for an item that is too long.
        """
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

    def _read_value(self) -> tuple[Any, str | None]:
        """Read the next value, over several chunks, and its source text.

        Both are None for a value that is too long, which is skipped.
        """
        self._peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                if len(self._text) - self._position > self._longest:
                    if not self._is_cut(error):
                        raise
                    self._skip_value()
                    return None, None
                if not self._load_chunk():
                    raise
                continue
            # A number may continue in the next chunk; of one that is too long, the rest is then no item.
            if end == len(self._text) and end - self._position <= self._longest and self._load_chunk():
                continue
            text, self._position = self._text[self._position : end], end
            return (value, text) if len(text) <= self._longest else (None, None)

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether a value is broken only because its end is not loaded.

        The error is then at the end of what is loaded, or in a text that goes on there.
        """
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _LONGEST_TOKEN

    def _skip_value(self) -> None:
        """Consume the next value, an object, an array or a text, unread.

        `json.JSONDecodeError` if the file ends in it.
        """
        depth, is_text = 0, False
        while True:
            part = (_IN_TEXT if is_text else _BETWEEN_TEXTS).match(self._text, self._position)
            assert part is not None  # the patterns also match the empty string
            self._position = part.end()
            mark = self._text[self._position : self._position + 1]
            if mark in ("", "\\"):  # the character that a backslash escapes may be in the next chunk
                if not self._load_chunk():
                    raise json.JSONDecodeError("the end of an item is missing", self._text, self._position)
                continue
            self._position += 1
            if mark == '"':
                is_text = not is_text
            else:
                depth += 1 if mark in "[{" else -1
            if depth == 0 and not is_text:
                return
