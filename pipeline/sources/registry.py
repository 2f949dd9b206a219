"""The registry of upstreams, with how each is fetched.

Upstreams are defined in `pipeline/contracts/upstreams.py`; their responses are parsed in their own modules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any, Generic

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import CENSUS, COMTRADE, FEDERAL_REGISTER, GDELT, RSS, G, Upstream
from pipeline.settings import Settings
from pipeline.sources import federal_register
from pipeline.sources.customs import census, comtrade
from pipeline.sources.errors import SourceError
from pipeline.sources.feeds import rss
from pipeline.sources.gdelt import fetch as gdelt
from pipeline.sources.gdelt import stored
from pipeline.sources.http.archive import Archive
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult, Payload

#: How far back the newest day is searched for, as a multiple of the age at which an upstream counts as late.
_TIMES_LATE = 10
#: How many earlier responses to an item are read if the newest is unreadable.
_MOST_EARLIER = 100


@dataclass(frozen=True)
class Fetcher(Generic[G]):
    """Fetches an upstream, and finds how new its data is.

    `fetch_days` requests a window of days. `newest_day_of` returns the newest day that a response is about, None if it is about none; it
    raises `SourceError` for an unreadable response.
    """

    upstream: Upstream[G]
    fetch_days: Callable[[Client, G, Days], Iterator[FetchResult]]
    newest_day_of: Callable[[Payload], date | None]

    def fetch(self, client: Client, settings: Settings, window: Days) -> Iterator[FetchResult]:
        """Request a window of days and yield the result of each request.

        Feeds are fetched as they are now, and trade figures for whole years, from three before the window. A request is sent only when the
        caller reads its result.
        """
        return self.fetch_days(client, settings.sources.get_group(self.upstream), window)

    def explain_unreadable(self, payload: Payload | None) -> str:
        """Say why a response cannot be read; empty if it can.

        Also empty for responses about one day, which are not looked at: GDELT has too many to unpack.
        """
        if payload is not None and not self.upstream.is_fetched_by_day:
            try:
                self.newest_day_of(payload)
            except SourceError as error:
                return str(error)
        return ""

    def find_newest_day(self, archive: Archive, until: date) -> date | None:
        """Find the newest day that the stored responses are about.

        An upstream that is fetched by day is searched backwards from `until`, at most `_TIMES_LATE` times `late_after_days` days, up to the
        first response that is readable and has a day: the others of its day are not read, because GDELT has 192 a day, too many to unpack
        for a date. Of other upstreams the newest response to each request is read; if it is unreadable or has no day, such as a web page
        for an hour, the one before, as far back and at most `_MOST_EARLIER` times. A newest day after `until`, as in a table of a whole
        year, counts as `until`. None if no day is found.
        """
        upstream, name = self.upstream, self.upstream.name
        since = until - timedelta(days=_TIMES_LATE * upstream.late_after_days)
        if not upstream.is_fetched_by_day:
            newest_of_items = (self._find_newest_day_of_item(archive, payload, since) for payload in archive.newest_payloads(name))
            return max((min(day, until) for day in newest_of_items if day), default=None)
        searched = (until - timedelta(days=back) for back in range((until - since).days + 1))
        newest_days = (newest for day in searched for newest in self._read_newest_days(archive.payloads(name, Days(day, day))))
        newest = next(newest_days, None)
        return newest and min(newest, until)

    def _find_newest_day_of_item(self, archive: Archive, newest: Payload, since: date) -> date | None:
        """Return the newest day of the last response that has one.

        `newest`: the newest response to the item; those before it are read in turn, back to `since`.
        """
        responses = chain([newest], islice(archive.earlier_payloads(newest, since), _MOST_EARLIER))
        return next(self._read_newest_days(responses), None)

    def _read_newest_days(self, payloads: Iterable[Payload]) -> Iterator[date]:
        """Yield each response's newest day, if it is readable and has one."""
        for payload in payloads:
            with suppress(SourceError):  # the parser reports an unreadable response
                if (day := self.newest_day_of(payload)) is not None:
                    yield day


FETCHERS: Mapping[str, Fetcher[Any]] = {
    fetcher.upstream.name: fetcher
    for fetcher in (
        Fetcher(RSS, rss.fetch, rss.newest_day),
        Fetcher(GDELT, gdelt.fetch, stored.newest_day),
        Fetcher(FEDERAL_REGISTER, federal_register.fetch, federal_register.newest_day),
        Fetcher(CENSUS, census.fetch, census.newest_day),
        Fetcher(COMTRADE, comtrade.fetch, comtrade.newest_day),
    )
}
