"""The index as one flat table, and names of countries.

Both are for spreadsheets and statistics programs.
"""

from dataclasses import replace
from datetime import date

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts import vocabulary as words
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c
from pipeline.contracts.tables.index import TENSION_DAILY

_NAME = Column(
    "name", pl.String(), "English name of the country", "China", min_length=1, max_length=60, reason="a row without a name cannot be read"
)

COUNTRIES = Table(
    "countries",
    "Countries",
    "English names of all country codes, from pipeline/contracts/countries.py.",
    grain="one country",
    key=("code",),
    columns=(
        Column(
            "code",
            pl.String(),
            "ISO 3166 alpha-3 code; EUN for the European Union, XKX for Kosovo",
            "CHN",
            unit="country",
            pattern=patterns.COUNTRY,
        ),
        _NAME,
    ),
    layer="index",
    published=True,
)

#: A view of `sql/views`, and the file `tension_index.csv` of a release.
TENSION_INDEX = Table(
    "tension_index",
    "Index, flat",
    "The index as one flat table, rounded: one row for each day, pair or direction, and series. Also the file tension_index.csv.",
    grain="one day and mnemonic",
    key=("date", "mnemonic"),
    columns=(
        Column("date", pl.Date(), "UTC day", date(2025, 4, 4), unit="UTC day", minimum=date(1900, 1, 1)),
        Column(
            "mnemonic",
            pl.String(),
            "Name of the time series: code of the series, codes of both sides, D for daily. TTI.CHN.USA.D is tension of China towards the "
            "United States, TTI.CHN-USA.D both directions together, in alphabetical order",
            "TTI.CHN.USA.D",
            pattern=patterns.MNEMONIC,
        ),
        c.word_column("series", words.INDEX_SERIES, "tension"),
        c.word_column("direction", words.DIRECTION, "towards"),
        Column(
            "country",
            pl.String(),
            "Code of the country that acts, or the first of the pair",
            "CHN",
            unit="country",
            pattern=patterns.COUNTRY,
        ),
        replace(_NAME, name="country_name", description="Its English name"),
        Column(
            "partner",
            pl.String(),
            "Code of the country it acts towards, or the second of the pair",
            "USA",
            unit="country",
            pattern=patterns.COUNTRY,
        ),
        replace(_NAME, name="partner_name", description="Its English name", example="United States"),
        c.optional_number("value", "Value; empty where too little was read", 212.5),
        c.optional_number("lo80", "Lower bound of the 80 % interval", 132.5),
        c.optional_number("hi80", "Upper bound of the 80 % interval", 292.5),
        c.optional_number("lo95", "Lower bound of the 95 % interval; empty for stalemate", 117.5),
        c.optional_number("hi95", "Upper bound of the 95 % interval; empty for stalemate", 307.5),
        Column(
            "evidence",
            pl.Float64(),
            f"Weight of what was read or expected, next to the prior; below {c.LEAST_EVIDENCE} the value is empty. "
            "Of net_tension: the smaller of its two; empty for stalemate",
            0.79,
            unit="share",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        TENSION_DAILY.column("phase"),
        replace(TENSION_DAILY.column("obs_status"), name="status"),
        replace(
            TENSION_DAILY.column("baseline_to"),
            description="Last day of the baseline of the value: others are on another scale. Empty for stalemate",
            nullable=True,
        ),
    ),
    layer="index",
    published=True,
)

TABLES = (COUNTRIES,)
VIEWS = (TENSION_INDEX,)
