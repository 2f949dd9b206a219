"""Layer `trade`, continued: what is made from the official figures. Months with their gaps, strain, signals, promises and deeds."""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

_SOURCES = ("census_flows", "tariff_trackers")
_BUYER = replace(c.ACTOR, description="Who levies and buys: ISO 3166 alpha-3, EUN for the European Union", example="USA")
_SELLER = replace(c.ONE_TARGET, description="Whose goods: ISO 3166 alpha-3, EUN for the European Union", example="CHN")

TRADE_THRESHOLDS = Table(
    "trade_thresholds",
    "Thresholds of the trade tables",
    "Every number that decides something in the trade tables. Data, not code: pipeline/index/trade_thresholds.toml.",
    grain="one threshold",
    key=("name",),
    columns=(
        Column("name", pl.String(), "Name by which the models read it", "tariff_step_points"),
        Column(
            "value",
            pl.Float64(),
            "The number",
            1.0,
            exclusive_minimum=0,
            reason="a threshold of 0 would make everything a signal, and a scale of 0 divides by nothing",
        ),
        Column("unit", pl.String(), "What it counts", "percentage points"),
        Column("meaning", pl.String(), "What it decides", "a step of the average tariff this large, either way, is a signal"),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
)

FLOW_MONTHS = Table(
    "flow_months",
    "Months of each flow",
    "Every month of every series of trade_flows from its first to its last, those without a figure too: they are shown as missing and "
    "never filled in. With each figure, how far it lies below the same month of the three years before.",
    grain="one reporter, partner, flow, product and month",
    key=("reporter", "partner", "flow", "product", "reference_month"),
    columns=(
        Column("reporter", pl.String(), "Country that counted", "USA", unit="country", pattern=patterns.COUNTRY),
        Column("partner", pl.String(), "Its partner", "CHN", unit="country", pattern=patterns.COUNTRY, differs_from=("reporter",)),
        Column("flow", pl.String(), words.FLOW.description, "imports", vocabulary=words.FLOW),
        c.FLOW_PRODUCT,
        c.REFERENCE_MONTH,
        Column("is_missing", pl.Boolean(), "The month has no figure", False),
        Column("value_usd", pl.Float64(), "Value of goods; empty when the month is missing", 25e9, unit="USD", nullable=True),
        Column(
            "due_on",
            pl.Date(),
            "Day on which a figure of that month is ordinarily public",
            date(2025, 6, 4),
            unit="UTC day",
            above=("reference_month",),
        ),
        c.nullable(
            replace(c.RELEASED_ON, above=("reference_month",)),
            "UTC day the figure became public; nothing may use it earlier. Empty when the month is missing",
        ),
        Column(
            "earlier_years",
            pl.Int64(),
            "How many of the three years before have that month, released by then",
            3,
            unit="years",
            minimum=0,
            maximum=3,
            reason="the expectation is the mean of the three years before; more of them is another method",
        ),
        Column(
            "expected_usd",
            pl.Float64(),
            "Mean of that month in those years; empty without any",
            33e9,
            unit="USD",
            nullable=True,
            minimum=0,
            maximum=1_000_000_000_000,
            reason=c.MONTH_IN_USD,
        ),
        Column(
            "shortfall_pct",
            pl.Float64(),
            "100 (1 - value / expected): above 0 when less",
            24.2,
            unit="percent",
            nullable=True,
            maximum=100,
            reason="trade cannot fall by more than all of it",
        ),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("census_flows",),
)

TRADE_STRAIN = Table(
    "trade_strain",
    "Trade strain",
    "How far the tariff that the actor levies on the target's goods, and the fall of what it buys from the target, lie above what had been "
    "seen until then. Beside the news index, never in it. Every month of a pair's span has a row; what is missing is empty and said.",
    grain="one directed pair and month",
    key=("actor", "target", "reference_month"),
    columns=(
        _BUYER,
        _SELLER,
        c.REFERENCE_MONTH,
        Column(
            "effective_tariff_pct",
            pl.Float64(),
            "Average tariff of the month's days",
            20.6,
            unit="percent",
            nullable=True,
            minimum=0,
            maximum=1000,
            reason="an average rate is never negative, and one above 1000 percent is in another unit",
        ),
        Column(
            "tariff_basis", pl.String(), words.TARIFF_BASIS.description, "import_weighted", nullable=True, vocabulary=words.TARIFF_BASIS
        ),
        Column(
            "tariff_days",
            pl.Int64(),
            "Days of the month whose rate is known; 0 without a rate",
            30,
            unit="days",
            minimum=0,
            maximum=31,
            reason="more days than a month has means that a rate was counted twice",
        ),
        Column(
            "tariff_released_on",
            pl.Date(),
            "UTC day on which the month's tariff was known",
            date(2025, 4, 30),
            unit="UTC day",
            nullable=True,
        ),
        Column("flow_usd", pl.Float64(), "What the actor bought from the target", 25e9, unit="USD", nullable=True),
        Column("flow_basis", pl.String(), words.FLOW_BASIS.description, "imports", nullable=True, vocabulary=words.FLOW_BASIS),
        Column("is_flow_missing", pl.Boolean(), "The month lies within a series of the pair's flows, and has no figure", False),
        Column(
            "earlier_years",
            pl.Int64(),
            "Years before, of three, that the shortfall is measured against",
            3,
            unit="years",
            minimum=0,
            maximum=3,
            reason="the expectation is the mean of the three years before; more of them is another method",
        ),
        Column("expected_usd", pl.Float64(), "Mean of the same month in those years", 33e9, unit="USD", nullable=True),
        Column(
            "flow_shortfall_pct",
            pl.Float64(),
            "100 (1 - flow / expected): above 0 when less",
            24.2,
            unit="percent",
            nullable=True,
            maximum=100,
            reason="trade cannot fall by more than all of it",
        ),
        Column("flow_released_on", pl.Date(), "UTC day the flow became public", date(2025, 6, 5), unit="UTC day", nullable=True),
        Column("tariff_history_months", pl.Int64(), "Earlier months of the same basis, public by then", 30, unit="months"),
        Column("tariff_z", pl.Float64(), "Robust z-score of the tariff among them", 1.8, unit="robust deviations", nullable=True),
        Column("flow_history_months", pl.Int64(), "Earlier shortfalls of the same basis, public by then", 60, unit="months"),
        Column("flow_z", pl.Float64(), "Robust z-score of the shortfall among them", 2.2, unit="robust deviations", nullable=True),
        Column("trade_strain", pl.Float64(), "Mean of the two z-scores, or the one there is", 2.0, unit="robust deviations", nullable=True),
        Column("parts", pl.String(), words.STRAIN_PARTS.description, "both", vocabulary=words.STRAIN_PARTS),
        c.nullable(
            replace(c.RELEASED_ON, above=("reference_month",)),
            "UTC day on which all that the row uses was public. Empty when it uses nothing",
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
    "Steps of tariffs, drops and recoveries of flows, diversions to other partners. The record of a news signal with the figures as "
    "evidence; published beside the news and never counted in the index.",
    grain="one kind, series and month or day",
    key=("signal_id",),
    columns=(
        Column("signal_id", pl.String(), "Hash of kind, series and date", "4e1f09ab52c77d31"),
        replace(
            c.RELEASED_ON, description="UTC day on which every figure it uses was public: the day of the signal", at_least=("figure_date",)
        ),
        _BUYER,
        _SELLER,
        Column("trade_signal", pl.String(), words.TRADE_SIGNAL.description, "flow_drop", vocabulary=words.TRADE_SIGNAL),
        Column("polarity", pl.String(), words.POLARITY.description, "escalation", vocabulary=words.POLARITY),
        Column("instrument", pl.String(), "tariff, or other where the figures name no tool", "other", vocabulary=words.INSTRUMENT),
        c.FLOW_PRODUCT,
        Column("diverted_to", pl.String(), "Partner whose share rose most; empty for other kinds", "BRA", unit="country", nullable=True),
        Column("series", pl.String(), "Series of the figures", "USA imports from CHN"),
        Column("figure_date", pl.Date(), "Day of the step, or first day of the month", date(2025, 4, 1), unit="UTC day"),
        Column("figure_before", pl.Float64(), "Rate, flow expected, or share before", 33e9),
        Column("figure_after", pl.Float64(), "Rate, flow, or share after", 25e9),
        Column("unit", pl.String(), "Unit of both figures", "USD"),
        Column("evidence", pl.String(), "The figures in a sentence", "USA imports from CHN were 25.0 bn USD in 2025-04."),
        Column("source", pl.String(), "Who published the figures", "US Census Bureau"),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=_SOURCES,
)

COMMITMENTS = Table(
    "commitments",
    "Purchase commitments",
    "What governments promised to buy, each with where it is written.",
    grain="one promise: a buyer, a product and a period",
    key=("commitment_id",),
    columns=(
        Column("commitment_id", pl.String(), "Name of the promise", "phase-one-2020-goods"),
        Column("agreed_on", pl.Date(), "Day of the agreement", date(2020, 1, 15), unit="UTC day"),
        Column("buyer", pl.String(), "Country that promised to buy", "CHN", unit="country", pattern=patterns.COUNTRY),
        Column("seller", pl.String(), "Country from which", "USA", unit="country", pattern=patterns.COUNTRY, differs_from=("buyer",)),
        Column("reporter", pl.String(), "Which of the two counts the flow it is set against", "USA", unit="country"),
        c.described(c.FLOW_PRODUCT, "Product of the flow it is set against; empty: all goods"),
        Column("promise", pl.String(), words.PROMISE.description, "additional", vocabulary=words.PROMISE),
        Column("unit", pl.String(), "USD, or t for metric tons", "USD"),
        Column(
            "promised_amount",
            pl.Float64(),
            "Amount promised over the whole period, in that unit",
            63.9e9,
            exclusive_minimum=0,
            reason="shares of the amount are divided by it",
        ),
        Column("baseline_year", pl.Int64(), "Year that an additional promise is counted from", 2017, unit="year", nullable=True),
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
        Column("source", pl.String(), "Where the promise is written", "USTR, text of the agreement, article 6.2"),
        Column("note", pl.String(), "What a reader must know of the comparison", "all goods are compared"),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("commitments",),
)

PROMISES_AND_DEEDS = Table(
    "promises_and_deeds",
    "Promises and deeds",
    "Purchase commitments against the flows that followed, added up month by month from the first of the period. Months after the newest "
    "figure of any flow have no row; a promise whose flow is not in the figures is shown, without one.",
    grain="one promise and month of its period",
    key=("commitment_id", "reference_month"),
    columns=(
        Column("commitment_id", pl.String(), "Name of the promise", "phase-one-2020-goods"),
        c.REFERENCE_MONTH,
        Column("buyer", pl.String(), "Country that promised to buy", "CHN", unit="country", pattern=patterns.COUNTRY),
        Column("seller", pl.String(), "Country from which", "USA", unit="country", pattern=patterns.COUNTRY, differs_from=("buyer",)),
        c.described(c.FLOW_PRODUCT, "Product of the flow it is set against; empty: all goods"),
        Column("promise", pl.String(), words.PROMISE.description, "additional", vocabulary=words.PROMISE),
        Column("unit", pl.String(), "USD, or t for metric tons: unit of the amounts", "USD"),
        Column("months_elapsed", pl.Int64(), "Months of the period up to and with this one", 12, unit="months"),
        Column("months_of_period", pl.Int64(), "Months of the whole period", 12, unit="months", at_least=("months_elapsed",)),
        Column("months_missing", pl.Int64(), "Months so far without a figure, their own or the baseline year's", 0, unit="months"),
        Column("baseline_amount", pl.Float64(), "Flow of the same months of the baseline year, whole period", 130e9, nullable=True),
        Column("baseline_so_far", pl.Float64(), "The same, of the months so far", 130e9, nullable=True),
        Column("promised_amount", pl.Float64(), "Amount promised over the whole period", 63.9e9),
        Column(
            "promised_flow", pl.Float64(), "Flow that keeps the promise: baseline and promise, or the promise alone", 193.9e9, nullable=True
        ),
        Column("month_amount", pl.Float64(), "Flow of this month", 14.5e9, nullable=True),
        Column("actual_so_far", pl.Float64(), "Flow of the months so far; empty once a month is missing", 124.6e9, nullable=True),
        Column(
            "fulfilled_pct",
            pl.Float64(),
            "Flow so far less baseline so far (none for a total promise), over the whole promise; below 0 when less was bought than in the "
            "baseline year",
            -8.5,
            unit="percent",
            nullable=True,
        ),
        Column("bought_pct", pl.Float64(), "Flow so far over the flow that keeps the promise", 64.3, unit="percent", nullable=True),
        Column("deed_status", pl.String(), words.DEED_STATUS.description, "known", vocabulary=words.DEED_STATUS),
        c.nullable(
            replace(c.RELEASED_ON, above=("reference_month",)), "UTC day on which every figure of the sum was public. Empty without a sum"
        ),
    ),
    layer="trade",
    is_side_table=True,
    published=True,
    sources=("census_flows", "commitments"),
)

TABLES = (TRADE_THRESHOLDS, FLOW_MONTHS, TRADE_STRAIN, TRADE_SIGNALS, COMMITMENTS, PROMISES_AND_DEEDS)
