"""The day on which an official act takes effect, as far as the document's own fields say.

Belongs here: dates that the journal gives or an agency writes. Does not: the status that follows (`judge.py`). Where the fields name no
day, or several, there is none: a guess would put an act in force.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DATE = re.compile(rf"\b({'|'.join(_MONTHS)})\s+([0-9]{{1,2}}),?\s+([0-9]{{4}})\b", re.IGNORECASE)
_CUE = re.compile(r"\b(?:effective|applicable|appl(?:y|ies|ied)|in effect|takes? effect|in force|entered for consumption)\b", re.IGNORECASE)
# what turns the day after the cue into that of something else
_OTHER = re.compile(
    r"\b(?:comments?|submi\w+|until|through|before|expir\w+|later than|hearings?|requests?|not effective|review|ends?|due)\b"
    r"|(?<![ap]\.m)[.;]\s+[A-Z]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<![ap]\.m)(?<!\bU\.S)[.;]\s+(?=[A-Z])")
#: An abstract that names an earlier day tells of the act that this one changes.
EARLIEST = timedelta(days=60)
_REACH = 220  # characters between the cue and its date


def effective_date(field: str | None, texts: Sequence[tuple[str, str]], published: date) -> tuple[date, str] | None:
    """The day and where it was read: `field` for the journal's own field, else the first of the named texts that names exactly one day.

    Only the agency's words on dates (`dates`) may make an act retroactive by more than `EARLIEST`.
    """
    given = iso_day(field)
    if given is not None:
        return given, "field"
    for name, text in texts:
        days = {day for day in _days(text) if name == "dates" or day >= published - EARLIEST}
        if days:
            return (days.pop(), name) if len(days) == 1 else None
    return None


def iso_day(text: str | None) -> date | None:
    """A day written `2025-04-04`; None for anything else."""
    try:
        return date.fromisoformat(text) if text is not None and len(text) == len("2025-04-04") else None
    except ValueError:
        return None


def _days(text: str) -> list[date]:
    """The days that a text names as those on which something takes effect."""
    found = []
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    for start, end in pairwise(bounds):
        sentence = text[start:end]
        for match in _DATE.finditer(sentence):
            cues = [cue.end() for cue in _CUE.finditer(sentence, 0, match.start())]
            day = _day(match)
            if day is None or not cues or match.start() - cues[-1] > _REACH:
                continue
            between = sentence[cues[-1] : match.start()]
            if not _OTHER.search(between) and not _DATE.search(between):
                found.append(day)
    return found


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2]))
    except ValueError:
        return None
