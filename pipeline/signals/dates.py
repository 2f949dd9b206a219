"""When an act told in a sentence took place, as far as its dates say. Both readers ask here.

Belongs here: dates written in a sentence against the day of its article. Does not: tenses and clauses (the readers).
"""

import re
from datetime import date

_YEAR = re.compile(r"\b(?:in|of|since|the|from) (19[5-9]\d|20[0-4]\d)\b", re.IGNORECASE)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
# not in a clause that says which act is meant: "the duty that it suspended in April"
_MONTH = re.compile(rf"\b(?:[Ii]n|last) ({'|'.join(_MONTHS)})\b")
_CLAUSE = re.compile(rf"\b(?:that|which|whom?|it|they|he|she|deal|expected|due|next)\b[^,;]*\b(?:in|last) (?:{'|'.join(_MONTHS)})\b")
# words that date what is told to the day of the article, or to one ahead: a month beside them belongs to something else
_FRESH = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:today|yesterday|tomorrow|now|will|would|may|might|could|should|shall|must|says?|said)\b"
)
_NEARER_PAST = 7  # months: further back a month named alone is the coming one


def is_dated_back(sentence: str, day: date | None) -> bool:
    """Whether the sentence dates what it tells to an earlier year, or to an earlier month and to nothing nearer.

    Where the day is unknown, to any year.
    """
    years = [int(year) for year in _YEAR.findall(sentence)]
    if years and (day is None or max(years) < day.year):
        return True
    if day is None or _FRESH.search(sentence) or _CLAUSE.search(sentence):
        return False
    ago = [(day.month - _MONTHS.index(month) - 1) % 12 for month in _MONTH.findall(sentence)]
    return bool(ago) and all(1 <= months <= _NEARER_PAST for months in ago)
