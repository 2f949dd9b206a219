"""Phrases of a sentence that bear on a threat.

Belongs here: rates that a sentence calls a total, and words of an answer to another country. Does not: what follows from them for a threat
(`claims.py`, `build.py`).
"""

import re

#: A rate in percent, with its number as a group.
RATE = r"(?<![\d.,])(\d+(?:\.\d+)?)[ -]?(?:%|per ?cent\b)"
#: "the combined rate to 50 percent", "45 percent in all", "the duty that Peru faces at 57 percent" (a definite duty is all that is paid).
_TOTALS = re.compile(
    rf"(?i)\b(?:total|totals|totall?ing|combined|overall|cumulative|altogether|in all)\b[^.;:%\d]{{0,60}}(?<!\bfrom ){RATE}|"
    rf"{RATE}(?: \w+){{0,2}},? (?:in (?:all|total)|altogether|combined)\b|"
    rf"\bthe (?:tariffs?|dut(?:y|ies)|rate|lev(?:y|ies)) (?:that |which )?(?:\w+ ){{1,3}}(?:faces?|pays?|bears?)\b[^.;:,%\d]{{0,30}}{RATE}"
)
_ANSWER = re.compile(
    r"(?i)\b(?:answer|repl(?:y|ies|ied)\b|respon[ds]|retaliat|reciprocity|counter-?(?:measure|tariff|dut|attack|act)|tit-for-tat|in kind\b|"
    r"(?:hit|hits|hitting|strikes?|striking|struck|fights?|fighting|fought|push(?:es|ed|ing)?) back\b)"
)


def named_totals(text: str) -> list[float]:
    """List the rates, in percent, that a text calls a total.

    A total is the sum of what is charged already and what is added: "adds 40 points, making 50 percent in all" has the total 50.
    """
    return [float(next(number for number in match.groups() if number is not None)) for match in _TOTALS.finditer(text)]


def says_answer(text: str) -> bool:
    """Return whether a text speaks of an answer to what somebody did.

    Words of it are "answer", "retaliate", "countermeasures", "hit back".
    """
    return _ANSWER.search(text) is not None
