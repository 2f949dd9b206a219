"""Parse dates and times in text, the same way in every package.

Belongs here: text to UTC instants or seconds. Does not: what happens to a row whose date cannot be parsed.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal, overload

import polars as pl

#: Order of the numbers in dates such as 04/05/2025; texts do not show it, so the user sets it for an archive.
DateOrder = Literal["day-month-year", "month-day-year"]
FIRST_YEAR, LAST_YEAR = 1900, 2100  # other years are mistakes, e.g. a price or a row number in the wrong column

# Month names in the languages of the larger trading countries, since feeds write dates in their own language. Longer stems come first.
_MONTHS = {
    stem: f"{number:02d}"
    for number, stems in enumerate(
        (
            "jan ene gen",
            "feb fev fév",
            "mar mär mrt mrz maa",
            "apr abr avr",
            "may mai mei mag maj",
            "juin jun giu",
            "juil jul lug",
            "aug ago aoû aou",
            "sep set",
            "oct okt out ott",
            "nov",
            "dec dez dic déc",
        ),
        start=1,
    )
    for stem in stems.split()
}
# UTC offsets of zone names that feeds write. Ambiguous names: CST is North American, IST Indian, BST British.
_ZONES = {
    "nst": "-03:30", "ast": "-04:00", "adt": "-03:00", "est": "-05:00", "edt": "-04:00", "cst": "-06:00", "cdt": "-05:00", "mst": "-07:00",
    "mdt": "-06:00", "pst": "-08:00", "pdt": "-07:00", "brt": "-03:00", "wet": "+00:00", "west": "+01:00", "bst": "+01:00",
    "cet": "+01:00", "cest": "+02:00", "mez": "+01:00", "mesz": "+02:00", "eet": "+02:00", "eest": "+03:00", "sast": "+02:00",
    "msk": "+03:00", "gst": "+04:00", "pkt": "+05:00", "ist": "+05:30", "wib": "+07:00", "hkt": "+08:00", "sgt": "+08:00", "jst": "+09:00",
    "kst": "+09:00", "aest": "+10:00", "aedt": "+11:00", "nzst": "+12:00", "nzdt": "+13:00",
}  # fmt: skip
# North American names that mean standard time in winter and daylight saving time in summer.
_SEASONAL_ZONES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}
_CENTURY_PIVOT, _SHORT_YEAR = 50, 2  # RFC 2822: two-digit years 00 to 49 are 2000 to 2049, 50 to 99 are 1950 to 1999

_AND_SECONDS = r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,6})[0-9]*)?)?"
_CLOCK = rf"(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}}){_AND_SECONDS}"
_BARE_CLOCK = rf"(?P<hour>[0-9]{{1,2}}):?(?P<minute>[0-9]{{2}}){_AND_SECONDS}"  # e.g. 1500 for 15:00
_HALF = r"(?:(?P<half>[ap])\.?m\.?)"
_OFFSET = r"[+-](?:[0-9]{4}|[0-9]{1,2}(?::[0-9]{2})?)"
_NAMED = "|".join(sorted((*_ZONES, *_SEASONAL_ZONES), key=len, reverse=True))
_ZONE = rf"(?P<zone>(?:utc?|gmt){_OFFSET}|z|utc?|gmt|{_NAMED}|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)"
_REMARK = r"(?:\([^()]*\))?"
_WEEKDAY = r"(?:[\p{L}-]{2,16}(?:\.?,\s*|\.?\s+))?"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\p{{L}}*\.?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_DAY = r"(?P<day>[0-9]{1,2})"
_ISO = (
    rf"(?i)^\s*(?P<year>[0-9]{{4}})[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}})(?:(?:t|\s+){_CLOCK}\s*{_HALF}?\s*{_ZONE}?)?\s*$"
)
# RFC 2822, 822 and 850: `03 Apr 02 1500 GMT`, `Friday, 04-Apr-25 10:30:00 GMT`; `4 de abril de 2025`
_DAY_FIRST = (
    rf"(?i)^\s*{_WEEKDAY}{_DAY}\.?(?:\s+(?:de\s+)?|-){_MONTH}(?:\s+(?:de\s+)?|-){_YEAR}"
    rf"(?:,?\s+{_BARE_CLOCK}\s*{_HALF}?\s*{_ZONE}?\s*{_REMARK})?\s*$"
)
_MONTH_FIRST = (
    rf"(?i)^\s*{_WEEKDAY}{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?,?\s+(?P<year>[0-9]{{4}})"
    rf"(?:,?\s+(?:at\s+)?{_CLOCK}\s*{_HALF}?\s*{_ZONE}?\s*{_REMARK})?\s*$"
)
_CTIME = rf"(?i)^\s*{_WEEKDAY}{_MONTH}\s+{_DAY}\s+{_CLOCK}\s+(?:{_ZONE}\s+)?(?P<year>[0-9]{{4}})\s*$"
_COMPACT = (
    r"(?i)^\s*(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    rf"(?:t?(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})(?P<second>[0-9]{{2}})\s*{_ZONE}?)?\s*$"
)
_FORMATS = (_ISO, _DAY_FIRST, _MONTH_FIRST, _CTIME, _COMPACT)
_MONTH_NUMBER = r"(?P<month>[0-9]{1,2})"
_CLOCK_12 = rf"(?:,?\s+{_CLOCK}\s*{_HALF}?\s*{_ZONE}?)?"
_ORDERED: dict[DateOrder, str] = {
    "day-month-year": rf"(?i)^\s*{_DAY}[/.-]{_MONTH_NUMBER}[/.-]{_YEAR}{_CLOCK_12}\s*$",
    "month-day-year": rf"(?i)^\s*{_MONTH_NUMBER}[/.-]{_DAY}[/.-]{_YEAR}{_CLOCK_12}\s*$",
}
#: Pattern of the beginning of a date that cannot be parsed without its `DateOrder`.
NEEDS_ORDER = r"^\s*[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}"
_PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction", "half", "zone")
_EPOCHS = (
    r"^\s*(?P<whole>[0-9]{9,10})(?:\.(?P<fraction>[0-9]{1,6})[0-9]*)?\s*$",  # nine digits start in March 1973
    r"^\s*(?P<whole>1[0-9]{9})(?P<fraction>[0-9]{6}|[0-9]{3})(?:[0-9]{3})?(?:\.0*)?\s*$",  # only until 2033: fewer other numbers match
)

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US
_LAST_HOUR, _LAST_MINUTE, _LEAP_SECOND, _NOON = 23, 59, 60, 12
_INSTANT = pl.Datetime("us", "UTC")


@overload
def parse_instant(text: pl.Expr, order: DateOrder | None = None) -> pl.Expr: ...
@overload
def parse_instant(text: pl.Series, order: DateOrder | None = None) -> pl.Series: ...
def parse_instant(text: pl.Expr | pl.Series, order: DateOrder | None = None) -> pl.Expr | pl.Series:
    """Parse texts into UTC instants, `Datetime("us", "UTC")`.

    A text that is no date in the years 1900 to 2100 (UTC), both included, gives null. Formats:

    * ISO 8601: `2025-04-04`, `20250404`, `2025-04-04T10:30:00+02:00`, `2025-04-04 10:30:00`; `2025/4/4`, `2025.4.4 10:30 am`
    * feeds and mails: `Fri, 04 Apr 2025 10:30:00 GMT`, `03 Apr 02 1500 GMT`, `Seg, 24 Set 2018 19:42:40 -0300`
    * Unix and Java: `Fri Apr  4 10:30:00 EDT 2025`
    * `April 4, 2025 10:30 am`, `April 4th, 2025 at 10:30 am ET`
    * since 1970: seconds in 9 or 10 digits, or milli-, micro- or nanoseconds in 13, 16 or 19 digits that begin with 1

    Texts such as `04/05/2025` give null without their `order`, and times with an unknown name of a zone always. Without an offset or zone
    the time is UTC; a date alone is midnight UTC. Digits after microseconds are cut off.
    """
    formats = _FORMATS if order is None else (*_FORMATS, _ORDERED[order])
    if isinstance(text, pl.Expr):
        return text.map_batches(lambda series: _parse_series(series, formats), return_dtype=_INSTANT, is_elementwise=True)
    return _parse_series(text, formats)


def _parse_series(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Parse texts into instants, by the one of `formats` that matches.

    If none gives an instant, the text is parsed as a number since 1970. Null if that fails too, or in years not from 1900 to 2100.
    """
    if text.null_count() == len(text):  # as `fetched_at` in most files
        return pl.repeat(None, len(text), dtype=_INSTANT, eager=True).alias(text.name)
    # Step by step, because one large expression would search the text again for every part.
    texts = text.cast(pl.String).to_frame("text")
    groups = texts.select(pl.col("text").str.extract_groups(pattern).alias(f"{place}") for place, pattern in enumerate(formats))
    parts = groups.select(
        pl.coalesce(pl.col(f"{place}").struct.field(name) for place, pattern in enumerate(formats) if f"<{name}>" in pattern).alias(name)
        for name in _PARTS
    )
    written = parts.with_columns(_build_date(), *_build_time(), _build_offset()).select(_build_instant().alias("written"))
    instant = texts.hstack(written).select(pl.coalesce("written", _parse_epoch(pl.col("text"))).cast(_INSTANT).alias(text.name)).to_series()
    return instant.set(~instant.dt.year().is_between(FIRST_YEAR, LAST_YEAR), None)


def _build_date() -> pl.Expr:
    """Build the date from the columns `year`, `month`, `day`; null if impossible.

    They are texts; `month` is a number or the beginning of a name (`_MONTHS`). A year of two digits is in the 2000s if below
    `_CENTURY_PIVOT`, else in the 1900s.
    """
    digits = pl.col("year").cast(pl.Int64)
    is_short = pl.col("year").str.len_chars() == _SHORT_YEAR
    century = pl.when(~is_short).then(0).when(digits < _CENTURY_PIVOT).then(2000).otherwise(1900)
    month = pl.col("month").str.to_lowercase().replace(_MONTHS).str.zfill(2)
    written = pl.concat_str(digits + century, month, pl.col("day").str.zfill(2), separator="-")
    return written.str.to_date("%Y-%m-%d", strict=False).alias("date")


def _build_time() -> Iterator[pl.Expr]:
    """Yield hour, minute, second and microseconds (0 if absent), and `half`.

    The first four are numbers, converted from the text columns of these names; the microseconds are in `fraction`. `half` stays text: `a`
    for am, `p` for pm, null if absent.
    """
    for name in ("hour", "minute", "second"):
        yield pl.col(name).cast(pl.Int64).fill_null(0)
    yield pl.col("fraction").str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
    yield pl.col("half").str.to_lowercase()


def _build_offset() -> pl.Expr:
    """Build minutes east of UTC from the column `zone`.

    It has an offset, a name in `_ZONES`, or a name of UTC (`z`, `gmt`). 0 for UTC and without zone; null if an offset has more than 23
    hours or 59 minutes. Names in `_SEASONAL_ZONES` give 0 too: their offset depends on the day.
    """
    zone = pl.col("zone").str.to_lowercase().str.replace(r"^(?:utc?|gmt)([+-])", "$1").replace(_ZONES)
    hours = zone.str.extract(r"^[+-]([0-9]{1,2})").cast(pl.Int64).fill_null(0)
    minutes = zone.str.extract(r"^[+-](?:[0-9]{1,2}:|[0-9]{2})([0-9]{2})$").cast(pl.Int64).fill_null(0)
    possible = (hours <= _LAST_HOUR) & (minutes <= _LAST_MINUTE)
    return pl.when(possible).then((hours * 60 + minutes) * pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)).alias("offset")


def _build_instant() -> pl.Expr:
    """Build microseconds since 1970; null where a part is impossible.

    Hours are at most 23, or 12 with am or pm; seconds are at most 60 (a leap second). Times that a clock skips in spring are impossible,
    and of two in autumn the earlier one is meant.
    """
    hour, half = pl.col("hour"), pl.col("half")
    latest = pl.when(half.is_null()).then(_LAST_HOUR).otherwise(_NOON)
    possible = (hour <= latest) & (pl.col("minute") <= _LAST_MINUTE) & (pl.col("second") <= _LEAP_SECOND)
    of_day = pl.when(half.is_null()).then(hour).otherwise(hour % _NOON + pl.when(half == "p").then(_NOON).otherwise(0))
    seconds = of_day * 3600 + (pl.col("minute") - pl.col("offset")) * 60 + pl.col("second")
    instant = pl.col("date").cast(pl.Int64) * _DAY_US + seconds * _SECOND_US + pl.col("fraction")
    local = instant.cast(pl.Datetime("us"))
    zone = pl.col("zone").str.to_lowercase()
    for name, clock in _SEASONAL_ZONES.items():
        of_clock = local.dt.replace_time_zone(clock, ambiguous="earliest", non_existent="null").cast(pl.Int64)
        instant = pl.when(zone == name).then(of_clock).otherwise(instant)
    return pl.when(possible).then(instant)


def _parse_epoch(text: pl.Expr) -> pl.Expr:
    """Parse seconds, milli-, micro- or nanoseconds since 1970 into microseconds.

    The number of digits decides the unit: 9 or 10, 13, 16 or 19. Seconds may have decimals; longer numbers must begin with 1 (until 2033).
    Null for any other text.
    """

    def parse(pattern: str) -> pl.Expr:
        parts = text.str.extract_groups(pattern)
        fraction = parts.struct.field("fraction").str.pad_end(6, "0").cast(pl.Int64).fill_null(0)
        return parts.struct.field("whole").cast(pl.Int64) * _SECOND_US + fraction

    return pl.coalesce(map(parse, _EPOCHS))


def parse_retry_after(header: str, now: datetime) -> float:
    """Parse a `Retry-After` header (RFC 9110) into seconds to wait.

    It has either whole seconds, in at most nine digits, or a date, which is UTC if it has no zone. A past date or a header that cannot be
    parsed gives 0.
    """
    seconds = header.strip()
    if _SECONDS.fullmatch(seconds):
        return float(seconds)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())
