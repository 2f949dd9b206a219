"""Bytes as bounded streams, piece by piece or line by line, whatever they hold.

Belongs here: cutting into lines, and the limits that keep a broken or hostile file from filling the memory. Does not: opening files and
unpacking them (`places.py`, `zips.py`), which encoding a text has (`encodings.py`), or what a line means (`formats/`).
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.sources.errors import SourceError
from pipeline.sources.files.encodings import Decoding, settled

CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """How much of one file is believed, and how much of it is held at once, in bytes and rows.

    News text packs 3 to 20 times smaller; deflate can reach 1,000.
    """

    line_bytes: int = 10_000_000
    unpacked_bytes: int = 50_000_000_000
    unpacked_ratio: int = 200
    unpacked_freely_bytes: int = 100_000_000
    batch_rows: int = 20_000
    batch_bytes: int = 32_000_000

    def unpacked(self, packed_bytes: int) -> int:
        """What a packed file of that size may grow to: below `unpacked_freely_bytes` its ratio does not matter."""
        return min(self.unpacked_bytes, max(self.unpacked_freely_bytes, self.unpacked_ratio * packed_bytes))


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number in the file from 1, and its text without the line's end; None where it is too long to be read."""

    number: int
    text: str | None

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing but spaces and tabs; such a line is no row."""
        return self.text is not None and not self.text.strip(" \t\r")


class Unpacked(Protocol):
    """What a stream reads from: an open file, or as much of one as it needs."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""

    def readline(self, size: int, /) -> bytes:
        """The rest of the line with its end, at most `size` bytes; none at the end."""


class Stream:
    """The bytes of an open file, counted against its limit. `path` names it in messages; without a `decoding` its text is UTF-8."""

    def __init__(self, raw: Unpacked, path: Path | str, limit: int | None, decoding: Decoding | None = None) -> None:
        self._raw, self._path, self._limit, self._read = raw, path, limit, 0
        self._decoding = decoding or Decoding("utf-8")

    def _count(self, data: bytes) -> bytes:
        self._read += len(data)
        if self._limit is not None and self._read > self._limit:
            raise SourceError(
                f"{self._path}: unpacks to more than {self._limit:,} bytes, far more than its size allows. If it is what it should be, "
                f"unpack it yourself and give the unpacked file"
            )
        return data

    def chunks(self) -> Iterator[bytes]:
        """All bytes in pieces of a megabyte."""
        while chunk := self._count(self._raw.read(CHUNK)):
            yield chunk

    def texts(self, longest: int) -> Iterator[str]:
        """The whole text in pieces of about a megabyte. `SourceError` where more than `longest` bytes hold no ASCII character."""
        kept = b""
        for chunk in self.chunks():
            kept += chunk
            end = settled(kept)
            if len(kept) - end > longest:
                raise SourceError(f"{self._path}: is no text: {longest:,} bytes without one plain character. Name it by what it is")
            if end:
                yield self._decoding.text(kept[:end])
                kept = kept[end:]
        if kept:
            yield self._decoding.text(kept)

    def lines(self, line_bytes: int) -> Iterator[Line]:
        """All lines; bytes that are no text in the file's encoding become replacement marks, a byte order mark of UTF-8 is dropped."""
        number = 0
        while data := self._count(self._raw.readline(line_bytes + 1)):
            number += 1
            if len(data) > line_bytes and not data.endswith(b"\n"):
                self._skip_line(line_bytes)
                yield Line(number, None)
                continue
            if number == 1:
                data = data.removeprefix(codecs.BOM_UTF8)
            yield Line(number, self._decoding.text(data.removesuffix(b"\n").removesuffix(b"\r")))

    def _skip_line(self, line_bytes: int) -> None:
        while data := self._count(self._raw.readline(line_bytes)):
            if data.endswith(b"\n"):
                return
