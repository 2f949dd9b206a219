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
    OF_HALF_LIFE,
    SINGLY,
    STORY_DAYS,
    WITHIN,
    ForecastError,
    compromise,
    fitted_clustering,
    forecast_by_half_life,
    foretold,
    log_likelihood,
    recommended,
    scores,
    story_days,
)

FIRST = date(2018, 1, 1)
PRIOR = 3.0


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def counted(counts: list[int], expected: list[float]) -> pl.DataFrame:
    """Days with these stories, all scored."""
    days = [(day(n), count, e, e > 0, WITHIN) for n, (count, e) in enumerate(zip(counts, expected, strict=True))]
    return pl.DataFrame(days, schema=STORY_DAYS, orient="row")


def drawn(days: int, stories_a_day: float, half_life: float, clustering: float = 1.0, seed: int = 5) -> pl.DataFrame:
    """Counts drawn day by day from the very forecast of a filter with this half-life."""
    random, kept = np.random.default_rng(seed), 2 ** (-1 / half_life)
    a, b, counts = PRIOR, PRIOR, []
    for _ in range(days):
        a, b = kept * a + (1 - kept) * PRIOR, kept * b + (1 - kept) * PRIOR
        ratio = clustering * (1 + stories_a_day / b)
        counts.append(int(nbinom.rvs(a / b * stories_a_day / (ratio - 1), 1 / ratio, random_state=random)))
        a, b = a + counts[-1], b + stories_a_day
    return counted(counts, [stories_a_day] * days)


def lake(days: int, window_days: int, unread: set[int] | None = None) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Ten articles a day, but none on `unread`; every other day one story that is both escalation and dialogue, and its baseline."""
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
    told = [n for n in range(0, days, 2) if n not in (unread or set())]
    mass = pl.concat(
        STORY_MASS.example(len(told)).with_columns(
            index_date=pl.Series([day(n) for n in told]),
            series=pl.lit("CHN-USA"),
            channel=pl.lit(channel),
            story_id=pl.Series([f"story {n}" for n in told]),
        )
        for channel in channels[1:]
    )
    return daily, mass, BASELINE.example().with_columns(baseline_from=pl.lit(FIRST), baseline_to=pl.lit(day(window_days - 1)))


def test_a_story_of_two_channels_is_one_story() -> None:
    everything = story_days(*lake(40, 40), "CHN-USA")
    one_channel = story_days(*lake(40, 40), "CHN-USA", "escalation")
    assert everything.equals(one_channel)
    assert everything["story_count"].to_list() == [1, 0] * 20
    assert everything.schema == STORY_DAYS


def test_expected_are_articles_read_times_the_stories_per_article_of_the_baseline_window() -> None:
    days = story_days(*lake(300, 100, unread={7}), "CHN-USA")
    assert days["expected_stories"].to_list() == pytest.approx([0 if n == 7 else 50 / 990 * 10 for n in range(300)])


def test_days_after_the_baseline_are_scored_where_there_are_enough() -> None:
    days = story_days(*lake(300, 100, unread={250}), "CHN-USA")
    assert set(days["window"]) == {AFTER}
    assert days.filter("is_scored")["index_date"].to_list() == [day(n) for n in range(100, 300) if n != 250]


def test_days_of_the_baseline_are_scored_where_there_is_hardly_another_and_the_window_says_so() -> None:
    days = story_days(*lake(120, 100), "CHN-USA")
    assert set(days["window"]) == {WITHIN}
    assert days.filter("is_scored")["index_date"].to_list() == [day(n) for n in range(BURN_IN_DAYS, 120)]


def test_a_baseline_without_a_story_foretells_nothing_and_says_so() -> None:
    with pytest.raises(ForecastError, match=r"stories of CHN-USA \(concession\) cannot be foretold: the baseline window 2018-01-01"):
        story_days(*lake(40, 40), "CHN-USA", "concession")
    with pytest.raises(ForecastError, match="cannot be foretold"):
        story_days(*lake(40, 40), "EUN-USA")


def test_a_corpus_that_ends_in_the_burn_in_is_told() -> None:
    with pytest.raises(ForecastError, match="nothing was read later than 14 days"):
        forecast_by_half_life("short", *lake(10, 10), "CHN-USA")


def test_a_day_is_foretold_from_the_discounted_sums_of_the_days_before() -> None:
    random = np.random.default_rng(3)
    counts, expected = random.poisson(1.5, 30).tolist(), random.choice([0.0, 1.0, 2.5], 30).tolist()
    found = foretold(counted(counts, expected), 5.0)
    means, surpluses = [], []
    for today in range(30):
        weights = [2 ** (-(today - before) / 5.0) for before in range(today)]
        a = PRIOR + sum(w * n for w, n in zip(weights, counts, strict=False))
        b = PRIOR + sum(w * e for w, e in zip(weights, expected, strict=False))
        if expected[today]:
            means.append(a / b * expected[today])
            surpluses.append(expected[today] / b)
    assert found["mean"].to_list() == pytest.approx(means)
    assert found["surplus"].to_list() == pytest.approx(surpluses)


def test_the_forecast_is_a_poisson_whose_rate_is_the_gamma_of_the_day_before() -> None:
    days = counted([4, 2], [1.0, 2.5])
    kept = 2 ** (-1 / 7.0)
    a, b = kept * (PRIOR + 4) + (1 - kept) * PRIOR, kept * (PRIOR + 1.0) + (1 - kept) * PRIOR
    rates = (np.arange(200_000) + 0.5) * 1e-4
    mixed = float((poisson.pmf(2, rates * 2.5) * gamma.pdf(rates, a, scale=1 / b)).sum() * 1e-4)
    assert log_likelihood(foretold(days, 7.0)[1:]) == pytest.approx(np.log(mixed), abs=1e-6)


@pytest.mark.parametrize("stories_a_day", [0.1, 4.0])
def test_a_right_forecast_covers_what_it_says(stories_a_day: float) -> None:
    result = scores(foretold(drawn(4000, stories_a_day, 10.0), 10.0))
    assert result["coverage95"] == pytest.approx(0.95, abs=0.01)
    assert result["coverage80"] == pytest.approx(0.80, abs=0.02)
    assert result["coverage95_plain"] == pytest.approx(result["coverage95_plain_ideal"], abs=0.01)
    assert result["mean_pit"] == pytest.approx(0.5, abs=0.01)
    assert result["stories_foretold"] == pytest.approx(result["stories"], rel=0.1)


def test_where_stories_are_few_even_a_right_interval_covers_nearly_every_day() -> None:
    assert scores(foretold(drawn(4000, 0.1, 10.0), 10.0))["coverage95_plain_ideal"] > 0.98


def test_the_likelihood_finds_the_half_life_that_made_the_days() -> None:
    days = drawn(3000, 3.0, 10.0)
    likelihoods = {half_life: log_likelihood(foretold(days, half_life)) for half_life in (2.0, 5.0, 10.0, 21.0, 60.0)}
    assert max(likelihoods, key=lambda half_life: likelihoods[half_life]) == 10.0


def test_the_size_of_clusters_is_found_and_mends_the_coverage() -> None:
    forecast = foretold(drawn(4000, 3.0, 10.0, clustering=2.5), 10.0)
    clustering = fitted_clustering(forecast)
    assert clustering == pytest.approx(2.5, rel=0.1)
    assert scores(forecast)["coverage95"] < 0.88
    assert scores(forecast, clustering)["coverage95"] == pytest.approx(0.95, abs=0.01)


def test_stories_that_come_singly_have_no_clusters() -> None:
    evenly = foretold(counted([3] * 200, [3.0] * 200), 10.0)
    assert fitted_clustering(evenly) == 1.0


def test_every_half_life_is_scored_singly_and_in_clusters_on_the_same_days() -> None:
    found = forecast_by_half_life("invented", *lake(300, 100), "CHN-USA", half_lives=(3.0, 7.0))
    assert found.schema == OF_HALF_LIFE
    assert found.select("half_life_days", "arrivals").rows() == [(3.0, SINGLY), (3.0, CLUSTERED), (7.0, SINGLY), (7.0, CLUSTERED)]
    assert set(found["days"]) == {200}
    assert found.filter(arrivals=SINGLY)["clustering"].to_list() == [1.0, 1.0]


def scored(corpus: str, singly: dict[float, float], gain: float = 0.0) -> pl.DataFrame:
    """Likelihoods by half-life; clusters gain as much everywhere."""
    rows = [
        {"corpus": corpus, "series": "CHN-USA", "channel": "(all)", "window": AFTER, "half_life_days": half_life, "arrivals": arrivals}
        | {"clustering": 1.0 if arrivals == SINGLY else 2.0, "log_likelihood": value + (gain if arrivals == CLUSTERED else 0.0)}
        for half_life, value in singly.items()
        for arrivals in (SINGLY, CLUSTERED)
    ]
    return pl.DataFrame(rows)


DENSE, SPARSE = {3.0: -100.0, 7.0: -101.5, 28.0: -110.0}, {3.0: -56.0, 7.0: -53.0, 28.0: -50.0}


def test_the_recommendation_names_the_best_and_all_that_are_within_two_log_units() -> None:
    (row,) = recommended(scored("dense", DENSE), 7.0).to_dicts()
    assert (row["best_days"], row["from_days"], row["to_days"]) == (3.0, 3.0, 7.0)
    assert row["default_below_best"] == pytest.approx(1.5)
    assert row["default_below_best"] <= ALLOWED_LOG_UNITS


@pytest.mark.parametrize(("gain", "arrivals"), [(1.9, SINGLY), (2.1, CLUSTERED)])
def test_clusters_are_taken_only_where_they_gain_more_than_two_log_units(gain: float, arrivals: str) -> None:
    assert recommended(scored("dense", DENSE, gain), 7.0)["arrivals"].to_list() == [arrivals]


def test_the_compromise_costs_the_least_where_it_costs_most() -> None:
    found = compromise(pl.concat([scored("dense", DENSE), scored("sparse", SPARSE)]))
    assert found.rows() == [(7.0, 3.0, 4.5), (3.0, 6.0, 6.0), (28.0, 10.0, 10.0)]


def test_a_default_that_was_not_scored_is_told() -> None:
    with pytest.raises(ForecastError, match=r"half-life of 10\.0 days was not scored"):
        recommended(scored("dense", DENSE), 10.0)
