"""Which encoding the text of a file has, and its bytes as text.

Belongs here: byte order marks, the declared encoding, and the guess where there is neither. Does not: opening files (`places.py`).

UTF-8 is believed first. As long as a file holds nothing but ASCII nothing need be decided; the first other bytes decide for the whole file,
so that it does not matter in which pieces it is read.
"""

import codecs
import io
from collections.abc import Callable, Iterator

from pipeline.sources.errors import SourceError

GUESS = "cp1252"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next, so it is looked for first
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK = 1 << 20
_REPLACED = "\ufffd"
_FIRST_NOT_ASCII = 0x80


def announced(raw: io.BufferedReader) -> str | None:
    """The encoding that a byte order mark at the start names, and the mark taken away; None where there is no mark."""
    head = raw.peek(len(codecs.BOM_UTF32_LE))
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            raw.read(len(mark))
            return encoding
    return None


class Decoding:
    """Bytes of one file as text. What is no text in its encoding becomes a replacement mark."""

    def __init__(
        self,
        encoding: str | None,
        place: str = "",
        again: Callable[[], Iterator[bytes]] = lambda: iter(()),
        guessed: list[str] | None = None,
    ) -> None:
        """Without an `encoding` it is guessed: `again` gives all bytes of the `place` once more; `guessed` is told when it is no UTF-8."""
        self._encoding, self._place, self._again, self._guessed = encoding, place, again, guessed

    def text(self, data: bytes) -> str:
        """A whole line, or a piece that ends in an ASCII character."""
        if self._encoding is None:
            if data.isascii():
                return data.decode("ascii")
            self._encoding = self._decided(data)
        return data.decode(self._encoding, "replace")

    def _decided(self, data: bytes) -> str:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            if self._is_mostly_utf8():
                return "utf-8"
            if self._guessed is not None:
                self._guessed.append(
                    f"{self._place} is no UTF-8 and was read as Windows-1252; if that is wrong, give its encoding in the settings"
                )
            return GUESS
        return "utf-8"

    def _is_mostly_utf8(self) -> bool:
        """Whether the file has more characters beyond ASCII that are UTF-8 than bytes that are not: then it is UTF-8 with errors in it."""
        right = wrong = 0
        for data in _cut_safely(self._again()):
            text = data.decode("utf-8", "replace")
            replaced = text.count(_REPLACED) - data.count(_REPLACED.encode())  # some writers put the mark itself
            wrong += replaced
            right += len(text) - len(text.encode("ascii", "ignore")) - replaced
        return right >= wrong


class Recoded(io.RawIOBase):
    """A file of any encoding as bytes of UTF-8, so that lines end in the same byte in every file."""

    def __init__(self, raw: io.BufferedReader, encoding: str, place: str) -> None:
        self._raw, self._place, self._encoding = raw, place, encoding
        self._decode = codecs.getincrementaldecoder(encoding)("replace").decode
        self._ready, self._at, self._is_over = b"", 0, False

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override] # what io hands over
        """Fill the buffer; the number of bytes, 0 at the end."""
        while self._at == len(self._ready) and not self._is_over:
            data = self._raw.read(_CHUNK)
            self._is_over = not data
            try:
                self._ready, self._at = self._decode(data, self._is_over).encode("utf-8", "replace"), 0
            except UnicodeError as error:
                raise SourceError(f"{self._place}: cannot be read as {self._encoding} ({error}). Correct its encoding") from error
        some = self._ready[self._at : self._at + len(buffer)]
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)


def settled(data: bytes) -> int:
    """Where bytes may be cut without cutting a character: behind the last that is ASCII."""
    end = len(data)
    while end and data[end - 1] >= _FIRST_NOT_ASCII:
        end -= 1
    return end


def _cut_safely(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut so that no character of UTF-8 is cut."""
    kept = b""
    for chunk in chunks:
        kept += chunk
        end = settled(kept) or (len(kept) if len(kept) > _CHUNK else 0)  # so long without ASCII is no text anyway
        yield kept[:end]
        kept = kept[end:]
    yield kept
