"""Text encodings of article files: detection and decoding.

Does not belong here: opening files (`locations.py`).
"""

import codecs
import io
from collections.abc import Callable, Iterator

from pipeline.sources.decoding import FALLBACK, LONGEST_MARK, count_characters, find_byte_order_mark
from pipeline.sources.errors import SourceError

_CHUNK = 1 << 20
_FIRST_NON_ASCII = 0x80
_WITH_MARK = ("utf-16", "utf-32")  # decoding fails only if the byte order mark is missing


def read_byte_order_mark(raw: io.BufferedReader) -> str | None:
    """Consume a byte order mark at the start, and return its encoding.

    Returns None, and consumes nothing, if there is none.
    """
    length, encoding = find_byte_order_mark(raw.peek(LONGEST_MARK))
    raw.read(length)
    return encoding


class Decoder:
    """Decodes the bytes of one file; invalid bytes become replacement characters.

    Without an `encoding`, one is guessed at the first chunk or line that is not ASCII, and then used for the rest of the file: UTF-8 if
    that part is valid UTF-8, or at least half of the non-ASCII characters of the file, read again (`reopen`), are; else Windows-1252.
    """

    def __init__(
        self,
        encoding: str | None,
        label: str = "",
        reopen: Callable[[], Iterator[bytes]] = lambda: iter(()),
        guessed: list[str] | None = None,
    ) -> None:
        """Set the encoding, or what is needed to guess it.

        `reopen` returns all bytes of the file again; if Windows-1252 is guessed, a message with `label` is added to `guessed`.
        """
        self._encoding, self._label, self._reopen, self._guessed = encoding, label, reopen, guessed

    def decode(self, data: bytes) -> str:
        """Decode a whole line, or a chunk that ends in ASCII."""
        if self._encoding is None:
            if data.isascii():
                return data.decode("ascii")
            self._encoding = self._guess_encoding(data)
        return data.decode(self._encoding, "replace")

    def _guess_encoding(self, data: bytes) -> str:
        """Guess the encoding from the first data that is not ASCII.

        It is UTF-8 if all of `data` is valid UTF-8. If not, the whole file is read: it is UTF-8 if at least half of its characters that are
        not ASCII are, otherwise Windows-1252.
        """
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            if self._is_mostly_utf8():
                return "utf-8"
            if self._guessed is not None:
                self._guessed.append(
                    f"{self._label} is not UTF-8 and was read as Windows-1252; if that is wrong, set its encoding in the settings"
                )
            return FALLBACK
        return "utf-8"

    def _is_mostly_utf8(self) -> bool:
        """Return whether at least half of the non-ASCII characters are UTF-8.

        The whole file is read again. An invalid sequence of bytes counts as one character.
        """
        valid = invalid = 0
        for data in _split_at_ascii(self._reopen()):
            text = data.decode("utf-8", "replace")
            non_ascii, replaced = count_characters(text, data)
            invalid += replaced
            valid += non_ascii - replaced
        return valid >= invalid


#: One byte of another encoding, valid or not, becomes at most this many bytes in UTF-8.
MAX_GROWTH = 3


class Utf8Reader(io.RawIOBase):
    """A file of any encoding, read as UTF-8 bytes.

    So lines end with the same byte in every encoding, UTF-16 included. Bytes that are invalid in `encoding` become replacement characters.
    `SourceError` if decoding fails altogether, e.g. `utf-16` without a byte order mark.
    """

    def __init__(self, raw: io.BufferedReader, encoding: str, label: str) -> None:
        self._raw, self._label, self._encoding = raw, label, encoding
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self._ready, self._position, self._is_finished = b"", 0, False

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override] # what io passes
        """Fill the buffer, perhaps in part, and return the number of bytes.

        It is 0 at the end of the file.
        """
        while self._position == len(self._ready) and not self._is_finished:
            data = self._raw.read(_CHUNK)
            self._is_finished = not data
            try:
                self._ready, self._position = self._decode(data, self._is_finished).encode("utf-8", "replace"), 0
            except UnicodeError as error:
                name = codecs.lookup(self._encoding).name
                advice = f"Set its encoding to {name}-le or {name}-be" if name in _WITH_MARK else "Correct its encoding"
                raise SourceError(f"{self._label}: cannot be decoded as {self._encoding} ({error}). {advice}") from error
        data = self._ready[self._position : self._position + len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def find_ascii_end(data: bytes) -> int:
    """Return the position after the last ASCII byte.

    It is 0 if there is none. A cut there never splits a UTF-8 character.
    """
    end = len(data)
    while end and data[end - 1] >= _FIRST_NON_ASCII:
        end -= 1
    return end


def _split_at_ascii(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in chunks that split no UTF-8 character.

    Yielded chunks may be empty. More than 1 MiB without ASCII, which is not text, may be split anywhere.
    """
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = find_ascii_end(rest) or (len(rest) if len(rest) > _CHUNK else 0)  # a chunk without ASCII is not text anyway
        yield rest[:end]
        rest = rest[end:]
    yield rest
