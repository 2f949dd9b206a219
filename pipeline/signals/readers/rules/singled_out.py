"""One partner is raised while the others are relieved.

Example: `raised the tariff on Chinese goods to 125 percent while pausing duties on dozens of other countries`. Belongs here: who is singled
out, and which relief is the others'. Does not: `raises China to 125 percent` (`rates.py`).
"""

import re
from collections.abc import Iterator

from pipeline.signals.readers.rules.matching import MarkedSentence

#: Begins the id of the rule for the relief of the others.
OTHERS = "others."

_DUTIES = r"(?:dut(?:y|ies)|lev(?:y|ies)|tariffs?)"
_PARTNERS = r"(?:countries|country|economies|exporters|nations|(?:trading |trade )?partners|states|suppliers)"
#: A relief.
RELIEF = re.compile(
    r"\b(?:back\w* (?:away|down|off)|cut(?:s|ting)?|defer\w*|delay\w*|eas(?:es?|ed|ing)|exempt(?:s|ed|ing)?|halv\w+|lower\w*"
    r"|paus\w+|postpon\w+|reduc\w+|spar(?:es?|ed|ing)|suspend\w*)\b"
)
# That a relief is for the others or most: `pausing duties on dozens of other countries`, `delayed most of its tariffs`.
_FOR_OTHERS = re.compile(
    rf"[^.;:]{{0,60}}?\b(?:"
    rf"(?:(?:almost |nearly )?(?:all|every)(?: of)?|dozens of|many|most|scores of)(?: the)? (?:other )?{_PARTNERS}"
    rf"|(?:all |any |every |the )?other {_PARTNERS}"
    rf"|(?:all |the |most )?others\b|every(?:one|body) else|the rest\b|most of (?:her|his|its|the|their) (?:\w+ ){{0,3}}?{_DUTIES}"
    rf"|most (?:\w+ ){{0,2}}?{_DUTIES})"
)
# Up to the country that is singled out: `raised the tariff on`, `hiking those on`, `doubles its duty on`.
_RAISED = re.compile(
    r"\b(?:boost\w*|doubl\w+|escalat\w+|hik(?:es?|ed|ing)|impos\w+|increase[ds]?|increasing|jack\w* up|quadrupl\w+|rais(?:es?|ed|ing)"
    r"|ratchet\w* up|slap\w*|step\w* up|tripl\w+)\b"
    r"(?P<between>[^.;:]{0,40}?\b(?:barriers?|controls?|curbs?|dut(?:y|ies)|lev(?:y|ies)|quotas?|rates?|restrictions?"
    r"|sanctions?|surcharges?|tariffs?|taxes|those|trade (?:fight|war))\b[^.;:]{0,30})$"
)
# Between `most of its duties` and a country that pays them.
_ON = re.compile(r"(?: [\w-]+)? (?:against|for|from|on) (?:the )?")
# A looser test, for sentences that raise somebody to a rate.
_MOST = re.compile(r"\b(?:most|others?|the rest|dozens|everyone|everybody|many)\b", re.IGNORECASE)
_RELENTING = re.compile(
    r"\b(?:paus|suspend|delay|blink|back\w* (?:down|off)|relent|eas(?:e|ed|es|ing)\b|cut|lower|halv|spar|exempt|retreat|hold\w* off)",
    re.IGNORECASE,
)
# Reliefs that `RELIEF` lacks.
_ENDED = re.compile(r"\b(?:abolish|drop|eliminat|end|lift|remov|repeal|rescind|roll|scrap|waiv|withdr)\w*")
# What was raised before is relieved itself: `raised its duty on Chilean tin, then cut it and those on other countries`.
_SAME = re.compile(r" (?:it|that|them|those)\b")
# Characters after a relief, among which its own partner is named: `exempting Canadian steel`.
_RELIEVED_REACH = 30


def find_singled_out(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that a sentence raises while it relieves others.

    The others are `dozens of other countries` and the like (`_FOR_OTHERS`), or named up to `_RELIEVED_REACH` characters after the relief.
    """
    reliefs = list(RELIEF.finditer(sentence.text))
    if any(_SAME.match(sentence.text, relief.end()) for relief in reliefs):
        return
    relieved = {
        mention.code
        for relief in reliefs
        for mention in sentence.mentions
        if relief.end() < mention.start <= relief.end() + _RELIEVED_REACH
    }
    if not relieved and not relieves_others(sentence):
        return
    for mention in sentence.mentions:
        raised = _RAISED.search(sentence.text[: mention.start])
        if raised and mention.code not in relieved and not RELIEF.search(raised["between"]):
            yield mention.code


def relieves_others(sentence: MarkedSentence) -> bool:
    """Whether a sentence has a relief for the others or most: `delayed most of its tariffs`."""
    return any(_is_for_others(sentence, relief) for relief in RELIEF.finditer(sentence.text))


def relieves_most(text: str) -> bool:
    """Whether a text speaks of a relief and of most partners."""
    return _MOST.search(text) is not None and _RELENTING.search(text) is not None


def relieves_only_spared(sentence: MarkedSentence) -> bool:
    """Whether an act only spares named partners: `taxed all steel but exempted Peru`."""
    reliefs = list(RELIEF.finditer(sentence.text))
    only_spares = all(relief[0].startswith(("exempt", "spar")) for relief in reliefs) and not _ENDED.search(sentence.text)
    return only_spares and any(
        relief.end() < mention.start <= relief.end() + _RELIEVED_REACH for relief in reliefs for mention in sentence.mentions
    )


def _is_for_others(sentence: MarkedSentence, relief: re.Match[str]) -> bool:
    """Whether a relief is for the others or most, none named.

    In `suspended most of its duties on Chilean tin` Chile is named.
    """
    others = _FOR_OTHERS.match(sentence.text, relief.end())
    return others is not None and not any(
        relief.end() < mention.start and (mention.start < others.end() or _ON.fullmatch(sentence.text, others.end(), mention.start))
        for mention in sentence.mentions
    )
