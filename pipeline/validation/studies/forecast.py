"""Forecasts of the next day's stories by the filter, scored by half-life.

Each story counts as 1, so the forecast is negative binomial. If the filter starts a day with Gamma(a, b) and e stories are expected at the
baseline rate, the mean is m = a e / b and the variance m (1 + e / b). If stories arrive in clusters, the variance is multiplied by
`clustering`.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom

from pipeline.contracts.tables.index import ANY_SOURCE, BASELINE, DAILY_MASS
from pipeline.errors import TensionError
from pipeline.index.filter import Matrix, filter_channels, predict_next_day
from pipeline.index.parameters import PRIOR_STORIES

HALF_LIVES = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, 42.0, 60.0)  # days
BURN_IN_DAYS = 14  # first calendar days that are not scored: there the forecast depends on the prior, not on the half-life
MIN_SCORED_DAYS = 90  # with fewer days read after the baseline window, days within it are scored instead
ALLOWED_LOG_UNITS = 2.0  # distance from the best likelihood: about the 95 % interval of a profile likelihood
MAX_CLUSTERING = 50.0
AFTER, WITHIN = "after the baseline", "within the baseline"
SINGLY, CLUSTERED = "singly", "in clusters"
SERIES_KEY = ("corpus", "series", "channel", "window")

STORY_DAYS = pl.Schema(
    {
        "index_date": pl.Date(),
        "story_count": pl.Int64(),
        "expected_stories": pl.Float64(),
        "is_scored": pl.Boolean(),
        "window": pl.String(),
    }
)
HALF_LIFE_SCORES = pl.Schema(
    {
        "corpus": pl.String(),
        "series": pl.String(),
        "channel": pl.String(),
        "window": pl.String(),
        "half_life_days": pl.Float64(),
        "arrivals": pl.String(),
        "clustering": pl.Float64(),
        "days": pl.Int64(),
        "stories": pl.Int64(),
        "stories_forecast": pl.Float64(),
        "log_likelihood": pl.Float64(),
        "log_likelihood_per_day": pl.Float64(),
        "coverage80": pl.Float64(),
        "coverage80_plain": pl.Float64(),
        "coverage80_plain_ideal": pl.Float64(),
        "coverage95": pl.Float64(),
        "coverage95_plain": pl.Float64(),
        "coverage95_plain_ideal": pl.Float64(),
        "mean_pit": pl.Float64(),
    }
)


class ForecastError(TensionError, ValueError):
    """A forecast is not possible, or its scores lack the default half-life."""


def count_story_days(
    daily_mass: pl.DataFrame, story_mass: pl.DataFrame, baseline: pl.DataFrame, series: str, channel: str | None = None
) -> pl.DataFrame:
    """Count stories and expected stories of a series by day (`STORY_DAYS`).

    `series`: a pair or direction; `channel`: such as escalation, None for all channels, where a story counts once. A story counts on its
    first day only. Expected stories are articles read times the stories per article of the baseline window, which spans those of all
    versions of the baseline. `is_scored` marks days read after the burn-in, or only those after the baseline window if there are at least
    `MIN_SCORED_DAYS`. Raises `ForecastError` if the baseline window has no story.
    """
    window = baseline.select(pl.col("baseline_from").min(), pl.col("baseline_to").max()).row(0)
    stories = story_mass.filter(series=series) if channel is None else story_mass.filter(series=series, channel=channel)
    first_days = stories.group_by("story_id").agg(pl.col("index_date").min())  # what late articles add is no new story
    counts = first_days.group_by("index_date").agg(pl.len().cast(pl.Int64).alias("story_count"))
    read = daily_mass.filter(series=series).group_by("index_date").agg(pl.col("articles_read").max())
    days = read.join(counts, on="index_date", how="left").with_columns(pl.col("story_count").fill_null(0)).sort("index_date")
    of_window = days.filter(pl.col("index_date").is_between(*window)).select(pl.col("story_count", "articles_read").sum())
    if of_window.is_empty() or not of_window["story_count"].item():
        raise ForecastError(
            f"cannot forecast the stories of {series} ({channel or 'all channels'}): the baseline window {window[0]} to {window[1]} "
            f"has none. Choose another pair or channel, or another window with --baseline FROM:TO"
        )
    rate = of_window["story_count"].item() / of_window["articles_read"].item()
    return _mark_scored_days(days.with_columns(expected_stories=rate * pl.col("articles_read")), window[1]).select(STORY_DAYS.names())


def _mark_scored_days(days: pl.DataFrame, window_to: date) -> pl.DataFrame:
    """Mark the days to score: add `is_scored` and `window`.

    `window_to`: last day of the baseline window. Days with articles from `BURN_IN_DAYS` after the first day on are scored: those after the
    window if there are at least `MIN_SCORED_DAYS`, else all. `window` is `AFTER` or `WITHIN`, for the two cases.
    """
    first = days["index_date"].min()
    assert isinstance(first, date)  # the window has a story, so there are days
    read = (pl.col("articles_read") > 0) & (pl.col("index_date") >= first + timedelta(days=BURN_IN_DAYS))
    after = read & (pl.col("index_date") > window_to)
    is_after = days.filter(after).height >= MIN_SCORED_DAYS
    return days.with_columns(is_scored=after if is_after else read, window=pl.lit(AFTER if is_after else WITHIN))


def forecast_stories(days: pl.DataFrame, half_life_days: float, prior_stories: float = PRIOR_STORIES) -> pl.DataFrame:
    """Forecast the number of stories of each scored day from earlier days.

    `days`: STORY_DAYS; `prior_stories`: weight of the filter's prior, in stories. Returns `index_date`, `story_count`, `mean` (the
    forecast) and `surplus`: the variance is `mean * (1 + surplus)`.
    """
    shape, rate = _compute_opening_state(days, half_life_days, float(prior_stories))
    exposure = days["expected_stories"].to_numpy()
    forecast = days.with_columns(mean=pl.Series(shape / rate * exposure), surplus=pl.Series(exposure / rate))
    return forecast.filter("is_scored").select("index_date", "story_count", "mean", "surplus")


def _compute_opening_state(days: pl.DataFrame, half_life_days: float, prior: float) -> tuple[Matrix, Matrix]:
    """Compute the Gamma shape and rate at the start of each day.

    They come from `filter_channels` itself, with each story as a mass of 1. `days`: STORY_DAYS; `prior`: weight of the prior, in stories.
    Both arrays have one value for each day.
    """
    count, expected = days["story_count"].cast(pl.Float64), days["expected_stories"]
    masses = ("observed", "observed_actions", "observed_unweighted", "second_moment")
    daily = DAILY_MASS.example(days.height).with_columns(
        days["index_date"],
        *(count.alias(name) for name in masses),
        *(expected.alias(name) for name in ("expected", "expected_unweighted")),
        pl.lit(0.0).alias("observed_words"),
    )
    baseline = BASELINE.example().with_columns(
        pl.lit(prior).alias("prior"),
        pl.lit(prior).alias("prior_unweighted"),
        pl.lit(1.0).alias("prior_dispersion"),
        source=pl.lit(ANY_SOURCE),
    )
    series, channel = daily.select("series", "channel").row(0)
    state = filter_channels(daily, baseline.with_columns(series=pl.lit(series), channel=pl.lit(channel)), half_life_days)
    before = np.full(1, prior)
    shape, rate = (np.concatenate([before, state[name].to_numpy()[:-1]]) for name in ("shape", "rate"))
    return predict_next_day(shape, before, half_life_days), predict_next_day(rate, before, half_life_days)


def log_likelihood(forecast: pl.DataFrame, clustering: float = 1.0) -> float:
    """Return the log likelihood of the observed counts under the forecast.

    `forecast`: result of `forecast_stories`; `clustering`: a factor on its variance.
    """
    return float(nbinom.logpmf(forecast["story_count"].to_numpy(), *_negative_binomial(forecast, clustering)).sum())


def _negative_binomial(forecast: pl.DataFrame, clustering: float) -> tuple[Matrix, Matrix]:
    """Return scipy's parameters of each day's negative binomial.

    They are size and probability. `forecast`: result of `forecast_stories`; `clustering`: a factor on its variance, 1 if stories come
    singly. The variance divided by the mean is `clustering * (1 + surplus)`, which must be above 1.
    """
    mean, ratio = forecast["mean"].to_numpy(), clustering * (1 + forecast["surplus"].to_numpy())
    return mean / (ratio - 1), 1 / ratio


def fit_clustering(forecast: pl.DataFrame) -> float:
    """Fit how much stories come in clusters, by maximum likelihood.

    Returns the factor on the variance of the forecast, at least 1 (they come singly), at most `MAX_CLUSTERING`.
    """
    result = minimize_scalar(
        lambda value: -log_likelihood(forecast, float(np.exp(value))), bounds=(0.0, float(np.log(MAX_CLUSTERING))), method="bounded"
    )
    value = float(np.exp(result.x))
    return value if log_likelihood(forecast, value) > log_likelihood(forecast) else 1.0


def score_forecast(forecast: pl.DataFrame, clustering: float = 1.0) -> dict[str, float | int]:
    """Compute likelihood, coverage and mean PIT of a forecast.

    The PIT (probability integral transform) of a day is the forecast probability of fewer stories, plus half that of its count.
    `clustering` is a factor on the variance. Counts are whole numbers, so coverage (of 80 and 95 %) has three forms. `coverage95` uses the
    non-randomised PIT (Czado, Gneiting and Held 2009): each count is spread evenly over its step of the forecast distribution; a correct
    forecast gives 95 %. `coverage95_plain` is the share of days with a count from the 2.5 % to the 97.5 % quantile.
    `coverage95_plain_ideal` is the same share for a correct forecast, well above 95 % if stories are few.
    """
    count = forecast["story_count"].to_numpy()
    size, probability = _negative_binomial(forecast, clustering)
    upto, below = nbinom.cdf(count, size, probability), nbinom.cdf(count - 1, size, probability)
    result: dict[str, float | int] = {
        "days": forecast.height,
        "stories": int(count.sum()),
        "stories_forecast": float(forecast["mean"].sum()),
        "log_likelihood": log_likelihood(forecast, clustering),
        "log_likelihood_per_day": log_likelihood(forecast, clustering) / forecast.height,
        "mean_pit": float(((upto + below) / 2).mean()),
    }
    for level in (80, 95):
        tail = (1 - level / 100) / 2
        lower, upper = (nbinom.ppf(quantile, size, probability) for quantile in (tail, 1 - tail))
        spread = [np.clip((quantile - below) / (upto - below), 0, 1) for quantile in (tail, 1 - tail)]
        result[f"coverage{level}"] = float((spread[1] - spread[0]).mean())
        result[f"coverage{level}_plain"] = float(((count >= lower) & (count <= upper)).mean())
        ideal = nbinom.cdf(upper, size, probability) - nbinom.cdf(lower - 1, size, probability)
        result[f"coverage{level}_plain_ideal"] = float(ideal.mean())
    return result


def score_half_lives(
    corpus: str,
    daily_mass: pl.DataFrame,
    story_mass: pl.DataFrame,
    baseline: pl.DataFrame,
    series: str,
    channel: str | None = None,
    half_lives: Sequence[float] = HALF_LIVES,
    prior_stories: float = PRIOR_STORIES,
) -> pl.DataFrame:
    """Score the forecast of the next day's stories for each half-life (`HALF_LIFE_SCORES`).

    Two rows per half-life: stories that arrive singly, as the filter assumes, and in clusters of the fitted size. `corpus`: a label of the
    rows; the tables, `series` and `channel` are as in `count_story_days`; `prior_stories`: weight of the filter's prior, in stories. Raises
    `ForecastError` as `count_story_days` does, or if there is no day to score.
    """
    days = count_story_days(daily_mass, story_mass, baseline, series, channel)
    if not days["is_scored"].any():
        raise ForecastError(
            f"cannot score the stories of {series}: no day was read later than {BURN_IN_DAYS} days after the first. Read more days"
        )
    rows: list[dict[str, str | float]] = []
    for half_life in half_lives:
        forecast = forecast_stories(days, half_life, prior_stories)
        rows.extend(
            {
                "corpus": corpus,
                "series": series,
                "channel": channel or "(all)",
                "window": days["window"][0],
                "half_life_days": half_life,
                "arrivals": arrivals,
                "clustering": clustering,
                **score_forecast(forecast, clustering),
            }
            for arrivals, clustering in ((SINGLY, 1.0), (CLUSTERED, fit_clustering(forecast)))
        )
    return pl.DataFrame(rows, schema=HALF_LIFE_SCORES)


def measure_below_best(scores: pl.DataFrame) -> pl.DataFrame:
    """Compute how much worse each half-life forecasts than its series' best.

    `scores`: HALF_LIFE_SCORES, where each half-life has two forecasts (`arrivals`): stories arrive singly or in clusters. All rows of a
    series with the better of the two are returned; clusters count as better only if they raise the best log likelihood by more than
    `ALLOWED_LOG_UNITS`, since they have one more parameter. Columns: SERIES_KEY, `half_life_days`, `arrivals`, `clustering` (the factor on
    the variance, 1 for stories that arrive singly) and `below_best` (log likelihood of the best half-life minus this one's, at least 0).
    """
    gain = pl.col("log_likelihood").filter(arrivals=CLUSTERED).max() - pl.col("log_likelihood").filter(arrivals=SINGLY).max()
    chosen = pl.when(gain.over(SERIES_KEY) > ALLOWED_LOG_UNITS).then(pl.lit(CLUSTERED)).otherwise(pl.lit(SINGLY))
    return (
        scores.filter(pl.col("arrivals") == chosen)
        .with_columns(below_best=pl.col("log_likelihood").max().over(SERIES_KEY) - pl.col("log_likelihood"))
        .select(*SERIES_KEY, "half_life_days", "arrivals", "clustering", "below_best")
        .sort(*SERIES_KEY, "half_life_days")
    )


def recommend_half_lives(scores: pl.DataFrame, default_days: float) -> pl.DataFrame:
    """Recommend half-lives for each series (`SERIES_KEY`).

    `scores`: HALF_LIFE_SCORES; `measure_below_best` chooses the forecasts of stories that arrive singly or in clusters. `best_days`: the
    half-life with the highest log likelihood; `from_days`, `to_days`: the shortest and the longest whose log likelihood is at most
    `ALLOWED_LOG_UNITS` below it; `default_below_best`: log units of the default below the best. Raises `ForecastError` if the default was
    not scored.
    """
    if default_days not in scores["half_life_days"]:
        raise ForecastError(f"the half-life of {default_days} days was not scored; add it to half_lives")
    below, half_life = pl.col("below_best"), pl.col("half_life_days")
    return (
        measure_below_best(scores)
        .group_by(*SERIES_KEY, "arrivals", maintain_order=True)
        .agg(
            half_life.sort_by(below).first().alias("best_days"),
            half_life.filter(below <= ALLOWED_LOG_UNITS).min().alias("from_days"),
            half_life.filter(below <= ALLOWED_LOG_UNITS).max().alias("to_days"),
            below.filter(half_life == default_days).first().alias("default_below_best"),
        )
    )


def rank_half_lives(scores: pl.DataFrame) -> pl.DataFrame:
    """Rank half-lives by how much they lose in the worst case.

    A half-life's loss in a series is how far its log likelihood is below that of the best half-life. `at_worst`, `summed`: the largest and
    the total loss over all series, in log units. The half-life with the smallest `at_worst` comes first; of equal ones the shorter.
    """
    below = pl.col("below_best")
    costs = measure_below_best(scores).group_by("half_life_days").agg(below.max().alias("at_worst"), below.sum().alias("summed"))
    return costs.sort("at_worst", "half_life_days")
