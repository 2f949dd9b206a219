"""Which outcome of a threat a claim of an article shows.

Belongs here: rules about the words and fields of a single claim on a measure, an easing or an agreement. Does not: whether a threat accepts
the outcome (`threat.py`), official acts (`acts.py`).
"""

import re

from pipeline.index.threats.claims import (
    Claim,
    Said,
    compare_amount,
    find_rate,
    is_near_deadline,
    is_on_goods,
    is_part_of_total,
    is_same_rate,
    names_instrument,
    rates_agree,
    reaches,
    shares_details,
)

_BY_STATUS = {"ended": "withdrawn", "suspended": "postponed"}
_COURT = re.compile(r"(?i)\b(?:courts?|judges?|tribunal|justices)\b")
# Words for what was not in effect yet: given up, or put off.
_CALLED_OFF = (
    r"call(?:s|ed|ing)? (?:it )?off|shelv|stav(?:e|es|ed) off|head(?:s|ed) off|back(?:s|ed)? (?:down|away|off)|off the table|"
    r"(?:will|would) not (?:impose|go ahead|proceed)"
)
_PUT_OFF = r"delay|postpon|put(?:s|ting)? off|push(?:es|ed)? back|h[eo]ld(?:s|ing)? (?:off|back)"
_NOT_YET = re.compile(rf"(?i)\b(?:{_CALLED_OFF}|{_PUT_OFF})")
_WITHDRAWN = re.compile(
    rf"(?i)\b(?:{_CALLED_OFF}|withdr[ae]w|dropp?(?:s|ed|ing)?\b(?! (?:from|to|by)\b)|scrap|abandon|rescind|cancel|avert|avoid)"
)
_POSTPONED = re.compile(rf"(?i)\b(?:{_PUT_OFF}|paus|suspend|extend|reprieve|more time)")
#: A delay that is made longer is in effect.
_PUT_OFF_AGAIN = re.compile(r"(?i)\b(?:extend|prolong)\w* (?:\w+ ){0,3}(?:suspension|pause|delay|reprieve|moratorium)\b")
#: What is called off only for a time is put off.
_FOR_A_TIME = re.compile(
    r"(?i)\b(?:until|till|"
    r"for (?:up to |another |a further )?(?:\d+|an?|one|two|three|six|nine|twelve) (?:more )?(?:day|week|month|year)s?)\b"
)
#: Words with which a sentence on an easing or an agreement refers to what was threatened.
_REFERS = re.compile(
    r"(?i)\b(?:threat|plans\b|planned\b|proposed|instead of|rather than|had been (?:set|due)|would (?:otherwise )?have|"
    r"deadline|avert|avoid|promised|(?:tariffs?|dut(?:y|ies)|lev(?:y|ies)|measures?|curbs?|controls?|restrictions?|bans?|fees?|"
    r"increases?) (?:\w+ ){0,3}announced)"
)
_ON_GOODS = ("tariff", "trade_remedy", "import_restriction")  # other instruments are often on firms or services
#: Instruments of threats that a deal on tariffs may end.
_OF_TARIFFS = ("tariff", "trade_remedy", "agreement", "other")
_TARIFF = re.compile(r"(?i)\b(?:tariffs?|dut(?:y|ies)|lev(?:y|ies))\b")
#: Words of a measure that is still to be voted on.
_VOTE = re.compile(r"(?i)\b(?:goes?|go|going|be put|comes?) to a vote|\b(?:will|to|are|is) (?:be )?vot(?:e|ed|ing) on\b")


def outcome_of(claim: Claim, threat: Said) -> str | None:
    """Return the outcome that a claim shows for a threat, or None.

    The claim must reach the threat's target (`reaches`). Unless it is an agreement, it must have the threat's instrument, or the threat
    names none. Only an agreement, an easing, a measure that is announced (not to be voted on) or in effect, and an investigation that was
    threatened show an outcome. The amount of trade is compared for measures and investigations only (`compare_amount`).
    """
    if not reaches(claim["target"], claim["scope"], claim["exceptions"].split(), threat, claim["told_on"]):
        return None
    is_of_instrument = threat.instrument in ("other", claim["instrument"])
    if claim["kind"] == "agreement":
        return _outcome_of_agreement(claim, threat)
    if claim["kind"] == "easing" and is_of_instrument:
        return _outcome_of_easing(claim, threat)
    is_act = claim["kind"] == "measure" and claim["status"] in ("announced", "effective") and not _VOTE.search(claim["quote"])
    is_inquiry = claim["kind"] == "investigation" and threat.instrument == "investigation"
    word = _outcome_of_act(claim, threat) if is_of_instrument and (is_act or is_inquiry) else None
    return word and compare_amount(word, claim["amount_usd"], threat)


def _outcome_of_act(claim: Claim, threat: Said) -> str | None:
    """Return whether a reported measure carried out a threat.

    `carried_out` (at the threatened rate or a higher one), `softened` (at a lower rate) or None (another measure). A measure on a product
    that the threat does not name carries it out only if the threat `is_vague`. A tariff without a product carries out a threat with a
    product only if the claim's sentence names that product. A measure on more products or partners than threatened, at another rate, is
    another measure. If the threat or the measure has no rate, other details decide (`shares_details`); without any the measure only
    `followed` a threat without a rate, if it is on the same partner and its sentence names an instrument, that of the threat. A threatened
    investigation of the partner needs none. A measure whose sentence has the threatened rate as a total (`is_part_of_total`) is at that
    rate.
    """
    is_of_goods = is_on_goods(claim, threat.product) if claim["instrument"] in _ON_GOODS else claim["product"] in (threat.product, "")
    if not is_of_goods and not threat.is_vague:
        return None
    known, is_on_partner = claim["rate_pct"], claim["target"] == threat.target
    if threat.rate is None or known is None:
        is_on_the_goods = threat.product != "" and is_on_goods(claim, threat.product)
        is_inquiry = claim["kind"] == "investigation" and threat.product == "" and is_on_partner
        if is_inquiry or shares_details(threat, claim["told_on"], known, claim["amount_usd"], is_on_goods=is_on_the_goods):
            return "carried_out"
        is_of_instrument = claim["instrument"] != "other" and (threat.instrument == "other" or names_instrument(claim))
        return "followed" if threat.rate is None and is_on_partner and is_of_instrument else None
    if is_same_rate(known, threat.rate) or (known > threat.rate and is_on_partner) or is_part_of_total(claim, threat):
        return "carried_out"
    return "softened" if (claim["target"], claim["product"]) == (threat.target, threat.product) else None


def _outcome_of_easing(claim: Claim, threat: Said) -> str | None:
    """Return the outcome that a reported easing shows for a threat.

    `struck_down` if the sentence names a court, else `withdrawn` if it says that something was given up, or `postponed` if that was only
    for a time, or if a delay was extended. Otherwise the status of the claim decides: `ended` gives `withdrawn`, `suspended` gives
    `postponed`, any other gives None. None if the easing is on a product that the threat does not name, or may be of another measure
    (`_is_of_the_threatened`). An easing that names another rate than the threat shows `softened` (`_outcome_of_cut`), or nothing if it
    gives up or delays a measure, which is then another one.
    """
    if claim["product"] not in (threat.product, ""):
        return None
    if not rates_agree(claim["rate_pct"], threat.rate):
        is_of_another = claim["status"] in _BY_STATUS or _WITHDRAWN.search(claim["quote"])
        return None if is_of_another else _outcome_of_cut(claim, threat)
    if _COURT.search(claim["quote"]):
        return "struck_down"
    if not _is_of_the_threatened(claim, threat):
        return None
    if _WITHDRAWN.search(claim["quote"]):
        return "postponed" if _FOR_A_TIME.search(claim["quote"]) else "withdrawn"
    return "postponed" if _PUT_OFF_AGAIN.search(claim["quote"]) else _BY_STATUS.get(claim["status"])


def _is_of_the_threatened(claim: Claim, threat: Said) -> bool:
    """Return whether an easing is of the threatened measure.

    It is if it names the threatened rate or goods, or if it names neither goods nor rate and is of a week around the deadline
    (`is_near_deadline`). It is also if its sentence refers to a threat (`_refers_to`) or to what was not in effect yet ("called off"; not
    for a threat about a deal), but then the threat must be on all goods, or have a day and the same instrument, one on goods (`_ON_GOODS`):
    such words are no evidence on one of many goods. An easing that names a rate or goods is of a measure that a vague threat did not name.
    """
    if threat.is_vague and (claim["rate_pct"] is not None or claim["product"] != ""):
        return False
    if None not in (claim["rate_pct"], threat.rate) or (threat.product and is_on_goods(claim, threat.product)):
        return True
    is_dated = threat.deadline_on is not None and threat.instrument == claim["instrument"] and claim["instrument"] in _ON_GOODS
    # A threat about a deal names no measure that could be called off.
    is_called_off = threat.instrument != "agreement" and _NOT_YET.search(claim["quote"])
    if (threat.product == "" or is_dated) and (_refers_to(threat, claim["quote"]) or is_called_off):
        return True
    return claim["product"] == "" and claim["rate_pct"] is None and is_near_deadline(claim["told_on"], threat)


def _outcome_of_agreement(claim: Claim, threat: Said) -> str | None:
    """Return the outcome that a reported agreement shows for a threat.

    `withdrawn` or `postponed`, by the words of the sentence; `withdrawn` if it has words for both. None if it has words for neither, does
    not refer to the threat (`_refers_to`), is not on its goods (`is_on_goods`), or is on tariffs and the threat is not. An agreement that
    names another rate than the threat shows `softened` or nothing, whatever its words (`_outcome_of_cut`).
    """
    if not is_on_goods(claim, threat.product) or not _refers_to(threat, claim["quote"]):
        return None
    if threat.instrument not in _OF_TARIFFS and _TARIFF.search(claim["quote"]):
        return None
    if not rates_agree(claim["rate_pct"], threat.rate):
        return _outcome_of_cut(claim, threat)
    if _WITHDRAWN.search(claim["quote"]):
        return "withdrawn"
    return "postponed" if _POSTPONED.search(claim["quote"]) else None


def _outcome_of_cut(claim: Claim, threat: Said) -> str | None:
    """Return `softened` for a lower rate on the same product, else None.

    The sentence must refer to the threat (`_refers_to`): otherwise the rate may be that of another measure.
    """
    is_lower = threat.rate is not None and claim["rate_pct"] < threat.rate
    is_cut = is_lower and claim["product"] == threat.product and _refers_to(threat, claim["quote"])
    return "softened" if is_cut else None


def _refers_to(threat: Said, quote: str) -> bool:
    """Return whether a sentence refers to what was threatened.

    It does if it has the threatened rate or a word like "planned".
    """
    names_rate = threat.rate is not None and next(find_rate(threat.rate, quote), None) is not None
    return names_rate or _REFERS.search(quote) is not None
