"""What the readers of trade statistics share: which months to ask for, how a cell becomes a number, how rows of codes become figures.

Belongs here: the way from rows that were judged one by one to `RAW_TRADE_FLOWS`, with what was set aside. Does not: an upstream's own
format and words (`census.py`, `comtrade.py`), or which of two sources is used (`sql/trade/flow_revisions.sql`).
"""

import hashlib
import json
import re
import tomllib
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_TRADE_FLOWS
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Fetched, Outcome, Payload, Request

ALL_GOODS = ""
#: Name of an item's part that asks for all goods.
ALL = "all"
#: A shortfall is measured against the same month of so many years before, so these are asked for too.
EARLIER_YEARS = 3
#: Both offices' monthly figures by HS code begin with this year.
FIRST_YEAR = 2010
#: A year before the last is asked for again after so many days: its figures change once a year, if at all.
ASKED_AGAIN_AFTER = timedelta(days=30)
#: Every June the three years before are revised; a year that has seen its last June is settled from this month on.
_SETTLED_AFTER_YEARS, _SETTLED_MONTH = 3, 9
_MONTHS = 12
RELEASE_DAYS_FILE = Path(__file__).with_name("release_days.toml")

#: Rows of answers that are in no figure: where they stand, and why.
SET_ASIDE = pl.Schema({"source": pl.String(), "item": pl.String(), "fetched_at": pl.String(), "row": pl.Int64(), "reason": pl.String()})

#: Real tables have up to 48 columns; each is a list of its own, and names that stand twice are told apart one by one.
MOST_COLUMNS = 200

_MONTH = re.compile(r"(?P<year>[12][0-9]{3})-?(?P<month>0[1-9]|1[0-2])", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?([eE]\+?[0-9]{1,2})?", re.ASCII)
_MOST_USD = 10**18


class RowError(ValueError):
    """A row of an answer is no figure; the message says why. It is set aside with it."""


@dataclass(frozen=True)
class Figures:
    """Figures of answers, as `RAW_TRADE_FLOWS` with one row for each answer that held it, and the rows set aside, as `SET_ASIDE`.

    `used_count`: rows of the answers that are in a figure. Used and set aside add up to the rows read. `is_read` is false where an answer
    could not be read, or not all of it: then what it lacks proves nothing.
    """

    rows: pl.DataFrame
    set_aside: pl.DataFrame
    used_count: int
    is_read: bool = True


class Year(NamedTuple):
    """A calendar year up to a month, asked for at once. `is_settled`: no revision is to be expected, so one more answer is enough."""

    year: int
    last_month: int
    is_settled: bool

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month."""
        return tuple(date(self.year, month, 1) for month in range(1, self.last_month + 1))


class Told(NamedTuple):
    """One row of an answer that was understood: values in whole USD, `code` an HS code, or `ALL_GOODS`."""

    reporter: str
    partner: str
    flow: str
    month: str
    code: str
    value_usd: int
    duties_usd: int | None = None
    consumption_usd: int | None = None


def years(window: Days, today: date) -> Iterator[Year]:
    """The calendar years of the window and the three before, whole, the running one up to today's month.

    Whole years whatever the window: an answer that lacks a month must mean that the month was not there, not that nobody asked.
    """
    for year in range(max(window.first.year - EARLIER_YEARS, FIRST_YEAR), min(window.last, today).year + 1):
        is_settled = today >= date(year + _SETTLED_AFTER_YEARS, _SETTLED_MONTH, 1)
        yield Year(year, today.month if year == today.year else _MONTHS, is_settled)


def politely(client: Client, request: Request, year: Year) -> Request:
    """The request, as a final one where a year before the last was answered not long ago: then nothing is asked."""
    kept = client.archive.find_newest(request.source, request.item)
    is_recent = kept is not None and client.now() - kept.fetched_at < ASKED_AGAIN_AFTER
    return replace(request, is_final=request.is_final or (is_recent and year.year < client.now().year - 1))


def answered(client: Client, request: Request, parse: Callable[[Payload], pl.DataFrame], *, may_be_empty: bool) -> Fetched:
    """What came of a request; `failed`, with the reason, where the answer is no table that can be read.

    One that is kept and is no such table, or empty where it may not be, is asked for anew: it must not stand for ever.
    """

    def is_sound(payload: Payload) -> bool:
        try:
            return not parse(payload).is_empty() or may_be_empty
        except SourceError:
            return False

    fetched = client.fetch_valid(request, is_sound)
    try:
        if fetched.payload is not None:
            parse(fetched.payload)
    except SourceError as error:
        return rejected(client, fetched, "failed", str(error))
    return fetched


def rejected(client: Client, fetched: Fetched, outcome: Outcome, detail: str) -> Fetched:
    """What came, told as no answer; and put on record so in place of an arrival."""
    told = replace(fetched, outcome=outcome, payload=None, detail=detail)
    if fetched.payload is not None:
        client.archive.store(told, fetched.payload.url)
    return told


def item(what: str, year: Year, codes: Sequence[str]) -> str:
    """Name of what is asked for: another set of codes is another item, and so is a year that is settled."""
    return f"{what} {year.year} {goods_mark(codes)}{' settled' if year.is_settled else ''}"


def goods_mark(codes: Sequence[str]) -> str:
    """The goods in the name of an item: `all`, or a fingerprint of the HS codes."""
    return "hs-" + hashlib.sha256(" ".join(codes).encode()).hexdigest()[:12] if codes else ALL


def goods(products: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Product to its HS codes in order, all goods (no codes) first. A code that lies within another one is left out: it counts there."""
    return {ALL_GOODS: ()} | {
        name: tuple(sorted({code for code in codes if not any(code != other and code.startswith(other) for other in codes)}))
        for name, codes in products.items()
    }


def month(text: str | None) -> str:
    """`2025-04` or `202504` as `2025-04`; `RowError` otherwise."""
    match = _MONTH.fullmatch(text or "")
    if match is None:
        raise RowError(f"the month is {_shown(text)}")
    return f"{match['year']}-{match['month']}"


def newest(table: pl.DataFrame, column: str) -> date | None:
    """The last day of the newest month that stands in a column of an answer; None where none does."""
    groups = (_MONTH.fullmatch(text) for text in table[column].drop_nulls() if text) if column in table.columns else ()
    months = [date(int(found["year"]), int(found["month"]), 1) for found in groups if found]
    return _last_day(max(months)) if months else None


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def usd(text: str | None, name: str) -> int:
    """An amount in whole USD, a half rounded to even; `RowError` when it is absent, negative or no number."""
    if text is None or not _AMOUNT.fullmatch(text) or Decimal(text) >= _MOST_USD:
        raise RowError(f"{name} is {_shown(text)}, not an amount in USD")
    return round(Decimal(text))


def known(codes: Mapping[str, str], code: str | None, name: str) -> str:
    """The country of a code; `RowError` when there is none."""
    for country, one in codes.items():
        if one == code:
            return country
    raise RowError(f"{name} {_shown(code)} is no country of the table pipeline/contracts/customs.py")


def _shown(text: str | None) -> str:
    return "empty" if text is None or not text.strip() else repr(text[:40])


def cell(value: Any) -> str | None:
    """A JSON value as text, to the character for strings and numbers; null stays none."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def require_narrow(widths: Iterable[int], place: str) -> None:
    """`SourceError` when a table, of whose rows these are the widths, has more columns than any that is meant."""
    widest = max(widths, default=0)
    if widest > MOST_COLUMNS:
        raise SourceError(
            f"{place}: the answer has a row of {widest:,} columns, at most {MOST_COLUMNS} are read; this is no table of figures"
        )


def table(names: Sequence[str], rows: Sequence[Sequence[str | None]], reasons: Sequence[str | None]) -> pl.DataFrame:
    """Cells as text under the names of the source, and `unreadable`: why a row is not what it should be. Rows may be short.

    A name that stands twice is told apart by `(2)`; cells beyond the last name stand under `unnamed (48)`, 48 being their place.
    """
    width = max([len(names), *map(len, rows)])
    columns = unique([*names, *(f"unnamed ({place})" for place in range(len(names) + 1, width + 1))])
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    data = {name: [row[place] for row in padded] for place, name in enumerate(columns)}
    return pl.DataFrame({**data, "unreadable": list(reasons)}, schema={name: pl.String() for name in (*columns, "unreadable")})


def unique(names: Sequence[str]) -> list[str]:
    """The names, each once: one that stood before gets the first free number behind it."""
    result: list[str] = []
    for name in names:
        free, number = name, 2
        while free in result or free == "unreadable":
            free, number = f"{name} ({number})", number + 1
        result.append(free)
    return result


@cache
def release_days() -> Mapping[str, Mapping[str, str]]:
    """Origin to month to the day of its first release, where that is known."""
    given = tomllib.loads(RELEASE_DAYS_FILE.read_text(encoding="utf-8"))
    return {origin: {one: day.isoformat() for one, day in months.items()} for origin, months in given.items()}


def figures(
    payload: Payload,
    parsed: pl.DataFrame,
    judge: Callable[[Mapping[str, str | None]], Told],
    products: Mapping[str, Sequence[str]],
    *,
    origin: str,
    publisher: str,
    absent_on: str | None,
) -> Figures:
    """The figures of one answer: its rows as `judge` understands them, the codes of a product added up.

    What the answer was asked about stands in the name of its item. Rows of other codes are set aside, and so is every row of an answer
    about codes that no product of the settings is made of: a sum over some of a product's codes would be no figure of it. Duties are those
    of all codes, or none. `absent_on`: day of the answer before this one, which stands with every figure; of a figure's first value it
    says when the month was not public yet.
    """
    mark = next((part for part in payload.item.split(" ") if part == ALL or part.startswith("hs-")), "")
    asked = {name: codes or (ALL_GOODS,) for name, codes in goods(products).items() if goods_mark(codes) == mark}
    judged = _judged(parsed, judge, {code for codes in asked.values() for code in codes} if asked else None)
    used = {row: told for row, told in judged.items() if isinstance(told, Told)}
    sums: dict[tuple[str, ...], list[Told]] = defaultdict(list)
    for told in used.values():
        sums[told[:4]].append(told)
    known_days = release_days().get(origin, {})
    rows = [
        {
            "reference_month": key[3],
            "reporter": key[0],
            "partner": key[1],
            "flow": key[2],
            "product": product,
            "value_usd": sum(one.value_usd for one in parts),
            "duties_usd": _sum([one.duties_usd for one in parts]),
            "consumption_usd": _sum([one.consumption_usd for one in parts]),
            "released_on": known_days.get(key[3]),
            "seen_on": payload.fetched_at.date().isoformat(),
            "absent_on": absent_on,
            "origin": origin,
            "source": publisher,
        }
        for product in asked
        for key, parts in sums.items()
    ]
    reasons = [(row, reason) for row, reason in judged.items() if isinstance(reason, str)]
    return Figures(
        RAW_TRADE_FLOWS.conform(pl.DataFrame(rows, schema=RAW_TRADE_FLOWS.schema)),
        set_aside(payload, reasons),
        len(used),
        is_read=parsed["unreadable"].null_count() == parsed.height,
    )


def set_aside(payload: Payload, reasons: Sequence[tuple[int | None, str]]) -> pl.DataFrame:
    """Rows of an answer, counted from 1, with why they are in no figure, as `SET_ASIDE`. No row: the whole answer."""
    rows = [(payload.source, payload.item, payload.fetched_at.isoformat(), row, reason) for row, reason in reasons]
    return pl.DataFrame(rows, schema=SET_ASIDE, orient="row")


def _judged(parsed: pl.DataFrame, judge: Callable[[Mapping[str, str | None]], Told], asked: set[str] | None) -> dict[int, Told | str]:
    judged: dict[int, Told | str] = {}
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row, cells in enumerate(parsed.iter_rows(named=True), start=1):
        try:
            told = _asked_for(_readable(cells, judge), asked)
        except RowError as error:
            judged[row] = str(error)
            continue
        judged[row] = told
        places[told[:5]].append(row)
    for rows in places.values():
        if len({judged[row] for row in rows}) > 1:
            judged |= dict.fromkeys(rows, "the answer has several values for this code, partner and month")
        else:
            judged |= dict.fromkeys(rows[1:], "the answer has this row twice")
    return judged


def _readable(cells: Mapping[str, str | None], judge: Callable[[Mapping[str, str | None]], Told]) -> Told:
    unreadable = cells.get("unreadable")
    if unreadable:
        raise RowError(unreadable)
    return judge(cells)


def _asked_for(told: Told, asked: set[str] | None) -> Told:
    if asked is None:
        raise RowError("no product of the settings is made of the HS codes that this answer is about")
    if told.code not in asked:
        raise RowError(f"the HS code {_shown(told.code)} was not asked for")
    return told


def _sum(values: Sequence[int | None]) -> int | None:
    given = [value for value in values if value is not None]
    return sum(given) if len(given) == len(values) else None
