"""Files, and members of zip files, as bounded streams: plain or gzip, piece by piece or line by line, whatever they hold.

Belongs here: opening, unpacking, cutting into lines, and the limits that keep a broken or hostile file from filling the memory.
Does not: which encoding a text has (`encodings.py`), or what a line means (`formats/`).
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from pipeline.sources.encodings import Decoding, Recoded, settled
from pipeline.sources.errors import SourceError

_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_MOST_MEMBERS = 100_000
_ENCRYPTED = 0x1


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


@dataclass(frozen=True)
class Place:
    """Where bytes lie: in a file, or in a member of an open zip file."""

    path: Path
    zip_file: zipfile.ZipFile | None = None
    member: zipfile.ZipInfo | None = None

    @property
    def name(self) -> str:
        """The name that tells the format."""
        return self.path.name if self.member is None else self.member.filename

    @property
    def size(self) -> int:
        """Bytes as they lie there, before gzip is unpacked."""
        return self.path.stat().st_size if self.member is None else self.member.file_size

    @property
    def is_gzip(self) -> bool:
        """Whether its name says so."""
        return self.name.lower().endswith(".gz")

    def __str__(self) -> str:
        return str(self.path) if self.member is None else f"{self.path}, member {self.member.filename!r}"

    def open(self) -> IO[bytes]:
        """The bytes as they lie there."""
        if self.zip_file is None or self.member is None:
            return self.path.open("rb")
        return self.zip_file.open(self.member)


class Stream:
    """The bytes of an open place, counted against its limit."""

    def __init__(self, raw: IO[bytes], place: Place, limit: int | None, decoding: Decoding) -> None:
        self._raw, self._place, self._limit, self._decoding, self._read = raw, place, limit, decoding, 0

    def _count(self, data: bytes) -> bytes:
        self._read += len(data)
        if self._limit is not None and self._read > self._limit:
            raise SourceError(
                f"{self._place}: unpacks to more than {self._limit:,} bytes, far more than its size allows. If it is what it should be, "
                f"unpack it yourself and give the unpacked file"
            )
        return data

    def begins_with(self, mark: bytes) -> bool:
        """Whether the first bytes that are no white space are these; nothing is taken from the stream."""
        return cast("io.BufferedReader", self._raw).peek(_CHUNK).lstrip(b" \t\r\n").startswith(mark)

    def chunks(self) -> Iterator[bytes]:
        """All bytes in pieces of a megabyte."""
        while chunk := self._count(self._raw.read(_CHUNK)):
            yield chunk

    def texts(self, longest: int) -> Iterator[str]:
        """The whole text in pieces of about a megabyte. `SourceError` where more than `longest` bytes hold no ASCII character."""
        kept = b""
        for chunk in self.chunks():
            kept += chunk
            end = settled(kept)
            if len(kept) - end > longest:
                raise SourceError(f"{self._place}: is no text: {longest:,} bytes without one plain character. Name it by what it is")
            if end:
                yield self._decoding.text(kept[:end])
                kept = kept[end:]
        if kept:
            yield self._decoding.text(kept)

    def lines(self, line_bytes: int) -> Iterator[Line]:
        """All lines; bytes that are no text in the file's encoding become replacement marks."""
        number = 0
        while data := self._count(self._raw.readline(line_bytes + 1)):
            number += 1
            if len(data) > line_bytes and not data.endswith(b"\n"):
                self._skip_line(line_bytes)
                yield Line(number, None)
                continue
            yield Line(number, self._decoding.text(data.removesuffix(b"\n").removesuffix(b"\r")))

    def _skip_line(self, line_bytes: int) -> None:
        while data := self._count(self._raw.readline(line_bytes)):
            if data.endswith(b"\n"):
                return


@contextmanager
def opened(place: Place, limits: Limits = LIMITS, encoding: str | None = None, guessed: list[str] | None = None) -> Iterator[Stream]:
    """The place as a stream, unpacked where its name ends in .gz; as bytes of UTF-8 where it is in an encoding of another kind.

    `encoding` is the one declared. Where none is and the text turns out to be no UTF-8, `guessed` is told.
    `SourceError` when it cannot be opened, read or unpacked.
    """
    with _said_plainly(place), place.open() as packed:
        if not place.is_gzip:
            limit = None if place.member is None else place.size
            yield _stream(packed, place, limit, limits, encoding, guessed)
            return
        if packed.read(len(_GZIP_MAGIC)) != _GZIP_MAGIC:
            raise SourceError(f"{place}: is named .gz but is no gzip file. Pack it with gzip, or rename it if it is not packed")
        packed.seek(0)
        with gzip.open(packed, "rb") as unpacked:
            yield _stream(cast("IO[bytes]", unpacked), place, limits.unpacked(place.size), limits, encoding, guessed)


def _stream(raw: IO[bytes], place: Place, limit: int | None, limits: Limits, encoding: str | None, guessed: list[str] | None) -> Stream:
    def again() -> Iterator[bytes]:
        with opened(place, limits) as stream:
            yield from stream.chunks()

    buffered = _buffered(raw)
    decoding, recoded = Decoding.of(str(place), buffered, encoding, again, guessed)
    if recoded is not None:
        buffered = _buffered(Recoded(buffered, recoded, str(place)))
    return Stream(buffered, place, limit, decoding)


def _buffered(raw: IO[bytes] | io.RawIOBase) -> IO[bytes]:
    return cast("IO[bytes]", io.BufferedReader(cast("io.RawIOBase", raw), _CHUNK))


@contextmanager
def places(path: Path, limits: Limits = LIMITS) -> Iterator[list[Place]]:
    """What is read of a file: the file itself, or the members of a zip file in their order, without folders and what is hidden.

    `SourceError` when a zip file is damaged, encrypted, or would unpack to far more than its size allows.
    """
    if path.suffix.lower() != ".zip":
        yield [Place(path)]
        return
    with _said_plainly(Place(path)), zipfile.ZipFile(path) as packed:
        members = [info for info in packed.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
        _require_sane(path, members, limits)
        yield [Place(path, packed, info) for info in members]


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _require_sane(path: Path, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > _MOST_MEMBERS:
        raise SourceError(f"{path}: holds {len(members):,} members, more than {_MOST_MEMBERS:,}. Unpack it yourself and give the folder")
    # No member gives more bytes than it declares, so that the declared sum is a bound.
    declared, allowed = sum(info.file_size for info in members), limits.unpacked(path.stat().st_size)
    if declared > allowed:
        raise SourceError(
            f"{path}: unpacks to more than {allowed:,} bytes, far more than its size allows. If it is what it should be, unpack it "
            f"yourself and give the folder"
        )
    if any(info.flag_bits & _ENCRYPTED for info in members):
        raise SourceError(f"{path}: is encrypted. Unpack it yourself and give the folder")


@contextmanager
def _said_plainly(place: Place) -> Iterator[None]:
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{place}: the packed file is damaged or cut short ({error}). Fetch or pack it again") from error
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise SourceError(f"{place}: is no zip file, or a damaged one, or packed in an unusual way ({error}). Pack it again") from error
    except OSError as error:
        raise SourceError(f"{place}: cannot be read ({error.strerror or error}). Check that the file exists and may be read") from error
