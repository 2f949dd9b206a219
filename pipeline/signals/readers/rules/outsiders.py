"""Sentences that somebody says who acts for no state.

Examples: `..., trade lawyers said`, `..., said Ana Ruiz, a professor in Lima`, `senators urged ...`. What they accuse of or demand is no
signal, nor is an act that they foretell. Does not belong here: speakers of a single clause, whom the syntax tree shows (`parsed.py`).
"""

import re
from collections.abc import Iterator

from pipeline.signals.lexicon import cues, load_lexicon
from pipeline.signals.readers.rules.grammar import class_of
from pipeline.signals.readers.rules.matching import MarkedSentence

ADDRESSEE_REACH = 5  # words

_OUTSIDERS = (
    "(?:"
    + "|".join(sorted(cues("outsiders")))
    + r"|associations?(?! of)|confederations?|exporters?|importers?|newspapers?|traders|(?!law|policy)\w*makers)"
)
_SAY = (
    r"(?:accuse[ds]?|add(?:ed|s)?|argue[ds]?|believed?|call(?:ed|s)?|cautioned|demand(?:ed|s)?|describe[ds]?|estimated?|expect(?:ed|s)?|fear(?:ed|s)?|noted"
    r"|predict(?:ed|s)?|reckon(?:ed|s)?|said|says?|suggest(?:ed|s)?|think|thought|told|warn(?:ed|s)?)"
)
_OF_WHAT = r"(?: (?:at|from|in|of|on|who|with) [^,;]{2,50})?"
# What ends a quotation, or the words that are reported.
_QUOTE_END = r"[,:;][\"'\u2019\u201d]*"
# `Economists at two banks said ...`. After `, but` follows what may be news.
_OPENING = re.compile(
    rf"^(?:(?:But|Still|Yet|However),? )?(?:[\w'\u2019.-]+ ){{0,5}}?{_OUTSIDERS}{_OF_WHAT}(?: on \w+day)? {_SAY}\b(?!.*, but\b)",
    re.IGNORECASE,
)
# `..., economists said on Monday.`
_CLOSING = re.compile(
    rf",[\"'\u2019\u201d]* (?:(?!(?:that|which) )[\w'\u2019.-]+ ){{0,6}}?{_OUTSIDERS}{_OF_WHAT} {_SAY}(?: [\w. ]{{1,30}})?[.\"\u201d]*$",
    re.IGNORECASE,
)
# `," said Ana Ruiz, a professor at ...`, `," said a trade lawyer`.
_NAME = r"(?:[A-Z][\w.'\u2019-]+ ){0,3}[A-Z][\w.'\u2019-]+"
_POST = rf"(?:{_OUTSIDERS}|(?:senior )?fellow|[Rr]esearch (?:[Cc]ent\w+|[Ii]nstitute)|think tank)"
_NAMED = re.compile(
    rf"{_QUOTE_END} {_SAY} {_NAME}, [^,;]{{0,80}}?\b{_POST}\b|{_QUOTE_END} {_SAY} (?:[a-z'\u2019-]+ ){{0,4}}?{_OUTSIDERS}\b"
)
# `..., insists Norwegian firm Orion`.
_FIRM_CLOSING = re.compile(
    rf",[\"'\u2019\u201d]* (?:argue[ds]?|claim(?:s|ed)?|insist(?:s|ed)?|{_SAY}) (?:[\w'\u2019-]+ ){{0,3}}"
    r"(?:airline|bank|boss|carmaker|CEO|chief executive|company|firm|manufacturer|producer|retailer|supermarket)s?"
    r"(?: [A-Z][\w&.-]+){0,3}\W*$"
)
# A headline in the words of who asks: `Drop the duty, Lima urges Oslo`, `Spare us the levy, pleads Lima`.
_ORDER = re.compile(
    r"^\W*(?:Buy|Cut(?! (?:in|to)\b)|Drop(?! in\b)|End(?! (?:of|to)\b)|Exempt|Give"
    r"|Halve|Leave|Lift|Lower|Open(?! to\b)|Remove|Scrap|Spare|Stop|Withdraw)\b[^;:]*?(?P<end>,)[^,;:]*?"
    r"\b(?:begs?|demands?|pleads?|t(?:ells|old)|urges?|warns?)\b"
)
# `the duty was never planned`, `has made no pledge to open its market`.
_NEVER = re.compile(
    r"\b(?:was|were|been) never (?:considered|discussed|intended|offered|on the table|planned|promised|under consideration)\b"
    r"|\b(?:ha[ds]|have) (?:made|given) no (?:such )?(?:commitments?|concessions?|guarantees?|pledges?)\b(?!.*\bbut\b)"
)
_SHORT_OF = re.compile(
    r"^[^,;:]{0,60}?\b(?:stop(?:s|ped|ping)? short of|refrain(?:s|ed)? from|declin(?:es|ed) to)"
    r" (?:accus(?:e|ing)|ban(?:ning)?|brand(?:ing)?|call(?:ing)?|declare|declaring|impos(?:e|ing)|label(?:l?ing)?|nam(?:e|ing)"
    r"|threaten(?:ing)?)\b"
    r"(?!.*(?:\bbut\b|;))"
)
_URGED = "(?:advised|encouraged|implored|pressed|told|urged)"
_URGE = "(?:ask|encourag|instruct|order|press|tell|told|urg|warn)"
# `Peru and Norway urged to sign a deal`: advice, unless another clause follows.
_ADVISED = re.compile(
    r"^([\w.'\u2019-]+(?:,? (?!(?:be|being|been|by|has|have|not)\b)[\w.'\u2019-]+){0,5}?) (?:(?:are|is|was|were) )?"
    rf"(?:called on|{_URGED})(?: by [^,;:]{{2,40}}?)? to\b"
    r"(?!.*(?:[,;:]|\b(?:after|as|because|but|when|while)\b))"
)
# What an act would do that nobody does: `imposing tariffs would hurt us`.
_IMAGINED = re.compile(
    r"^(?:Accepting|Banning|Blocking|Cutting|Dropping|Ending|Imposing|Joining|Leaving|Lifting|Opening|Quitting|Raising|Rejecting|Removing"
    r"|Scrapping|Signing|Slapping|Taking)\b(?:(?! (?:says?|said|warns?|warned)\b)[^,;:])*? (?:could|may|might|will|would)\b"
    r"(?!.*\b(?:says?|said|warns?|warned)\b)"
)
# `Trump's tariffs: what they mean for Peru`: a newspaper explains what has happened.
_EXPLAINED = re.compile(
    r"\b(?:agreement|bans?|controls|crisis|curbs|deal|dispute|dut(?:y|ies)|embargo|lev(?:y|ies)|pact|plans?|quotas?|row|sanctions|talks|tariffs?|tax"
    r"|war): (?:how|what|where|which|who|why)\b|\b(?:deal|dut(?:y|ies)|sanctions|talks|tariffs?|war)(?:,| are| is)? explained\b",
    re.IGNORECASE,
)
# Firms and people whom a government asks for something (`asks its banks to`), or for whom it asks (`calls for support for mills`).
_FIRMS = (
    r"(?:banks|businesses|citizens|companies|compatriots|consumers|enterprises|exporters|farmers|firms|growers|importers|industry|investors"
    r"|producers|\w*makers|\w*workers)"
)
_WHO = rf"(?P<who> (?:[\w'\u2019-]+ ){{0,5}}?{_FIRMS})"
_HIT = r"(?: (?:affected|battered|harmed|hit|hurt|struck)(?: \w+)? by [^,;:]{2,50}?)?"
_ADDRESSED = re.compile(
    rf"\b(?:call(?:s|ed|ing)? (?:up)?on|{_URGE})(?:e?s|e?d|ing)?{_WHO}{_HIT} (?:against|not to|that|to)\b",
    re.IGNORECASE,
)
_HELPED = re.compile(
    r"\b(?:call(?:s|ed|ing)?|push(?:es|ed|ing)?) for (?:[\w-]+ ){0,4}?(?:aid|efforts|help|loans|measures|relief|steps|subsidies|support)"
    rf"(?: for| to (?:aid|assist|help|protect|shield|support)){_WHO}\b",
    re.IGNORECASE,
)
# A committee of lawmakers passes no law.
_PANEL = re.compile(
    r"\b(?:congressional|House|Parliament(?:ary)?|Senate) (?:[\w'\u2019-]+ ){0,3}(?:committee|panel|subcommittee) "
    r"(?:adopt|approv|back|clear|endors|pass|vot)(?:e?s|e?d)?\b",
    re.IGNORECASE,
)
# `State media accuse Peru of ...`: their own opinion. What they report of a government is news.
_MEDIA = re.compile(
    r"^(?:[\w'\u2019-]+ ){0,2}(?:government|official|party|ruling-party|state|state-run) (?:dail(?:y|ies)|media|newspapers?|tabloids?)"
    r"(?: [A-Z]\w+){0,3} (?:accuse|assail|attack|blast|call|condemn|criticis|criticiz|decr|denounc|lambast|mock|rail|scold|slam|urge|warn)",
)
# The end of a headline: `...: analyst`, `..., experts say`.
_KICKER = re.compile(
    rf"(?::| [-\u2013\u2014]|,? says?) ?{_OUTSIDERS}(?:,? say)?\W*$"
    rf"|, (?:{_OUTSIDERS}|(?<!central )banks?|brokers?|industry|paper) says?\W*$",
    re.IGNORECASE,
)
# `Senators urge ...`, `the House trade panel voted to condemn ...`: they act for no state. What they pass is news.
_LAWMAKERS = (
    r"(?:[Cc]ongress(?:m[ae]n|wom[ae]n)?|CONGRESS|(?<![Ww]hite )(?<!WHITE )(?:[Hh]ouse|HOUSE)|[Ll]awmakers?|[Ll]egislators?|MEPs?|MPs?"
    r"|[Ss]enat(?:e|ors?)|SENATE|SENATORS?|[Ss]ubcommittee)"
)
_RESOLVE = (
    r"(?:accus|ask|assail|attack|blast|call|complain|condemn|criticis|criticiz|demand|denounc|hit|oppos|press|push|rap|resolv|seek|slam|sought"
    r"|threaten|urg|vot(?:e|es|ed|ing)(?: \w+){0,2} to (?:ask|condemn|oppos|seek|urg)|vow|want|warn|wrote)(?:e?s|ed|es|e|ing|ped)?"
)
_BY_LAWMAKERS = re.compile(
    r"^(?:(?!(?:after|as|at|before|by|from|in|of|that|to|t(?:old|ells)|urged|warned|when|with)\b)[\w.'\u2019-]+ ){0,6}?"
    rf"{_LAWMAKERS}(?: (?!White\b)[\w.'\u2019-]+){{0,3}}? {_RESOLVE}\b"
    r"|\bnon-?\s?binding (?:\w+ ){0,2}(?:measures?|motions?|resolutions?)\b|\bthe resolution (?:said|says|stated)\b",
    re.IGNORECASE,
)
_PASSED = re.compile(r"\b(?:bills?|legislation|laws?|acts?|ratif\w+|veto\w*)\b", re.IGNORECASE)
# What is not done yet.
_AHEAD = re.compile(r"\b(?:can|could|may|might|should|will|would)\b|\b(?:likely|set|about|going) to\b", re.IGNORECASE)
# What is done or planned is news, whoever speaks of it.
_DONE = re.compile(
    r"\b(?:announced|banned|decision|filed|imposed|introduced|planned|plans?|proposal|proposed|raised|threatened|threats?|unveiled|vowed)\b",
    re.IGNORECASE,
)
# A report that is denied: `dismissed as groundless a report that it would lift duties`.
_REPORT = r"(?:an? |any |the |such )?(?:\w+ )?(?:allegations?|claims?|reports?|rumou?rs?|speculation|stor(?:y|ies)|suggestions?)"
_UNTRUE = r"(?:baseless|fabricated|fake|false|groundless|incorrect|invented|nonsense|unfounded|untrue|wrong)"
_RUMOURED = re.compile(
    rf"\b{_REPORT} (?:of|that) [^.;]{{5,150}} (?:is|are|was|were) (?:(?:all|completely|entirely|simply|totally) )?{_UNTRUE}\b"
    rf"|\b(?:branded|called|calls|described|dismissed|dismisses|labelled|rejected)(?: as)?(?: {_UNTRUE})? {_REPORT} (?:of|that)\b"
    rf"|\b(?:it|that) (?:is|was) (?:not true|{_UNTRUE}) that\b",
    re.IGNORECASE,
)
# What is done only in this case: `if Peru raised its duty, Chile might tax fish`.
_IF = re.compile(r"\bif\b[^,;:.]*", re.IGNORECASE)


def is_said_by_outsider(text: str) -> bool:
    """Whether somebody who acts for no state says the whole sentence."""
    return any(pattern.search(text) for pattern in (_OPENING, _CLOSING, _FIRM_CLOSING, _NAMED, _MEDIA, _KICKER))


def is_said_by_lawmakers(text: str) -> bool:
    """Whether lawmakers only voice an opinion, and pass no law."""
    return _BY_LAWMAKERS.search(text) is not None and _PASSED.search(text) is None


def reports_no_act(text: str) -> bool:
    """Whether an outsider says a sentence that reports no act or plan.

    It only says what may be done, or a newspaper or broadcaster of a state or party blames or warns somebody.
    """
    is_ahead = _AHEAD.search(text) is not None and _DONE.search(_IF.sub("", text)) is None
    return _MEDIA.search(text) is not None or (is_ahead and is_said_by_outsider(text))


def is_imagined(text: str) -> bool:
    """Whether a sentence only says what an act would do."""
    return _IMAGINED.search(text) is not None


def is_rumoured(text: str) -> bool:
    """Whether a sentence denies a report: `Claims that Peru has offered to cut its duty are false`."""
    return _RUMOURED.search(text) is not None


def is_explained(sentence: MarkedSentence) -> bool:
    """Whether a headline only announces an explanation: `Trump's tariffs: what they mean`.

    False if an act comes first: `Norway strikes back at US tariffs: what we know`.
    """
    explained = _EXPLAINED.search(sentence.text)
    if explained is None:
        return False
    return all(sentence.tokens[mark.first].end > explained.start() for mark in sentence.marks_of("verb", "operator"))


def is_decided_by_panel(text: str) -> bool:
    """Whether only a committee of lawmakers votes."""
    return _PANEL.search(text) is not None


def find_ordered(sentence: MarkedSentence) -> Iterator[tuple[str, bool]]:
    """Yield the countries of a headline in the words of who asks.

    Example: `Drop the duty, Lima urges Oslo`. Each has whether it asks, which the first country after the comma does.
    """
    order = _ORDER.match(sentence.text)
    speaker = next((mention.code for mention in sentence.mentions if order and mention.start > order.start("end")), None)
    if speaker:
        yield from ((code, code == speaker) for code in sorted({mention.code for mention in sentence.mentions}))


def is_never_done(text: str) -> bool:
    """Whether somebody denies that an act was ever planned or promised."""
    return _NEVER.search(text) is not None


def stops_short(text: str) -> bool:
    """Whether a state stops short of the first act of a sentence."""
    return _SHORT_OF.match(text) is not None


def find_advised(text: str) -> int:
    """Return where the states end that somebody advises to act, or 0.

    Example: `Peru and Norway` in `Peru and Norway urged to sign a trade deal`.
    """
    advised = _ADVISED.match(text)
    return advised.end(1) if advised else 0


def find_unaddressed(sentence: MarkedSentence) -> Iterator[str]:
    """Yield countries that a demand on or for firms does not address.

    Example: Norway in `Peru asks its mills to save its pact with Norway`. None if it is their country: `asks Norwegian mills to`.
    """
    asks = [mark for mark in sentence.marks_of("operator") if class_of(mark) == "demand"]
    addressed = _ADDRESSED.search(sentence.text) or (_HELPED.search(sentence.text) if len(asks) == 1 else None)
    if addressed:
        first, last = addressed.span("who")
        owners = {mention.code for mention in sentence.mentions if first <= mention.start < last}
        yield from sorted({mention.code for mention in sentence.mentions} - owners)


def is_firm_addressed(sentence: MarkedSentence) -> bool:
    """Whether a threat addresses a firm: `threatens Ford with a tax`.

    A name that is no country, or a word such as `carmakers`, directly follows the threat, and `with` or `over` soon after. In a title of
    Words With Capitals, names are not visible.
    """
    nonstate = load_lexicon("actors")["nouns"]["nonstate"]
    in_mentions = sentence.words_of_mentions
    has_names = not sentence.title_words
    for operator in sentence.marks_of("operator"):
        at = operator.last + 1
        if class_of(operator) != "threaten" or at >= len(sentence.tokens) - 1 or at in in_mentions:
            continue
        token = sentence.tokens[at]
        is_firm = token.lower in nonstate or token.lower.endswith("makers") or (has_names and token.text[0].isupper())
        soon = range(at + 1, min(at + ADDRESSEE_REACH, len(sentence.tokens)))
        upto = next((place for place in soon if sentence.tokens[place].lower in {"with", "over"}), None)
        if is_firm and upto is not None and in_mentions.isdisjoint(range(at, upto)):
            return True
    return False
