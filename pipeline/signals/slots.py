"""Attributes of an act, found in the words of its sentence.

They are rate, amount and product, and whether the act is a retaliation or has a condition. Its kind and countries are found by the readers
(`readers/`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from pipeline.signals.lexicon import load_lexicon

#: Kinds of acts on the goods of the partner, not on those of the actor.
KINDS_ON_PARTNERS_GOODS = frozenset({"measure", "threat", "easing"})

# Whole numbers: the last digits of `2,5`, written as in other languages, would give a wrong rate.
_RATE = re.compile(
    r"(?<!\d)(?<!\d[.,])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?|(?<!\w)\.\d+)"
    r"[\s-]?(?:%|percent|per cent|pct\b|(?-i:pc)\b|points(?= (?:to|on) (?:the|its|their|top)\b))",
    re.IGNORECASE,
)
# Before a rate that is replaced by another, and after it: `from an additional 10 percent ad valorem to`.
_QUALIFIER = r"(?:(?:an?|the|its|their|additional|extra|existing|current|present|ordinary|earlier|total|rate|duty|tariff|of) )"
_FROM = re.compile(rf"\bfrom {_QUALIFIER}{{0,4}}$", re.IGNORECASE)
_TO = re.compile(r"(?: ad valorem)?(?: rate| duty| tariff)? to\b", re.IGNORECASE)
# Before a rate that another one replaces or is added to: `up from the 34 percent`, `adds 40 points to the 10 percent duty`.
_OLD = re.compile(
    r"\b(?:(?:up|down) from|instead of|rather than|in (?:place|lieu) of|on top of|in addition to|compared (?:with|to)|deleting|striking out"
    rf"|add(?:s|ed|ing)? [^,;.]{{1,30}}(?:points?|%|per ?cent|tariffs?|dut(?:y|ies)|lev(?:y|ies))[^,;.]{{0,20}} to)"
    rf" [\"\u201c]?{_QUALIFIER}{{0,3}}[\"\u201c]?$",
    re.IGNORECASE,
)
# After a share of an amount or of a firm: `89% of its annual GDP`, `50 percent rule`, `a 25% cut of chip sales`; before: `owned by 50%`.
_SHARE = re.compile(
    r"[ -](?:(?:or more )?(?:-|state-)?(?:owned|held|controlled)|owner(?:ship)?|shareholdings?|stake|(?:affiliates? |ownership )?rule)\b"
    r"|(?: cut| share| slice)?"
    r" of (?!(?:(?:the|their|its|that|this|such) (?:\w+ )?)?(?:value|price|worth|(?:counter-)?tariffs?|dut(?:y|ies)|rates?)\b"
    r"|(?:its|their) own\b)",
    re.IGNORECASE,
)
_OWNED = re.compile(r"\b(?:owned|held|controlled)(?: by)?(?: (?:at least|more than|over))? $", re.IGNORECASE)
_RATE_CONTEXT = 80  # characters before a rate that are looked at
# From the name of the other side to the rate of its own duty: `Washington's 25% tariff`, `the US duty on Chinese goods set to reach 104%`.
_OWN = r"(?:(?:own|new|newest|latest|extra|additional|further|total|threatened|planned|proposed|existing|current|retaliatory|reciprocal) )"
_DUTY = r"(?:dut(?:y|ies)|tariffs?|lev(?:y|ies)|rates?|surcharges?)\b"
_POSSESSED = re.compile(rf"(?!it\b)\S+?['\u2019]s? {_OWN}{{0,2}}(?:{_DUTY}[^,;:.]{{0,60}})?$", re.IGNORECASE)
_OTHERS_DUTY = re.compile(rf"\S+ {_OWN}{{0,2}}{_DUTY} on [^,;:.]{{0,60}}$", re.IGNORECASE)
# What the target is to give up: `Tokyo must first end its 30 percent duty`.
_ENDED = re.compile(
    r"\S+ (?:(?:first|must|has to|had to|have to|needs? to|should) ){1,2}(?:cut|drop|end|lift|lower|remove|scrap|withdraw) "
    rf"(?:its|the|their) {_OWN}{{0,2}}$",
    re.IGNORECASE,
)
# Restrictions that have no rate, and a rate that is a tax in `a 20 percent duty and a ban on exports`.
_WITHOUT_RATE = frozenset({"export_control", "entity_list", "investment_restriction"})
_OF_TAX = re.compile(
    r"(?: (?!quotas?\b)[\w-]+){0,2}? (?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|surcharges?|surtax(?:es)?|tax(?:es)?)\b", re.IGNORECASE
)
# What leads over to the act that is answered; a comma ends it.
_IN_ANSWER = r"in (?:response|reply|retaliation|answer) (?:to|for)"
_REASON = re.compile(rf"\b(?:after|following|{_IN_ANSWER})\b[^,;]*$", re.IGNORECASE)
# From a restriction to goods that are its reason, not taxed: `a tariff on India over its purchases of Russian oil`. What is answered
# (`in reply to curbs on rare earths`) is no goods of the act whatever comes before.
_RESTRICTED_OVER = re.compile(
    r"(?:\b(?:tariff|dut(?:y|ies)|lev(?:y|ies)|sanction|curb|ban|penalt(?:y|ies)|per ?cent)s?\b[^,;.]{0,60}?"
    r"\b(?:(?<!dispute )(?<!row )(?<!fight )(?<!talks )(?<!war )over|because of|for buying)"
    rf"|\b{_IN_ANSWER})\b[^,;.]{{0,60}}$",
    re.IGNORECASE,
)
_REASON_REACH = 150  # characters
# From an answer to goods that may be those of the act that is answered: `responding within hours to the duties on tin`.
_ANSWERED = re.compile(
    r"\b(?:answer(?:s|ed|ing)?|counter-?measures?|hit(?:s|ting)?|react(?:s|ed|ing)?|repl(?:y|ies|ied|ying)|respond(?:s|ed|ing)?|responses?"
    r"|retaliat(?:es?|ed|ing|ion)|(?:strik(?:es?|ing)|struck) back)(?: \w+){0,3}?"
    r" (?:to|for|against|at|over) (?P<act>(?:(?!with\b)[^,;]){0,80})$",
    re.IGNORECASE,
)
_DUTIES = re.compile(r"\b(?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|curbs?|bans?|restrictions?|controls?)\b", re.IGNORECASE)
_THEIR_DUTIES = re.compile(r"(?:(?:, | and )\w+){0,2} (?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|curbs?)\b", re.IGNORECASE)
_IN_LIST = re.compile(r"(?:, (?:and |or )?| and | or )", re.IGNORECASE)  # between two goods of one list
# From a tariff on goods in general to another restriction, whose goods are not taxed: `a tariff on Chinese goods and controls on software`,
# `a tariff on Peru and a ban on exports of chips`, `hits all Peruvian goods with a duty, curbs timber exports`.
_ON_GOODS_IN_GENERAL = re.compile(
    r"\b(?:[Tt]ariffs?|[Dd]ut(?:y|ies)|[Ll]ev(?:y|ies)|%|per ?cent)(?: (?!on\b)\w+)? on (?:[\w'\u2019]+ ){0,3}?"
    r"(?:goods|imports|products|everything)\b"
    r"|\b(?:[Tt]ariffs?|[Dd]ut(?:y|ies)|[Ll]ev(?:y|ies)) on (?:the )?[A-Z][\w.]*(?: [A-Z][\w.]*)?(?=,| and\b)"
    r"|(?:%|\bper ?cent) (?:\w+ )?(?:tariff|duty|levy)(?=,)"
    r"|\b(?:[Aa]ll|[Ee]very) (?:[\w.'\u2019]+ ){0,2}?(?:goods|imports|products) with [^,;]{1,30}?(?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|%)"
)
_ANOTHER_RESTRICTION = re.compile(
    r"\b(?:controls?|curbs?|bans?|licen[cs]\w*|limits?|blacklist\w*) on\b|\bbans?\b"
    r"|[,;] (?:and )?(?:blocks?|curbs?|halts?|limits?|restricts?|suspends?)\b",
    re.IGNORECASE,
)
# Goods on which a restriction is not, as far as its clause goes.
_HITTING = frozenset({"measure", "threat"})
_SPARED = re.compile(
    r"(?<!formerly )(?<!once )(?<!previously )\b(?:exempt(?:ing|s)|(?<=but )exempted|exclud(?:ed|es|ing)|spar(?:ed|es|ing)"
    r"|apart from|except(?: for)?|other than|with the exception of)\b[^.;:]*"
)
# The other side restricts goods of the actor: `on Peruvian coffee`, `on Peru's cheap coffee`.
_ON_OWN = re.compile(r"on ")
_OF_GOODS = re.compile(r" (?:on|for) (?:[\w'\u2019-]+ ){0,2}")  # from a rate to its goods
_OWN_GOODS = re.compile(r"\S+ (?:[a-z]+ )?")
# From a rate to the target on whose goods it is raised, without another rate or clause between them.
_ON = re.compile(r"[^%,;]{0,60}?\b(?:on|against|for|from)\b[^%,;]{0,40}", re.IGNORECASE)
_SCALE_WORDS = "trillion|billion|million|bn|tn|m|b"
# Whole numbers: the digits of `1.234.567` or `1,5`, written as in other languages, would give a wrong amount.
_AMOUNT = r"(?<![\d.,])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![.,]?\d)"
_DOLLARS = re.compile(
    rf"(?:\bUS\$|(?<![A-Z])\$|\bUSD ?)\s?{_AMOUNT}[\s-]?({_SCALE_WORDS})?\b"
    rf"|{_AMOUNT}\s(trillion|billion|million)\s(?:U\.?S\.? )?(?:dollars|dlrs)",
    re.IGNORECASE,
)
# Before the country that begins a clause: `after Peru raises`. `as` may also begin a comparison (`as well as Peru`).
_JOINS_CLAUSE = re.compile(
    r"\b(?:after|(?<!such )(?<!well )(?<!same )(?<!far )as|before|because|once|when|while) (?:the )?$", re.IGNORECASE
)
_JOIN_REACH = 12  # characters
# A bill that one chamber passed is no law yet, nor is a rate that somebody likes: `an 80% tariff seems right`.
_NOT_YET_DECIDED = re.compile(
    r"(?<!\band )(?<!\band the )\b(?:Senate|(?<!White )House(?: of Representatives)?|(?:lower|Lower|upper|Upper) (?:[Hh]ouse|[Cc]hamber)"
    r"|Chamber of Deputies|Lok Sabha|Bundestag)(?: (?:has|have|had|narrowly|overwhelmingly|on \w+day))?"
    r" (?:adopt(?:s|ed)?|advance[sd]?|approve[sd]?|back(?:s|ed)?|clear(?:s|ed)?|endorse[sd]?|pass(?:es|ed)?|vote[sd]? (?:for|to))\b"
    r"|\b(?:[Tt]ariffs?|[Dd]ut(?:y|ies)|[Ll]ev(?:y|ies))\b[^.;:]{0,40}"
    r" (?:feels?|looks?|seems?|sounds?) (?:about |just )?(?:fair|fine|good|right)\b"
)
_NON_TARIFF = re.compile(r"\bnon-?tariffs?\b", re.IGNORECASE)
_NAMES_TARIFF = re.compile(
    r"\b(?:counter-?)?(?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|tax(?:es)?|charges?|surcharges?)\b|%|\bper ?cent\b", re.IGNORECASE
)
_THREATENS = re.compile(r"\b(?:threat\w*|warn\w*|vow\w*)\b", re.IGNORECASE)
# Larger numbers are no rates or amounts of acts: a long row of digits could even be infinite.
_LARGEST_RATE, _LARGEST_AMOUNT = 100_000.0, 1e15
_SCALE = {"trillion": 1e12, "tn": 1e12, "billion": 1e9, "bn": 1e9, "b": 1e9, "million": 1e6, "m": 1e6, "": 1.0}
_RETALIATION = re.compile(
    r"\b(?:retaliat\w*|in response(?: to)?|hit(?:s|ting)? back|counter-?measures?|counter-?tariffs?|in return for|strikes? back|struck back"
    r"|tit-for-tat|responds? with|answer(?:s|ed|ing) (?:with|last|the)|in reply to|reprisals?)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:unless|if|provided that|only once|only if|until|in return for|in exchange for|on condition|as long as|tied|conditional on"
    r"|or else|otherwise)\b",
    re.IGNORECASE,
)


def keep_clause(text: str, at: int, names: Sequence[int]) -> str:
    """Replace the clauses that an act is not in with spaces.

    `at`: position of the act, or of the first name of its actor; `names`: positions at which its countries are named. A clause is one such
    as `after Peru raised its duty`, which begins with a country; it ends at a comma if the sentence or a comma precedes it, else with the
    text.
    """
    for name in names:
        joined = _JOINS_CLAUSE.search(text, max(0, name - _JOIN_REACH), name)
        if joined is None:
            continue
        start, is_inserted = joined.start(), not text[: joined.start()].rstrip() or text[: joined.start()].rstrip().endswith(",")
        comma = text.find(",", name)
        end = comma if is_inserted and comma >= 0 else len(text)
        if start <= at < end:
            text = " " * start + text[start:end] + " " * (len(text) - end)
        else:
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def correct_status(text: str, kind: str, status: str) -> str:
    """Return an act's status: `proposed` if not decided yet."""
    is_open = kind == "measure" and status in {"announced", "effective"} and _NOT_YET_DECIDED.search(text)
    return "proposed" if is_open else status


def correct_instrument(text: str, instrument: str) -> str:
    """Return an act's instrument: `other` if only non-tariff."""
    is_named = instrument != "tariff" or not _NON_TARIFF.search(text) or _NAMES_TARIFF.search(_NON_TARIFF.sub("", text))
    return instrument if is_named else "other"


def find_threat(text: str) -> int:
    """Return the position of the first word that threatens, else 0."""
    match = _THREATENS.search(text)
    return match.start() if match else 0


def find_rate(text: str, near: int = 0, targets: Sequence[int] = (), actors: Sequence[int] = (), instrument: str = "other") -> float | None:
    """Return the rate in percent of an act, or None.

    `near`: position of the act. `targets`, `actors`: positions at which its target and actor are named (all in characters). A rate before a
    target counts, if `on`, `against`, `for` or `from` is between both (at most 60 characters after the rate and 40 before the target), but
    no comma, semicolon or `%`; of several the one closest to its target. Otherwise the rate nearest to the act counts. Of two at the same
    distance it is the first. Left out are rates over 100,000 percent, former rates (`_is_former`), shares ("89% of its GDP"), rates of the
    target's own duties (`_is_others`), after the act those of an earlier act that it answers ("after a 10 percent levy") and, for an
    `instrument` that is no tax, those of a tax ("a 20 percent duty").
    """
    rates = [
        match for match in _iterate_rates(text, targets, actors) if not (match.start() > near and _REASON.search(text, near, match.start()))
    ]
    if instrument in _WITHOUT_RATE:
        rates = [match for match in rates if not _OF_TAX.match(text, match.end())]
    by_distance = _measure_to_targets(text, rates, targets) or [(abs(match.start() - near), _to_number(match[1])) for match in rates]
    return min(by_distance, key=lambda pair: pair[0])[1] if by_distance else None


def find_rate_on(text: str, target: int) -> float | None:
    """Return the rate before a target, as in `10% on all imports`, or None.

    `target`: position of its words, in characters. `find_rate` says what may be between both, and which rates are left out.
    """
    return min(_measure_to_targets(text, _iterate_rates(text, [target]), [target]), default=(0, None))[1]


def _iterate_rates(text: str, targets: Sequence[int] = (), actors: Sequence[int] = ()) -> Iterator[re.Match[str]]:
    """Yield rates of acts: no former ones, shares or targets' own."""
    for match in _RATE.finditer(text):
        is_left_out = _is_former(text, match) or _is_share(text, match) or _is_others(text[: match.start()], targets, actors)
        if not is_left_out and _to_number(match[1]) <= _LARGEST_RATE:
            yield match


def _measure_to_targets(text: str, rates: Iterable[re.Match[str]], targets: Sequence[int]) -> list[tuple[int, float]]:
    """Return rates before targets (`_ON` between), with distances in characters."""
    return [
        (target - match.end(), _to_number(match[1]))
        for match in rates
        for target in targets
        if match.end() < target and _ON.fullmatch(text, match.end(), target)
    ]


def _is_former(text: str, rate: re.Match[str]) -> bool:
    """Whether another rate replaces this one or is added to it."""
    before = text[max(0, rate.start() - _RATE_CONTEXT) : rate.start()]
    return bool((_FROM.search(before) and _TO.match(text, rate.end())) or _OLD.search(before))


def _is_share(text: str, rate: re.Match[str]) -> bool:
    """Whether a rate is a share of something."""
    return bool(_SHARE.match(text, rate.end()) or _OWNED.search(text[max(0, rate.start() - _RATE_CONTEXT) : rate.start()]))


def _is_others(before: str, targets: Iterable[int], actors: Iterable[int]) -> bool:
    """Whether a rate is that of the target's own duty.

    The words before the rate show it: the duty belongs to the target by `'s`, or is called `on` the actor. `before`: the text up to the
    rate; `targets`, `actors`: positions in the text at which target and actor are named.
    """
    for target in targets:
        if len(before) - 2 * _RATE_CONTEXT <= target < len(before):
            own = _OTHERS_DUTY.match(before, target)
            if (
                _POSSESSED.match(before, target)
                or _ENDED.match(before, target)
                or (own and any(target < actor < len(before) for actor in actors))
            ):
                return True
    return False


def find_rates(text: str) -> list[float]:
    """Return all rates up to 100,000 percent, in order of the text."""
    return [rate for match in _RATE.finditer(text) if (rate := _to_number(match[1])) <= _LARGEST_RATE]


@lru_cache(maxsize=2048)  # several readings are of one sentence
def find_dollars(text: str, near: int = 0) -> float | None:
    """Return the US dollars nearest to an act, or None.

    `near`: position of the act. `$5 billion` gives 5e9. Amounts in other currencies, also in other dollars (`C$5 billion`), are skipped,
    because exchange rates are not known here. None if it is over 1e15 dollars.
    """
    match = min(_DOLLARS.finditer(text), key=lambda amount: abs(amount.start() - near), default=None)
    if match is None:
        return None
    digits, scale = (match[1], match[2]) if match[1] else (match[3], match[4])
    amount = _to_number(digits) * _SCALE[(scale or "").lower()]
    return amount if amount <= _LARGEST_AMOUNT else None


def _to_number(digits: str) -> float:
    """Convert digits with commas between thousands to a number."""
    return float(digits.replace(",", ""))


@lru_cache(maxsize=2048)  # several readings are of one sentence
def find_product(text: str, instrument: str = "other", actors: Sequence[int] = (), rate: float | None = None, *, kind: str = "") -> str:
    """Return the first product named, or an empty string.

    The result is the name in `lexicon/products.toml`, not the words of the text. Goods that are the reason of a restriction are left out,
    for the `instrument` `tariff` those of another restriction that follows a tariff on goods in general, for a `kind` of
    `KINDS_ON_PARTNERS_GOODS` those on which the other side has a restriction (`duties on Peruvian coffee`; `actors` has the position of
    `Peruvian`), and for `_HITTING` kinds spared goods (`but exempted tin`). So are those with a rate of their own (`25% on Peru and 10% on
    tin`), if `rate`, that of the act, is another.
    """
    names, pattern = _compile_products()
    text = _SPARED.sub("", text) if kind in _HITTING else text
    actors = actors if kind in KINDS_ON_PARTNERS_GOODS else ()
    general = _ON_GOODS_IN_GENERAL.search(text) if instrument == "tariff" else None
    reason = None
    others = [one.end() for one in _iterate_rates(text) if _to_number(one[1]) != rate] if rate is not None else []
    for match in pattern.finditer(text):
        if any(_OF_GOODS.fullmatch(text, end, match.start()) for end in others):
            continue
        is_listed = reason is not None and _IN_LIST.fullmatch(text, reason, match.start())
        if is_listed or _is_reason(text, match):
            reason = match.end()
        elif not (general and _ANOTHER_RESTRICTION.search(text, general.end(), match.start())) and not _is_of_actor(text, match, actors):
            return names[int(str(match.lastgroup)[1:])]
    return ""


def _is_reason(text: str, goods: re.Match[str]) -> bool:
    """Whether goods are a reason, or of an answered act."""
    start = max(0, goods.start() - _REASON_REACH)
    if _RESTRICTED_OVER.search(text, start, goods.start()):
        return True
    answered = _ANSWERED.search(text, start, goods.start())
    return answered is not None and bool(_DUTIES.search(answered["act"]) or _THEIR_DUTIES.match(text, goods.end()))


def _is_of_actor(text: str, goods: re.Match[str], actors: Iterable[int]) -> bool:
    """Whether a restriction is on goods of the actor: `on Peruvian coffee`."""
    return any(_ON_OWN.match(text, max(0, at - 3)) and _OWN_GOODS.fullmatch(text, at, goods.start()) for at in actors)


def names_product(text: str) -> bool:
    """Whether a text names any product, also as a reason."""
    return bool(_compile_products()[1].search(text))


def is_retaliation(text: str) -> bool:
    """Whether words such as `in response` say that an act answers another."""
    return bool(_RETALIATION.search(text))


def is_conditional(text: str) -> bool:
    """Whether a word such as `unless` ties an act to a condition."""
    return bool(_CONDITION.search(text))


@cache
def _compile_products() -> tuple[tuple[str, ...], re.Pattern[str]]:
    products: dict[str, str] = load_lexicon("products")["products"]
    # One word boundary before all alternatives: only at the start of a word is any of them tried.
    groups = "|".join(rf"(?P<p{i}>{words})" for i, words in enumerate(products.values()))
    return tuple(products), re.compile(rf"\b(?:{groups})\b", re.IGNORECASE)
