"""What goods pay that one state sells to another.

Examples: `Peruvian tin shipped to Norway will be taxed at 9 percent`, `Peru faces a 9 percent tariff on its exports to Norway`, acts of
Norway. Does not belong here: rates that a sentence compares with others (`rates.py`), and whom an act on goods spares (`bystanders.py`).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.contracts.countries import PAIR_SIZE
from pipeline.signals.reader import SURE_SIGN
from pipeline.signals.readers.rules.grammar import Act
from pipeline.signals.readers.rules.matching import MarkedSentence
from pipeline.signals.readers.rules.rates import build_rate_act, falls

#: Begins the id of the rule for duties on goods that one state sells to another.
SHIPPED = "suffer.ship."
# `shipped to`, `imports of Peruvian tin into`, before the name of the buyer.
_INTO = re.compile(
    r"\b(?:entering|(?:sales|sold) (?:in|into|to)|(?:bound|destined|headed) (?:for|to)"
    r"|(?:coming|exported|exports?|imported|imports|sent|shipments|shipped)(?: (?:from|of) [^,.;:]{1,40})? (?:in)?to) (?:the )?$",
    re.IGNORECASE,
)
# What these goods will pay, after the name of the buyer.
_PAY = re.compile(
    r"(?: from [^,.;:]{1,40}?)?"
    r" (?P<verb>(?:will|shall|must|(?:is|are) to|will have to)(?: (?:also|instead|now|soon))?"
    r" (?:bear|face|incur|pay|be (?:charged|hit|slapped|struck|subject|taxed))"
    r"|now (?:bears?|faces?|pays?)|(?:are|is|has been|have been|was|were)(?: now)? (?:charged|hit|slapped|struck|taxed))"
    r"(?: (?:at|by|to|with))?(?P<size>(?: (?:about|additional|an?|another|anti-dumping|as much as|at least|customs|extra|fresh|from"
    r"|further|heavy|high(?:er)?|import|less|lower|luxury|nearly|new|no|of|over|punitive|reduced|special|steep|stiff|temporary|the"
    r"|up to|zero)){0,4})"
    r" (?P<duty>\d[\d.]*(?: ?%| (?:percent|per cent|pct)\b)|(?:dut(?:y|ies)|lev(?:y|ies)|surcharges?|surtax|tariffs?|tax(?:es)?)\b)"
    r"(?! (?:at home|breaks?|credits?|disputes?|rows?)\b)",
    re.IGNORECASE,
)
_BUYER_REACH = 300  # characters before the name of the buyer
# What the seller pays, up to the name of the buyer: `faces a 20 percent tariff on most of its exports to`.
_ON_SALES = re.compile(
    r"\b(?P<verb>(?:now |will (?:also |now |soon )?)?(?:bears?|faces?|incurs?|pays?)"
    r"|(?:is|are|was|were|been|gets?|got) (?:hit|slapped|struck) with)"
    r"(?P<size>(?: (?!no\b)[a-z][\w-]*){0,4})"
    r" (?P<duty>\d[\d.]*(?: ?%| (?:percent|per cent|pct)\b)) (?:[\w-]+ )?(?:dut(?:y|ies)|lev(?:y|ies)|surcharge|surtax|tariffs?|tax(?:es)?)"
    r" on (?:[\w-]+ ){0,4}?(?:exports|goods|products|sales|shipments)(?: of [\w-]+(?: and [\w-]+)?)?(?: (?:bound|sold|sent))?"
    r" (?:for|in|into|to) (?:the )?$"
)
# Nothing is decided yet, it is denied, or what is taxed are no goods.
_OPEN = re.compile(
    r"\b(?:could|expected|fears?|feared|if|likely|may|might|never|not|proposed|proposes|should|profits|threat\w*|unless|whether|would)\b|n['\u2019]t\b",
    re.IGNORECASE,
)
_ZERO = re.compile(r"0+(?![\d.]*[1-9])")  # not `0.5 percent`
_FREE = re.compile(r"(?:^| )(?:fewer|less|lower|no|reduced|zero)(?: |$)", re.IGNORECASE)


class _Shipment(NamedTuple):
    """Goods that are sold to another state, and what they pay.

    `buyer` and `seller`: codes of the states; `pays`: the match of `_PAY` or `_ON_SALES`.
    """

    buyer: str
    seller: str
    pays: re.Match[str]


def find_shipped_pair(sentence: MarkedSentence) -> tuple[str, str] | None:
    """Return the buyer of goods, who taxes them, and the seller."""
    shipment = _find_shipment(sentence)
    return (shipment.buyer, shipment.seller) if shipment else None


def find_shipments(sentence: MarkedSentence) -> Iterable[Act]:
    """Find what goods pay that one state sells to another.

    They pay a duty, a lower one than before, or none. There is no act while nothing is decided.
    """
    shipment = _find_shipment(sentence)
    if shipment is None:
        return
    duty = shipment.pays["duty"]
    is_free = _FREE.search(shipment.pays["size"]) is not None or _ZERO.match(duty) is not None
    at = next(at for at, token in enumerate(sentence.tokens) if token.start >= shipment.pays.start("verb"))
    kind = "easing" if is_free or falls(sentence.text) else "measure"
    yield build_rate_act(sentence, at, kind, f"{SHIPPED}restriction{SURE_SIGN}")


def _find_shipment(sentence: MarkedSentence) -> _Shipment | None:
    """Find goods that one state sells to another, and their duty.

    None if the sentence names a third state, which may be who acts, or if nothing is decided.
    """
    codes = {mention.code for mention in sentence.mentions}
    if len(codes) != PAIR_SIZE or _OPEN.search(sentence.text):
        return None
    for mention in sentence.mentions:
        before = sentence.text[max(0, mention.start - _BUYER_REACH) : mention.start]
        pays = (_PAY.match(sentence.text, mention.end) if _INTO.search(before) else None) or _ON_SALES.search(before)
        if pays:
            (seller,) = codes - {mention.code}
            return _Shipment(mention.code, seller, pays)
    return None
