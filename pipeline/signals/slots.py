"""Attributes of an act in the words of its sentence.

They are rate, amount, product, retaliation and condition. Kinds of acts and countries belong to the readers.
"""

import re
from functools import cache

from pipeline.signals.lexicon import load_lexicon

_RATE = re.compile(r"(\d+(?:\.\d+)?)[ -]?(?:%|percent|per cent)", re.IGNORECASE)
_SCALE_WORDS = "trillion|billion|million|bn|tn|m|b"
_DOLLARS = re.compile(
    rf"(?:\bUS\$|(?<![A-Z])\$|\bUSD ?)\s?(\d+(?:[.,]\d+)*)\s?({_SCALE_WORDS})?\b"
    r"|(\d+(?:[.,]\d+)*)\s(trillion|billion|million)\s(?:U\.?S\.? )?(?:dollars|dlrs)",
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
    """Return the rate in percent nearest to character `near`, or None.

    Of two at the same distance the first counts.
    """
    rates = [(abs(match.start() - near), float(match[1])) for match in _RATE.finditer(text)]
    return min(rates, key=lambda pair: pair[0])[1] if rates else None


def find_dollars(text: str) -> float | None:
    """Return the first amount of US dollars, or None.

    Amounts in other currencies, also in other dollars (`C$5 billion`), are skipped, because exchange rates are not known here.
    """
    match = _DOLLARS.search(text)
    if match is None:
        return None
    digits, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
    return float(digits.replace(",", "")) * _SCALE[(scale or "").lower()]


def find_product(text: str) -> str:
    """Return the first product named, or an empty string.

    Products are short lower-case nouns.
    """
    names, pattern = _compile_products()
    match = pattern.search(text)
    return names[int(str(match.lastgroup)[1:])] if match else ""


def is_retaliation(text: str) -> bool:
    """Whether the sentence says that an act responds to another."""
    return bool(_RETALIATION.search(text))


def is_conditional(text: str) -> bool:
    """Whether the sentence ties an act to a condition."""
    return bool(_CONDITION.search(text))


@cache
def _compile_products() -> tuple[tuple[str, ...], re.Pattern[str]]:
    products: dict[str, str] = load_lexicon("products")["products"]
    groups = "|".join(rf"(?P<p{i}>\b(?:{words})\b)" for i, words in enumerate(products.values()))
    return tuple(products), re.compile(groups, re.IGNORECASE)
