"""Sentences with words of talks in which no two states talk.

Talks are denied, about other topics, only date an act, are held in public, at home, with firms or by all members of the World Trade
Organization, or only settle how to negotiate. Does not belong here: finding talks (`compose.py`, `bare.py`), or which signals a sentence
then cannot have (`denials.py`).
"""

import re

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.context import NORTH_AMERICAN_PACT
from pipeline.signals.lexicon import cues
from pipeline.signals.readers.rules.matching import MarkedSentence

#: Begins the id of the rule for talks that are given up (`are_over`).
OVER = "over."
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
_UNTRUE = (
    r"(?:baseless|fabricated|fabrications?|fake|false|fiction|groundless|invent(?:ed|ions?)|unfounded|untrue"
    r"|without (?:any )?(?:basis|foundation))\b"
)
# Who leaves a pact, whatever he calls it: `may withdraw from the trade pact`.
_LEAVES_PACT = re.compile(
    r"\b(?:exit(?:s|ed|ing)?|leav(?:e[sd]?|ing)|left|pull(?:s|ed|ing)? out of|quit(?:s|ting)?|tear(?:s|ing)? up|walk(?:s|ed|ing)? away from"
    rf"|withdr[ae]w(?:s|ing|al)? from)(?: the)? (?:{NORTH_AMERICAN_PACT}|(?:trade )?(?:accord|agreement|deal|pact)\b)"
)
# Who will not talk: `no intention of resuming talks`.
_NO_INTENTION = re.compile(r"\bno intention of (?:[^.,:;]{0,60}? or )?(?:holding|meeting|re-?opening|re-?starting|resuming)\b")
# Talks as the aim of another act, and talks that are held besides.
_AIMED_AT = re.compile(
    r"\bin (?:a bid|an attempt|an effort|the hope) (?:of|to) (?:re-?open|re-?start|resum|reviv|rescu|salvag|jump-?start)\w*"
    r" [^.,;:]{0,40}?\b(?:talks|negotiations)\b"
)
_ANY_TALKS = re.compile(r"\b(?:call(?:s|ed)?|me?et\w*|negotiat\w+|sp[eo]ke?|talk\w*)\b")
_NO_TALKS = re.compile(
    r"\b(?:(?:is|are|am|was|were)(?: currently)? not|(?:is|are|was|were)n['\u2019]t|['\u2019](?:m|re|s) not)(?: currently| now| yet)?"
    rf" (?:(?:conducting|engaged in|engaging in|having|holding|in){_TALKS}|negotiating)\b"
    rf"|\b(?:have|has|had)(?: not|n['\u2019]t)(?: yet)? (?:conducted|engaged in|entered(?: into)?|had|held){_TALKS}\b"
    rf"|\b(?:have|has|had) (?:conducted|had|held) no{_TALKS}\b"
    rf"|\b(?:[Cc]laims?|[Rr]eports?|[Rr]umou?rs?|[Tt]alk|[Aa]ssertions?)"
    r" (?=[^,;]{0,100}?\b(?:consultations?|discussions?|negotiat\w+|progress|talks)\b)(?:[\w'\u2019-]+ ){1,14}?"
    rf"(?:are|is|was|were|as) (?:\w+ly )?{_UNTRUE}"
    r"|\b(?:brand|call|dismiss|describes?|label|reject)\w* (?:as )?(?:[\w-]+ ){0,3}?(?:claims?|reports?|rumou?rs?|talk|assertions?)"
    rf" (?:[\w'\u2019-]+ ){{1,6}}?(?:consultations?|discussions?|negotiat\w+|talks)\b(?: [\w'\u2019-]+){{0,6}}? [\"\u201c]?{_UNTRUE}"
    rf"|\b(?:not true|un(?:true|founded)) that [^,;]{{1,80}}?\b(?:consultations?|discussions?|negotiat\w+|talk(?:s|ing))\b"
)
_TURN = re.compile(r"\b(?:although|but|however|if|though|unless|until|while|yet)\b|;")
# Talks that are given up, not a round of them that is over: `all talks with Peru are over`, `declared the talks dead`.
_GIVEN_UP = r"(?:at an end|cancelled|canceled|dead|finished|off|over|terminated)(?= ?(?:$|[.,;:!?\"\u201d)]| and\b))"
_ROUNDS = r"(?:first|second|third|last|latest|two|three|days?|hours?|rounds?|today['\u2019]s|\w+day['\u2019]s) (?:\w+ ){0,2}?"
_OVER = re.compile(
    rf"\b(?P<declared>(?:declares?|declared|pronounces?|pronounced) (?:\w+ ){{0,3}}?)?(?P<round>{_ROUNDS})?"
    r"(?:consultations|discussions|negotiations|talks)(?: (?:about|on) \w+)?"
    r"(?: (?:with|between)(?: (?!(?:are|but|not|that|were|which|who)\b)[\w.'\u2019-]+){1,7}?)?"
    rf"(?(declared)| (?:are|were|have been)(?: all| hereby| now)?) {_GIVEN_UP}",
    re.IGNORECASE,
)
# Who gives up talking: `we are done talking to Peru`.
_DONE_TALKING = re.compile(r"\b(?:done|finished|through)(?: with)? (?:negotiating|talking|talks)\b", re.IGNORECASE)
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

# Who meets only its own people: `the cabinet will meet`, `EU ministers meet on Monday`, `met his advisers`.
_BODY = r"(?:cabinet|council|committee|politburo)"
_OWN_PEOPLE = r"(?:advisers|advisors|aides|cabinet|governors|ministers|officials|opposition leaders|premiers|team)"
_WHEN = r"(?= (?:about|again|ahead|at|behind|for|in|later|next|on|over|this|to|today|tomorrow|\w+day)\b| ?[,.;]|$)"
_OWN_MEETING = re.compile(
    rf"(?:(?<!joint )(?<!bilateral )\b{_BODY}(?: \w+)? (?:meetings?|sessions?)\b(?! with\b)"
    rf"|\bmeetings? of (?:[\w'\u2019-]+ ){{0,5}}?(?<!joint ){_BODY}\b"
    rf"|\b\w+['\u2019]s (?:\w+ ){{0,2}}(?:governors|ministers|premiers) (?:(?:due|is|set|to|were|will) )*(?:gather|me?et)(?:ed|ing)?{_WHEN}"
    rf"|\b{_BODY} (?:(?:due|is|set|to|was|were|will) )*(?:gather|me?et)(?:s|ing)?{_WHEN}"
    r"|\b(?:E\.?[CU]\.?|European|European (?:Community|Union)|bloc['\u2019]s) (?:\w+ ){0,2}(?:ambassadors|governments|leaders|ministers) "
    rf"(?:(?:are|due|set|to|were|will) )*(?:gather|me?et)(?:ed|ing)?{_WHEN}"
    rf"|\b(?:meeting|meets|met) (?:with )?(?:her|his|its|their) (?:\w+ ){{0,2}}{_OWN_PEOPLE}\b"
    rf"|\b(?:briefed|convene[sd]?|convening|gathered|gathers|summoned|summons) (?:(?!for\b)\w+ ){{0,3}}{_OWN_PEOPLE}\b"
    r"|\b(?:call|chair|convene|hold|held|summon)(?:s|ed|ing)? (?:an? )?(?:crisis|emergency|extraordinary|special|urgent)"
    r" (?:\w+ )?(?:meeting|session|talks)"
    r"\b(?! with\b))"
    # What it is about, and talks named there, are not its talks.
    r"(?:[^.,;:]{0,60}? (?:about|ahead of|on|over|to (?:agree|debate|decide|discuss|plan|review|weigh))\b[^.,;:]*)?",
    re.IGNORECASE,
)
# Before a state with which they meet; not in `review relations with Peru`.
_WITH = re.compile(
    r"(?:^| )(?!(?:accord|agreement|border|deal|deficit|dispute|negotiations|pact|quarrel|relations|row|surplus|talks"
    r"|ties|trade|treaty|truce|war) )"
    r"[\w'\u2019-]+ with (?:the )?(?:[\w'\u2019-]+ )?$",
    re.IGNORECASE,
)
# With any of these a sentence may be about talks of two states after all.
_BETWEEN_STATES = re.compile(
    rf"\b(?:{_MEETINGS}|agree\w*|calls?|called|consult\w*|counterparts?|discuss\w*|hop(?:e|es|ed|eful|ing)|meets?|met|negotiat\w+|optimis\w+"
    r"|phoned?|progress|spoke|truce|visit\w*)\b",
    re.IGNORECASE,
)
# Heads of firms with whom a minister meets, and firms that talk with others.
_EXECUTIVES = re.compile(
    r"\b(?:meeting|meets|met|spoke|speaks|talked|talks) with [^.;]{1,80}?\b(?:CEOs?|chief (?:executive|operating|political) officers?"
    r"|chief executives?"
    r"|executive vice[- ]presidents?|Executive VP|general managers?|chair(?:man|woman)?(?: and \w+)? of [A-Z])",
    re.IGNORECASE,
)
_FIRMS = re.compile(
    r"\b(?:meeting|meets?|met|spoke|talks|talked) with (?:(?!and\b|counterparts?\b|government\b|ministers?\b|officials\b)"
    r"[\w'\u2019-]+ ){0,4}?(?:(?:executives|heads|leaders|representatives) (?:from|of) )?(?:[\w'\u2019-]+ ){0,3}?"
    r"(?:banks|bankers|bosses|businesses|carmakers|companies|executives|exporters|farmers|firms|growers|importers|industry|investors|retailers)\b"
    r"(?! and\b)",
    re.IGNORECASE,
)
_PUBLIC_OFFICE = re.compile(
    r"\b(?:ambassador|chancellor|commissioner|counterparts?|governor|king|ministers?|president (?!and\b)|(?<!vice )premier|representatives?"
    r"|secretary"
    r"|senators?)\b",
    re.IGNORECASE,
)
# Who honours a pledge, and with a word of the second list does not, or is only to honour it.
_HONOURED = re.compile(
    r"\b(?:abid\w+ by|hono(?:u)?r(?:s|ed|ing)?|keep(?:s|ing)?|stand(?:s|ing)? by|stick(?:s|ing)? (?:by|to)) "
    r"(?:an?|her|his|its|the|their) (?:[\w-]+ ){0,3}?(?:agreement|commitments?|deal|pact|pledges?|word)\b"
)
_BREAKING = re.compile(
    r"\b(?:declin\w+|demand\w*|fail\w*|if|insist\w*|must|never|no longer|not|refus\w+|should|unless|until|unwilling|urg\w+|won['\u2019]t)\b"
)
# Who gets a post that has to do with talks.
_APPOINTED = re.compile(
    r"\b(?:appoint(?:s|ed)?|fire[sd]?|name[sd]|nominate[sd]?|pick(?:s|ed)|promote[sd]|replace[sd]|sack(?:s|ed))\b[^.;:]{0,120}?\b(?:ambassador|commissioner"
    r"|envoy|minister|negotiator|representative|secretary)\b",
    re.IGNORECASE,
)
_POST = re.compile(r"\b(?:from which|(?:in charge of|lead|leads|leading|led|responsible for|who)) [^.;:,]*", re.IGNORECASE)
_OF_FIRMS = re.compile(
    r"\b(?:discussions?|negotiations?|talks)\b[^.;]{0,40}? between (?:[\w'\u2019-]+ ){0,5}?"
    r"(?:banks?|carmakers?|airlines?|compan(?:y|ies)|firms?)\b",
    re.IGNORECASE,
)
# What talks are about, if not trade, and words with which they may be about trade after all.
_OTHER_TOPICS = re.compile(
    r"\b(?:archaeolog\w+|archives|arts?|athletes|cease-?fire|concerts?|cultur(?:e|al)|danc\w+|disarmament|earthquakes?|education"
    r"|exhibitions?|festivals?|films?|football|Gaza|heritage|hostages?|kindergartens?|languages?|literature|Middle East|museums?|music"
    r"|peace(?:ful|keep\w+)?|prisoners?|scholarships?|schools?|scouts|sports?|students?|terrorism|theat(?:er|re)s?|universit(?:y|ies)"
    r"|visa-free|visas?|vocational|wars? in|youth)\b"
)
_OF_TRADE = re.compile(
    r"\b(?:tariff|dut(?:y|ies)\b|trad(?:e|ed|es|ers?|ing)\b|import|export|lev(?:y|ies|ied)\b|goods\b|quota|customs\b|W\.?T\.?O\b|chips?\b"
    r"|semiconductor|subsid|sanction|currency\b|farm|agricult|product|purchas|buy|market|oil\b|gas\b|invest(?!igat)|econom|commerc|business"
    r"|energy|miner|rare earth|suppl|technolog|ports?\b|industr)",
    re.IGNORECASE,
)
# Who only wants to talk: `urges Peru to return to talks`, `demands talks with Peru`; and words of a further demand.
_TABLE = r"(?: [\w-]+){0,3}? (?:table|talks|negotiations|consultations|dialogue|discussions)\b"
_WANTS_TALKS = re.compile(
    r"\b(?:appeal|ask|call|invit|press|urg|want)(?:e?s|e?d|ing)?(?: (?!to\b|and\b)[\w.'\u2019-]+| to(?= (?:the )?[A-Z])){1,6}? to"
    rf" (?:begin|come back|enter|go back|hold|open|re-?open|restart|resume|return|sit down|start){_TABLE}"
    rf"|\bdemand(?:s|ed|ing)?{_TABLE}",
)
_FURTHER_DEMAND = re.compile(
    r"\b(?:and|but|if|or|unless|with the)\b|;|\b(?:abandon|abolish|cancel|correct|cut|drop|end|lift|lower|open|remove|repeal|scrap|stop)\b"
)


#: A state expects or hopes that a quarrel ends by itself: `expects it to de-escalate`.
HOPE_FOR_CALM = re.compile(
    r"\b(?:believ|expect|hope|predict|think)(?:s|ed|ing)? (?:that )?"
    r"(?:it|(?:[\w-]+ ){0,4}(?:battle|conflict|dispute|feud|fight|row|spat|standoff|tensions?|war)(?: (?:between|with) [\w. ]{2,30}?)?)"
    r" (?:could|may|to|will|would) (?:be (?:defused|resolved|settled)|calm|cool|de-escalate|ease|subside)\b",
    re.IGNORECASE,
)


# Who wants to do something together demands nothing: `hopes to work with Peru to lift the duties`.
_JOINT_WORK = re.compile(
    r"\b(?:hop(?:e|es|ed|ing)|ready|want(?:s|ed)?|willing|wish(?:es|ed)?|look(?:s|ing)? forward) to"
    r" (?:cooperat(?:e|ing)|work(?:ing)?)(?: (?:closely|constructively|jointly|together))? with [^.,;:]{2,160}",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:ask|call(?:s|ed|ing)? (?:for|on|up)|demand|expect|insist|must|need|press(?:ed|es)|should|urg)", re.IGNORECASE)


def only_ask_for_talks(text: str) -> bool:
    """Whether somebody only asks for talks, joint work or calm."""
    joint = _JOINT_WORK.search(text)
    if joint and _ASKS.search(text.replace(joint[0], "")) is None and _FURTHER_DEMAND.search(text[joint.end() :]) is None:
        return True
    request = _WANTS_TALKS.search(text) or HOPE_FOR_CALM.search(text)
    return request is not None and _FURTHER_DEMAND.search(text.replace(request[0], "")) is None


def are_on_other_topic(text: str) -> bool:
    """Whether talks are about culture, schools, wars or the like."""
    return _OTHER_TOPICS.search(text) is not None and _OF_TRADE.search(text) is None


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
    return _NO_INTENTION.search(text) is not None or (_NO_TALKS.search(text) is not None and _TURN.search(text) is None)


def are_only_hoped_for(text: str) -> bool:
    """Whether talks are only the aim of an act: `in a bid to restart talks`."""
    return _AIMED_AT.search(text) is not None and _ANY_TALKS.search(_AIMED_AT.sub("", text)) is None


def leaves_pact(text: str) -> bool:
    """Whether somebody leaves a pact, and nobody talks: `may withdraw from the U.S.M.C.A.`"""
    return _LEAVES_PACT.search(text) is not None and _ANY_TALKS.search(text) is None


def are_over(text: str) -> bool:
    """Whether talks were given up, not only a round of them.

    Examples: `all talks with Peru are over`, `we are done talking to Peru`.
    """
    over = _OVER.search(text)
    return (over is not None and over["round"] is None) or _DONE_TALKING.search(text) is not None


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


def are_at_home(sentence: MarkedSentence) -> bool:
    """Whether a government only meets its own people.

    Examples: `the cabinet will meet on Monday`, `EU ministers meet in Brussels`. At most one state is named before that, and no other word
    of talks remains.
    """
    own = _OWN_MEETING.search(sentence.text)
    if own is None or _BETWEEN_STATES.search(_OWN_MEETING.sub("", sentence.text)) is not None:
        return False
    if any(_WITH.search(sentence.text[: mention.start]) for mention in sentence.mentions):
        return False
    return len({mention.code for mention in sentence.mentions if mention.start < own.start()}) < PAIR_SIZE


def are_with_firms(text: str) -> bool:
    """Whether firms talk, or a minister talks with the head of one."""
    with_head = _EXECUTIVES.search(text)
    if _FIRMS.search(text) is not None and _BETWEEN_STATES.search(_FIRMS.sub("", text)) is None:
        return True
    return _OF_FIRMS.search(text) is not None or (with_head is not None and _PUBLIC_OFFICE.search(text, with_head.start()) is None)


def is_honoured(text: str) -> bool:
    """Whether a state does what it has pledged: `will honour its pledge`."""
    return _HONOURED.search(text) is not None and _BREAKING.search(text) is None


def is_appointment(text: str) -> bool:
    """Whether a state only gives somebody a post: `names a new trade envoy`."""
    return _APPOINTED.search(text) is not None and _BETWEEN_STATES.search(_POST.sub("", text)) is None
