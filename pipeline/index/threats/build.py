"""The tables of threats from the claims about them (`sql/threats/threat_claims.sql`).

Belongs here: which claims say the same threat, and the order of days. Does not: what a claim says (`claims.py`) and shows (`reports.py`),
one threat (`threat.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.model import Table
from pipeline.contracts.scopes import ALL
from pipeline.contracts.tables.threats import THREAT_CLAIMS, THREAT_EVIDENCE, THREAT_STATES
from pipeline.index.measures.quoted_dates import add_quoted_deadlines
from pipeline.index.threats.acts import ActEvent, add_act_days, drop_cuts, outcome_of_event, rank_event, read_events
from pipeline.index.threats.claims import (
    Claim,
    amounts_agree,
    is_near_deadline,
    is_part_of_total,
    is_same_amount,
    is_same_rate,
    rates_agree,
    says_imposed,
    sort_claims,
    threat_form,
    threshold_days,
)
from pipeline.index.threats.named_rates import answered_rate, names_own_rate
from pipeline.index.threats.own_words import own_instrument, own_product
from pipeline.index.threats.reports import outcome_of
from pipeline.index.threats.threat import Threat


def build_threats(claims: pl.DataFrame, acts: pl.DataFrame, through: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Build `threat_states` and `threat_evidence` as of the end of `through`.

    `claims` are rows of `threat_claims` and `acts` of `measure_acts`, in any order. If a claim was first seen later, the tables run to that
    day. `ContractError` when columns are missing or mistyped.

    Rules, for one actor, in order of the day on which a claim was first seen:

    1. Claims state the same threat if target, instrument, product, rate and amount agree and the threat was stated recently enough
       (`Threat.can_be_repeated`). An unspecified rate or amount agrees with any, the others only within a story (`_agrees`). A
       threat is published from the day on which one of the day's claims is right with a chance of at least one half.
    2. A measure, investigation, easing or agreement of the actor that reaches the target (`reaches`), on a later day and in another story,
       shows an outcome (`outcome_of`). The signals of one day act together, if one of them is right with a chance of at least one half; the
       likeliest outcome wins.
    3. A measure that is announced for a day, or while the deadline is ahead, repeats the threat; but not one that names no day and was
       imposed already (`says_imposed`). A threat whose time is over without an outcome lapses; if its measure was announced, it is
       unconfirmed instead. If the government itself published it (`is_order`), it is carried out on its day (`Threat.advance`).
    4. An official act that imposes a measure shows an outcome on the day on which it takes effect, unless an act that cancels it was
       announced by then; one that postpones or withdraws a measure, on the day of its announcement. An act may also correct an outcome that
       articles reported (`Threat.accepts_act`).
    5. Otherwise an outcome is final, except that a threat that was postponed stays open, and that a court can strike down what was carried
       out or softened.
    """
    dated = add_act_days(add_quoted_deadlines(THREAT_CLAIMS.conform(claims)), acts)
    dated = drop_cuts(dated, acts).sort("actor", "known_on", "told_on", "claim_id")
    said = list(dated.iter_rows(named=True))
    is_ahead = (pl.col("kind") == "measure") & pl.col("due_on").is_not_null()
    dated = dated.with_columns(
        # A measure that starts on a later day is not in effect, whatever the tense: "applies from".
        status=pl.when(is_ahead).then(pl.col("status").replace("effective", "announced")).otherwise("status"),
        rate_pct=pl.Series([claim["rate_pct"] if names_own_rate(claim) else None for claim in said], dtype=pl.Float64),
        answered_pct=pl.Series([answered_rate(claim) for claim in said], dtype=pl.Float64),
        instrument=pl.Series([own_instrument(claim) for claim in said], dtype=dated.schema["instrument"]),
        product=pl.Series([own_product(claim) for claim in said], dtype=dated.schema["product"]),
    )
    last = dated["known_on"].max()
    end = max(through, last) if isinstance(last, date) else through
    states: list[dict[str, Any]] = []
    evidence: list[dict[str, Any]] = []
    events = [event for event in read_events(acts) if event.on <= end]
    in_effect = [event for event in events if event.word == "carried_out"]
    charges = [_Charge(event.actor, event.target, event.rate_pct, event.on, is_in_effect=True) for event in in_effect]
    charges += [_Charge(event.actor, event.target, event.rate_pct, event.announced_on, is_in_effect=False) for event in in_effect]
    charges += [
        _Charge(claim["actor"], claim["target"], claim["rate_pct"], claim["told_on"], is_in_effect=claim["status"] == "effective")
        for claim in dated.filter(pl.col("kind") == "measure", pl.col("status").is_in(["announced", "effective"])).iter_rows(named=True)
    ]
    for actor, rows in groupby(dated.iter_rows(named=True), key=lambda row: row["actor"]):
        towards_it = [charge for charge in charges if charge.target in (actor, ALL_PARTNERS)]
        for threat in _Actor(towards_it).apply(rows, [event for event in events if event.actor == actor], end):
            states += threat.states
            evidence += [{"threat_id": threat.threat_id} | row for row in threat.evidence]
    return _to_frame(THREAT_STATES, states), _to_frame(THREAT_EVIDENCE, evidence)


def _to_frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Convert rows to a frame of `table`, sorted by its key.

    A row must have all columns; its other keys are left out.
    """
    return table.conform(pl.DataFrame({name: [row[name] for row in rows] for name in table.schema}, schema=table.schema))


class _Charge(NamedTuple):
    """A measure that was announced, or was in effect, on a day."""

    actor: str
    target: str
    rate_pct: float | None
    on: date
    is_in_effect: bool


@dataclass
class _Actor:
    """The threats of one country, built from its claims day by day.

    `charges`: measures of others towards it; `threats`: those published so far, whose claims of the first day were likely enough.
    """

    charges: list[_Charge]
    threats: list[Threat] = field(default_factory=list)

    def apply(self, rows: Iterable[Claim], events: Sequence[ActEvent], through: date) -> list[Threat]:
        """Apply claims and acts day by day, then return the published threats.

        `rows`: claims sorted by `known_on`, the day on which each is applied; `events`: acts sorted by their day; `through`: last day, on
        which threats still lapse. On each day old threats lapse first, then claims show outcomes, repeat threats or begin new ones, and
        acts come last.
        """
        claims = {day: list(group) for day, group in groupby(rows, key=lambda row: row["known_on"])}
        acts = {day: list(group) for day, group in groupby(events, key=lambda event: event.on)}
        for day in sorted(claims.keys() | acts.keys()):
            live = [threat for threat in self.threats if threat.is_live(day)]
            for threat in live:
                threat.advance(day)
            self._settle(live, claims.get(day, []))
            live += self._join_or_begin(live, claims.get(day, []))
            for threat in live:
                threat.update()  # before the acts: an act that postpones sets a later deadline than the claims of its day
            self._apply_acts(live, acts.get(day, []))
            for threat in live:
                threat.record(day)
        for threat in self.threats:
            threat.advance(through)
        return self.threats

    def _settle(self, threats: list[Threat], claims: list[Claim]) -> None:
        """Set the outcomes of threats that one day's claims show.

        A claim has no effect on a threat if it shows no outcome of it (`outcome_of`), cannot change it (`Threat.accepts`), is on the amount
        of another threat, or only repeats it (`_only_repeats`), also if only another sentence of its story names the day
        (`_is_dated_in_story`). A claim without a deadline whose sentence says that the measure was imposed (`says_imposed`) is no
        repetition. What carries out an older threat, or comes without what is answered (`_lacks_cause`), did not follow one.
        """
        amounts = _list_amounts(threats)
        shown: list[tuple[Threat, Claim, str]] = []
        for threat in threats:
            for claim in claims:
                if not threat.is_open and claim["kind"] != "easing":
                    continue  # a final outcome changes only if a court strikes down what was imposed, or what was announced is put off
                word = outcome_of(claim, threat)
                repeats = _only_repeats(claim, threat) and not (claim["deadline_on"] is None and says_imposed(claim))
                is_other = repeats or _is_dated_in_story(claim, claims) or _is_of_another(claim["amount_usd"], threat, amounts)
                if word is not None and not is_other and threat.accepts(word, claim):
                    shown.append((threat, claim, word))
        done = [(threat.first_on, claim) for threat, claim, word in shown if word == "carried_out"]
        for _, group in groupby(shown, key=lambda one: id(one[0])):
            by_word: dict[str, list[Claim]] = {}
            for threat, claim, word in group:
                is_due = _is_same_answer(claim, threat) or not self._lacks_cause(threat, claim["told_on"])
                if word != "followed" or (
                    is_due and not any(first_on < threat.first_on and claim is of_older for first_on, of_older in done)
                ):
                    by_word.setdefault(word, []).append(claim)
            if by_word:
                threat.settle(by_word)

    def _lacks_cause(self, threat: Threat, on: date) -> bool:
        """Return whether what a threat answers had not come by `on`.

        False if the threat names no rate of the other side (`answered_rate`). Else a measure of the target at that rate must have been in
        effect since the threat was first stated, or announced, if it had not been announced before.
        """
        rate, since = threat.answered_rate, threat.first_on
        if rate is None:
            return False
        same = [one for one in self.charges if one.actor == threat.target and one.rate_pct is not None and is_same_rate(one.rate_pct, rate)]
        is_old = any(since - threshold_days("repeat_within_days") <= one.on < since for one in same)
        return not any(since <= one.on <= on and (one.is_in_effect or not is_old) for one in same)

    def _apply_acts(self, threats: list[Threat], events: list[ActEvent]) -> None:
        """Set outcomes and deadlines that one day's official acts show.

        An act has no effect on a threat if it is not the threatened measure (`outcome_of_event`), if the threat's state does not accept its
        outcome (`Threat.accepts_act`), if its amount of trade or its day is that of another threat, or if it followed a threat without what
        that is to answer (`_lacks_cause`). Acts at a lower rate, or on no known detail, come last: one order may have rates for many goods.
        Of the others the most alike comes first (`rank_event`).
        """
        amounts = _list_amounts(threats)
        for threat in threats:
            shown = [(outcome_of_event(event, threat), event) for event in events]
            for word, event in sorted(shown, key=lambda outcome: (outcome[0] in ("softened", "followed"), rank_event(outcome[1], threat))):
                if word is None or _is_of_another(event.amount, threat, amounts) or _is_of_another_day(event.on, threat, threats):
                    continue
                if threat.accepts_act(word, event) and not (word == "followed" and self._lacks_cause(threat, event.on)):
                    threat.apply_act(word, event)

    def _join_or_begin(self, live: list[Threat], claims: list[Claim]) -> list[Threat]:
        """Add each claim to the threat that it repeats, or begin one.

        `live`: open threats, and those whose outcome an official act or a court could still change (`is_live`). The most probable claim
        comes first. A claim fits a threat if it may state it again (`_is_compatible`), and has a form of threat (`threat_form`: threat,
        proposal or announcement) or announces its measure for a later day (`_only_repeats`). Of several that it fits, the most alike is
        taken (`_rank_likeness`). If that threat is not open, the claim only recalls its outcome, and is stored as evidence (`echo`). A
        claim that fits none begins a threat if it has a form and names anything (`_names_nothing`), and else is ignored. Returns the new
        threats; those whose claims of this day are not likely enough are forgotten.
        """
        begun: list[Threat] = []
        for claim in sort_claims(claims):
            form = threat_form(claim)
            fitting = [threat for threat in (*live, *begun) if _is_compatible(claim, threat) and (form or _only_repeats(claim, threat))]
            nearest = max(fitting, key=lambda threat: _rank_likeness(claim, threat), default=None)
            if nearest is not None and nearest.is_open:
                # A total says nothing about the rate that is added, nor that about the total.
                nearest.repeat(claim | {"rate_pct": None} if is_part_of_total(claim, nearest) else claim)
            elif nearest is not None:
                nearest.add_echo(claim)
            elif form and not _names_nothing(claim):
                begun.append(Threat([claim]))
        begun = [threat for threat in begun if threat.is_likely]
        self.threats += begun
        return begun


def _is_dated_in_story(claim: Claim, claims: list[Claim]) -> bool:
    """Return whether another claim of the story names a measure's later day.

    That is how a headline ("signs a duty on Peru") and the sentence with the day say one thing. `claims`: those of the same day.
    """
    same = ("story_id", "told_on", "kind", "status", "target", "scope", "instrument", "product")
    return (claim["kind"], claim["status"], claim["deadline_on"]) == ("measure", "announced", None) and any(
        other["deadline_on"] is not None
        and all(claim[name] == other[name] for name in same)
        and rates_agree(claim["rate_pct"], other["rate_pct"])
        for other in claims
    )


def _is_same_answer(claim: Claim, threat: Threat) -> bool:
    """Return whether claim and threat answer the same rate."""
    rates = claim["answered_pct"], threat.answered_rate
    return rates[0] is not None and rates[1] is not None and is_same_rate(rates[0], rates[1])


def _names_nothing(claim: Claim) -> bool:
    """Return whether a claim warns everybody and names no act."""
    has_figure = claim["rate_pct"] is not None or claim["amount_usd"] is not None
    return bool(claim["scope"] == ALL and claim["instrument"] == "other" and claim["product"] == "" and not has_figure)


def _list_amounts(threats: list[Threat]) -> list[float]:
    """List the amounts of trade (US dollars) of all open `threats`."""
    return [threat.amount for threat in threats if threat.is_open and threat.amount is not None]


def _is_of_another(amount: float | None, threat: Threat, amounts: list[float]) -> bool:
    """Return whether an amount of trade is that of another threat.

    It must be about the same as one of `amounts` (those of all open threats), but not as the amount of `threat`. False if `amount` or the
    amount of `threat` is unknown.
    """
    return amount is not None and not amounts_agree(amount, threat.amount) and any(is_same_amount(amount, one) for one in amounts)


def _is_of_another_day(on: date, threat: Threat, threats: list[Threat]) -> bool:
    """Return whether a day is that of another step of one plan.

    `on` is long before the deadline of `threat` (`Threat.is_early`), but about that of another one of `threats` with the same partner,
    instrument, goods and rate: the first step does not carry out the second.
    """
    if not threat.is_early(on):
        return False
    what = threat.target, threat.scope, threat.instrument, threat.product, threat.rate
    same = [other for other in threats if (other.target, other.scope, other.instrument, other.product, other.rate) == what]
    return any(is_near_deadline(on, other) for other in same)


def _is_compatible(claim: Claim, threat: Threat) -> bool:
    """Return whether a claim may state the same threat again.

    Both are of one actor. Target and scope must be equal. Instrument and product must agree (`_agrees`), and so must rate and amount; an
    unspecified one of these agrees with any, and so do a rate and the total that it adds up to (`is_part_of_total`). The threat must still
    be open and recent enough (`can_be_repeated`), or have a recent final outcome (`is_echoed`).
    """
    return (
        (claim["target"], claim["scope"]) == (threat.target, threat.scope)
        and _agrees(claim, threat, "instrument", "other")
        and (_agrees(claim, threat, "product", "") and not _is_list(claim, threat))
        and (rates_agree(claim["rate_pct"], threat.rate) or is_part_of_total(claim, threat))
        and amounts_agree(claim["amount_usd"], threat.amount)
        and not _is_due_at_another_time(claim, threat)
        and (threat.can_be_repeated(claim) or threat.is_echoed(claim))
    )


def _agrees(claim: Claim, threat: Threat, name: str, unspecified: str) -> bool:
    """Return whether a claim and a threat agree in a column.

    They do if their values are equal. A claim may leave the value `unspecified` if the threat was stated in its story on that day
    (`_list_news`): on another day, words without goods or instrument are mostly about another threat. It may add the value in the story
    that first states the threat. An instrument may also be missing in one of them if both name the rate, or announce an answer
    (`Threat.is_answer_of`).
    """
    one, other = claim[name], getattr(threat, name)
    if one == other or (name == "instrument" and None not in (claim["rate_pct"], threat.rate)):
        return bool(one == other or unspecified in (one, other))
    if name == "instrument" and unspecified in (one, other) and threat.is_answer_of(claim):
        return True
    news = _list_news(claim, threat)
    return bool(news) and (one == unspecified or (other == unspecified and len(news) == len(threat.said)))


def _is_list(claim: Claim, threat: Threat) -> bool:
    """Return whether only one is on a list of known value."""
    one, other = (claim["product"], claim["amount_usd"]), (threat.product, threat.amount)
    return any(goods == "" and amount is not None and named != "" for (goods, amount), (named, _) in ((one, other), (other, one)))


def _list_news(claim: Claim, threat: Threat) -> list[Claim]:
    """List a threat's claims of the story and day of `claim`."""
    return [said for said in threat.said if (said["story_id"], said["told_on"]) == (claim["story_id"], claim["told_on"])]


def _is_due_at_another_time(claim: Claim, threat: Threat) -> bool:
    """Return whether a claim names the day of another measure.

    A day may move from one article to the next, but two days in one story are those of two measures. So are the days of two decisions, if
    the first one is still ahead and not close to the second (`is_near_deadline`).
    """
    on = claim["deadline_on"]
    if on is None:
        return False
    days = {said["deadline_on"] for said in _list_news(claim, threat)} - {None}
    if bool(days) and on not in days:
        return True
    is_ahead = threat.deadline_on is not None and threat.deadline_on >= claim["told_on"] and not is_near_deadline(on, threat)
    return is_ahead and threat_form(claim) == "announcement" and threat.form == "announcement"


def _rank_likeness(claim: Claim, threat: Threat) -> tuple[bool, bool, bool, bool, bool, bool, date, str]:
    """Return a sort key, greatest for the threat most like a claim.

    `threat` must be one that the claim fits (`_is_compatible`). These count, in this order: an open threat at the total that the claim
    names, a rate in both, an amount in both, an open threat, the same product, the same instrument. Of equal ones the one stated last wins;
    the id only makes the order complete.
    """
    of_total = threat.is_open and is_part_of_total(claim, threat)
    # Rates and amounts of a claim that fits do not differ, except a total: if both have one, it is the same.
    same_rate = claim["rate_pct"] is not None and threat.rate is not None
    same_amount = claim["amount_usd"] is not None and threat.amount is not None
    same_product = claim["product"] == threat.product
    same_instrument = claim["instrument"] == threat.instrument
    return of_total, same_rate, same_amount, threat.is_open, same_product, same_instrument, threat.last_on, threat.threat_id


def _only_repeats(claim: Claim, threat: Threat) -> bool:
    """Return whether a claim of a measure only repeats the threat.

    It does if the measure is announced, not in effect, and at least one of claim and threat names a day for it that is after the claim's
    article.
    """
    is_announced = claim["kind"] == "measure" and claim["status"] == "announced"
    ahead = claim["deadline_on"] is not None or (threat.deadline_on is not None and threat.deadline_on > claim["told_on"])
    return is_announced and ahead
