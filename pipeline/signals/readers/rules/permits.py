"""Permits and exemptions that become fewer, and goods that escape a restriction.

Example: `Peru shortened the list of goods exempt from its duty`. Does not belong here: goods or countries that an act spares
(`bystanders.py`).
"""

import re
from collections.abc import Iterator

from pipeline.signals.readers.rules.matching import MarkedSentence

# `cut the number of firms allowed to`, `narrowed the list of goods exempt from`.
_NARROWED = re.compile(
    r"\b(?:cut|cuts|cutting|curtail\w*|halv\w+|lower\w*|narrow\w*|par(?:ed|es|ing)|reduc\w+|shorten\w*|shr[aiu]nk\w*|slash\w*|trim\w*)"
    r"(?: back)? (?:its |the |their )(?:\w+ )?(?:list|number|range|share) of [^.;:]{1,80}?"
    r"\b(?:allowed|can|duty-free|eligible|exempt\w*|licen[cs]\w+|may|permitted|tariff-free)\b",
    re.IGNORECASE,
)
# After the country whose goods get round a restriction: `Peruvian tea escapes Kenya's new duty`.
_ESCAPES = re.compile(
    r"(?:['\u2019]s)?(?: (?!to\b)[\w-]+){0,3}? (?:avoid(?:s|ed)?|dodge[sd]?|escape[sd]?|evade[sd]?|sidestep(?:s|ped)?)"
    r"(?: [\w\u2019'.%-]+){0,5}? (?:curb|dut(?:y|ies)|lev(?:y|ies)|tariff|tax)(?:e?s)?\b"
)


def are_narrowed(text: str) -> bool:
    """Whether fewer goods or firms are exempt or permitted than before."""
    return _NARROWED.search(text) is not None


def find_escaping(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries whose goods escape a restriction.

    Example: Peru in `Peruvian tea escapes Kenya's new duty`. None that the sentence names again: it may be hit otherwise.
    """
    codes = [mention.code for mention in sentence.mentions]
    return (
        mention.code
        for mention in sentence.mentions
        if codes.count(mention.code) == 1 and _ESCAPES.match(sentence.text, mention.end) is not None
    )
