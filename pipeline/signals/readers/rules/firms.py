"""Sentences in which firms deal with each other, and no state acts.

Does not belong here: which readings that rules out (`denials.py`), or contracts that words alone show (`elsewhere.py`).
"""

import re

from pipeline.signals.readers.rules import elsewhere
from pipeline.signals.readers.rules.matching import MarkedSentence

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
