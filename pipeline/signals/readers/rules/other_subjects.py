"""Sentences with the words of an act, but about something else.

Subjects are other disputes (visas, arms), accusations taken back and talks that only date an act. Does not belong here: which kinds of
signals a sentence then cannot have (`denials.py`).
"""

import re

from pipeline.signals.slots import names_product

# Acts of another dispute, and what other disputes are about.
_OTHER_DISPUTE = re.compile(
    r"\b(?:visas?|travel bans?|bans? on travel|consulates?|warships?|fighter (?:jets?|planes?)|warplanes?|F-\d\d\w*|torpedo\w*|missiles?"
    r"|(?:arms|weapons?) (?:deals?|sales?)"
    r"|sanction(?:s|ed|ing)?(?: [\w'\u2019$-]+){0,5}?"
    r" (?:citizens|clerics|commanders|generals|individuals|judges|nationals|officers|officials)"
    r"|hack(?:s|ed|ers?|ing)?|cyber-?attacks?|(?:election )?meddling|election interference|influence (?:\w+ ){1,2}elections?"
    r"|espionage|spying"
    r"|human[- ]rights|rights abuses?"
    r"|Uighurs?|Uyghurs?|crackdown|prisoners?|extradit\w+|nuclear (?:programs?|programmes?|weapons?|tests?))\b",
    re.IGNORECASE,
)
_DRUGS = re.compile(r"\b(?:drugs?|fentanyl|narcotics?|opioids?)\b", re.IGNORECASE)
# A trade war is mostly the setting of the other dispute.
_TRADE = re.compile(
    r"\b(?:tariff|dut(?:y|ies)\b|trad(?:e|ed|es|ers?|ing)\b(?! (?:war|tensions?)\b)|import|export|lev(?:y|ies|ied)\b|goods\b|quota"
    r"|customs\b|W\.?T\.?O\b|chips?\b|semiconductor|subsid|currency\b|tech|farm|agricult|compan|firms?\b|industr|product|purchas|buy|sell(?:s|ing)?\b"
    r"|market|oil\b|gas\b|invest|econom|commerc|negotiat|(?<!arms )deals?\b|tax|suppl(?:y|ies)\b|licen[cs]|ports?\b|Huawei\b)",
    re.IGNORECASE,
)
# What is taken back is no accusation: `drops the label of currency manipulator`.
_CLEARED = re.compile(
    r"\b(?:no longer|drops?|dropped|lifts?|lifted|removes?|removed|rescinds?|rescinded|withdraws?|withdrew|revers(?:es|ed))\b[^.;:]{0,80}"
    r"\bcurrency[- ]manipulat",
    re.IGNORECASE,
)
_TALKS = r"(?:call|dialogue|discussions?|meetings?|negotiations?|summit|talks?|visit)"
# Talks that only date another act: `raises its duty before a planned summit`.
_DATING = re.compile(rf"\b(?:before|ahead of) (?:(?!(?:that|which|who)\b)[\w.'\u2019-]+ ){{0,7}}?{_TALKS}\b", re.IGNORECASE)
_TALKED = re.compile(
    rf"\b(?:{_TALKS}|agree\w*|calls?|called|consult\w*|deals?|discuss\w*|hop(?:e|es|ed|eful|ing)|meets?|met|negotiat\w+|optimis\w+|phoned?"
    r"|progress|reached out|spoke|truce|upbeat|visit\w*)\b",
    re.IGNORECASE,
)
_DONE_BEFORE = re.compile(
    r"\b(?:bann|blacklist|buy|control|curb|dut(?:y|ies)|export|fees?|import|lev(?:y|ies)|purchas|quota|restrict|sanction|subsid|tariff)\w*"
    r"|\b(?:bans?|comes?|came)\b",
    re.IGNORECASE,
)


def is_other_dispute(text: str) -> bool:
    """Whether a sentence is only about another dispute: `visa ban`.

    It then has no word of trade, and names no goods but arms and drugs.
    """
    rest = _OTHER_DISPUTE.sub("", text)
    return rest != text and not _TRADE.search(text) and not names_product(_DRUGS.sub("", rest))


def only_dates_talks(text: str) -> bool:
    """Whether talks only say when something was done.

    They follow `before` or `ahead of`, and what precedes these words has a word of restriction or purchase, and none of talks.
    """
    dating = _DATING.search(text)
    before = text[: dating.start()] if dating else ""
    return _DONE_BEFORE.search(before) is not None and _TALKED.search(before) is None


def is_taken_back(text: str) -> bool:
    """Whether a state no longer calls another a currency manipulator."""
    return _CLEARED.search(text) is not None
