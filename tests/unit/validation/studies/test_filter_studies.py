"""Results of studies as figures: nothing is lost or rounded."""

import polars as pl

from pipeline.validation.contract import PARTS, VALIDATION
from pipeline.validation.studies.filter_studies import forecast_figures, simulation_figures
from pipeline.validation.studies.forecast import HALF_LIFE_SCORES
from pipeline.validation.studies.simulation import COVERAGE_STUDY


def one_row(schema: pl.Schema, **values: object) -> pl.DataFrame:
    row = {name: "a" if dtype == pl.String() else 1 for name, dtype in schema.items()} | values
    return pl.DataFrame([row], schema=schema)


def test_each_world_has_coverages_with_monte_carlo_intervals() -> None:
    figures = simulation_figures(
        one_row(COVERAGE_STUDY, evolution="constant", stories_a_day=4, coverage95=0.96, coverage95_se=0.01, replications=500)
    )
    row = figures.filter(statistic="coverage95").row(0, named=True)
    assert (row["part"], row["grouping"], row["value"], row["count"]) == ("simulation", "constant, 4 stories a day", 0.96, 500)
    assert (round(row["lo95"], 3), round(row["hi95"], 3)) == (0.94, 0.98)
    assert figures.schema == VALIDATION.schema


def test_each_half_life_has_its_likelihood_and_coverages() -> None:
    figures = forecast_figures(
        one_row(HALF_LIFE_SCORES, half_life_days=7.0, arrivals="singly", window="all", log_likelihood=-12.5, days=30), "CHN-USA"
    )
    row = figures.filter(statistic="log_likelihood").row(0, named=True)
    assert (row["pair"], row["grouping"], row["value"]) == ("CHN-USA", "half-life 7 days, stories singly, all", -12.5)
    assert not figures.select(VALIDATION.key).is_duplicated().any()
    assert set(figures["part"]) <= set(PARTS)
