"""UN Comtrade: monthly trade in goods of any reporter with any partner, by HS code.

Belongs here: what is asked, and how an answer is read: the interface's JSON (`data`, a list of objects), or the CSV that the site's own
download gives. Does not: the network (`http/client.py`), sums over codes (`flows.py`), or which value of a month is used (`sql/trade`).

Values are US dollars as reporters gave them, `primaryValue`: for exports free on board, for imports mostly with freight and insurance.
Asked for are the totals over second partners, customs procedures and modes of transport. A free key allows 500 requests a day of 250,000
rows; one request here is one reporter, partner, product and year, so that no answer comes near the second limit.
"""

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
from pipeline.sources.customs import flows
from pipeline.sources.customs.flows import Figures, RowError, Told, Year
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Payload, Request

SOURCE = COMTRADE.name
PUBLISHER = "UN Comtrade"
MOST_ROWS = 250_000

_TOTAL = "TOTAL"
_FLOWS = {"M": "imports", "X": "exports"}
#: Columns that break a figure down, with the value that stands for all of it.
_TOTALS = {"partner2Code": "0", "customsCode": "C00", "motCode": "0"}
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def fetch(client: Client, settings: ComtradeSettings, window: Days) -> Iterator[Fetched]:
    """Ask for the years of the window and the three before, for every pair, all goods and each product, a year at a time.

    Reporters revise without notice: a year is asked for again until it is more than three years old, this one and the last at every call,
    an earlier one once a month. What is no table, such as an error that the interface reports, comes out as `failed`.
    """
    # a settled year may hold nothing: no trade in that product is an answer
    return (flows.answered(client, request, parse, may_be_empty=True) for request in requests(settings, window, client))


def requests(settings: ComtradeSettings, window: Days, client: Client) -> Iterator[Request]:
    """What `fetch` asks for, in order."""
    for year in flows.years(window, client.now().date()):
        for pair in settings.pairs:
            for codes in flows.goods(settings.products).values():
                yield flows.politely(client, _request(settings, year, pair, codes), year)


def _request(settings: ComtradeSettings, year: Year, pair: str, codes: tuple[str, ...]) -> Request:
    reporter, partner = pair.split("-")
    return Request(
        source=SOURCE,
        item=flows.item(pair, year, codes),
        url=f"{settings.base_url.rstrip('/')}/C/M/HS",
        about=year.months[0],
        query=(
            ("reporterCode", COMTRADE_AREAS[reporter]),
            ("partnerCode", COMTRADE_AREAS[partner]),
            ("period", ",".join(f"{month:%Y%m}" for month in year.months)),
            ("flowCode", ",".join(_FLOWS)),
            ("cmdCode", ",".join(codes) or _TOTAL),
            *_TOTALS.items(),
            ("maxRecords", str(MOST_ROWS)),
            ("format", "JSON"),
            ("includeDesc", "true"),
        ),
        secrets={"subscription-key": settings.key} if settings.key else {},
        is_final=year.is_settled,
        accept="application/json",
    )


def parse(payload: Payload) -> pl.DataFrame:
    """Every cell of the answer as text, under the source's names, and `unreadable`: why a row is not what it should be.

    Columns of JSON stand in the order in which the rows first name them; a cell that a row lacks is empty. Cells of CSV beyond the named
    columns (each line of the site's files ends with a comma) stand under `unnamed (48)`. `SourceError` when there is no table, when the
    interface reports an error, or when it left rows out.
    """
    place = f"{payload.source}, {payload.item}, from {payload.url}"
    try:
        text = payload.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{place}: the answer is no text in UTF-8 ({error}). Ask again") from error
    if text.lstrip().startswith(("{", "[")):
        return _parse_json(text, place)
    if text.lstrip().startswith("<"):
        raise SourceError(f"{place}: the answer is a web page, not figures. Look at the address in sources.comtrade.base_url")
    return _parse_csv(text, place)


def figures(payload: Payload, settings: ComtradeSettings, absent_on: str | None = None) -> Figures:
    """The monthly figures of an answer, as `RAW_TRADE_FLOWS`, with the rows set aside. `SourceError` when it cannot be read.

    `absent_on`: day of the answer to the same question before this one.
    """
    return flows.figures(payload, parse(payload), _told, settings.products, origin=SOURCE, publisher=PUBLISHER, absent_on=absent_on)


def newest(payload: Payload) -> date | None:
    """The last day of the newest month of which the answer has figures; None without any. `SourceError` when it cannot be read."""
    return flows.newest(parse(payload), "period")


def _told(cells: Mapping[str, str | None]) -> Told:
    if cells.get("freqCode") != "M":
        raise RowError(f"the figure is not monthly but of freqCode {cells.get('freqCode')!r} (A: of a year)")
    if cells.get("typeCode") != "C":
        raise RowError("the figure is not one of goods")
    split = [name for name, total in _TOTALS.items() if (cells.get(name) or total).strip() != total]
    if split:
        raise RowError(f"the figure is a part of the flow, by {', '.join(split)}")
    flow = _FLOWS.get(cells.get("flowCode") or "")
    if flow is None:
        raise RowError(f"the flow {cells.get('flowCode')!r} is neither imports (M) nor exports (X)")
    code = cells.get("cmdCode")
    if not code:
        raise RowError("the HS code is empty")
    return Told(
        flows.known(COMTRADE_AREAS, cells.get("reporterCode"), "the reporter's code"),
        flows.known(COMTRADE_AREAS, cells.get("partnerCode"), "the partner's code"),
        flow,
        flows.month(cells.get("period")),
        flows.ALL_GOODS if code == _TOTAL else code,
        flows.usd(cells.get("primaryValue"), "primaryValue"),
    )


def _parse_json(text: str, place: str) -> pl.DataFrame:
    try:
        answer = _DECODER.decode(text.strip())
    except (json.JSONDecodeError, RecursionError) as error:
        raise SourceError(f"{place}: the answer is no whole JSON ({error}). It may have been cut: ask again") from error
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(rows, list):
        raise SourceError(f"{place}: the answer has no list `data`. It begins with {text[:60]!r}. Is the address in base_url right?")
    if answer.get("error"):
        raise SourceError(f"{place}: UN Comtrade reports an error: {str(answer['error'])[:200]!r}. Ask again later")
    _complete(answer, rows, place)
    names = list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))
    flows.require_narrow([len(names)], place)
    cells = [[flows.cell(row.get(name)) for name in names] if isinstance(row, dict) else [] for row in rows]
    reasons = [None if isinstance(row, dict) else f"the row is no object: {str(row)[:40]!r}" for row in rows]
    return flows.table(names, cells, reasons)


def _complete(answer: Mapping[str, Any], rows: list[Any], place: str) -> None:
    count = str(answer.get("count", len(rows)))
    if count != str(len(rows)) or len(rows) >= MOST_ROWS:
        raise SourceError(
            f"{place}: the answer has {len(rows)} rows and says that there are {count}; {MOST_ROWS} is the most that one answer holds. "
            f"Rows were left out: ask for fewer HS codes"
        )


def _parse_csv(text: str, place: str) -> pl.DataFrame:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise SourceError(f"{place}: the answer is no CSV ({error}). It may have been cut: get it again") from error
    if not lines or "period" not in lines[0]:
        raise SourceError(f"{place}: the answer is no table of UN Comtrade, it has no column `period`. It begins with {text[:60]!r}")
    flows.require_narrow(map(len, lines), place)
    names = lines[0]
    rows: list[list[str | None]] = [list(line) for line in lines[1:] if line]
    short = [f"the row has {len(row)} cells, not {len(names)}" if len(row) < len(names) else None for row in rows]
    return flows.table(names, rows, short)
