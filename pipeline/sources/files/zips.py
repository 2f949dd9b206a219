"""Members of zip files as streams, within limits.

Nothing is unpacked to the disk here (`formats/parquet.py` does it). The name of a member is a label, never a path.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from pipeline.sources.decoding import to_printable
from pipeline.sources.errors import SourceError
from pipeline.sources.files.streams import CHUNK, LIMITS, Limits, Stream

MOST_MEMBERS = 10_000
_DIRECTORY_BYTES = 400  # for each member in the zip's list of members: 46, and a name of usual length
_LOCAL_HEADER_BYTES = 30
_NAME_SHOWN = 200  # characters
_ENCRYPTED = 0x1 | 0x40
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# Errors that zipfile raises on damaged files.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True)
class Member:
    """A file in a zip file, with its declared unpacked size.

    `name` is its path in the zip file, printable and of any length; `shown` is its shortened form for messages.
    """

    name: str
    byte_count: int
    _open: Callable[[], IO[bytes]]
    _label: str

    @property
    def shown(self) -> str:
        """The name, with the middle left out if it is long."""
        return _shorten(self.name)

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """Open the unpacked bytes of a member as a stream.

        Several members can be open at once. Opening or reading raises `SourceError` if the bytes differ from their checksum. Bytes beyond
        the declared number are not read.
        """
        with self.open_raw() as file:
            yield Stream(file, f"{self._label}, {self.shown}", self.byte_count)

    def open_raw(self) -> io.BufferedReader:
        """Open the unpacked bytes of a member as a file.

        The caller closes it. Raises `SourceError` if the bytes are damaged.
        """
        return io.BufferedReader(_MemberFile(self._open, f"{self._label}, {self.shown}"), CHUNK)


@contextmanager
def open_members(zipped: bytes | Path, label: str, limits: Limits = LIMITS, *, most: int = MOST_MEMBERS) -> Iterator[list[Member]]:
    """Open a zip file (bytes or path) and return its files.

    They are in the order of the zip's list, without folders. `label` names the file in messages.
    Raises `SourceError`, before anything is unpacked, if it is not a zip file, has more than `most` members (with folders), or declares a
    total unpacked size above `limits`. Raises it also if a member is encrypted, is compressed by another method than deflate, overlaps
    another, has no name or the name of another, is a symbolic link, or has a name that leads out of the folder.
    """
    with _open_file(zipped, label) as file:
        size = file.seek(0, io.SEEK_END)
        bounded = _BoundedFile(file, most * _DIRECTORY_BYTES, label)
        with _convert_errors(label):
            archive = zipfile.ZipFile(bounded)
        bounded.most = None
        with archive:
            entries = archive.infolist()
            _check_entries(entries, size, label, limits, most)
            yield [
                Member(to_printable(entry.filename), entry.file_size, partial(archive.open, entry), label)
                for entry in entries
                if not entry.is_dir()
            ]


@contextmanager
def _open_file(zipped: bytes | Path, label: str) -> Iterator[BinaryIO]:
    """Open a zip file from bytes or a path."""
    if isinstance(zipped, bytes):
        yield io.BytesIO(zipped)
        return
    try:
        file = zipped.open("rb")
    except OSError as error:
        raise SourceError(f"{label}: cannot be read ({error.strerror or error}). Check that the file exists and is readable") from error
    with file:
        yield file


def _check_entries(entries: list[zipfile.ZipInfo], size: int, label: str, limits: Limits, most: int) -> None:
    """Raise `SourceError` for the reasons in `open_members`.

    `size` is that of the zip file in bytes.
    """

    def rejection(reason: str) -> SourceError:
        return SourceError(f"{label}: {reason}, so it is not unpacked. If the content is correct, unpack it yourself and give the files")

    if len(entries) > most:
        raise rejection(f"it has {len(entries):,} members, the limit is {most:,}")
    total = sum(entry.file_size for entry in entries)
    if total > limits.max_unpacked_bytes(size):
        raise rejection(f"its {size:,} bytes would unpack to {total:,}, the limit is {limits.max_unpacked_bytes(size):,}")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or "" in names:
        raise rejection("two members have the same name, or one has none")
    for entry in entries:
        shown = _shorten(to_printable(entry.filename))
        if entry.flag_bits & _ENCRYPTED:
            raise rejection(f"{shown} is encrypted")
        if entry.compress_type not in _METHODS:
            raise rejection(f"{shown} is compressed by another method than deflate")
        if _leads_out(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise rejection(f"the name {shown!r} leads out of the folder")
    spans = sorted((entry.header_offset, entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size) for entry in entries)
    if any(end > start for (_, end), (start, _) in pairwise(spans)) or (spans and spans[-1][1] > size):
        raise rejection("its members overlap")


def _shorten(name: str) -> str:
    """Leave out the middle of a name of more than `_NAME_SHOWN` characters."""
    half = _NAME_SHOWN // 2
    return name if len(name) <= _NAME_SHOWN else f"{name[:half]}…{name[-half:]}"


def _leads_out(name: str) -> bool:
    """Return whether a member's name, as a path, may leave its folder.

    True for an absolute path, and for any name with a part `..` or a colon.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name


@contextmanager
def _convert_errors(label: str) -> Iterator[None]:
    """Convert errors of a damaged zip file in the block to `SourceError`."""
    try:
        yield
    except SourceError:
        raise
    except _ZIP_ERRORS as error:
        raise SourceError(f"{label}: is not a zip file, or a damaged one ({error}). Fetch or pack it again") from error


class _BoundedFile:
    """A zip file that rejects reads of more than `most` bytes.

    They raise `SourceError`; a read without a size is always allowed. A `most` below 128 KiB counts as 128 KiB; None, set later, allows
    every read. `zipfile` reads the whole list of members at once, which a hostile file can make very long.
    """

    def __init__(self, file: BinaryIO, most: int, label: str) -> None:
        self._file, self._label = file, label
        self.most: int | None = max(most, 1 << 17)  # zipfile may read the last 64 KB to find the directory
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.most is not None and size > self.most:
            raise SourceError(
                f"{self._label}: its list of members has {size:,} bytes, so it is not unpacked. Split it, or unpack it yourself"
            )
        return self._file.read(size)


class _MemberFile(io.RawIOBase):
    """An open member; errors while reading raise `SourceError` with its label."""

    def __init__(self, open_member: Callable[[], IO[bytes]], label: str) -> None:
        self._label = label
        self._file: IO[bytes] = io.BytesIO()  # Python calls `close` also if the member cannot be opened
        with _convert_errors(label):
            self._file = open_member()

    def close(self) -> None:
        """Close the member."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what io passes
        """Fill the buffer, perhaps in part, and return the number of bytes.

        It is 0 at the end of the member.
        """
        with _convert_errors(self._label):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
