"""What one claim says about a threat.

Belongs here: rules about the words of a single signal and its fields, such as target and rate, and the chance that one of several is right.
Does not: the outcome that it shows (`reports.py`), which claims belong together (`threat.py`, `build.py`).
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
from pipeline.index.threats.phrases import named_totals

Claim = dict[str, Any]

PARAMETERS_FILE = Path(__file__).with_name("parameters.toml")
_FORMS = {"threat": "threat", "measure proposed": "proposal", "measure announced": "announcement"}
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
    def first_on(self) -> date:
        """Day of the earliest article that states it."""

    @property
    def form(self) -> str:
        """Whether it is a threat in words, a proposal or an announcement."""

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


def find_likely(claims: Sequence[Claim], name: str) -> Any:
    """Return the likeliest value of a column, or None if unlikely."""
    value = likeliest(claims, name)
    return value if is_likely([claim for claim in claims if claim[name] == value]) else None


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

    It is a measure that is to start on a day, in a source that publishes documents of the actor's government (`parameters.toml`). The
    sentence must name the day's month: a period ("within 60 days") is mostly a deadline for officials or importers.
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


def names_instrument(claim: Claim) -> bool:
    """Return whether the sentence of a claim names its instrument.

    True also for an instrument without words in `parameters.toml`, and for a claim with a product.
    """
    pattern = _instrument_pattern(str(claim["instrument"]))
    return claim["product"] != "" or pattern is None or pattern.search(claim["quote"]) is not None


def named_instrument(claim: Claim) -> str:
    """Return the instrument that a claim names, else `other`.

    A sentence that threatens in general ("will take every measure needed") may still have been read as one of an instrument
    (`names_instrument`). The instrument of any claim but a threat stays.
    """
    return str(claim["instrument"]) if claim["kind"] != "threat" or names_instrument(claim) else "other"


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


def is_part_of_total(claim: Claim, threat: Said) -> bool:
    """Return whether one of two rates is part of the other.

    A sentence may name what is added to a rate in force, or the total. The claim's sentence calls the rate of the threat the total of a
    lower one; or its own rate, where the threat has a lower one for about the same day (`is_near_deadline`).
    """
    rate = claim["rate_pct"]
    if rate is None or threat.rate is None or is_same_rate(rate, threat.rate):
        return False
    total = max(rate, threat.rate)
    is_of_day = claim["deadline_on"] is not None and is_near_deadline(claim["deadline_on"], threat)
    return (rate < threat.rate or is_of_day) and any(is_same_rate(total, one) for one in named_totals(claim["quote"]))


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
    exception for it or for the Union to which it belongs. A threat against everybody is hit by an act on everybody with the same scope or
    `all`.
    """

    def includes(code: str) -> bool:
        return code == threat.target or (code == EUROPEAN_UNION and is_member_on("eu_members", threat.target, on))

    if target != ALL_PARTNERS:
        return includes(target)
    if threat.target == ALL_PARTNERS:
        return scope in (ALL, threat.scope)
    return not any(map(includes, exceptions)) and (scope == ALL or is_member_on(scope, threat.target, on))
