"""Sentences with words of talks in which no two states talk.

Talks are denied, only date an act, are held in public or by all members of the World Trade Organization, or only settle how to negotiate.
Does not belong here: finding talks (`compose.py`, `bare.py`), or which signals a sentence then cannot have (`denials.py`).
"""

import re

from pipeline.signals.context import PAIR_SIZE
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.matching import MarkedSentence

# Only how a deal will be negotiated is settled: `a road map for a trade deal`.
_PRELIMINARIES = re.compile(
    r"\b(?:terms of reference|road ?map|agenda|timetable|schedule)s? (?:for|of|to|towards?) (?:[\w-]+ ){0,5}?"
    r"(?:accord|agreement|deal|pact|treaty)\b",
    re.IGNORECASE,
)
# An old treaty by its name, and words that say that something is agreed.
_TREATY = re.compile(r"\bGeneral Agreement on Tariffs and Trade\b", re.IGNORECASE)
_AGREED = re.compile(
    r"\b(?:accept|accord|agree|commit|compromis|conclud|deal|framework|memorand|pact|pledge|protocol|settle|sign|treat(?:y|ies)|truce"
    r"|underst)\w*\b",
    re.IGNORECASE,
)
# What any deal would do: `a trade deal with Peru will change Norway`. Nobody has made it.
_ANY_DEAL = re.compile(
    r"^An? (?:[\w-]+ ){0,4}?(?:accord|agreement|deal|pact|treaty)\b"
    r"(?:(?!\b(?:agreed|announced|concluded|reached|sealed|settled|signed|struck)\b)[^.;:])*? (?:could|may|might|will|would)\b"
)
# Talks of all members of the World Trade Organization are none between two states.
_ROUND = re.compile(r"\b(?:Uruguay|Doha|Tokyo) round\b", re.IGNORECASE)
# Talks that nobody has, unless a word of `_TURN` shows that another clause says otherwise: `we are not having any negotiations`.
_KIND_OF_TALKS = r"(?: (?:any|formal|active|direct|trade|tariff|economic|bilateral)){0,3}"
_TALKS = rf"{_KIND_OF_TALKS} (?:consultations?|dialogue|discussions?|negotiating|negotiations?|talks)"
_NO_TALKS = re.compile(
    r"\b(?:(?:is|are|am|was|were)(?: currently)? not|(?:is|are|was|were)n['\u2019]t|['\u2019](?:m|re|s) not)(?: currently| now| yet)?"
    rf" (?:(?:conducting|engaged in|engaging in|having|holding|in){_TALKS}|negotiating)\b"
    rf"|\b(?:have|has|had)(?: not|n['\u2019]t)(?: yet)? (?:conducted|engaged in|entered(?: into)?|had|held){_TALKS}\b"
    rf"|\b(?:have|has|had) (?:conducted|had|held) no{_TALKS}\b"
)
_TURN = re.compile(r"\b(?:although|but|however|if|though|unless|until|while|yet)\b|;")
# Who spoke where in public: `discussed the talks in an interview`.
_EVENT = r"(?: [\w.'\u2019-]+){1,6}? (?:(?:press|news) (?:briefing|conference)|briefing|interview|podcast|[Cc]abinet meeting)"
_BROADCASTERS = "|".join(sorted(cues("broadcasters")))
_STAGE = re.compile(
    rf"\b(?:(?:[Aa]t|[Dd]uring|[Ii]n|[Oo]n){_EVENT}|(?:held|holds|hosted|hosts){_EVENT}[^,;]{{0,200}}, where"
    rf"|on (?:{_BROADCASTERS}))\b"
)
_DISCUSSING = re.compile(r"\b(?:discussed|discusses|discussing|(?:speaks|spoke|talked) (?:about|on))\b")
_TO_MEDIA = re.compile(
    r"\b(?:speaks?|spoke|talk(?:s|ed)?) (?:to|with) (?:journalists|reporters|the (?:media|press))\b"
    r"|\bposted (?:an |the |two )?interviews?\b"
)
# Somebody also met another, or what was said is reported.
_SAID = re.compile(
    r"\b(?:after|before|counterparts?|following|if|joint|met|said|says?|saying|that|t(?:ell|ells|old)|whether|wrote)\b"
    r"|[:,] ?[\"\u201c\u2018]",
    re.IGNORECASE,
)
_MEETINGS = r"(?:call|dialogue|discussions?|meetings?|negotiations?|summit|talks?|visit)"
# Talks that only date another act: `raises its duty before a planned summit`.
_DATING = re.compile(rf"\b(?:before|ahead of) (?:(?!(?:that|which|who)\b)[\w.'\u2019-]+ ){{0,7}}?{_MEETINGS}\b", re.IGNORECASE)
# Words of talks, deals or hopes in front of that: the talks may then be what the sentence is about.
_TALKED = re.compile(
    rf"\b(?:{_MEETINGS}|agree\w*|calls?|called|consult\w*|deals?|discuss\w*|hop(?:e|es|ed|eful|ing)|meets?|met|negotiat\w+|optimis\w+|phoned?"
    r"|progress|reached out|spoke|truce|upbeat|visit\w*)\b",
    re.IGNORECASE,
)
# Talks that are named as those of an earlier time: `last week's meeting`.
_EARLIER_TALKS = re.compile(
    r"\b(?i:last) (?:week|weekend|month|year|spring|summer|autumn|fall|winter|[A-Z]\w+)['\u2019]s"
    rf" (?:[\w.-]+ ){{0,3}}?{_MEETINGS}\b(?: (?:between|in|of|with)\b)?"
)
# How words of restrictions and purchases begin, and verbs of an act that is called `the ban` or `the move`.
_DONE_BEFORE = re.compile(
    r"\b(?:bann|blacklist|buy|control|curb|dut(?:y|ies)|export|fees?|import|lev(?:y|ies)|purchas|quota|restrict|sanction|subsid|tariff)\w*"
    r"|\b(?:bans?|comes?|came)\b",
    re.IGNORECASE,
)


def settle_terms(text: str) -> bool:
    """Whether a sentence only says how a deal will be negotiated."""
    return _PRELIMINARIES.search(text) is not None


def only_name_treaty(text: str) -> bool:
    """Whether the only agreement of a sentence is an old treaty."""
    return _TREATY.search(text) is not None and _AGREED.search(_TREATY.sub("", text)) is None


def is_any_deal(text: str) -> bool:
    """Whether a sentence says what an unmade deal would do."""
    return _ANY_DEAL.match(text) is not None


def are_world_round(sentence: MarkedSentence) -> bool:
    """Whether talks are a round of the World Trade Organization.

    Examples: `the Doha round`, `the Uruguay round`. False if the sentence names two states: they may talk about it.
    """
    return _ROUND.search(sentence.text) is not None and len({mention.code for mention in sentence.mentions}) < PAIR_SIZE


def are_not_held(text: str) -> bool:
    """Whether a sentence says that no talks are held."""
    return _NO_TALKS.search(text) is not None and _TURN.search(text) is None


def are_public(text: str) -> bool:
    """Whether somebody only spoke in public, as in an interview.

    Not if a word shows what was said, or with whom somebody met (`_SAID`).
    """
    return (_TO_MEDIA.search(text) is not None or _is_discussed_on_stage(text)) and _SAID.search(text) is None


def _is_discussed_on_stage(text: str) -> bool:
    """Whether a public event is named near a word such as `discussed`."""
    discussing = list(_DISCUSSING.finditer(text))
    return bool(discussing) and (
        _STAGE.search(text, discussing[0].end()) is not None or _STAGE.search(text, 0, discussing[-1].start()) is not None
    )


def are_only_earlier(text: str) -> bool:
    """Whether a sentence names only talks of an earlier time.

    Example: `tea took up much of last week's meetings`.
    """
    return _EARLIER_TALKS.search(text) is not None and _TALKED.search(_EARLIER_TALKS.sub("", text)) is None


def only_date_act(text: str) -> bool:
    """Whether talks only say when something was done.

    They follow `before` or `ahead of`, and what precedes these words has a word of restriction or purchase, and none of talks.
    """
    dating = _DATING.search(text)
    before = text[: dating.start()] if dating else ""
    return _DONE_BEFORE.search(before) is not None and _TALKED.search(before) is None
