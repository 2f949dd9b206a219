"""What became of one threat so far, and what shows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.index.threats.acts import ActEvent
from pipeline.index.threats.claims import Claim

OPEN = ("pending", "postponed")
IMPOSED = ("carried_out", "softened")
DONE = (*IMPOSED, "followed")  # outcomes that are a measure, with its rate and amount
#: Of two outcomes of one day with the same chance, the one that comes first here wins.
ORDER = ("struck_down", "withdrawn", "postponed", "softened", "carried_out", "followed")
MAX_SIGNALS = 20  # ids of signals listed in one column


@dataclass
class Outcome:
    """What became of a threat so far, with its evidence.

    `word`: of THREAT_OUTCOME; while `pending`, the days are None. Any other word is shown by `claims` of articles, by an official `act`, or
    by neither: then only time passed. `on`: day of the earliest article, of the act, that an order named, or on which the time was over;
    `known_on`: day on which the last of the articles was first seen, or on which an order counts as carried out, else `on`.
    """

    word: str = "pending"
    on: date | None = None
    known_on: date | None = None
    claims: list[Claim] = field(default_factory=list)
    act: ActEvent | None = None
    rate: float | None = None  # of what was imposed, also if struck down later
    amount: float | None = None  # of trade, in US dollars

    @property
    def basis(self) -> str | None:
        """What shows the outcome, of THREAT_BASIS; None while pending.

        Claims that are older than the outcome did not report it: they are an order for that day (`ordered`).
        """
        if self.word == "pending" or self.on is None:
            return None
        if self.act or not self.claims:
            return "official" if self.act else "elapsed"
        return "ordered" if all(claim["told_on"] < self.on for claim in self.claims) else "reported"

    def list_parts(self) -> tuple[object, ...]:
        """List all fields, with ids of claims and act."""
        act_id = self.act.act_id if self.act else None
        return self.word, self.on, self.known_on, join_ids(self.claims), act_id, self.rate, self.amount


def join_ids(claims: Iterable[Claim]) -> str:
    """Join the ids of the first `MAX_SIGNALS` claims with commas."""
    return ", ".join([claim["claim_id"] for claim in claims][:MAX_SIGNALS])


def to_evidence(claim: Claim, role: str, *, is_used: bool) -> dict[str, Any]:
    """Return a claim as a row of `threat_evidence`.

    `role`: the outcome that the claim shows; `said` if it states the threat, `echo` if it recalls the outcome. `is_used`: whether the
    threat or its outcome depends on the claim.
    """
    columns = {name: claim[name] for name in ("told_on", "known_on", "rate_pct", "probability")}
    return columns | {"evidence_id": claim["claim_id"], "threat_role": role, "is_used": is_used}
