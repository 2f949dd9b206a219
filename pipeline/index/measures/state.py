"""State machine of one measure, with its rate and its timers.

The states are proposed, announced, effective, suspended and ended. Belongs here: how statements and days change a measure, and
contradictions in its own history. Does not: which measure a signal names, or whether it is likely enough to act (`ledger.py`). Rates are
never added: a measure has the rate last reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

#: Time after an announced day, or a suspension's last day, after which missing news is a contradiction.
GRACE = timedelta(days=14)

Claim = dict[str, Any]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Statement:
    """What the claims of one day say together about one measure.

    `claims`: likeliest first, never empty. `told_on` is the day of the articles, `known_on` the day they were first seen.
    """

    effect: str
    told_on: date
    known_on: date
    claims: Sequence[Claim]
    rate_pct: float | None = None
    is_to_rate: bool = False
    due_on: date | None = None
    until_on: date | None = None
    is_conditional: bool = False

    @property
    def leads_to(self) -> str:
        """The effect on the due day: what is announced takes effect."""
        return "effective" if self.effect == "announced" else self.effect

    def describe(self) -> str:
        """The statement in a few words, e.g. "announced 25 % for 2025-04-10"."""
        rate = "" if self.rate_pct is None else f" {self.rate_pct:g} %"
        due = "" if self.due_on is None else f" for {self.due_on.isoformat()}"
        until = "" if self.until_on is None else f" until {self.until_on.isoformat()}"
        return f"{self.effect}{rate}{due}{until}"


@dataclass(frozen=True)
class Contradiction:
    """Two statements that cannot both be right.

    `other` is None where expected news is missing.
    """

    kind: str
    found_on: date
    one: Statement
    other: Statement | None


@dataclass(frozen=True)
class State:
    """Status and rate of a measure.

    `pending` is the announced next change, with a day or without.
    """

    status: str | None = None
    basis: str = "told"
    rate_pct: float | None = None
    is_reduced: bool = False
    pending: Statement | None = None
    until_on: date | None = None

    @property
    def planned_increase(self) -> Statement | None:
        """The pending change, unless it is an easing."""
        return self.pending if self.pending is not None and self.pending.leads_to == "effective" else None

    def published_fields(self) -> tuple[object, ...]:
        """The fields that are published.

        States that agree on all of them are one row.
        """
        pending = None if self.pending is None else (self.pending.leads_to, self.pending.rate_pct, self.pending.due_on)
        return (self.status, self.basis, self.rate_pct, self.is_reduced, pending, self.until_on)


@dataclass
class Measure:
    """A measure's history of states.

    Each state has the day from which it is known and the statement that set it.
    """

    now: State = field(default_factory=State)
    states: list[tuple[date, State, Statement]] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    changed_told_on: date = date.min
    _status_source: Statement | None = None  # the statement that set the current status
    _rate_source: Statement | None = None  # the statement that set the current rate
    _unconfirmed: Statement | None = None  # its day has passed and no article has confirmed it yet
    _expiring: Statement | None = None  # the suspension whose last day is still to come

    @property
    def exists(self) -> bool:
        """Whether a statement has begun this measure."""
        return self.now.status is not None

    @property
    def known_rate(self) -> float | None:
        """The higher of the current and the pending rate; None if unknown."""
        pending = self.now.pending
        rates = [rate for rate in (self.now.rate_pct, pending.rate_pct if pending else None) if rate is not None]
        return max(rates, default=None)

    @property
    def has_timer(self) -> bool:
        """Whether a timer is running.

        On its day the state changes, or missing news becomes a contradiction.
        """
        return self._next_timer() is not None

    def apply(self, statement: Statement) -> str:
        """Apply a statement and return its outcome.

        The outcome is a word of the vocabulary `outcome`.
        """
        if statement.told_on < self.changed_told_on:
            return "late"
        handlers = {"proposed": self._propose, "announced": self._announce, "effective": self._take_effect}
        return handlers.get(statement.effect, self._ease)(statement)

    def advance(self, through: date) -> None:
        """Apply all timers up to and including the day `through`."""
        while (following := self._next_timer()) is not None and following[0] <= through:
            day, what = following
            if what == "due":
                self._apply_due()
            elif what == "unconfirmed" and self._unconfirmed is not None:
                self._add_contradiction("due_without_word", self._unconfirmed, None, day)
                self._unconfirmed = None
            elif self._expiring is not None:
                self._add_contradiction("suspension_lapsed_without_word", self._expiring, None, day)
                self._expiring = None

    def _next_timer(self) -> tuple[date, str] | None:
        timers = []
        pending, silent, suspended = self.now.pending, self._unconfirmed, self._expiring
        if pending is not None and pending.due_on is not None:
            timers.append((max(pending.due_on, pending.known_on), "due"))
        if silent is not None and silent.due_on is not None:
            timers.append((max(silent.due_on, silent.known_on) + GRACE, "unconfirmed"))
        if suspended is not None and suspended.until_on is not None:
            timers.append((max(suspended.until_on, suspended.known_on) + GRACE, "expiring"))
        return min(timers, default=None)

    def _apply_due(self) -> None:
        statement = self.now.pending
        assert statement is not None
        assert statement.due_on is not None
        on = max(statement.due_on, statement.known_on)
        self._unconfirmed = statement
        if statement.is_conditional:  # the date does not say whether the condition was met: stays announced, without a day
            self._set_state(replace(self.now, pending=replace(statement, due_on=None)), statement, on)
        elif statement.leads_to == "effective":
            self._set_in_force(statement, statement.rate_pct, "as_announced", on)
        else:
            self._apply_easing(statement, "as_announced", on)

    def _add_contradiction(self, kind: str, one: Statement, other: Statement | None, on: date) -> None:
        self.contradictions.append(Contradiction(kind, on, one, other))

    def _set_state(self, state: State, statement: Statement, on: date) -> str:
        """Set the state from that day on.

        The last state of a day is stored; a state that is published like the one before begins no new row.
        """
        if state.published_fields() == self.now.published_fields():
            return "confirmed"
        if state.status != self.now.status:
            self._status_source = statement
        if state.rate_pct != self.now.rate_pct:
            self._rate_source = statement
        self.now = state
        self.changed_told_on = max(self.changed_told_on, statement.told_on)
        if self.states and self.states[-1][0] == on:
            self.states.pop()
        if not self.states or self.states[-1][1].published_fields() != state.published_fields():
            self.states.append((on, state, statement))
        return "changed"

    def _propose(self, statement: Statement) -> str:
        if self.now.status in (None, "ended"):
            return self._set_state(State("proposed", rate_pct=statement.rate_pct), statement, statement.known_on)
        if self.now.status == "proposed":
            rate = _coalesce(statement.rate_pct, self.now.rate_pct)
            return self._set_state(replace(self.now, rate_pct=rate), statement, statement.known_on)
        return "noted"

    def _announce(self, statement: Statement) -> str:
        now = self.now
        if now.status == "effective":
            return self._announce_change(statement)
        rate = statement.rate_pct if now.status == "ended" else _coalesce(statement.rate_pct, now.rate_pct)
        pending = now.planned_increase if now.status == "announced" else None
        if statement.due_on is not None:
            pending = replace(statement, rate_pct=rate)
        elif pending is not None:
            pending = replace(pending, rate_pct=rate)
        if now.status == "suspended":
            self._expiring = None
        return self._set_state(State("announced", rate_pct=rate, pending=pending), statement, statement.known_on)

    def _announce_change(self, statement: Statement) -> str:
        """Apply an announcement made while in force.

        A new rate or a day becomes pending; anything else is no change.
        """
        now = self.now
        if statement.rate_pct is not None and statement.rate_pct == now.rate_pct:
            return "confirmed"
        if statement.rate_pct is None and statement.due_on is None:
            return "noted"
        waiting = now.planned_increase
        if waiting is not None and statement.due_on is None and statement.rate_pct == waiting.rate_pct:
            return "confirmed"  # the same increase, reported again without its day
        return self._set_state(replace(now, pending=statement), statement, statement.known_on)

    def _take_effect(self, statement: Statement) -> str:
        now = self.now
        if now.status in ("ended", "suspended"):
            kind = "in_force_after_end" if now.status == "ended" else "in_force_again_unannounced"
            self._add_contradiction(kind, statement, self._status_source, statement.known_on)
        waiting = now.planned_increase
        is_later = waiting is not None and waiting.due_on is not None and waiting.due_on > statement.told_on and now.status == "effective"
        known = None if now.status == "ended" else now.rate_pct
        announced_rate = waiting.rate_pct if waiting is not None and not is_later else None
        self._unconfirmed = None
        rate = _coalesce(statement.rate_pct, _coalesce(announced_rate, known))
        return self._set_in_force(statement, rate, "told", statement.known_on, keep=is_later)

    def _set_in_force(self, statement: Statement, rate: float | None, basis: str, on: date, *, keep: bool = False) -> str:
        now = self.now
        was_in_force = now.status == "effective"
        is_lower = was_in_force and rate is not None and now.rate_pct is not None and rate < now.rate_pct
        if is_lower and not now.is_reduced:
            self._add_contradiction("rate_fell_without_easing", statement, self._rate_source, on)
        is_raised = rate is not None and now.rate_pct is not None and rate > now.rate_pct
        self._expiring = None
        state = State("effective", basis, rate, was_in_force and now.is_reduced and not is_raised, now.pending if keep else None)
        return self._set_state(state, statement, on)

    def _ease(self, statement: Statement) -> str:
        now = self.now
        if now.status == "ended" and statement.effect == "ended":
            return "confirmed"
        if (kind := self._conflict_with_easing(statement)) is not None:
            against = self._status_source if now.status == "ended" else self.states[-1][2]
            self._add_contradiction(kind, statement, against, statement.known_on)
            return "contradicted"
        if now.status == "proposed" and statement.effect == "reduced":
            return "noted"
        self._unconfirmed = None
        if statement.due_on is not None and (now.status == "effective" or now.pending is None):
            return self._set_state(replace(now, pending=statement), statement, statement.known_on)
        return self._apply_easing(statement, "told", statement.known_on)

    def _conflict_with_easing(self, statement: Statement) -> str | None:
        """The contradiction between an easing and the current state, if any."""
        now = self.now
        if now.status == "ended":
            return "easing_after_end"
        if statement.rate_pct is not None and self.known_rate is not None and statement.rate_pct > self.known_rate:
            return "easing_of_a_higher_rate"
        if statement.effect == "suspended" and now.status == "effective" and now.is_reduced and statement.rate_pct is None:
            return "suspension_of_a_reduced_measure"
        return None

    def _apply_easing(self, statement: Statement, basis: str, on: date) -> str:
        now = self.now
        known = self.known_rate
        is_part = statement.rate_pct is not None and known is not None and statement.rate_pct < known
        if statement.effect == "reduced" or is_part:
            return self._reduce(statement, on)
        if statement.effect == "suspended":
            until = _coalesce(statement.until_on, now.until_on)
            self._expiring = statement if statement.until_on is not None else self._expiring
            return self._set_state(State("suspended", basis, now.rate_pct, now.is_reduced, until_on=until), statement, on)
        self._expiring = None
        return self._set_state(State("ended", basis), statement, on)

    def _reduce(self, statement: Statement, on: date) -> str:
        """Reduce the rate to the sentence's, else to an unknown rate.

        Changes pending for a measure in force are dropped.
        """
        now = self.now
        pending = now.planned_increase if now.status == "announced" else None
        has_new_rate = statement.is_to_rate and statement.effect == "reduced" and statement.rate_pct != self.known_rate
        new_rate = statement.rate_pct if has_new_rate else None
        rate = _coalesce(new_rate, now.rate_pct if now.is_reduced else None)
        if pending is not None:
            pending = replace(pending, rate_pct=rate)
        return self._set_state(replace(now, rate_pct=rate, is_reduced=True, pending=pending), statement, on)


def _coalesce(first: _T | None, second: _T | None) -> _T | None:
    return second if first is None else first
