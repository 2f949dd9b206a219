"""What one claim says about a threat.

Belongs here: rules about the words of a single signal and its fields, such as target and rate, and the chance that one of several is right.
Does not: which claims belong together (`threat.py`, `build.py`).
"""

import re
import tomllib
from calendar import month_abbr
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from pipeline.contracts.countries import ALL_PARTNERS, EUROPEAN_UNION
from pipeline.contracts.scopes import ALL, is_member_on

Claim = dict[str, Any]

PARAMETERS_FILE = Path(__file__).with_name("parameters.toml")
_FORMS = {"threat": "threat", "measure proposed": "proposal", "measure announced": "announcement"}
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
#: Instruments of threats that a deal on tariffs may end.
_OF_TARIFFS = ("tariff", "trade_remedy", "agreement", "other")
_TARIFF = re.compile(r"(?i)\b(?:tariffs?|dut(?:y|ies)|lev(?:y|ies))\b")
#: Words of a measure that is still to be voted on.
_VOTE = re.compile(r"(?i)\b(?:goes?|go|going|be put|comes?) to a vote|\b(?:will|to|are|is) (?:be )?vot(?:e|ed|ing) on\b")
#: Sentences that say in the past tense that a measure was imposed ("imposed a duty", "was imposed", "hit them with").
_IMPOSED = re.compile(
    r"(?i)(?<!\bnot )(?<!\bhad )\b(?:"
    r"(?:imposed|slapped|levied) (?:an?|the|its|new|extra|additional|further|\d\S*|tariffs?|duties|levies)\b|"
    r"(?:was|were|(?:has|have) been) (?:imposed|slapped|levied)\b|(?<!\bto )hit \S+(?: \S+){0,3} with\b)"
)
#: Words of such sentences for a measure that starts later, or that is an old one.
_ANOTHER_TIME = re.compile(
    r"(?i)\b(?:will|would|could|may|might|to take effect|takes effect|effective|starting|beginning|as of|next|tomorrow|midnight|"
    r"last|ago|earlier this|since|already|(?:19|20)\d\d)\b"
)


class Said(Protocol):
    """What a threat says: target, instrument, goods, rate, amount.

    Outcomes are compared with it. `scope`: the group that a general target (`*`) means. `rate` (in percent), `amount` (trade in US dollars)
    and `deadline_on` are None, `instrument` is `other` and `product` empty if not named.
    """

    target: str
    scope: str | None
    instrument: str
    product: str
    rate: float | None
    amount: float | None
    deadline_on: date | None

    @property
    def is_vague(self) -> bool:
        """Whether the threat names neither instrument nor product nor rate."""


@cache
def read_parameters() -> dict[str, Any]:
    """Read `parameters.toml`: thresholds, and words for goods and instruments."""
    return tomllib.loads(PARAMETERS_FILE.read_text(encoding="utf-8"))


def threshold(name: str) -> float:
    """Return the threshold of this name from `parameters.toml`."""
    return float(read_parameters()["thresholds"][name])


def threshold_days(name: str) -> timedelta:
    """Return a threshold that counts days, as a duration."""
    return timedelta(days=threshold(name))


def chance(claims: Sequence[Claim]) -> float:
    """Compute the probability that at least one of some claims is right.

    It is 1 - prod(1 - p), with p the highest probability in each story, since reports of one story are not independent; 0 without claims.
    """
    best: dict[str, float] = {}
    for claim in claims:
        best[claim["story_id"]] = max(best.get(claim["story_id"], 0.0), claim["probability"])
    none_right = 1.0
    for story in sorted(best):  # one order of factors, so that the product has the same bits
        none_right *= 1 - best[story]
    return 1 - none_right


def is_likely(claims: Sequence[Claim]) -> bool:
    """Return whether at least one claim is right with enough probability.

    True if `chance` is at least the threshold `least_chance` (one half).
    """
    return chance(claims) >= threshold("least_chance")


def sort_claims(claims: Sequence[Claim], **details: Any) -> list[Claim]:
    """Sort claims: the most probable first, equal ones by `claim_id`.

    With `details`, values of columns, those that name the first detail come before all others, then those that name the second, and so on.
    A detail that is None is left out.
    """
    named = [(name, value) for name, value in details.items() if value is not None]
    return sorted(claims, key=lambda claim: (*(claim[name] != value for name, value in named), -claim["probability"], claim["claim_id"]))


def likeliest(claims: Sequence[Claim], name: str) -> Any:
    """Return the value of a column that is most likely right.

    The probability of a value is that one of the claims with it is right (`chance`). Of equally probable values the larger one is taken;
    None if no claim has a value.
    """
    values = sorted({claim[name] for claim in claims if claim[name] is not None})
    return max(values, key=lambda value: (chance([claim for claim in claims if claim[name] == value]), value), default=None)


def threat_form(claim: Claim) -> str | None:
    """Return the form in which a claim threatens, or None.

    `threat` (words, of any status), `proposal` (a measure proposed formally) or `announcement` (a measure announced for a later day, a
    threat until then). None for a measure announced without a day, and for any other claim.
    """
    if claim["kind"] == "threat":
        return "threat"
    form = _FORMS.get(f"{claim['kind']} {claim['status']}")
    return None if form == "announcement" and claim["deadline_on"] is None else form


def is_order(claim: Claim) -> bool:
    """Return whether a claim is a decision in its government's own words.

    It is a measure announced for a day, in a source that publishes documents of the actor's government (`parameters.toml`). The sentence
    must name the month: a term ("within 60 days") is mostly one for offices or importers.
    """
    is_own = read_parameters()["governments"].get(claim["source"]) == claim["actor"]
    return bool(is_own and threat_form(claim) == "announcement" and month_abbr[claim["deadline_on"].month] in claim["quote"])


def says_imposed(claim: Claim) -> bool:
    """Return whether a sentence says that a measure was imposed just before.

    False if it also has a word for another time, such as "will", "effective" or "last year".
    """
    return _IMPOSED.search(claim["quote"]) is not None and _ANOTHER_TIME.search(claim["quote"]) is None


def names_goods(text: str, product: str) -> bool:
    """Return whether a text names a product.

    `product`: a product as signals name it. The text must have it or a synonym (`parameters.toml`) as a word, also in the plural; case does
    not matter.
    """
    words = [product, *read_parameters()["goods"].get(product, [])]
    return any(re.search(rf"(?i)\b{re.escape(word)}(?:s|es)?\b", text) for word in words)


@cache
def _instrument_pattern(instrument: str) -> re.Pattern[str] | None:
    """Compile the words of an instrument from `parameters.toml`; None without."""
    words = read_parameters()["instruments"].get(instrument)
    return words and re.compile(rf"(?i)\b(?:{'|'.join(words)})")


def named_instrument(claim: Claim) -> str:
    """Return the instrument that a claim names, else `other`.

    A sentence that threatens in general ("will take every measure needed") may still have been read as one of an instrument. Instruments
    without words in `parameters.toml` stay, and so do those of a claim with a product, and of any claim but a threat.
    """
    instrument = str(claim["instrument"])
    pattern = _instrument_pattern(instrument)
    is_named = claim["kind"] != "threat" or claim["product"] != "" or pattern is None or pattern.search(claim["quote"])
    return instrument if is_named else "other"


def is_on_goods(claim: Claim, product: str) -> bool:
    """Return whether a claim is on a product.

    A claim without a product is on any product that its sentence names. An empty `product` fits only a claim without a product.
    """
    return bool(claim["product"] == product or (claim["product"] == "" and names_goods(claim["quote"], product)))


def is_same_rate(one: float, other: float) -> bool:
    """Return whether two rates differ only by rounding.

    They may differ by `same_rate_points` percentage points, or by the share `same_rate_share` of the larger one if that is more.
    """
    return abs(one - other) <= max(threshold("same_rate_points"), threshold("same_rate_share") * max(one, other))


def find_rate(rate: float, text: str) -> Iterator[re.Match[str]]:
    """Find where a text names a rate: "25%", "25 percent", "25-percent".

    A part of another number is none: "7.25 percent" does not name 25 percent.
    """
    return re.finditer(rf"(?i)(?<![\d.,]){re.escape(f'{rate:g}')}[ -]?(?:%|per ?cent)", text)


def rates_agree(one: float | None, other: float | None) -> bool:
    """Return whether two rates agree, or one is unknown.

    They agree if they differ only by rounding (`is_same_rate`).
    """
    return one is None or other is None or is_same_rate(one, other)


def is_same_amount(one: float, other: float) -> bool:
    """Return whether two amounts of trade are about the same.

    The smaller one must be at least the share `same_amount_share` of the larger one.
    """
    return min(one, other) >= threshold("same_amount_share") * max(one, other)


def amounts_agree(one: float | None, other: float | None) -> bool:
    """Return whether two amounts of trade agree, or one is unknown.

    They agree if they are about the same (`is_same_amount`).
    """
    return one is None or other is None or is_same_amount(one, other)


def compare_amount(word: str, known: float | None, threat: Said) -> str | None:
    """Return the outcome of an act after comparing its amount of trade.

    `word`: the outcome by kind and rate, `known`: US dollars of trade that the act is on. `word` is returned unchanged if either amount is
    unknown, or if `known` is about the threatened amount (`same_amount_share` of it) or more. Otherwise the act is on a part of it only:
    `carried_out` and `softened` give `softened`, or None below `least_amount_share`, where the act is another measure. Any other word then
    gives None.
    """
    if known is None or threat.amount is None or known >= threshold("same_amount_share") * threat.amount:
        return word
    if word not in ("carried_out", "softened") or known < threshold("least_amount_share") * threat.amount:
        return None
    return "softened"


def is_near_deadline(on: date, threat: Said) -> bool:
    """Return whether a day is close to a threat's deadline.

    It may be up to `same_news_days` (a week) before or after it. False without a deadline.
    """
    return threat.deadline_on is not None and abs(on - threat.deadline_on) <= threshold_days("same_news_days")


def shares_details(threat: Said, on: date, rate: float | None, amount: float | None, *, is_on_goods: bool) -> bool:
    """Return whether an act shares a detail with a threat.

    Details are goods, rate, amount of trade and day, not partner and instrument. `on`, `rate`, `amount`: of the act; `is_on_goods`: whether
    it is on goods that the threat names. True if it is, if both have a rate or both an amount (whether they agree is checked elsewhere), or
    if `on` is near the deadline (`is_near_deadline`) of a threat without an amount: a list of a known value is known by its value.
    """
    has_figures = any(None not in pair for pair in ((rate, threat.rate), (amount, threat.amount)))
    return is_on_goods or has_figures or (threat.amount is None and is_near_deadline(on, threat))


def reaches(target: str, scope: str | None, exceptions: Sequence[str], threat: Said, on: date) -> bool:
    """Return whether an act hits the target of a threat.

    `target`, `scope` and `exceptions` are the act's, `on` is its day. It hits the target if both are the same; if it is on the European
    Union and the threatened country is a member on that day; or if it is on everybody (`*`) with a scope that includes the country and no
    exception for it. A threat against everybody is hit by an act on everybody with the same scope or `all`.
    """
    if target == threat.target:
        return target != ALL_PARTNERS or scope in (ALL, threat.scope)
    if target == EUROPEAN_UNION:
        return is_member_on("eu_members", threat.target, on)
    if target != ALL_PARTNERS or threat.target in exceptions:
        return False
    return scope == ALL or is_member_on(scope, threat.target, on)


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
    `followed` a threat without a rate, if it is on the same partner. A threatened investigation of the partner needs none.
    """
    # Other measures than these are often on firms or services.
    has_goods = claim["instrument"] in ("tariff", "trade_remedy", "import_restriction")
    is_of_goods = is_on_goods(claim, threat.product) if has_goods else claim["product"] in (threat.product, "")
    if not is_of_goods and not threat.is_vague:
        return None
    known, is_on_partner = claim["rate_pct"], claim["target"] == threat.target
    if threat.rate is None or known is None:
        is_on_the_goods = threat.product != "" and is_on_goods(claim, threat.product)
        is_inquiry = claim["kind"] == "investigation" and threat.product == "" and is_on_partner
        if is_inquiry or shares_details(threat, claim["told_on"], known, claim["amount_usd"], is_on_goods=is_on_the_goods):
            return "carried_out"
        return "followed" if threat.rate is None and is_on_partner else None
    if is_same_rate(known, threat.rate) or (known > threat.rate and is_on_partner):
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
    for a threat about a deal), but then the threat must be on all goods, or have a day and the same instrument: such words are no evidence
    on one of many goods.
    """
    if None not in (claim["rate_pct"], threat.rate) or (threat.product and is_on_goods(claim, threat.product)):
        return True
    is_dated = threat.deadline_on is not None and threat.instrument == claim["instrument"]
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
