"""Delays between requests to one host.

Does not belong here: which requests are made or retried (`client.py`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

_LONGEST_BLOCK_SECONDS = 366 * 86_400.0  # a host may ask for any number, and dates end in the year 9999


class RateLimiter:
    """Delay requests, so that each host gets them at intervals.

    `seconds_between` is the shortest interval from the start of one request to a host to the start of the next; a host that asks for a
    longer wait is blocked until then (`block`). Names of hosts are compared as given, so they must be normalized. `now` is the clock,
    `sleep` waits seconds.
    """

    def __init__(self, seconds_between: float, now: Callable[[], datetime], sleep: Callable[[float], object]) -> None:
        self._seconds_between, self._now, self._sleep = seconds_between, now, sleep
        self._requested_at: dict[str, datetime] = {}
        self._blocked_until: dict[str, datetime] = {}

    def block(self, host: str, seconds: float) -> None:
        """Block the host for some seconds, e.g. those of its Retry-After header.

        They count from now, and are at most 366 days. A block that already ends later is not shortened.
        """
        until = self._now() + timedelta(seconds=min(seconds, _LONGEST_BLOCK_SECONDS))
        self._blocked_until[host] = max(until, self._blocked_until.get(host, until))

    def seconds_blocked(self, host: str) -> float:
        """Return for how many more seconds the host is blocked, or 0."""
        until = self._blocked_until.get(host)
        return 0.0 if until is None else max(0.0, (until - self._now()).total_seconds())

    def wait(self, host: str) -> None:
        """Sleep until a request to the host is allowed; record that time.

        Waits for the end of both the interval since the host's last request and a block, however late that is.
        """
        requested_at = self._requested_at.get(host)
        elapsed = self._seconds_between if requested_at is None else (self._now() - requested_at).total_seconds()
        # `elapsed` is negative if the clock was set back; that must not prolong the delay.
        delay = min(self._seconds_between, self._seconds_between - elapsed)
        pause = max(delay, self.seconds_blocked(host))
        if pause > 0:
            self._sleep(pause)
        self._requested_at[host] = self._now()
