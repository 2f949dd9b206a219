"""Determines which years of trade statistics to request, and fetches tables.

The formats of the upstreams are in `census.py` and `comtrade.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from pipeline.contracts.days import Days
from pipeline.sources.customs.trade_figures import goods_label
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult, Outcome, Payload, Request

#: The trade expected in a month is the mean of the same month of this many years before (`sql/trade`), so these years are requested too.
EARLIER_YEARS = 3
#: The first year for which both offices have monthly figures by HS code.
FIRST_YEAR = 2010
#: Figures of the year before last and earlier change at most once a year, so they are requested only this often.
REFETCH_AFTER = timedelta(days=30)
#: Every June the three years before are revised, so a year is settled (no longer revised) from September of the third year after it.
_SETTLED_AFTER_YEARS, _SETTLED_MONTH = 3, 9
_MONTHS = 12
#: Ends the name of a request for a settled year (`item_name`).
SETTLED = " settled"


class Year(NamedTuple):
    """A calendar year, whose monthly figures are requested together.

    `last_month`: 12, or for the current year the current month. `is_settled`: no further revision is expected.
    """

    year: int
    last_month: int
    is_settled: bool

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month."""
        return tuple(date(self.year, month, 1) for month in range(1, self.last_month + 1))


def iter_years(window: Days, today: date) -> Iterator[Year]:
    """Yield the years of the window and the three before it.

    No year is before `FIRST_YEAR` or after today's. The current year ends with today's month; all others are whole, even if the window
    begins or ends within them, so that a month missing from a response was not published rather than not requested.
    """
    for year in range(max(window.first.year - EARLIER_YEARS, FIRST_YEAR), min(window.last, today).year + 1):
        is_settled = today >= date(year + _SETTLED_AFTER_YEARS, _SETTLED_MONTH, 1)
        yield Year(year, today.month if year == today.year else _MONTHS, is_settled)


def mark_recent_as_final(client: Client, request: Request, year: Year) -> Request:
    """Mark a request final (not sent again) if its response is recent.

    Recent means stored, or confirmed to be unchanged, less than `REFETCH_AFTER` ago. Requests for this year and the last are never marked.
    A request that is final already stays final. The result is a copy.
    """
    stored = client.archive.find_newest(request.source, request.item)
    is_recent = stored is not None and client.now() - (stored.confirmed_at or stored.fetched_at) < REFETCH_AFTER
    return replace(request, is_final=request.is_final or (is_recent and year.year < client.now().year - 1))


def fetch_table(client: Client, request: Request, parse: Callable[[Payload], pl.DataFrame], *, when_empty: str = "") -> FetchResult:
    """Fetch a table; the outcome is `failed` if `parse` cannot read it.

    With `when_empty`, the reason why a table has no rows, the outcome of such a table is `missing`; without it, a table may be empty. In
    both cases the result has no payload and is added to the journal, and the response stays in the archive. A stored response to a final
    request is fetched again if its outcome would be one of these. Other outcomes are those of `Client.fetch`.
    """

    def find_fault(payload: Payload) -> tuple[Outcome, str] | None:
        try:
            return ("missing", when_empty) if parse(payload).is_empty() and when_empty else None
        except SourceError as error:
            return "failed", str(error)

    fetched = client.fetch_valid(request, lambda payload: find_fault(payload) is None)
    fault = find_fault(fetched.payload) if fetched.payload else None
    if fetched.payload is None or fault is None:
        return fetched
    rejected = replace(fetched, outcome=fault[0], payload=None, detail=fault[1])
    client.archive.store(rejected, fetched.payload.url)
    return rejected


def item_name(what: str, year: Year, codes: Sequence[str]) -> str:
    """Name what a request fetches, e.g. `imports CHN 2024 all`.

    Responses are stored by this name. `what`: flow and partner, or reporter and partner; `codes`: HS codes of the goods; the name has their
    hash (none: `all`). Once the year `is_settled`, the name ends with `SETTLED`, so the figures are fetched once more and then never
    again.
    """
    return f"{what} {year.year} {goods_label(codes)}{SETTLED if year.is_settled else ''}"
