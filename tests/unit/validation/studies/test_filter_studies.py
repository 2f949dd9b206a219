"""The studies as figures: nothing of them is lost or rounded."""

import polars as pl

from pipeline.validation.contract import PARTS, VALIDATION
from pipeline.validation.studies.filter_studies import of_forecast, of_simulation
from pipeline.validation.studies.forecast import OF_HALF_LIFE
from pipeline.validation.studies.simulation import OF_STUDY


def one(schema: pl.Schema, **values: object) -> pl.DataFrame:
    row = {name: "a" if dtype == pl.String() else 1 for name, dtype in schema.items()} | values
    return pl.DataFrame([row], schema=schema)


def test_each_world_has_its_coverages_with_their_monte_carlo_limits() -> None:
    found = of_simulation(one(OF_STUDY, evolution="constant", stories_a_day=4, coverage95=0.96, coverage95_se=0.01, replications=500))
    row = found.filter(statistic="coverage95").row(0, named=True)
    assert (row["part"], row["grouping"], row["value"], row["count"]) == ("simulation", "constant, 4 stories a day", 0.96, 500)
    assert (round(row["lo95"], 3), round(row["hi95"], 3)) == (0.94, 0.98)
    assert found.schema == VALIDATION.schema


def test_each_half_life_has_its_likelihood_and_coverages() -> None:
    found = of_forecast(one(OF_HALF_LIFE, half_life_days=7.0, arrivals="singly", window="all", log_likelihood=-12.5, days=30), "CHN-USA")
    row = found.filter(statistic="log_likelihood").row(0, named=True)
    assert (row["pair"], row["grouping"], row["value"]) == ("CHN-USA", "half-life 7 days, stories singly, all", -12.5)
    assert not found.select(VALIDATION.key).is_duplicated().any()
    assert set(found["part"]) <= set(PARTS)
