"""Layer `trade`: thresholds, months, strain, signals, and fulfilment of commitments.

Strain says how unusual the tariff and the trade flow of a month are.
"""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

_SOURCES = ("census_flows", "tariff_trackers")
_BUYER = replace(
    c.ACTOR, description="Importing country, which levies the tariff: ISO 3166 alpha-3, EUN for the European Union", example="USA"
)
_SELLER = replace(c.ONE_TARGET, description="Exporting country: ISO 3166 alpha-3, EUN for the European Union", example="CHN")
_EARLIER_YEARS = Column(
    "earlier_years",
    pl.Int64(),
    "Number of the three previous years whose figure of that month was published by then",
    3,
    unit="years",
    minimum=0,
    maximum=3,
    reason="the expected value is the mean of at most three previous years",
)
_SHORTFALL = Column(
    "shortfall_pct",
    pl.Float64(),
    "Shortfall: 100 (1 - value / expected); positive when the value is below the expected one",
    24.2,
    unit="percent",
    nullable=True,
    maximum=100,
    reason="trade cannot fall by more than 100 percent",
)
_SIDES = (
    Column("buyer", pl.String(), "Country that committed to buy", "CHN", unit="country", pattern=patterns.COUNTRY),
    Column("seller", pl.String(), "Country that sells", "USA", unit="country", pattern=patterns.COUNTRY, differs_from=("buyer",)),
)
_COMPARED = (
    replace(c.FLOW_PRODUCT, description="Product of the flow it is compared with; empty: all goods"),
    c.word_column("promise", words.PROMISE, "additional"),
)

TRADE_THRESHOLDS = Table(
    "trade_thresholds",
    "Thresholds of the trade tables",
    "All thresholds and scales of the trade tables, from pipeline/index/trade_thresholds.toml.",
    grain="one threshold",
    key=("name",),
    columns=(
        Column("name", pl.String(), "Name used in the SQL models", "tariff_step_points"),
        Column(
            "value",
            pl.Float64(),
            "Value of the threshold",
            1.0,
            exclusive_minimum=0,
            reason="a threshold of 0 would make everything a signal, and a scale of 0 would divide by zero",
        ),
        Column("unit", pl.String(), "Unit of the value", "percentage points"),
        Column("meaning", pl.String(), "What the threshold decides", "a step of the average tariff this large, either way, is a signal"),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
)

FLOW_MONTHS = Table(
    "flow_months",
    "Months of each flow",
    "Every month of every series of trade_flows, from its first to its last. Months without a figure are shown as missing and never "
    "filled in. Each figure is compared with the same month of the three previous years.",
    grain="one reporter, partner, flow, product and month",
    key=("reporter", "partner", "flow", "product", "reference_month"),
    columns=(
        *c.MONTH_OF_FLOW,
        Column("is_missing", pl.Boolean(), "Whether the month has no figure", False),
        Column("value_usd", pl.Float64(), "Value of the goods; empty when the month is missing", 25e9, unit="USD", nullable=True),
        Column(
            "due_on",
            pl.Date(),
            "Day on which the month's figure is usually published",
            date(2025, 6, 4),
            unit="UTC day",
            above=("reference_month",),
        ),
        replace(
            c.RELEASED_ON,
            above=("reference_month",),
            nullable=True,
            description="UTC day of publication of the figure; it is not used earlier. Empty when the month is missing",
        ),
        _EARLIER_YEARS,
        replace(
            c.VALUE_USD,
            name="expected_usd",
            description="Mean of that month over those years; empty when there are none",
            example=33e9,
            nullable=True,
        ),
        _SHORTFALL,
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("census_flows",),
)

TRADE_STRAIN = Table(
    "trade_strain",
    "Trade strain",
    "How unusual the actor's tariff on the target's goods and the fall of its purchases from the target are, compared with all earlier "
    "months. Separate from the news index and not part of it. Every month of a pair's range has a row; missing values are empty.",
    grain="one directed pair and month",
    key=("actor", "target", "reference_month"),
    columns=(
        _BUYER,
        _SELLER,
        c.REFERENCE_MONTH,
        replace(
            c.TARIFF_RATE, name="effective_tariff_pct", description="Mean tariff over the days of the month", example=20.6, nullable=True
        ),
        c.word_column("tariff_basis", words.TARIFF_BASIS, "import_weighted", nullable=True),
        Column(
            "tariff_days",
            pl.Int64(),
            "Days of the month with a known rate; 0 when there is none",
            30,
            unit="days",
            minimum=0,
            maximum=31,
            reason="more days than the month has would mean that a rate was counted twice",
        ),
        Column(
            "tariff_released_on",
            pl.Date(),
            "UTC day from which the month's tariff was known",
            date(2025, 4, 30),
            unit="UTC day",
            nullable=True,
        ),
        Column("flow_usd", pl.Float64(), "Value of the actor's purchases from the target", 25e9, unit="USD", nullable=True),
        c.word_column("flow_basis", words.FLOW_BASIS, "imports", nullable=True),
        Column("is_flow_missing", pl.Boolean(), "Whether the month is within the pair's series of flows but has no figure", False),
        replace(_EARLIER_YEARS, description="Number of the three previous years that the shortfall is computed from"),
        Column("expected_usd", pl.Float64(), "Mean of the same month over those years", 33e9, unit="USD", nullable=True),
        replace(
            _SHORTFALL,
            name="flow_shortfall_pct",
            description="Shortfall: 100 (1 - flow / expected); positive when the flow is below the expected one",
        ),
        Column("flow_released_on", pl.Date(), "UTC day of publication of the flow", date(2025, 6, 5), unit="UTC day", nullable=True),
        Column(
            "tariff_history_months", pl.Int64(), "Number of earlier months with the same basis that were public by then", 30, unit="months"
        ),
        Column("tariff_z", pl.Float64(), "Robust z-score of the tariff among those months", 1.8, unit="robust deviations", nullable=True),
        Column(
            "flow_history_months",
            pl.Int64(),
            "Number of earlier shortfalls with the same basis that were public by then",
            60,
            unit="months",
        ),
        Column("flow_z", pl.Float64(), "Robust z-score of the shortfall among them", 2.2, unit="robust deviations", nullable=True),
        Column(
            "trade_strain", pl.Float64(), "Mean of both z-scores, or the only one available", 2.0, unit="robust deviations", nullable=True
        ),
        c.word_column("parts", words.STRAIN_PARTS, "both"),
        replace(
            c.RELEASED_ON,
            above=("reference_month",),
            nullable=True,
            description="UTC day from which all figures of the row were public. Empty when it has none",
        ),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=_SOURCES,
)

TRADE_SIGNALS = Table(
    "trade_signals",
    "Signals from trade figures",
    "Tariff changes, drops and recoveries of trade flows, and diversion to other partners. The columns follow those of news signals, with "
    "the figures as evidence. Not part of the index.",
    grain="one kind, series and month or day",
    key=("signal_id",),
    columns=(
        Column("signal_id", pl.String(), "Hash of kind, series and date", "4e1f09ab52c77d31"),
        replace(c.RELEASED_ON, description="UTC day of the signal, from which all its figures were public", at_least=("figure_date",)),
        _BUYER,
        _SELLER,
        c.word_column("trade_signal", words.TRADE_SIGNAL, "flow_drop"),
        c.word_column("polarity", words.POLARITY, "escalation"),
        Column("instrument", pl.String(), "tariff, or other where the figures show no instrument", "other", vocabulary=words.INSTRUMENT),
        c.FLOW_PRODUCT,
        Column(
            "diverted_to", pl.String(), "Partner whose share rose most, for diversion; else empty", "BRA", unit="country", nullable=True
        ),
        Column("series", pl.String(), "Series of trade figures", "USA imports from CHN"),
        Column("figure_date", pl.Date(), "Day of the tariff change, or first day of the month", date(2025, 4, 1), unit="UTC day"),
        Column("figure_before", pl.Float64(), "Rate before, expected flow, or share before", 33e9),
        Column("figure_after", pl.Float64(), "Rate after, actual flow, or share after", 25e9),
        Column("unit", pl.String(), "Unit of the two figures", "USD"),
        Column("evidence", pl.String(), "The figures as a sentence", "USA imports from CHN were 25.0 bn USD in 2025-04."),
        Column("source", pl.String(), "Publisher of the figures", "US Census Bureau"),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=_SOURCES,
)

COMMITMENTS = Table(
    "commitments",
    "Purchase commitments",
    "Purchases that governments committed to, with the text in which they are written.",
    grain="one commitment: a buyer, a product and a period",
    key=("commitment_id",),
    columns=(
        c.COMMITMENT_ID,
        Column("agreed_on", pl.Date(), "Day of the agreement", date(2020, 1, 15), unit="UTC day"),
        *_SIDES,
        Column("reporter", pl.String(), "Country whose statistics the commitment is compared with", "USA", unit="country"),
        *_COMPARED,
        Column("unit", pl.String(), "USD, or t for metric tons", "USD"),
        c.PROMISED_AMOUNT,
        c.BASELINE_YEAR,
        Column("period_from", pl.Date(), "First month of the period", date(2020, 1, 1), unit="UTC day", pattern=patterns.FIRST_OF_MONTH),
        Column(
            "period_to",
            pl.Date(),
            "Last month of the period",
            date(2020, 12, 1),
            unit="UTC day",
            pattern=patterns.FIRST_OF_MONTH,
            at_least=("period_from",),
        ),
        c.COMMITMENT_SOURCE,
        c.COMMITMENT_NOTE,
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("commitments",),
)

PROMISES_AND_DEEDS = Table(
    "promises_and_deeds",
    "Fulfilment of purchase commitments",
    "Purchase commitments compared with the trade flows that followed, accumulated by month from the start of the period. Months after "
    "the newest figure of any flow have no row. Without a matching flow, month_amount and actual_so_far are empty.",
    grain="one commitment and month of its period",
    key=("commitment_id", "reference_month"),
    columns=(
        c.COMMITMENT_ID,
        c.REFERENCE_MONTH,
        *_SIDES,
        *_COMPARED,
        Column("unit", pl.String(), "Unit of the amounts: USD, or t for metric tons", "USD"),
        Column("months_elapsed", pl.Int64(), "Months of the period up to and including this one", 12, unit="months"),
        Column("months_of_period", pl.Int64(), "Number of months in the whole period", 12, unit="months", at_least=("months_elapsed",)),
        Column("months_missing", pl.Int64(), "Months so far without a figure, in the period or in the baseline year", 0, unit="months"),
        Column("baseline_amount", pl.Float64(), "Flow of the baseline year over the months of the whole period", 130e9, nullable=True),
        Column("baseline_so_far", pl.Float64(), "Flow of the baseline year over the months so far", 130e9, nullable=True),
        Column("promised_amount", pl.Float64(), "Committed amount over the whole period", 63.9e9),
        Column(
            "promised_flow",
            pl.Float64(),
            "Flow that fulfils the commitment: baseline plus commitment, or the commitment alone if it is a total",
            193.9e9,
            nullable=True,
        ),
        Column("month_amount", pl.Float64(), "Flow of this month", 14.5e9, nullable=True),
        Column("actual_so_far", pl.Float64(), "Flow of the months so far; empty if any month is missing", 124.6e9, nullable=True),
        Column(
            "fulfilled_pct",
            pl.Float64(),
            "Share of the whole commitment fulfilled: (flow so far - baseline so far) / committed amount, without baseline for a total; "
            "negative when less was bought than in the baseline year",
            -8.5,
            unit="percent",
            nullable=True,
        ),
        Column("bought_pct", pl.Float64(), "Flow so far as a share of promised_flow", 64.3, unit="percent", nullable=True),
        c.word_column("deed_status", words.DEED_STATUS, "known"),
        replace(
            c.RELEASED_ON,
            above=("reference_month",),
            nullable=True,
            description="UTC day from which all figures of the sum were public. Empty without a sum",
        ),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("census_flows", "commitments"),
)

TABLES = (TRADE_THRESHOLDS, FLOW_MONTHS, TRADE_STRAIN, TRADE_SIGNALS, COMMITMENTS, PROMISES_AND_DEEDS)
