"""One measure and what statements do to it: proposed, announced, effective, suspended, ended, with its rate.

Belongs here: the ladder of one measure, its timers (an announced day, a suspension's last day) and the contradictions that its own
history shows. Does not: which measure a signal names, or whether it is sure enough to act (`ledger.py`).

Rates are never added up: a measure has the rate last told. Days here are days on which something is known, save `told_on`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

#: Days after an announced day, or a suspension's last, on which silence becomes a contradiction.
GRACE = timedelta(days=14)

Claim = dict[str, Any]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Statement:
    """What the claims of one day say together about one measure. `claims`: likeliest first, never empty."""

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
        """The effect once its day has come: what is announced takes effect."""
        return "effective" if self.effect == "announced" else self.effect

    def says(self) -> str:
        """The statement in a few words."""
        rate = "" if self.rate_pct is None else f" {self.rate_pct:g} %"
        due = "" if self.due_on is None else f" for {self.due_on.isoformat()}"
        until = "" if self.until_on is None else f" until {self.until_on.isoformat()}"
        return f"{self.effect}{rate}{due}{until}"


@dataclass(frozen=True)
class Contradiction:
    """A statement that cannot hold beside another; `other` is None where it stands against silence."""

    word: str
    found_on: date
    one: Statement
    other: Statement | None


@dataclass(frozen=True)
class State:
    """Where a measure stands. `coming` is what is announced to follow, with a day or without."""

    status: str | None = None
    basis: str = "told"
    rate_pct: float | None = None
    is_reduced: bool = False
    coming: Statement | None = None
    until_on: date | None = None

    @property
    def rise(self) -> Statement | None:
        """What is coming, if it is no easing."""
        return self.coming if self.coming is not None and self.coming.leads_to == "effective" else None

    def shown(self) -> tuple[object, ...]:
        """What a reader sees of it: states that differ in nothing else are one."""
        coming = None if self.coming is None else (self.coming.leads_to, self.coming.rate_pct, self.coming.due_on)
        return (self.status, self.basis, self.rate_pct, self.is_reduced, coming, self.until_on)


@dataclass
class Measure:
    """A measure's history: `states` by the day from which each is known, with the statement that set it."""

    now: State = field(default_factory=State)
    states: list[tuple[date, State, Statement]] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    changed_told_on: date = date.min
    _last: Statement | None = None  # the statement that made the present status
    _rated: Statement | None = None  # the statement that made the present rate
    _unconfirmed: Statement | None = None  # its day came, and nobody has said yet that it took effect
    _running_out: Statement | None = None  # the suspension whose last day is awaited

    @property
    def exists(self) -> bool:
        """Whether anything has been told that began it."""
        return self.now.status is not None

    @property
    def known_rate(self) -> float | None:
        """The highest rate that is in force or announced."""
        coming = self.now.coming
        rates = [rate for rate in (self.now.rate_pct, coming.rate_pct if coming else None) if rate is not None]
        return max(rates, default=None)

    @property
    def waits(self) -> bool:
        """Whether some day lies ahead on which it changes, or silence becomes a contradiction."""
        return self._next_timer() is not None

    def act(self, said: Statement) -> str:
        """Let a statement act; the outcome is a word of the vocabulary `outcome`."""
        if said.told_on < self.changed_told_on:
            return "late"
        acts = {"proposed": self._propose, "announced": self._announce, "effective": self._take_effect}
        return acts.get(said.effect, self._ease)(said)

    def pass_days(self, through: date) -> None:
        """Let every day that was announced, up to and with `through`, come."""
        while (following := self._next_timer()) is not None and following[0] <= through:
            day, what = following
            if what == "due":
                self._come_due()
            elif what == "unconfirmed" and self._unconfirmed is not None:
                self._object("due_without_word", self._unconfirmed, None, day)
                self._unconfirmed = None
            elif self._running_out is not None:
                self._object("suspension_lapsed_without_word", self._running_out, None, day)
                self._running_out = None

    def _next_timer(self) -> tuple[date, str] | None:
        timers = []
        coming, silent, suspended = self.now.coming, self._unconfirmed, self._running_out
        if coming is not None and coming.due_on is not None:
            timers.append((max(coming.due_on, coming.known_on), "due"))
        if silent is not None and silent.due_on is not None:
            timers.append((max(silent.due_on, silent.known_on) + GRACE, "unconfirmed"))
        if suspended is not None and suspended.until_on is not None:
            timers.append((max(suspended.until_on, suspended.known_on) + GRACE, "running out"))
        return min(timers, default=None)

    def _come_due(self) -> None:
        said = self.now.coming
        assert said is not None
        assert said.due_on is not None
        on = max(said.due_on, said.known_on)
        self._unconfirmed = said
        if said.is_conditional:  # a date does not meet a condition: it stays announced, without a day
            self._set(replace(self.now, coming=replace(said, due_on=None)), said, on)
        elif said.leads_to == "effective":
            self._set_in_force(said, said.rate_pct, "as_announced", on)
        else:
            self._apply_easing(said, "as_announced", on)

    def _object(self, word: str, one: Statement, other: Statement | None, on: date) -> None:
        self.contradictions.append(Contradiction(word, on, one, other))

    def _set(self, state: State, said: Statement, on: date) -> str:
        """Make that the state from that day on; the last of a day holds, and a state like the one before begins no new row."""
        if state.shown() == self.now.shown():
            return "confirmed"
        if state.status != self.now.status:
            self._last = said
        if state.rate_pct != self.now.rate_pct:
            self._rated = said
        self.now = state
        self.changed_told_on = max(self.changed_told_on, said.told_on)
        if self.states and self.states[-1][0] == on:
            self.states.pop()
        if not self.states or self.states[-1][1].shown() != state.shown():
            self.states.append((on, state, said))
        return "changed"

    def _propose(self, said: Statement) -> str:
        if self.now.status in (None, "ended"):
            return self._set(State("proposed", rate_pct=said.rate_pct), said, said.known_on)
        if self.now.status == "proposed":
            return self._set(replace(self.now, rate_pct=_given(said.rate_pct, self.now.rate_pct)), said, said.known_on)
        return "noted"

    def _announce(self, said: Statement) -> str:
        now = self.now
        if now.status == "effective":
            return self._announce_change(said)
        rate = said.rate_pct if now.status == "ended" else _given(said.rate_pct, now.rate_pct)
        coming = now.rise if now.status == "announced" else None
        if said.due_on is not None:
            coming = replace(said, rate_pct=rate)
        elif coming is not None:
            coming = replace(coming, rate_pct=rate)
        if now.status == "suspended":
            self._running_out = None
        return self._set(State("announced", rate_pct=rate, coming=coming), said, said.known_on)

    def _announce_change(self, said: Statement) -> str:
        """Announced while in force: a new rate or a day waits; without either it is no news."""
        now = self.now
        if said.rate_pct is not None and said.rate_pct == now.rate_pct:
            return "confirmed"
        if said.rate_pct is None and said.due_on is None:
            return "noted"
        waiting = now.rise
        if waiting is not None and said.due_on is None and said.rate_pct == waiting.rate_pct:
            return "confirmed"  # the same rise, told again without its day
        return self._set(replace(now, coming=said), said, said.known_on)

    def _take_effect(self, said: Statement) -> str:
        now = self.now
        if now.status in ("ended", "suspended"):
            word = "in_force_after_end" if now.status == "ended" else "in_force_again_unannounced"
            self._object(word, said, self._last, said.known_on)
        waiting = now.rise
        is_later = waiting is not None and waiting.due_on is not None and waiting.due_on > said.told_on and now.status == "effective"
        known = None if now.status == "ended" else now.rate_pct
        promised = waiting.rate_pct if waiting is not None and not is_later else None
        self._unconfirmed = None
        return self._set_in_force(said, _given(said.rate_pct, _given(promised, known)), "told", said.known_on, keep=is_later)

    def _set_in_force(self, said: Statement, rate: float | None, basis: str, on: date, *, keep: bool = False) -> str:
        now = self.now
        was_in_force = now.status == "effective"
        is_lower = was_in_force and rate is not None and now.rate_pct is not None and rate < now.rate_pct
        if is_lower and not now.is_reduced:
            self._object("rate_fell_without_easing", said, self._rated, on)
        is_raised = rate is not None and now.rate_pct is not None and rate > now.rate_pct
        self._running_out = None
        state = State("effective", basis, rate, was_in_force and now.is_reduced and not is_raised, now.coming if keep else None)
        return self._set(state, said, on)

    def _ease(self, said: Statement) -> str:
        now = self.now
        if now.status == "ended" and said.effect == "ended":
            return "confirmed"
        if (word := self._against_easing(said)) is not None:
            against = self._last if now.status == "ended" else self.states[-1][2]
            self._object(word, said, against, said.known_on)
            return "contradicted"
        if now.status == "proposed" and said.effect == "reduced":
            return "noted"
        self._unconfirmed = None
        if said.due_on is not None and (now.status == "effective" or now.coming is None):
            return self._set(replace(now, coming=said), said, said.known_on)
        return self._apply_easing(said, "told", said.known_on)

    def _against_easing(self, said: Statement) -> str | None:
        """Which contradiction an easing of the present state would be, if any."""
        now = self.now
        if now.status == "ended":
            return "easing_after_end"
        if said.rate_pct is not None and self.known_rate is not None and said.rate_pct > self.known_rate:
            return "easing_of_a_higher_rate"
        if said.effect == "suspended" and now.status == "effective" and now.is_reduced and said.rate_pct is None:
            return "suspension_of_a_reduced_measure"
        return None

    def _apply_easing(self, said: Statement, basis: str, on: date) -> str:
        now = self.now
        known = self.known_rate
        is_part = said.rate_pct is not None and known is not None and said.rate_pct < known
        if said.effect == "reduced" or is_part:
            return self._reduce(said, on)
        if said.effect == "suspended":
            until = _given(said.until_on, now.until_on)
            self._running_out = said if said.until_on is not None else self._running_out
            return self._set(State("suspended", basis, now.rate_pct, now.is_reduced, until_on=until), said, on)
        self._running_out = None
        return self._set(State("ended", basis), said, on)

    def _reduce(self, said: Statement, on: date) -> str:
        """Cut: to the rate that the sentence says, else to a rate that is not known. What was announced for a measure in force falls."""
        now = self.now
        coming = now.rise if now.status == "announced" else None
        to_rate = said.rate_pct if said.is_to_rate and said.effect == "reduced" and said.rate_pct != self.known_rate else None
        rate = _given(to_rate, now.rate_pct if now.is_reduced else None)
        if coming is not None:
            coming = replace(coming, rate_pct=rate)
        return self._set(replace(now, rate_pct=rate, is_reduced=True, coming=coming), said, on)


def _given(first: _T | None, second: _T | None) -> _T | None:
    return second if first is None else first
