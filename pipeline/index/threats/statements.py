"""The claims that state one threat, and what they say together.

Belongs here: days, form and wording of the claims. Does not: which claims belong together (`build.py`), the outcome (`threat.py`).
"""

from dataclasses import dataclass
from datetime import date

from pipeline.index.threats.claims import Claim, chance, find_likely, is_likely, threat_form
from pipeline.index.threats.own_words import own_words
from pipeline.index.threats.phrases import says_answer

_FIRMNESS = ("announcement", "proposal", "threat")  # forms of threat, the firmest first


@dataclass
class Statements:
    """The claims that state one threat.

    `said`: in the order of the days on which they became known.
    """

    said: list[Claim]

    @property
    def first_on(self) -> date:
        """Day of the earliest article that states the threat."""
        days: list[date] = [claim["told_on"] for claim in self.said]
        return min(days)

    @property
    def last_on(self) -> date:
        """Day of the latest article that states the threat."""
        days: list[date] = [claim["told_on"] for claim in self.said]
        return max(days)

    @property
    def answered_rate(self) -> float | None:
        """Rate of what the threat is to answer, or None."""
        rate: float | None = find_likely(self.said, "answered_pct")
        return rate

    @property
    def form(self) -> str:
        """Form of the threat: `announcement`, `proposal` or `threat` (`threat_form`).

        It is the first of these forms whose claims are likely (`is_likely`); if none has likely claims, it is the likeliest form. A claim
        of a measure that names no day counts as an announcement: it repeats a threat that has a deadline.
        """
        by_form = {form: [claim for claim in self.said if (threat_form(claim) or "announcement") == form] for form in _FIRMNESS}
        likely = (form for form, claims in by_form.items() if is_likely(claims))
        return next(likely, max(_FIRMNESS, key=lambda form: chance(by_form[form])))

    def is_answered(self, claim: Claim) -> bool:
        """Return whether a claim is on an answer that the threat announced.

        Both must have words for it (`says_answer`): "if they answer" is on an answer of the other side.
        """
        return says_answer(own_words(claim["quote"])) and any(says_answer(own_words(said["quote"])) for said in self.said)
