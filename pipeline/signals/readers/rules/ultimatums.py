"""Threats behind `or`: `Norway asked Peru to cut its duty or face a ban`.

Belongs here: who threatens whom by such an ultimatum. Does not: conditions with `if` and `unless` (`adjust.py`).
"""

import re

from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.pairs import is_subject

#: Id of the rule for the restriction that an ultimatum threatens.
ULTIMATUM = "ultimatum.restriction"
#: Words between the verb of the threat and the restriction.
RESTRICTION_REACH = 6
_OR = re.compile(
    r"\bor (?:else )?(?:(?:it|they) )?(?:(?:will|would) )?"
    r"(?:be (?:hit|punished|slapped) (?:by|with)|faces?|pay|risks?|suffer)\b"
)
# Who has time to give way suffers: `Peru has until May to cut its duty or face a ban, Norway warned`.
_HAS_UNTIL = re.compile(r" (?:has|have|had)(?: \w+){0,3}? (?:until|to)\b")
# `It was unclear whether Peru would cut its duty or face a ban` threatens nobody.
_OPEN = frozenset({"whether", "either"})


def find_ultimatum(sentence: MarkedSentence) -> tuple[int, tuple[str, str]] | None:
    """Return what a sentence threatens behind `or`.

    The position of the first word after the verb, and who threatens whom: the first country before `or` that may be a subject, and the next
    other country. Who `has until May` is threatened, by the next other country that may be a subject. None without both.
    """
    threat = None if _OPEN.intersection(sentence.words) else _OR.search(sentence.text)
    if threat is None:
        return None
    before = [number for number, mention in enumerate(sentence.mentions) if mention.end <= threat.start()]
    first = next((number for number in before if is_subject(sentence, number)), None)
    if first is None:
        return None
    has_time = _HAS_UNTIL.match(sentence.text, sentence.mentions[first].end) is not None
    after = (number for number in range(len(before), len(sentence.mentions)) if is_subject(sentence, number))
    codes = (sentence.mentions[number].code for number in (after if has_time else before) if number > first)
    one = sentence.mentions[first].code
    other = next((code for code in codes if code != one), None)
    at = next((at for at, token in enumerate(sentence.tokens) if token.start >= threat.end()), None)
    if other is None or at is None:
        return None
    return at, (other, one) if has_time else (one, other)
