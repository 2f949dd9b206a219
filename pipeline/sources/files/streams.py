"""Files as streams of chunks or lines, within limits of memory.

Does not belong here: opening files (`locations.py`, `zips.py`), encodings (`encodings.py`), what a line means (`formats/`).
"""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.sources.errors import SourceError
from pipeline.sources.files.encodings import Decoder, find_ascii_end

CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits on file size and memory, in bytes and rows.

    `line_bytes` is for one line or item, `unpacked_…` are for one packed file (`max_unpacked_bytes`), `batch_…` for the rows in memory at
    once. News text compresses 3 to 20 times, while deflate can reach 1,000 times; `unpacked_ratio` is between.
    """

    line_bytes: int = 10_000_000
    unpacked_bytes: int = 50_000_000_000
    unpacked_ratio: int = 200
    unpacked_freely_bytes: int = 10_000_000
    batch_rows: int = 20_000
    batch_bytes: int = 32_000_000

    def max_unpacked_bytes(self, packed_bytes: int) -> int:
        """Return the most bytes that a packed file may unpack to.

        It is `unpacked_ratio` times `packed_bytes`, but at least `unpacked_freely_bytes`, and never more than `unpacked_bytes`. This stops
        packed files that are built to fill the memory.
        """
        return min(self.unpacked_bytes, max(self.unpacked_freely_bytes, self.unpacked_ratio * packed_bytes))


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file.

    `number` starts at 1; `text` has no line end, and is None if the line is too long. Consecutive empty lines can be one `Line`: it has the
    number of the first, and its text is the line feeds between them.
    """

    number: int
    text: str | None

    @property
    def is_blank(self) -> bool:
        """Whether the line is empty or has only white space.

        Such a line is not a row. A line that is too long is not blank.
        """
        return self.text is not None and not self.text.strip(" \t\r\n")


class Stream:
    """The bytes of an open file, up to a limit.

    `label` names it in messages; the default `decoder` is UTF-8. Reading raises `SourceError` once more than `limit` bytes were read; None
    is no limit.
    """

    def __init__(self, raw: io.BufferedReader, label: str, limit: int | None, decoder: Decoder | None = None) -> None:
        self._raw, self._label, self._limit, self._byte_count = raw, label, limit, 0
        self._decoder = decoder or Decoder("utf-8")

    def _count(self, data: bytes) -> bytes:
        """Count the bytes read, and return them; `SourceError` above the limit."""
        self._byte_count += len(data)
        if self._limit is not None and self._byte_count > self._limit:
            raise SourceError(
                f"{self._label}: unpacks to more than {self._limit:,} bytes, which is too much for its packed size. If the content is "
                f"correct, unpack it yourself and give the unpacked file"
            )
        return data

    def starts_with(self, prefix: bytes) -> bool:
        """Return whether the stream starts with `prefix` after white space.

        Nothing is consumed.
        """
        return self._raw.peek(CHUNK).lstrip(b" \t\r\n").startswith(prefix)

    def chunks(self) -> Iterator[bytes]:
        """Yield all bytes in chunks of at most 1 MiB."""
        while chunk := self._count(self._raw.read(CHUNK)):
            yield chunk

    def text_chunks(self, longest: int) -> Iterator[str]:
        """Yield the text in chunks of about a megabyte.

        Each but the last ends with an ASCII character, so no character is split. The bytes after it go to the next chunk; `SourceError` if
        they are more than `longest`, as in a file that is not text.
        """
        rest = b""
        for chunk in self.chunks():
            rest += chunk
            end = find_ascii_end(rest)
            if len(rest) - end > longest:
                raise SourceError(
                    f"{self._label}: is not text, {longest:,} bytes have no ASCII character. Give the file the extension of its format"
                )
            if end:
                yield self._decoder.decode(rest[:end])
                rest = rest[end:]
        if rest:
            yield self._decoder.decode(rest)

    def lines(self, line_bytes: int) -> Iterator[Line]:
        """Yield all lines, without a byte order mark.

        A line feed ends a line; a carriage return before it is dropped. The text of a line longer than `line_bytes` is None. Consecutive
        empty lines may be one `Line`.
        """
        number = 0
        while data := self._count(self._raw.readline(line_bytes + 1)):
            number += 1
            if data == b"\n":
                more = self._skip_empty_lines()
                yield Line(number, "\n" * more)
                number += more
                continue
            if len(data) > line_bytes and not data.endswith(b"\n"):
                self._skip_line(line_bytes)
                yield Line(number, None)
                continue
            if number == 1:
                data = data.removeprefix(codecs.BOM_UTF8)
            yield Line(number, self._decoder.decode(data.removesuffix(b"\n").removesuffix(b"\r")))

    def _skip_empty_lines(self) -> int:
        """Skip the empty lines that are buffered, and return their number.

        A small packed file may have millions.
        """
        ahead = self._raw.peek(CHUNK)
        count = len(ahead) - len(ahead.lstrip(b"\n"))
        if count:
            self._count(self._raw.read(count))
        return count

    def _skip_line(self, line_bytes: int) -> None:
        while data := self._count(self._raw.readline(line_bytes)):
            if data.endswith(b"\n"):
                return
