"""Firms, which act for no state.

Does not belong here: which readings that rules out (`denials.py`), or contracts that words alone show (`elsewhere.py`).
"""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules import elsewhere
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.tokens import Token

# A firm by its form, or in angle brackets, as news agencies mark shares.
_COMPANY = r"(?:\b(?:Inc|Corp|Ltd|PLC|Plc|plc|GmbH|LLC|LLP)\b|\bCo\b\.?(?= |,)|<[A-Z][^<>]{0,60}>)"
_FIRM = re.compile(
    rf"{_COMPANY}|\b(?:both|two|the) (?:companies|firms)\b|\b(?i:joint venture|tie-up)\b"
    r"|\b[Bb]usiness(?:men|people|women)\b|\b[Cc]hambers? of [Cc]ommerce\b"
)
_FIRM_SAYS = re.compile(rf"^(?:[\w.&'\u2019-]+ ){{0,5}}?{_COMPANY}(?:,? (?:[\w.<>-]+,? ){{0,6}}?)? ?(?:said|says|announced)\b")
# Who acts or decides here is a state after all.
_OFFICE = re.compile(
    r"\b(?:administration|agency|ambassador|authorit\w+|cabinet|commission\w*|congress|court|department|governments?|leaders?|ministers?|ministr\w+"
    r"|officials?|parliament|president|regulators?|secretary|(?<!united )states?|tariffs?|treaty)\b",
    re.IGNORECASE,
)
# What a firm makes or sells, between its country and its name: `Chinese battery maker CATL`. The list `nonstate` (`actors.toml`) has nouns
# that may be verbs here: `US sanctions Huawei`.
_TRADES = re.compile(
    r"(?:\w*makers?|\w*builders?|airlines?|auto|banks?|battery|brands?|car|carriers?|chip|companies|company|conglomerates?|drug|electronics|fashion|firms?"
    r"|giants?|groups?|manufacturers?|miners?|phone|plane|producers?|retailers?|semiconductor|steel|suppliers?|tech|technology|telecoms?)"
)


def is_firm(token: Token) -> bool:
    """Whether a word is the name of a well-known firm."""
    return token.text[:1].isupper() and token.lower in _names_of_firms()


@cache
def _names_of_firms() -> frozenset[str]:
    return frozenset(name.lower() for name in cues("firms"))


def find_homes(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that only say where a firm is from.

    Each mention of such a country is before the name of a well-known firm: `South Korea's Posco`, `German carmaker Volkswagen`. In `China's
    Huawei ban` it is not.
    """
    homes, others = set[str](), set[str]()
    for mention, (_, last) in sentence.located_mentions:
        is_home = mention.role != "leader" and _is_before_firm(sentence, last + 1)
        (homes if is_home else others).add(mention.code)
    yield from sorted(homes - others)


def _is_before_firm(sentence: MarkedSentence, start: int) -> bool:
    """Whether from word `start` only words of `_TRADES` come before a firm.

    A firm's name that describes a thing of the lexicon (`Huawei ban`) does not count.
    """
    things = {mark.first for mark in sentence.marks_of("object", "act", "operator_noun")}
    for at, token in enumerate(sentence.tokens[start:], start):
        if is_firm(token):
            return at + 1 not in things
        if token.lower not in {"'s", "'", "\u2019", "s"} and not _TRADES.fullmatch(token.lower):
            return False
    return False


def is_between_firms(sentence: MarkedSentence) -> bool:
    """Whether firms deal with each other, and no state acts.

    An office of no named state does not act in what a firm says: `Ford Corp said the commission approved its deal`.
    """
    text = sentence.text
    has_firm = _FIRM.search(text) is not None or elsewhere.is_contract(text)
    is_of_firms = (has_firm and _OFFICE.search(text) is None) or _FIRM_SAYS.search(text) is not None
    return is_of_firms and not _names_acting_state(sentence)


def _names_acting_state(sentence: MarkedSentence) -> bool:
    """Whether a state or its government may be a subject.

    A pronoun does not count: next to firms it may mean one of them. Nor does what a firm owns there: `Ford Corp's U.S. plants`.
    """
    return any(
        mention.is_actor
        and mention.role != "pronoun"
        and not sentence.is_governed(first)
        and sentence.words_between(first - 1, first) != ["'s"]
        for mention, (first, _) in sentence.located_mentions
    )
