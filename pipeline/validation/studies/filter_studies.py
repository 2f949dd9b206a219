"""Results of simulation and forecast studies as rows of VALIDATION."""

import polars as pl

from pipeline.validation.studies.figures import figure, to_frame

_SIMULATION_COLUMNS = ("coverage80", "coverage95", "width95")
_FORECAST_COLUMNS = ("log_likelihood", "coverage80", "coverage95", "coverage95_plain", "coverage95_plain_ideal", "clustering", "mean_pit")


def simulation_figures(study: pl.DataFrame) -> pl.DataFrame:
    """Convert the result of `simulation.simulate_coverage` to rows of VALIDATION.

    A coverage (share of days on which the interval has the true rate) gets an interval of two standard errors to either side; a width gets
    none.
    """
    rows = []
    for row in study.iter_rows(named=True):
        world = f"{row['evolution']}, {row['stories_a_day']:g} stories a day"
        for name in _SIMULATION_COLUMNS:
            error = row.get(f"{name}_se")
            interval = {} if error is None else {"lo95": row[name] - 2 * error, "hi95": row[name] + 2 * error}
            rows.append(
                figure("simulation", name, measured="limits", grouping=world, value=row[name], count=row["replications"], **interval)
            )
    return to_frame(rows)


def forecast_figures(study: pl.DataFrame, pair: str) -> pl.DataFrame:
    """Convert forecast scores of half-lives to rows of VALIDATION.

    `study`: result of `forecast.score_half_lives` for `pair`.
    """
    rows = []
    for row in study.iter_rows(named=True):
        grouping = f"half-life {row['half_life_days']:g} days, stories {row['arrivals']}, {row['window']}"
        rows += [
            figure("forecast", name, measured="next day's stories", pair=pair, grouping=grouping, value=row[name], count=row["days"])
            for name in _FORECAST_COLUMNS
        ]
    return to_frame(rows)
