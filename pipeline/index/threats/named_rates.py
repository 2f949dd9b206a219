"""Decide whether a rate or tariff in a sentence is the actor's.

Belongs here: sentences on a threat or a measure that name the rate of the other side's tariff. Does not: comparing rates (`claims.py`).
"""

import re

from pipeline.index.threats.claims import Claim, find_rate, named_instrument, names_instrument

_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
#: A condition that is not over where the rate is named: "unless Washington withdraws its duty of", "should the extra". A comma ends it, and
#: so does a main clause without one ("if they do that we will charge"). With a month in it ("until 1 August") it is a day, no condition.
_IN_CONDITION = re.compile(
    r"\b(?:[Ii]f|[Uu]nless|[Uu]ntil|(?i:should) (?=the |an? |[A-Z]))"
    rf"(?:(?!\b(?:will|would|shall|must|then|going|pays?|faces?|we|I|it['\u2019]s|\w+['\u2019]ll|(?:{_MONTH})\w*)\b)[^,;:\u2014])*$"
)
_TARIFF = r"(?:tariff|dut(?:y|ie)|lev(?:y|ie)|charge)s?"
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
    rate = claim["rate_pct"]
    if rate is None or claim["kind"] not in ("threat", "measure"):
        return True
    quote = claim["quote"]
    before = [quote[: match.start()] for match in find_rate(rate, quote)]
    return not before or not all(_IN_CONDITION.search(text) or _ANSWERED.search(text) or _REPLACED.search(text) for text in before)


def own_instrument(claim: Claim) -> str:
    """Return the instrument that a claim names for its actor, else `other`.

    As `named_instrument`, but in a measure a tariff whose rate is not its own (`names_own_rate`) does not count: an "answer to the 50
    percent tariff" may be aid to firms.
    """
    if claim["kind"] != "measure" or names_own_rate(claim):
        return named_instrument(claim)
    answered = rf"(?:{_TARIFF} of )?{claim['rate_pct']:g}[ -]?(?:%|per ?cent)(?: (?:\w+ )?{_TARIFF})?"
    return str(claim["instrument"]) if names_instrument(claim | {"quote": re.sub(f"(?i){answered}", "", claim["quote"])}) else "other"
