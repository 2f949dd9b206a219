"""JSON: one object a line, or one array of objects.

Belongs here: lines and items into rows, fields within fields. Does not: a single object that holds articles somewhere inside; it is
refused with advice (`pipeline/sources/files/articles.py`).
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.files.formats.reading import Asked, Found, Row, batches, unreadable
from pipeline.sources.files.places import Place, opened
from pipeline.sources.files.streams import Line, Stream
from pipeline.sources.rows import COLUMNS

# Numbers stay as they are written: an id of 1.50 or of forty digits is a name, not a quantity.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\r\n]*")
_ADVICE = "Fetch or write it again, or write one object a line"


def read_json(place: Place, asked: Asked, found: Found) -> Iterator[pl.DataFrame]:
    """Rows of a file with one JSON object a line, where blank lines are no rows, or with one array of objects.

    A line or item that is no object becomes an unreadable row. `SourceError` when the array itself is broken: nothing tells where its next
    item begins.
    """
    with opened(place, asked.limits, asked.encoding, asked.guessed) as stream:
        fields = _Fields(asked, found)
        rows = _items(stream, place, fields, asked) if stream.begins_with(b"[") else _lines(stream, fields, asked)
        yield from batches(rows, asked.limits)


class _Fields:
    """Our columns in an object of the file."""

    def __init__(self, asked: Asked, found: Found) -> None:
        self._found = found
        # A name with points is looked up as it is, then as a way into nested objects.
        self._ways = [(column, [(name, name.split(".")) for name in asked.names(column)]) for column in COLUMNS]

    def row(self, given: Any, text: str, where: str) -> Row:
        """The row of one value, of which `text` is what was written."""
        if not isinstance(given, dict):
            return unreadable(f"{where}: no JSON object")
        self._found.note(given)
        row = tuple(self._text(given, column, ways) for column, ways in self._ways)
        if "\\u" in text:  # the only way to half a surrogate pair, which is no text
            row = tuple(value and value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for value in row)
        return (*row, None)

    def _text(self, given: dict[str, Any], column: str, ways: list[tuple[str, list[str]]]) -> str | None:
        value: str | None = None
        for name, way in ways:
            inner: Any = given
            *steps, last = [name] if name in given else way
            for step in steps:
                inner = inner.get(step) if isinstance(inner, dict) else None
            if isinstance(inner, dict) and last in inner:
                self._found.ours.add(column)
                value = _as_text(inner[last])
                if value:
                    break
        return value


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _lines(stream: Stream, fields: _Fields, asked: Asked) -> Iterator[Row]:
    for line in stream.lines(asked.limits.line_bytes):
        if not line.is_blank:
            yield _line(line, fields, asked.limits.line_bytes)


def _line(line: Line, fields: _Fields, line_bytes: int) -> Row:
    where = f"line {line.number}"
    if line.text is None:
        return unreadable(f"{where}: longer than {line_bytes:,} bytes")
    try:
        return fields.row(_DECODER.decode(line.text), line.text, where)
    except json.JSONDecodeError as error:
        return unreadable(f"{where}, character {error.colno}: {error.msg}")
    except RecursionError:
        return unreadable(f"{where}: nested too deeply")


def _items(stream: Stream, place: Place, fields: _Fields, asked: Asked) -> Iterator[Row]:
    array = _Array(stream, asked.limits.line_bytes)
    number = 0
    try:
        for value, text in array.items():
            number += 1
            yield fields.row(value, text, f"item {number}")
    except json.JSONDecodeError as error:
        raise SourceError(f"{place}: its array is broken off or damaged behind item {number:,} ({error.msg}). {_ADVICE}") from error
    except RecursionError as error:
        raise SourceError(f"{place}: its array is nested too deeply behind item {number:,}. {_ADVICE}") from error


class _Array:
    """An array that is read item by item. `json.JSONDecodeError` where it is broken, or an item is longer than `longest` characters."""

    def __init__(self, stream: Stream, longest: int) -> None:
        self._texts, self._longest = stream.texts(longest), longest
        self._text, self._at = "", 0

    def items(self) -> Iterator[tuple[Any, str]]:
        """Each item, and how it is written."""
        self._take("[")
        if self._mark() == "]":
            self._take("]")
        else:
            while True:
                yield self._value()
                if self._mark() == "]":
                    break
                self._take(",")
            self._take("]")
        if self._mark():
            raise json.JSONDecodeError("more behind the end of the array", self._text, self._at)

    def _more(self) -> bool:
        text = next(self._texts, "")
        self._text, self._at = self._text[self._at :] + text, 0
        return bool(text)

    def _mark(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            assert space is not None  # it matches nothing as well
            self._at = space.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _take(self, mark: str) -> None:
        if self._mark() != mark:
            raise json.JSONDecodeError(f"no {mark!r} where it must stand", self._text, self._at)
        self._at += 1

    def _value(self) -> tuple[Any, str]:
        self._mark()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if len(self._text) - self._at > self._longest or not self._more():
                    raise
                continue
            # A number may go on behind the end of what was read so far.
            if end == len(self._text) and self._more():
                continue
            text, self._at = self._text[self._at : end], end
            return value, text
