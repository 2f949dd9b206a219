"""Rates that a sentence compares with others."""

from itertools import pairwise

from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.matching import Mark, MarkedSentence

# Numbers of words between a rate and a comparison, and between that and the other rate.
COMPARISON_REACH = 10


def sets_lower_rate(sentence: MarkedSentence, verb: Mark) -> bool:
    """Whether a verb sets a lower rate than the former one.

    Example: `sets a tariff of 15 percent, down from 25`. The nearest rate before a phrase of the list `comparisons` is the verb's, and the
    first rate, or number after `from`, that follows it is higher. Phrases of the list `halves` need no such number.
    """
    words = [token.lower for token in sentence.tokens]
    rates = [at for at, (word, unit) in enumerate(pairwise(words)) if unit in {"%", "percent", "per"} and word[0].isdigit()]
    for at in range(len(words)):
        before = [rate for rate in rates if at - COMPARISON_REACH <= rate < at]
        if not before or not _is_rate_of(sentence, verb, before[-1]):
            continue
        here = " ".join((*words[at : at + 3], ""))
        if here.startswith(tuple(f"{phrase} " for phrase in cues("halves"))):
            return True
        others = [other for other in range(at + 1, min(at + COMPARISON_REACH, len(words))) if other in rates or words[other - 1] == "from"]
        is_compared = here.startswith(tuple(f"{phrase} " for phrase in cues("comparisons")))
        if is_compared and others and _to_number(words[others[0]]) > _to_number(words[before[-1]]):
            return True
    return False


def _is_rate_of(sentence: MarkedSentence, verb: Mark, rate: int) -> bool:
    """Whether a verb sets a rate: no other verb is between them.

    `rate`: position of the number. A rate before the verb counts only in the verb's clause.
    """
    first, last = sorted((rate, verb.first))
    is_near = verb.first < rate or sentence.clause_bounds(verb.first)[0] <= rate
    return is_near and not any(first < other.first < last for other in sentence.marks_of("verb"))


def _to_number(word: str) -> float:
    """Return the number that a word is, 0 for any other word.

    Commas between thousands do not matter.
    """
    digits = word.replace(",", "")
    return float(digits) if digits.replace(".", "", 1).isdecimal() else 0.0
