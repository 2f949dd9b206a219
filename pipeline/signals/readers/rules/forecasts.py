"""What a state only expects, fears or has never done.

Examples: `Canada fears that Norway will tax fish`, `Peru has never threatened Chile`. Does not belong here: who braces for a restriction
(`denials.py`), and forecasts of people who act for no state (`outsiders.py`).
"""

import re
from collections.abc import Iterator

from pipeline.signals.readers.rules.matching import MarkedSentence

# A restriction did not come. That is no relief, but a deal that averted it may be one.
_AVERTED = re.compile(r"\b(?:was|were|been) (?:\w+ )?averted\b", re.IGNORECASE)
_DEAL_WORD = re.compile(r"\b(?:deal|agree\w*|accord|pact|truce|compromise)\b", re.IGNORECASE)
_FEARS = (
    r"\b(?:(?:believe|dread|expect|fear|think|wor(?:ry|rie))(?:s|ed|ing)?"
    r"|(?:is|are|was|were) (?:\w+ )?(?:afraid|alarmed|anxious|concerned|fearful|nervous|worried))"
)
_LOSING_REACH = 150  # characters before that state
# `fears losing its exemption from`, before the state whose act is feared.
_LOSING = re.compile(rf"{_FEARS} losing\b[^,.:;]{{1,80}} (?:from|in|to|under|with) (?:the )?$", re.IGNORECASE)
# Before the state whose act is feared, and after it: `fears (that) Norway will`, `expects Norway to`.
_FEARED = re.compile(rf"{_FEARS}(?: that)? (?:[A-Z][\w.]+ |the |its neighbou?r )*$")
_MAY = re.compile(r"(?:['\u2019]s (?:government|president))? (could|is about to|is going to|may|might|to|will|would)\b")
# What nobody asks another to do to its own trade, and what somebody may: `expects Peru to stop its purchases` is a demand.
_HITS = r"(?:double|hit|impose|increase|match|raise|reimpose|retaliate|slap|strike|tax|tighten|triple|widen)"
_RESTRICTS = re.compile(rf" (?:{_HITS}|answer|ban|bar|block|close|curb|extend|halt|limit|restrict|stop|suspend)\b")
_RAISES = re.compile(rf" {_HITS}\b")
_REPLIES = re.compile(r"\b(?:if|or|otherwise|unless|warn\w*)\b|;|, (?:and|but)\b", re.IGNORECASE)
# `had never threatened`: neither then nor now.
_NEVER = re.compile(
    r"\bnever (?:ask(?:ed)|considered|contemplated|demanded|intended|offered|planned|pledged|promised|proposed|sought|threatened|wanted)\b"
)
# What a restriction would do, or what it amounts to: `Taxing tea would hurt Lima`, `tariffs are a tax on families`.
_WEIGHED = re.compile(
    r"(?:^\W*|[\"\u201c] ?|\b(?:that|said|says|as) )"
    r"(?:banning|blocking|imposing|increasing|introducing|levying|putting|raising|restricting|slapping|taxing)\b[^.,;:\"]{1,120}?"
    r" (?:can|could|may|might|will|would|does|is not|(?:is|was) (?:an?|the)) (?!be (?:announced|considered|imposed|next)\b)"
    r"|\b(?:duties|duty|lev(?:y|ies)|tariffs?)\b[^.;:]{0,30} (?:act as|amounts? to|are|be|is|means?|put)"
    r" (?:(?:in effect|just|really|simply) )?an? (?:\w+ )?tax (?:for|on) (?:[\w.]+ ){0,3}?"
    r"(?:americans|\w*buyers|citizens|consumers|families|households|people|shoppers|taxpayers|voters|workers)\b",
    re.IGNORECASE,
)
# `dangles the prospect of new duties on`, not `of lower duties`.
_SPECTRE = re.compile(
    r"\b(?:dangl|float|held|hold|ke(?:ep|pt)|leav|left|open|rais|reviv)\w*(?: (?:open|out|up))? (?:an?|the) (?:\w+ )?"
    r"(?:idea|option|possibility|prospect|spect(?:er|re)) of "
    r"(?:(?!(?:abolish|cut|eas|fewer|lift|lower|no\b|reduc|remov|scrap|suspend|zero)\w*)[\w$%.,-]+ ){0,5}?"
    r"(?:countermeasures?|curbs?|dut(?:y|ies)|lev(?:y|ies)|restrictions?|retaliation|sanctions|tariffs?)\b"
    r"(?! (?:being|cuts?|exemptions?|holidays?|reductions?|relief|reprieves?|truces?))",
    re.IGNORECASE,
)
# What somebody who decides nothing expects: `If Peru were to tax tea, Kenya would probably answer`.
_SUPPOSED = re.compile(
    r"\b[Ii]f [^,;.]{3,120} (?:were to|was to) [^;.]{3,120}, [^,;.]{1,60} (?:could|might|would)\b"
    r"|\b(?:could|may|might|would) (?:(?:almost )?certainly|likely|probably|surely|well)\b"
)
_DECIDES = re.compile(
    r"\b(?:commission|commissioner|envoy|government|minister|ministry|official|president|prime minister|secretary|spokes\w+|vow\w*|warn\w*"
    r"|White House)s?\b",
    re.IGNORECASE,
)


def is_averted(text: str) -> bool:
    """Whether a restriction or quarrel `was averted`, and not by a deal."""
    return _AVERTED.search(text) is not None and _DEAL_WORD.search(text) is None


def is_supposed(text: str) -> bool:
    """Whether a sentence only says what a state would probably do.

    False if it names an official or a government, or warns.
    """
    return _SUPPOSED.search(text) is not None and _DECIDES.search(text) is None


def raises_spectre(text: str) -> bool:
    """Whether a sentence says that a restriction is possible: `dangled the prospect of new tariffs`."""
    return _SPECTRE.search(text) is not None


def is_weighed(text: str) -> bool:
    """Whether a sentence only says what a restriction would do.

    Or what it amounts to: `a tax on families`. False if it goes on (`, and doubled it`).
    """
    return _WEIGHED.search(text) is not None and ", and " not in text


def find_feared(sentence: MarkedSentence) -> Iterator[tuple[str, str]]:
    """Yield who only expects or fears an act, and whose.

    Examples: Canada and Norway in `Canada fears that Norway will tax its fish`, `Canada fears losing its exemption from Norway's duty`.
    None in a sentence with a condition or a warning.
    """
    text = sentence.text
    if _REPLIES.search(text):
        return
    for one, other in zip(sentence.mentions, sentence.mentions[1:], strict=False):
        is_feared = _FEARED.search(text, one.end, other.start) is not None
        may = _MAY.match(text, other.end)
        act = (_RAISES if may[1] == "to" else _RESTRICTS).match(text, may.end()) if may else None
        if is_feared and act and one.code != other.code:
            yield one.code, other.code
        losing = _LOSING.search(text, max(0, other.start - _LOSING_REACH), other.start)
        yield from ((afraid.code, other.code) for afraid in sentence.mentions if losing and afraid.end == losing.start() - 1)


def find_never(sentence: MarkedSentence) -> str | None:
    """Return the state that has never threatened or promised something.

    It is the last one named before `never`. None if the sentence goes on to other acts.
    """
    never = _NEVER.search(sentence.text)
    if never is None or _REPLIES.search(sentence.text):
        return None
    return next((mention.code for mention in reversed(sentence.mentions) if mention.end <= never.start()), None)
