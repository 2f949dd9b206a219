"""Opens article files and zip members as streams.

Does not belong here: checks of zip files (`zips.py`), chunks and lines (`streams.py`), what a line means (`formats/`).
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
from pipeline.sources.files.encodings import MAX_GROWTH, Decoder, Utf8Reader, read_byte_order_mark
from pipeline.sources.files.streams import CHUNK, LIMITS, Limits, Stream
from pipeline.sources.files.zips import Member, open_members

_GZIP_MAGIC = b"\x1f\x8b"
_MACOS_FOLDER = "__MACOSX"  # macOS adds this folder with metadata to its zip files


@dataclass(frozen=True)
class Location:
    """A file, or a member of an open zip file."""

    path: Path
    member: Member | None = None

    @property
    def name(self) -> str:
        """The file name, which determines the format."""
        return self.path.name if self.member is None else self.member.name

    @property
    def size(self) -> int:
        """Size in bytes, before gzip is unpacked.

        For a member of a zip file it is the declared size of the member after the zip file is unpacked.
        """
        return self.path.stat().st_size if self.member is None else self.member.byte_count

    @property
    def is_gzip(self) -> bool:
        """Whether the name ends in .gz."""
        return self.name.lower().endswith(".gz")

    def __str__(self) -> str:
        return str(self.path) if self.member is None else f"{self.path}, {self.member.shown}"

    def open_raw(self) -> io.BufferedReader:
        """Open the bytes, without unpacking gzip; the caller closes them."""
        return self.path.open("rb") if self.member is None else self.member.open_raw()


@contextmanager
def open_locations(path: Path, limits: Limits = LIMITS) -> Iterator[list[Location]]:
    """Return the file itself, or the visible members of a zip file.

    Members can be read until the block ends. Not visible are hidden files and folders (names with a dot in front) and macOS metadata.
    Raises `SourceError` for a zip file that is damaged or fails the checks of `zips.open_members` (such as size, names and encryption).
    """
    if path.suffix.lower() != ".zip":
        yield [Location(path)]
        return
    with open_members(path, str(path), limits) as members:
        yield [Location(path, member) for member in members if not _is_hidden(member.name)]


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == _MACOS_FOLDER for part in PurePosixPath(name).parts)


@contextmanager
def open_stream(
    location: Location, limits: Limits = LIMITS, encoding: str | None = None, guessed: list[str] | None = None
) -> Iterator[Stream]:
    """Open a location as a stream, unpacked if it is gzip.

    The encoding is that of a byte order mark, or else `encoding` (from the settings), or else guessed while reading; if the guess is not
    UTF-8, a message is added to `guessed`.
    Raises `SourceError` if it cannot be opened, read or unpacked.
    """
    try:
        with location.open_raw() as packed:
            if not location.is_gzip:
                limit = None if location.member is None else location.size
                yield _to_stream(packed, location, limit, limits, encoding, guessed)
                return
            if not packed.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC):
                raise SourceError(
                    f"{location}: its name ends in .gz but it is no gzip file. Pack it with gzip, or rename it if it is not packed"
                )
            with gzip.open(packed, "rb") as unpacked:
                limit = limits.max_unpacked_bytes(location.size)
                yield _to_stream(cast("io.RawIOBase", unpacked), location, limit, limits, encoding, guessed)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{location}: the gzip file is damaged or cut short ({error}). Fetch or pack it again") from error
    except OSError as error:
        raise SourceError(f"{location}: cannot be read ({error.strerror or error}). Check that the file exists and is readable") from error


def _to_stream(
    raw: io.BufferedReader | io.RawIOBase,
    location: Location,
    limit: int | None,
    limits: Limits,
    declared: str | None,
    guessed: list[str] | None,
) -> Stream:
    """Return the stream of an opened, unpacked location.

    The encoding is that of the byte order mark, or else `declared`, or else guessed from the text. The stream's bytes are UTF-8, unless the
    encoding is guessed. Reading more than `limit` bytes raises `SourceError`; after a conversion to UTF-8 `MAX_GROWTH` times as many are
    allowed.
    """

    def reopen() -> Iterator[bytes]:
        with open_stream(location, limits) as stream:
            yield from stream.chunks()

    buffered = io.BufferedReader(cast("Any", raw), CHUNK)
    encoding = read_byte_order_mark(buffered) or declared
    if encoding is None:
        return Stream(buffered, str(location), limit, Decoder(None, str(location), reopen, guessed))
    if encoding != "utf-8":
        buffered = io.BufferedReader(cast("Any", Utf8Reader(buffered, encoding, str(location))), CHUNK)
        limit = None if limit is None else MAX_GROWTH * limit
    return Stream(buffered, str(location), limit, Decoder("utf-8"))
