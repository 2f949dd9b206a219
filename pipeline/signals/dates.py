"""Detection of past events by dates in a sentence.

Both the rules and the encoder use it.
"""

import re
from datetime import date

_YEAR = re.compile(r"\b(?:in|of|since|the|from) (19[5-9]\d|20[0-4]\d)\b", re.IGNORECASE)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_MONTH = re.compile(rf"\b(?:[Ii]n|last) ({'|'.join(_MONTHS)})\b")
# A month in a relative clause dates something else than the act: "the duty that it suspended in April".
_MONTH_OF_CLAUSE = re.compile(
    rf"\b(?:that|which|whom?|it|they|he|she|deal|expected|due|next)\b[^,;]*\b(?:in|last) (?:{'|'.join(_MONTHS)})\b"
)
# These words date the act to the day of the article or later, so a month next to them dates something else.
_CURRENT = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:today|yesterday|tomorrow|now|will|would|may|might|could|should|shall|must|says?|said)\b"
)
_MAX_MONTHS_AGO = 7  # a month further back is read as the coming one


def is_past_event(sentence: str, day: date | None) -> bool:
    """Whether the sentence dates its event before `day`.

    It must name an earlier year or month. If `day` is None, any year counts as earlier and months are ignored.
    """
    years = [int(year) for year in _YEAR.findall(sentence)]
    if years and (day is None or max(years) < day.year):
        return True
    if day is None or _CURRENT.search(sentence) or _MONTH_OF_CLAUSE.search(sentence):
        return False
    months_ago = [(day.month - _MONTHS.index(month) - 1) % 12 for month in _MONTH.findall(sentence)]
    return bool(months_ago) and all(1 <= months <= _MAX_MONTHS_AGO for months in months_ago)
