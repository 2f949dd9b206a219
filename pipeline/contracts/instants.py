"""How a date is read: one way for every part of the house, so that the day a row is filed under is the day the article bears.

Belongs here: text in, UTC instant (or the wait until then) out. Does not: deciding what to do with a row whose date cannot be read.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import overload

import polars as pl

FIRST_YEAR, LAST_YEAR = 1900, 2100  # a year outside is a mistake, such as a price or a row number in the wrong column

_MONTHS = dict(
    zip(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
        (f"{n:02d}" for n in range(1, 13)),
        strict=True,
    )
)
_ZONES = {
    "est": "-05:00",
    "edt": "-04:00",
    "cst": "-06:00",
    "cdt": "-05:00",
    "mst": "-07:00",
    "mdt": "-06:00",
    "pst": "-08:00",
    "pdt": "-07:00",
}

_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,6})[0-9]*)?)?"
_ZONE = rf"(?P<zone>z|utc?|gmt|{'|'.join(_ZONES)}|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)"
_ISO = rf"(?i)^\s*(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})(?:(?:t|\s+){_CLOCK}\s*{_ZONE}?)?\s*$"
_RFC_2822 = (
    rf"(?i)^\s*(?:[a-z]{{3,9}},?\s+)?(?P<day>[0-9]{{1,2}})\s+(?P<month>{'|'.join(_MONTHS)})[a-z]*\s+(?P<year>[0-9]{{4}})"
    rf"\s+{_CLOCK}\s*{_ZONE}?\s*(?:\([^()]*\))?\s*$"
)
_COMPACT = r"^\s*(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})\s*$"
_EPOCH = r"^\s*(?P<whole>[0-9]{9,10})(?:\.(?P<fraction>[0-9]{1,6})[0-9]*)?\s*$"  # nine digits begin in March 1973

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US
_LAST_HOUR, _LAST_MINUTE, _LEAP_SECOND = 23, 59, 60
_INSTANT = pl.Datetime("us", "UTC")


@overload
def parse_instant(text: pl.Expr) -> pl.Expr: ...
@overload
def parse_instant(text: pl.Series) -> pl.Series: ...
def parse_instant(text: pl.Expr | pl.Series) -> pl.Expr | pl.Series:
    """Texts as UTC instants, `Datetime("us", "UTC")`; null where the text is no date or lies outside 1900 to 2100.

    Read are ISO 8601 dates and instants (`2025-04-04`, `20250404`, `2025-04-04T10:30:00+02:00`, `2025-04-04 10:30:00`), RFC 2822
    (`Fri, 04 Apr 2025 10:30:00 GMT`) and seconds since 1970 (9 or 10 digits).
    Without an offset the time is UTC; a date alone is its midnight.
    """
    if isinstance(text, pl.Series):
        return text.cast(pl.String).to_frame("text").select(parse_instant(pl.col("text")).alias(text.name)).to_series()
    written = pl.coalesce(_written(text, _ISO), _written(text, _RFC_2822), _written(text, _COMPACT))
    instant = pl.coalesce(written, _counted(text)).cast(_INSTANT)
    believed = pl.when(instant.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(instant)
    return believed.alias(text.meta.output_name())


def _written(text: pl.Expr, pattern: str) -> pl.Expr:
    """Microseconds since 1970 of dates in the pattern's words; null where a part is impossible (30 February, 25 o'clock)."""
    parts = text.str.extract_groups(pattern)

    def part(name: str) -> pl.Expr:
        return parts.struct.field(name) if f"<{name}>" in pattern else pl.lit(None, pl.String)

    month = part("month").str.to_lowercase().replace(_MONTHS)
    day = pl.concat_str(part("year"), month, part("day").str.zfill(2), separator="-").str.to_date("%Y-%m-%d", strict=False)
    hour, minute, second = (part(name).cast(pl.Int64).fill_null(0) for name in ("hour", "minute", "second"))
    fraction = part("fraction").str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    zone = part("zone").str.to_lowercase().replace(_ZONES)
    zone_hours = zone.str.extract(r"^[+-]([0-9]{2})").cast(pl.Int64).fill_null(0)
    zone_minutes = zone.str.extract(r"^[+-][0-9]{2}:?([0-9]{2})$").cast(pl.Int64).fill_null(0)
    offset = (zone_hours * 60 + zone_minutes) * pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    possible = (
        (hour <= _LAST_HOUR)
        & (minute <= _LAST_MINUTE)
        & (second <= _LEAP_SECOND)
        & (zone_hours <= _LAST_HOUR)
        & (zone_minutes <= _LAST_MINUTE)
    )
    seconds = hour * 3600 + (minute - offset) * 60 + second
    return pl.when(possible).then(day.cast(pl.Int64) * _DAY_US + seconds * _SECOND_US + fraction)


def _counted(text: pl.Expr) -> pl.Expr:
    """Microseconds since 1970 of texts that count seconds."""
    parts = text.str.extract_groups(_EPOCH)
    fraction = parts.struct.field("fraction").str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    return parts.struct.field("whole").cast(pl.Int64) * _SECOND_US + fraction


def retry_after(header: str, now: datetime) -> float:
    """Seconds that a `Retry-After` header asks to wait: a number or a date (RFC 9110); 0 where it asks nothing that can be read."""
    if _SECONDS.fullmatch(header.strip()):
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())
