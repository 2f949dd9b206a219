"""A year of one directed pair with evidence on the days of events, on other days, or at random."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.tables.index import DAILY_MASS
from pipeline.validation.contract import VALIDATION
from pipeline.validation.studies.event_study import (
    REACH,
    DailyCounts,
    compute_event_path,
    percentile_ranks,
    run_event_study,
    select_usable_events,
    share_top_decile,
    to_daily_counts,
    window_rates,
)
from pipeline.validation.studies.keywords import KEYWORD_HITS

FIRST = date(2025, 1, 1)
DAYS = 365
AT = (20, 80, 140, 200, 260, 320)  # the days of events
SIGNS = ("escalation", "concession")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def events() -> pl.DataFrame:
    """Build six events of both polarities, two months apart."""
    return pl.DataFrame(
        [
            {"event_id": f"e{at}", "event_date": day(at), "actor": "CHN", "target": "USA", "polarity": SIGNS[n % 2]}
            for n, at in enumerate(AT)
        ]
    )


def mass(evidence: dict[tuple[str, int], float], articles: int = 100) -> pl.DataFrame:
    """Build DAILY_MASS of CHN>USA in both channels; `evidence` by (channel, day)."""
    rows = [
        {"index_date": day(number), "channel": channel, "observed": evidence.get((channel, number), 0.0), "articles_read": articles}
        for channel in SIGNS
        for number in range(DAYS)
    ]
    other = DAILY_MASS.example().drop("index_date", "channel", "observed", "articles_read", "series")
    return (
        pl.DataFrame(rows, schema_overrides={"articles_read": pl.Int64})
        .join(other, how="cross")
        .with_columns(series=pl.lit("CHN>USA"))
        .select(DAILY_MASS.schema.names())
    )


def keywords(on: tuple[int, ...] = ()) -> pl.DataFrame:
    rows = [(day(number), "CHN-USA", int(number in on), 100, int(number in on)) for number in range(DAYS)]
    return pl.DataFrame(rows, schema=KEYWORD_HITS, orient="row")


def rate(
    figures: pl.DataFrame, statistic: str = "hit rate within 1 day", measured: str = "index", grouping: str = "", pair: str = ""
) -> dict[str, object]:
    (row,) = figures.filter(
        (pl.col("statistic") == statistic) & (pl.col("measured") == measured) & (pl.col("grouping") == grouping) & (pl.col("pair") == pair)
    ).to_dicts()
    return row


ON_THE_DAY = {(SIGNS[n % 2], at): 1.0 for n, at in enumerate(AT)}
OPPOSITE = {(SIGNS[1 - n % 2], at): 1.0 for n, at in enumerate(AT)}


def test_an_index_that_rises_at_every_event_has_hit_rate_one() -> None:
    figures = run_event_study(events(), to_daily_counts(mass(ON_THE_DAY), keywords()))
    assert figures.schema == VALIDATION.schema
    row = rate(figures)
    assert (row["value"], row["count"]) == (1.0, 6)
    assert row["chance"] < 0.05  # type: ignore[operator]
    assert row["p_random"] < 0.01  # type: ignore[operator]


def test_evidence_in_the_opposite_channel_is_no_hit() -> None:
    assert rate(run_event_study(events(), to_daily_counts(mass(OPPOSITE), keywords())))["value"] == 0.0


@pytest.mark.parametrize(("late", "narrow", "wide"), [(1, 1.0, 1.0), (2, 0.0, 1.0), (3, 0.0, 1.0), (4, 0.0, 0.0)])
def test_the_width_limits_how_late_news_may_come(late: int, narrow: float, wide: float) -> None:
    evidence = {(channel, at + late): 1.0 for (channel, at) in ON_THE_DAY}
    figures = run_event_study(events(), to_daily_counts(mass(evidence), keywords()))
    assert rate(figures)["value"] == narrow
    assert rate(figures, "hit rate within 3 days")["value"] == wide


def test_a_random_series_hits_one_time_in_ten_by_chance() -> None:
    random = np.random.default_rng(7)
    evidence = {(channel, number): float(random.gamma(0.5)) for channel in SIGNS for number in range(DAYS)}
    row = rate(run_event_study(events(), to_daily_counts(mass(evidence), keywords())), "hit rate within 3 days")
    assert row["chance"] == pytest.approx(0.1, abs=0.015)


def test_the_keyword_rule_and_the_difference_are_measured_too() -> None:
    figures = run_event_study(events(), to_daily_counts(mass(ON_THE_DAY), keywords(AT[:3])))
    assert rate(figures, measured="keyword")["value"] == 0.5
    assert rate(figures, measured="difference")["value"] == 0.5


def test_hit_rates_are_given_by_polarity_pair_and_year() -> None:
    figures = run_event_study(events(), to_daily_counts(mass({key: 1.0 for key in ON_THE_DAY if key[0] == "escalation"}), keywords()))
    assert rate(figures, grouping="escalation")["value"] == 1.0
    assert rate(figures, grouping="concession")["value"] == 0.0
    assert rate(figures, pair="CHN-USA")["value"] == rate(figures, grouping="2025")["value"] == 0.5


def test_events_outside_the_days_or_pairs_are_not_used() -> None:
    more = pl.DataFrame(
        [
            {"event_id": "early", "event_date": day(-1), "actor": "CHN", "target": "USA", "polarity": "escalation"},
            {"event_id": "other", "event_date": day(50), "actor": "CHN", "target": "FRA", "polarity": "escalation"},
        ]
    )
    counts = to_daily_counts(mass(ON_THE_DAY), keywords())
    assert select_usable_events(pl.concat([events(), more]), counts)["event_id"].to_list() == events()["event_id"].to_list()
    assert run_event_study(more, counts).is_empty()


def test_an_event_with_an_incomplete_window_is_dropped() -> None:
    last = pl.DataFrame([{"event_id": "last", "event_date": day(DAYS - 2), "actor": "CHN", "target": "USA", "polarity": "escalation"}])
    figures = run_event_study(pl.concat([events(), last]), to_daily_counts(mass(ON_THE_DAY), keywords()))
    assert rate(figures)["count"] == 7
    assert rate(figures, "hit rate within 3 days")["count"] == 6


def test_the_sign_test_counts_the_higher_channel() -> None:
    figures = run_event_study(events(), to_daily_counts(mass(ON_THE_DAY), keywords()))
    for sign in SIGNS:
        row = rate(figures, "sign test within 1 day", grouping=sign)
        assert (row["value"], row["count"], row["p_random"]) == (1.0, 3, 0.125)
    wrong = rate(run_event_study(events(), to_daily_counts(mass(OPPOSITE), keywords())), "sign test within 1 day", grouping="concession")
    assert (wrong["value"], wrong["p_random"]) == (0.0, 1.0)


def test_an_event_without_evidence_is_not_in_the_sign_test() -> None:
    figures = run_event_study(events(), to_daily_counts(mass({}), keywords()))
    assert figures.filter(pl.col("statistic").str.starts_with("sign")).is_empty()
    assert rate(figures)["value"] == 0.0


def test_the_path_peaks_at_the_event_and_average_days_are_100() -> None:
    evidence = {(channel, number): 1.0 + 9.0 * ((channel, number) in ON_THE_DAY) for channel in SIGNS for number in range(DAYS)}
    path = compute_event_path(events(), to_daily_counts(mass(evidence), keywords()))
    average = 1 + 9 * 3 / DAYS
    by_lag = dict(path.filter(pl.col("polarity") == "escalation").select("lag_days", "index").iter_rows())
    assert by_lag[0] == pytest.approx(1000 / average)
    assert all(by_lag[lag] == pytest.approx(100 / average) for lag in by_lag if lag != 0)
    assert path["polarity"].unique(maintain_order=True).to_list() == ["escalation", "concession"]
    assert path["keyword"].null_count() == path.height  # without keyword hits there is no average day


def test_the_path_leaves_out_events_near_the_edges() -> None:
    at = (REACH - 1, REACH, DAYS - 1 - REACH, DAYS - REACH)
    near = events().head(len(at)).with_columns(event_date=pl.Series([day(number) for number in at]), polarity=pl.lit("escalation"))
    path = compute_event_path(near, to_daily_counts(mass(ON_THE_DAY), keywords()))
    assert path["count"].unique().to_list() == [2]


def test_days_without_articles_have_no_rate() -> None:
    assert np.isnan(window_rates(np.zeros(5), np.zeros(5), 1)).all()
    assert np.allclose(window_rates(np.array([0, 3.0, 0, 0, 0]), np.array([1.0, 0, 2, 1, 1]), 1)[1:4], [1.0, 1.0, 0.0])


def test_a_window_longer_than_the_series_has_no_rate() -> None:
    assert np.isnan(window_rates(np.ones(3), np.ones(3), 3)).all()


def test_windows_of_the_same_values_in_another_order_are_equal() -> None:
    rates = window_rates(np.array([0.1, 0.2, 0.3, 0.1, 0.2]), np.ones(5), 1)[1:4]
    assert len(set(rates.tolist())) == 1


def test_equal_values_share_the_places_in_the_highest_tenth() -> None:
    assert share_top_decile(np.arange(20.0)).tolist() == [0.0] * 18 + [1.0, 1.0]
    assert share_top_decile(np.array([0.0] * 16 + [1.0] * 4)).tolist() == pytest.approx([0.0] * 16 + [0.5] * 4)
    assert share_top_decile(np.r_[np.zeros(97), 1, 2, 3]).sum() == 3
    assert share_top_decile(np.zeros(20)).sum() == 0


def test_windows_without_a_rate_take_no_place() -> None:
    shares = share_top_decile(np.r_[np.nan, np.arange(10.0)])
    assert np.isnan(shares[0])
    assert shares[1:].tolist() == [0.0] * 9 + [1.0]


def test_a_rate_that_most_windows_share_is_a_hit_in_part() -> None:
    """In an archive on trade alone, keywords are in nearly every article."""
    mentioned = np.r_[np.ones(40), np.zeros(60)]
    assert share_top_decile(mentioned).tolist() == pytest.approx([0.25] * 40 + [0.0] * 60)


def test_percentile_ranks_are_shares_of_lower_rates() -> None:
    assert np.allclose(percentile_ranks(np.array([0.0, 0.0, 1.0, 2.0])), [0, 0, 0.5, 0.75])


def test_the_same_seed_gives_the_same_figures() -> None:
    counts: DailyCounts = to_daily_counts(mass(ON_THE_DAY), keywords(AT))
    assert run_event_study(events(), counts).equals(run_event_study(events(), counts))
