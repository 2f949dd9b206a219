"""What asking may cost: a purse of requests and tokens that several threads spend from and that is never overdrawn.

Belongs here: counting. Does not: sending anything (`client.py`).
"""

import threading
from dataclasses import dataclass

from pipeline.errors import TensionError


class SpentError(TensionError):
    """The purse does not hold what the next request may cost; the message says which limit was met."""


@dataclass(frozen=True)
class Spent:
    """Requests sent and tokens used."""

    requests: int
    tokens: int


class Budget:
    """A limit of requests and of tokens. Each request first sets aside the most that it may cost, then pays what it did cost."""

    def __init__(self, requests: int, tokens: int) -> None:
        self.requests = requests
        self.tokens = tokens
        self._sent = 0
        self._used = 0
        self._set_aside = 0
        self._changed = threading.Condition()

    @property
    def spent(self) -> Spent:
        """What was spent so far."""
        with self._changed:
            return Spent(self._sent, self._used)

    def set_aside(self, tokens: int) -> None:
        """Take one request and the tokens that it may cost out of the purse.

        Waits while requests under way may still give some back, so that how many run at once does not decide which are paid for.
        `SpentError` when there is not enough.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._set_aside or self._used + self._set_aside + tokens <= self.tokens)
            if self._sent >= self.requests:
                raise SpentError(f"the budget of {self.requests:,} requests is spent")
            if self._used + self._set_aside + tokens > self.tokens:
                raise SpentError(
                    f"of the budget of {self.tokens:,} tokens {self._used:,} are spent, and the next request may need {tokens:,}"
                )
            self._sent += 1
            self._set_aside += tokens

    def pay(self, set_aside: int, used: int) -> None:
        """Settle a request: what was set aside for it goes back, what it used is gone."""
        with self._changed:
            self._set_aside -= set_aside
            self._used += used
            self._changed.notify_all()
