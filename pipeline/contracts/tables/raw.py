"""Layer `raw`: source data as received, before any validation."""

from dataclasses import replace

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

RAW_ID = Column(
    "raw_id",
    pl.String(),
    "Origin of the row: file name (of a response: upstream, /, feed or file), #, number of the row; in a CSV file without the header, so "
    "row 7 is mostly line 8",
    "wire.jsonl#42",
    pattern=patterns.RAW_ID,
)

RAW_ARTICLES = Table(
    "raw_articles",
    "Raw articles",
    "Every row of the article files, and every article read from responses of upstreams, as received. Stored by the day of published_at, "
    "else of fetched_at; a row without a date takes the day of the row above, at the start of a file that of the first row with one.",
    grain="one row of an article file or a response",
    key=("raw_id",),
    columns=(
        RAW_ID,
        c.INDEX_DATE,
        Column("article_id", pl.String(), "The source's own identifier, as given", "0042", nullable=True),
        Column("source", pl.String(), "Outlet, as given", "Meridian Wire", nullable=True),
        Column("published_at", pl.String(), "Date or instant of publication, as given", "2025-04-04T10:30:00Z", nullable=True),
        Column("fetched_at", pl.String(), "Time when the article was first seen, as given", "2025-04-04T11:00:00Z", nullable=True),
        Column("title", pl.String(), "Headline, as given", "China answers with 34 percent", nullable=True),
        Column("body", pl.String(), "Text, as given", "Beijing will impose a 34 percent tariff on all US goods.", nullable=True),
        Column("url", pl.String(), "Link, as given", "https://meridian.example/0042", nullable=True),
        Column("unreadable", pl.String(), "Parse error of the line, if it could not be parsed", None, nullable=True),
    ),
    layer="raw",
    day="index_date",
    sources=("articles", "rss", "gdelt"),
)

FETCHES = Table(
    "fetches",
    "Fetches",
    "All requests to upstreams and their results. Missing and failed items are listed here and never counted as zero.",
    grain="one item requested from a source at one time",
    key=("source", "item", "asked_at"),
    columns=(
        Column("source", pl.String(), "Upstream", "gdelt"),
        Column("item", pl.String(), "Item requested: a feed, a file, a page", "20250404103000.export.CSV.zip"),
        replace(c.INDEX_DATE, description="UTC day the response is about; for feeds the day of the request"),
        Column("asked_at", c.INSTANT, "Time of the request", c.EXAMPLE_INSTANT, unit="UTC instant"),
        c.word_column("outcome", words.FETCH_OUTCOME, "stored"),
        Column("http_status", pl.Int64(), "HTTP status of the last response; empty without a response", 200, nullable=True),
        Column("attempts", pl.Int64(), "Number of attempts", 1, unit="attempts"),
        Column(
            "url", pl.String(), "URL of the request, without keys", "https://data.gdeltproject.org/gdeltv2/20250404103000.export.CSV.zip"
        ),
        Column(
            "sha256", pl.String(), "Hash of the response; empty without a response", "9f2c5d0e" * 8, nullable=True, pattern=patterns.SHA256
        ),
        Column("byte_count", pl.Int64(), "Size of the response", 81_234, unit="bytes", nullable=True),
        Column("detail", pl.String(), "The problem and what to do; empty when there was none", ""),
    ),
    layer="raw",
    is_side_table=True,
)

RAW_TRADE_FLOWS = Table(
    "raw_trade_flows",
    "Raw trade flows",
    "Monthly goods trade as published by statistical offices. A figure that was revised has a row for each of its values.",
    grain="one value of one origin for a reporter, partner, flow, product and month",
    key=("reporter", "partner", "flow", "product", "reference_month", "origin", "seen_on"),
    columns=(
        Column("reference_month", pl.String(), "Month, as given (YYYY-MM)", "2025-04", pattern=patterns.MONTH),
        Column("reporter", pl.String(), "Country that reports the figure", "USA", pattern=patterns.COUNTRY),
        Column("partner", pl.String(), "Trading partner of the reporter", "CHN", pattern=patterns.COUNTRY),
        Column("flow", pl.String(), "exports or imports, as given", "imports", values=("exports", "imports")),
        Column("product", pl.String(), "Product, as given; empty: all goods, also where the file has no product column", "soybeans"),
        replace(c.VALUE_USD, dtype=pl.Int64(), description="Value of the goods", example=25_000_000_000),
        replace(c.DUTIES_USD, dtype=pl.Int64(), description="Duties collected on the goods, where given", example=4_100_000_000),
        replace(
            c.CONSUMPTION_USD,
            dtype=pl.Int64(),
            description="Value of imports for consumption, the base of the duties, where given",
            example=24_800_000_000,
        ),
        Column(
            "released_on",
            pl.String(),
            "Day on which the figure was first released (YYYY-MM-DD), where given",
            "2025-06-05",
            nullable=True,
            pattern=patterns.DAY,
        ),
        Column(
            "seen_on",
            pl.String(),
            "UTC day of the first response with this value, or the day in the file (YYYY-MM-DD); empty: the value first released",
            "2025-06-06",
            pattern=patterns.DAY_OR_EMPTY,
        ),
        Column(
            "absent_on",
            pl.String(),
            "UTC day of the last earlier response without the month (YYYY-MM-DD), if any",
            "2025-06-05",
            nullable=True,
            pattern=patterns.DAY,
        ),
        c.FLOW_ORIGIN,
        c.FLOW_SOURCE,
    ),
    layer="raw",
    is_side_table=True,
    sources=("census_flows", "comtrade"),
)

RAW_TARIFFS = Table(
    "raw_tariffs",
    "Raw tariff rates",
    "Average tariff rates by date as published by tariff trackers.",
    grain="one importer, exporter, day and averaging method",
    key=("importer", "exporter", "effective_date", "measure"),
    columns=(
        Column("importer", pl.String(), "Country that levies the tariff", "USA", pattern=patterns.COUNTRY),
        Column("exporter", pl.String(), "Country whose goods are subject to it", "CHN", pattern=patterns.COUNTRY),
        Column("effective_date", pl.String(), "First day of the rate, as given", "2025-04-09", pattern=patterns.DAY),
        Column("measure", pl.String(), "Averaging method, as given", "import_weighted", values=("import_weighted", "simple_mean_hs6")),
        c.TARIFF_RATE,
        c.TARIFF_SOURCE,
    ),
    layer="raw",
    is_side_table=True,
    sources=("tariff_trackers",),
)

RAW_COMMITMENTS = Table(
    "raw_commitments",
    "Raw purchase commitments",
    "Purchases that governments committed to, as written in the agreement.",
    grain="one commitment: a buyer, a product and a period",
    key=("commitment_id",),
    columns=(
        c.COMMITMENT_ID,
        Column("agreed_on", pl.String(), "Day of the agreement (YYYY-MM-DD)", "2020-01-15", pattern=patterns.DAY),
        Column("buyer", pl.String(), "Country that committed to buy", "CHN", pattern=patterns.COUNTRY),
        Column("seller", pl.String(), "Country that sells", "USA", pattern=patterns.COUNTRY),
        Column("reporter", pl.String(), "Country whose statistics the commitment is compared with", "USA", pattern=patterns.COUNTRY),
        Column("product", pl.String(), "Product of the flow it is compared with; empty: all goods", ""),
        Column(
            "promise",
            pl.String(),
            "additional (over the same months of the baseline year) or total, as given",
            "additional",
            values=("additional", "total"),
        ),
        Column("unit", pl.String(), "USD, or t for metric tons", "USD", values=("USD", "t")),
        c.PROMISED_AMOUNT,
        c.BASELINE_YEAR,
        Column("period_from", pl.String(), "First month of the period (YYYY-MM)", "2020-01", pattern=patterns.MONTH),
        Column("period_to", pl.String(), "Last month of the period (YYYY-MM)", "2020-12", pattern=patterns.MONTH),
        c.COMMITMENT_SOURCE,
        c.COMMITMENT_NOTE,
    ),
    layer="raw",
    is_side_table=True,
    sources=("commitments",),
)

TABLES = (RAW_ARTICLES, RAW_TRADE_FLOWS, RAW_TARIFFS, RAW_COMMITMENTS, FETCHES)
