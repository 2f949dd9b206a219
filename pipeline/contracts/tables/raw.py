"""Layer `raw`: what the sources said, untouched. All judgement comes later."""

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

RAW_ID = Column(
    "raw_id", pl.String(), "Where the row came from: file name, #, row number in that file", "wire.jsonl#42", pattern=patterns.RAW_ID
)

RAW_ARTICLES = Table(
    "raw_articles",
    "Raw articles",
    "Every row of the article files as it came, filed under the day it claims (or, when it claims none, the day of the row before it).",
    grain="one row of an article file",
    key=("raw_id",),
    columns=(
        RAW_ID,
        c.INDEX_DATE,
        Column("article_id", pl.String(), "The source's own id, as given", "0042", nullable=True),
        Column("source", pl.String(), "Outlet, as given", "Meridian Wire", nullable=True),
        Column("published_at", pl.String(), "Date or instant of publication, as given", "2025-04-04T10:30:00Z", nullable=True),
        Column("fetched_at", pl.String(), "When the article was first seen, as given", "2025-04-04T11:00:00Z", nullable=True),
        Column("title", pl.String(), "Headline, as given", "China answers with 34 percent", nullable=True),
        Column("body", pl.String(), "Text, as given", "Beijing will impose a 34 percent tariff on all US goods.", nullable=True),
        Column("url", pl.String(), "Link, as given", "https://meridian.example/0042", nullable=True),
        Column("unreadable", pl.String(), "What was wrong with the line, when it could not be parsed at all", None, nullable=True),
    ),
    layer="raw",
    day="index_date",
    sources=("articles", "rss", "gdelt"),
)

FETCHES = Table(
    "fetches",
    "Fetches",
    "Journal of everything that was asked of upstreams, with what came of it. What is missing or failed stands here and is never a zero.",
    grain="one thing asked of a source at one instant",
    key=("source", "item", "asked_at"),
    columns=(
        Column("source", pl.String(), "Upstream", "gdelt"),
        Column("item", pl.String(), "What was asked for: a feed, a file, a page", "20250404103000.export.CSV.zip"),
        c.described(c.INDEX_DATE, "UTC day that the answer is about; for feeds the day of asking"),
        Column("asked_at", c.INSTANT, "When it was asked for", c.EXAMPLE_INSTANT, unit="UTC instant"),
        Column("outcome", pl.String(), words.FETCH_OUTCOME.description, "stored", vocabulary=words.FETCH_OUTCOME),
        Column("http_status", pl.Int64(), "Status of the last answer; empty without one", 200, nullable=True),
        Column("attempts", pl.Int64(), "How often it was tried", 1, unit="attempts"),
        Column(
            "url",
            pl.String(),
            "Where it was asked for, without keys",
            "https://data.gdeltproject.org/gdeltv2/20250404103000.export.CSV.zip",
        ),
        Column("sha256", pl.String(), "Hash of the answer; empty without one", "9f2c5d0e" * 8, nullable=True, pattern=patterns.SHA256),
        Column("byte_count", pl.Int64(), "Size of the answer", 81_234, unit="bytes", nullable=True),
        Column("detail", pl.String(), "What went wrong, and what to do; empty when nothing did", ""),
    ),
    layer="raw",
    is_side_table=True,
)

RAW_TRADE_FLOWS = Table(
    "raw_trade_flows",
    "Raw trade flows",
    "Monthly goods trade as the statistical office published it. A figure that was changed later has a row for each value it had.",
    grain="one value that a reporter, partner, flow, product and month had in one origin",
    key=("reporter", "partner", "flow", "product", "reference_month", "origin", "seen_on"),
    columns=(
        Column("reference_month", pl.String(), "Month, as given (YYYY-MM)", "2025-04", pattern=patterns.MONTH),
        Column("reporter", pl.String(), "Country that counted", "USA", pattern=patterns.COUNTRY),
        Column("partner", pl.String(), "Its partner", "CHN", pattern=patterns.COUNTRY),
        Column("flow", pl.String(), "exports or imports, as given", "imports", values=("exports", "imports")),
        Column("product", pl.String(), "Product, as given; empty: all goods, also where the file has no such column", "soybeans"),
        Column("value_usd", pl.Int64(), "Value", 25_000_000_000, unit="USD", minimum=0, maximum=1_000_000_000_000, reason=c.MONTH_IN_USD),
        Column(
            "duties_usd",
            pl.Int64(),
            "Duties collected on it, where given",
            4_100_000_000,
            unit="USD",
            nullable=True,
            minimum=0,
            reason="duties are collected; a refund larger than they are is not a rate",
        ),
        Column(
            "consumption_usd",
            pl.Int64(),
            "Value of imports for consumption, on which the duties were reckoned, where given",
            24_800_000_000,
            unit="USD",
            nullable=True,
            minimum=0,
            maximum=1_000_000_000_000,
            reason=c.MONTH_IN_USD,
        ),
        Column(
            "released_on",
            pl.String(),
            "Day the month was first released (YYYY-MM-DD), where given",
            "2025-06-05",
            nullable=True,
            pattern=patterns.DAY,
        ),
        Column(
            "seen_on",
            pl.String(),
            "UTC day of the first answer that held this value (YYYY-MM-DD); empty: from a file, taken as first released",
            "2025-06-06",
            pattern=patterns.DAY_OR_EMPTY,
        ),
        Column(
            "absent_on",
            pl.String(),
            "UTC day of the last answer before it that lacked the month (YYYY-MM-DD), where there is one",
            "2025-06-05",
            nullable=True,
            pattern=patterns.DAY,
        ),
        Column("origin", pl.String(), words.FLOW_ORIGIN.description, "census", vocabulary=words.FLOW_ORIGIN),
        Column("source", pl.String(), "Who published it", "US Census Bureau"),
    ),
    layer="raw",
    is_side_table=True,
    sources=("census_flows", "comtrade"),
)

RAW_TARIFFS = Table(
    "raw_tariffs",
    "Raw tariff rates",
    "Dated average tariff rates as their trackers published them.",
    grain="one importer, exporter, day and way of averaging",
    key=("importer", "exporter", "effective_date", "measure"),
    columns=(
        Column("importer", pl.String(), "Country that levies", "USA", pattern=patterns.COUNTRY),
        Column("exporter", pl.String(), "Country whose goods are levied", "CHN", pattern=patterns.COUNTRY),
        Column("effective_date", pl.String(), "Day the rate took effect, as given", "2025-04-09", pattern=patterns.DAY),
        Column(
            "measure", pl.String(), "How the rate was averaged, as given", "import_weighted", values=("import_weighted", "simple_mean_hs6")
        ),
        Column(
            "rate_pct",
            pl.Float64(),
            "Average rate",
            112.2,
            unit="percent",
            minimum=0,
            maximum=1000,
            reason="an average rate is never negative, and one above 1000 percent is in another unit",
        ),
        Column("source", pl.String(), "Who published it", "trade-war-redux-2025"),
    ),
    layer="raw",
    is_side_table=True,
    sources=("tariff_trackers",),
)

RAW_COMMITMENTS = Table(
    "raw_commitments",
    "Raw purchase commitments",
    "What governments promised to buy, as the text of the agreement has it.",
    grain="one promise: a buyer, a product and a period",
    key=("commitment_id",),
    columns=(
        Column("commitment_id", pl.String(), "Name of the promise", "phase-one-2020-goods"),
        Column("agreed_on", pl.String(), "Day of the agreement (YYYY-MM-DD)", "2020-01-15", pattern=patterns.DAY),
        Column("buyer", pl.String(), "Country that promised to buy", "CHN", pattern=patterns.COUNTRY),
        Column("seller", pl.String(), "Country from which", "USA", pattern=patterns.COUNTRY),
        Column("reporter", pl.String(), "Which of the two counts the flow it is set against", "USA", pattern=patterns.COUNTRY),
        Column("product", pl.String(), "Product of the flow it is set against; empty: all goods", ""),
        Column(
            "promise",
            pl.String(),
            "additional (over the same months of the baseline year) or total, as given",
            "additional",
            values=("additional", "total"),
        ),
        Column("unit", pl.String(), "USD, or t for metric tons", "USD", values=("USD", "t")),
        Column(
            "promised_amount",
            pl.Float64(),
            "Amount promised over the whole period, in that unit",
            63.9e9,
            exclusive_minimum=0,
            reason="shares of the amount are divided by it",
        ),
        Column("baseline_year", pl.Int64(), "Year that an additional promise is counted from", 2017, unit="year", nullable=True),
        Column("period_from", pl.String(), "First month of the period (YYYY-MM)", "2020-01", pattern=patterns.MONTH),
        Column("period_to", pl.String(), "Last month of the period (YYYY-MM)", "2020-12", pattern=patterns.MONTH),
        Column("source", pl.String(), "Where the promise is written", "USTR, text of the agreement, article 6.2"),
        Column("note", pl.String(), "What a reader must know of the comparison", "all goods are compared"),
    ),
    layer="raw",
    is_side_table=True,
    sources=("commitments",),
)

TABLES = (RAW_ARTICLES, RAW_TRADE_FLOWS, RAW_TARIFFS, RAW_COMMITMENTS, FETCHES)
