"""When an act told in a sentence took place, as far as its dates say. Both readers ask here.

Belongs here: dates written in a sentence against the day of its article. Does not: tenses and clauses (the readers).
"""

import re
from datetime import date

_YEAR = re.compile(r"\b(?:in|of|since|the|from) (19[5-9]\d|20[0-4]\d)\b", re.IGNORECASE)


def is_dated_back(sentence: str, day: date | None) -> bool:
    """Whether the sentence dates what it tells to an earlier year; where the day is unknown, to any year."""
    years = [int(year) for year in _YEAR.findall(sentence)]
    return bool(years) and (day is None or max(years) < day.year)
