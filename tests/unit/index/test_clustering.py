import numpy as np
import polars as pl
import pytest

from pipeline.contracts.tables.index import BASELINE, CLUSTERING, DAILY_MASS
from pipeline.index.clustering import MAX_CLUSTERING, POOLED_STORIES, measure_clustering
from pipeline.index.parameters import PRIOR_STORIES
from tests.unit.index.lake_scenes import DAY, HALF_LIFE, day

DAYS = 365
SERIES = ("CHN>USA", "USA>CHN")


def daily(counts: dict[str, np.ndarray]) -> pl.DataFrame:
    """Daily mass of escalation with these numbers of stories; 100 articles are read every day."""
    frames = [
        DAILY_MASS.example(len(numbers)).with_columns(
            index_date=pl.Series([day(n) for n in range(len(numbers))]),
            series=pl.lit(series),
            story_count=pl.Series(numbers),
            articles_read=pl.lit(100, pl.Int64),
        )
        for series, numbers in counts.items()
    ]
    return DAILY_MASS.conform(pl.concat(frames))


def baseline(last: int = DAYS - 1) -> pl.DataFrame:
    return BASELINE.example().with_columns(valid_from=pl.lit(DAY), baseline_from=pl.lit(DAY), baseline_to=pl.lit(day(last)))


def factors(counts: dict[str, np.ndarray], last: int = DAYS - 1) -> dict[str, float]:
    measured = measure_clustering(daily(counts), baseline(last), HALF_LIFE)
    assert measured.schema == CLUSTERING.schema
    return dict(measured.select("series", "clustering").rows())


@pytest.mark.parametrize("factor", [1.0, 1.75, 3.0])
def test_the_factor_of_negative_binomial_numbers_is_found(factor: float) -> None:
    random = np.random.default_rng(3)
    shape = (20, DAYS)
    numbers = random.poisson(3.0, shape) if factor == 1 else random.negative_binomial(3.0 / (factor - 1), 1 / factor, shape)
    measured = factors({f"A{number:02d}>USA": row.astype(np.int64) for number, row in enumerate(numbers)})
    assert np.mean(list(measured.values())) == pytest.approx(factor, rel=0.1)


def plain_sums(counts: list[int]) -> tuple[float, float]:
    """Sums of squared errors and variances of the daily forecasts, by a plain loop."""
    decay = 0.5 ** (1 / HALF_LIFE)
    expected = max(sum(counts), 0.5) / len(counts)
    shape, rate, errors, variances = PRIOR_STORIES, PRIOR_STORIES, 0.0, 0.0
    for count in counts:
        shape, rate = (decay * one + (1 - decay) * PRIOR_STORIES for one in (shape, rate))
        mean = shape / rate * expected
        errors += (count - mean) ** 2
        variances += mean * (1 + expected / rate)
        shape, rate = shape + count, rate + expected
    return errors, variances


def test_the_factors_equal_a_plain_loop() -> None:
    counts = {"CHN>USA": [0, 9, 0, 0, 11, 1, 0, 0], "USA>CHN": [0] * 8}
    sums = {series: plain_sums(numbers) for series, numbers in counts.items()}
    of_channel = (POOLED_STORIES + sum(one[0] for one in sums.values())) / (POOLED_STORIES + sum(one[1] for one in sums.values()))
    plain = {series: (POOLED_STORIES * of_channel + errors) / (POOLED_STORIES + variances) for series, (errors, variances) in sums.items()}
    assert 1 < plain["USA>CHN"] < plain["CHN>USA"] < MAX_CLUSTERING
    assert factors({series: np.array(numbers, np.int64) for series, numbers in counts.items()}, last=7) == pytest.approx(plain)


def test_stories_at_a_constant_rate_come_singly() -> None:
    assert factors({series: np.ones(DAYS, np.int64) for series in SERIES}) == dict.fromkeys(SERIES, 1.0)


def test_a_quiet_series_has_the_factor_of_its_channel() -> None:
    random = np.random.default_rng(4)
    measured = factors({"CHN>USA": random.negative_binomial(4.0, 0.5, DAYS).astype(np.int64), "USA>CHN": np.zeros(DAYS, np.int64)})
    assert measured["USA>CHN"] == pytest.approx(measured["CHN>USA"], rel=0.05)
    assert measured["USA>CHN"] > 1.5


def test_one_burst_has_a_bounded_factor() -> None:
    numbers = np.zeros(DAYS, np.int64)
    numbers[200] = 500
    assert factors({"CHN>USA": numbers, "USA>CHN": numbers}) == dict.fromkeys(SERIES, MAX_CLUSTERING)


def test_days_after_the_window_do_not_count() -> None:
    random = np.random.default_rng(5)
    numbers = random.poisson(2.0, DAYS).astype(np.int64)
    bursts = np.where(np.arange(DAYS) > 99, 40 * (np.arange(DAYS) % 9 == 0), numbers)
    assert factors({"CHN>USA": numbers}, last=99) == factors({"CHN>USA": bursts}, last=99)


def test_few_stories_weigh_less_than_the_pooled_factor() -> None:
    numbers = np.zeros(DAYS, np.int64)
    numbers[[100, 101]] = 3
    assert 1 <= factors({"CHN>USA": numbers})["CHN>USA"] < 1 + 20 / POOLED_STORIES
