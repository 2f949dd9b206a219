"""Merges trade figures from files and stored responses, and tariffs from files.

The formats are read in `csv_files.py`, `tariffs.py`, `census.py` and `comtrade.py`. `sql/trade/flow_revisions.sql` chooses between sources
of a figure; two files with the same tariff are an error.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from pipeline.contracts.tables.raw import RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import CENSUS, COMTRADE, UPSTREAMS
from pipeline.settings.sources import Sources
from pipeline.sources.customs import census, comtrade
from pipeline.sources.customs.csv_files import TARIFFS_FILE, read_flows, read_tariffs
from pipeline.sources.customs.requesting import SETTLED
from pipeline.sources.customs.tariffs import read_lists
from pipeline.sources.customs.trade_figures import REJECTED, Figures, reject_rows
from pipeline.sources.errors import SourceError
from pipeline.sources.payloads import Payload

#: By upstream, the function that reads figures from a response. It also gets the upstream's settings, and the day of the previous response
#: (`absent_on`).
READERS: Mapping[str, Callable[[Payload, Any, str | None], Figures]] = {
    CENSUS.name: census.read_figures,
    COMTRADE.name: comtrade.read_figures,
}

_FIGURE = ("reporter", "partner", "flow", "product", "reference_month", "origin")
_AMOUNTS = ("value_usd", "duties_usd", "consumption_usd")


class ResponseArchive(Protocol):
    """Where responses are stored, e.g. an `Archive`."""

    def payloads(self, source: str) -> Iterator[Payload]:
        """Yield the responses of a source in order of arrival.

        One that equals the previous response to the same item (what a request fetches) is skipped.
        """
        ...

    def journal(self, source: str) -> pl.DataFrame:
        """Return the recorded requests to a source, as `FETCHES`."""
        ...


def merge_trade_flows(folder: Path, archive: ResponseArchive, settings: Sources) -> Figures:
    """Merge monthly flows of `flows.csv` and of all stored responses.

    `rows` of the result is of `RAW_TRADE_FLOWS`. All rows of `flows.csv` are included. Responses, also of upstreams that are switched off,
    give one row for each change of a figure's value (`select_versions`); a figure is what one source says of a flow and month. Responses
    and rows that cannot be read are listed in `rejected` until a later response replaces them, and the others are still read.
    `SourceError` if `flows.csv` is missing or invalid.
    """
    results = [figures for source in READERS for figures in _read_responses(archive, source, settings)]
    rows = pl.concat([RAW_TRADE_FLOWS.empty(), *(figures.rows for figures in results)])
    rejected = pl.concat([REJECTED.to_frame(), *(figures.rejected for figures in results)])
    return Figures(
        RAW_TRADE_FLOWS.conform(pl.concat([read_flows(folder), select_versions(rows)])),
        rejected,
        sum(figures.used_count for figures in results),
    )


def select_versions(rows: pl.DataFrame) -> pl.DataFrame:
    """Select one row for each change of a figure's value.

    `rows`: the figures of all responses in order of arrival. Of several rows of a figure (equal `_FIGURE`) on one day only the last counts.
    It is selected if it is the figure's first, or any amount differs from that of the figure's previous day with a row. So a return to an
    old value is a change too. Only the first row of a figure has `absent_on`: the day of the last response without the figure, when it was
    not public yet (null if there was none).
    """
    last_of_day = (
        rows.with_columns(pl.col("absent_on").first().over(_FIGURE))
        .unique([*_FIGURE, "seen_on"], keep="last", maintain_order=True)
        .sort(*_FIGURE, "seen_on")
        .with_columns(is_first=pl.int_range(pl.len()).over(_FIGURE).eq(0))
    )
    is_changed = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in _AMOUNTS)
    versions = last_of_day.filter(pl.col("is_first") | is_changed)
    return versions.with_columns(absent_on=pl.when("is_first").then("absent_on")).drop("is_first")


def merge_tariffs(folder: Path) -> pl.DataFrame:
    """Merge `tariffs.csv` and the means of tariff lists.

    Lists are files such as `hs6_USA_CHN.csv`. The result is of `RAW_TARIFFS`. `SourceError` if a file cannot be read, or if `tariffs.csv`
    and a list both give a rate (even an equal one) for the same importer, exporter, day and measure.
    """
    averages, means = read_tariffs(folder), read_lists(folder)
    both = averages.join(means, on=RAW_TARIFFS.key, how="semi")
    if not both.is_empty():
        first = both.row(0, named=True)
        raise SourceError(
            f"{folder}: {TARIFFS_FILE} and hs6_{first['importer']}_{first['exporter']}.csv both have {first['measure']} for "
            f"{first['effective_date']} (days in both: {both.height}). Remove these rows from one of the two files"
        )
    return RAW_TARIFFS.conform(pl.concat([averages, means]))


def _read_responses(archive: ResponseArchive, source: str, settings: Sources) -> Iterator[Figures]:
    """Yield the figures of each stored response, in order of arrival.

    A figure that is new in a response was not public yet when the previous readable response to the same request came (`_absent_on`).
    """
    requests = _requests_by_item(archive.journal(source))
    readable: set[str] = set()
    for payload in archive.payloads(source):
        figures = _read_response(payload, _absent_on(payload, requests.get(payload.item, ()), readable), settings)
        if figures.is_read:
            readable.add(payload.sha256)
        # Else one web page instead of a table would be a warning of every run, for ever.
        yield replace(figures, rejected=figures.rejected.clear()) if _is_replaced(payload, requests) else figures


def _is_replaced(payload: Payload, requests: Mapping[str, Sequence[tuple[datetime, str | None]]]) -> bool:
    """Return whether a later request gave another readable response.

    It is a request for the same figures, also one after the year was settled. An answer without data counts. `requests`: see
    `_requests_by_item`.
    """
    same = [*requests.get(payload.item, ()), *requests.get(payload.item + SETTLED, ())]
    later = [sha256 for at, sha256 in same if at > payload.fetched_at]
    return bool(later) and later[-1] != payload.sha256


def _requests_by_item(journal: pl.DataFrame) -> Mapping[str, Sequence[tuple[datetime, str | None]]]:
    """Return time of request and hash of response, by requested item.

    The oldest request comes first. The hash is None if the upstream said that it has no data. Failed and refused requests are left out. An
    item is what a request fetches, e.g. `imports CHN 2024 all`.
    """
    requests: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
    completed = journal.filter(pl.col("outcome").is_in(["stored", "unchanged", "missing"])).sort("asked_at")
    for item, at, sha256 in completed.select("item", "asked_at", "sha256").iter_rows():
        requests[item].append((at, sha256))
    return requests


def _absent_on(payload: Payload, requests: Sequence[tuple[datetime, str | None]], readable: Collection[str]) -> str | None:
    """Return the day of the previous readable response to the same request.

    New figures of this response were absent on that day; None if there is none. `requests`: time and hash of the requests for the payload's
    item, the oldest first; `readable`: hashes of readable responses. An answer without data (hash None) proves absence too; an unreadable
    one does not and is skipped.
    """
    earlier = [(at, sha256) for at, sha256 in requests if at <= payload.fetched_at][:-1]  # without the request of the payload itself
    days = [at.date() for at, sha256 in earlier if sha256 is None or sha256 in readable]
    return days[-1].isoformat() if days else None


def _read_response(payload: Payload, absent_on: str | None, settings: Sources) -> Figures:
    """Read the figures of a response.

    A response that is unreadable has no figures and one rejected row, for the whole response.
    """
    try:
        return READERS[payload.source](payload, settings.get_group(UPSTREAMS[payload.source]), absent_on)
    except SourceError as error:
        return Figures(RAW_TRADE_FLOWS.empty(), reject_rows(payload, [(None, str(error))]), 0, is_read=False)
