"""Two years of one pair: acts every three months, with evidence on their days, on other days, or of the opposite sign."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.tables.index import DAILY_MASS
from pipeline.validation.contract import VALIDATION
from pipeline.validation.studies.independent_study import (
    ACT_RESULTS,
    HIT_RATE,
    INDEX,
    KEYWORD,
    MATCHED,
    RIGHT_SIGN,
    share_of_places,
    study_acts,
)
from pipeline.validation.studies.keywords import KEYWORD_HITS

FIRST = date(2024, 1, 1)
DAYS = 730
AT = tuple(range(40, 700, 90))
SIGNS = ("escalation", "concession")
EVERY_DAY = range(DAYS)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def acts(at: Iterable[int] = AT, polarity: str = "escalation", actor: str = "USA", target: str = "CHN") -> pl.DataFrame:
    rows = [(f"{number}-{polarity}", day(number), actor, target, polarity) for number in at]
    return pl.DataFrame(
        rows, schema={name: ACT_RESULTS[name] for name in ("act_id", "act_date", "actor", "target", "polarity")}, orient="row"
    )


def mass(evidence: dict[tuple[str, int], float]) -> pl.DataFrame:
    """Build DAILY_MASS of USA>CHN and its pair; `evidence` by (channel, day), one signal each."""
    rows = [
        {"index_date": day(number), "series": series, "channel": channel, "observed": value, "signal_count": int(value > 0)}
        for series in ("USA>CHN", "CHN-USA")
        for channel in SIGNS
        for number in EVERY_DAY
        for value in [evidence.get((channel, number), 0.0)]
    ]
    rest = DAILY_MASS.example().drop("index_date", "series", "channel", "observed", "signal_count")
    return pl.DataFrame(rows).join(rest, how="cross").select(pl.col(name).cast(dtype) for name, dtype in DAILY_MASS.schema.items())


def keywords(hits: Iterable[int] = (), named: Iterable[int] = EVERY_DAY) -> pl.DataFrame:
    hits, named = set(hits), set(named)
    rows = [(day(number), "CHN-USA", int(number in hits), 100, int(number in named)) for number in EVERY_DAY]
    return pl.DataFrame(rows, schema=KEYWORD_HITS, orient="row")


def figure(figures: pl.DataFrame, measured: str = INDEX, statistic: str = HIT_RATE) -> dict[str, object]:
    (row,) = figures.filter(statistic=statistic, measured=measured, grouping="", pair="").to_dicts()
    return row


ON_THE_DAY = {("escalation", number): 1.0 for number in AT}


def test_evidence_on_the_days_of_acts_hits_all_of_them() -> None:
    results, figures = study_acts(acts(), mass(ON_THE_DAY), keywords())
    assert results.schema == ACT_RESULTS
    assert figures.schema == VALIDATION.schema
    assert figures.select(VALIDATION.key).is_unique().all()
    row = figure(figures)
    assert (row["value"], row["count"], row["chance"]) == (1.0, len(AT), 0.0)
    assert row["p_random"] == pytest.approx(1 / 2001)


@pytest.mark.parametrize(("shift", "rate"), [(3, 1.0), (-3, 1.0), (4, 0.0), (-4, 0.0)])
def test_a_hit_is_at_most_three_days_from_the_act(shift: int, rate: float) -> None:
    _, figures = study_acts(acts(), mass({("escalation", number + shift): 1.0 for number in AT}), keywords())
    assert figure(figures)["value"] == rate


def test_evidence_of_the_opposite_sign_is_no_hit_and_a_wrong_sign() -> None:
    _, figures = study_acts(acts(), mass({("concession", number): 1.0 for number in AT}), keywords())
    assert figure(figures)["value"] == 0.0
    assert (figure(figures, statistic=RIGHT_SIGN)["value"], figure(figures, statistic=RIGHT_SIGN)["count"]) == (0.0, len(AT))
    _, right = study_acts(acts(), mass(ON_THE_DAY), keywords())
    assert figure(right, statistic=RIGHT_SIGN)["value"] == 1.0


def test_acts_around_which_nothing_was_read_are_not_scored() -> None:
    near_half = [number for number in EVERY_DAY if not any(abs(number - at) <= 3 for at in AT[::2])]
    results, figures = study_acts(acts(), mass({}), keywords(named=near_half))
    assert results["is_covered"].to_list() == [n % 2 == 1 for n in range(len(AT))]
    assert results.filter(~pl.col("is_covered")).select(INDEX, KEYWORD, MATCHED, "is_right_sign").null_count().row(0) == (len(AT) // 2,) * 4
    assert (figure(figures)["value"], figure(figures)["count"]) == (0.0, len(AT) // 2)


def test_a_signal_alone_makes_a_day_covered() -> None:
    results, _ = study_acts(acts(), mass(ON_THE_DAY), keywords(named=()))
    assert results["is_covered"].all()


def test_chance_is_measured_on_covered_days_only() -> None:
    busy = {("escalation", number): 1.0 for number in EVERY_DAY if 80 <= number < 90}
    covered = [number for at in AT for number in range(at - 3, at + 4)] + list(range(80, 90))
    _, rare = study_acts(acts([40]), mass(busy), keywords(named=covered))
    _, common = study_acts(acts([40]), mass(busy), keywords())
    assert float(str(figure(rare)["chance"])) > 2 * float(str(figure(common)["chance"])) > 0


def test_keywords_that_alarm_without_acts_lose_at_equal_false_alarms() -> None:
    alarms = [number for number in EVERY_DAY if number % 10 == 0]  # every act, and many other days
    _, figures = study_acts(acts(), mass(ON_THE_DAY), keywords(alarms))
    assert 0 < float(str(figure(figures, KEYWORD)["value"])) < 1
    assert figure(figures, MATCHED)["value"] == 0.0
    _, exact = study_acts(acts(), mass(ON_THE_DAY), keywords(AT))
    assert figure(exact, MATCHED)["value"] == 1.0


def test_random_evidence_hits_about_as_often_as_chance() -> None:
    random = np.random.default_rng(5)
    noise = {("escalation", number): float(value) for number, value in enumerate(random.gamma(0.5, size=DAYS))}
    _, figures = study_acts(acts(range(40, 700, 9)), mass(noise), keywords())
    row = figure(figures)
    assert float(str(row["value"])) == pytest.approx(0.1, abs=0.08)
    assert float(str(row["p_random"])) > 0.05


def test_acts_towards_all_countries_or_outside_the_days_are_dropped() -> None:
    others = [acts(target="*"), acts([-5, DAYS]), acts(actor="FRA"), acts(polarity="dialogue").with_columns(target=pl.lit("MEX"))]
    results, figures = study_acts(pl.concat(others), mass(ON_THE_DAY), keywords())
    assert results.is_empty()
    assert figures.is_empty()


def test_an_act_that_is_listed_twice_counts_once() -> None:
    results, _ = study_acts(pl.concat([acts(), acts().with_columns(act_id=pl.lit("again") + pl.col("act_id"))]), mass({}), keywords())
    assert results.height == len(AT)


def test_the_order_of_rows_does_not_change_the_study() -> None:
    expected = study_acts(acts(), mass(ON_THE_DAY), keywords(AT))
    shuffled = (acts().sample(fraction=1, shuffle=True, seed=1), mass(ON_THE_DAY).sample(fraction=1, shuffle=True, seed=2))
    result = study_acts(*shuffled, keywords(AT).sample(fraction=1, shuffle=True, seed=3))
    assert all(ours.equals(theirs) for ours, theirs in zip(result, expected, strict=True))


def test_windows_with_the_same_sum_in_another_order_share_places() -> None:
    at = range(40, 700, 20)  # too many for the highest tenth
    rising, falling = (0.1, 0.2, 0.3), (0.3, 0.2, 0.1)  # their sums differ in the last bit
    evidence = {("escalation", number + n): value for number in at for n, value in enumerate(rising if number % 40 else falling, start=-1)}
    results, _ = study_acts(acts(at), mass(evidence), keywords())
    assert results[INDEX].n_unique() == 1
    assert 0 < results[INDEX][0] < 1


@pytest.mark.parametrize(
    ("value", "places", "share"), [(9.0, 1, 1.0), (9.0, 0, 1.0), (5.0, 0, 0.0), (5.0, 1, 0.5), (5.0, 2, 1.0), (1.0, 2, 0.0), (0.0, 9, 0.0)]
)
def test_a_value_gets_a_place_among_others_if_enough_are_left(value: float, places: float, share: float) -> None:
    assert share_of_places(value, np.array([5.0, 5.0, 3.0, 2.0]), places) == pytest.approx(share)
