"""Decide whether a rate in a sentence is the actor's.

Belongs here: sentences on a threat or a measure that name the rate of the other side's tariff. Does not: comparing rates (`claims.py`).
"""

import re

from pipeline.index.threats.claims import Claim, find_rate
from pipeline.index.threats.phrases import RATE

MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
#: The beginning of a condition: "unless Washington withdraws its duty of", "should the extra".
CONDITION = r"\b(?:[Ii]f|[Uu]nless|[Uu]ntil|(?i:should) (?=the |an? |[A-Z]))"
#: A character of a condition. A comma ends it, and so does a main clause without one ("if they do that we will charge"). With a month in it
#: ("until 1 August") it is a day, no condition.
IN_CONDITION = rf"(?:(?!\b(?:will|would|shall|must|then|going|pays?|faces?|we|I|it['\u2019]s|\w+['\u2019]ll|(?:{MONTH})\w*)\b)[^,;:\u2014])"
_IN_CONDITION = re.compile(rf"{CONDITION}{IN_CONDITION}*$")  # not over where the rate is named
_UNLESS = re.compile(rf"\b[Uu]n(?:less|til)\b{IN_CONDITION}*$")
#: "answer to the", "in response to Washington's new duties of", "over plans for": what is answered comes next.
_ANSWERED = re.compile(
    r"(?:\b(?i:answer|repl[iy]|respon|retaliat|react)\w*(?: within \w+)? (?:to|for|against)|"
    r"\bover (?:the |its )?(?:plans?|threats?) (?:for|of)) (?:(?:the|an?|its|his|her|their|new|extra|additional|further|"
    r"threatened|planned|proposed|duty|duties|tariffs?|lev(?:y|ies)|of|[A-Z][\w.]*(?:['\u2019]s?)?) )*$"
)

#: "replaces the", "instead of the planned", "up from": an old or a dropped rate comes next.
_REPLACED = re.compile(
    r"(?i)\b(?:replac(?:es?|ed|ing)|instead of|in place of|rather than|(?:up|down) from) (?:(?:the|an?|its|old|earlier|planned) )*$"
)


def names_own_rate(claim: Claim) -> bool:
    """Return whether a claim's rate can be that of its actor's measure.

    False for a threat or measure whose sentence names the rate only in a condition ("unless Washington drops its 25 percent duty") or as
    what is answered ("Brasilia's answer to the 50 percent tariff"): that rate is the other side's. False also if it is only named as one
    that is replaced ("up from 25 percent"). True in any other case, also if the sentence does not name the rate.
    """
    rate, quote = claim["rate_pct"], claim["quote"]
    if rate is None or claim["kind"] not in ("threat", "measure"):
        return True
    before = [quote[: match.start()] for match in find_rate(rate, quote)]
    return not before or not all(_is_answered(text) or _REPLACED.search(text) for text in before)


def answered_rate(claim: Claim) -> float | None:
    """Return the rate of what a claim answers, or None.

    The first rate that its sentence names in a condition or as what is answered. What is to be withdrawn ("unless Washington drops its 25
    percent duty") is no act that is still to come. None if the claim has a rate of its own (`names_own_rate`).
    """
    if claim["kind"] not in ("threat", "measure") or (claim["rate_pct"] is not None and names_own_rate(claim)):
        return None
    quote = claim["quote"]
    rates = ((float(match[1]), quote[: match.start()]) for match in re.finditer(f"(?i){RATE}", quote))
    return next((rate for rate, before in rates if _is_answered(before) and not _UNLESS.search(before)), None)


def _is_answered(before: str) -> bool:
    """Return whether words lead to a condition or to what is answered."""
    return _IN_CONDITION.search(before) is not None or _ANSWERED.search(before) is not None
