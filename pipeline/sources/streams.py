"""Files as bounded streams of bytes: plain or gzip, line by line, whatever they hold.

Belongs here: opening, unpacking, cutting into lines, and the limits that keep a broken or hostile file from filling the memory.
Does not: what a line means (`formats.py`).
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.sources.errors import SourceError

_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Limits:
    """How much of one file is believed, in bytes. News text packs 3 to 20 times smaller; deflate can reach 1,000."""

    line_bytes: int = 10_000_000
    unpacked_bytes: int = 50_000_000_000
    unpacked_ratio: int = 200
    unpacked_freely_bytes: int = 100_000_000

    def unpacked(self, packed_bytes: int) -> int:
        """What a gzip file of that size may grow to: below `unpacked_freely_bytes` its ratio does not matter."""
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
    """The bytes of an open file, counted against its limit. `path` names it in messages."""

    def __init__(self, raw: Unpacked, path: Path | str, limit: int | None) -> None:
        self._raw, self._path, self._limit, self._read = raw, path, limit, 0

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
        while chunk := self._count(self._raw.read(_CHUNK)):
            yield chunk

    def lines(self, line_bytes: int) -> Iterator[Line]:
        """All lines; bytes that are not UTF-8 become replacement marks, a byte order mark at the start is dropped."""
        number = 0
        while data := self._count(self._raw.readline(line_bytes + 1)):
            number += 1
            if len(data) > line_bytes and not data.endswith(b"\n"):
                self._skip_line(line_bytes)
                yield Line(number, None)
                continue
            if number == 1:
                data = data.removeprefix(_BOM)
            yield Line(number, data.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace"))

    def _skip_line(self, line_bytes: int) -> None:
        while data := self._count(self._raw.readline(line_bytes)):
            if data.endswith(b"\n"):
                return


@contextmanager
def opened(path: Path, limits: Limits = LIMITS) -> Iterator[Stream]:
    """The file as a stream, unpacked where its name ends in .gz. `SourceError` when it cannot be opened, read or unpacked."""
    try:
        if path.suffix.lower() != ".gz":
            with path.open("rb") as plain:
                yield Stream(plain, path, None)
            return
        with path.open("rb") as packed:
            if packed.read(len(_GZIP_MAGIC)) != _GZIP_MAGIC:
                raise SourceError(f"{path}: is named .gz but is no gzip file. Pack it with gzip, or rename it if it is not packed")
        with gzip.open(path, "rb") as unpacked:
            yield Stream(unpacked, path, limits.unpacked(path.stat().st_size))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: the gzip file is damaged or cut short ({error}). Fetch or pack it again") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror or error}). Check that the file exists and may be read") from error
