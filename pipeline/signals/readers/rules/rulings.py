"""Rulings of a state's own courts on its restrictions.

Example: `judges ruled that Trump had overstepped his authority in taxing Peru`, which ends the tax. Does not belong here: what rulings of
the World Trade Organization are, which end nothing (`panels.py`), and courts that `strike down` a duty (`compose.py`).
"""

import re
from collections.abc import Iterable, Iterator

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.signals.reader import SURE_SIGN
from pipeline.signals.readers.rules.grammar import Act, build_object_act, class_of
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.panels import find_panel_rulings

SCORE = 0.6
#: Begins the id of the rule for rulings that end a restriction.
RULED = "ruled."
_COURT = r"\b(?:[Cc]ourts?|COURT|[Jj]udges?|[Jj]ustices|[Tt]ribunal)\b"
_RULES = (
    r"(?:rul(?:e|es|ed|ing)|finds?|found|said|says?|declare[ds]?|h[eo]lds?|concluded?|decide[sd]?|calls?|called)\b(?! (?:to|whether)\b)"
)
_BETWEEN = r"[^;:]{0,160}?"
_ILLEGAL = r"(?:illegal(?:ly)?|unlawful(?:ly)?|unconstitutional|invalid|void|not (?:legal|lawful|valid|constitutional))"
_UNLAWFUL = (
    rf"(?<!not )\b(?:{_ILLEGAL}"
    r"|overst(?:ep|epped|eps)|exceed(?:s|ed)? (?:[\w.'\u2019]+ ){0,3}(?:authority|powers?)"
    r"|(?:lack(?:s|ed)|(?:had|has|have) no) (?:\w+ ){0,2}(?:authority|power|right)"
    r"|(?:did|does|do) not (?:allow|authori[sz]e|empower|permit|(?:give|grant|have) (?:[\w.]+ ){0,5}(?:authority|power|right))"
    r"|(?:can't|cannot|could not) (?:use|impose|set))\b"
)
# Words between a court and its verb. None says that the ruling is still to come or only known.
_AFTER_COURT = (
    r"(?: (?!(?:can|could|expected|likely|may|might|must|poised|should|that|to|which|who|would|will)\b)[^\W\d][\w'\u2019.-]*| on \w+){0,7}?"
)
# What ends a restriction if a court does it; what only a court would not end is in the lexicon.
_ENDS = (
    r"(?:annul(?:s|led)?|bar(?:s|red)?|block(?:s|ed)?|cancel(?:s|led)?|end(?:s|ed)?|enjoin(?:s|ed)?|halt(?:s|ed)?|invalidate[sd]?"
    r"|kills?|killed|nullif(?:y|ies|ied)|overturn(?:s|ed)?|quash(?:es|ed)?"
    r"|reject(?:s|ed)?|scrap(?:s|ped)?|sets? aside|str(?:ikes?|uck) (?:down|out)"
    r"|suspend(?:s|ed)?|(?:throws?|threw|toss(?:es|ed)?)(?: out)?|vacate[sd]?|void(?:s|ed)?)"
)
_RESTRICTION = r"(?:bans?|curbs?|dut(?:y|ies)|lev(?:y|ies)|quotas?|restrictions?|surcharges?|surtax(?:es)?|tariffs?)"
# The object of that verb is no restriction, but what somebody asks of the court, or its own ruling: `throws out suit against the duty`.
_SUIT = (
    r"(?:appeals?|bids?|cases?|challenges?|claims?|complaints?|decisions?|lawsuits?|orders?|petitions?|plea(?:s)?|refunds?|requests?"
    r"|rulings?|suits?)"
)
_RULING = re.compile(
    rf"{_COURT}{_AFTER_COURT} {_RULES}{_BETWEEN}{_UNLAWFUL}"
    rf"|{_UNLAWFUL}{_BETWEEN}, (?:an? |the )?(?:[\w.]+ ){{0,4}}{_COURT} {_RULES}"
    rf"|{_COURT}(?: \w+){{0,3}}? rul(?:e|es|ed) against (?!(?:[\w'\u2019.-]+ ){{0,5}}{_SUIT}\b)"
    rf"|{_COURT}{_AFTER_COURT} {_ENDS} (?:(?!{_SUIT}\b)[\w.%'\u2019-]+ ){{0,6}}?{_RESTRICTION}\b(?! {_SUIT}\b)"
    rf"|{_COURT}{_AFTER_COURT} (?:directs?|directed|gave|gives?|orders?|ordered|t(?:ells?|old)) (?:[\w.'\u2019-]+ ){{0,6}}?to"
    rf" (?:cease|end|halt|stop) (?:charging|collecting|imposing|levying) (?:[\w.%'\u2019-]+ ){{0,6}}?{_RESTRICTION}\b"
    rf"|\b{_RESTRICTION}(?: (?:are|be|been|have|has|is|was|were))* (?:ruled|declared) {_ILLEGAL}\b"
    rf"|\b{_RESTRICTION}(?: (?:are|been|have|has|is|was|were))* (?:deemed|found|held) {_ILLEGAL} by [^;:,]{{0,60}}?{_COURT}"
    rf"|\b{_RESTRICTION}(?: (?:are|been|have|has|is|was|were))* (?:blocked|overturned|quashed|struck down|thrown out|voided)"
    rf" by [^;:,]{{0,60}}?{_COURT}"
)
# Somebody only asks a court, it is open what it will say, it upholds an act, takes back a ruling, or it is no court of a state.
_NO_RULING = re.compile(
    r"\b(?:W\.?T\.?O|World Trade Organi[sz]ation|ask(?:s|ed)?|argu\w+|sue[sd]?|suing|urg\w+|whether|if|uph[eo]ld\w*|in favou?r of"
    r"|(?:reinstate[sd]?|reinstating|revive[sd]?|reviving|restore[sd]?|restoring))\b"
    r"|\b(?:could|may|might|would|to|expected to|likely to)(?: be)?"
    r" (?:declared?|find|hold|overturn(?:ed)?|ruled?|strike|struck|throw)\b"
)
# A ruling that is only the reason for another act: `imposes a new duty after court strikes down the old one`.
_REASON = re.compile(rf"\b(?:after|because|before|despite|following|once|since|until|when)(?: (?!{_COURT})[\w'\u2019.-]+){{0,5}}? {_COURT}")
_HEARING = re.compile(
    rf"{_COURT}(?: \w+){{0,2}}? (?:to |will |sets? date to )?"
    r"(?:hears?|weighs?|decides? whether|takes? up|rules? (?:on|whether)|sounds? s[ck]eptical)\b"
)
# `let the duty stand`, `allows its curbs to stay in effect`, `upheld a ban`.
_THING = rf"(?: (?!that\b)[\w.%'\u2019-]+){{0,5}}? {_RESTRICTION}\b"
_UPHOLDING = re.compile(
    rf"{_COURT}(?: \w+){{0,3}}? (?:(?:has|have) )?(?:(?:upholds?|upheld){_THING}"
    rf"|(?:allow(?:s|ed)?|lets?){_THING}[^;:,]{{0,60}}? (?:to )?(?:continue|remain|stand|stay)\b)",
    re.IGNORECASE,
)
# `top court strikes down`, from the court's adjectives on.
_STRIKES = re.compile(
    r"\b(?:(?:[Tt]he |[Aa]n? )?(?:appeals?|constitutional|district|federal|high|supreme|top|trade) (?:[Aa]ppeals? )?)?"
    rf"(?:courts?|judges?|justices|tribunal) (?:(?:had|has|have) )?{_ENDS}\b",
    re.IGNORECASE,
)
_STRUCK_REACH = 40  # characters
OWNER_REACH = 3  # words
_OUTCOME = re.compile(
    r"\b(?:case|dispute|inquiry|investigation|probe|review)\b[^,;:]{0,60}? (?:ends?|ended|closes?|closed|concludes?|concluded) (?:in|with)"
    r" (?!no\b|out\b|without\b)(?:[\w.%-]+ ){0,4}?(?:dut(?:y|ies)|lev(?:y|ies)|surcharges?|tariffs?)\b",
    re.IGNORECASE,
)
_NOT_UPHELD = re.compile(r"; |, (?:and|but)\b|\b(?:ask(?:s|ed)?|could|expected|if|may|might|should|to let|urg\w+|whether|will|would)\b")


def is_upheld(text: str) -> bool:
    """Whether a court lets a restriction stand."""
    return _UPHOLDING.search(text) is not None and _NOT_UPHELD.search(text) is None


def ends_in_duty(text: str) -> bool:
    """Whether an inquiry ends with a duty, which is no relief: `dumping case ends with 31 percent duty`."""
    return _OUTCOME.search(text) is not None


def is_only_heard(text: str) -> bool:
    """Whether a court has not ruled yet: `court weighs Trump's tariffs`."""
    return _HEARING.search(text) is not None


def ends_restriction(text: str) -> bool:
    """Whether a court ends a restriction, or finds it unlawful.

    False if the ruling is only the reason for another act.
    """
    return _RULING.search(text) is not None and _NO_RULING.search(text) is None and _REASON.search(text) is None


def find_court_pair(sentence: MarkedSentence, thing: int) -> tuple[str, str] | None:
    """Return whose restriction a court strikes down, and towards whom it was.

    `thing`: its first word. Example: USA and all partners for `India waits after top court strikes down Trump's tariffs`: the court is that
    of the restriction's owner. None for a court whose country is named, or if the owner is not.
    """
    restriction = next((mark for mark in sentence.marks_of("object") if mark.first == thing and class_of(mark) == "restriction"), None)
    court = next((court for court in _STRIKES.finditer(sentence.text) if not _has_country(sentence, court.start())), None)
    if restriction is None or court is None or not court.start() < sentence.tokens[thing].start <= court.end() + _STRUCK_REACH:
        return None
    after = range(restriction.last + 1, sentence.clause_bounds(thing)[1])
    before = [mention for mention, (_, last) in sentence.located_mentions if thing - OWNER_REACH <= last < thing]
    owner = next((mention.code for mention in reversed(before) if mention.start >= court.end()), None)
    targets = (mention.code for mention, (first, _) in sentence.located_mentions if first in after and mention.code != owner)
    return (owner, next(targets, ALL_PARTNERS)) if owner else None


def _has_country(sentence: MarkedSentence, court: int) -> bool:
    """Whether the words before a court (its position) name its country."""
    return any(mention.end <= court <= mention.end + len("'s ") for mention in sentence.mentions)


def find_without_court(sentence: MarkedSentence) -> Iterator[str]:
    """Yield countries that a court of another, unnamed country relieves of nothing.

    None if the sentence has several restrictions, which others may ease.
    """
    things = [mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction"]
    pair = find_court_pair(sentence, things[0].first) if len(things) == 1 else None
    if pair:
        yield from sorted({mention.code for mention in sentence.mentions} - {pair[0]})


def find_rulings(sentence: MarkedSentence) -> Iterable[Act]:
    """Find rulings on the first restriction of a sentence.

    A court that ends it makes an easing, and one that lets it stand a refusal.
    """
    yield from find_panel_rulings(sentence)
    thing = next((mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction"), None)
    if thing is None:
        return
    if ends_restriction(sentence.text):
        yield build_object_act(sentence, thing, "easing", f"{RULED}restriction{SURE_SIGN}", score=SCORE, status="ended")
    elif is_upheld(sentence.text):
        yield build_object_act(sentence, thing, "refusal", "uphold.restriction", score=SCORE, status="proposed")
