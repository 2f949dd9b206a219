"""Rulings of the World Trade Organization on the restrictions of a state.

Example: `a WTO panel found that Peru's duties break its rules`, an investigation of who complained. Does not belong here: rulings of a
state's own courts (`rulings.py`), or how a complaint is filed (`compose.py`).
"""

import re
from collections.abc import Iterable

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.readers.rules.grammar import Act
from pipeline.signals.readers.rules.matching import MarkedSentence

SCORE = 0.6
#: Id of the rule.
PANEL = "panel.ruling"
_BODY = r"\b(?:W\.?T\.?O\b\.?|World Trade Organi[sz]ation|GATT|[Pp]anels?|[Aa]rbitrat(?:ors?|ion)|(?i:appellate body))\b"
# Words with a hyphen, such as `WTO-backed`, rule nothing.
_RULES = r"(?<![\w-])(?:rule[sd]?|find|finds|found|holds?|held|side[sd]?|decide[sd]?)(?![\w-])"
_BACKS = r"(?<![\w-])(?:backs?|backed)(?![\w-])"
_DAY = r"(?: (?:on \w+day|this week|today|yesterday))?"
_NEAR = r"[^.;:]{0,120}?"
# Before the country that lost, or the one that won.
_AGAINST = re.compile(rf"{_BODY}{_NEAR}{_RULES}[^.;:]{{0,40}}?(?<!discriminate )(?<!discriminates )(?<!discriminated )\bagainst (?:the )?$")
_WITH = re.compile(rf"{_BODY}{_NEAR}(?:(?<![\w-])side[sd]? with|{_RULES}{_DAY} (?:in favou?r of|for)|{_BACKS}) (?:the )?$")
_THAT = re.compile(rf"{_BODY}{_NEAR}{_RULES}{_DAY} (?:that )?(?:(?:most|many|some) of )?(?:the )?$")
_UNLAWFUL = re.compile(
    r"(?<!not )\b(?:against (?:its|the|world|global) rules|br(?:eak|eaks|oke|oken)|(?:in )?breach\w*|discriminat\w+|illegal|inconsistent"
    r"|incompatible"
    r"|unlawful|violat\w+)\b"
)
# A complaint, and where it is filed, in either order.
_COMPLAINT = r"\b(?:case|challenges?|complaint|consultations|dispute|proceedings|suit)\b"
_AT_BODY = re.compile(rf"{_COMPLAINT}{_NEAR}{_BODY}|{_BODY}{_NEAR}{_COMPLAINT}")
# A ruling that comes later.
_PUT_OFF = re.compile(r"\b(?:decision|ruling|verdict)\b[^.;:]{0,100}?\b(?:put (?:back|off)|postponed|deferred|delayed)\b", re.IGNORECASE)
# Nobody has ruled yet.
_OPEN = re.compile(r"\b(?:ask(?:s|ed|ing)?|could|expected|if|may|might|should|to rule|whether|will|would)\b")


def is_put_off(text: str) -> bool:
    """Whether a ruling will only come later."""
    return _PUT_OFF.search(text) is not None


def is_complaint(text: str) -> bool:
    """Whether a text is on a complaint, which one member answers."""
    return _AT_BODY.search(text) is not None


def find_panel_rulings(sentence: MarkedSentence) -> Iterable[Act]:
    """Find a ruling, as an investigation of the side that lost."""
    at = next((i for i, token in enumerate(sentence.tokens) if re.fullmatch(rf"{_RULES}|{_BACKS}", token.lower)), None)
    if at is not None and find_panel_pair(sentence, ()) is not None:
        yield Act(
            kind="investigation",
            rule_id=PANEL,
            anchor=at,
            focus=at,
            instrument="investigation",
            status="announced",
            score=SCORE,
            words=(sentence.tokens[at].text,),
        )


def find_panel_pair(sentence: MarkedSentence, main_pair: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the states that won and lost; None without a ruling.

    The other side is the only other country of the sentence or, if that names none, of `main_pair`; it is `` if it is not known.
    """
    if _OPEN.search(sentence.text):
        return None
    for mention in sentence.mentions:
        before, after = sentence.text[: mention.start], sentence.text[mention.end :]
        has_won = _WITH.search(before) is not None
        if has_won or _AGAINST.search(before) or (_THAT.search(before) and _UNLAWFUL.search(after)):
            named = {other.code for other in sentence.mentions if other.code != mention.code}
            others = sorted(named or set(main_pair) - {mention.code})
            other = others[0] if len(others) < PAIR_SIZE and others else ""
            return (mention.code, other) if has_won else (other, mention.code)
    return None
