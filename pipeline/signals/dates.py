"""Detection of past events by dates in a sentence.

Both the rules and the encoder use it.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date

# News is at most this many days old (docs/annotation-guide.md, section 4).
MAX_DAYS_OLD = 2

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_ANY_MONTH = "|".join(_MONTHS)
_YEAR = re.compile(rf"\b(?:in|of|since|the|from) (?:(?:{_ANY_MONTH}),? )?(19[5-9]\d|20[0-4]\d)\b", re.IGNORECASE)
_MONTH = re.compile(rf"\b(?:[Ii]n|last) ({_ANY_MONTH})\b")
# A month in a relative clause dates something else than the act: "the duty that it suspended in April".
_MONTH_OF_CLAUSE = re.compile(rf"\b(?:that|which|whom?|it|they|he|she|deal|expected|due|next)\b[^,;]*\b(?:in|last) (?:{_ANY_MONTH})\b")
# These words date the act to the day of the article or later, so a month next to them dates something else.
_CURRENT = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:today|yesterday|tomorrow|now|will|would|may|might|could|should|shall|must|says?|said)\b"
)
# "last week's talks" date something else than the act.
_PAST_ADVERB = re.compile(
    rf"\b(?:[Ll]ast (?:week|month|year)(?!['\u2019]s)|[Aa]t the end of (?P<month>{_ANY_MONTH})|a (?:week|month|year) ago)\b"
)
_MAX_MONTHS_AGO = 7  # a month further back is read as the coming one

_ABBREVIATIONS = r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_NAME_OF_MONTH = rf"({_ANY_MONTH}|(?:{_ABBREVIATIONS})\b\.?)"
_DAY = re.compile(rf"\b(?:{_NAME_OF_MONTH} (\d{{1,2}})|(\d{{1,2}}) {_NAME_OF_MONTH})(?:st|nd|rd|th)?\b(?:,? (\d{{4}})\b)?")
# A date that opens the sentence within so many characters dates its act: "On April 17, 2025, ...".
_OPENING = 12
# An adverb that opens a sentence about earlier news: "Earlier, the ministry ...".
_PAST_OPENING = re.compile(
    rf"\W*(?:Earlier(?! (?:on|today|in the day)\b)|Previously|Last (?:week|month|year|decade|{_ANY_MONTH})|Over the (?:past|last)"
    r"|In the past|In recent (?:years|months|weeks)|For (?:years|decades|months)|Back in|A (?:year|month|week) ago"
    r"|Since (?:(?:\w+ ){1,4}took office|taking office|coming into office))\b"
)


def is_past_event(sentence: str, day: date | None) -> bool:
    """Whether the sentence dates its event before `day`.

    It does if the latest year that it names after a word such as `in` or `since` is earlier, if it opens with an adverb of the past
    (`Earlier, ...`), or if it dates the act at its beginning or by `on` to more than `MAX_DAYS_OLD` days ago (`_is_on_past_day`). Phrases
    such as `last week` also count, and so do months (`in April`) that are all one to seven months ago, but not in a sentence with a word of
    the present or future (`today`, `will`) or with a month in a relative clause. If `day` is None, any year counts as earlier, and only
    years and the opening adverb are looked at.
    """
    years = [int(year) for year in _YEAR.findall(sentence)]
    if (years and (day is None or max(years) < day.year)) or _PAST_OPENING.match(sentence):
        return True
    if day is None:
        return False
    if _is_on_past_day(sentence, day):
        return True
    if _CURRENT.search(sentence) or _MONTH_OF_CLAUSE.search(sentence):
        return False
    if _PAST_ADVERB.search(sentence):
        return True
    months_ago = [(day.month - _MONTHS.index(month) - 1) % 12 for month in _MONTH.findall(sentence)]
    return bool(months_ago) and all(1 <= months <= _MAX_MONTHS_AGO for months in months_ago)


def _is_on_past_day(sentence: str, day: date) -> bool:
    """Whether the sentence dates its act more than `MAX_DAYS_OLD` days back.

    A date within the first `_OPENING` characters decides alone (`On April 17, ...`). Otherwise a date must follow `on`, every date of the
    sentence must be so old, and no word may mean the present or future (`_CURRENT`).
    """
    days = list(_iter_days(sentence, day))
    if days and days[0][0] < _OPENING:
        return days[0][1] > MAX_DAYS_OLD
    dated = [age for start, age in days if sentence[:start].endswith(("on ", "On "))]
    return bool(dated) and min(age for _, age in days) > MAX_DAYS_OLD and not _CURRENT.search(sentence)


def _iter_days(sentence: str, day: date) -> Iterator[tuple[int, int]]:
    """Yield offset and age in days of each date in the sentence.

    The offset is where the date begins, in characters. A date without a year is the nearest to `day`; those after `day` have a negative
    age. Impossible dates are left out.
    """
    for match in _DAY.finditer(sentence):
        name, number = match[1] or match[4], int(match[2] or match[3])
        month = next(index for index, month in enumerate(_MONTHS, 1) if month.startswith(name.rstrip(".")[:3]))
        years = [int(match[5])] if match[5] else [day.year - 1, day.year, day.year + 1]
        ages = [(day - date(year, month, number)).days for year in years if _has_day(year, month, number)]
        if ages:
            yield match.start(), min(ages, key=abs)


def _has_day(year: int, month: int, number: int) -> bool:
    return MINYEAR <= year <= MAXYEAR and 1 <= number <= monthrange(year, month)[1]
