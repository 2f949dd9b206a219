"""The two studies of the filter, the coverage of made-up rates and the forecast over half-lives, as rows of VALIDATION.

Belongs here: turning their frames into figures. Does not: the studies (`simulation.py`, `forecast.py`), or how they are shown.
"""

import polars as pl

from pipeline.validation.studies.figures import figure, figures

_OF_SIMULATION = ("coverage80", "coverage95", "width95")
_OF_FORECAST = ("log_likelihood", "coverage80", "coverage95", "coverage95_plain", "coverage95_plain_ideal", "clustering", "mean_pit")


def of_simulation(study: pl.DataFrame) -> pl.DataFrame:
    """Rows of VALIDATION from the frame of `simulation.coverage_of_limits`; the limits of a coverage are two Monte-Carlo errors."""
    rows = []
    for row in study.iter_rows(named=True):
        world = f"{row['evolution']}, {row['stories_a_day']:g} stories a day"
        for name in _OF_SIMULATION:
            error = row.get(f"{name}_se")
            limits = {} if error is None else {"lo95": row[name] - 2 * error, "hi95": row[name] + 2 * error}
            rows.append(figure("simulation", name, measured="limits", grouping=world, value=row[name], count=row["replications"], **limits))
    return figures(rows)


def of_forecast(study: pl.DataFrame, pair: str) -> pl.DataFrame:
    """Rows of VALIDATION from the frame of `forecast.forecast_by_half_life` for one pair."""
    rows = []
    for row in study.iter_rows(named=True):
        look = f"half-life {row['half_life_days']:g} days, stories {row['arrivals']}, {row['window']}"
        rows += [
            figure("forecast", name, measured="next day's stories", pair=pair, grouping=look, value=row[name], count=row["days"])
            for name in _OF_FORECAST
        ]
    return figures(rows)
