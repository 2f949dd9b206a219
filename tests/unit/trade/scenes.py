"""Small tables of official figures for tests of `sql/trade`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.raw import RAW_COMMITMENTS, RAW_TARIFFS, RAW_TRADE_FLOWS
from pipeline.models.build import build_tables
from pipeline.models.model import Frames

Row = dict[str, Any]
TRADE_TABLES = [table for table in TABLES.values() if table.layer == "trade"]


def format_month(number: int, first_year: int = 2018) -> str:
    """Format the month `number` months after January of the first year, as in the files."""
    return f"{first_year + number // 12}-{number % 12 + 1:02}"


def build_flow(
    reference_month: str, value: float, *, reporter: str = "USA", partner: str = "CHN", direction: str = "imports", **more: Any
) -> Row:
    """Build a raw figure, by default of US imports from China.

    It is for all goods by default; `value` is in millions of USD.
    """
    row: Row = {
        "reference_month": reference_month,
        "reporter": reporter,
        "partner": partner,
        "flow": direction,
        "product": "",
        "value_usd": round(value * 1_000_000),
        "duties_usd": None,
        "consumption_usd": None,
        "released_on": None,
        "seen_on": "",
        "absent_on": None,
        "origin": "file",
        "source": "An office",
    }
    return row | more


def build_flows(values: Iterable[float | None], *, first_year: int = 2018, **more: Any) -> list[Row]:
    """Build one figure per month from January of the first year; None leaves a month out."""
    return [build_flow(format_month(number, first_year), value, **more) for number, value in enumerate(values) if value is not None]


def build_rate(
    effective_date: str,
    rate_pct: float,
    *,
    measure: str = "import_weighted",
    importer: str = "USA",
    exporter: str = "CHN",
    source: str = "A tracker",
) -> Row:
    """Build one raw tariff rate, by default of the US on China."""
    return {
        "importer": importer,
        "exporter": exporter,
        "effective_date": effective_date,
        "measure": measure,
        "rate_pct": rate_pct,
        "source": source,
    }


def build_commitment(name: str, amount: float, period_from: str, period_to: str, **more: Any) -> Row:
    """Build a raw commitment of China to the US, additional to 2017.

    It is for all goods; `amount` is in millions of USD.
    """
    row: Row = {
        "commitment_id": name,
        "agreed_on": "2020-01-15",
        "buyer": "CHN",
        "seller": "USA",
        "reporter": "USA",
        "product": "",
        "promise": "additional",
        "unit": "USD",
        "promised_amount": amount * 1_000_000,
        "baseline_year": 2017,
        "period_from": period_from,
        "period_to": period_to,
        "source": "An agreement",
        "note": "invented",
    }
    return row | more


@dataclass(frozen=True)
class Figures:
    """The trade tables, built in memory."""

    tables: Frames

    def rows(self, table: Table, **where: Any) -> list[Row]:
        """Return the rows of a table with these values, sorted by key."""
        return self.tables[table.name].filter(pl.lit(value=True), **where).to_dicts()

    def row(self, table: Table, **where: Any) -> Row:
        """Return the only such row."""
        (row,) = self.rows(table, **where)
        return row


def build_figures(flows: Sequence[Row] = (), tariffs: Sequence[Row] = (), commitments: Sequence[Row] = ()) -> Figures:
    """Build every trade table from raw figures."""
    raw = ((RAW_TRADE_FLOWS, flows), (RAW_TARIFFS, tariffs), (RAW_COMMITMENTS, commitments))
    frames = {table.name: pl.DataFrame(list(rows), schema=table.schema) for table, rows in raw}
    return Figures(build_tables(frames, TRADE_TABLES, variables={}))
