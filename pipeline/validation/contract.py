"""The table of figures that `tension validate` writes.

It is not one of the pipeline's tables, which the folder `lake` of a home contains: it is written next to the page with the results.
"""

from datetime import date

import polars as pl

from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

PARTS = {
    "events": "dated trade actions: does the index rise on the days around them",
    "independent": "acts of a list that nobody of this project chose: hits, chance, the keyword rule, the sign",
    "agreement": "correlation of levels and changes with reference series",
    "placebo": "every published pair compared with every reference",
    "sources": "the index without one of its sources",
    "variants": "the index with every severity g = 1, and its parts from words and from actions",
    "rebuild": "published values computed a second time from the published masses",
    "simulation": "how often the intervals contain simulated rates whose true value is known",
    "forecast": "how well each half-life forecasts the stories of the next day",
}


VALIDATION = Table(
    "validation",
    "Validation",
    "Results of comparing the index with events, reference series and itself. Figures that cannot be computed are null, never zero.",
    grain="one figure",
    key=("part", "statistic", "measured", "pair", "reference", "grouping"),
    columns=(
        Column("part", pl.String(), f"Part of the validation: {'; '.join(f'{name}: {what}' for name, what in PARTS.items())}", "events"),
        Column("statistic", pl.String(), "Name of the statistic, with its window and frequency", "hit rate within 3 days"),
        Column(
            "measured",
            pl.String(),
            "Series: index, keyword (`keyword, same false alarms`: with as many as the index), difference (index minus keyword), ratio ("
            "index to keyword), or a column of the index; of simulations `limits` (intervals), of forecasts `next day's stories`",
            "index",
        ),
        Column("pair", pl.String(), "Pair of countries; empty for all", "CHN-USA"),
        Column("reference", pl.String(), "Reference series; empty if the figure uses none", "trade_epu"),
        Column(
            "grouping", pl.String(), "Polarity or channel, year, source, table, simulated world or half-life; empty for all", "concession"
        ),
        c.optional_number("value", "The figure", 0.55),
        c.optional_number("lo95", "Lower bound of the 95 % interval: bootstrapped, exact, or two Monte-Carlo errors below", 0.31),
        c.optional_number("hi95", "Upper bound of the 95 % interval", 0.72),
        c.optional_number("chance", "Mean of the same statistic at randomly drawn dates; one half for a test of signs", 0.1),
        c.optional_number("chance_lo95", "Lower bound of the 95 % interval at random dates", 0.0),
        c.optional_number("chance_hi95", "Upper bound of the 95 % interval at random dates", 0.25),
        c.optional_number("p_random", "Share of random draws of dates with at least this value; for a test of signs its p-value", 0.001),
        c.optional_number("p_shift", "Share of shifts of all events by the same number of days with at least this value", 0.004),
        Column("count", pl.Int64(), "Number of events or acts, months, days or simulated pairs behind the figure", 27, nullable=True),
        Column("first_day", pl.Date(), "First day of the window", date(2018, 4, 1), nullable=True),
        Column("last_day", pl.Date(), "Last day of the window", date(2020, 6, 30), nullable=True),
    ),
    layer="index",
)
