"""The upstreams by name: how each is asked, and how new what it answered is.

Belongs here: one line for each. Does not: how an answer is read (the upstream's module), or what an upstream is (`pipeline/contracts`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.contracts.days import Days
from pipeline.contracts.sources import SOURCES
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
class Upstream:
    """How one upstream is asked over a window of days, and the newest day that an answer tells of (None: of none).

    A day after that of the answer itself is no day: feeds announce what is to come. `is_by_day`: an answer is about one day, so
    that days can be fetched again; the others give what they hold now, or months.
    """

    name: str
    fetch: Callable[[Client, Settings, Days], Iterator[Fetched]]
    newest: Callable[[Payload], date | None]
    is_by_day: bool


UPSTREAMS = {
    upstream.name: upstream
    for upstream in (
        Upstream("rss", lambda client, given, window: rss.fetch(client, given.sources.rss, window), rss.newest, is_by_day=False),
        Upstream("gdelt", lambda client, given, window: gdelt.fetch(client, given.sources.gdelt, window), record.newest, is_by_day=True),
        Upstream(
            "federal_register",
            lambda client, given, window: federal_register.fetch(client, given.sources.federal_register, window),
            federal_register.newest,
            is_by_day=True,
        ),
        Upstream(
            "census",
            lambda client, given, window: census.fetch(client, given.sources.census, given.census_key, window),
            census.newest,
            is_by_day=False,
        ),
        Upstream(
            "comtrade",
            lambda client, given, window: comtrade.fetch(client, given.sources.comtrade, given.comtrade_key, window),
            comtrade.newest,
            is_by_day=False,
        ),
    )
}


def newest_day(upstream: Upstream, archive: Archive, until: date) -> date | None:
    """The newest day, up to `until`, that the answers of an upstream tell of; None when there are none."""
    days = _days_told(upstream, archive, until) if upstream.is_by_day else _days_of(upstream, archive.newest_payloads(upstream.name))
    return max((day for day in days if day <= until), default=None)


def _days_told(upstream: Upstream, archive: Archive, until: date) -> Iterator[date]:
    """The newest day that has data, looked for as far back as would be called late several times over.

    One answer that tells of its day is enough: a day of GDELT has 192, too many to unpack for a date.
    """
    reach = _TIMES_LATE * (SOURCES[upstream.name].late_after_days or 0)
    for back in range(reach + 1):
        day = until - timedelta(days=back)
        for told in _days_of(upstream, archive.payloads(upstream.name, Days(day, day))):
            yield told
            return


def _days_of(upstream: Upstream, answers: Iterable[Payload]) -> Iterator[date]:
    return (day for payload in answers if (day := _newest(upstream, payload)) is not None)


def _newest(upstream: Upstream, payload: Payload) -> date | None:
    try:
        return upstream.newest(payload)
    except SourceError:
        return None  # that an answer cannot be read is told where it is parsed
