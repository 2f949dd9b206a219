"""The body of an answer, unpacked from its content encoding, never larger than its limit, whatever is sent.

Belongs here: announced and real sizes, gzip and deflate of HTTP. Does not: connections (`wire.py`), or archives that are payloads
themselves (`files/zips.py`).
"""

import zlib
from collections.abc import Generator, Iterable, Iterator

#: What is asked for; of other encodings the unpacked size cannot be bounded while unpacking.
ACCEPTED = "gzip, deflate"

_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_HEAD = 2  # bytes by which zlib's format is known
_PIECE = 1 << 16
_ZLIB_HEADER = 31  # its two bytes are a multiple of this (RFC 1950)


class TooLargeError(Exception):
    """More bytes than are taken."""


class DamagedError(Exception):
    """The body cannot be unpacked; the message says why."""


def body(pieces: Iterable[bytes], encoding: str, announced: str, limit: int) -> bytes:
    """The whole body. `TooLargeError` when more than `limit` bytes are announced or come, `DamagedError` when it cannot be unpacked.

    `encoding` is the header Content-Encoding, `announced` Content-Length. An announced size is believed before anything is read.
    """
    if announced.isdecimal() and announced.isascii() and int(announced[:20]) > limit:
        raise TooLargeError(f"{int(announced[:20]):,} bytes are announced")
    whole = bytearray()
    for piece in _unpacked(pieces, encoding.strip().lower()):
        whole += piece
        if len(whole) > limit:
            raise TooLargeError(f"more than {limit:,} bytes came")
    return bytes(whole)


def beginning(pieces: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The first bytes of a body, at most `limit`; as much as could be unpacked where it is damaged."""
    begun = bytearray()
    try:
        for piece in _unpacked(pieces, encoding.strip().lower()):
            begun += piece
            if len(begun) >= limit:
                break
    except DamagedError:
        pass
    return bytes(begun[:limit])


def _unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        return iter(pieces)
    if encoding in ("gzip", "x-gzip"):
        return _inflated(pieces, _GZIP)
    if encoding == "deflate":
        return _inflated(pieces, None)
    raise DamagedError(f"it is packed as {encoding[:40]!r}, although only {ACCEPTED} were asked for")


def _inflated(pieces: Iterable[bytes], window: int | None) -> Iterator[bytes]:
    """In pieces of at most `_PIECE` bytes, so that a bomb is noticed while it is still small."""
    unpacker, data = None, b""
    for piece in pieces:
        data += piece
        if unpacker is None and len(data) >= _HEAD:
            unpacker = zlib.decompressobj(_window(data) if window is None else window)
        if unpacker is not None:
            unpacker, data = yield from _inflated_piece(unpacker, data)
    if (unpacker is None and data) or (unpacker is not None and not unpacker.eof):
        raise DamagedError("it ends in the middle of its packed body")


def _inflated_piece(unpacker: "zlib._Decompress", data: bytes) -> Generator[bytes, None, tuple["zlib._Decompress", bytes]]:
    """What the data unpack to; returns what unpacks the next ones, and the beginning of another packed part where it is cut.

    What follows a packed body and is not packed is no part of it.
    """
    while True:
        if unpacker.eof:
            if not data.startswith(_GZIP_MAGIC):
                return unpacker, data if data == _GZIP_MAGIC[:1] else b""
            unpacker = zlib.decompressobj(_GZIP)
        try:
            out = unpacker.decompress(data, _PIECE)
        except zlib.error as error:
            raise DamagedError(f"it cannot be unpacked ({error})") from error
        yield out
        data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        if not data and len(out) < _PIECE:
            return unpacker, b""


def _window(data: bytes) -> int:
    """`deflate` means zlib's format, but some servers send it bare."""
    return _ZLIB if data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % _ZLIB_HEADER == 0 else _RAW
