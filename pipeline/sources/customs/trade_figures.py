"""What the readers of trade statistics share.

It parses cells, and sums HS codes into figures. A figure is the value of a product's trade between two countries, in one direction and
month; a row is not a figure if it is malformed, invalid, only a part of such trade or not requested. The formats of the upstreams are in
`census.py` and `comtrade.py`, the years to request in `requesting.py`; the choice between two sources is in `sql/trade/flow_revisions.sql`.
"""

import hashlib
import json
import re
import tomllib
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipeline.contracts.tables.raw import RAW_TRADE_FLOWS
from pipeline.errors import TensionError
from pipeline.sources.errors import SourceError
from pipeline.sources.payloads import Payload

ALL_GOODS = ""
#: Label of all goods in the name of a request (`requesting.item_name`).
ALL = "all"
RELEASE_DAYS_FILE = Path(__file__).with_name("release_days.toml")

#: Rows of responses that are in no figure, with the reason.
REJECTED = pl.Schema({"source": pl.String(), "item": pl.String(), "fetched_at": pl.String(), "row": pl.Int64(), "reason": pl.String()})

#: Real tables have up to 48 columns. Every column costs a list, and renaming repeated names takes quadratic time.
MAX_COLUMNS = 200

#: Decodes JSON with numbers as strings, as written.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)

_MONTH = re.compile(r"(?P<year>[12][0-9]{3})-?(?P<month>0[1-9]|1[0-2])", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?([eE]\+?[0-9]{1,2})?", re.ASCII)
_MAX_USD = 10**18


class RowError(TensionError, ValueError):
    """A row of a response is not a figure.

    The message becomes the reason in `REJECTED`.
    """


@dataclass(frozen=True)
class Figures:
    """Trade figures of responses, and the rows that were rejected.

    `rows`: of `RAW_TRADE_FLOWS`, one for each figure of each response (`merge_trade_flows` selects among them); `rejected`: of `REJECTED`.
    `used_count`: number of response rows that are part of a figure; with the rejected rows it adds up to all rows read. `is_read`, for one
    response, is false if it is unreadable or has a malformed row: it then does not prove that a month was absent.
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame
    used_count: int
    is_read: bool = True


class TradeRow(NamedTuple):
    """A parsed row of a response.

    `flow` is `imports` or `exports`, `month` is like `2025-04`, `code` is an HS code or `ALL_GOODS`. Values are in whole USD; an optional
    value is None if the source does not give it.
    """

    reporter: str
    partner: str
    flow: str
    month: str
    code: str
    value_usd: int
    duties_usd: int | None = None
    consumption_usd: int | None = None


def goods_label(codes: Sequence[str]) -> str:
    """Return the label of goods in a request's name (`item_name`).

    It is `all` if `codes` is empty, or else `hs-` and a hash of the codes in the given order: another order gives another label.
    """
    return "hs-" + hashlib.sha256(" ".join(codes).encode()).hexdigest()[:12] if codes else ALL


def codes_by_product(products: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the HS codes of each product, sorted, without overlaps.

    All goods come first, under `ALL_GOODS` and without codes. A repeated code counts once; a code that begins with another code of
    the same product is dropped, or its trade would count twice.
    """
    return {ALL_GOODS: ()} | {
        name: tuple(sorted({code for code in codes if not any(code != other and code.startswith(other) for other in codes)}))
        for name, codes in products.items()
    }


def parse_month(text: str | None) -> str:
    """Return `2025-04` or `202504` as `2025-04`; `RowError` otherwise."""
    match = _MONTH.fullmatch(text or "")
    if match is None:
        raise RowError(f"the month is {_quote(text)}")
    return f"{match['year']}-{match['month']}"


def newest_day_in(table: pl.DataFrame, column: str) -> date | None:
    """Return the last day of a column's newest month, if any.

    Cells that are not months (`2025-04` or `202504`) are skipped. None if none is left, or the table has no such column.
    """
    matches = (_MONTH.fullmatch(text) for text in table[column].drop_nulls() if text) if column in table.columns else ()
    months = [date(int(match["year"]), int(match["month"]), 1) for match in matches if match]
    newest = max(months, default=None)
    return newest and newest.replace(day=monthrange(newest.year, newest.month)[1])


def parse_usd(text: str | None, name: str) -> int:
    """Parse an amount in USD, and round it to whole USD.

    Halves are rounded to even. `RowError`, with `name`, if it is absent, not a number, has a sign or more than nine decimals, or is 10^18
    or more.
    """
    if text is None or not _AMOUNT.fullmatch(text) or Decimal(text) >= _MAX_USD:
        raise RowError(f"{name} is {_quote(text)}, not an amount in USD")
    return round(Decimal(text))


def find_country(codes: Mapping[str, str], code: str | None, name: str) -> str:
    """Return the country with this code; `RowError` if there is none.

    `codes` maps countries to codes; `name` names the code in the message.
    """
    for country, one in codes.items():
        if one == code:
            return country
    raise RowError(f"{name} {_quote(code)} is not a country in pipeline/contracts/customs.py")


def _quote(text: str | None) -> str:
    """Quote up to 40 characters of a cell; `empty` if blank."""
    return "empty" if text is None or not text.strip() else repr(text[:40])


def decode(payload: Payload, web_page_advice: str) -> str:
    """Decode a response to text, without white space around it.

    `SourceError` if it is not UTF-8 or is a web page (begins with `<`); `web_page_advice` says what to do about a web page.
    """
    try:
        text = payload.body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise SourceError(f"{describe(payload)}: the response is not UTF-8 text ({error}). Fetch it again") from error
    if text.startswith("<"):
        raise SourceError(f"{describe(payload)}: the response is a web page, not figures. {web_page_advice}")
    return text


def describe(payload: Payload) -> str:
    """Return source, item and URL of a response, for messages."""
    return f"{payload.source}, {payload.item}, from {payload.url}"


def to_text(value: Any) -> str | None:
    """Convert a JSON value to text; null is None.

    A string stays as it is; numbers were already decoded to strings, as written. Other values become compact JSON. Lone surrogates
    are replaced, because Polars rejects them.
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode()


def check_width(widths: Iterable[int], place: str) -> None:
    """Raise `SourceError` if a row has more than `MAX_COLUMNS` columns.

    `widths` are the lengths of the rows.
    """
    widest = max(widths, default=0)
    if widest > MAX_COLUMNS:
        raise SourceError(f"{place}: the response has a row of {widest:,} columns, at most {MAX_COLUMNS} are read: not a table of figures")


def build_table(names: Sequence[str], rows: Sequence[Sequence[str | None]], reasons: Sequence[str | None]) -> pl.DataFrame:
    """Build a table of text cells with the source's column names.

    `names`: the header; `rows`: cells, which may be fewer or more than names (missing cells are null); `reasons`: for each row why it is
    malformed, or None, in the column `unreadable`. Repeated names get a suffix such as ` (2)`. Cells after the last name are in columns
    such as `unnamed (48)`, 48 being their position.
    """
    width = max([len(names), *map(len, rows)])
    columns = make_unique([*names, *(f"unnamed ({position})" for position in range(len(names) + 1, width + 1))])
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    data = {name: [row[position] for row in padded] for position, name in enumerate(columns)}
    return pl.DataFrame({**data, "unreadable": list(reasons)}, schema={name: pl.String() for name in (*columns, "unreadable")})


def make_unique(names: Sequence[str]) -> list[str]:
    """Make names unique, in the same order.

    A name equal to an earlier result, or to the column `unreadable` that `build_table` adds, gets a suffix such as ` (2)`, with the first
    free number from 2 on.
    """
    result: list[str] = []
    for name in names:
        free, number = name, 2
        while free in result or free == "unreadable":
            free, number = f"{name} ({number})", number + 1
        result.append(free)
    return result


@cache
def read_release_days() -> Mapping[str, Mapping[str, str]]:
    """Read days of first release from `release_days.toml`, by origin and month.

    Origins are names of upstreams (`census`), months are like `2025-04`, days like `2025-06-05`. A month is in the file only if its day is
    known, and more than a day or two off the usual one: a fixed number of days after the month's end (`release_lag_days` in
    `pipeline/index/trade_thresholds.toml`).
    """
    origins = tomllib.loads(RELEASE_DAYS_FILE.read_text(encoding="utf-8"))
    return {origin: {month: day.isoformat() for month, day in months.items()} for origin, months in origins.items()}


def build_figures(
    payload: Payload,
    table: pl.DataFrame,
    parse_row: Callable[[Mapping[str, str | None]], TradeRow],
    products: Mapping[str, Sequence[str]],
    *,
    origin: str,
    publisher: str,
    absent_on: str | None,
) -> Figures:
    """Build the monthly figures of one response.

    `parse_row` parses a row of `table`. The label in the item's name (`goods_label`) says which HS codes were requested. Each of `products`
    with exactly these codes, or all goods for the label `all`, gets one figure for each reporter, partner, flow and month: the sum over the
    codes that have a row. Duties, and imports for consumption, are null unless all summed rows have them. Rows with codes that were not
    requested are rejected, and all rows if no product has the requested codes. `absent_on`: day of the previous response; it is copied to
    every figure, and for a figure's first value shows when the month was not public yet.
    """
    label = next((part for part in payload.item.split(" ") if part == ALL or part.startswith("hs-")), "")
    requested = {name: codes or (ALL_GOODS,) for name, codes in codes_by_product(products).items() if goods_label(codes) == label}
    parsed = _parse_rows(table, parse_row, {code for codes in requested.values() for code in codes} if requested else None)
    used = {number: row for number, row in parsed.items() if isinstance(row, TradeRow)}
    groups: dict[tuple[str, ...], list[TradeRow]] = defaultdict(list)
    for row in used.values():
        groups[row[:4]].append(row)  # by reporter, partner, flow and month
    release_days = read_release_days().get(origin, {})
    rows = [
        {
            "reference_month": key[3],
            "reporter": key[0],
            "partner": key[1],
            "flow": key[2],
            "product": product,
            "value_usd": sum(one.value_usd for one in parts),
            "duties_usd": _sum_if_complete([one.duties_usd for one in parts]),
            "consumption_usd": _sum_if_complete([one.consumption_usd for one in parts]),
            "released_on": release_days.get(key[3]),
            "seen_on": payload.fetched_at.date().isoformat(),
            "absent_on": absent_on,
            "origin": origin,
            "source": publisher,
        }
        for product in requested
        for key, parts in groups.items()
    ]
    reasons = [(number, reason) for number, reason in parsed.items() if isinstance(reason, str)]
    return Figures(
        RAW_TRADE_FLOWS.conform(pl.DataFrame(rows, schema=RAW_TRADE_FLOWS.schema)),
        reject_rows(payload, reasons),
        len(used),
        is_read=table["unreadable"].null_count() == table.height,
    )


def reject_rows(payload: Payload, reasons: Sequence[tuple[int | None, str]]) -> pl.DataFrame:
    """List rejected rows of a response, as `REJECTED`.

    Row numbers start at 1; None means the whole response.
    """
    rows = [(payload.source, payload.item, payload.fetched_at.isoformat(), row, reason) for row, reason in reasons]
    return pl.DataFrame(rows, schema=REJECTED, orient="row")


def _parse_rows(
    table: pl.DataFrame, parse_row: Callable[[Mapping[str, str | None]], TradeRow], requested: set[str] | None
) -> dict[int, TradeRow | str]:
    """Parse the rows of a response, by row number from 1.

    A row that is not a figure or was not requested has a reason instead. Of rows with the same reporter, partner, flow, month and
    code, all have a reason if their amounts differ, and all but the first if they are equal. `requested`: the HS codes of the response;
    None if they are not in the settings.
    """
    parsed: dict[int, TradeRow | str] = {}
    same_figure: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, cells in enumerate(table.iter_rows(named=True), start=1):
        try:
            row = _parse_requested(cells, parse_row, requested)
        except RowError as error:
            parsed[number] = str(error)
            continue
        parsed[number] = row
        same_figure[row[:5]].append(number)  # by all but the amounts
    for numbers in same_figure.values():
        if len({parsed[number] for number in numbers}) > 1:
            parsed |= dict.fromkeys(numbers, "the response has several values for this code, partner and month")
        else:
            parsed |= dict.fromkeys(numbers[1:], "the response has this row twice")
    return parsed


def _parse_requested(
    cells: Mapping[str, str | None], parse_row: Callable[[Mapping[str, str | None]], TradeRow], requested: set[str] | None
) -> TradeRow:
    """Parse a row; raise `RowError` if it is broken or not requested.

    `requested`: the HS codes that the settings ask for; if None, they ask for nothing of this response, and every row is refused.
    """
    unreadable = cells.get("unreadable")
    if unreadable:
        raise RowError(unreadable)
    row = parse_row(cells)
    if requested is None:
        raise RowError("no product in the settings has the HS codes of this response")
    if row.code not in requested:
        raise RowError(f"the HS code {_quote(row.code)} was not requested")
    return row


def _sum_if_complete(values: Sequence[int | None]) -> int | None:
    present = [value for value in values if value is not None]
    return sum(present) if len(present) == len(values) else None
