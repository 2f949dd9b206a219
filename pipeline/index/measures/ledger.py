"""The ledger of measures: from claims (`sql/measures/measure_claims.sql`) to what each did, to states in time, to contradictions.

Belongs here: which claims belong to which measure, when they are sure enough to act, and the frames. Does not: what a statement does to
one measure (`state.py`), or the days that a sentence names (`told_dates.py`).

The rules, for one actor and target, in order of the day on which a claim was first seen:

1. A threat or a measure belongs to the measure of its instrument and product. It begins it, if it is sure enough.
2. An easing belongs to the measure of its instrument and product. Where there is none for its product, it is an exemption from the
   measure on all goods, which stands. An easing that names no product never touches measures on single products.
3. Claims of one day about one measure act together: the chance that one is right is 1 - prod(1 - p), p the likeliest of each story. A
   side, raising or easing, acts from one half on; when both reach it, the likelier acts and the other is listed against it. Where no
   measure exists before that day, a likelier easing has nothing to act on: the raising side acts first and begins the measure.
4. Of the side that acts, each effect acts that reaches one half alone, the weakest first; where none does, the likeliest.
5. What is told of a day before the measure's last change changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.measures import MEASURE_CLAIMS, MEASURE_CONTRADICTIONS, MEASURE_EVENTS, MEASURE_STATES
from pipeline.index.measures.state import Claim, Contradiction, Measure, Statement
from pipeline.index.measures.told_dates import with_told_dates

#: A side of a day acts when the chance that one of its claims is right reaches this.
LEAST_CHANCE = 0.5
MOST_SIGNALS = 20

_RAISING = ("proposed", "announced", "effective")
_EASING = ("reduced", "suspended", "ended")
_Key = tuple[str, str]  # instrument, product


@dataclass(frozen=True)
class Ledger:
    """The three tables that one fold makes: `measure_events`, `measure_states`, `measure_contradictions`."""

    events: pl.DataFrame
    states: pl.DataFrame
    contradictions: pl.DataFrame


def fold(claims: pl.DataFrame, through: date) -> Ledger:
    """The ledger of all claims (columns of `measure_claims`) at the end of the day `through`, or of the last day on which one was seen.

    The order of the rows is of no consequence. `ContractError` when columns are missing or mistyped.
    """
    dated = with_told_dates(MEASURE_CLAIMS.conform(claims)).sort("actor", "target", "known_on", "told_on", "signal_id")
    last = dated["known_on"].max()
    end = max(through, last) if isinstance(last, date) else through
    events: list[Claim] = []
    states: list[dict[str, Any]] = []
    contradictions: list[dict[str, Any]] = []
    for (actor, target), rows in groupby(dated.iter_rows(named=True), key=lambda row: (row["actor"], row["target"])):
        direction = _Direction()
        direction.fold(rows, end)
        events += direction.events
        for key, measure in direction.measures.items():
            named = _named(actor, target, key)
            states += [named | row for row in _intervals(measure)]
            contradictions += [named | _contradiction(one) for one in measure.contradictions]
    found = _frame(MEASURE_CONTRADICTIONS, contradictions)
    return Ledger(
        MEASURE_EVENTS.conform(_frame(MEASURE_EVENTS, events)),
        MEASURE_STATES.conform(_frame(MEASURE_STATES, states)),
        MEASURE_CONTRADICTIONS.conform(found.unique(MEASURE_CONTRADICTIONS.key, keep="first", maintain_order=True)),
    )


def _frame(table: Table, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    schema = table.schema
    return pl.DataFrame({name: [row[name] for row in rows] for name in schema}, schema=schema)


def _measure_id(actor: str, target: str, key: _Key) -> str:
    instrument, product = key
    return f"{actor}>{target} {instrument} {product or '*'}"


def _named(actor: str, target: str, key: _Key) -> dict[str, Any]:
    identity = {"actor": actor, "target": target, "instrument": key[0], "product": key[1]}
    return {"measure_id": _measure_id(actor, target, key)} | identity


@dataclass
class _Direction:
    """All measures of one actor against one target, and what became of each claim."""

    measures: dict[_Key, Measure] = field(default_factory=dict)
    events: list[Claim] = field(default_factory=list)
    _waiting: dict[_Key, Measure] = field(default_factory=dict)  # those for which a day has been announced

    def fold(self, rows: Iterable[Claim], through: date) -> None:
        """Let the claims act, in order of the day on which they were known."""
        for known_on, of_day in groupby(rows, key=lambda row: row["known_on"]):
            self._pass_days(known_on - timedelta(days=1))
            for told_on, told in groupby(of_day, key=lambda row: row["told_on"]):
                self._pass_days(told_on)
                self._tell(list(told))
        self._pass_days(through)

    def _pass_days(self, through: date) -> None:
        for key, measure in list(self._waiting.items()):
            measure.pass_days(through)
            if not measure.waits:
                del self._waiting[key]

    def _tell(self, claims: list[Claim]) -> None:
        """What was told on one day (and known on one day) about any measure of the direction."""
        usable = [claim for claim in claims if claim["unmatched_reason"] is None]
        self._settle((claim for claim in claims if claim["unmatched_reason"] is not None), "unmatched")
        raising = [claim for claim in usable if claim["effect"] in _RAISING]
        begun = {_key(claim) for claim in raising}
        about: dict[_Key, list[Claim]] = {}
        for claim in raising:
            about.setdefault(_key(claim), []).append(claim)
        apart: list[Claim] = []
        for claim in usable:
            if claim["effect"] in _EASING:
                if _key(claim) in begun or self._exists(_key(claim)):
                    about.setdefault(_key(claim), []).append(claim)
                else:
                    apart.append(claim)
        for key in sorted(about):
            self._weigh(key, about[key])
        for claim in apart:
            self._place(claim)
        self._doubt_scope(raising)

    def _exists(self, key: _Key) -> bool:
        return key in self.measures and self.measures[key].exists

    def _stands(self, key: _Key) -> bool:
        return self._exists(key) and self.measures[key].now.status != "ended"

    def _weigh(self, key: _Key, claims: list[Claim]) -> None:
        """Rule 3: which side of the day acts."""
        raising = [claim for claim in claims if claim["effect"] in _RAISING]
        easing = [claim for claim in claims if claim["effect"] in _EASING]
        up, down = chance(raising), chance(easing)
        if not self._exists(key) and up < LEAST_CHANCE:
            self._settle(raising, "unmatched", reason="too_unsure")
            for claim in easing:
                self._place(claim)
            return
        if max(up, down) < LEAST_CHANCE:
            self._settle(claims, "hint", key)
            return
        measure = self.measures.setdefault(key, Measure())
        sides = [(raising, _RAISING), (easing, _EASING)]
        (acting, ladder), (other, other_ladder) = sides if up >= down else reversed(sides)
        is_weighty = min(up, down) >= LEAST_CHANCE
        if measure.exists or acting is raising:
            self._settle(other, "outweighed" if is_weighty else "hint", key)
        else:  # an easing needs a measure to act on; the raising claims are sure enough to begin it
            self._act(key, measure, raising, _RAISING)
        statements = self._act(key, measure, acting, ladder)
        if measure.waits:
            self._waiting[key] = measure
        if is_weighty:
            against = max(_statements(other, other_ladder), key=lambda said: chance(said.claims))
            measure.contradictions.append(Contradiction("opposite_on_one_day", against.known_on, statements[-1], against))

    def _act(self, key: _Key, measure: Measure, claims: list[Claim], ladder: Sequence[str]) -> list[Statement]:
        """Rule 4: the statements of the side that acts, weakest first; those that act."""
        statements = _statements(claims, ladder)
        sure = [said for said in statements if chance(said.claims) >= LEAST_CHANCE]
        sure = sure or [max(statements, key=lambda said: chance(said.claims))]
        for said in statements:
            self._settle(said.claims, measure.act(said) if said in sure else "hint", key)
            if said in sure and said.effect in ("announced", "effective"):
                measure.contradictions += _two_rates(said)
        return sure

    def _place(self, claim: Claim) -> None:
        """Rule 2: an easing without a measure of its own instrument and product."""
        instrument, product = _key(claim)
        if product and self._stands((instrument, "")):
            self._settle([claim], "exempted" if claim["probability"] >= LEAST_CHANCE else "hint", (instrument, ""))
            return
        on_products = [key for key in self.measures if key[0] == instrument and key[1] and self._stands(key)]
        elsewhere = sorted(key for key in self.measures if key[1] == product and self._stands(key)) if product else []
        if not product and on_products:
            nearest = on_products[0] if len(on_products) == 1 else None
            self._settle([claim], "unmatched", reason="no_general_measure", nearest=nearest)
        elif elsewhere:
            self._settle([claim], "unmatched", reason="other_instrument", nearest=elsewhere[0])
        else:
            self._settle([claim], "unmatched", reason="no_measure")

    def _doubt_scope(self, raising: list[Claim]) -> None:
        """One story that gives one rate to all goods and to one product: the reader may have taken a word of the sentence for the good."""
        general: dict[tuple[str, str, float], Claim] = {}
        for claim in raising:
            if not claim["product"] and claim["rate_pct"] is not None:
                general.setdefault((claim["instrument"], claim["story_id"], claim["rate_pct"]), claim)
        seen = set()
        for claim in raising:
            other = general.get((claim["instrument"], claim["story_id"], claim["rate_pct"]))
            told = (_key(claim), claim["story_id"], claim["rate_pct"])
            if claim["product"] and other is not None and self._exists(_key(claim)) and told not in seen:
                seen.add(told)
                one, against = _statement([claim]), _statement([other])
                self.measures[_key(claim)].contradictions.append(Contradiction("scope_in_doubt", one.known_on, one, against))

    def _settle(
        self, claims: Iterable[Claim], outcome: str, key: _Key | None = None, reason: str | None = None, nearest: _Key | None = None
    ) -> None:
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


def _key(claim: Claim) -> _Key:
    return claim["instrument"], claim["product"]


def chance(claims: Sequence[Claim]) -> float:
    """The chance that one of the claims is right, in 0 to 1: 1 - prod(1 - p), p the likeliest of each story. No claims: 0."""
    best: dict[str, float] = {}
    for claim in claims:
        best[claim["story_id"]] = max(best.get(claim["story_id"], 0.0), claim["probability"])
    none_right = 1.0
    for story in sorted(best):
        none_right *= 1 - best[story]
    return 1 - none_right


def _statements(claims: Sequence[Claim], ladder: Sequence[str]) -> list[Statement]:
    """One statement for each effect, in the order of the ladder."""
    by_effect = {effect: [claim for claim in claims if claim["effect"] == effect] for effect in ladder}
    return [_statement(said) for said in by_effect.values() if said]


def _statement(claims: Sequence[Claim]) -> Statement:
    first = claims[0]
    rate = _likeliest(claims, "rate_pct")
    due = _likeliest(claims, "due_on")
    return Statement(
        effect=first["effect"],
        told_on=first["told_on"],
        known_on=first["known_on"],
        claims=_by_probability(claims),
        rate_pct=rate,
        is_to_rate=any(claim["is_to_rate"] for claim in claims if claim["rate_pct"] == rate),
        due_on=due,
        until_on=_likeliest(claims, "until_on"),
        is_conditional=all(claim["is_conditional"] for claim in claims if due is None or claim["due_on"] == due),
    )


def _by_probability(claims: Sequence[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: (-claim["probability"], claim["signal_id"]))


def _likeliest(claims: Sequence[Claim], name: str) -> Any:
    """The value of that column with the greatest chance, the larger of two alike; None where no claim has one."""
    values = sorted({claim[name] for claim in claims if claim[name] is not None})
    return max(values, key=lambda value: (chance([claim for claim in claims if claim[name] == value]), value), default=None)


def _two_rates(said: Statement) -> Iterator[Contradiction]:
    """The rate that a statement took, against each other rate that its claims tell."""
    ours = [claim for claim in said.claims if claim["rate_pct"] == said.rate_pct]
    for rate in sorted({claim["rate_pct"] for claim in said.claims if claim["rate_pct"] not in (None, said.rate_pct)}):
        other = _statement([claim for claim in said.claims if claim["rate_pct"] == rate])
        yield Contradiction("two_rates_on_one_day", said.known_on, _statement(ours), other)


def _contradiction(found: Contradiction) -> dict[str, Any]:
    one, other = found.one.claims[0], found.other.claims[0] if found.other else None
    return {
        "contradiction": found.word,
        "found_on": found.found_on,
        "signal_id": one["signal_id"],
        "says": found.one.says(),
        "probability": one["probability"],
        "other_signal_id": other["signal_id"] if other else None,
        "other_says": found.other.says() if found.other else None,
        "other_probability": other["probability"] if other else None,
    }


def _intervals(measure: Measure) -> Iterator[dict[str, Any]]:
    """The states of a measure as rows, each until the next."""
    ends = [on for on, _, _ in measure.states[1:]]
    for (on, state, said), end in zip(measure.states, [*ends, None], strict=True):
        yield {
            "valid_from": on,
            "valid_to": end,
            "status": state.status,
            "basis": state.basis,
            "rate_pct": state.rate_pct,
            "is_reduced": state.is_reduced,
            "next_effect": state.coming.leads_to if state.coming else None,
            "next_rate_pct": state.coming.rate_pct if state.coming else None,
            "next_on": state.coming.due_on if state.coming else None,
            "until_on": state.until_on,
            "signal_ids": ", ".join(claim["signal_id"] for claim in said.claims[:MOST_SIGNALS]),
            "signal_count": len(said.claims),
            "story_count": len({claim["story_id"] for claim in said.claims}),
            "source_count": len({claim["source"] for claim in said.claims}),
            "probability": said.claims[0]["probability"],
            "tier": said.claims[0]["tier"],
        }
