"""Reads monthly trade by HS code from the US Census Bureau.

Sums over HS codes are in `trade_figures.py`; which value of a month is used is decided in `sql/trade`.
"""

# The response repeats every query parameter as a column, so column names may repeat. Values are US dollars, not seasonally adjusted:
# general imports (`GEN_VAL_MO`), imports for consumption (`CON_VAL_MO`), their dutiable part (`DUT_VAL_MO`) and the calculated duties
# (`CAL_DUT_MO`); exports (`ALL_VAL_MO`) include foreign goods. For months that are not released the API returns status 204 and an empty
# body. Without a valid key it returns a web page.

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from pipeline.contracts.customs import CENSUS_PARTNERS
from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import CENSUS, CensusSettings
from pipeline.sources.customs import requesting, trade_figures
from pipeline.sources.customs.requesting import Year
from pipeline.sources.customs.trade_figures import Figures, RowError, TradeRow
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import FetchResult, Payload, Request

SOURCE = CENSUS.name
PUBLISHER = "US Census Bureau, international trade interface"
REPORTER = "USA"

_TOTAL = "-"
_COMMODITY = {"imports": "I_COMMODITY", "exports": "E_COMMODITY"}
_VARIABLES = {"imports": ("GEN_VAL_MO", "CON_VAL_MO", "DUT_VAL_MO", "CAL_DUT_MO"), "exports": ("ALL_VAL_MO",)}
_NOT_RELEASED = "{}: no figures. These months have not been released yet"
_ON_WEB_PAGE = f"The key is probably missing or wrong: set {CENSUS.key_variable} (get a key at https://api.census.gov/data/key_signup.html)"


def fetch(client: Client, settings: CensusSettings, window: Days) -> Iterator[FetchResult]:
    """Fetch US trade of the window's years and the three before.

    Sends one request per year, partner, direction and product. The current year and the last are fetched at every call. Earlier years are
    fetched once a month until September of the third year after (each June revises the three years before), and then once more. Yields the
    result of each request: `missing` if the response has no rows, because the months are not released; `failed` if it is not a table, e.g.
    a web page.
    """
    for request in build_requests(settings, window, client):
        yield requesting.fetch_table(client, request, parse, when_empty=_NOT_RELEASED.format(request.item))


def build_requests(settings: CensusSettings, window: Days, client: Client) -> Iterator[Request]:
    """Yield the requests of `fetch`, the oldest year first.

    `client` provides the time and the stored responses, which decide whether a request is final.
    """
    for year in requesting.iter_years(window, client.now().date()):
        for partner in settings.partners:
            for direction in _COMMODITY:
                for codes in trade_figures.codes_by_product(settings.products).values():
                    yield requesting.mark_recent_as_final(client, _build_request(settings, year, partner, direction, codes), year)


def _build_request(settings: CensusSettings, year: Year, partner: str, direction: str, codes: tuple[str, ...]) -> Request:
    """Build the request of a year, partner, direction and product.

    `direction`: `imports` or `exports`; `codes`: HS codes of the product, none for all goods.
    """
    commodity = _COMMODITY[direction]
    return Request(
        source=SOURCE,
        item=requesting.item_name(f"{direction} {partner}", year, codes),
        url=f"{settings.base_url.rstrip('/')}/{direction}/hs",
        day=year.months[0],
        query=(
            ("get", ",".join((*_VARIABLES[direction], "COMM_LVL"))),
            ("CTY_CODE", CENSUS_PARTNERS[partner]),
            # One parameter per code: the API returns nothing for a comma-separated list.
            *((commodity, code) for code in codes or (_TOTAL,)),
            ("time", f"from {year.months[0]:%Y-%m} to {year.months[-1]:%Y-%m}"),
        ),
        secrets={"key": settings.key} if settings.key else {},
        is_final=year.is_settled,
        accept="application/json",
    )


def parse(payload: Payload) -> pl.DataFrame:
    """Parse a response of the API into a table of text cells.

    Columns have the names in its first row, plus `unreadable`: why a row is malformed (it is no list, or has another number of cells than
    there are names). Repeated names get a suffix such as ` (2)`. A truncated response gives its complete rows and a last row with the
    reason; an empty response gives no rows. `SourceError` if there is no table.
    """
    place, text = trade_figures.describe(payload), trade_figures.decode(payload, _ON_WEB_PAGE)
    if not text:
        return trade_figures.build_table((), (), ())
    rows, truncation = _parse_outer_list(text, place)
    if not rows or not isinstance(rows[0], list) or not rows[0]:
        raise SourceError(
            f"{place}: the response is not a table: its first row has no column names. It begins with {text[:60]!r}. Fetch it again"
        )
    trade_figures.check_width((len(row) for row in rows if isinstance(row, list)), place)
    names = [trade_figures.to_text(name) or "" for name in rows[0]]
    cells: list[list[str | None]] = []
    reasons: list[str | None] = []
    for row in rows[1:]:
        is_list = isinstance(row, list)
        cells.append([trade_figures.to_text(value) for value in row] if is_list else [trade_figures.to_text(row)])
        reasons.append(_describe_width(row, len(names)) if is_list else "the row is not a list")
    if truncation:
        cells.append([])
        reasons.append(truncation)
    return trade_figures.build_table(names, cells, reasons)


def read_figures(payload: Payload, settings: CensusSettings, absent_on: str | None = None) -> Figures:
    """Read the monthly figures of a response, and its rejected rows.

    A figure (`RAW_TRADE_FLOWS`) is of all goods, or the sum over a product's HS codes. Rejected are rows that are invalid, repeated or not
    requested; `SourceError` if the whole response cannot be read. `absent_on`: day of the previous readable response to the same request,
    if any, copied to all figures; those that are new in this response were not public then.
    """
    return trade_figures.build_figures(
        payload, parse(payload), _parse_row, settings.products, origin=SOURCE, publisher=PUBLISHER, absent_on=absent_on
    )


def newest_day(payload: Payload) -> date | None:
    """Return the last day of the response's newest month, if any.

    `SourceError` if it cannot be read.
    """
    return trade_figures.newest_day_in(parse(payload), "time")


def _parse_row(cells: Mapping[str, str | None]) -> TradeRow:
    """Parse a row; `RowError` if a cell is missing or invalid.

    Duties (`CAL_DUT_MO`) and imports for consumption (`CON_VAL_MO`) may be null or missing; they are then None, as they are for exports.
    """
    flow = next((one for one, name in _COMMODITY.items() if name in cells), None)
    if flow is None:
        raise RowError("the response has no column of HS codes")
    partner = trade_figures.find_country(CENSUS_PARTNERS, cells.get("CTY_CODE"), "the partner's code")
    month, code = trade_figures.parse_month(cells.get("time")), cells[_COMMODITY[flow]]
    if not code:
        raise RowError("the HS code is empty")
    value = trade_figures.parse_usd(cells.get(_VARIABLES[flow][0]), _VARIABLES[flow][0])
    duties, consumption = (
        trade_figures.parse_usd(cells[name], name) if cells.get(name) is not None and flow == "imports" else None
        for name in ("CAL_DUT_MO", "CON_VAL_MO")
    )
    return TradeRow(REPORTER, partner, flow, month, trade_figures.ALL_GOODS if code == _TOTAL else code, value, duties, consumption)


def _parse_outer_list(text: str, place: str) -> tuple[list[Any], str]:
    """Parse JSON text that is a list into its items, the rows.

    Also returns a message on where the text is truncated or damaged ("" if it is valid JSON); the rows are then those before that point.
    `SourceError` if it does not begin as a list, or lists are nested too deeply. `place` names the response in the error message.
    """
    try:
        rows = trade_figures.DECODER.decode(text)
        if not isinstance(rows, list):
            raise SourceError(f"{place}: the response is not a list of rows. It begins with {text[:60]!r}. Fetch it again")
        return rows, ""
    except RecursionError as error:
        raise SourceError(f"{place}: the lists are nested too deeply; this is not a table") from error
    except json.JSONDecodeError as error:
        if not text.startswith("["):
            raise SourceError(f"{place}: the response is not JSON ({error}). It begins with {text[:60]!r}. Fetch it again") from error
        return _parse_complete_rows(text)


def _parse_complete_rows(text: str) -> tuple[list[Any], str]:
    """Parse a truncated list of rows up to its last complete row.

    Parsing ends at the first item that is incomplete, damaged or not a list. Also returns a message with the number of rows before that
    item; the first row, which has the column names, is not counted.
    """
    rows: list[Any] = []
    position = 1  # after the opening bracket
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        try:
            row, position = trade_figures.DECODER.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError):
            rest = text[position : position + 40]
            return rows, f"the response is truncated after {max(len(rows) - 1, 0)} complete rows, at character {position}: {rest!r}"
        if not isinstance(row, list):  # a number or word may itself be truncated
            return rows, f"the response is damaged after {max(len(rows) - 1, 0)} complete rows, at character {position}"
        rows.append(row)


def _describe_width(row: list[Any], width: int) -> str | None:
    return None if len(row) == width else f"the row has {len(row)} cells, not {width}"
