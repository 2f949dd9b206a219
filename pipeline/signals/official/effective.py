"""Find the day on which an official act takes effect.

There is none if no field names a day, or the first that does names several. Does not belong here: the status of the act (`classify.py`).
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from pipeline.contracts.days import MONTHS

_DATE = re.compile(rf"\b({'|'.join(MONTHS)})\s+([0-9]{{1,2}}),?\s+([0-9]{{4}})\b", re.IGNORECASE)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CUE = re.compile(r"\b(?:effective|applicable|appl(?:y|ies|ied)|in effect|takes? effect|in force|entered for consumption)\b", re.IGNORECASE)
# Words between a cue and a date that give the date another meaning.
_OTHER_MEANING = re.compile(
    r"\b(?:comments?|submi\w+|until|through|before|expir\w+|later than|hearings?|requests?|not effective|review|ends?|due)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<![ap]\.m)(?<!\bU\.S)[.;]\s+(?=[A-Z])")
#: A day longer than this before publication, in an abstract or title, belongs to the act that this one changes.
MAX_DAYS_BACK = timedelta(days=60)
_MAX_DISTANCE = 220  # characters between a cue and its date


def find_effective_date(field: str | None, texts: Sequence[tuple[str, str]], published: date) -> tuple[date, str] | None:
    """Find the effective date of an act and where it is stated.

    `field`: the journal's own field, which is used if it is a day; `texts`: names and texts of other fields. The second value is the word
    `field`, or the name of the text. The first text that names a day is used: if it names several different ones, the result is None. In
    texts other than the agency's note on dates (`dates`), days more than `MAX_DAYS_BACK` before publication do not count.
    """
    day = parse_iso_day(field)
    if day is not None:
        return day, "field"
    for name, text in texts:
        days = {day for day in _find_days(text) if name == "dates" or day >= published - MAX_DAYS_BACK}
        if days:
            return (days.pop(), name) if len(days) == 1 else None
    return None


def parse_iso_day(text: str | None) -> date | None:
    """Parse a day in the form `2025-04-04`; return None for anything else."""
    try:
        return date.fromisoformat(text) if text is not None and _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def _find_days(text: str) -> list[date]:
    """Find the days that a text names as effective dates.

    Each follows a word such as `effective` in the same sentence, within `_MAX_DISTANCE` characters, with no other date and no word
    between them that gives the date another meaning (`comments`, `until`).
    """
    days = []
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    for start, end in pairwise(bounds):
        sentence = text[start:end]
        for match in _DATE.finditer(sentence):
            cues = [cue.end() for cue in _CUE.finditer(sentence, 0, match.start())]
            day = _parse_day(match)
            if day is None or not cues or match.start() - cues[-1] > _MAX_DISTANCE:
                continue
            between = sentence[cues[-1] : match.start()]
            if not _OTHER_MEANING.search(between) and not _DATE.search(between):
                days.append(day)
    return days


def _parse_day(match: re.Match[str]) -> date | None:
    """Parse a match of `_DATE`; None for "February 30"."""
    try:
        return date(int(match[3]), MONTHS.index(match[1].capitalize()) + 1, int(match[2]))
    except ValueError:
        return None
