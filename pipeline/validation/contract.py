"""The figures of `tension validate`, one row a figure. It is written beside the report and is no table of the lake."""

from datetime import date

import polars as pl

from pipeline.contracts.model import Column, Table

PARTS = {
    "events": "dated trade actions: does the index rise when something is known to have happened",
    "agreement": "levels and changes against reference series",
    "placebo": "every published pair against every reference",
    "sources": "the index without one of its sources",
    "variants": "the index with every severity g = 1, and its parts from words and from actions",
    "rebuild": "published values computed a second time from the published masses",
    "simulation": "how often the limits cover made-up rates whose truth is known",
    "forecast": "how well each half-life foretells the stories of the next day",
}


def _share(name: str, description: str, example: float) -> Column:
    return Column(name, pl.Float64(), description, example, nullable=True)


VALIDATION = Table(
    "validation",
    "Validation",
    "What the index was held against, and what came out. Figures that cannot be computed are empty, never zero.",
    grain="one figure",
    key=("part", "statistic", "measured", "pair", "reference", "grouping"),
    columns=(
        Column("part", pl.String(), f"Part of the validation: {'; '.join(f'{name}: {what}' for name, what in PARTS.items())}", "events"),
        Column("statistic", pl.String(), "What is computed, with its window and frequency", "hit rate within 3 days"),
        Column("measured", pl.String(), "Of what: index, keyword, difference (index minus keyword), or a column of the index", "index"),
        Column("pair", pl.String(), "Pair of countries; empty for all", "CHN-USA"),
        Column("reference", pl.String(), "Reference series; empty where there is none", "trade_epu"),
        Column("grouping", pl.String(), "Polarity, year, source, made-up world or half-life; empty for all", "concession"),
        _share("value", "The figure", 0.55),
        _share("lo95", "Lower 95 % limit, by bootstrap or exact", 0.31),
        _share("hi95", "Upper 95 % limit", 0.72),
        _share("chance", "The same statistic where dates are drawn at random, on average", 0.1),
        _share("chance_lo95", "Lower 95 % limit of what chance gives", 0.0),
        _share("chance_hi95", "Upper 95 % limit of what chance gives", 0.25),
        _share("p_random", "Share of random draws of dates that do at least as well", 0.001),
        _share("p_shift", "Share of shifts of all events by the same number of days that do at least as well", 0.004),
        Column("count", pl.Int64(), "Events, months or days that the figure is over", 27, nullable=True),
        Column("first_day", pl.Date(), "First day of the window", date(2018, 4, 1), nullable=True),
        Column("last_day", pl.Date(), "Last day of the window", date(2020, 6, 30), nullable=True),
    ),
    layer="index",
)
