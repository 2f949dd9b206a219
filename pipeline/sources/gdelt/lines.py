"""The text inside a quarter-hour file, line by line: unpacked within limits, decoded, nothing dropped.

Belongs here: what events and articles have in common. Does not: what a line means (`events.py`, `articles.py`).
"""

import re
from datetime import UTC, datetime

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.files.streams import Limits
from pipeline.sources.files.zips import open_members
from pipeline.sources.payloads import Payload

EVENTS_END = ".export.CSV.zip"
ARTICLES_END = ".gkg.csv.zip"

#: Real files unpack to three to ten times their size, the largest to some 50 million bytes.
LIMITS = Limits(unpacked_bytes=400_000_000, unpacked_ratio=100, unpacked_freely_bytes=1_000_000)
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
    label = f"GDELT's file {payload.item}"
    with open_members(payload.body, label, LIMITS, most=1) as files:
        if not files:
            raise SourceError(f"{label} is a zip without a file in it; see what {payload.url} answers")
        with files[0].open() as opened:
            return b"".join(opened.chunks())


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
