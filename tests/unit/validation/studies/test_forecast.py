from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import gamma, nbinom, poisson

from pipeline.contracts.tables.index import BASELINE, DAILY_MASS, STORY_MASS
from pipeline.validation.studies.forecast import (
    AFTER,
    ALLOWED_LOG_UNITS,
    BURN_IN_DAYS,
    CLUSTERED,
    HALF_LIFE_SCORES,
    SINGLY,
    STORY_DAYS,
    WITHIN,
    ForecastError,
    count_story_days,
    fit_clustering,
    forecast_stories,
    log_likelihood,
    rank_half_lives,
    recommend_half_lives,
    score_forecast,
    score_half_lives,
)

FIRST = date(2018, 1, 1)
PRIOR = 3.0


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def to_days(counts: list[int], expected: list[float]) -> pl.DataFrame:
    """Build days with these counts, all scored."""
    days = [(day(n), count, e, e > 0, WITHIN) for n, (count, e) in enumerate(zip(counts, expected, strict=True))]
    return pl.DataFrame(days, schema=STORY_DAYS, orient="row")


def draw_days(days: int, stories_a_day: float, half_life: float, clustering: float = 1.0, seed: int = 5) -> pl.DataFrame:
    """Draw counts day by day from the forecast of a filter with this half-life."""
    random, retention = np.random.default_rng(seed), 2 ** (-1 / half_life)
    a, b, counts = PRIOR, PRIOR, []
    for _ in range(days):
        a, b = retention * a + (1 - retention) * PRIOR, retention * b + (1 - retention) * PRIOR
        ratio = clustering * (1 + stories_a_day / b)
        counts.append(int(nbinom.rvs(a / b * stories_a_day / (ratio - 1), 1 / ratio, random_state=random)))
        a, b = a + counts[-1], b + stories_a_day
    return to_days(counts, [stories_a_day] * days)


def lake(days: int, window_days: int, unread: set[int] | None = None) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Build daily mass, story mass and baseline.

    Ten articles a day except on `unread` days; every other day one story that is both escalation and dialogue.
    """
    channels = ("concession", "dialogue", "escalation")
    daily = pl.concat(
        DAILY_MASS.example(days).with_columns(
            index_date=pl.Series([day(n) for n in range(days)]),
            series=pl.lit("CHN-USA"),
            channel=pl.lit(channel),
            articles_read=pl.Series([0 if n in (unread or set()) else 10 for n in range(days)]),
        )
        for channel in channels
    )
    story_days = [n for n in range(0, days, 2) if n not in (unread or set())]
    mass = pl.concat(
        STORY_MASS.example(len(story_days)).with_columns(
            index_date=pl.Series([day(n) for n in story_days]),
            series=pl.lit("CHN-USA"),
            channel=pl.lit(channel),
            story_id=pl.Series([f"story {n}" for n in story_days]),
        )
        for channel in channels[1:]
    )
    return daily, mass, BASELINE.example().with_columns(baseline_from=pl.lit(FIRST), baseline_to=pl.lit(day(window_days - 1)))


def test_a_story_in_two_channels_counts_once() -> None:
    everything = count_story_days(*lake(40, 40), "CHN-USA")
    one_channel = count_story_days(*lake(40, 40), "CHN-USA", "escalation")
    assert everything.equals(one_channel)
    assert everything["story_count"].to_list() == [1, 0] * 20
    assert everything.schema == STORY_DAYS


def test_what_late_articles_add_is_no_new_story() -> None:
    daily, mass, baseline = lake(40, 40)
    late = mass.head(1).with_columns(index_date=pl.lit(day(9)), is_first=pl.lit(value=False))
    assert count_story_days(daily, pl.concat([mass, late]), baseline, "CHN-USA").equals(count_story_days(daily, mass, baseline, "CHN-USA"))


def test_expected_stories_use_the_rate_of_the_baseline_window() -> None:
    days = count_story_days(*lake(300, 100, unread={7}), "CHN-USA")
    assert days["expected_stories"].to_list() == pytest.approx([0 if n == 7 else 50 / 990 * 10 for n in range(300)])


def test_days_after_the_baseline_are_scored_if_there_are_enough() -> None:
    days = count_story_days(*lake(300, 100, unread={250}), "CHN-USA")
    assert set(days["window"]) == {AFTER}
    assert days.filter("is_scored")["index_date"].to_list() == [day(n) for n in range(100, 300) if n != 250]


def test_days_within_the_baseline_are_scored_if_few_are_after_it() -> None:
    days = count_story_days(*lake(120, 100), "CHN-USA")
    assert set(days["window"]) == {WITHIN}
    assert days.filter("is_scored")["index_date"].to_list() == [day(n) for n in range(BURN_IN_DAYS, 120)]


def test_a_baseline_without_stories_is_an_error() -> None:
    with pytest.raises(ForecastError, match=r"cannot forecast the stories of CHN-USA \(concession\): the baseline window 2018-01-01"):
        count_story_days(*lake(40, 40), "CHN-USA", "concession")
    with pytest.raises(ForecastError, match="cannot forecast"):
        count_story_days(*lake(40, 40), "EUN-USA")


def test_a_corpus_that_ends_in_the_burn_in_is_an_error() -> None:
    with pytest.raises(ForecastError, match="no day was read later than 14 days"):
        score_half_lives("short", *lake(10, 10), "CHN-USA")


def test_a_forecast_uses_the_discounted_sums_of_the_days_before() -> None:
    random = np.random.default_rng(3)
    counts, expected = random.poisson(1.5, 30).tolist(), random.choice([0.0, 1.0, 2.5], 30).tolist()
    result = forecast_stories(to_days(counts, expected), 5.0)
    means, surpluses = [], []
    for today in range(30):
        weights = [2 ** (-(today - before) / 5.0) for before in range(today)]
        a = PRIOR + sum(w * n for w, n in zip(weights, counts, strict=False))
        b = PRIOR + sum(w * e for w, e in zip(weights, expected, strict=False))
        if expected[today]:
            means.append(a / b * expected[today])
            surpluses.append(expected[today] / b)
    assert result["mean"].to_list() == pytest.approx(means)
    assert result["surplus"].to_list() == pytest.approx(surpluses)


def test_the_forecast_is_poisson_with_the_gamma_rate_of_the_day_before() -> None:
    days = to_days([4, 2], [1.0, 2.5])
    retention = 2 ** (-1 / 7.0)
    a, b = retention * (PRIOR + 4) + (1 - retention) * PRIOR, retention * (PRIOR + 1.0) + (1 - retention) * PRIOR
    rates = (np.arange(200_000) + 0.5) * 1e-4
    mixed = float((poisson.pmf(2, rates * 2.5) * gamma.pdf(rates, a, scale=1 / b)).sum() * 1e-4)
    assert log_likelihood(forecast_stories(days, 7.0)[1:]) == pytest.approx(np.log(mixed), abs=1e-6)


@pytest.mark.parametrize("stories_a_day", [0.1, 4.0])
def test_a_correct_forecast_has_nominal_coverage(stories_a_day: float) -> None:
    result = score_forecast(forecast_stories(draw_days(4000, stories_a_day, 10.0), 10.0))
    assert result["coverage95"] == pytest.approx(0.95, abs=0.01)
    assert result["coverage80"] == pytest.approx(0.80, abs=0.02)
    assert result["coverage95_plain"] == pytest.approx(result["coverage95_plain_ideal"], abs=0.01)
    assert result["mean_pit"] == pytest.approx(0.5, abs=0.01)
    assert result["stories_forecast"] == pytest.approx(result["stories"], rel=0.1)


def test_with_few_stories_a_correct_interval_covers_nearly_every_day() -> None:
    assert score_forecast(forecast_stories(draw_days(4000, 0.1, 10.0), 10.0))["coverage95_plain_ideal"] > 0.98


def test_the_likelihood_is_highest_at_the_true_half_life() -> None:
    days = draw_days(3000, 3.0, 10.0)
    likelihoods = {half_life: log_likelihood(forecast_stories(days, half_life)) for half_life in (2.0, 5.0, 10.0, 21.0, 60.0)}
    assert max(likelihoods, key=lambda half_life: likelihoods[half_life]) == 10.0


def test_the_size_of_clusters_is_estimated_and_corrects_the_coverage() -> None:
    forecast = forecast_stories(draw_days(4000, 3.0, 10.0, clustering=2.5), 10.0)
    clustering = fit_clustering(forecast)
    assert clustering == pytest.approx(2.5, rel=0.1)
    assert score_forecast(forecast)["coverage95"] < 0.88
    assert score_forecast(forecast, clustering)["coverage95"] == pytest.approx(0.95, abs=0.01)


def test_stories_that_arrive_singly_have_no_clustering() -> None:
    evenly = forecast_stories(to_days([3] * 200, [3.0] * 200), 10.0)
    assert fit_clustering(evenly) == 1.0


def test_every_half_life_is_scored_with_and_without_clusters() -> None:
    result = score_half_lives("invented", *lake(300, 100), "CHN-USA", half_lives=(3.0, 7.0))
    assert result.schema == HALF_LIFE_SCORES
    assert result.select("half_life_days", "arrivals").rows() == [(3.0, SINGLY), (3.0, CLUSTERED), (7.0, SINGLY), (7.0, CLUSTERED)]
    assert set(result["days"]) == {200}
    assert result.filter(arrivals=SINGLY)["clustering"].to_list() == [1.0, 1.0]


def build_scores(corpus: str, singly: dict[float, float], gain: float = 0.0) -> pl.DataFrame:
    """Build likelihoods by half-life; clusters add `gain` to each."""
    rows = [
        {"corpus": corpus, "series": "CHN-USA", "channel": "(all)", "window": AFTER, "half_life_days": half_life, "arrivals": arrivals}
        | {"clustering": 1.0 if arrivals == SINGLY else 2.0, "log_likelihood": value + (gain if arrivals == CLUSTERED else 0.0)}
        for half_life, value in singly.items()
        for arrivals in (SINGLY, CLUSTERED)
    ]
    return pl.DataFrame(rows)


DENSE, SPARSE = {3.0: -100.0, 7.0: -101.5, 28.0: -110.0}, {3.0: -56.0, 7.0: -53.0, 28.0: -50.0}


def test_half_lives_within_two_log_units_of_the_best_are_recommended() -> None:
    (row,) = recommend_half_lives(build_scores("dense", DENSE), 7.0).to_dicts()
    assert (row["best_days"], row["from_days"], row["to_days"]) == (3.0, 3.0, 7.0)
    assert row["default_below_best"] == pytest.approx(1.5)
    assert row["default_below_best"] <= ALLOWED_LOG_UNITS


@pytest.mark.parametrize(("gain", "arrivals"), [(1.9, SINGLY), (2.1, CLUSTERED)])
def test_clusters_are_used_only_if_they_gain_over_two_log_units(gain: float, arrivals: str) -> None:
    assert recommend_half_lives(build_scores("dense", DENSE, gain), 7.0)["arrivals"].to_list() == [arrivals]


def test_half_lives_are_ranked_by_their_worst_series() -> None:
    result = rank_half_lives(pl.concat([build_scores("dense", DENSE), build_scores("sparse", SPARSE)]))
    assert result.rows() == [(7.0, 3.0, 4.5), (3.0, 6.0, 6.0), (28.0, 10.0, 10.0)]


def test_a_default_that_was_not_scored_is_an_error() -> None:
    with pytest.raises(ForecastError, match=r"half-life of 10\.0 days was not scored"):
        recommend_half_lives(build_scores("dense", DENSE), 10.0)
