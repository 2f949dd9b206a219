"""Limit the requests and tokens that a process may use."""

import threading
from dataclasses import dataclass

from pipeline.errors import TensionError


class BudgetSpentError(TensionError):
    """The budget does not allow the next request."""


@dataclass(frozen=True)
class Usage:
    """Requests and tokens used.

    A pending request counts in `requests`; its tokens count once it is settled.
    """

    requests: int
    tokens: int


class Budget:
    """A limit of requests and tokens, shared by threads.

    Each request first reserves its maximum number of tokens (`reserve`), and afterwards reports how many it used (`settle`).
    """

    def __init__(self, requests: int, tokens: int) -> None:
        self.requests = requests
        self.tokens = tokens
        self._sent = 0
        self._used = 0
        self._reserved = 0
        self._changed = threading.Condition()

    @property
    def usage(self) -> Usage:
        """Usage so far."""
        with self._changed:
            return Usage(self._sent, self._used)

    def reserve(self, tokens: int) -> None:
        """Reserve one request and its maximum number of tokens.

        If there are not enough tokens, waits until pending requests have released enough or none is pending, so that the result does not
        depend on concurrency. Raises `BudgetSpentError` if no request is left, or if there are still too few tokens.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._reserved or self._used + self._reserved + tokens <= self.tokens)
            if self._sent >= self.requests:
                raise BudgetSpentError(f"the budget of {self.requests:,} requests is spent")
            if self._used + self._reserved + tokens > self.tokens:
                raise BudgetSpentError(
                    f"of the budget of {self.tokens:,} tokens {self._used:,} are spent, and the next request may need {tokens:,}"
                )
            self._sent += 1
            self._reserved += tokens

    def settle(self, reserved: int, used: int) -> None:
        """Release a reservation and record the tokens that were used."""
        with self._changed:
            self._reserved -= reserved
            self._used += used
            self._changed.notify_all()
