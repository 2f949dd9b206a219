"""Decide whether a rate in a sentence is that of the actor.

Belongs here: sentences on a threat or a measure that name the rate of the other side's tariff. Does not: comparing rates (`claims.py`).
"""

import re

from pipeline.index.threats.claims import Claim, find_rate

_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
#: A condition that is not over where the rate is named: "unless Washington withdraws its duty of", "should the extra". A comma ends it, and
#: so does a main clause without one ("if they do that we will charge"). With a month in it ("until 1 August") it is a day, no condition.
_IN_CONDITION = re.compile(
    r"\b(?:[Ii]f|[Uu]nless|[Uu]ntil|(?i:should) (?=the |an? |[A-Z]))"
    rf"(?:(?!\b(?:will|would|shall|must|then|going|pays?|faces?|we|I|it['\u2019]s|\w+['\u2019]ll|(?:{_MONTH})\w*)\b)[^,;:\u2014])*$"
)
#: "answer to the", "in response to Washington's new duties of", "over plans for": what is answered comes next.
_ANSWERED = re.compile(
    r"(?:\b(?i:answer|repl[iy]|respon|retaliat|react)\w*(?: within \w+)? (?:to|for|against)|"
    r"\bover (?:the |its )?(?:plans?|threats?) (?:for|of)) (?:(?:the|an?|its|his|her|their|new|extra|additional|further|"
    r"threatened|planned|proposed|duty|duties|tariffs?|lev(?:y|ies)|of|[A-Z][\w.]*(?:['\u2019]s?)?) )*$"
)


def names_own_rate(claim: Claim) -> bool:
    """Return whether a claim's rate can be that of its actor's measure.

    False for a threat or measure whose sentence names the rate only in a condition ("unless Washington drops its 25 percent duty") or as
    what is answered ("Brasilia's answer to the 50 percent tariff"): that rate is the other side's. True in any other case, also if the
    sentence does not name the rate.
    """
    rate = claim["rate_pct"]
    if rate is None or claim["kind"] not in ("threat", "measure"):
        return True
    quote = claim["quote"]
    before = [quote[: match.start()] for match in find_rate(rate, quote)]
    return not before or not all(_IN_CONDITION.search(text) or _ANSWERED.search(text) for text in before)
