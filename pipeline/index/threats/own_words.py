"""What a threat names of the threatening country's own acts.

Belongs here: its instrument and goods, without those of the other side that the sentence names as well. Does not: the rate of a claim
(`named_rates.py`).
"""

import re

from pipeline.index.threats.claims import Claim, named_instrument, names_goods, names_instrument
from pipeline.index.threats.named_rates import CONDITION, IN_CONDITION, MONTH, names_own_rate

# A character of other words on the other side, which also end where the actor comes back: "with duties of its own", "and said that it".
_REST = (
    r"(?:(?!\b(?:with|by|will|would|could|may|might|shall|said|says|told|tells|(?:announc|promise|promising|threaten|vow|warn)\w*)\b)"
    r"[^,;:\u2014]){1,200}"
)
_ANSWERS = (
    r"(?:answer|countermeasure|counter-measure|react|repl[iy]|respon[ds]|retaliat)\w*(?: \w+){0,3}?|"
    r"(?:hit|hits|hitting|strike|strikes|striking) back"
)
_OF_OTHERS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{CONDITION}{IN_CONDITION}{{1,200}}",
        # What is answered: "a reply to the duties on steel", "answer America's metal tariffs with".
        rf"(?i)\b(?P<stays>{_ANSWERS}) (?:to|for|against|at) {_REST}",
        rf"(?i)\b(?P<stays>answer(?:s|ed|ing)?) (?!to\b){_REST}(?=\b(?:with|by)\b)",
        # The occasion: "over plans for a 50 percent tariff", "after a levy on steel"; not a day or a number.
        rf"(?i)\b(?:over (?![\d$\u20ac\u00a3]|the (?:next|coming)\b)|because of |after (?!(?:{MONTH})|\w+day\b|\d\d? (?!per))){_REST}",
        # What is rejected or defended: "condemned the tariff that Washington plans", "would never accept a deal".
        rf"(?i)\b(?:condemn|criticis|criticiz|defend|denounc|oppos|protest|regret|reject|(?:never|not) accept)\w* {_REST}",
        # Who is threatened: "those who enforce the ban", "any country that buys oil".
        rf"(?i)\b(?:those|anyone|anybody|whoever|(?:any|all|every)(?: \w+){{1,4}}?) (?:who|that|which|helping|buying) {_REST}",
        # What is to be answered: "any increase in tariffs will be answered".
        r"[^,;:\u2014]{1,150}(?=\b(?:will|would) be (?:answered|countered|matched|met)\b)",
    )
)

_DUTY = r"(?:tariff|dut(?:y|ie)|lev(?:y|ie)|charge)s?"
# An inquiry that is to end in tariffs is no tariff yet.
_INQUIRY = re.compile(rf"(?i)\b{_DUTY} (?:inquir(?:y|ies)|investigations?|probes?)\b")


def own_words(text: str) -> str:
    """Return a sentence without what it says of the other side.

    That is a condition, an act that is answered, rejected or defended, the occasion, and what those do who are threatened.
    """
    for pattern in _OF_OTHERS:
        text = pattern.sub(lambda match: match.groupdict().get("stays") or "", text)
    return text


def own_product(claim: Claim) -> str:
    """Return the goods that a claim names for its actor, if any.

    In a threat, goods that its sentence names only next to the other side's acts do not count: "may hit back over the duties on steel".
    The goods of any other claim stay.
    """
    product, quote = str(claim["product"]), claim["quote"]
    if claim["kind"] != "threat" or product == "":
        return product
    is_others = names_goods(quote, product) and not names_goods(own_words(quote), product)
    return "" if is_others else product


def own_instrument(claim: Claim) -> str:
    """Return the instrument that a claim names for its actor, else `other`.

    A threat whose sentence has words for its instrument only in what it says of the other side is one in general: "will take
    countermeasures if they impose tariffs". In a measure a tariff whose rate is not its own (`names_own_rate`) does not count: an "answer
    to the 50 percent tariff" may be aid to firms. The instrument of any other claim stays.
    """
    quote = str(claim["quote"])
    if claim["kind"] == "threat":
        named = "investigation" if _INQUIRY.search(quote) else claim["instrument"]
        return named_instrument(claim | {"instrument": named, "product": own_product(claim), "quote": own_words(quote)})
    if claim["kind"] != "measure" or names_own_rate(claim):
        return str(claim["instrument"])
    answered = rf"(?:{_DUTY} of )?{claim['rate_pct']:g}[ -]?(?:%|per ?cent)(?: (?:\w+ )?{_DUTY})?"
    return str(claim["instrument"]) if names_instrument(claim | {"quote": re.sub(f"(?i){answered}", "", quote)}) else "other"
