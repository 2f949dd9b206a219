from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.signal import lfilter
from scipy.stats import beta, gamma

from pipeline.contracts.model import ContractError
from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS, MOVEMENT_DAILY, STALEMATE_DAILY
from pipeline.index.filter import MIN_SHAPE, accumulate, discount, filter_channels, filter_movement, predict_next_day
from pipeline.index.parameters import LEAST_EVIDENCE, MISREAD

FIRST = date(2024, 12, 1)
CHANNELS = ("concession", "dialogue", "escalation")
SERIES = ("CHN-USA", "CHN>USA", "USA>CHN")
HALF_LIFE = 5.0


def masses(days: int, seed: int = 7) -> pl.DataFrame:
    """Random daily masses of every series and channel; two days in three have no story, one in ten no articles."""
    random = np.random.default_rng(seed)
    rows = []
    for series in SERIES:
        for channel in CHANNELS:
            for number in range(days):
                mass = float(random.gamma(1.2, 0.8)) * (random.random() < 1 / 3)
                words = mass * float(random.random())
                read = float(random.random() < 0.9)
                rows.append(
                    DAILY_MASS.example().to_dicts()[0]
                    | {
                        "index_date": FIRST + timedelta(days=number),
                        "series": series,
                        "channel": channel,
                        "observed": mass,
                        "observed_words": words,
                        "observed_actions": mass - words,
                        "observed_unweighted": 2 * mass,
                        "second_moment": 0.7 * mass,
                        "expected": 0.3 * read,
                        "expected_unweighted": 0.5 * read,
                    }
                )
    return pl.DataFrame(rows, schema=DAILY_MASS.schema)


def baseline(**changes: float) -> pl.DataFrame:
    """A baseline of every series and channel, each with its own prior."""
    example = BASELINE.example().to_dicts()[0]
    rows = [
        example | {"series": series, "channel": channel, "source": source, "prior": 0.5 + place, "prior_unweighted": 1.5 + place} | changes
        for place, (series, channel) in enumerate((series, channel) for series in SERIES for channel in CHANNELS)
        for source in ("(any)", "Meridian Wire")
    ]
    return pl.DataFrame(rows, schema=BASELINE.schema)


def constant_masses(days: int, **changes: float) -> pl.DataFrame:
    """Masses that are the same on every day."""
    return masses(days).with_columns(pl.lit(value, pl.Float64).alias(name) for name, value in changes.items())


def discounted_sums(values: list[float], half_life: float) -> list[float]:
    """Discounted sum of every day, computed by two plain loops."""
    return [sum(2 ** (-(today - day) / half_life) * values[day] for day in range(today + 1)) for today in range(len(values))]


def test_discounted_sums_equal_two_plain_loops() -> None:
    daily = np.random.default_rng(11).gamma(1.0, 2.0, size=(5, 200))
    expected = np.array([discounted_sums(row.tolist(), 7.0) for row in daily])
    assert np.abs(discount(daily, 7.0) - expected).max() < 1e-9


@pytest.mark.parametrize("shape", [(5, 200), (4, 29, 60), (3, 1), (0, 0)])
def test_accumulated_sums_equal_a_linear_filter_bit_for_bit(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(5)
    daily, carried = random.gamma(0.3, size=shape), random.gamma(1.0, size=shape[:-1])
    expected = lfilter([1.0], [1.0, -0.9], daily, zi=0.9 * carried[..., None])[0] if daily.size else daily
    assert np.array_equal(accumulate(daily, 0.9, carried), expected)


@pytest.mark.parametrize("half_life", [0.5, 1.0, 7.0, 30.0, 3650.0])
def test_mass_is_halved_after_a_half_life(half_life: float) -> None:
    days = int(2 * half_life) + 1
    once = np.zeros((1, days))
    once[0, 0] = 3.0
    assert discount(once, half_life)[0, -1] == pytest.approx(3.0 * 2 ** (-(days - 1) / half_life))
    assert discount(once, half_life)[0, int(half_life)] == pytest.approx(3.0 * 2 ** (-int(half_life) / half_life))


def test_every_column_equals_a_plain_double_loop() -> None:
    daily, base = masses(60), baseline()
    filtered = filter_channels(daily, base, HALF_LIFE)
    for series in SERIES:
        for channel in CHANNELS:
            days = daily.filter(series=series, channel=channel).sort("index_date")
            prior = base.filter(series=series, channel=channel, source="(any)").to_dicts()[0]
            got = filtered.filter(series=series, channel=channel).sort("index_date")
            kappa = prior["prior"]
            a = [kappa + value for value in discounted_sums(days["observed"].to_list(), HALF_LIFE)]
            b = [kappa + value for value in discounted_sums(days["expected"].to_list(), HALF_LIFE)]
            words = [kappa * prior["words_share"] + value for value in discounted_sums(days["observed_words"].to_list(), HALF_LIFE)]
            moments = discounted_sums(days["second_moment"].to_list(), HALF_LIFE)
            plain_a = [prior["prior_unweighted"] + value for value in discounted_sums(days["observed_unweighted"].to_list(), HALF_LIFE)]
            plain_b = [prior["prior_unweighted"] + value for value in discounted_sums(days["expected_unweighted"].to_list(), HALF_LIFE)]
            assert got["shape"].to_list() == pytest.approx(a, abs=1e-9)
            assert got["rate"].to_list() == pytest.approx(b, abs=1e-9)
            assert got["value"].to_list() == pytest.approx([100 * x / y for x, y in zip(a, b, strict=True)], abs=1e-9)
            assert got["value_words"].to_list() == pytest.approx([100 * x / y for x, y in zip(words, b, strict=True)], abs=1e-9)
            assert got["dispersion"].to_list() == pytest.approx(
                [
                    (kappa * prior["prior_dispersion"] + x + (MISREAD / (1 - MISREAD) * (y - z)) ** 2) / y
                    for x, y, z in zip(moments, a, b, strict=True)
                ],
                abs=1e-9,
            )
            assert got["value_unweighted"].to_list() == pytest.approx(
                [100 * x / y for x, y in zip(plain_a, plain_b, strict=True)], abs=1e-9
            )
            assert got["evidence_weight"].to_list() == pytest.approx([1 - kappa / max(x, y) for x, y in zip(a, b, strict=True)], abs=1e-9)


def test_bounds_are_quantiles_of_the_gamma_distribution() -> None:
    filtered = filter_channels(masses(60), baseline(), HALF_LIFE)
    shape, rate = filtered["shape"] / filtered["dispersion"], filtered["rate"] / filtered["dispersion"]
    for name, q in (("lo95", 0.025), ("lo80", 0.1), ("hi80", 0.9), ("hi95", 0.975)):
        assert filtered[name].to_numpy() == pytest.approx(100 * gamma.ppf(q, shape, scale=1 / rate))


def test_observing_the_expected_mass_keeps_the_value_at_100() -> None:
    filtered = filter_channels(
        constant_masses(50, observed=0.4, expected=0.4, observed_unweighted=0.9, expected_unweighted=0.9), baseline(), HALF_LIFE
    )
    assert filtered["value"].to_numpy() == pytest.approx(100)
    assert filtered["value_unweighted"].to_numpy() == pytest.approx(100)


def test_twice_the_expected_mass_moves_the_value_to_200() -> None:
    filtered = filter_channels(constant_masses(100, observed=0.8, expected=0.4), baseline(prior=0.01), HALF_LIFE).filter(
        index_date=FIRST + timedelta(days=99)
    )
    assert filtered["value"].to_numpy() == pytest.approx(200, rel=0.01)


def test_half_of_the_mass_is_left_after_a_quiet_half_life() -> None:
    once = masses(15).with_columns(
        observed=pl.when(pl.col("index_date") == FIRST).then(4.0).otherwise(0.0), expected=pl.lit(0.0), observed_words=pl.lit(0.0)
    )
    filtered = filter_channels(once, baseline(), 7.0)
    for number, left in ((0, 4.0), (7, 2.0), (14, 1.0)):
        of_day = filtered.filter(index_date=FIRST + timedelta(days=number))
        assert (of_day["shape"] - of_day["prior"]).to_numpy() == pytest.approx(left)


def test_intervals_contain_the_value_and_have_a_width() -> None:
    filtered = filter_channels(masses(200), baseline(), HALF_LIFE)
    assert filtered.filter(~((pl.col("lo95") < pl.col("lo80")) & (pl.col("lo80") < pl.col("value")))).is_empty()
    assert filtered.filter(~((pl.col("value") < pl.col("hi80")) & (pl.col("hi80") < pl.col("hi95")))).is_empty()


@pytest.mark.parametrize(("observed", "expected"), [(0.0, 0.0), (0.0, 5.0), (50.0, 0.0), (50.0, 5.0)])
def test_intervals_have_a_width_with_no_and_with_much_news(observed: float, expected: float) -> None:
    filtered = filter_channels(constant_masses(60, observed=observed, second_moment=observed, expected=expected), baseline(), HALF_LIFE)
    assert filtered.filter(~((pl.col("lo95") < pl.col("value")) & (pl.col("value") < pl.col("hi95")))).is_empty()
    assert (filtered["hi80"] - filtered["lo80"]).min() > 0  # type: ignore[operator]  # a column of floats


def test_the_value_is_between_all_bounds_of_an_unlikely_heavy_story() -> None:
    """A Gamma of a shape below 0.03 has nine tenths of its mass below its mean: without a least shape `hi80` is below the value."""
    doubtful = constant_masses(60, observed=0.01, second_moment=5.0, expected=0.01)
    filtered = filter_channels(doubtful, baseline(prior=0.1, prior_dispersion=2.0), HALF_LIFE)
    between = (
        pl.col("lo95") < pl.col("lo80"),
        pl.col("lo80") < pl.col("value"),
        pl.col("value") < pl.col("hi80"),
        pl.col("hi80") < pl.col("hi95"),
    )
    assert filtered.filter(~pl.all_horizontal(*between)).is_empty()
    assert (filtered["shape"] / filtered["dispersion"]).to_numpy() == pytest.approx(MIN_SHAPE)


def test_a_day_without_news_has_the_predicted_sums() -> None:
    daily = masses(2).with_columns(
        pl.when(pl.col("index_date") == FIRST).then(pl.col(name)).otherwise(0.0).alias(name) for name in ("observed", "expected")
    )
    filtered = filter_channels(daily, baseline(), HALF_LIFE).sort("series", "channel")
    today, tomorrow = (filtered.filter(index_date=FIRST + timedelta(days=number)) for number in (0, 1))
    prior = today["prior"].to_numpy()
    for name in ("shape", "rate"):
        assert tomorrow[name].to_numpy() == pytest.approx(predict_next_day(today[name].to_numpy(), prior, HALF_LIFE))


def test_days_without_articles_widen_the_interval() -> None:
    dark = masses(60).with_columns(
        pl.when(pl.col("index_date") < FIRST + timedelta(days=30)).then(0.4).otherwise(0.0).alias(name)
        for name in ("observed", "expected", "second_moment")
    )
    filtered = filter_channels(dark, baseline(), HALF_LIFE)
    read, unread = (filtered.filter(index_date=FIRST + timedelta(days=number)) for number in (29, 59))
    assert ((unread["hi80"] - unread["lo80"]) > (read["hi80"] - read["lo80"])).all()
    assert (unread["evidence_weight"] < read["evidence_weight"]).all()


def test_words_and_actions_sum_to_the_value() -> None:
    filtered = filter_channels(masses(60), baseline(), HALF_LIFE)
    assert (filtered["value_words"] + filtered["value_actions"] - filtered["value"]).abs().max() < 1e-9  # type: ignore[operator]
    assert filtered.filter((pl.col("value_words") < 0) | (pl.col("value_actions") < 0)).is_empty()


def test_a_bilateral_value_needs_bilateral_evidence() -> None:
    changes = {"observed": 3.0, "expected": 3.0, "observed_bilateral": 0.0, "expected_bilateral": 0.1}
    filtered = filter_channels(constant_masses(10, **changes), baseline(prior=1.0, prior_bilateral=1.0), HALF_LIFE)
    evidence = pl.Series(discounted_sums([0.1] * 10, HALF_LIFE)) / (1 + pl.Series(discounted_sums([0.1] * 10, HALF_LIFE)))
    assert not filtered["is_thin"].any()
    for rows in filtered.partition_by("series", "channel"):
        assert (rows["value_bilateral"].is_null() == (evidence < LEAST_EVIDENCE)).all()
    assert filtered["value_bilateral"].is_null().sum() not in (0, filtered.height)


def test_the_order_of_the_rows_does_not_matter() -> None:
    daily, base = masses(30), baseline()
    filtered = filter_channels(daily.sample(fraction=1, shuffle=True, seed=3), base.sample(fraction=1, shuffle=True, seed=4), HALF_LIFE)
    assert filtered.equals(filter_channels(daily, base, HALF_LIFE))


def test_no_days_make_no_rows() -> None:
    assert filter_channels(DAILY_MASS.empty(), BASELINE.empty(), HALF_LIFE).equals(CHANNEL_DAILY.empty())
    assert filter_movement(MOVEMENT_DAILY.empty(), HALF_LIFE).equals(STALEMATE_DAILY.empty())


def test_a_frame_that_breaks_the_contract_is_rejected() -> None:
    with pytest.raises(ContractError, match=r"daily_mass: missing columns \['expected'\]"):
        filter_channels(masses(3).drop("expected"), baseline(), HALF_LIFE)


def movements(days: int) -> pl.DataFrame:
    random = np.random.default_rng(5)
    rows = [
        (FIRST + timedelta(days=number), pair, float(random.random()), float(random.random()) / 2)
        for pair in ("CHN-USA", "EUN-USA")
        for number in range(days)
    ]
    return pl.DataFrame(rows, schema=MOVEMENT_DAILY.schema, orient="row")


def test_stalemate_bounds_are_quantiles_of_the_beta_distribution() -> None:
    filtered = filter_movement(movements(60), HALF_LIFE)
    hold, move = filtered["hold"].to_numpy() + 1, filtered["move"].to_numpy() + 1
    assert filtered["stalemate"].to_numpy() == pytest.approx(hold / (hold + move))
    assert filtered["stalemate_lo80"].to_numpy() == pytest.approx(beta.ppf(0.1, hold, move))
    assert filtered["stalemate_hi80"].to_numpy() == pytest.approx(beta.ppf(0.9, hold, move))


def test_hold_and_move_are_discounted_by_pair() -> None:
    filtered = filter_movement(movements(40), HALF_LIFE)
    for pair in ("CHN-USA", "EUN-USA"):
        daily = movements(40).filter(pair=pair)
        assert filtered.filter(pair=pair)["hold"].to_list() == pytest.approx(discounted_sums(daily["hold"].to_list(), HALF_LIFE), abs=1e-9)
        assert filtered.filter(pair=pair)["move"].to_list() == pytest.approx(discounted_sums(daily["move"].to_list(), HALF_LIFE), abs=1e-9)


def test_without_talk_or_movement_the_stalemate_is_one_half() -> None:
    filtered = filter_movement(movements(1).with_columns(hold=pl.lit(0.0), move=pl.lit(0.0)), HALF_LIFE)
    assert filtered["stalemate"].to_list() == [0.5, 0.5]
    assert filtered["stalemate_lo80"].to_list() == pytest.approx([0.1, 0.1])
    assert filtered["stalemate_hi80"].to_list() == pytest.approx([0.9, 0.9])
