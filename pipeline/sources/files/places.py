"""Article files, and members of zip files, opened: plain or gzip, in whatever encoding.

Belongs here: from a path to streams. Does not: what a zip file may hold (`zips.py`), how bytes are cut (`streams.py`), or what a line
means (`formats/`).
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from pipeline.sources.errors import SourceError
from pipeline.sources.files.encodings import Decoding, Recoded, announced
from pipeline.sources.files.streams import CHUNK, LIMITS, Limits, Stream
from pipeline.sources.files.zips import Member, open_members

_GZIP_MAGIC = b"\x1f\x8b"
_OF_MACOS = "__MACOSX"  # what its packer adds to every file


@dataclass(frozen=True)
class Place:
    """Where bytes lie: in a file, or in a member of an open zip file."""

    path: Path
    member: Member | None = None

    @property
    def name(self) -> str:
        """The name that tells the format."""
        return self.path.name if self.member is None else self.member.name

    @property
    def size(self) -> int:
        """Bytes as they lie there, before gzip is unpacked."""
        return self.path.stat().st_size if self.member is None else self.member.byte_count

    @property
    def is_gzip(self) -> bool:
        """Whether its name says so."""
        return self.name.lower().endswith(".gz")

    def __str__(self) -> str:
        return str(self.path) if self.member is None else f"{self.path}, {self.member.name}"

    @contextmanager
    def bytes(self) -> Iterator[io.BufferedReader]:
        """The bytes as they lie there."""
        if self.member is None:
            with self.path.open("rb") as file:
                yield file
        else:
            with self.member.unpacked() as raw:
                yield io.BufferedReader(raw, CHUNK)


class TextStream(Stream):
    """The stream of a place, which also tells how it begins."""

    def __init__(self, raw: io.BufferedReader, place: Place, limit: int | None, decoding: Decoding) -> None:
        super().__init__(raw, str(place), limit, decoding)
        self._buffered = raw

    def begins_with(self, mark: bytes) -> bool:
        """Whether the first bytes that are no white space are these; nothing is taken from the stream."""
        return self._buffered.peek(CHUNK).lstrip(b" \t\r\n").startswith(mark)


@contextmanager
def places(path: Path, limits: Limits = LIMITS) -> Iterator[list[Place]]:
    """What is read of a file: the file itself, or the members of a zip file in their order, without those that are hidden.

    `SourceError` when a zip file is damaged, or such as is not unpacked (`zips.members`).
    """
    if path.suffix.lower() != ".zip":
        yield [Place(path)]
        return
    with open_members(path, str(path), limits) as found:
        yield [Place(path, member) for member in found if not _is_hidden(member.name)]


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == _OF_MACOS for part in PurePosixPath(name).parts)


@contextmanager
def opened(place: Place, limits: Limits = LIMITS, encoding: str | None = None, guessed: list[str] | None = None) -> Iterator[TextStream]:
    """The place as a stream, unpacked where its name ends in .gz; as bytes of UTF-8 where it is in an encoding of another kind.

    `encoding` is the one declared. Where none is and the text turns out to be no UTF-8, `guessed` is told.
    `SourceError` when it cannot be opened, read or unpacked.
    """
    try:
        with place.bytes() as packed:
            if not place.is_gzip:
                yield _stream(packed, place, None if place.member is None else place.size, limits, encoding, guessed)
                return
            if not packed.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC):
                raise SourceError(f"{place}: is named .gz but is no gzip file. Pack it with gzip, or rename it if it is not packed")
            with gzip.open(packed, "rb") as unpacked:
                yield _stream(cast("io.RawIOBase", unpacked), place, limits.unpacked(place.size), limits, encoding, guessed)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{place}: the gzip file is damaged or cut short ({error}). Fetch or pack it again") from error
    except OSError as error:
        raise SourceError(f"{place}: cannot be read ({error.strerror or error}). Check that the file exists and may be read") from error


def _stream(
    raw: io.BufferedReader | io.RawIOBase, place: Place, limit: int | None, limits: Limits, declared: str | None, guessed: list[str] | None
) -> TextStream:
    def again() -> Iterator[bytes]:
        with opened(place, limits) as stream:
            yield from stream.chunks()

    buffered = io.BufferedReader(cast("Any", raw), CHUNK)
    encoding = announced(buffered) or declared
    if encoding is None:
        return TextStream(buffered, place, limit, Decoding(None, str(place), again, guessed))
    if encoding != "utf-8":
        buffered = io.BufferedReader(cast("Any", Recoded(buffered, encoding, str(place))), CHUNK)
    return TextStream(buffered, place, limit, Decoding("utf-8"))
