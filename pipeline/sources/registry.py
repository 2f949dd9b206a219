"""How each upstream is fetched, and how new the newest of its answers is.

Belongs here: one line for each upstream. Does not: how an answer is read (the upstream's module), or what an upstream is
(`pipeline/contracts/upstreams.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import CENSUS, COMTRADE, FEDERAL_REGISTER, GDELT, RSS, G, Upstream
from pipeline.settings import Settings
from pipeline.sources import federal_register
from pipeline.sources.customs import census, comtrade
from pipeline.sources.errors import SourceError
from pipeline.sources.feeds import rss
from pipeline.sources.gdelt import fetch as gdelt
from pipeline.sources.gdelt import record
from pipeline.sources.http.archive import Archive
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Payload

_TIMES_LATE = 10


@dataclass(frozen=True)
class Fetcher(Generic[G]):
    """What fetches an upstream: `ask` requests a window of days, `newest_of` gives the newest day that an answer is about, if any.

    Days after `until` do not count: feeds announce what is to come.
    """

    upstream: Upstream[G]
    ask: Callable[[Client, G, Days], Iterator[Fetched]]
    newest_of: Callable[[Payload], date | None]

    def fetch(self, client: Client, settings: Settings, window: Days) -> Iterator[Fetched]:
        """Request a window of days, and yield what came of each request."""
        return self.ask(client, settings.sources.get_group(self.upstream), window)

    def newest_day(self, archive: Archive, until: date) -> date | None:
        """Find the newest day, up to `until`, that the stored answers are about; None when there are none."""
        is_fetched_by_day = self.upstream.is_fetched_by_day
        days = self._days_back(archive, until) if is_fetched_by_day else self._days_of(archive.newest_payloads(self.upstream.name))
        return max((day for day in days if day <= until), default=None)

    def _days_back(self, archive: Archive, until: date) -> Iterator[date]:
        """The newest day that has data, searched as far back as would be called late several times over.

        One answer that has a day is enough: a day of GDELT has 192 answers, too many to unpack for a date.
        """
        for back in range(_TIMES_LATE * self.upstream.late_after_days + 1):
            day = until - timedelta(days=back)
            for newest in self._days_of(archive.payloads(self.upstream.name, Days(day, day))):
                yield newest
                return

    def _days_of(self, answers: Iterable[Payload]) -> Iterator[date]:
        return (day for payload in answers if (day := self._day_of(payload)) is not None)

    def _day_of(self, payload: Payload) -> date | None:
        try:
            return self.newest_of(payload)
        except SourceError:
            return None  # an answer that cannot be read is reported where it is parsed


FETCHERS: Mapping[str, Fetcher[Any]] = {
    fetcher.upstream.name: fetcher
    for fetcher in (
        Fetcher(RSS, rss.fetch, rss.newest),
        Fetcher(GDELT, gdelt.fetch, record.newest),
        Fetcher(FEDERAL_REGISTER, federal_register.fetch, federal_register.newest),
        Fetcher(CENSUS, census.fetch, census.newest_day),
        Fetcher(COMTRADE, comtrade.fetch, comtrade.newest_day),
    )
}
