"""Official acts as evidence on threats.

Belongs here: the table `measure_acts` read as events, and which outcomes they show. Does not: claims of articles (`claims.py`), or what an
outcome changes (`threat.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

import polars as pl

from pipeline.contracts.countries import ALL_PARTNERS
from pipeline.contracts.scopes import ALL, is_member_on
from pipeline.index.measures.expanded_acts import FAMILY
from pipeline.index.measures.totals import ON_ALL_GOODS, is_cancelled, is_tariff_on_all, list_cancelled, list_general, sum_rates
from pipeline.index.threats.claims import (
    Said,
    amounts_agree,
    compare_amount,
    is_near_deadline,
    is_same_rate,
    names_goods,
    rates_agree,
    reaches,
    shares_details,
    threshold,
)

_IMPOSES = ("imposed", "raised", "resumed", "quota", "postponed")
_ALL_GOODS = re.compile(rf"(?i){ON_ALL_GOODS}")
_AMOUNT = re.compile(r"\bworth (\d[\d.]*) billion dollars\b")
#: Goods of acts that may answer a threat without goods: all goods, or a list of them, on which such threats are often carried out.
_GENERAL = re.compile(rf"{_ALL_GOODS.pattern}|\blines?\b|^goods worth\b")


@dataclass(frozen=True)
class ActEvent:
    """One event of an official act, such as its first day.

    `word`: the outcome of a threat that the event may show (`carried_out`, `postponed`, ...), or `scheduled` if the act is announced for a
    later day. `on`: the day of the event, `deadline_on`: the later day that it sets, if any. `total_pct`: the sum of the rates of all
    layers on all goods towards the target on that day, because a threat may name the rate of one layer or of all together; None unless a
    tariff on all goods is `carried_out`. `partners`: with them it is one step towards a group (`_join_partners`).
    """

    act_id: str
    actor: str
    target: str
    excepted: tuple[str, ...]
    layer: str
    instrument: str
    product: str
    rate_pct: float | None
    total_pct: float | None
    word: str
    announced_on: date
    on: date
    deadline_on: date | None = None
    is_raise: bool = False  # of the rate on goods that already pay it
    is_change: bool = False  # of a measure that is in effect already, such as a provisional one that becomes definitive
    partners: tuple[str, ...] = ()  # of one step towards several countries

    @property
    def amount(self) -> float | None:
        """Value of the goods that the act is on, in US dollars.

        None unless `product` has it in the form "worth 50 billion dollars"; other units and currencies are not read.
        """
        match = _AMOUNT.search(self.product)
        return float(match[1]) * 1e9 if match else None


def read_events(acts: pl.DataFrame) -> list[ActEvent]:
    """Convert rows of `measure_acts` to events, in order of their day.

    One act may give several events, such as its announcement and its first day. An act has no event `carried_out` if another act that
    cancels it for the same target was announced no later than the day on which it would take effect.
    """
    rows = list(acts.iter_rows(named=True))
    cancelled = list_cancelled(rows)
    general = list_general(rows)
    events = [event for row in rows for event in _to_events(row, general, is_cancelled=is_cancelled(row, cancelled))]
    return sorted([*events, *_join_partners(events)], key=lambda event: (event.on, event.act_id, event.target, event.word))


def _join_partners(events: list[ActEvent]) -> Iterator[ActEvent]:
    """Yield the steps that a country takes towards a group of partners.

    They are the tariffs on all goods of one layer that take effect on one day, for at least `least_group_partners` countries. The rate is
    None unless it is the same for all: the list of acts has only the larger partners.
    """
    on_all = [event for event in events if event.word == "carried_out" and event.total_pct is not None and event.target != ALL_PARTNERS]
    for _, step in groupby(sorted(on_all, key=_step), key=_step):
        acts = list(step)
        partners = tuple(sorted({act.target for act in acts}))
        if len(partners) >= threshold("least_group_partners"):
            rates = {act.rate_pct for act in acts}
            rate = rates.pop() if len(rates) == 1 else None
            announced_on = min(act.announced_on for act in acts)
            yield replace(acts[0], target=ALL_PARTNERS, partners=partners, rate_pct=rate, total_pct=None, announced_on=announced_on)


def _step(event: ActEvent) -> tuple[str, str, date]:
    """Return what acts of one step have in common."""
    return event.actor, event.layer, event.on


def _is_of_group(event: ActEvent, threat: Said) -> bool:
    """Return whether a step towards several countries hits a threatened group.

    Any may be meant by a `group`; of a bloc or region, enough must be members.
    """
    if threat.target != ALL_PARTNERS or threat.scope in (None, ALL):
        return False
    members = [code for code in event.partners if threat.scope == "group" or is_member_on(str(threat.scope), code, event.on)]
    return len(members) >= threshold("least_group_partners")


def _to_events(row: dict[str, Any], general: list[dict[str, Any]], *, is_cancelled: bool) -> Iterator[ActEvent]:
    """Convert one official act to its events.

    A postponement (also a suspension that cancels an act), a withdrawal and an end by a court give the events `postponed`, `withdrawn` and
    `struck_down`. An act that imposes something and has a day of effect is `carried_out` on that day, or on that of its announcement if
    that is later. If it was announced for a later day, it is also `scheduled`, on the day of the announcement. A postponement is also
    `carried_out`, on the new day, and so is a change (`is_change`), on its first day. Other acts, such as an exemption, give no event.
    `general`: tariffs on all goods in order of their first day, for `total_pct`. An act with `is_cancelled` is never `carried_out`.
    """
    announced, effective, action = row["announced_on"], row["effective_on"], row["action"]
    in_effect = max(announced, effective) if effective is not None else None

    def event(word: str, on: date, deadline_on: date | None = None) -> ActEvent:
        return ActEvent(
            row["act_id"],
            row["actor"],
            row["target"],
            tuple(row["excepted"].split()),
            row["layer"],
            row["instrument"],
            row["product"],
            row["rate_pct"],
            sum_rates(row, general, on) if word == "carried_out" and is_tariff_on_all(row) else None,
            word,
            announced,
            on,
            deadline_on,
            is_raise=action == "raised",
            is_change=action == "changed",
        )

    if action == "postponed" or (action == "suspended" and row["cancels"] is not None):
        yield event("postponed", announced, effective if action == "postponed" else row["stated_end"])
    elif action == "withdrawn":
        yield event("withdrawn", announced)
    elif action == "struck_down":
        yield event("struck_down", in_effect or announced)
    if action in (*_IMPOSES, "changed") and in_effect is not None:
        if in_effect > announced and action not in ("postponed", "changed"):
            yield event("scheduled", announced, in_effect)
        if not is_cancelled:
            yield event("carried_out", in_effect)


def add_act_days(claims: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Fill the day of announced measures whose sentence names none.

    `claims`: as in `build_threats`, with `deadline_on`; `acts`: rows of `measure_acts`. The day is the first one of an official act on all
    goods with actor, target, instrument and rate of the claim that was announced by the day of its article, and is in effect only later.
    """
    same = ["actor", "target", "instrument", "rate_pct"]
    is_announced = (pl.col("kind") == "measure") & (pl.col("status") == "announced") & (pl.col("product") == "")
    on_all = acts.filter(pl.col("action").is_in(_IMPOSES) & pl.col("product").str.contains(_ALL_GOODS.pattern))
    matched = claims.filter(is_announced & pl.col("deadline_on").is_null()).join(
        on_all.select(*same, "announced_on", "effective_on"), on=same
    )
    days = matched.filter(pl.col("told_on").is_between("announced_on", "effective_on", closed="left"))
    firsts = days.group_by("claim_id").agg(pl.col("effective_on").min())
    joined = claims.join(firsts, on="claim_id", how="left")
    return joined.with_columns(deadline_on=pl.coalesce("deadline_on", "effective_on")).drop("effective_on")


def drop_cuts(claims: pl.DataFrame, acts: pl.DataFrame) -> pl.DataFrame:
    """Drop claims of a measure that are about an official cut.

    `claims`: as in `build_threats`, with `deadline_on`; `acts`: rows of `measure_acts`. Such a claim ("it will be 10 percent from November
    10") has actor, target, instrument, rate and first day of an act that lowers a rate, and was first seen on the day when that act was
    announced or later.
    """
    same = ["actor", "target", "instrument", "rate_pct", "deadline_on"]
    cuts = acts.filter(pl.col("action") == "lowered").rename({"effective_on": "deadline_on"}).select(*same, "announced_on")
    of_cuts = claims.filter(pl.col("kind") == "measure").join(cuts, on=same).filter(pl.col("announced_on") <= pl.col("known_on"))
    return claims.join(of_cuts, on="claim_id", how="anti")


def outcome_of_event(event: ActEvent, threat: Said) -> str | None:
    """Return the outcome that an act's event shows for a threat.

    It may also be `scheduled`, which is no outcome yet. None if the act is another measure: it must reach the threat's target, with its
    instrument (unless the threat names none, or a tariff where the act is a trade remedy: `FAMILY`), its goods, and a comparable amount of
    trade (`compare_amount`). An act carried out at a lower rate, or on a part of the trade, makes a threat `softened`; one only scheduled
    like that gives None. An act on more than the target (all partners, or the European Union for a member) must be at the threatened rate,
    or the threat without a rate; such an act never answers a vague threat (`is_vague`). A court ruling counts whatever the rate, and for a
    vague threat, too. An act that raises an existing rate (`is_raise`) must be on about the same amount of trade, if both name one. An act
    that shares nothing but partner and instrument with the threat (`shares_details`) only `followed` it when in effect, and shows nothing
    else. An act that changes a measure in effect shows something only if it begins on the announced day (`_is_announced_for`), and an act
    that was known before the announcement of another nothing (`_is_earlier_step`).
    """
    is_for_all = event.target != threat.target
    is_reached = (
        _is_of_group(event, threat)
        if event.partners
        else reaches(event.target, ALL if event.target == ALL_PARTNERS else None, event.excepted, threat, event.on)
    )
    if (
        not is_reached
        or (is_for_all and threat.is_vague and event.word != "struck_down")
        or threat.instrument not in ("other", event.instrument, FAMILY.get(event.instrument))
        or not _is_of_goods(event, threat)
        or (event.is_change and not _is_announced_for(event, threat))
        or _is_earlier_step(event, threat)
    ):
        return None
    if event.is_raise and not amounts_agree(event.amount, threat.amount):
        return None
    word = _outcome_by_rate(event, threat, is_for_all=is_for_all)
    if word != "struck_down" and not shares_details(threat, event.on, event.rate_pct, event.amount, is_on_goods=threat.product != ""):
        return "followed" if word == "carried_out" else None
    return word and compare_amount(word, event.amount, threat)


def rank_event(event: ActEvent, threat: Said) -> tuple[bool, bool]:
    """Return a sort key, least for the act most like a threat.

    Of several acts of one day that show the same outcome, one with a known rate comes first, if the threat has one, then one whose goods
    are the threatened ones: those made of steel are not steel.
    """
    lacks_rate = threat.rate is not None and event.rate_pct is None
    return lacks_rate, threat.product != "" and not names_goods(event.product, threat.product)


def _outcome_by_rate(event: ActEvent, threat: Said, *, is_for_all: bool) -> str | None:
    """Return the outcome of an event after comparing the rates.

    It is the word of the event (for a court ruling, whatever the rates are), or `softened` if an act carries out a lower rate than
    threatened. The sum of all layers (`total_pct`) may match the threatened rate as well. If the threat has a rate, the result is None for
    an act on more than its target (`is_for_all`) with another rate or none, or of another time than the deadline, and for an act at a lower
    rate that is only scheduled.
    """
    if event.word == "struck_down":
        return event.word  # a ruling has no rate
    known, rate = event.rate_pct, threat.rate
    if rate is None or known is None:
        return event.word if rate is None or not is_for_all else None
    if is_same_rate(known, rate) or (event.total_pct is not None and is_same_rate(event.total_pct, rate)):
        is_another_time = is_for_all and threat.deadline_on is not None and not is_near_deadline(event.deadline_on or event.on, threat)
        return None if is_another_time else event.word
    if is_for_all or (known < rate and event.word == "scheduled"):
        return None
    return "softened" if event.word == "carried_out" and known < rate else event.word


def _is_of_goods(event: ActEvent, threat: Said) -> bool:
    """Return whether an act is on the goods that are threatened.

    A threat that names a product is matched by an act whose layer or goods name it. A threat that names no goods is matched by a tariff on
    goods in general, or by its own instrument, such as a control on exports. A tariff on single goods matches it too if the threat names no
    instrument and no rate either, or if the tariff begins on the announced day (`_is_announced_for`); but on one day a country may do much
    to all partners.
    """
    if threat.product:
        return names_goods(f"{event.layer.replace('-', ' ')} {event.product}", threat.product)
    is_its_day = threat.target != ALL_PARTNERS and _is_announced_for(event, threat)
    is_its_own = event.instrument != "tariff" and threat.instrument in ("other", event.instrument)
    return threat.is_vague or is_its_own or is_its_day or _GENERAL.search(event.product) is not None


def _is_earlier_step(event: ActEvent, threat: Said) -> bool:
    """Return whether an act is one that the announcement adds to.

    It was announced earlier, and is in effect well before the announced day: India's duty of 7 August 2025 is not the further one that was
    announced on 6 August for the 27th.
    """
    is_before = threat.deadline_on is not None and event.on < threat.deadline_on and not is_near_deadline(event.on, threat)
    return is_before and event.word == "carried_out" and threat.form == "announcement" and event.announced_on < threat.first_on


def _is_announced_for(event: ActEvent, threat: Said) -> bool:
    """Return whether an act begins on the very day announced for it.

    The threat must be an announcement for that day and against the very target of the act. Known rates must agree.
    """
    is_its_day = event.word == "carried_out" and threat.form == "announcement" and event.on == threat.deadline_on
    return is_its_day and event.target == threat.target and rates_agree(event.rate_pct, threat.rate)
