"""Layer `trade`: trade flows and tariff rates with their day of publication."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

FLOW_REVISIONS = Table(
    "flow_revisions",
    "Revisions of trade flows",
    "All values that each monthly figure had, from every origin, with the day from which each was public. Includes the values that other "
    "tables do not use.",
    grain="one version of one origin's figure for a reporter, partner, flow, product and month",
    key=("reporter", "partner", "flow", "product", "reference_month", "origin", "version"),
    columns=(
        *c.MONTH_OF_FLOW,
        c.FLOW_ORIGIN,
        Column("version", pl.Int64(), "Number of the version: 1 for the first known value", 2, minimum=1),
        Column("is_used", pl.Boolean(), "Whether trade_flows uses the figure of this origin", True),
        c.VALUE_USD,
        c.DUTIES_USD,
        c.CONSUMPTION_USD,
        Column(
            "change_pct",
            pl.Float64(),
            "Change of the value from the previous version; empty for the first, and after a value of 0",
            0.4,
            unit="percent",
            nullable=True,
        ),
        Column(
            "known_on",
            pl.Date(),
            "UTC day from which this version was public; it is not used earlier",
            date(2026, 6, 9),
            unit="UTC day",
            above=("reference_month",),
        ),
        Column(
            "seen_on",
            pl.Date(),
            "UTC day of the first response with this value, or the day in the file; empty for a figure of a file without a day. A first "
            "version seen long after known_on may include revisions made in between",
            date(2026, 6, 9),
            unit="UTC day",
            nullable=True,
            at_least=("known_on",),
        ),
        c.FLOW_SOURCE,
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("census_flows", "comtrade"),
)

TRADE_FLOWS = Table(
    "trade_flows",
    "Trade flows",
    "Monthly goods trade as first stored, with the day of release, the change from a year earlier, and the newest revised value. The "
    "bundled figures are later vintages. Months without a figure have no row; flow_months shows them as missing.",
    grain="one reporter, partner, flow, product and month",
    key=("reporter", "partner", "flow", "product", "reference_month"),
    columns=(
        *c.MONTH_OF_FLOW,
        replace(c.VALUE_USD, description="Value of the goods as first stored, not seasonally adjusted", example=25_000_000_000.0),
        c.DUTIES_USD,
        c.CONSUMPTION_USD,
        Column(
            "change_on_year_pct",
            pl.Float64(),
            "Change from the same month a year earlier; empty when that month is missing or was released later",
            -19.6,
            unit="percent",
            nullable=True,
            minimum=-100,
            reason="trade cannot fall by more than 100 percent",
        ),
        replace(c.RELEASED_ON, above=("reference_month",)),
        replace(
            c.VALUE_USD,
            name="revised_value_usd",
            description="Newest value, if value or duties were revised; not used by other tables",
            nullable=True,
        ),
        Column(
            "revised_on",
            pl.Date(),
            "UTC day from which the newest value was public",
            date(2026, 6, 9),
            unit="UTC day",
            nullable=True,
            above=("released_on",),
        ),
        c.FLOW_ORIGIN,
        c.FLOW_SOURCE,
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("census_flows", "comtrade"),
)

TARIFF_RATES = Table(
    "tariff_rates",
    "Tariff rates",
    "Average tariff rates by date, each with the change from the previous rate of its source. For the single layers see "
    "measures_in_force. Includes announced rates that take effect after the last day of the index.",
    grain="one importer, exporter, day and averaging method",
    key=("importer", "exporter", "measure", "effective_date"),
    columns=(
        replace(c.ACTOR, name="importer", description="Country that levies the tariff", example="USA"),
        replace(
            c.ONE_TARGET, name="exporter", description="Country whose goods are subject to it", example="CHN", differs_from=("importer",)
        ),
        c.word_column("measure", words.TARIFF_MEASURE, "import_weighted"),
        Column(
            "effective_date",
            pl.Date(),
            "First day of the rate; may lie after the last day of the index",
            date(2025, 4, 9),
            unit="UTC day",
            minimum=date(1900, 1, 1),
            reason="a day in the far past was misread",
        ),
        c.TARIFF_RATE,
        Column(
            "step_pct",
            pl.Float64(),
            "Change from the source's previous rate; empty for the first",
            18.3,
            unit="percentage points",
            nullable=True,
        ),
        replace(c.RELEASED_ON, at_least=("effective_date",)),
        c.TARIFF_SOURCE,
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("tariff_trackers",),
)

TABLES = (FLOW_REVISIONS, TRADE_FLOWS, TARIFF_RATES)
