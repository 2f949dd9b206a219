"""The members of a zip as bounded streams, whatever the zip is: a broken one, one that unpacks to a thousand times its size, one that lies.

Belongs here: opening, and refusing what cannot be believed. Does not: what a member holds. A member's name is a label and never a path:
nothing is unpacked to the disk.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipeline.sources.errors import SourceError
from pipeline.sources.files.streams import LIMITS, Limits, Stream

MOST_MEMBERS = 10_000
_DIRECTORY_BYTES = 400  # of the list of members, for each: 46 and a name of ordinary length
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1 | 0x40
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# what zipfile raises on what is no zip, depending on where it breaks
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, OSError, ValueError, OverflowError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Member:
    """One file of a zip: its name, which is a label only, and how many bytes it says it unpacks to."""

    name: str
    byte_count: int
    _open: Callable[[], BinaryIO]
    _label: str

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The unpacked bytes. `SourceError` when they are damaged or more than the zip says. One member at a time."""
        with self.unpacked() as reading:
            yield Stream(reading, reading.label, self.byte_count)

    def unpacked(self) -> "Unpacking":
        """The unpacked bytes as a file, to be used in a `with`. `SourceError` when they are damaged."""
        return Unpacking(self._open, f"{self._label}, {self.name}")


@contextmanager
def open_members(zipped: bytes | Path, label: str, limits: Limits = LIMITS, *, most: int = MOST_MEMBERS) -> Iterator[list[Member]]:
    """The files of a zip, given as a body or as a path, in the zip's order and without its folders.

    `SourceError`, before anything is unpacked, when it is no zip, holds more than `most` members or says that it unpacks to more than
    `limits` allow for its size; when members are encrypted, packed by other methods than deflate, overlap, have one name or one that
    leads out of a folder. `label` names the zip in messages.
    """
    with _opened(zipped, label) as file:
        size = file.seek(0, io.SEEK_END)
        guarded = _Guarded(file, most * _DIRECTORY_BYTES, label)
        with _named(label):
            archive = zipfile.ZipFile(guarded)
        guarded.most = None
        with archive:
            entries = archive.infolist()
            _require_believable(entries, size, label, limits, most)
            yield [
                Member(_shown(entry.filename), entry.file_size, _opener(archive, entry), label) for entry in entries if not entry.is_dir()
            ]


@contextmanager
def _opened(zipped: bytes | Path, label: str) -> Iterator[BinaryIO]:
    if isinstance(zipped, bytes):
        yield io.BytesIO(zipped)
        return
    try:
        file = zipped.open("rb")
    except OSError as error:
        raise SourceError(f"{label}: cannot be read ({error.strerror or error}). Check that the file exists and may be read") from error
    with file:
        yield file


def _opener(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: archive.open(entry)  # type: ignore[return-value]


def _require_believable(entries: list[zipfile.ZipInfo], size: int, label: str, limits: Limits, most: int) -> None:
    def refuse(said: str) -> SourceError:
        return SourceError(f"{label}: {said}. It is not unpacked. If it is what it should be, unpack it yourself and give the files")

    if len(entries) > most:
        raise refuse(f"holds {len(entries):,} members, at most {most:,} are read")
    total = sum(entry.file_size for entry in entries)
    if total > limits.unpacked(size):
        raise refuse(f"its {size:,} bytes would unpack to {total:,}, at most {limits.unpacked(size):,} are believed")
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise refuse("two members have one name")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise refuse(f"{_shown(entry.filename)} is encrypted")
        if entry.compress_type not in _METHODS:
            raise refuse(f"{_shown(entry.filename)} is packed by another method than deflate")
        if _leads_out(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise refuse(f"the name {_shown(entry.filename)!r} leads out of the zip")
    spans = sorted((entry.header_offset, entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size) for entry in entries)
    if any(end > begin for (_, end), (begin, _) in pairwise(spans)) or (spans and spans[-1][1] > size):
        raise refuse("members lie over one another")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name


def _shown(name: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in name)[:200]


@contextmanager
def _named(label: str) -> Iterator[None]:
    try:
        yield
    except SourceError:
        raise
    except _DAMAGES as error:
        raise SourceError(f"{label}: is no zip, or a damaged one ({error}). Fetch or pack it again") from error


class _Guarded:
    """A file of which no more than `most` bytes are read at a time: `zipfile` reads the list of members whole, and makes objects of it."""

    def __init__(self, file: BinaryIO, most: int, label: str) -> None:
        self._file, self._label = file, label
        self.most: int | None = max(most, 1 << 17)
        self.seek, self.tell = file.seek, file.tell

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self.most is not None and size > self.most:
            raise SourceError(f"{self._label}: its list of members alone has {size:,} bytes. It is not unpacked. Split it, or unpack it")
        return self._file.read(size)


class Unpacking(io.RawIOBase):
    """An open member, whose damages are named where they are met."""

    def __init__(self, open_member: Callable[[], BinaryIO], label: str) -> None:
        self.label = label
        with _named(label):
            self._file = open_member()

    def close(self) -> None:
        """Close the member."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what io hands over
        """Fill the buffer; the number of bytes, 0 at the end."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none at the end."""
        with _named(self.label):
            return self._file.read(size)

    def readline(self, size: int | None = -1) -> bytes:
        """The rest of the line with its end, at most `size` bytes; none at the end."""
        with _named(self.label):
            return self._file.readline(-1 if size is None else size)
