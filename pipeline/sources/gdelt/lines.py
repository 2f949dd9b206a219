"""The text inside a quarter-hour file, line by line: unpacked within limits, decoded, nothing dropped.

Belongs here: what events and articles have in common. Does not: what a line means (`events.py`, `articles.py`).
"""

import io
import re
import struct
import zipfile
import zlib
from datetime import UTC, datetime

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.payloads import Payload

EVENTS_END = ".export.CSV.zip"
ARTICLES_END = ".gkg.csv.zip"

LARGEST_FILE = 400_000_000  # bytes unpacked; the largest ones hold some 50 million
MOST_TIMES = 100  # … for each byte packed; real files unpack to three to ten times their size
ZIP = b"PK"  # with which every zip begins
_STAMP = re.compile(r"^([0-9]{14})\.")


def quarter_of(item: str) -> datetime:
    """The quarter of an hour that a file is named after, in UTC. `SourceError` when it is named after none."""
    stamp = _STAMP.match(item)
    try:
        return datetime.strptime(stamp[1] if stamp else "", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise SourceError(f"GDELT's file {item!r} is not named after a quarter of an hour, such as 20250404103000{EVENTS_END}") from error


def unpacked(payload: Payload) -> bytes:
    """The one file inside the zip, or the body where it is none. `SourceError` when it is broken, empty, or too large to be true."""
    body = payload.body if not payload.body.startswith(ZIP) else _unzipped(payload)
    if not body.strip():
        raise SourceError(f"GDELT's file {payload.item} is empty. A quarter without a row is an outage there, not a quiet quarter")
    return body


def _unzipped(payload: Payload) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(payload.body)) as archive:
            members = archive.infolist()
            largest = min(LARGEST_FILE, MOST_TIMES * len(payload.body))
            if len(members) != 1 or members[0].file_size > largest:
                told = ", ".join(str(member.file_size) for member in members[:3])
                raise SourceError(
                    f"GDELT's file {payload.item} holds {len(members)} files of {told or 'no'} bytes; one of at most {largest} is expected"
                )
            with archive.open(members[0]) as opened:
                return opened.read(largest + 1)  # the checksum is verified at the end; what the directory promises may be a lie
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, struct.error) as error:
        raise SourceError(f"GDELT's file {payload.item} is a broken zip: {error}") from error


def lines_of(payload: Payload) -> pl.DataFrame:
    """Every line of the file in order: `line`, and whether it `is_text`, that is, valid UTF-8. What is not has replacement marks instead.

    Lines end at a line feed and nowhere else. `SourceError` as for `unpacked`.
    """
    body = unpacked(payload).removesuffix(b"\n")
    try:
        lines = body.decode().split("\n")
        texts = pl.repeat(value=True, n=len(lines), dtype=pl.Boolean, eager=True)
    except UnicodeDecodeError:
        raw = body.split(b"\n")
        lines = [line.decode(errors="replace") for line in raw]
        texts = pl.Series([line.encode() == given for line, given in zip(lines, raw, strict=True)], dtype=pl.Boolean)
    return pl.DataFrame({"line": pl.Series(lines, dtype=pl.String).str.strip_suffix("\r"), "is_text": texts})
