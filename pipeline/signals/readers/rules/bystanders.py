"""Countries named in a sentence, at which its act is not aimed.

Examples: Russia in `a tariff on India over its purchases of Russian oil`, Japan in `sanctions on Russia in coordination with Japan`, China
in `a trade deal as a counterweight to China`. Does not belong here: which signals they then cannot be part of (`denials.py`, `reader.py`).
"""

import re
from collections.abc import Callable, Iterator

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.actors import Mention
from pipeline.signals.readers.rules.grammar import class_of
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.slots import names_product

_REACH = 120  # characters before a country that are looked at
_BUYING = r"(?:purchasing|buying|importing)\b"
_BUYS = r"(?:its|their|his|\w+['\u2019]s?|\w+(?:ese|ian))(?: \w+ed)? (?:purchases?|imports)\b"  # with the buyer
_GOODS = re.compile(r"\s+(?:crude|oil|energy|gas|petroleum|weapons|arms)\b", re.IGNORECASE)
_BUYERS = re.compile(r"\s+(?:(?:crude|oil|gas|energy) )+(?:buyers|importers|purchasers)\b", re.IGNORECASE)
# Between the words of a pattern and the country: `of discounted`, `of Iranian and`.
_TO_COUNTRY = r"(?: (?:of|from|more|so much|\w+ed|[A-Z]\w+|and|oil|crude|gas|energy)){0,4} $"
# `over its purchases of`, `for buying`; not `for imports of`, which are what a tariff is on.
_REASON = re.compile(rf"\b(?:[Oo]ver|because of|for|due to|pretext of) (?:(?:its |their |his )?{_BUYING}|{_BUYS}){_TO_COUNTRY}")
_OVER = re.compile(r"(?:\b[Oo]ver|\b(?:penalt(?:y|ies)|punish\w*)(?: \w+)? for|\b(?:buy|import)ing (?:less|no))(?: \w+ed)? $")
# `sanctions over Ukraine`, not `over Ukraine's tariffs` or `over Ukrainian steel`.
_ISSUE = re.compile(
    r"\b(?:curbs|dut(?:y|ies)|measures|penalt(?:y|ies)|restrictions|row|sanctions|tariffs?|tensions|threats?)"
    r"(?: (?:against|on) (?:[\w.'\u2019-]+ ){0,3}[\w.]+)? over (?:the )?$"
)
_OWNS = re.compile(r"['\u2019]s?\b| (?!(?:after|and|as|but|in|on|to|while)\b)[a-z]+\b")
_BUYER = re.compile(
    r"\b(?:(?:[Bb]uyers|importers|purchasers) of|[Aa]ny(?:one|body) (?:buying|importing)|(?:\w+(?:ies|ns?|ry) that"
    r"|that(?! imports from)|who|which)(?: (?!(?:had|has|have|he|it|its|she|the|their|they|we|will|would|\w+ed|\w+ing)\b)[\w,]+){0,4}? "
    rf"(?:buys?|imports?|purchases?|acquires?|continues? to buy)(?! of\b)(?: [\w,]+){{0,6}}?(?: from)?){_TO_COUNTRY}"
)

# `in coordination with the EU, Japan and`: who acts too.
_COMPANY = re.compile(
    r"\bin (?:[\w-]+ ){0,3}(?:collaboration|concert|consultation|cooperation|coordination|lockstep|partnership|tandem) with"
    r"(?:,* (?:the|our|its|and|allies|partners|such as|including|like|[A-Z][\w.]+))*,* $"
)
# `joins the EU in limiting`, `followed the EU in limiting`: before who acts already, and after it.
_JOINS = re.compile(r"\b(?:cop(?:ies|ied|ying)|(?:follow|join)(?:s|ed|ing)?) (?:the )?$", re.IGNORECASE)
_IN_ACTING = re.compile(r"(?:,? (?:and )?(?:the )?[A-Z][\w.]+)* in [a-z]+ing\b")
# Words that may be between those of `_RIVAL` or `_MODEL` and the country: `the common rival`, `President` (whose name means the state).
_NAMING = (
    r"(?: (?:the|its|their|his|president|President|prime minister|Prime Minister"
    r"|(?:common |economic |giant |big )?(?:neighbou?r|rival|adversary)),?)* $"
)
_TERRITORIES = frozenset({"HKG", "MAC"})
_INCLUDED = re.compile(r"\((?:including|which includes?) [^()]*\)")
# Duties that add up to a rate are no higher than it.
_CAP = re.compile(r"\b[Tt]he sum of (?:the|its)\b[^.;]{0,400}?\b(?:shall|will) be (?:equal to )?\d+ percent")
_BREAK = r"(?:break(?:s|ing)?|broke|parts? ways|out of step) with"
# Others come to terms against this country, without it, or to need it less.
_RIVAL = re.compile(
    r"\b(?:(?:dependen(?:ce|cy|t)|relian(?:ce|t)) (?:up)?on|(?:counterweight|alternative) to|common cause against|hedge against|wary of"
    r"|isolat(?:e|ing)|rein(?:ing)? in|(?:in|a) (?:[\w-]+ )?(?:challenge|rebuke|rebuff|snub) to|[Ss]howdown [Ww]ith"
    r"|(?:shift|turn|pivot)(?:s|ed|ing)? away from"
    rf"|{_BREAK}|(?:cover|shelter) from|diversif\w+ (?:\w+ ){{0,3}}from){_NAMING}"
)
# The actor follows this country's example (`Like Peru, ...`, `in line with those of Peru`), breaks with it, or acts on others to please it.
_MODEL = re.compile(
    rf"(?:^Like|, (?:joining|following)|\b(?:{_BREAK}|align(?:s|ed|ing) (?:\w+ ){{0,2}}with|(?:in(?:to)? line|in step) with"
    rf"|placat(?:e|ing)|appeas(?:e|ing)))(?: (?:that|those) of)?(?: [A-Z]\w+(?:,|,? and))*{_NAMING}"
)
# Whose goods an act on others favours: `making Peruvian tin cheaper`.
_MAKING = re.compile(r"\b(?:leav|mak|render)(?:es?|ing) (?:[A-Z]\w+(?:,|,? and) )*(?:the )?$")
_BETTER = re.compile(
    r"(?:['\u2019]s?)?(?: (?!less\b)[\w-]+){1,5}? (?:(?:even|far|more|much) )?(?:appealing|attractive|cheap(?:er)?|competitive)\b"
)
# An act spares this country: `raises its duty on tea but exempts Peru`, `a tax on all but Peru`. What no longer spares it, hits it.
_SPARED = re.compile(
    r"(?<!\bnot )(?<!\bno longer )(?<!\bstops )(?<!\bstopped )(?<!\bto )"
    r"\b(?:spar(?:es?|ed|ing)|exempt(?:s|ed|ing)|(?:all|any|every|every\w+)(?: [a-z]+){0,2} (?:but|except(?: for)?|other than)"
    r"|with the exception of)"
    r"(?: (?:the|those|goods|imports|products|shipments|from|of)){0,3}(?: [A-Z]\w+(?:,|,? and))*(?: the)? $"
)
# The same in the passive: `Peru, Kenya and others spared until May`.
_IS_SPARED = re.compile(
    r"(?:(?:,|,? and) (?:the )?[A-Z][\w.]+)*(?: and others)?,? (?:(?:are|is|was|were) )?(?:exempt(?:ed)?|spared)\b(?! (?:the )?[A-Z])"
)
# After the country whose goods get round a restriction: `Peruvian tea escapes Kenya's new duty`.
_ESCAPES = re.compile(
    r"(?:['\u2019]s)?(?: (?!to\b)[\w-]+){0,3}? (?:avoid(?:s|ed)?|dodge[sd]?|escape[sd]?|evade[sd]?|sidestep(?:s|ped)?)"
    r"(?: [\w\u2019'.%-]+){0,5}? (?:curb|dut(?:y|ies)|lev(?:y|ies)|tariff|tax)(?:e?s)?\b"
)
# Who only ranks next to the actor: `the biggest buyer after Peru`, or to whom others sell arms: `after arms sales to Taiwan`.
_ASIDE_OF = re.compile(
    r"\b(?:largest|biggest|second|third|top) [^,;]{1,60}? after (?:the )?$"
    r"|\b(?:above|below|compared (?:to|with)|(?:better|harsher|higher|less|lower|more|steeper|worse) than"
    r"|(?<!ll )(?<!to )(?<!would )double|twice) (?:the |an? )?"
    r"(?:\d[\d.]* ?(?:%|per ?cent) ?)?(?:duty|level|one|rate|tariff|that|those)?s?(?: \w+ed)? ?(?:facing|for|of|on)"
    r"(?: (?:the )?[A-Z][\w.]+,?(?: and| or)?)* (?:the )?$"
    r"|\b(?:after|because of|calling|over|response to) (?:[\w'\u2019.-]+ ){0,3}?(?:arms|weapons|sales?|drones) "
    r"(?:(?:deals?|of|packages?|sales?|arms|drones|weapons) ){0,3}(?:for|to) (?:the )?$"
)
_SALE_TO = re.compile(r" (?:arms |weapons )?sales?\b", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|because of|over|response to)(?: \w+)? $")
# What is on goods from anywhere: `a levy on foreign films`.
_GENERAL = re.compile(
    r"\b(?:ban|curb|dut(?:y|ies)|fee|lev(?:y|ies)|quota|restriction|surcharge|tariff|tax)(?:e?s)? (?:of [\w.% ]{1,15} )?on"
    r" (?:all |any |every |most )?(?:foreign|imported|overseas)\b",
    re.IGNORECASE,
)
# Somebody takes a step to calm this country.
_CALMING = re.compile(
    r"\b(?:allay|appeas|assuag|calm|defus|eas|pacif|placat|quell|sooth)(?:e?s|ed?|y|ies|ied|ing)? (?:the )?$", re.IGNORECASE
)
_ANGER = re.compile(r"(?:['\u2019]s?)? (?:anger|complaints?|concerns?|criticism|fears|fury|ire|outrage|worries)\b", re.IGNORECASE)
_APOLOGY = re.compile(r"(?<!\bnot )(?<!\bto )\bapologi[sz](?:e[sd]?|ing)\b", re.IGNORECASE)
# Where all members of a body meet: `in Peru for the G20 summit`, `the WTO meeting in Lima`.
_ALL_MEMBERS = (
    r"(?:APEC|ASEAN|BRICS|G-?7|G-?20|GATT|Group of (?:Seven|20)|IMF|International Coffee Organization"
    r"|NATO|OECD|OPEC|Opec|U\.?N\.?|United Nations|World Bank|World Economic Forum|WTO"
    r"|World Trade Organi[sz]ation)"
)
_HOSTED = rf"{_ALL_MEMBERS}(?: [\w-]+){{0,3}}? (?:ceremon(?:y|ies)|conference|meetings?|round|session|summit|talks)"
_HOST_AFTER = re.compile(rf"\b{_HOSTED} (?:at|in) (?:the )?(?:[A-Z]\w+, )?$")
_HOST_BEFORE = re.compile(rf",? (?:for|to attend) (?:[a-z]+ ){{0,3}}{_HOSTED}\b")
# Where two others talk: `travels to Peru for talks with the US`.
_PLACE = re.compile(r"\b(?:at|in|to) (?:the )?$")
_TALKS_WITH = re.compile(
    r"\b(?:consultations|discussions|meetings?|negotiations|talks) with (?:the )?$|\b(?:meets?|met) (?:with )?(?:the )?$", re.IGNORECASE
)
# Somebody only travels there: `plans a trip to Peru`, `leaves on his visit to Peru`. Who talks there, meets somebody.
_TRAVEL = (
    r"\b(?:arriv(?:es?|ed|ing)|depart(?:s|ed)?|embark(?:s|ed)?|fl(?:y|ies|ew)|go(?:es|ing)?|head(?:s|ed|ing)?|leaves?|return(?:s|ed)?"
    r"|sen(?:ds?|t|ding)|tours?|travel(?:s|led|ed|ling|ing)?|trips?|visits?)\b"
)
_VISITED = re.compile(rf"{_TRAVEL}[^.,;:]{{0,60}}? (?:for|in|to) (?:the )?$|\bvisit(?:s|ed|ing)? (?:the )?$")
_TRIP = re.compile(r"\s+(?:trip|visit)\b", re.IGNORECASE)
_MEETING = re.compile(
    r"\b(?:agree\w*|both|call(?:s|ed)?|confer\w*|consult\w*|counterparts?|deadlock\w*|dialogue|discussions|guests?|hand(?:s|shake)|host\w*|invit\w*|me?et\w*"
    r"|negotiat\w+|receive\w*|receiving|round|spoke|summit|talk\w*|together|welcom\w*|with)\b",
    re.IGNORECASE,
)
# Somebody does the same as this country to a third: `matches American curbs on`.
_MATCHING = re.compile(r"\b(?:cop(?:y|ies|ied|ying)|echo(?:es|ed|ing)?|match(?:es|ed|ing)?|mirror(?:s|ed|ing)?) (?:the )?$", re.IGNORECASE)
_MATCHED = re.compile(
    r"(?:['\u2019]s?)?(?: [\w-]+){0,4}? (?:bans?|controls|curbs?|dut(?:y|ies)|lev(?:y|ies)|quotas?|restrictions?|sanctions|tariffs?)"
    r" (?:against|on) ",
    re.IGNORECASE,
)
# What follows is a comment on the act: `cuts its duty, a move that pleased growers in Peru`.
_ASIDE = re.compile(r", an? (?:[\w-]+ ){0,3}(?:announcement|decision|measure|move|plan|shift|step|turn) (?:that|which)\b")
# Who is left out of a relief, or of tenders, is not relieved.
_EXCLUDED = re.compile(
    r"\bexclud(?:es?|ed|ing)\b(?: [\w'\u2019$-]+){0,8}? from(?: [\w'\u2019$-]+){0,3}?"
    r" (?:concessions?|preferences?|preferential|relief|reprieve|truce|waivers?)\b"
    r"|^(?=.*\b(?:auctions?|bidding|procurement|tenders?)\b)(?!.*\b(?:tariffs?|dut(?:y|ies))\b).*\bexclud(?:es?|ed|ing)\b",
    re.IGNORECASE | re.DOTALL,
)
# Whom an act leaves out: `imposes a duty on tiles, exempting goods from Peru`. Who pays another rate is not left out.
_LEAVING_OUT = r"(?i:\bexcluding|\bexcept(?:ing|ed)?|\bwith the exception of|\bleav(?:es?|ing) out|,? but not)"
_LEFT_OUT = (
    r"(?: [Ff]or| [Ff]rom| [Oo]n)?(?: [a-z]+ from)?"
    r"(?: (?:all|articles|both|cargoes|exports|goods|imports|only|products|shipments|suppliers|supplies|the|those|\w+ed|from|of|on))*"
    r"(?: (?:the )?[A-Z][\w.]+(?: [A-Z][\w.]+)?(?:,|,? and))* (?:the )?$"
)
_EXCEPTED = re.compile(rf"(?:{_LEAVING_OUT}|\b(?:[Ee]xempt|[Ss]par)ing){_LEFT_OUT}")
_NOT_RELIEVED = re.compile(
    rf"(?:{_LEAVING_OUT}){_LEFT_OUT}"
    r"|\b(?:delay|exemption|freeze|pause|relief|reprieve|suspension|truce|waiver)s?\b[^.;:]{0,40}?"
    r" (?:(?:did|do|does|will|would)(?: not|n['\u2019]t)|no longer) (?:apply to|cover|extend to|include)"
    r"(?: (?:the )?[A-Z][\w.]+(?:,|,? and|,? or))* (?:the )?$"
)
_OTHER_RATE = re.compile(r"\b(?:shall|will|would|which|that|whose \w+) (?:\w+ )?(?:(?:are|be) subject|face|pay)\b|\bat \d")
# Who is to relent offers nothing, and is offered nothing: `proposes that Peru lift its ban`.
_PROPOSING = re.compile(r"\b(?:propos|request|suggest)(?:e?s|ed|ing|e)? that (?:the )?$")
_RELENTING = re.compile(r" (?:should )?(?:abolish|cancel|cut|drop|ease|end|lift|lower|open|reduce|remove|scrap|suspend|withdraw)\b")
# A meeting only says when an act was done: `tightens its controls on tin days before talks with Peru`, `... before Peru's envoy arrives`.
_DATING = r"\b(?:ahead of|before|on the eve of)\b"
_MEETINGS = r"(?:calls?|consultations|meetings?|negotiations|round|summit|talks|trip|visit)"
_BEFORE_TALKS = re.compile(rf"{_DATING} [^.,;:\"]{{0,60}}?\b{_MEETINGS} (?:between|by|in|of|to|with)\b[^.;:\"]{{0,60}}$")
_BEFORE_ARRIVAL = re.compile(rf"{_DATING} (?:(?!(?:an?|its|the)\b)[\w.'\u2019-]+ ){{0,4}}(?:the )?$")
_ARRIVAL = re.compile(
    rf"[^.,;:\"]{{0,60}}?\b(?:{_MEETINGS}|arriv(?:e|es|ed|al)|fl(?:y|ies|ew)|head(?:s|ed)|host(?:s|ed)?|lands?|meets?|met|sits? down"
    r"|travel(?:s|led)?)\b"
)
# A bloc that is no actor talks or makes a deal: `talks between Peru and Mercosur`.
_BLOC = re.compile(
    r"\b(?:and|between|with) (?:the )?(?:African Union|Andean Community|ASEAN|CARICOM|Caricom|EAEU|EFTA|Eurasian Economic Union"
    r"|European Free Trade Association|GCC|Gulf Cooperation Council|Mercosur|Pacific Alliance|SACU|Southern African Customs Union)\b"
    r"|\b(?:EAEU|EFTA|Eurasian Economic Union|GCC|Gulf Cooperation Council|Mercosur) (?:and|,) "
)


def find_partners_of_bloc(sentence: MarkedSentence) -> set[str]:
    """Find the states that deal with a bloc: nobody else does.

    They are those that the sentence names, other than by a ministry, which may be any state's. Empty if it names no bloc.
    """
    if _BLOC.search(sentence.text) is None:
        return set()
    return {mention.code for mention in sentence.mentions if mention.role != "institution"}


def find_requested(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that another wants to relent."""
    for mention in sentence.mentions:
        if _PROPOSING.search(_text_before(sentence, mention)) and _RELENTING.match(sentence.text, mention.end):
            yield mention.code


def is_excluded(text: str) -> bool:
    """Whether something is left out of a relief: `excluded tea from its tariff preferences`."""
    return _EXCLUDED.search(text) is not None


def find_onlookers(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that only react to an act.

    All mentions of such a country in the sentence follow a phrase such as `, a move that`.
    """
    aside = _ASIDE.search(sentence.text)
    return find_where_all(sentence, lambda mention: aside if aside and aside.end() <= mention.start else None)


def find_rivals(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries against which others come to terms.

    All mentions of such a country in the sentence follow a phrase such as `dependence on` or `counterweight to`.
    """
    return find_where_all(sentence, lambda mention: _RIVAL.search(_text_before(sentence, mention)))


def find_models(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that the actor only follows or wants to please.

    All mentions of such a country in the sentence follow a phrase such as `aligning with` or `to placate`, with only names between them,
    or its restriction is one on a third country that the actor matches (`matches US curbs on Norway`).
    """

    def find_model(mention: Mention) -> re.Match[str] | None:
        before = _text_before(sentence, mention)
        matched = _MATCHED.match(sentence.text, mention.end) if _MATCHING.search(before) else None
        first = {other.code for other in sentence.mentions if other.start <= mention.start}
        third = {other.code for other in sentence.mentions if matched and 0 <= other.start - matched.end() <= len("the ")}
        return _MODEL.search(before) or (matched if third - first else None)

    return find_where_all(sentence, find_model)


def find_favoured(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries whose goods an act on others favours.

    Example: Peru in `taxes Norwegian tin, making Peruvian tin cheaper`. All mentions of such a country are in such a phrase.
    """
    text = sentence.text
    return find_where_all(
        sentence, lambda mention: _BETTER.match(text, mention.end) if _MAKING.search(_text_before(sentence, mention)) else None
    )


def find_spared(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that an act spares: Peru in `taxes Kenyan tea, spares Peru`."""
    return find_where_all(
        sentence, lambda mention: _SPARED.search(_text_before(sentence, mention)) or _IS_SPARED.match(sentence.text, mention.end)
    )


def find_escaping(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries whose goods escape a restriction: Peru in `Peruvian tea escapes Kenya's duty`."""
    return find_where_all(sentence, lambda mention: _ESCAPES.match(sentence.text, mention.end))


def find_excepted(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that an act on others leaves out."""
    if _OTHER_RATE.search(sentence.text) is None:
        yield from find_where_all(sentence, lambda mention: _EXCEPTED.search(_text_before(sentence, mention, 2 * _REACH)))


def find_unrelieved(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that a relief leaves out: Peru in `suspends its duties, but not for Peru`."""
    return find_where_all(sentence, lambda mention: _NOT_RELIEVED.search(_text_before(sentence, mention, 2 * _REACH)))


def find_dated(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries with which talks only date an act.

    Example: Peru in `tightens its controls on tin days before talks with Peru`. The act is on named goods, before all mentions of the
    country. None if the sentence has a threat or a relief, which may be meant for who is met.
    """
    operators = sentence.marks_of("operator", "operator_noun")
    reliefs = (phrase for mark in sentence.marks_of("verb") for phrase in mark.readings if phrase.entry["direction"] == "down")
    if any(class_of(mark) == "threaten" for mark in operators) or any(reliefs):
        return
    text = sentence.text

    def find_talks(mention: Mention) -> re.Match[str] | None:
        before = _text_before(sentence, mention, 2 * _REACH)
        arrival = _BEFORE_ARRIVAL.search(before)
        dating = _BEFORE_TALKS.search(before) or (arrival if arrival and _ARRIVAL.match(text, mention.end) else None)
        return dating if dating and names_product(before[: dating.start()]) else None

    yield from find_where_all(sentence, find_talks)


def find_mentioned(sentence: MarkedSentence) -> Iterator[str]:
    """Yield countries that only rank next to the actor, or get arms.

    Example: Taiwan in `bans exports to American firms over arms sales to Taiwan`.
    """
    text = sentence.text
    return find_where_all(
        sentence,
        lambda mention: (
            _ASIDE_OF.search(before := _text_before(sentence, mention))
            or (_SALE_TO.match(text, mention.end) if _AFTER.search(before) else None)
        ),
    )


def find_unaimed(sentence: MarkedSentence) -> Iterator[str]:
    """Yield countries in clauses before an act on all foreign goods.

    Example: Peru in `Peru protests as Norway orders a levy on foreign films`. None if the sentence has a second restriction.
    """
    general = _GENERAL.search(sentence.text)
    if general is None or len([mark for mark in sentence.marks_of("object") if class_of(mark) == "restriction"]) > 1:
        return
    at = next(number for number, token in enumerate(sentence.tokens) if token.end > general.start())
    start, _ = sentence.clause_bounds(at)
    after = {mention.code for mention, (first, _) in sentence.located_mentions if first >= start}
    yield from sorted({mention.code for mention in sentence.mentions} - after)


def find_calmed(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that somebody wants to calm: Peru in `to calm Peruvian anger over its duty`."""
    for mention in sentence.mentions:
        if _CALMING.search(_text_before(sentence, mention)) and _ANGER.match(sentence.text, mention.end):
            yield mention.code


def find_apologising(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the country that apologises, which accuses nobody: `Peru apologised to Norway`."""
    apology = _APOLOGY.search(sentence.text)
    before = [mention.code for mention in sentence.mentions if apology and mention.end <= apology.start()]
    yield from before[-1:]


def find_hosts(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries in which only all members of a body meet.

    Example: Peru in `arrived in Peru for a WTO meeting`. All mentions of such a country in the sentence are next to such a phrase.
    """
    text = sentence.text
    return find_where_all(
        sentence, lambda mention: _HOST_AFTER.search(_text_before(sentence, mention)) or _HOST_BEFORE.match(text, mention.end)
    )


def find_places(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries in which only others talk: Peru in `goes to Peru for talks with Norway`."""
    partners = _find_partners(sentence)
    places = find_where_all(sentence, lambda mention: _PLACE.search(_text_before(sentence, mention)))
    if partners and len({mention.code for mention in sentence.mentions}) > PAIR_SIZE:
        yield from (code for code in places if code not in partners)


def name_partner(sentence: MarkedSentence) -> bool:
    """Whether a sentence names who talks and with whom: nobody else does."""
    return bool(_find_partners(sentence)) and len({mention.code for mention in sentence.mentions}) >= PAIR_SIZE


def _find_partners(sentence: MarkedSentence) -> set[str]:
    """Find the countries with which somebody talks: Norway in `talks with Norway`."""
    return {mention.code for mention in sentence.mentions if _TALKS_WITH.search(_text_before(sentence, mention))}


def find_visited(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries to which somebody only travels.

    Example: Peru in `plans a trip to Peru to discuss its duty`. None if a word such as `talks` or `with` shows that somebody there takes
    part.
    """
    if _MEETING.search(sentence.text) is None:
        for mention in sentence.mentions:
            if _VISITED.search(_text_before(sentence, mention)) or _TRIP.match(sentence.text, mention.end):
                yield mention.code


def find_included(sentence: MarkedSentence) -> Iterator[str]:
    """Yield Chinese territories in parentheses, which are no partners of their own.

    Example: `tariffs on Chinese goods (including goods of the Hong Kong Special Administrative Region)`.
    """
    included = [match.span() for match in _INCLUDED.finditer(sentence.text)]
    for mention in sentence.mentions:
        if mention.code in _TERRITORIES and any(start < mention.start < end for start, end in included):
            yield mention.code


def find_capped(sentence: MarkedSentence) -> Iterator[str]:
    """Yield named partners for whom a sentence only limits summed duties.

    Example: `for products of Peru, the sum of its duty and the additional one shall be 15 percent`.
    """
    if _CAP.search(sentence.text):
        yield from sorted({mention.code for mention in sentence.mentions})


def find_company(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries that only act together with the actor.

    All mentions of such a country in the sentence follow a phrase such as `in coordination with`, with only other names between them, or
    others join it (`joins the EU in limiting`).
    """

    def find_phrase(mention: Mention) -> re.Match[str] | None:
        is_joined = _JOINS.search(_text_before(sentence, mention)) and _IN_ACTING.match(sentence.text, mention.end)
        return is_joined or _COMPANY.search(_text_before(sentence, mention, 2 * _REACH))

    return find_where_all(sentence, find_phrase)


def find_traded_with(sentence: MarkedSentence) -> Iterator[str]:
    """Yield the countries whose trade with others is an act's reason.

    All mentions of such a country in the sentence follow a phrase such as `over its purchases of`, `for buying`, `buyers of` or `sanctions
    over`, or `over` or `buying less` if the goods are named (`over Russian oil`).
    """
    text = sentence.text

    def find_reason(mention: Mention) -> re.Match[str] | None:
        before = _text_before(sentence, mention)
        return (
            _REASON.search(before)
            or _BUYER.search(before)
            or _BUYERS.match(text, mention.end)
            or (_GOODS.match(text, mention.end) if _OVER.search(before) else None)
            or (None if mention.role == "demonym" or _OWNS.match(text, mention.end) else _ISSUE.search(before))
        )

    return find_where_all(sentence, find_reason)


def _text_before(sentence: MarkedSentence, mention: Mention, reach: int = _REACH) -> str:
    """Return the last `reach` characters before a mention."""
    return sentence.text[max(0, mention.start - reach) : mention.start]


def find_where_all(sentence: MarkedSentence, match: Callable[[Mention], re.Match[str] | None]) -> Iterator[str]:
    """Yield the countries for all of whose mentions `match` finds something."""
    by_code: dict[str, list[bool]] = {}
    for mention in sentence.mentions:
        by_code.setdefault(mention.code, []).append(match(mention) is not None)
    return (code for code, matches in by_code.items() if all(matches))
