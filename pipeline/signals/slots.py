"""What a sentence gives beside the act: rate, sum, product, retaliation, condition. Each reads the text alone.

Belongs here: numbers and nouns of a sentence. Does not: kinds and roles (the readers).
"""

import re
from functools import cache

from pipeline.signals.lexicon import load_lexicon

_RATE = re.compile(r"(\d+(?:\.\d+)?)[ -]?(?:%|percent|per cent)", re.IGNORECASE)
_SCALE_WORDS = "trillion|billion|million|bn|tn|m|b"
_SUM = re.compile(
    rf"(?:(?:US|C|CAN|A)?\$|USD ?|€|£)\s?(\d+(?:[.,]\d+)*)\s?({_SCALE_WORDS})?\b"
    r"|(\d+(?:[.,]\d+)*)\s(trillion|billion|million)\s(?:US )?(?:dollars|euros|dlrs)",
    re.IGNORECASE,
)
_SCALE = {"trillion": 1e12, "tn": 1e12, "billion": 1e9, "bn": 1e9, "b": 1e9, "million": 1e6, "m": 1e6, "": 1.0}
_RETALIATION = re.compile(
    r"\b(?:retaliat\w*|in response(?: to)?|hit(?:s|ting)? back|counter-?measures?|counter-?tariffs?|in return for|strikes? back|struck back"
    r"|tit-for-tat|responds? with|answer(?:s|ed|ing) (?:with|last|the)|in reply to|reprisals?)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:unless|if|provided that|only once|only if|until|in return for|in exchange for|on condition|as long as|tied|conditional on"
    r"|or else|otherwise)\b",
    re.IGNORECASE,
)


def find_rate(text: str, near: int = 0) -> float | None:
    """The rate in percent that stands nearest to character `near`; None when there is none.

    Of "to 145 percent from 125 percent" the first counts.
    """
    found = [(abs(match.start() - near), float(match[1])) for match in _RATE.finditer(text)]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def find_value(text: str) -> float | None:
    """The first sum of money, in units of its currency; None when there is none."""
    match = _SUM.search(text)
    if match is None:
        return None
    digits, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
    return float(digits.replace(",", "")) * _SCALE[(scale or "").lower()]


def find_product(text: str) -> str:
    """The first good named, as a short lower-case noun; empty when there is none."""
    names, pattern = _products()
    match = pattern.search(text)
    return names[int(str(match.lastgroup)[1:])] if match else ""


def is_retaliation(text: str) -> bool:
    """Whether the sentence says that an act answers another."""
    return bool(_RETALIATION.search(text))


def is_conditional(text: str) -> bool:
    """Whether the sentence ties an act to a condition."""
    return bool(_CONDITION.search(text))


@cache
def _products() -> tuple[tuple[str, ...], re.Pattern[str]]:
    products: dict[str, str] = load_lexicon("products")["products"]
    groups = "|".join(rf"(?P<p{i}>\b(?:{words})\b)" for i, words in enumerate(products.values()))
    return tuple(products), re.compile(groups, re.IGNORECASE)
