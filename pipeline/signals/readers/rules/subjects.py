"""Sentences with the words of an act, but about something else.

Subjects are aid to producers, boycotts by consumers, taxes of persons, interest rates, debts, other disputes (visas, arms, wages),
accusations taken back, and restrictions under review. Does not belong here: which kinds of signals a sentence then cannot have
(`denials.py`).
"""

import re

from pipeline.signals.slots import names_product

_WORDS = r"(?: [\w'\u2019$-]+)"
_PRODUCERS = (
    r"(?:\w*farmers|growers|producers|ranchers|exporters|manufacturers|\w+makers|workers|firms|companies|businesses|industr(?:y|ies))"
)
_AID = re.compile(
    r"\b(?:aid|assistance|bail-?outs?|cash|compensat\w+|help|loans?|packages?|payments?|relief|rescue|subsid\w+|support"
    rf"|[$\u20ac\u00a3]?\d[\d.,]* ?(?:bn|billion|m|million))\b{_WORDS}{{0,4}}? {_PRODUCERS}(?: \w+)?"
    r" (?:affected|damaged|harmed|hit|hurt|squeezed|struggling|suffering)\b"
    rf"|\b(?:compensat\w+|bail(?:s|ed|ing)? out)\b{_WORDS}{{0,3}}? {_PRODUCERS}\b|\btrade[- ]war (?:aid|bail-?outs?|relief|payments?)\b",
    re.IGNORECASE,
)
_RELIEF = re.compile(r"\btariff relief\b|\brelief from\b|\bexempt\w*|\bwaive\w*", re.IGNORECASE)
_SHOPPERS = re.compile(
    r"\b(?:activists|citizens|consumers?|customers|diners|drinkers|drivers|people|protesters|shoppers|travellers|travelers|students)\b"
    rf"{_WORDS}{{0,4}}? (?:boycott|shun|snub)\w*\b|\bconsumer boycotts?\b"
    rf"|\bboycotts?{_WORDS}{{1,6}} by (?:\w+ )?(?:consumers|shoppers|customers|citizens)\b"
    r"|\bboycotts? (?:of|against) (?:\w+ )?\w+(?: \w+)? (?:goods|products|brands|beer|cars|food|shops|stores)\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"\b[A-Z]\w+(?:[ai]n|ese|ish)s? (?:(?:are|have|were) )?(?:boycott|shun|snub)\w*\b")
_GOVERNMENT = re.compile(
    r"\b(?:authorit\w+|government\w*|minist\w+|official\w*|(?<!united )states?|league|president|customs|commission)\b", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"\baccidental americans?\b|\bdual (?:nationals|citizens)\b|\b(?:income|inheritance) tax(?:es)?\b"
    r"|\btax (?:havens?|evaders?|evasion|exiles?)\b"
    r"|\b(?:cut(?:s|ting)?|lower(?:s|ed|ing)?|reduc(?:e|es|ed|ing)) (?:\w+ )?taxes (?:for|on) (?:\w+ ){0,3}?"
    r"(?:companies|families|firms|households|owners|producers|seniors|tips|workers)\b",
    re.IGNORECASE,
)
# A tax with one of these words is one on trade; `tax` itself and words such as `invest` say nothing here.
_TAXED_TRADE = re.compile(r"\b(?:tariff|dut(?:y|ies)|trade|import|export|levy|sanction|digital|goods)", re.IGNORECASE)
# What disputes that are not about trade are about, and acts in them.
_OTHER_DISPUTE = re.compile(
    r"\b(?:visas?|travel (?:bans?|restrictions?)|asset freezes?|bans? on travel"
    r"|consulates?|warships?|fighter (?:jets?|planes?)|warplanes?|F-\d\d\w*|torpedo\w*|missiles?"
    r"|(?:arms|weapons?) (?:deals?|sales?)"
    r"|sanction(?:s|ed|ing)?(?: [\w'\u2019$-]+){0,5}?"
    r" (?:citizens|clerics|commanders|generals|individuals|judges|nationals|officers|officials)"
    r"|hack(?:s|ed|ers?|ing)?|cyber-?attacks?|(?:election )?meddling|election interference|influence (?:\w+ ){1,2}elections?"
    r"|espionage|sp(?:y|ies|ying)|drill(?:s|ed|ing)? (?:for|in|off)|fugitives?|suspects?|(?:corona)?virus|oligarchs?"
    r"|(?:jets|planes|soldiers|troops) (?:cross|enter|intrud|violat)\w*|(?:dual )?citizenship|passports?"
    r"|(?:demand|issu|offer)(?:s|ed|ing|e)? (?:an |no )?apolog(?:y|ies)|insults?|antiquities|artefacts|looted art|sculptures"
    r"|acid rain|airspace|ammunition|annex(?:es|ed|ation)?|border (?:clash(?:es)?|guards?|troops|wall)|buoys?"
    r"|border posts?(?! (?:for|to) [\w ]*(?:cattle|goods|livestock|lorries|trucks))"
    r"|disputed (?:\w+ )?(?:islands?|reefs?|territor\w+|waters)|ramm(?:ed|ing)|tanks"
    r"|human[- ]rights|rights abuses?|humanitarian|journalists?|(?:harass|mistreat|persecut|suppress)\w* (?:\w+ ){0,3}students?"
    r"|(?:expel(?:s|led|ling)?|recall(?:s|ed|ing)?) (?:(?:her|his|its|the|their) )?(?:ambassadors?|diplomats?|envoys?)"
    r"|H-1B|(?:non-?immigrant|foreign) workers|aliens"
    r"|death (?:penalt(?:y|ies)|sentences?)"
    r"|(?:execute[ds]?|executing|executions?) (?:of )?(?:[\w-]+ ){0,4}?(?:citizens?|m[ae]n|nationals?|wom[ae]n)"
    r"|(?:free|release) (?:\w+ )?(?:activists|citizens|fishermen|nationals|sailors)"
    r"|Uighurs?|Uyghurs?|crackdown|prisoners?|extradit\w+|nuclear (?:programs?|programmes?|weapons?|tests?))\b",
    re.IGNORECASE,
)
# What a sentence names only to say that nobody spoke of it: `the wine duty was not on the agenda`.
_NOT_RAISED = re.compile(
    r"(?:;|, (?:and|but|while)) [^;]{2,80}? (?:(?:was|were) (?:left (?:aside|for another (?:day|time)|out)"
    r"|not (?:discussed|mentioned|on the agenda|raised))"
    r"|did(?: not|n['\u2019]t) come up)\b",
    re.IGNORECASE,
)
_DRUGS = re.compile(r"\b(?:drugs?|fentanyl|narcotics?|opioids?)\b", re.IGNORECASE)
# Words with which a sentence may be about trade after all. A trade war is mostly only the setting of the other dispute, and sanctions
# and restrictions may be acts in it.
_TRADE = re.compile(
    r"\b(?:tariff|dut(?:y|ies)\b|trad(?:e|ed|es|ers?|ing)\b(?! (?:war|tensions?)\b)|import|export|lev(?:y|ies|ied)\b|goods\b|quota"
    r"|customs\b|W\.?T\.?O\b|chips?\b|semiconductor|subsid|currency\b|tech|farm|agricult|compan|firms?\b|industr|product|purchas|buy|sell(?:s|ing)?\b"
    r"|market|oil\b|gas\b|invest(?!igat)|econom|commerc|negotiat|(?<!arms )deals?\b|tax|suppl(?:y|ies)\b|licen[cs]|ports?\b|Huawei\b)",
    re.IGNORECASE,
)
# Money that is lent, and words with which a sentence is about trade or a currency after all.
_INTEREST = re.compile(r"\b(?:base|benchmark|cash|discount|interest|key|lending|policy|prime|repo) rates?\b", re.IGNORECASE)
_OF_TRADE = re.compile(
    r"\b(?:tariff|dut(?:y|ies)\b|import|export|quota|trad(?:e|ing)\b|goods|lev(?:y|ies)\b|sanction|customs|subsid|currenc|devalu|manipulat)",
    re.IGNORECASE,
)
_DEBT = re.compile(
    r"\b(?:credit (?:facilit(?:y|ies)|lines?)|creditors?|debts?|lends?|lent|lenders|lifelines?|lines? of credit|loans?"
    r"|Paris club|rescheduling)\b",
    re.IGNORECASE,
)
_DEALS_IN_GOODS = re.compile(r"\b(?:agricult|buy|energy|market|purchas|sale|sell|technolog)", re.IGNORECASE)
# Talks about work and pay. With a capital, a union is one of states.
_LABOUR = re.compile(r"\b(?:(?-i:(?<!customs )(?:trade )?unions?)|strik(?:es?|ers)|wages?|walkouts?)\b", re.IGNORECASE)
_TALKED = re.compile(r"\b(?:deals?|negotiat\w+)\b", re.IGNORECASE)
# What is taken back is no accusation: `drops the label of currency manipulator`.
_CLEARED = re.compile(
    r"\b(?:no longer|drops?|dropped|lifts?|lifted|removes?|removed|rescinds?|rescinded|withdraws?|withdrew|revers(?:es|ed))\b[^.;:]{0,80}"
    r"\bcurrency[- ]manipulat",
    re.IGNORECASE,
)
# A state reviews what it has long imposed. Who may raise it, or answers somebody, threatens after all.
_REVIEW = re.compile(
    r"\b(?:examine[sd]?|examining|(?:assess|stud(?:y|ies|ied|ying)|re-?assess|re-?consider|re-?examine?|re-?think|review)(?:e?s|e?d|ing|e)?)"
    r" (?:its|their|the|his|her|existing|current)\b"
    r"(?! (?:anti-?dumping|countervailing|response|retaliat\w+))(?: [\w.%'\u2019-]+){0,3}?"
    r" (?:bans?|curbs?|dut(?:y|ies)|lev(?:y|ies)|measures|quotas?|restrictions?|sanctions?|surtax(?:es)?|tariffs?)\b",
    re.IGNORECASE,
)
_ESCALATING = re.compile(
    r"\b(?:additional|broad\w*|could|expand\w*|extend\w*|further|higher|increase\w*|increasing\w*|more|may|might|new|rais\w+|respon[ds]\w*|retaliat\w+"
    r"|threat\w*|tighten\w*|tougher|warn\w*)\b",
    re.IGNORECASE,
)


def find_review(text: str) -> int | None:
    """Return where a state reviews a restriction of its own, or None.

    It is the position of the verb. None also if the sentence has a word such as `raise` or `warn`.
    """
    review = _REVIEW.search(text)
    return review.start() if review and not _ESCALATING.search(text) else None


def is_aid(text: str) -> bool:
    """Whether somebody helps producers hurt by a trade war.

    Relief from duties is none.
    """
    return _AID.search(text) is not None and _RELIEF.search(text) is None


def is_boycott(text: str) -> bool:
    """Whether consumers shun goods, and no government does."""
    return (_SHOPPERS.search(text) is not None or _PEOPLE.search(text) is not None) and _GOVERNMENT.search(text) is None


def is_personal_tax(text: str) -> bool:
    """Whether a sentence is about taxes of persons, and not about trade."""
    return _PERSONAL.search(text) is not None and _TAXED_TRADE.search(text) is None


def is_other_dispute(text: str) -> bool:
    """Whether a sentence is about another dispute, such as one on visas.

    It has a word of such disputes (`_OTHER_DISPUTE`), no word of trade, and names no goods but arms and drugs, except in a clause that
    says that nobody spoke of them.
    """
    text = _NOT_RAISED.sub("", text)
    rest = _OTHER_DISPUTE.sub("", text)
    return rest != text and not _TRADE.search(text) and not names_product(_DRUGS.sub("", rest))


def is_about_interest(text: str) -> bool:
    """Whether a sentence is about interest rates, and not about trade."""
    return _INTEREST.search(text) is not None and _OF_TRADE.search(text) is None


def is_about_debt(text: str) -> bool:
    """Whether a sentence is about debts, and not about trade."""
    is_of_trade = _OF_TRADE.search(text) is not None or _DEALS_IN_GOODS.search(text) is not None
    return _DEBT.search(text) is not None and not is_of_trade


def is_labour_dispute(text: str) -> bool:
    """Whether a sentence is about strikes, unions or wages, and not trade."""
    rest = _LABOUR.sub("", text)
    return rest != text and _TRADE.search(_TALKED.sub("", rest)) is None


def is_taken_back(text: str) -> bool:
    """Whether a state no longer calls another a currency manipulator."""
    return _CLEARED.search(text) is not None
