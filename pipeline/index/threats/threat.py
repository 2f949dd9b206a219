"""One threat: its claims, its outcome, and its state each day."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pipeline.index.threats.acts import ActEvent
from pipeline.index.threats.claims import (
    Claim,
    chance,
    find_likely,
    is_likely,
    is_near_deadline,
    is_order,
    is_same_rate,
    likeliest,
    sort_claims,
    threat_form,
    threshold_days,
)
from pipeline.index.threats.outcome import DONE, IMPOSED, OPEN, ORDER, Outcome, join_ids, to_evidence
from pipeline.index.threats.statements import Statements


@dataclass
class Threat(Statements):
    """A threat, with the claims that state it and its outcome.

    `evidence` and `states`: its rows of the tables `threat_evidence` and `threat_states`, to which the methods add. `rate`, `amount`,
    `product` and `instrument` are updated once a day (`update`): until then they are the likeliest ones of the days before, on the first
    day those of the first claim. `imposed_on`: day on which it was carried out, at the threatened or a lower rate, or None.
    """

    evidence: list[dict[str, Any]] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    imposed_on: date | None = None
    first_deadline_on: date | None = None
    deadline_on: date | None = None
    postponed_count: int = 0
    _new: list[Claim] = field(default_factory=list)  # claims that say it, of the day that is being applied
    _recorded: tuple[object, ...] = ()  # parts of the last recorded state

    def __post_init__(self) -> None:
        """Take the id and what is threatened from the first claim."""
        first = self.said[0]
        self._new = [first]
        self.threat_id, self.target = str(first["claim_id"]), str(first["target"])
        self.scope: str | None = first["scope"]
        self.instrument, self.product = str(first["instrument"]), str(first["product"])
        self.rate: float | None = first["rate_pct"]
        self.amount: float | None = first["amount_usd"]

    @property
    def is_open(self) -> bool:
        """Whether the outcome is not final: `pending` or `postponed`."""
        return self.outcome.word in OPEN

    @property
    def is_vague(self) -> bool:
        """Whether the threat names neither instrument nor product nor rate."""
        return self.instrument == "other" and self.product == "" and self.rate is None

    @property
    def is_conditional(self) -> bool:
        """Whether a claim of the threat's instrument, if any, has a condition."""
        # Words without an instrument are on the threatened answer, not on a measure that was announced.
        named = (self.instrument, "other") if self.form == "threat" else (self.instrument,)
        own = [claim for claim in self.said if claim["instrument"] in named]
        return any(claim["is_conditional"] for claim in own or self.said)

    @property
    def lapses_on(self) -> date:
        """Day on which the threat lapses if nothing more becomes known.

        With a deadline: `lapse_after_deadline_days` after the deadline or the last statement of the threat, whichever is later. Without
        one: `lapse_without_deadline_days` after the last statement or the postponement, whichever is later.
        """
        if self.deadline_on is not None:
            return max(self.deadline_on, self.last_on) + threshold_days("lapse_after_deadline_days")
        since = max(self.last_on, self.outcome.on or self.last_on)
        return since + threshold_days("lapse_without_deadline_days")

    def is_live(self, on: date) -> bool:
        """Return whether claims or acts of day `on` could change the threat.

        They could if the threat is open, if it was imposed (a court may strike it down at any time), if an official act of that day may
        correct its outcome (`_can_be_corrected`), or if what followed it can still be put off (`is_only_announced`).
        """
        return self.is_open or self.is_only_announced or self._can_be_corrected(on) or self.outcome.word in IMPOSED

    @property
    def is_only_announced(self) -> bool:
        """Whether it was followed by a measure that was only announced."""
        is_announced = self.outcome.act is None and all(claim["status"] == "announced" for claim in self.outcome.claims)
        return self.outcome.word == "followed" and is_announced

    def _can_be_corrected(self, on: date) -> bool:
        """Return whether an official act of day `on` may correct the outcome.

        It may up to `official_corrects_days` after the outcome or the deadline, whichever is later.
        """
        shown_on = self.outcome.on
        return shown_on is not None and on <= max(shown_on, self.deadline_on or shown_on) + threshold_days("official_corrects_days")

    def can_be_repeated(self, claim: Claim) -> bool:
        """Return whether a claim can still count as the same threat.

        The threat must be open. The later of its last statement and its deadline must be at most `repeat_within_days` (three months) before
        the claim's article. If the claim adds a rate or an amount to a threat that has none, or the threat is vague, it must instead come
        at most `same_news_days` (a week) after the threat was last stated, as part of the same news, and name no other day.
        """
        if self._adds_figure(claim) and self.deadline_on and claim["deadline_on"] and not is_near_deadline(claim["deadline_on"], self):
            return False
        if self.is_vague or self._adds_figure(claim):
            return self.is_open and claim["told_on"] <= self.last_on + threshold_days("same_news_days")
        since = max(self.last_on, self.deadline_on or self.last_on)
        return self.is_open and claim["told_on"] <= since + threshold_days("repeat_within_days")

    def _adds_figure(self, claim: Claim) -> bool:
        """Return whether a claim names a new rate or amount."""
        return any(own is None and claim[name] is not None for own, name in ((self.rate, "rate_pct"), (self.amount, "amount_usd")))

    def is_echoed(self, claim: Claim) -> bool:
        """Return whether a claim would only recall the outcome.

        It would if the outcome is final and its day is at most `same_news_days` (a week) before the claim's article, or later. An outcome
        by the passing of time (`elapsed`) is no event that somebody could recall, and a threat that was only `followed` may still be meant.
        A claim with a new rate or amount, or with a day after the outcome and the deadline, says more than what happened, and so does one
        that ties what was withdrawn to a condition.
        """
        if self.outcome.word == "withdrawn" and claim["is_conditional"]:
            return False
        is_settled = not self.is_open and self.outcome.basis != "elapsed" and self.outcome.word != "followed"
        if self.outcome.on is None or not is_settled or self._adds_figure(claim):
            return False
        is_ahead = claim["deadline_on"] is not None and claim["deadline_on"] > max(self.outcome.on, self.deadline_on or self.outcome.on)
        return not is_ahead and claim["told_on"] <= self.outcome.on + threshold_days("same_news_days")

    def advance(self, through: date) -> None:
        """Set the outcome of a threat whose time is over by `through`.

        An open threat becomes `lapsed` on the day `lapses_on`, or on the day after the newest row of `states` began if that is later.
        Nothing changes if that day is after `through`. A threat of the form `announcement` becomes `unconfirmed` instead: it was to take
        effect, and nothing shows whether it did; but not one that was postponed. One that the actor's government ordered for its deadline
        (`is_order`) is carried out on that day: this is known a week later, if nothing was read against it by then.
        """
        if not self.is_open:
            return
        orders = [claim for claim in self.said if claim["deadline_on"] == self.deadline_on and is_order(claim)]
        due = self.deadline_on if is_likely(orders) else None
        over = self.lapses_on if due is None else due + threshold_days("same_news_days")
        # A threat that was first seen long after its day lapses the day after.
        on = max(over, self.states[-1]["valid_from"] + timedelta(days=1)) if self.states else over
        if on > through:
            return
        if due is not None:
            self.evidence += [to_evidence(claim, "carried_out", is_used=True) for claim in orders]
            done = Outcome("carried_out", due, on, sort_claims(orders, rate_pct=self.rate), rate=self.rate, amount=self.amount)
            self._set_outcome(done, None)
        else:
            is_announced = self.form == "announcement" and self.outcome.word == "pending"
            self.outcome = Outcome("unconfirmed" if is_announced else "lapsed", on, on)
        self.record(on)

    def repeat(self, claim: Claim) -> None:
        """Add a claim that states the threat again."""
        self.said.append(claim)
        self._new.append(claim)

    def add_echo(self, claim: Claim) -> None:
        """Store a claim that only recalls the outcome, as unused evidence.

        A claim that shows the outcome is not stored again: it is evidence already.
        """
        if claim not in self.outcome.claims:
            self.evidence.append(to_evidence(claim, "echo", is_used=False))

    def accepts(self, word: str, claim: Claim) -> bool:
        """Return whether a claim may change the outcome to `word`.

        The claim's article must be of a later day than the first that states the threat, and of a story that does not state it.
        `struck_down` (by a court) needs a threat that was carried out or softened, but by no act of the list, which has rulings, too; any
        other outcome needs an open threat, or an answer that was announced and is then put off or withdrawn (`is_only_announced`);
        `followed` needs one that was stated recently (`_is_recent`). A measure or an easing shows the outcome of a vague threat only in the
        same dispute: within a week (`_is_next`), or as the answer that was announced (`is_answered`). Nor does one long before the deadline
        (`is_early`) carry the threat out at a rate that is not known to be the threatened one.
        """
        if word == "carried_out" and self.is_early(claim["told_on"]) and None in (claim["rate_pct"], self.rate):
            return False
        if claim["told_on"] <= self.first_on or claim["story_id"] in {said["story_id"] for said in self.said}:
            return False
        if word == "struck_down":
            return self.imposed_on is not None and self.outcome.word in IMPOSED and self.outcome.act is None
        if self.is_only_announced and self._can_be_corrected(claim["told_on"]):
            return word in ("postponed", "withdrawn") and self.is_answered(claim)
        is_of_dispute = not self.is_vague or claim["kind"] == "agreement" or self._is_next(claim["told_on"]) or self.is_answered(claim)
        return self.is_open and is_of_dispute and (word != "followed" or self._is_recent(claim["told_on"]))

    def _is_next(self, on: date) -> bool:
        """Return whether `on` is at most a week after the threat.

        The week begins with the last day of likely statements of the threat (`is_likely`) or with its deadline, whichever is later.
        """
        days = {claim["told_on"] for claim in self.said}
        likely: list[date] = [day for day in days if is_likely([claim for claim in self.said if claim["told_on"] == day])]
        last = max(likely, default=self.last_on)
        return on <= max(last, self.deadline_on or last) + threshold_days("same_news_days")

    def is_answer_of(self, claim: Claim) -> bool:
        """Return whether a claim threatens with the same answer.

        Both say that there will be one (`says_answer`), the claim in words, and at most a week after the threat was last stated. A claim
        without instrument may also come close to the day of an answer that was announced (`is_near_deadline`).
        """
        is_near = self.deadline_on is not None and claim["instrument"] == "other" and is_near_deadline(claim["told_on"], self)
        is_next = claim["told_on"] <= self.last_on + threshold_days("same_news_days")
        is_in_words = threat_form(claim) == "threat" and (self.form == "threat" or claim["instrument"] == "other")
        return is_in_words and (is_near or is_next) and self.is_answered(claim)

    def _is_recent(self, on: date) -> bool:
        """Return whether a measure of day `on` may have followed the threat.

        It may up to `repeat_within_days` (three months) after the threat was last stated, but not more than a week before the deadline.
        """
        return on <= self.last_on + threshold_days("repeat_within_days") and not self.is_early(on)

    def is_early(self, on: date) -> bool:
        """Return whether a day is more than a week before the deadline.

        False without a deadline.
        """
        return self.deadline_on is not None and on + threshold_days("same_news_days") < self.deadline_on

    def settle(self, by_word: dict[str, list[Claim]]) -> None:
        """Set the likeliest outcome that claims of one day show.

        `by_word`: the claims by the outcome that they show. Only outcomes whose claims are likely enough (`is_likely`) count; of equally
        likely ones the first in `ORDER` wins. If none counts, the outcome stays. The outcome has the day of the earliest article that
        shows it. All claims become evidence; those for other outcomes are marked as not used.
        """
        likely = [word for word in ORDER if is_likely(by_word.get(word, []))]
        best = max(likely, key=lambda word: chance(by_word[word]), default=None)
        for word, claims in by_word.items():
            self.evidence += [to_evidence(claim, word, is_used=word == best) for claim in claims]
        if best is not None:
            claims = by_word[best]
            on, known_on = min(claim["told_on"] for claim in claims), max(claim["known_on"] for claim in claims)
            rate = likeliest(claims, "rate_pct") if best in DONE else None
            # An amount in a sentence on a deal is mostly one of investment or purchases.
            measures = [claim for claim in claims if claim["kind"] in ("measure", "investigation")]
            amount = likeliest(measures, "amount_usd") if best in DONE else None
            outcome = Outcome(best, on, known_on, sort_claims(claims, rate_pct=rate), rate=rate, amount=amount)
            self._set_outcome(outcome, likeliest(claims, "deadline_on"))

    def accepts_act(self, word: str, event: ActEvent) -> bool:
        """Return whether an official act may change the outcome to `word`.

        Never if the act is before the first statement of the threat, if it would soften the threat but is no answer to it
        (`_is_other_layer`), if it may only have followed the threat and did not (`_is_followed_by`), or if it is on its goods, but of
        another day (`_is_on_goods_early`), or if it is an act on more than the target that was announced after the outcome. `struck_down`
        needs a threat that an act on the same layer (legal programme) carried out or softened. Any other word needs an open threat. If
        articles reported the final outcome, an act (not a `scheduled` one) may also correct it: to the same outcome if it was announced, or
        took effect, at most a week before or after it, to another one if it comes in time (`_can_be_corrected`).
        """
        if event.on < self.first_on or (word == "softened" and self._is_other_layer(event)):
            return False
        if (word == "followed" and not self._is_followed_by(event)) or (word == "carried_out" and self._is_on_goods_early(event)):
            return False
        if word == "struck_down":
            return self.outcome.word in IMPOSED and self.outcome.act is not None and self.outcome.act.layer == event.layer
        if self.is_open or word == "scheduled" or self.outcome.basis != "reported" or self.outcome.on is None:
            return self.is_open
        if word == self.outcome.word:  # the same act, announced or in effect when it was reported
            return min(abs(on - self.outcome.on) for on in (event.announced_on, event.on)) <= threshold_days("same_news_days")
        is_new = event.target != self.target and event.announced_on > self.outcome.on  # what answers others later did not revive the threat
        return not is_new and self._can_be_corrected(event.on)

    def _is_followed_by(self, event: ActEvent) -> bool:
        """Return whether an act that may have followed the threat did.

        Not if it is no recent answer to it (`_is_recent`), was announced more than a week before it, or is on more than the partner to whom
        the threat set a condition. If the threat is vague, it must be announced on the day before the article that states it or later, but
        by the week after it (`_is_next`).
        """
        if self.is_conditional and event.target != self.target:
            return False
        # An article has what was said on the day before.
        since = self.first_on - (timedelta(days=1) if self.is_vague else threshold_days("same_news_days"))
        is_next = not self.is_vague or self._is_next(event.announced_on)
        return event.announced_on >= since and is_next and self._is_recent(event.on)

    def _is_on_goods_early(self, event: ActEvent) -> bool:
        """Return whether only its goods make an act the threatened one.

        No rate is compared, and the act is long before the deadline (`is_early`).
        """
        return self.is_early(event.on) and None in (event.rate_pct, self.rate) and event.amount is None

    def _is_other_layer(self, event: ActEvent) -> bool:
        """Return whether an act that would soften the threat leaves it unanswered.

        It does if it was announced before the first article that states the threat, or if its day is more than a week before the deadline.
        Rate and amount are not compared here.
        """
        return event.announced_on < self.first_on or self.is_early(event.on)

    def apply_act(self, word: str, event: ActEvent) -> None:
        """Change outcome or deadline to what an official act shows.

        `word`: the outcome that the act shows for this threat. `scheduled` is no outcome: it only sets the deadline, if the act names a day
        after the one on which the threat was first stated, and the threat has no other (`_is_dated`). The act becomes evidence.
        """
        row = {"evidence_id": event.act_id, "told_on": event.on, "known_on": event.on, "rate_pct": event.rate_pct, "probability": None}
        self.evidence.append(row | {"threat_role": word, "is_used": True})
        if word != "scheduled":
            total = event.total_pct
            # The threatened rate is that of all layers together, not that of this act.
            is_in_all = total is not None and self.rate is not None and event.rate_pct != self.rate and is_same_rate(total, self.rate)
            rate = (total if is_in_all else event.rate_pct) if word in DONE else None
            amount = event.amount if word in DONE else None
            outcome = Outcome(word, event.on, event.on, act=event, rate=rate, amount=amount)
            self._set_outcome(outcome, event.deadline_on)
        elif event.deadline_on is not None and event.deadline_on > self.first_on and not self._is_dated(event):
            self._set_deadline(event.deadline_on)

    def _is_dated(self, event: ActEvent) -> bool:
        """Return whether the day that an act sets leaves the deadline."""
        is_ahead = self.deadline_on is not None and self.deadline_on >= event.on
        is_far = event.deadline_on is not None and not is_near_deadline(event.deadline_on, self)
        return (is_ahead and is_far) or any(claim["told_on"] == event.on and claim["deadline_on"] is not None for claim in self.said)

    def _set_outcome(self, outcome: Outcome, later: date | None) -> None:
        """Set the outcome, and the day on which the threat was imposed.

        `imposed_on` is the day of an outcome that imposes the threat, else None. If a court strikes the measure down, the day, rate and
        amount of what was imposed stay. A postponement is counted. It moves the deadline to `later` if there is no deadline or an
        earlier one; otherwise a deadline that is due (`_is_due`) is deleted.
        """
        if outcome.word == "struck_down":
            outcome.rate, outcome.amount = self.outcome.rate, self.outcome.amount
        else:
            self.imposed_on = outcome.on if outcome.word in IMPOSED else None
        self.outcome = outcome
        if outcome.word == "postponed" and outcome.on is not None:
            self.postponed_count += 1
            if later is not None and (self.deadline_on is None or later > self.deadline_on):
                self._set_deadline(later)
            elif self._is_due(outcome.on):
                self.deadline_on = None

    def _set_deadline(self, on: date) -> None:
        """Set the deadline, and `first_deadline_on` if that is still empty."""
        self.first_deadline_on = self.first_deadline_on or on
        self.deadline_on = on

    def _is_due(self, on: date) -> bool:
        """Return whether the deadline is at most a week after `on`.

        It may also be before `on`. False without a deadline.
        """
        return self.deadline_on is not None and self.deadline_on <= on + threshold_days("same_news_days")

    @property
    def is_likely(self) -> bool:
        """Whether the claims so far are likely enough to publish the threat."""
        return is_likely(self.said)

    def update(self) -> None:
        """Update the threat with the claims of one day that state it.

        They become evidence. The likeliest deadline of these claims replaces the threat's, if it is after `first_on`. The instrument
        becomes the likeliest one of all claims so far that name one, if they are likely together, else the likeliest of all. So do product,
        rate and amount, if the claims that name them are likely together; an empty product never replaces goods.
        """
        if not self._new:
            return
        self.evidence += [to_evidence(claim, "said", is_used=True) for claim in self._new]
        deadline = likeliest(self._new, "deadline_on")
        if deadline is not None and deadline > self.first_on:
            self._set_deadline(deadline)
        specific = [claim for claim in self.said if claim["instrument"] != "other"]
        self.instrument = find_likely(specific, "instrument") or likeliest(self.said, "instrument")
        self.product = find_likely([claim for claim in self.said if claim["product"] != ""], "product") or self.product
        self.rate, self.amount = find_likely(self.said, "rate_pct"), find_likely(self.said, "amount_usd")
        self._new = []

    def record(self, on: date) -> None:
        """Add the state at the end of `on`, if it changed.

        The previous row of `states` then gets that day as `valid_to`, the first day on which it is no longer valid.
        """
        if (parts := self._list_parts()) != self._recorded:
            if self.states:
                self.states[-1]["valid_to"] = on
            self.states.append({"valid_from": on, "valid_to": None} | self._to_row())
            self._recorded = parts

    def _list_parts(self) -> tuple[object, ...]:
        """List all that a state shows; much faster than its row."""
        of_threat = (self.instrument, self.product, self.rate, self.amount, self.deadline_on, self.first_deadline_on)
        return len(self.said), self.postponed_count, self.imposed_on, *of_threat, *self.outcome.list_parts()

    def _to_row(self) -> dict[str, Any]:
        """Return the current state as a row of `threat_states`.

        `record` adds its first day (`valid_from`) and the first day on which it is no longer valid (`valid_to`).
        """
        said = sort_claims(self.said, rate_pct=self.rate, product=self.product or None, instrument=self.instrument)
        by_day: dict[date, list[Claim]] = {}
        for claim in self.said:
            by_day.setdefault(claim["told_on"], []).append(claim)
        shown = self.outcome
        has_days = shown.on is not None and shown.basis != "elapsed"
        return {
            "threat_id": self.threat_id,
            "actor": self.said[0]["actor"],
            "target": self.target,
            "scope": self.scope,
            "instrument": self.instrument,
            "product": self.product,
            "threat_form": self.form,
            "rate_pct": self.rate,
            "amount_usd": self.amount,
            "is_conditional": self.is_conditional,
            "first_on": self.first_on,
            "first_deadline_on": self.first_deadline_on,
            "deadline_on": self.deadline_on,
            "postponed_count": self.postponed_count,
            "last_on": self.last_on,
            "said_days": len(by_day),
            "signal_count": len(self.said),
            "story_count": len({claim["story_id"] for claim in self.said}),
            "source_count": len({claim["source"] for claim in self.said}),
            "signal_ids": join_ids(said),
            "probability": max(chance(claims) for claims in by_day.values()),
            "tier": said[0]["tier"],
            "threat_outcome": shown.word,
            "outcome_on": shown.on,
            "outcome_known_on": shown.known_on,
            "outcome_basis": shown.basis,
            "imposed_on": self.imposed_on,
            "outcome_rate_pct": shown.rate,
            "outcome_amount_usd": shown.amount,
            "days_to_outcome": (shown.on - self.first_on).days if has_days and shown.on else None,
            "outcome_act_id": shown.act.act_id if shown.act else None,
            "outcome_signal_ids": join_ids(shown.claims) if shown.claims else None,
            "outcome_probability": chance(shown.claims) if shown.claims else None,
            "outcome_tier": shown.claims[0]["tier"] if shown.claims else None,
        }
