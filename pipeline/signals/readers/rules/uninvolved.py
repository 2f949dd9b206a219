"""States that only seem to have a part in an act.

Somebody no longer buys their goods, opposes an act against them, or takes a rate from them in return for something. Does not belong here:
bystanders of an act on others (`bystanders.py`).
"""

import re
from collections.abc import Iterator

from pipeline.signals.readers.rules.bystanders import find_where_all
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.pairs import is_subject

# `agreed to stop buying Peruvian oil`, up to the country.
_STOPS_BUYING = re.compile(
    r"\b(?:ceas(?:e[sd]?|ing)|end(?:s|ed|ing)?|halt(?:s|ed|ing)?|quit(?:s|ting)?|stop(?:s|ped|ping)?) (?:(?:all|her|his|its|their) )?"
    r"(?:buying|importing|imports of|purchases of|purchasing) (?:(?:any|more) )?$"
)
# `opposes using the instrument against Peru`, up to the country. Who opposes its use by Peru accuses Peru.
_OPPOSES = re.compile(
    r"\boppos(?:e|es|ed|ing) (?:(?:any|the|new) )*(?:activat|add|adopt|deploy|hit|impos|introduc|invok|launch|plac|punish|put|rais|retaliat"
    r"|slap|tax|trigger|us)\w*ing\b(?:[^.,:;]{0,60}? (?:against|on))? (?:the )?$"
)
# A rate that somebody gets for what it gives: `in return for a 15 percent tariff`.
_IN_RETURN = re.compile(
    r" in (?:exchange|return) for (?:[\w-]+ ){0,3}?\d[\d.]* ?(?:%|per ?cent|pct) (?:\w+ ){0,2}?(?:duty|lev(?:y|ies)|rate|tariff)s?\b"
)


def find_shunned(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries whose goods somebody stops buying.

    They grant and get no relief.
    """
    return find_where_all(sentence, lambda mention: _STOPS_BUYING.search(sentence.text[: mention.start]))


def find_unpunished(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries whom somebody does not want to be punished."""
    return find_where_all(sentence, lambda mention: _OPPOSES.search(sentence.text[: mention.start]))


def find_giving(sentence: MarkedSentence) -> Iterator[str]:
    """Yield who gets a rate for what it gives: it imposes none.

    Example: Peru in `Peru will invest in Norway in return for a 15 percent tariff`. It is the first country before that may be a subject.
    """
    got = _IN_RETURN.search(sentence.text)
    before = [number for number, mention in enumerate(sentence.mentions) if got and mention.end <= got.start()]
    yield from [sentence.mentions[number].code for number in before if is_subject(sentence, number)][:1]
