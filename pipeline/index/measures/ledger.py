"""The ledger of measures: turns claims (`sql/measures/measure_claims.sql`) into events, states and contradictions.

Belongs here: which claims belong to which measure, and when they are likely enough to act. Does not: what a statement does to one measure
(`state.py`), or the dates in a sentence (`quoted_dates.py`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.measures import MEASURE_CLAIMS, MEASURE_CONTRADICTIONS, MEASURE_EVENTS, MEASURE_STATES
from pipeline.index.measures.quoted_dates import add_quoted_dates
from pipeline.index.measures.state import Claim, Contradiction, Measure, Statement

#: Least chance that one of a day's claims is right for them to act.
MIN_CHANCE = 0.5
MAX_SIGNALS = 20

_RAISING = ("proposed", "announced", "effective")
_EASING = ("reduced", "suspended", "ended")
_Key = tuple[str, str]  # instrument, product


@dataclass(frozen=True)
class Ledger:
    """The tables `measure_events`, `measure_states` and `measure_contradictions`."""

    events: pl.DataFrame
    states: pl.DataFrame
    contradictions: pl.DataFrame


def build_ledger(claims: pl.DataFrame, through: date) -> Ledger:
    """Build the ledger of all claims as of the end of `through`.

    `claims` are rows of `measure_claims`. If a claim was first seen later, the ledger runs to that day. The order of the rows does not
    matter. `ContractError` when columns are missing or mistyped.

    Rules, for one actor and target, in order of the day on which a claim was first seen:

    1. A threat or a measure belongs to the measure of its instrument and product, and begins it if it is likely enough.
    2. An easing belongs to the measure of its instrument and product. If there is none for its product, it is an exemption from the
       measure on all goods, which stays in force. An easing without a product never changes measures on single products.
    3. Claims of one day about one measure act together. The chance that one of them is right is 1 - prod(1 - p), with p the highest
       probability in each story. A side (raising or easing) acts if its chance is at least one half. If both sides reach it, the likelier
       one acts and the other is listed as a contradiction. If the measure did not exist before that day, the raising side acts first in
       any case, because an easing needs a measure to act on.
    4. On the side that acts, each effect whose own chance is at least one half acts, the weakest first; if there is none, the likeliest.
    5. Claims about a day before the measure's last change have no effect.
    """
    dated = add_quoted_dates(MEASURE_CLAIMS.conform(claims)).sort("actor", "target", "known_on", "told_on", "signal_id")
    last = dated["known_on"].max()
    end = max(through, last) if isinstance(last, date) else through
    events: list[Claim] = []
    states: list[dict[str, Any]] = []
    contradictions: list[dict[str, Any]] = []
    for (actor, target), rows in groupby(dated.iter_rows(named=True), key=lambda row: (row["actor"], row["target"])):
        direction = _Direction()
        direction.apply_claims(rows, end)
        events += direction.events
        for key, measure in direction.measures.items():
            identity = _identity(actor, target, key)
            states += [identity | row for row in _state_rows(measure)]
            contradictions += [identity | _contradiction_row(one) for one in measure.contradictions]
    listed = _to_frame(MEASURE_CONTRADICTIONS, contradictions)
    return Ledger(
        MEASURE_EVENTS.conform(_to_frame(MEASURE_EVENTS, events)),
        MEASURE_STATES.conform(_to_frame(MEASURE_STATES, states)),
        MEASURE_CONTRADICTIONS.conform(listed.unique(MEASURE_CONTRADICTIONS.key, keep="first", maintain_order=True)),
    )


def _to_frame(table: Table, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    schema = table.schema
    return pl.DataFrame({name: [row[name] for row in rows] for name in schema}, schema=schema)


def _measure_id(actor: str, target: str, key: _Key) -> str:
    instrument, product = key
    return f"{actor}>{target} {instrument} {product or '*'}"


def _identity(actor: str, target: str, key: _Key) -> dict[str, Any]:
    columns = {"actor": actor, "target": target, "instrument": key[0], "product": key[1]}
    return {"measure_id": _measure_id(actor, target, key)} | columns


@dataclass
class _Direction:
    """All measures of one actor against one target.

    With the outcome of each claim.
    """

    measures: dict[_Key, Measure] = field(default_factory=dict)
    events: list[Claim] = field(default_factory=list)
    _waiting: dict[_Key, Measure] = field(default_factory=dict)  # those with a timer

    def apply_claims(self, rows: Iterable[Claim], through: date) -> None:
        """Apply the claims in order, then all timers up to `through`.

        The order is that of the days on which claims were known.
        """
        for known_on, of_day in groupby(rows, key=lambda row: row["known_on"]):
            self._advance(known_on - timedelta(days=1))
            for told_on, claims in groupby(of_day, key=lambda row: row["told_on"]):
                self._advance(told_on)
                self._apply_day(list(claims))
        self._advance(through)

    def _advance(self, through: date) -> None:
        for key, measure in list(self._waiting.items()):
            measure.advance(through)
            if not measure.has_timer:
                del self._waiting[key]

    def _apply_day(self, claims: list[Claim]) -> None:
        """Apply claims from one day that were first seen together."""
        usable = [claim for claim in claims if claim["unmatched_reason"] is None]
        self._record((claim for claim in claims if claim["unmatched_reason"] is not None), "unmatched")
        raising = [claim for claim in usable if claim["effect"] in _RAISING]
        begun = {_measure_key(claim) for claim in raising}
        by_measure: dict[_Key, list[Claim]] = {}
        for claim in raising:
            by_measure.setdefault(_measure_key(claim), []).append(claim)
        unassigned: list[Claim] = []
        for claim in usable:
            if claim["effect"] in _EASING:
                if _measure_key(claim) in begun or self._exists(_measure_key(claim)):
                    by_measure.setdefault(_measure_key(claim), []).append(claim)
                else:
                    unassigned.append(claim)
        for key in sorted(by_measure):
            self._apply_to_measure(key, by_measure[key])
        for claim in unassigned:
            self._assign_easing(claim)
        self._flag_scope(raising)

    def _exists(self, key: _Key) -> bool:
        return key in self.measures and self.measures[key].exists

    def _is_active(self, key: _Key) -> bool:
        return self._exists(key) and self.measures[key].now.status != "ended"

    def _apply_to_measure(self, key: _Key, claims: list[Claim]) -> None:
        """Decide which side of the day acts (rule 3) and apply it."""
        raising = [claim for claim in claims if claim["effect"] in _RAISING]
        easing = [claim for claim in claims if claim["effect"] in _EASING]
        up, down = chance(raising), chance(easing)
        if not self._exists(key) and up < MIN_CHANCE:
            self._record(raising, "unmatched", reason="too_unsure")
            for claim in easing:
                self._assign_easing(claim)
            return
        if max(up, down) < MIN_CHANCE:
            self._record(claims, "hint", key)
            return
        measure = self.measures.setdefault(key, Measure())
        sides = [(raising, _RAISING), (easing, _EASING)]
        (acting, ladder), (other, other_ladder) = sides if up >= down else reversed(sides)
        both_likely = min(up, down) >= MIN_CHANCE
        if measure.exists or acting is raising:
            self._record(other, "outweighed" if both_likely else "hint", key)
        else:  # an easing needs a measure to act on
            self._apply_statements(key, measure, raising, _RAISING)
        statements = self._apply_statements(key, measure, acting, ladder)
        if measure.has_timer:
            self._waiting[key] = measure
        if both_likely:
            against = max(_group_by_effect(other, other_ladder), key=lambda statement: chance(statement.claims))
            measure.contradictions.append(Contradiction("opposite_on_one_day", against.known_on, statements[-1], against))

    def _apply_statements(self, key: _Key, measure: Measure, claims: list[Claim], ladder: Sequence[str]) -> list[Statement]:
        """Apply the statements of the acting side (rule 4).

        The weakest comes first. Returns the statements that acted.
        """
        statements = _group_by_effect(claims, ladder)
        sure = [statement for statement in statements if chance(statement.claims) >= MIN_CHANCE]
        sure = sure or [max(statements, key=lambda statement: chance(statement.claims))]
        for statement in statements:
            self._record(statement.claims, measure.apply(statement) if statement in sure else "hint", key)
            if statement in sure and statement.effect in ("announced", "effective"):
                measure.contradictions += _find_rate_conflicts(statement)
        return sure

    def _assign_easing(self, claim: Claim) -> None:
        """Record an easing that has no measure of its own (rule 2)."""
        instrument, product = _measure_key(claim)
        if product and self._is_active((instrument, "")):
            self._record([claim], "exempted" if claim["probability"] >= MIN_CHANCE else "hint", (instrument, ""))
            return
        on_products = [key for key in self.measures if key[0] == instrument and key[1] and self._is_active(key)]
        elsewhere = sorted(key for key in self.measures if key[1] == product and self._is_active(key)) if product else []
        if not product and on_products:
            nearest = on_products[0] if len(on_products) == 1 else None
            self._record([claim], "unmatched", reason="no_general_measure", nearest=nearest)
        elif elsewhere:
            self._record([claim], "unmatched", reason="other_instrument", nearest=elsewhere[0])
        else:
            self._record([claim], "unmatched", reason="no_measure")

    def _flag_scope(self, raising: list[Claim]) -> None:
        """List measures whose product is doubtful.

        One story gives the same rate for all goods and for one product.
        """
        general: dict[tuple[str, str, float], Claim] = {}
        for claim in raising:
            if not claim["product"] and claim["rate_pct"] is not None:
                general.setdefault((claim["instrument"], claim["story_id"], claim["rate_pct"]), claim)
        seen = set()
        for claim in raising:
            other = general.get((claim["instrument"], claim["story_id"], claim["rate_pct"]))
            identity = (_measure_key(claim), claim["story_id"], claim["rate_pct"])
            if claim["product"] and other is not None and self._exists(_measure_key(claim)) and identity not in seen:
                seen.add(identity)
                one, against = _to_statement([claim]), _to_statement([other])
                self.measures[_measure_key(claim)].contradictions.append(Contradiction("scope_in_doubt", one.known_on, one, against))

    def _record(
        self, claims: Iterable[Claim], outcome: str, key: _Key | None = None, reason: str | None = None, nearest: _Key | None = None
    ) -> None:
        """Add each claim to the events with its outcome."""
        for claim in claims:
            actor, target = claim["actor"], claim["target"]
            self.events.append(
                claim
                | {
                    "measure_id": None if key is None else _measure_id(actor, target, key),
                    "outcome": outcome,
                    "unmatched_reason": reason or claim["unmatched_reason"],
                    "nearest_measure_id": None if nearest is None else _measure_id(actor, target, nearest),
                }
            )


def _measure_key(claim: Claim) -> _Key:
    return claim["instrument"], claim["product"]


def chance(claims: Sequence[Claim]) -> float:
    """Chance that at least one claim is right; 0 without claims.

    It is 1 - prod(1 - p), with p the highest probability of each story.
    """
    best: dict[str, float] = {}
    for claim in claims:
        best[claim["story_id"]] = max(best.get(claim["story_id"], 0.0), claim["probability"])
    none_right = 1.0
    for story in sorted(best):
        none_right *= 1 - best[story]
    return 1 - none_right


def _group_by_effect(claims: Sequence[Claim], ladder: Sequence[str]) -> list[Statement]:
    """One statement for each effect, in the order of `ladder`."""
    by_effect = {effect: [claim for claim in claims if claim["effect"] == effect] for effect in ladder}
    return [_to_statement(group) for group in by_effect.values() if group]


def _to_statement(claims: Sequence[Claim]) -> Statement:
    first = claims[0]
    rate = _likeliest_value(claims, "rate_pct")
    due = _likeliest_value(claims, "due_on")
    return Statement(
        effect=first["effect"],
        told_on=first["told_on"],
        known_on=first["known_on"],
        claims=_sort_by_probability(claims),
        rate_pct=rate,
        is_to_rate=any(claim["is_to_rate"] for claim in claims if claim["rate_pct"] == rate),
        due_on=due,
        until_on=_likeliest_value(claims, "until_on"),
        is_conditional=all(claim["is_conditional"] for claim in claims if due is None or claim["due_on"] == due),
    )


def _sort_by_probability(claims: Sequence[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: (-claim["probability"], claim["signal_id"]))


def _likeliest_value(claims: Sequence[Claim], name: str) -> Any:
    """The column's value with the greatest chance.

    On ties the larger one; None when no claim has a value.
    """
    values = sorted({claim[name] for claim in claims if claim[name] is not None})
    return max(values, key=lambda value: (chance([claim for claim in claims if claim[name] == value]), value), default=None)


def _find_rate_conflicts(statement: Statement) -> Iterator[Contradiction]:
    """Contradictions between a statement's rate and each other rate of its claims."""
    ours = [claim for claim in statement.claims if claim["rate_pct"] == statement.rate_pct]
    for rate in sorted({claim["rate_pct"] for claim in statement.claims if claim["rate_pct"] not in (None, statement.rate_pct)}):
        other = _to_statement([claim for claim in statement.claims if claim["rate_pct"] == rate])
        yield Contradiction("two_rates_on_one_day", statement.known_on, _to_statement(ours), other)


def _contradiction_row(contradiction: Contradiction) -> dict[str, Any]:
    one, other = contradiction.one.claims[0], contradiction.other.claims[0] if contradiction.other else None
    return {
        "contradiction": contradiction.kind,
        "found_on": contradiction.found_on,
        "signal_id": one["signal_id"],
        "says": contradiction.one.describe(),
        "probability": one["probability"],
        "other_signal_id": other["signal_id"] if other else None,
        "other_says": contradiction.other.describe() if contradiction.other else None,
        "other_probability": other["probability"] if other else None,
    }


def _state_rows(measure: Measure) -> Iterator[dict[str, Any]]:
    """The states of a measure as rows, each valid until the next."""
    ends = [on for on, _, _ in measure.states[1:]]
    for (on, state, statement), end in zip(measure.states, [*ends, None], strict=True):
        yield {
            "valid_from": on,
            "valid_to": end,
            "status": state.status,
            "basis": state.basis,
            "rate_pct": state.rate_pct,
            "is_reduced": state.is_reduced,
            "next_effect": state.pending.leads_to if state.pending else None,
            "next_rate_pct": state.pending.rate_pct if state.pending else None,
            "next_on": state.pending.due_on if state.pending else None,
            "until_on": state.until_on,
            "signal_ids": ", ".join(claim["signal_id"] for claim in statement.claims[:MAX_SIGNALS]),
            "signal_count": len(statement.claims),
            "story_count": len({claim["story_id"] for claim in statement.claims}),
            "source_count": len({claim["source"] for claim in statement.claims}),
            "probability": statement.claims[0]["probability"],
            "tier": statement.claims[0]["tier"],
        }
