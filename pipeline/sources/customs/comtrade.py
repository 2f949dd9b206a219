"""Reads monthly trade by HS code from UN Comtrade.

Responses are JSON of the API or CSV of the website, for any reporter and partner. Sums over HS codes are in `trade_figures.py`; which value
of a month is used is decided in `sql/trade`.
"""

# Values are US dollars as reported (`primaryValue`): exports free on board, imports mostly with freight and insurance. Requested are totals
# over second partners, customs procedures and modes of transport. A free key allows 500 requests a day and 250,000 rows per response; one
# request is one reporter, partner, product and year, which is far below the second limit.

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from pipeline.contracts.customs import COMTRADE_AREAS
from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import COMTRADE, ComtradeSettings
from pipeline.sources.customs import requesting, trade_figures
from pipeline.sources.customs.requesting import Year
from pipeline.sources.customs.trade_figures import Figures, RowError, TradeRow
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult, Payload, Request

SOURCE = COMTRADE.name
PUBLISHER = "UN Comtrade"
MAX_ROWS = 250_000

_TOTAL = "TOTAL"
_FLOWS = {"M": "imports", "X": "exports"}
#: Columns that break a figure down, with the value that means the total.
_TOTALS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}


def fetch(client: Client, settings: ComtradeSettings, window: Days) -> Iterator[FetchResult]:
    """Fetch trade of pairs in the window's years and the three before.

    Sends one request per year, pair (reporter and partner) and product. Reporters revise without notice: the current year and the last are
    fetched at every call, earlier years once a month until September of the third year after, and then once more. Yields the result of each
    request: `failed` if `parse` cannot read the response, e.g. an error reported by the API. A table without rows is no failure.
    """
    # A settled year may be empty: some pairs do not trade a product.
    return (requesting.fetch_table(client, request, parse) for request in build_requests(settings, window, client))


def build_requests(settings: ComtradeSettings, window: Days, client: Client) -> Iterator[Request]:
    """Yield the requests of `fetch`, the oldest year first.

    `client` provides the time and the stored responses, which decide whether a request is final.
    """
    for year in requesting.iter_years(window, client.now().date()):
        for pair in settings.pairs:
            for codes in trade_figures.codes_by_product(settings.products).values():
                yield requesting.mark_recent_as_final(client, _build_request(settings, year, pair, codes), year)


def _build_request(settings: ComtradeSettings, year: Year, pair: str, codes: tuple[str, ...]) -> Request:
    """Build the request of a year, pair and product.

    `pair`: reporter and partner, e.g. `CHN-USA`; `codes`: HS codes of the product, none for all goods.
    """
    reporter, partner = pair.split("-")
    return Request(
        source=SOURCE,
        item=requesting.item_name(pair, year, codes),
        url=f"{settings.base_url.rstrip('/')}/C/M/HS",
        day=year.months[0],
        query=(
            ("reporterCode", COMTRADE_AREAS[reporter]),
            ("partnerCode", COMTRADE_AREAS[partner]),
            ("period", ",".join(f"{month:%Y%m}" for month in year.months)),
            ("flowCode", ",".join(_FLOWS)),
            ("cmdCode", ",".join(codes) or _TOTAL),
            *_TOTALS.items(),
            ("maxRecords", str(MAX_ROWS)),
            ("format", "JSON"),
            ("includeDesc", "true"),
        ),
        secrets={"subscription-key": settings.key} if settings.key else {},
        is_final=year.is_settled,
        accept="application/json",
    )


def parse(payload: Payload) -> pl.DataFrame:
    """Parse a response of API or website into text cells.

    Columns have the source's names, plus `unreadable`: why a row is malformed. JSON columns are in order of first appearance; cells that a
    row lacks are null. CSV cells after the last name (each line of the site's files ends with a comma) are in a column that is named by its
    position, such as `unnamed (48)`. `SourceError` if there is no table, the API reports an error, or rows are missing (in JSON its `count`
    shows this; in CSV it cannot be recognized).
    """
    place = trade_figures.describe(payload)
    text = trade_figures.decode(payload, "Check the address in sources.comtrade.base_url")
    return _parse_json(text, place) if text.startswith(("{", "[")) else _parse_csv(text, place)


def read_figures(payload: Payload, settings: ComtradeSettings, absent_on: str | None = None) -> Figures:
    """Read the monthly figures of a response, and its rejected rows.

    A figure (`RAW_TRADE_FLOWS`) is of all goods, or the sum over a product's HS codes. Rejected are rows that are invalid, only a part of
    the trade, repeated or not requested; `SourceError` if the whole response cannot be read. `absent_on`: day of the previous readable
    response to the same request, if any, copied to all figures; those that are new in this response were not public then.
    """
    return trade_figures.build_figures(
        payload, parse(payload), _parse_row, settings.products, origin=SOURCE, publisher=PUBLISHER, absent_on=absent_on
    )


def newest_day(payload: Payload) -> date | None:
    """Return the last day of the response's newest month, if any.

    `SourceError` if it cannot be read.
    """
    return trade_figures.newest_day_in(parse(payload), "period")


def _parse_row(cells: Mapping[str, str | None]) -> TradeRow:
    """Parse a row; `RowError` unless it is a monthly total of goods.

    Total means over second partners, customs procedures and modes of transport; an empty or absent cell of these counts as total.
    `RowError` also if another cell that is needed is empty or invalid.
    """
    if cells.get("freqCode") != "M":
        raise RowError(f"the figure is not monthly: its freqCode is {cells.get('freqCode')!r} (A: annual)")
    if cells.get("typeCode") != "C":
        raise RowError("the figure is not about goods")
    split = [name for name, total in _TOTALS.items() if (cells.get(name) or total).strip() != total]
    if split:
        raise RowError(f"the figure is only a part of the flow, split by {', '.join(split)}")
    flow = _FLOWS.get(cells.get("flowCode") or "")
    if flow is None:
        raise RowError(f"the flow {cells.get('flowCode')!r} is neither imports (M) nor exports (X)")
    code = cells.get("cmdCode")
    if not code:
        raise RowError("the HS code is empty")
    return TradeRow(
        trade_figures.find_country(COMTRADE_AREAS, cells.get("reporterCode"), "the reporter's code"),
        trade_figures.find_country(COMTRADE_AREAS, cells.get("partnerCode"), "the partner's code"),
        flow,
        trade_figures.parse_month(cells.get("period")),
        trade_figures.ALL_GOODS if code == _TOTAL else code,
        trade_figures.parse_usd(cells.get("primaryValue"), "primaryValue"),
    )


def _parse_json(text: str, place: str) -> pl.DataFrame:
    """Parse a JSON response of the API into text cells.

    A row that is not an object has a reason in `unreadable`. `SourceError` as for `parse`.
    """
    try:
        response = trade_figures.DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise SourceError(f"{place}: the response is not complete JSON ({error}). It may be truncated: fetch it again") from error
    rows = response.get("data") if isinstance(response, dict) else None
    if not isinstance(response, dict) or not isinstance(rows, list):
        raise SourceError(f"{place}: the response has no list `data`. It begins with {text[:60]!r}. Check sources.comtrade.base_url")
    if response.get("error"):
        raise SourceError(f"{place}: UN Comtrade reports an error: {str(response['error'])[:200]!r}. Try again later")
    _check_complete(response, rows, place)
    names = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    trade_figures.check_width([len(names)], place)
    cells = [[trade_figures.to_text(row.get(name)) for name in names] if isinstance(row, dict) else [] for row in rows]
    reasons = [None if isinstance(row, dict) else f"the row is not an object: {str(row)[:40]!r}" for row in rows]
    return trade_figures.build_table([trade_figures.to_text(name) or "" for name in names], cells, reasons)


def _check_complete(response: Mapping[str, Any], rows: list[Any], place: str) -> None:
    """Raise `SourceError` if a response may not have all rows.

    That is if their number is not the `count` of the response (if it has one), or is `MAX_ROWS` or more.
    """
    count = str(response.get("count", len(rows)))
    if count != str(len(rows)) or len(rows) >= MAX_ROWS:
        raise SourceError(
            f"{place}: the response has {len(rows)} rows and its count is {count}; a response holds at most {MAX_ROWS} rows. "
            f"Rows are missing: request fewer HS codes per product"
        )


def _parse_csv(text: str, place: str) -> pl.DataFrame:
    """Parse a CSV file of Comtrade's website into text cells.

    Empty lines are skipped. A row with fewer cells than the header has a reason in `unreadable`. `SourceError`, starting with `place`, if
    it is not valid CSV, has no column `period`, or has a row of more than `MAX_COLUMNS` cells.
    """
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise SourceError(f"{place}: the response is not valid CSV ({error}). It may be truncated: download it again") from error
    if not lines or "period" not in lines[0]:
        raise SourceError(f"{place}: the response is not a table of UN Comtrade: it has no column `period`. It begins with {text[:60]!r}")
    trade_figures.check_width(map(len, lines), place)
    names = lines[0]
    rows: list[list[str | None]] = [list(line) for line in lines[1:] if line]
    reasons = [f"the row has {len(row)} cells, not {len(names)}" if len(row) < len(names) else None for row in rows]
    return trade_figures.build_table(names, rows, reasons)
