"""Statements on another dispute, such as one on territory, in context.

Belongs here: what only two sentences together show. Does not: disputes that one sentence shows (`subjects.py`).
"""

import re
from collections.abc import Iterator

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.doubts import DEEDS, has_trade
from pipeline.signals.readers.rules.ruled_out import Denial
from pipeline.signals.readers.rules.subjects import is_other_dispute

# What states quarrel over besides trade. Acts may be of trade all the same; words of protest are then not.
_MATTERS = re.compile(
    # `Safeguard its sovereignty, security and development interests` is also said of trade.
    r"\b(?:sovereignty(?!,? (?:and )?(?:security|development))|territor(?:y|ies|ial)|separatis\w+|secession\w*|islets?|spiritual leader"
    r"|one-China|deport(?:s|ed|ation)?|provocations?|harass\w*|intruders?|intrud\w+|coast ?guards?|troops|borders? of|airspace"
    r"|militar(?:y|ily)|kidnapp\w+|hostages?|consular|detain(?:s|ed)?)\b",
    re.IGNORECASE,
)
# Ships that carry no goods.
_PATROLS = re.compile(
    r"\b(?:activities of (?:the )?(?:\w+ ){0,2}|(?:coast ?guard|fishing|government|naval|navy|patrol|survey) )(?:ships?|vessels?)\b",
    re.IGNORECASE,
)
_WORDS_ONLY = frozenset(KIND_POLARITY) - DEEDS


def find_other_dispute(previous: str, text: str) -> Iterator[Denial]:
    """Yield what a statement on another dispute rules out.

    Neither it nor the sentence before (`previous`) has a word of trade, and one of them has a word of another dispute: then nothing that is
    only said (no act) concerns trade.
    """
    if any(has_trade(_PATROLS.sub("", part)) for part in (previous, text)):
        return
    if any(_MATTERS.search(part) or is_other_dispute(part) for part in (previous, text)):
        yield Denial("dispute", _WORDS_ONLY)
