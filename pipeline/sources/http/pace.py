"""How fast a host may be asked: never more often than is polite, and not before the time that it named itself.

Belongs here: the times at which each host may be asked again. Does not: what is asked, or whether it is tried again (`client.py`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

_FOREVER_SECONDS = 366 * 86_400.0


class Pace:
    """Times of the hosts of one client. `now` is the clock, `sleep` waits seconds."""

    def __init__(self, seconds_between: float, now: Callable[[], datetime], sleep: Callable[[float], object]) -> None:
        self._between, self._now, self._sleep = seconds_between, now, sleep
        self._asked: dict[str, datetime] = {}
        self._held: dict[str, datetime] = {}

    def hold(self, host: str, seconds: float) -> None:
        """The host does not want to be asked for so long."""
        until = self._now() + timedelta(seconds=min(seconds, _FOREVER_SECONDS))
        self._held[host] = max(until, self._held.get(host, until))

    def held(self, host: str) -> float:
        """Seconds for which the host does not want to be asked; 0 when it may be."""
        until = self._held.get(host)
        return 0.0 if until is None else max(0.0, (until - self._now()).total_seconds())

    def wait(self, host: str) -> None:
        """Return when the host may be asked, which then counts as asked."""
        since = (self._now() - self._asked[host]).total_seconds() if host in self._asked else self._between
        # a clock that was set back must not make anybody wait longer
        polite = min(self._between, self._between - since)
        pause = max(polite, self.held(host))
        if pause > 0:
            self._sleep(pause)
        self._asked[host] = self._now()
