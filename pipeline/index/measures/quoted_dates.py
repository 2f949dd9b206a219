"""Dates in a quoted sentence about a measure.

They are the day on which the measure takes effect, the end of a suspension, and the deadline of a threat. Belongs here: what one sentence
says, relative to the day of its article. Does not: which act the sentence is about (`reports.py`).
"""

import re
from datetime import timedelta

import polars as pl

#: A month and day without a year mean the next such day, if it is at most this many days away.
MAX_DAYS_AHEAD = 200
#: A suspension or a term ("for 90 days") ends at most two years after the article, else its end is not taken.
MAX_TERM_DAYS = 731

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|March|Mar|April|Apr|May|June?|July?|"
    r"Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
# "Saturday, April 5", "April 2nd".
_DAY = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?"
    rf"(?:(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? (?P<month2>{_MONTH}))"
    r"(?:,? (?P<year>20\d\d)|,? (?:of )?(?P<next_year>next year))?\b"
)
_UNNAMED_DAY = re.sub(r"\?P<\w+>", "?:", _DAY)
# "delays it from June 15 to July 15" names the day on which it was to start, too.
_FROM_TO = rf"\bfrom (?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|{_UNNAMED_DAY}) to ({_UNNAMED_DAY})"
_DELAYED_TO = rf"(?i)\b(?:delay|postpon|put(?:ting)? off|push|defer|mov|extend)\w*\b[^;.]{{0,100}}? to {_DAY}"
# The day of a hearing or a vote on a measure is not that of the measure.
_OTHER_EVENT = rf"(?i)\b(?:hearings?|votes?|talks|meetings?|summits?|comments?) (?:\w+ )?(?:on|for|by|until) {_UNNAMED_DAY}"
_STARTS = "on|from|starting|beginning|effective|as of|starts?|begins?"
_ON = rf"\b(?:{_STARTS}) {_DAY}"
# A weekday after "on" alone is mostly that of the report, one after "starts" often today.
_STARTS_ON = r"(?:from|(?:starting|beginning|effective|as of)(?: on)?)"
_FROM_WEEKDAY = rf"\b{_STARTS_ON} (?P<weekday>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
_UNTIL = rf"\b(?:until|till|through) {_DAY}"
_BY = rf"\b(?:{_STARTS}|by|before|until|till|through|to) (?:the end of )?{_DAY}"
_BY_WEEKDAY = rf"\b(?:{_STARTS_ON}|by|before|until|till) (?:the end of )?(?P<weekday>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
_BY_MONTH = rf"\b(?:from|by|before|until|till) (?:early |the start of |the beginning of )?(?P<month>{_MONTH})\b(?P<more>,? ?\d)?"
_FROM_NEXT_MONTH = r"(?i)\b(?:from|starting|beginning|by) (?:early )?next month\b"
_TERM = r"(?P<number>\d{1,3}|an?|one|two|three|six|nine|twelve) (?:more )?(?P<unit>day|week|month|year)s?\b"
_WITHIN = rf"(?i)\b(?:in|within|by) (?:up to |another |a further |about )?{_TERM}"
_WITHIN_OR_FOR = rf"(?i)\b(?:in|within|for|by) (?:up to |another |a further |about )?{_TERM}"
_FOR = rf"(?i)\bfor (?:up to |another |a further )?{_TERM}"
# A term that looks back: "the first cargo in two years".
_LOOKING_BACK = (
    r"(?i)\b(?:first|last|lowest|highest|worst|best|largest|biggest|most)\b[^,;.]{0,60}?\bin (?:more than |over |nearly |almost )?"
    r"(?:\d{1,3}|an?|one|two|three|six|nine|twelve) (?:day|week|month|year)s?\b"
)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "six": 6, "nine": 9, "twelve": 12}


def add_quoted_dates(claims: pl.DataFrame) -> pl.DataFrame:
    """Add the days `due_on` and `until_on` that a sentence names.

    `claims` has `quote` (the sentence), `told_on` (day of the article) and `effect`. `due_on`: a day 1 to `MAX_DAYS_AHEAD` days after the
    article's on which the measure takes effect ("delayed to May 2", else "from April 10" or "on 1 August", else "from Thursday" or
    "starting Thursday"; a weekday after "on" is mostly the day of the report and does not count). `until_on`: end of a suspension ("until
    November 10", else "for 90 days" from the day of the article), only where `effect` is `suspended`, and 1 to `MAX_TERM_DAYS` days after
    the article's. Each is null if the sentence names no such day; of several days in one form only the first in the sentence is read.
    """
    return claims.with_columns(
        due_on=_parse_due_on(),
        until_on=pl.when(pl.col("effect") == "suspended").then(
            pl.coalesce(_parse_next_day(_UNTIL, MAX_TERM_DAYS), _parse_term(_FOR, pl.col("quote")))
        ),
    )


def add_quoted_deadlines(claims: pl.DataFrame) -> pl.DataFrame:
    """Add the days `due_on` and `deadline_on` that a sentence names.

    `claims` has `quote` (the sentence), `told_on` (day of the article) and `kind`. `due_on` is as in `add_quoted_dates`. `deadline_on`, of
    a threat, is 1 to `MAX_DAYS_AHEAD` days after the article, or up to `MAX_TERM_DAYS` days if it is given as a term: "from June 1", "by
    the end of Tuesday", "delays it to July 9", "within 90 days", "from November" or "from next month" (its first day). A term after "for"
    is the end of what is eased, and no day of a threat or measure. If a sentence names several, a date wins over a weekday, a weekday over
    a month, a month over a term; of several in one form only the first is read. A term that looks back ("the worst in two years") does not
    count; the day of a hearing is ignored. Each day is null if the sentence names none.
    """
    is_imposed = pl.col("kind").is_in(["threat", "measure"])
    ahead = _measure_text().str.replace_all(_LOOKING_BACK, "")
    term = pl.when(is_imposed).then(_parse_term(_WITHIN, ahead)).otherwise(_parse_term(_WITHIN_OR_FOR, ahead))
    next_month = pl.when(pl.col("quote").str.contains(_FROM_NEXT_MONTH)).then(pl.col("told_on").dt.month_start().dt.offset_by("1mo"))
    deadline_on = pl.coalesce(_parse_next_day(_BY), _parse_next_weekday(_BY_WEEKDAY), _parse_next_month(), next_month, term)
    return claims.with_columns(due_on=_parse_due_on(), deadline_on=deadline_on)


def _parse_due_on() -> pl.Expr:
    """Parse the day on which a measure takes effect (`due_on`)."""
    return pl.coalesce(_parse_next_day(_DELAYED_TO), _parse_next_day(_ON), _parse_next_weekday(_FROM_WEEKDAY))


def _measure_text() -> pl.Expr:
    """Return `quote` without days of other events, or put off."""
    return pl.col("quote").str.replace_all(_OTHER_EVENT, "").str.replace_all(_FROM_TO, "to ${1}")


def _parse_next_weekday(pattern: str) -> pl.Expr:
    """Parse the weekday that a pattern matches in `quote` as a date.

    `pattern` has one group, `weekday`. The date is the next such day, one to seven days after the article's day (`told_on`). Null without
    a match.
    """
    quote, reported_on = _measure_text(), pl.col("told_on")
    weekday = quote.str.extract_groups(pattern).struct.field("weekday").str.to_lowercase().str.slice(0, 3)
    number = weekday.replace_strict(_WEEKDAYS, range(1, 8), default=None, return_dtype=pl.Int64)
    return reported_on + pl.duration(days=(number - reported_on.dt.weekday().cast(pl.Int64) - 1) % 7 + 1)


def _parse_next_month() -> pl.Expr:
    """Parse a month without a day ("from November") as its first day.

    It is the next such day after the article (`told_on`). Only the first match of `_BY_MONTH` in `quote` is read. Null if a number follows
    the month ("May 5"), or if the day is more than `MAX_DAYS_AHEAD` days after the article.
    """
    groups = _measure_text().str.extract_groups(_BY_MONTH)
    first = _find_next(None, groups.struct.field("month"), pl.lit(1, dtype=pl.Int8), MAX_DAYS_AHEAD)
    return pl.when(groups.struct.field("more").is_null()).then(first)


def _parse_next_day(pattern: str, max_days_ahead: int = MAX_DAYS_AHEAD) -> pl.Expr:
    """Parse the day and month that a pattern matches in `quote`.

    `pattern` has the groups of `_DAY`. Without a year the date is the next such day after the article (`told_on`). Null unless it is 1 to
    `max_days_ahead` days after the article.
    """
    groups = _measure_text().str.extract_groups(pattern)
    next_year = pl.when(groups.struct.field("next_year").is_not_null()).then(pl.col("told_on").dt.year() + 1)
    month = pl.coalesce(groups.struct.field("month"), groups.struct.field("month2"))
    day = pl.coalesce(groups.struct.field("day"), groups.struct.field("day2")).cast(pl.Int8)
    return _find_next(pl.coalesce(groups.struct.field("year").cast(pl.Int32), next_year), month, day, max_days_ahead)


def _find_next(year: pl.Expr | None, month: pl.Expr, day: pl.Expr, max_days_ahead: int) -> pl.Expr:
    """Find the next date with a day and month after the article.

    `year`: null where a sentence gives none, or None if no sentence does: it is then the article's year or the next one. `month`: name of
    the month. Null unless the date is 1 to `max_days_ahead` days after that of the article (`told_on`).
    """
    reported_on = pl.col("told_on")
    number = month.str.to_lowercase().str.slice(0, 3).replace_strict(_MONTHS, range(1, 13), default=None, return_dtype=pl.Int8)
    years = (reported_on.dt.year() + more for more in (0, 1))
    this, following = (_to_date(one if year is None else pl.coalesce(year, one), number, day) for one in years)
    named = pl.when(this > reported_on).then(this).otherwise(following)
    return pl.when((named > reported_on) & (named <= reported_on + timedelta(days=max_days_ahead))).then(named)


def _to_date(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Join numeric year, month and day to a date; null if impossible."""
    padded = [part.cast(pl.String).str.zfill(2) for part in (month, day)]
    return pl.concat_str(year.cast(pl.String), *padded, separator="-").str.to_date("%Y-%m-%d", strict=False)


def _parse_term(pattern: str, text: pl.Expr) -> pl.Expr:
    """Parse a term ("90 days", "a month") as its last day.

    `pattern` is matched with `text`, and has the groups of `_TERM`. The term begins on the day of the article (`told_on`). Null unless it
    ends 1 to `MAX_TERM_DAYS` days later.
    """
    reported_on = pl.col("told_on")
    groups = text.str.extract_groups(pattern)
    written = groups.struct.field("number").str.to_lowercase()
    number = pl.coalesce(written.cast(pl.Int64, strict=False), written.replace_strict(_NUMBERS, default=None, return_dtype=pl.Int64))
    unit = groups.struct.field("unit").str.to_lowercase()
    end = pl.coalesce(
        reported_on.dt.offset_by(pl.concat_str(pl.when(unit == one).then(number).cast(pl.String), pl.lit(short)))
        for one, short in (("day", "d"), ("week", "w"), ("month", "mo"), ("year", "y"))
    )
    return pl.when((end > reported_on) & (end <= reported_on + timedelta(days=MAX_TERM_DAYS))).then(end)
