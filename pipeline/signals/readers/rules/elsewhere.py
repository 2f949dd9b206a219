"""Sentences about policy of another kind, or about business at home.

Subjects are nuclear and other deals, membership of the European Union, taxes at home, quotas of people, bans of what is no goods, money
for one's own traders, shares, and contracts of firms. Does not belong here: disputes and taxes of persons (`subjects.py`), or which
signals a sentence then cannot have (`denials.py`).
"""

import re

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.slots import names_product

# Words with which a sentence is about trade after all.
_TRADE = re.compile(
    r"\b(?:tariff|dut(?:y|ies)\b|quota|trad(?:e|ed|es|ers?|ing)\b|import|export|lev(?:y|ies|ied)\b|goods\b|sanction|embargo|customs\b|blacklist"
    r"|subsid|W\.?T\.?O\b|GATT\b|single market|curb|restrict|retaliat|commerc|econom|invest(?!igat))",
    re.IGNORECASE,
)
_NUCLEAR_DEAL = re.compile(r"\bnuclear (?:accord|agreement|deal|negotiation|pact|talk|treat(?:y|ie))s?\b|\bJCPOA\b", re.IGNORECASE)
_UNION = r"(?:E\.?[CU]\.?|European (?:Community|Union)|bloc)"
_MEMBERSHIP = re.compile(
    rf"\b{_UNION}(?:['\u2019]s)? (?:membership|accession)\b|\b(?:membership|accession|access|admission) (?:of|in|to) the {_UNION}(?!\w)"
    rf"|\bjoin(?:s|ed|ing)? the {_UNION}(?!\w|,| and\b| in\b)|\baccession (?:negotiations|talks)\b",
    re.IGNORECASE,
)
# Deals and talks about something else.
_OTHER_DEAL = re.compile(
    r"\b(?:arms|asylum|border|cease-?fire|climate|dam|defen[cs]e|extradition|financial|hostage|intelligence|migra\w+|military|peace|prisoners?"
    r"|readmission|refugee|returns|river|security|submarine|visa|water)(?: (?!adjustment\b|levy\b|tax\b)[\w-]+)?"
    r" (?:accord|agreement|deal|pact|partnership|swap|talks|treaty)s?\b",
    re.IGNORECASE,
)
# Persons who are prosecuted: `charges two men`.
_PROSECUTED = re.compile(
    r"\b(?:accus|arrest|charg|convict|indict|jail|prosecut|sentenc)(?:e?s|e?d|ing)\b(?: (?!of\b|by\b)[\w.'\u2019-]+){0,5}?"
    r" (?:academics?|citizens?|employees?|engineers?|executives?|hackers?|m[ae]n|nationals?|professors?|scientists?|students?|wom[ae]n)\b"
    r"|\b(?:inquir(?:y|ies)|investigations?|probes?) (?:against|into|of) (?:an?|its|the|two|three|four) (?:\w+ ){0,2}?"
    r"(?:diplomats?|executives?|journalists?|ministers?|officers?|officials?)\b(?!['\u2019])",
    re.IGNORECASE,
)
_TARIFF = re.compile(r"\b(?:tariff|dut(?:y|ies)\b|quota|lev(?:y|ies)\b)", re.IGNORECASE)
# Firms that buy, unless they belong to the state.
_FIRM_BUYS = re.compile(
    r"(?<!state )(?<!state-owned )(?<!state-run )(?<!national )"
    r"\b(?:airline|carmaker|chipmaker|importer|mill|refiner|retailer|steelmaker|trader|utilit(?:y|ie))s?"
    r" (?:book|bought|buy|import|order|purchase|snap up)(?:e?s|e?d)?\b",
    re.IGNORECASE,
)
_HOME_TAX = re.compile(
    r"\b(?:VAT|value[- ]added tax(?:es)?|(?:capital gains|corporation|council|gambling|payroll|poll|property|sales|sugar|wealth) tax(?:es)?"
    r"|tax breaks?|business rates|(?:alcohol|beer|fuel|petrol|spirits|stamp) dut(?:y|ies))\b",
    re.IGNORECASE,
)
# Rule over a place that follows: `tightens its control over Hong Kong`.
_GRIP = re.compile(r"\btighten\w* (?:her |his |its |their |the )?(?:control|grip|hold) (?:of|on|over) ", re.IGNORECASE)
_PEOPLE = r"(?:asylum seekers|foreign students|migrants|minorities|refugees|women|workers)"
# A tax on nothing from abroad.
_TAX = re.compile(r"\btax(?:es|ed)?\b", re.IGNORECASE)
_FROM_ABROAD = re.compile(
    r"\b(?:abroad|any|border|carbon|country|countries|digital|every\w*|foreign\w*|global|multinational|online|overseas|tech|US|world)\b|\b(?:enter|leav|port|ship)\w*",
    re.IGNORECASE,
)
_QUOTA_OF_PEOPLE = re.compile(
    rf"\bquotas? (?:of|for) (?:\w+ )?{_PEOPLE}\b|\b(?:asylum|gender|immigration|migrant|migration|refugee|women['\u2019]s) quotas?\b",
    re.IGNORECASE,
)
_PRICE = re.compile(r"\b(?:changed hands|closed|ended|fixed|quoted|settled|traded|trades) at (?:\$|\d)", re.IGNORECASE)
# Games of athletes.
_SPORT = re.compile(
    r"\b(?:athletics|cricket|footballers?|goalkeepers?|innings|keeper|midfielders?|Olympics?|quarter-?finals?|referees?|rugby|semi-?finals?"
    r"|shoot-?out|tennis|umpires?|wickets?|World Cup)\b"
    r"|\b(?:beats?|draws?|edges?|held|holds?|loses?|lost|shuts? out|thrash(?:es|ed)?|wins?|won)\b(?: [A-Z][\w'\u2019-]+){0,3}"
    r" \d{1,2}-\d{1,2}$"
)
_QUARRELLED = re.compile(r"\btrad(?:es?|ed|ing) (?:barbs|blame|blows|insults)\b", re.IGNORECASE)
# Whose subject is no goods: `bans a TV ad`, `a ban on football fans`.
_OTHER_BAN = re.compile(
    r"\bbans? on (?:[\w'\u2019-]+ ){0,3}?(?:athletes|fans|hooligans|journalists?|players|students|supporters"
    r"|teams|tourists|ultras|visitors)\b|"
    r"\b(?:bans?|banned|banning|bar(?:s|red|ring)?|block(?:s|ed|ing)?|outlaw(?:s|ed|ing)?)\b(?: (?!on\b)[\w'\u2019-]+){0,4}?"
    r" (?:ads?|adverts?|advertisements?|advertising|athletes|fans|hooligans|billboards?|broadcasters?|broadcasts|(?-i:channels?)"
    r"|commercials|demonstrations|gatherings|journalists?|lawmakers|marches|MPs|politicians?|protests?|rall(?:y|ies)|smoking|students"
    r"|tourists|travell?ers|veils?|visitors)\b",
    re.IGNORECASE,
)
# Money for one's own exporters and importers.
_TRADERS = r"(?:companies|exporters|firms|importers)"
_TRADE_FINANCE = re.compile(
    r"\bexport (?:promotion|financ\w+|credits?|loans?|insurance|guarantees?)\b"
    rf"|\b(?:credits?|financ\w+|loans?)\b(?: [\w-]+){{0,4}}? (?:for|to) (?:[\w-]+ ){{0,3}}?{_TRADERS}\b",
    re.IGNORECASE,
)
# What a restriction does to those whom it hits, without saying that it is new.
_RESTRICTION = r"\b(?:bans?|curbs|dut(?:y|ies)|embargo\w*|lev(?:y|ies)|quotas?|restrictions|sanctions|surcharges?|tariffs?)\b"
_EFFECT = re.compile(
    rf"{_RESTRICTION} (?:are |have |is |will )?(?:batter|cost|dent|driv(?:e|ing) up|forc|hurt|push|squeez"
    r"|t(?:ak|ook)\w* (?:a |its |their )?(?:\w+ )?toll|weigh)(?:e?s|ed|e|ing)?\b",
    re.IGNORECASE,
)
# Shares, houses and banks instead of goods.
_FINANCE = re.compile(r"\b(?:brokerages?|margin requirements|securities (?:firms|houses)|stock buying|warrant bonds?)\b", re.IGNORECASE)
_ASSETS = re.compile(
    r"\b(?:acquir\w+|buy(?:s|ing)?|bought|purchas\w+|sell(?:s|ing)?|sold)\b(?: [\w.,'\u2019%-]+){0,6}?"
    r" (?:bonds?|equity|real estate|shares?|stakes?|stocks?|Treasur(?:y|ies))\b",
    re.IGNORECASE,
)
# What a firm signs: `Mazda signs coal import agreement`.
# What is taken off the shelves is no relief: `pulls Peruvian wine from shelves`.
_OFF_SHELVES = re.compile(
    r"\b(?:clear|order|pull|remov|strip|take|took|taking|yank)\w*\b[^.;]{0,60}\b(?:from|off)\b[^.;]{0,30}\bshel(?:f|ves)\b", re.IGNORECASE
)
_CONTRACT = re.compile(
    r"\b(?:clinch|conclud|ink|land|secure|sign|win|won)(?:e?s|e?d)? (?:[\w-]+ ){0,4}?"
    r"(?:coal|crude|delivery|distribution|gas|import|licen[cs]ing|LNG|oil|ore|production|purchase|sales|supply)"
    r" (?:accord|agreement|contract|deal|pact)s?\b",
    re.IGNORECASE,
)
# An order of the state, which does nothing yet: `signed two orders on Wednesday.`
_SIGNED_ORDER = re.compile(
    r"\bsign(?:s|ed|ing)? (?:[\w-]+ ){0,3}orders?(?: (?:on \w+day|this week|today|yesterday|at the White House|in the Oval Office))?\W*$",
    re.IGNORECASE,
)
# Who refuses to buy no more restricts nothing.
_GOES_ON = re.compile(
    r"(?:\b(?:def(?:y|ie[sd]|ying)|refus(?:e|es|ed|ing|al)|resist(?:s|ed|ing)?)(?: [\w'\u2019.-]+){0,7}?"
    r"|(?:\bnot|\bnever|n['\u2019]t)(?: \w+)?)"
    r" (?:end|halt|stop)(?:ping)? (?:(?:all|its|their) )?(?:buying|importing|imports|purchas(?:es|ing))\b",
    re.IGNORECASE,
)


def is_other_policy(text: str) -> bool:
    """Whether it is about nuclear deals, membership, quotas or shares.

    False if it also has a word of trade.
    """
    return any(_is_only(subject, text) for subject in (_NUCLEAR_DEAL, _MEMBERSHIP, _QUOTA_OF_PEOPLE, _FINANCE))


def is_policy_at_home(sentence: MarkedSentence) -> bool:
    """Whether a state taxes its own people, or rules a place.

    A tax may be an issue between two states, if the sentence names them.
    """
    grip = _GRIP.search(sentence.text)
    is_on_place = grip is not None and any(mention.start == grip.end() for mention in sentence.mentions)
    return (is_on_place and _is_only(_GRIP, sentence.text)) or (_is_only(_HOME_TAX, sentence.text) and not _names_pair(sentence))


def is_other_ban(text: str) -> bool:
    """Whether what is banned is no goods, such as an advertisement."""
    return _is_only(_OTHER_BAN, text)


def is_price(sentence: MarkedSentence) -> bool:
    """Whether a sentence without a state quotes a price: `Coil traded at 702 dollars`."""
    return not sentence.mentions and _PRICE.search(sentence.text) is not None


def is_sport(text: str) -> bool:
    """Whether states only compete in a game: `Peru shuts out Norway 3-0`."""
    return _is_only(_SPORT, _QUARRELLED.sub("", text))


def is_tax_on_all(text: str) -> bool:
    """Whether a tax is not on goods or anything from abroad: `cuts tax for all mills`."""
    return _is_only(_TAX, text) and _FROM_ABROAD.search(text) is None and not names_product(text)


def is_other_deal(text: str) -> bool:
    """Whether a deal is about arms, borders or people, and not trade."""
    return _is_only(_OTHER_DEAL, text)


def are_persons_prosecuted(text: str) -> bool:
    """Whether persons are accused or arrested, and no duty is named."""
    return _PROSECUTED.search(text) is not None and _TARIFF.search(text) is None


def goes_on_buying(text: str) -> bool:
    """Whether somebody goes on buying: `refused to stop buying Russian oil`."""
    return _GOES_ON.search(text) is not None


def is_no_purchase(text: str) -> bool:
    """Whether a firm buys, not a state, or only shares or houses.

    True also if the only order is a decree that a leader signs.
    """
    return any(words.search(text) for words in (_FIRM_BUYS, _SIGNED_ORDER)) or _is_only(_ASSETS, text)


def is_trade_finance(sentence: MarkedSentence) -> bool:
    """Whether a state lends to its own exporters or importers.

    False if the sentence names two states.
    """
    return _TRADE_FINANCE.search(sentence.text) is not None and not _names_pair(sentence)


def is_effect(text: str) -> bool:
    """Whether a sentence says what its only restriction does to others.

    Example: `Norway's tariffs force Peruvian mills to close`.
    """
    return _EFFECT.search(text) is not None and len(re.findall(_RESTRICTION, text, re.IGNORECASE)) == 1


def clears_shelves(text: str) -> bool:
    """Whether somebody takes goods off the shelves of shops."""
    return _OFF_SHELVES.search(text) is not None


def is_contract(text: str) -> bool:
    """Whether somebody signs a contract for goods."""
    return _CONTRACT.search(text) is not None


def _is_only(subject: re.Pattern[str], text: str) -> bool:
    """Whether a text has words of a subject, but none of trade."""
    rest = subject.sub("", text)
    return rest != text and _TRADE.search(rest) is None


def _names_pair(sentence: MarkedSentence) -> bool:
    """Whether a sentence names at least two states."""
    return len({mention.code for mention in sentence.mentions}) >= PAIR_SIZE
