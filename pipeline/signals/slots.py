"""Attributes of an act in the words of its sentence.

They are rate, amount, product, retaliation and condition. Kinds of acts and countries belong to the readers.
"""

import re
from collections.abc import Iterable
from functools import cache

from pipeline.signals.lexicon import load_lexicon

_RATE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)[ -]?(?:%|percent|per cent)", re.IGNORECASE)
# A rate that is replaced by another, with the words around it.
_FORMER = re.compile(rf"from {_RATE.pattern} to", re.IGNORECASE)
# What leads over to the act that is answered; a comma ends it.
_IN_ANSWER = r"in (?:response|reply|retaliation|answer) (?:to|for)"
_REASON = re.compile(rf"\b(?:after|following|{_IN_ANSWER})\b[^,;]*$", re.IGNORECASE)
# From a restriction to goods that are its reason, not taxed: `a tariff on India over its purchases of Russian oil`.
_RESTRICTED_OVER = re.compile(
    r"\b(?:tariff|dut(?:y|ies)|lev(?:y|ies)|sanction|curb|ban)s?\b[^,;.]{0,60}?"
    rf"\b(?:(?<!dispute )(?<!row )(?<!fight )(?<!talks )(?<!war )over|because of|for buying|{_IN_ANSWER})\b[^,;.]{{0,60}}$",
    re.IGNORECASE,
)
_REASON_REACH = 150  # characters
# From a rate to the target on whose goods it is raised, without another rate or clause between them.
_ON = re.compile(r"[^%,;]{0,60}?\b(?:on|against|for|from)\b[^%,;]{0,40}", re.IGNORECASE)
_SCALE_WORDS = "trillion|billion|million|bn|tn|m|b"
# Whole numbers: the digits of `1.234.567` or `1,5`, written as in other languages, would give a wrong amount.
_AMOUNT = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![.,]?\d)"
_DOLLARS = re.compile(
    rf"(?:\bUS\$|(?<![A-Z])\$|\bUSD ?)\s?{_AMOUNT}[\s-]?({_SCALE_WORDS})?\b"
    rf"|{_AMOUNT}\s(trillion|billion|million)\s(?:U\.?S\.? )?(?:dollars|dlrs)",
    re.IGNORECASE,
)
# Larger numbers are no rates or amounts of acts: a long row of digits could even be infinite.
_LARGEST_RATE, _LARGEST_AMOUNT = 100_000.0, 1e15
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


def find_rate(text: str, near: int = 0, targets: Iterable[int] = ()) -> float | None:
    """Return the rate in percent of an act, or None.

    `near`: position of the act. `targets`: positions at which its target is named (all in characters). A rate before a target counts, if
    `on`, `against`, `for` or `from` is between both (at most 60 characters after the rate and 40 before the target), but no comma,
    semicolon or `%`; of several the one closest to its target. Otherwise the rate nearest to the act counts. Of two at the same distance it
    is the first. Left out are rates over 100,000 percent, the rate before a change ("from 34 percent to ...") and, after the act, rates of
    an earlier act that it answers ("after a 10 percent levy").
    """
    rates = [
        match
        for match in _RATE.finditer(text)
        if not _FORMER.match(text, max(0, match.start() - len("from ")), match.end() + len(" to"))
        and not (match.start() > near and _REASON.search(text, near, match.start()))
        and _to_number(match[1]) <= _LARGEST_RATE
    ]
    on_target = [
        (target - match.end(), _to_number(match[1]))
        for target in targets
        for match in rates
        if match.end() < target and _ON.fullmatch(text, match.end(), target)
    ]
    by_distance = on_target or [(abs(match.start() - near), _to_number(match[1])) for match in rates]
    return min(by_distance, key=lambda pair: pair[0])[1] if by_distance else None


def find_rates(text: str) -> list[float]:
    """Return all rates up to 100,000 percent, in order of the text."""
    return [rate for match in _RATE.finditer(text) if (rate := _to_number(match[1])) <= _LARGEST_RATE]


def find_dollars(text: str) -> float | None:
    """Return the first amount of US dollars, in dollars, or None.

    `$5 billion` gives 5e9. Amounts in other currencies, also in other dollars (`C$5 billion`), are skipped, because exchange rates are not
    known here. None if it is over 1e15 dollars.
    """
    match = _DOLLARS.search(text)
    if match is None:
        return None
    digits, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
    amount = _to_number(digits) * _SCALE[(scale or "").lower()]
    return amount if amount <= _LARGEST_AMOUNT else None


def _to_number(digits: str) -> float:
    """Convert digits with commas between thousands to a number."""
    return float(digits.replace(",", ""))


def find_product(text: str) -> str:
    """Return the first product named, or an empty string.

    The result is the name in `lexicon/products.toml`, not the words of the text. Goods that are the reason of a restriction are left out.
    """
    names, pattern = _compile_products()
    for match in pattern.finditer(text):
        if not _RESTRICTED_OVER.search(text, max(0, match.start() - _REASON_REACH), match.start()):
            return names[int(str(match.lastgroup)[1:])]
    return ""


def names_product(text: str) -> bool:
    """Whether a text names any product, also as a reason."""
    return bool(_compile_products()[1].search(text))


def is_retaliation(text: str) -> bool:
    """Whether words such as `in response` say that an act answers another."""
    return bool(_RETALIATION.search(text))


def is_conditional(text: str) -> bool:
    """Whether a word such as `unless` ties an act to a condition."""
    return bool(_CONDITION.search(text))


@cache
def _compile_products() -> tuple[tuple[str, ...], re.Pattern[str]]:
    products: dict[str, str] = load_lexicon("products")["products"]
    # One word boundary before all alternatives: only at the start of a word is any of them tried.
    groups = "|".join(rf"(?P<p{i}>{words})" for i, words in enumerate(products.values()))
    return tuple(products), re.compile(rf"\b(?:{groups})\b", re.IGNORECASE)
