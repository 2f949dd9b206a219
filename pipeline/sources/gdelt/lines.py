"""Unpacks and decodes a quarter-hourly file into lines.

Size limits apply, and no line is dropped. Lines are parsed in `events.py` and `articles.py`.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.files.streams import Limits
from pipeline.sources.files.zips import open_members
from pipeline.sources.payloads import Payload

EVENTS_SUFFIX = ".export.CSV.zip"
ARTICLES_SUFFIX = ".gkg.csv.zip"

#: Real files unpack to three to ten times their size, the largest to about 50 million bytes.
LIMITS = Limits(unpacked_bytes=400_000_000, unpacked_ratio=100, unpacked_freely_bytes=1_000_000)
ZIP_MAGIC = b"PK"  # the first bytes of every zip
_STAMP = re.compile(r"^([0-9]{14})\.")


def parse_quarter(item: str) -> datetime:
    """Parse the time at the start of a file's name, in UTC.

    It is the file's quarter-hour, but other times are accepted too. `SourceError` if the name does not start with a time and a dot.
    """
    stamp = _STAMP.match(item)
    try:
        return datetime.strptime(stamp[1] if stamp else "", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise SourceError(f"GDELT's file {item!r} has no quarter-hour in its name, e.g. 20250404103000{EVENTS_SUFFIX}") from error


def unpack(payload: Payload) -> bytes:
    """Return the content of the only file in the zip.

    A body that is not a zip is returned as it is. `SourceError` if it is damaged, blank or too large, or the zip has several files or none.
    """
    body = payload.body if not payload.body.startswith(ZIP_MAGIC) else _unzip(payload)
    if not body.strip():
        raise SourceError(f"GDELT's file {payload.item} is empty. A quarter-hour without rows is an outage of GDELT, not a lack of events")
    return body


def _unzip(payload: Payload) -> bytes:
    """Return the content of the only member of a zip file."""
    label = f"GDELT's file {payload.item}"
    with open_members(payload.body, label, LIMITS, most=1) as files:
        if not files:
            raise SourceError(f"{label} is a zip without a file; check the response of {payload.url}")
        with files[0].open() as stream:
            return b"".join(stream.chunks())


def read_lines(payload: Payload) -> pl.DataFrame:
    """Read the lines of a file in order.

    Columns are `line` and `is_text`: whether it is valid UTF-8 (else it has replacement characters). Only a line feed ends a line; a
    carriage return before it is dropped. `SourceError` as for `unpack`.
    """
    body = unpack(payload).removesuffix(b"\n")
    try:
        lines = body.decode().split("\n")
        is_text = pl.repeat(value=True, n=len(lines), dtype=pl.Boolean, eager=True)
    except UnicodeDecodeError:
        raw_lines = body.split(b"\n")
        lines = [raw.decode(errors="replace") for raw in raw_lines]
        is_text = pl.Series([line.encode() == raw for line, raw in zip(lines, raw_lines, strict=True)], dtype=pl.Boolean)
    return pl.DataFrame({"line": pl.Series(lines, dtype=pl.String).str.strip_suffix("\r"), "is_text": is_text})


def split_fields(lines: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Split the lines at tabs into columns of these names.

    The column `line` is replaced by `width`, the number of its fields. Fields that a line lacks are null; those beyond the last name stay
    in the last column, so that a line of nothing but tabs needs no more memory than its size.
    """
    line = pl.col("line")
    return lines.select(
        pl.exclude("line"),
        (line.str.count_matches("\t", literal=True) + 1).alias("width"),
        line.str.splitn("\t", len(names)).struct.rename_fields(list(names)).alias("fields"),
    ).unnest("fields")
