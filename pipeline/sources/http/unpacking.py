"""Response bodies, decoded from gzip or deflate, up to a size limit.

Does not belong here: connections (`transport.py`), or zip files inside a body (`files/zips.py`).
"""

import zlib
from collections.abc import Generator, Iterable, Iterator

from pipeline.errors import TensionError

#: Content encodings that are requested; the decoded size of others cannot be limited while decoding.
ACCEPTED_ENCODINGS = "gzip, deflate"

_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"
_ZLIB_HEADER_BYTES = 2
_CHUNK = 1 << 16
_ZLIB_HEADER_DIVISOR = 31  # the two bytes of a zlib header are a multiple of it (RFC 1950)


class TooLargeError(TensionError):
    """A body is larger than the limit."""


class DamagedError(TensionError):
    """A body cannot be decoded; the message says why."""


def read_body(chunks: Iterable[bytes], encoding: str, announced: str, limit: int) -> bytes:
    """Read and decode a whole body.

    `encoding` is the Content-Encoding header, `announced` the Content-Length header.
    Raises `TooLargeError` if more than `limit` bytes are announced or decoded, `DamagedError` if the body is invalid or cut, or its
    encoding is unknown.
    """
    if announced.isdecimal() and announced.isascii() and int(announced[:20]) > limit:  # 20 digits are beyond every limit
        raise TooLargeError(f"{int(announced[:20]):,} bytes announced")
    body = bytearray()
    for chunk in _decode(chunks, encoding.strip().lower()):
        body += chunk
        if len(body) > limit:
            raise TooLargeError(f"more than {limit:,} bytes received")
    return bytes(body)


def read_beginning(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Decode the beginning of a body: at most `limit` bytes.

    `encoding` is the Content-Encoding header. A damaged body or unknown encoding raises nothing: what was decoded before is returned.
    """
    beginning = bytearray()
    try:
        for chunk in _decode(chunks, encoding.strip().lower()):
            beginning += chunk
            if len(beginning) >= limit:
                break
    except DamagedError:
        pass
    return bytes(beginning[:limit])


def _decode(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Decode the chunks of a body; `DamagedError` for an unknown encoding."""
    if encoding in ("", "identity"):
        return iter(chunks)
    if encoding in ("gzip", "x-gzip"):
        return _decompress(chunks, _GZIP)
    if encoding == "deflate":
        return _decompress(chunks, None)
    raise DamagedError(f"it is encoded as {encoding[:40]!r}, although only {ACCEPTED_ENCODINGS} were accepted")


def _decompress(chunks: Iterable[bytes], wbits: int | None) -> Iterator[bytes]:
    """Decompress chunks to chunks of at most `_CHUNK` bytes.

    Output is limited so that a decompression bomb is detected while it is small. `wbits` is zlib's number of a format; None: detect zlib's
    or raw deflate. Raises `DamagedError` if the body is invalid or ends too early; no bytes at all are an empty body.
    """
    decompressor, data = None, b""
    for chunk in chunks:
        data += chunk
        if decompressor is None and len(data) >= _ZLIB_HEADER_BYTES:
            decompressor = zlib.decompressobj(_detect_wbits(data) if wbits is None else wbits)
        if decompressor is not None:
            decompressor, data = yield from _decompress_chunk(decompressor, data)
    if (decompressor is None and data) or (decompressor is not None and not decompressor.eof):
        raise DamagedError("it ends in the middle of its compressed body")


def _decompress_chunk(decompressor: "zlib._Decompress", data: bytes) -> Generator[bytes, None, tuple["zlib._Decompress", bytes]]:
    """Yield the decompressed data of one chunk.

    Returns the decompressor for the next chunk, and what to put before that chunk: the first byte of a gzip header that was cut, or
    nothing. Data after the compressed body that does not start another gzip member is ignored.
    """
    while True:
        if decompressor.eof:
            if not data.startswith(_GZIP_MAGIC):
                return decompressor, data if data == _GZIP_MAGIC[:1] else b""
            decompressor = zlib.decompressobj(_GZIP)
        try:
            out = decompressor.decompress(data, _CHUNK)
        except zlib.error as error:
            raise DamagedError(f"it cannot be decompressed ({error})") from error
        yield out
        data = decompressor.unused_data if decompressor.eof else decompressor.unconsumed_tail
        if not data and len(out) < _CHUNK:
            return decompressor, b""


def _detect_wbits(data: bytes) -> int:
    """Detect the format of a `deflate` body: with zlib's header or raw.

    `data`: at least its first two bytes. Returns the number by which zlib knows the format (`wbits`). HTTP defines `deflate` as the format
    with the header, but some servers send the raw one.
    """
    return _ZLIB if data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % _ZLIB_HEADER_DIVISOR == 0 else _RAW
