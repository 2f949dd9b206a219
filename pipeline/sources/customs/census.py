"""The US Census Bureau's interface for international trade: monthly imports and exports by partner and HS code, with calculated duties.

Belongs here: what is asked, and how an answer (a table as a list of lists, its first row the names) is read. Does not: the network
(`http/client.py`), sums over codes (`flows.py`), or which value of a month is used (`sql/trade`).

The answer repeats every predicate as a column, so that a name may stand twice. Values are US dollars, not seasonally adjusted: general
imports (`GEN_VAL_MO`), of them those for consumption (`CON_VAL_MO`) with the part that is dutiable (`DUT_VAL_MO`) and the duties
reckoned on it (`CAL_DUT_MO`); exports (`ALL_VAL_MO`), foreign goods included. A month without an answer has not been released: the
interface says so with status 204 and an empty body. It asks for a key; without one, or with a wrong one, it answers with a web page.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from pipeline.contracts.customs import CENSUS_PARTNERS
from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import CENSUS, CensusSettings
from pipeline.sources.customs import flows
from pipeline.sources.customs.flows import Figures, RowError, Told, Year
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Payload, Request

SOURCE = CENSUS.name
PUBLISHER = "US Census Bureau, international trade interface"
REPORTER = "USA"

_TOTAL = "-"
_COMMODITY = {"imports": "I_COMMODITY", "exports": "E_COMMODITY"}
_VARIABLES = {"imports": ("GEN_VAL_MO", "CON_VAL_MO", "DUT_VAL_MO", "CAL_DUT_MO"), "exports": ("ALL_VAL_MO",)}
_NOT_RELEASED = "{}: no figures. These months have not been released"
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def fetch(client: Client, settings: CensusSettings, window: Days) -> Iterator[Fetched]:
    """Ask for the years of the window and the three before, for every partner, all goods and each product, a year at a time.

    A year is asked for again until its last revision is over (the three years before are revised every June): this one and the last at
    every call, an earlier one once a month. What has not been released comes out as `missing`; a web page in place of figures as `failed`.
    """
    for request in requests(settings, window, client):
        fetched = flows.answered(client, request, parse, may_be_empty=False)
        has_no_rows = fetched.payload is not None and parse(fetched.payload).is_empty()
        yield flows.rejected(client, fetched, "missing", _NOT_RELEASED.format(request.item)) if has_no_rows else fetched


def requests(settings: CensusSettings, window: Days, client: Client) -> Iterator[Request]:
    """What `fetch` asks for, in order."""
    for year in flows.years(window, client.now().date()):
        for partner in settings.partners:
            for direction in _COMMODITY:
                for codes in flows.goods(settings.products).values():
                    yield flows.politely(client, _request(settings, year, partner, direction, codes), year)


def _request(settings: CensusSettings, year: Year, partner: str, direction: str, codes: tuple[str, ...]) -> Request:
    commodity = _COMMODITY[direction]
    return Request(
        source=SOURCE,
        item=flows.item(f"{direction} {partner}", year, codes),
        url=f"{settings.base_url.rstrip('/')}/{direction}/hs",
        about=year.months[0],
        query=(
            ("get", ",".join((*_VARIABLES[direction], "COMM_LVL"))),
            ("CTY_CODE", CENSUS_PARTNERS[partner]),
            # one parameter a code: the interface answers a list with commas by nothing
            *((commodity, code) for code in codes or (_TOTAL,)),
            ("time", f"from {year.months[0]:%Y-%m} to {year.months[-1]:%Y-%m}"),
        ),
        secrets={"key": settings.key} if settings.key else {},
        is_final=year.is_settled,
        accept="application/json",
    )


def parse(payload: Payload) -> pl.DataFrame:
    """Every cell of the answer as text, under the names of its first row, and `unreadable`: why a row is not what it should be.

    A name that stands twice is told apart by ` (2)`. An answer that breaks off gives every whole row, and a last one that says so. An empty
    one has no rows. `SourceError` when there is no table.
    """
    place = f"{payload.source}, {payload.item}, from {payload.url}"
    text = _text(payload, place)
    if not text:
        return flows.table((), (), ())
    rows, cut = _elements(text, place)
    if not rows or not isinstance(rows[0], list) or not rows[0]:
        raise SourceError(f"{place}: the answer is no table, it lacks a first row of names. It begins with {text[:60]!r}. Ask again")
    flows.require_narrow((len(row) for row in rows if isinstance(row, list)), place)
    names = [flows.cell(name) or "" for name in rows[0]]
    cells: list[list[str | None]] = []
    reasons: list[str | None] = []
    for row in rows[1:]:
        is_list = isinstance(row, list)
        cells.append([flows.cell(value) for value in row] if is_list else [flows.cell(row)])
        reasons.append(_reason(row, len(names)) if is_list else "the row is no list")
    if cut:
        cells.append([])
        reasons.append(cut)
    return flows.table(names, cells, reasons)


def figures(payload: Payload, settings: CensusSettings, absent_on: str | None = None) -> Figures:
    """The monthly figures of an answer, as `RAW_TRADE_FLOWS`, with the rows set aside. `SourceError` when it cannot be read.

    `absent_on`: day of the answer to the same question before this one.
    """
    return flows.figures(payload, parse(payload), _told, settings.products, origin=SOURCE, publisher=PUBLISHER, absent_on=absent_on)


def newest(payload: Payload) -> date | None:
    """The last day of the newest month of which the answer has figures; None without any. `SourceError` when it cannot be read."""
    return flows.newest(parse(payload), "time")


def _told(cells: Mapping[str, str | None]) -> Told:
    flow = next((one for one, name in _COMMODITY.items() if name in cells), None)
    if flow is None:
        raise RowError("the answer names no HS code")
    partner = flows.known(CENSUS_PARTNERS, cells.get("CTY_CODE"), "the partner's code")
    month, code = flows.month(cells.get("time")), cells[_COMMODITY[flow]]
    if not code:
        raise RowError("the HS code is empty")
    value = flows.usd(cells.get(_VARIABLES[flow][0]), _VARIABLES[flow][0])
    duties, consumption = (
        flows.usd(cells[name], name) if cells.get(name) is not None and flow == "imports" else None for name in ("CAL_DUT_MO", "CON_VAL_MO")
    )
    return Told(REPORTER, partner, flow, month, flows.ALL_GOODS if code == _TOTAL else code, value, duties, consumption)


def _text(payload: Payload, place: str) -> str:
    try:
        text = payload.body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise SourceError(f"{place}: the answer is no text in UTF-8 ({error}). Ask again") from error
    if text.startswith("<"):
        raise SourceError(
            f"{place}: the answer is a web page, not figures. Most often the key is missing or wrong: set {CENSUS.key_variable} "
            f"(https://api.census.gov/data/key_signup.html gives one)"
        )
    return text


def _elements(text: str, place: str) -> tuple[list[Any], str]:
    """The rows of the outer list, and where it breaks off; an empty text where it does not."""
    try:
        whole = _DECODER.decode(text)
        if not isinstance(whole, list):
            raise SourceError(f"{place}: the answer is no list of rows. It begins with {text[:60]!r}. Ask again")
        return whole, ""
    except RecursionError as error:
        raise SourceError(f"{place}: lists within lists without end; this is no table") from error
    except json.JSONDecodeError as error:
        if not text.startswith("["):
            raise SourceError(f"{place}: the answer is no JSON ({error}). It begins with {text[:60]!r}. Ask again") from error
        return _whole_rows(text)


def _whole_rows(text: str) -> tuple[list[Any], str]:
    rows: list[Any] = []
    place = 1
    while True:
        place = _past(text, place, " \t\r\n,")
        try:
            row, place = _DECODER.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError):
            rest = text[place : place + 40]
            return rows, f"the answer breaks off after {max(len(rows) - 1, 0)} whole rows, at character {place}: {rest!r}"
        if not isinstance(row, list):  # a number or word may itself be cut short
            return rows, f"the answer is damaged after {max(len(rows) - 1, 0)} whole rows, at character {place}"
        rows.append(row)


def _past(text: str, place: int, characters: str) -> int:
    while place < len(text) and text[place] in characters:
        place += 1
    return place


def _reason(row: list[Any], width: int) -> str | None:
    return None if len(row) == width else f"the row has {len(row)} cells, not {width}"
