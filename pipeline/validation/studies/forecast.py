"""The stories of a day foretold from the filter's state of the day before, and how well each half-life foretells them.

Belongs here: what was foretold and what came, day by day, its score over half-lives, and which half-lives the score allows.
Does not: the filter itself (`filter_channels` runs over the counts of stories), plots, or a choice of the default.

Stories are counted, not weighed: every story is one, so the filter's Gamma state is exact for them, and the forecast is negative binomial.
Where the filter begins a day with Gamma(a, b) and e stories are expected at the baseline's rate, the day's count has the mean m = a e / b
and the variance m (1 + e / b). Where stories of a day come in clusters, the variance is `clustering` times that (the counts are
clusters of that size, so the state is Gamma(a / clustering, b / clustering)): one parameter, 1 where stories come singly.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
from scipy.optimize import minimize_scalar
from scipy.stats import nbinom

from pipeline.contracts.tables.index import BASELINE, DAILY_MASS
from pipeline.index.filter import Matrix, filter_channels, predict_next_day
from pipeline.index.parameters import PRIOR_STORIES

HALF_LIVES = (1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, 42.0, 60.0)  # days
BURN_IN_DAYS = 14  # calendar days after the first that are not scored: the prior alone speaks there, whatever the half-life
LEAST_SCORED_DAYS = 90  # days read after the baseline window that make a look of their own
ALLOWED_LOG_UNITS = 2.0  # half-lives this near to the best are allowed: about the 95 % interval of a profile likelihood
MOST_CLUSTERING = 50.0
AFTER, WITHIN = "after the baseline", "within the baseline"
SINGLY, CLUSTERED = "singly", "in clusters"
LOOK = ("corpus", "series", "channel", "window")

STORY_DAYS = pl.Schema(
    {
        "index_date": pl.Date(),
        "story_count": pl.Int64(),
        "expected_stories": pl.Float64(),
        "is_scored": pl.Boolean(),
        "window": pl.String(),
    }
)
OF_HALF_LIFE = pl.Schema(
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
        "stories_foretold": pl.Float64(),
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


class ForecastError(ValueError):
    """There is nothing to foretell with: the message says which series, and what is missing."""


def story_days(
    daily_mass: pl.DataFrame, story_mass: pl.DataFrame, baseline: pl.DataFrame, series: str, channel: str | None = None
) -> pl.DataFrame:
    """The stories that came on each day of the calendar and those expected at the baseline's rate, columns `STORY_DAYS`.

    `channel` none: all channels together, a story counted once. Expected are articles read times the stories per article of the window.
    Scored are the days that were read after the burn-in, and after the baseline window where that leaves at least 90 of them (the forecast
    has then not seen what sets 100); else those in the window, and `window` says so. `ForecastError` when the window holds no story.
    """
    window = baseline.select(pl.col("baseline_from").min(), pl.col("baseline_to").max()).row(0)
    told = story_mass.filter(series=series) if channel is None else story_mass.filter(series=series, channel=channel)
    counts = told.group_by("index_date").agg(pl.col("story_id").n_unique().cast(pl.Int64).alias("story_count"))
    read = daily_mass.filter(series=series).group_by("index_date").agg(pl.col("articles_read").max())
    days = read.join(counts, on="index_date", how="left").with_columns(pl.col("story_count").fill_null(0)).sort("index_date")
    of_window = days.filter(pl.col("index_date").is_between(*window)).select(pl.col("story_count", "articles_read").sum())
    if of_window.is_empty() or not of_window["story_count"].item():
        raise ForecastError(
            f"the stories of {series} ({channel or 'all channels'}) cannot be foretold: the baseline window {window[0]} to {window[1]} "
            f"holds none. Choose another pair or channel, or another window with --baseline FROM:TO"
        )
    rate = of_window["story_count"].item() / of_window["articles_read"].item()
    return _scored(days.with_columns(expected_stories=rate * pl.col("articles_read")), window[1]).select(STORY_DAYS.names())


def _scored(days: pl.DataFrame, window_to: date) -> pl.DataFrame:
    begun = days["index_date"].min()
    assert isinstance(begun, date)  # the window holds a story, so there are days
    read = (pl.col("articles_read") > 0) & (pl.col("index_date") >= begun + timedelta(days=BURN_IN_DAYS))
    after = read & (pl.col("index_date") > window_to)
    is_after = days.filter(after).height >= LEAST_SCORED_DAYS
    return days.with_columns(is_scored=after if is_after else read, window=pl.lit(AFTER if is_after else WITHIN))


def foretold(days: pl.DataFrame, half_life_days: float, prior_stories: float = PRIOR_STORIES) -> pl.DataFrame:
    """The scored days with `mean`, the stories foretold from the day before, and `surplus`, e / b: variance = mean (1 + surplus)."""
    shape, rate = _begun(days, half_life_days, float(prior_stories))
    exposure = days["expected_stories"].to_numpy()
    forecast = days.with_columns(mean=pl.Series(shape / rate * exposure), surplus=pl.Series(exposure / rate))
    return forecast.filter("is_scored").select("index_date", "story_count", "mean", "surplus")


def _begun(days: pl.DataFrame, half_life_days: float, prior: float) -> tuple[Matrix, Matrix]:
    """The filter's two sums at the beginning of each day, by the published filter over stories that all weigh one."""
    count, expected = days["story_count"].cast(pl.Float64), days["expected_stories"]
    masses = ("observed", "observed_actions", "observed_unweighted", "second_moment")
    daily = DAILY_MASS.example(days.height).with_columns(
        days["index_date"],
        *(count.alias(name) for name in masses),
        *(expected.alias(name) for name in ("expected", "expected_unweighted")),
        pl.lit(0.0).alias("observed_words"),
    )
    baseline = BASELINE.example().with_columns(
        pl.lit(prior).alias("prior"), pl.lit(prior).alias("prior_unweighted"), pl.lit(1.0).alias("prior_dispersion"), source=pl.lit("(any)")
    )
    series, channel = daily.select("series", "channel").row(0)
    state = filter_channels(daily, baseline.with_columns(series=pl.lit(series), channel=pl.lit(channel)), half_life_days)
    before = np.full(1, prior)
    shape, rate = (np.concatenate([before, state[name].to_numpy()[:-1]]) for name in ("shape", "rate"))
    return predict_next_day(shape, before, half_life_days), predict_next_day(rate, before, half_life_days)


def log_likelihood(forecast: pl.DataFrame, clustering: float = 1.0) -> float:
    """Sum of the logarithms of the chances that the forecast gave to what came."""
    return float(nbinom.logpmf(forecast["story_count"].to_numpy(), *_negative_binomial(forecast, clustering)).sum())


def _negative_binomial(forecast: pl.DataFrame, clustering: float) -> tuple[Matrix, Matrix]:
    """Size and probability, as scipy counts them, of the negative binomial with the forecast's mean and its variance times `clustering`."""
    mean, ratio = forecast["mean"].to_numpy(), clustering * (1 + forecast["surplus"].to_numpy())
    return mean / (ratio - 1), 1 / ratio


def fitted_clustering(forecast: pl.DataFrame) -> float:
    """The clustering of the greatest likelihood, at least 1."""
    found = minimize_scalar(
        lambda value: -log_likelihood(forecast, float(np.exp(value))), bounds=(0.0, float(np.log(MOST_CLUSTERING))), method="bounded"
    )
    value = float(np.exp(found.x))
    return value if log_likelihood(forecast, value) > log_likelihood(forecast) else 1.0


def scores(forecast: pl.DataFrame, clustering: float = 1.0) -> dict[str, float | int]:
    """Likelihood, coverage and mean PIT of a forecast. A day's count is a whole number, so coverage is told in three ways:

    `coverage95` is that of the non-randomised PIT (Czado, Gneiting and Held 2009): each count is spread evenly over its step of the
    foretold distribution, and the share between .025 and .975 is taken; 95 % where the forecast is right, however few the stories.
    `coverage95_plain` is the share of days whose count lies in the interval from the 2.5 % to the 97.5 % quantile, both ends counted in.
    `coverage95_plain_ideal` is what that interval would cover if the forecast were right: well above 95 % where stories are few.
    """
    count = forecast["story_count"].to_numpy()
    size, probability = _negative_binomial(forecast, clustering)
    upto, below = nbinom.cdf(count, size, probability), nbinom.cdf(count - 1, size, probability)
    result: dict[str, float | int] = {
        "days": forecast.height,
        "stories": int(count.sum()),
        "stories_foretold": float(forecast["mean"].sum()),
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


def forecast_by_half_life(
    corpus: str,
    daily_mass: pl.DataFrame,
    story_mass: pl.DataFrame,
    baseline: pl.DataFrame,
    series: str,
    channel: str | None = None,
    half_lives: Sequence[float] = HALF_LIVES,
    prior_stories: float = PRIOR_STORIES,
) -> pl.DataFrame:
    """How well each half-life foretells the stories of the next day, columns `OF_HALF_LIFE`; `ForecastError` as for `story_days`.

    Two rows a half-life: stories that arrive singly, as the filter assumes, and in clusters of the size of the greatest likelihood.
    `corpus` is a name for the reader, `prior_stories` the weight of the filter's prior.
    """
    days = story_days(daily_mass, story_mass, baseline, series, channel)
    if not days["is_scored"].any():
        raise ForecastError(
            f"the stories of {series} cannot be scored: nothing was read later than {BURN_IN_DAYS} days after the first day. Read more days"
        )
    rows: list[dict[str, str | float]] = []
    for half_life in half_lives:
        forecast = foretold(days, half_life, prior_stories)
        rows.extend(
            {
                "corpus": corpus,
                "series": series,
                "channel": channel or "(all)",
                "window": days["window"][0],
                "half_life_days": half_life,
                "arrivals": arrivals,
                "clustering": clustering,
                **scores(forecast, clustering),
            }
            for arrivals, clustering in ((SINGLY, 1.0), (CLUSTERED, fitted_clustering(forecast)))
        )
    return pl.DataFrame(rows, schema=OF_HALF_LIFE)


def log_units_below_best(scored: pl.DataFrame) -> pl.DataFrame:
    """The likelihood of each half-life against the best of its look: columns of `LOOK`, half_life_days, arrivals, clustering, below_best.

    A look is one corpus, series and channel. Clusters are taken only where they gain more than two log units, and then for all half-lives.
    """
    gained = pl.col("log_likelihood").filter(arrivals=CLUSTERED).max() - pl.col("log_likelihood").filter(arrivals=SINGLY).max()
    taken = pl.when(gained.over(LOOK) > ALLOWED_LOG_UNITS).then(pl.lit(CLUSTERED)).otherwise(pl.lit(SINGLY))
    return (
        scored.filter(pl.col("arrivals") == taken)
        .with_columns(below_best=pl.col("log_likelihood").max().over(LOOK) - pl.col("log_likelihood"))
        .select(*LOOK, "half_life_days", "arrivals", "clustering", "below_best")
        .sort(*LOOK, "half_life_days")
    )


def recommended(scored: pl.DataFrame, default_days: float) -> pl.DataFrame:
    """For each look the half-life of the greatest likelihood (`best_days`), the shortest and longest within two log units of it
    (`from_days`, `to_days`), and how far below the best the default lies (`default_below_best`). `ForecastError`: it was not scored.
    """
    if default_days not in scored["half_life_days"]:
        raise ForecastError(f"the half-life of {default_days} days was not scored, so nothing can be said of it; add it to half_lives")
    below, half_life = pl.col("below_best"), pl.col("half_life_days")
    return (
        log_units_below_best(scored)
        .group_by(*LOOK, "arrivals", maintain_order=True)
        .agg(
            half_life.sort_by(below).first().alias("best_days"),
            half_life.filter(below <= ALLOWED_LOG_UNITS).min().alias("from_days"),
            half_life.filter(below <= ALLOWED_LOG_UNITS).max().alias("to_days"),
            below.filter(half_life == default_days).first().alias("default_below_best"),
        )
    )


def compromise(scored: pl.DataFrame) -> pl.DataFrame:
    """What each half-life costs over all looks: the largest and the summed log units below their bests, the least costly at worst first."""
    below = pl.col("below_best")
    costs = log_units_below_best(scored).group_by("half_life_days").agg(below.max().alias("at_worst"), below.sum().alias("summed"))
    return costs.sort("at_worst", "half_life_days")
