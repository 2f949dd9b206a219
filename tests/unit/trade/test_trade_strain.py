"""Trade strain: choice of tariff and flow, scores, and day of release."""

from datetime import date

import pytest

from pipeline.contracts.tables.trade_results import TRADE_STRAIN
from tests.unit.trade.scenes import Figures, build_figures, build_flow, build_flows, build_rate

USA_ON_CHN = {"actor": "USA", "target": "CHN"}


def test_the_tariff_of_a_month_is_the_mean_over_its_days() -> None:
    figures = build_figures(tariffs=[build_rate("2025-04-01", 20), build_rate("2025-04-16", 50), build_rate("2025-05-01", 10)])
    april = figures.row(TRADE_STRAIN, **USA_ON_CHN, reference_month=date(2025, 4, 1))
    assert (april["effective_tariff_pct"], april["tariff_days"], april["tariff_basis"]) == (35.0, 30, "import_weighted")


def test_days_before_the_first_rate_are_not_counted() -> None:
    figures = build_figures(tariffs=[build_rate("2025-04-21", 20)])
    april = figures.row(TRADE_STRAIN, **USA_ON_CHN)
    assert (april["effective_tariff_pct"], april["tariff_days"]) == (20.0, 10)


def test_a_rate_applies_until_the_next_or_the_end_of_its_last_month() -> None:
    figures = build_figures(tariffs=[build_rate("2025-01-01", 20), build_rate("2025-03-10", 30)])
    assert [(row["reference_month"].month, row["tariff_days"]) for row in figures.rows(TRADE_STRAIN)] == [(1, 31), (2, 28), (3, 31)]


def test_duties_over_imports_are_preferred_to_a_trackers_rate() -> None:
    figures = build_figures([build_flow("2025-04", 100, duties_usd=12_000_000)], [build_rate("2025-04-01", 20)])
    row = figures.row(TRADE_STRAIN, **USA_ON_CHN)
    assert (row["tariff_basis"], row["effective_tariff_pct"], row["tariff_released_on"]) == ("duties", 12.0, date(2025, 6, 4))


def test_duties_are_divided_by_imports_for_consumption() -> None:
    figures = build_figures([build_flow("2025-04", 100, duties_usd=12_000_000, consumption_usd=80_000_000)])
    assert figures.row(TRADE_STRAIN)["effective_tariff_pct"] == 15.0


def test_the_weighted_rate_is_preferred_to_the_unweighted_mean() -> None:
    figures = build_figures(tariffs=[build_rate("2025-04-01", 20, measure="simple_mean_hs6"), build_rate("2025-04-01", 30)])
    assert figures.row(TRADE_STRAIN)["tariff_basis"] == "import_weighted"


def test_the_flow_of_a_pair_is_what_the_actor_imports_from_the_target() -> None:
    mirror = build_flow("2025-04", 90, reporter="CHN", partner="USA", direction="exports")
    row = build_figures([build_flow("2025-04", 100), mirror]).row(TRADE_STRAIN)
    assert (row["actor"], row["target"], row["flow_usd"], row["flow_basis"]) == ("USA", "CHN", 100e6, "imports")


def test_exports_of_the_target_replace_missing_imports_of_the_actor() -> None:
    row = build_figures([build_flow("2025-04", 80, direction="exports")]).row(TRADE_STRAIN)
    assert (row["actor"], row["target"], row["flow_usd"], row["flow_basis"]) == ("CHN", "USA", 80e6, "mirror_exports")


def test_every_month_has_a_row_and_a_missing_flow_is_marked() -> None:
    figures = build_figures(build_flows([100, None, 100]))
    assert [(row["is_flow_missing"], row["parts"], row["released_on"]) for row in figures.rows(TRADE_STRAIN)] == [
        (False, "none", date(2018, 3, 7)),
        (True, "none", None),
        (False, "none", date(2018, 5, 5)),
    ]


def test_a_score_needs_six_earlier_months() -> None:
    figures = build_figures(build_flows([100] * 12 + [90] * 8))
    scores = [(row["flow_history_months"], row["flow_z"]) for row in figures.rows(TRADE_STRAIN)[12:]]
    assert [history for history, _ in scores] == list(range(8))
    assert [score is None for _, score in scores] == [True] * 6 + [False] * 2


def test_a_score_is_the_distance_from_the_median_in_robust_units() -> None:
    shortfalls = [0, 2, 4, 6, 8, 10, 20]  # of the first six: median 5, MAD 3
    figures = build_figures(build_flows([100] * 12 + [100 - shortfall for shortfall in shortfalls]))
    last = figures.rows(TRADE_STRAIN)[-1]
    assert last["flow_z"] == pytest.approx((20 - 5) / (1.4826 * 3))


def test_the_scale_is_at_least_one_percentage_point() -> None:
    figures = build_figures(tariffs=[build_rate("2025-01-01", 20), build_rate("2025-08-01", 23)])
    last = figures.rows(TRADE_STRAIN)[-1]
    assert (last["tariff_history_months"], last["tariff_z"]) == (7, 3.0)


def test_strain_is_the_mean_of_the_available_scores() -> None:
    figures = build_figures(
        build_flows([100] * 12 + [90] * 7),
        [build_rate("2019-01-01", 20), build_rate("2019-07-01", 24), build_rate("2019-08-01", 24)],
    )
    july, august = figures.rows(TRADE_STRAIN)[-2:]
    assert (july["parts"], july["trade_strain"]) == ("both", (july["tariff_z"] + july["flow_z"]) / 2)
    assert (august["parts"], august["trade_strain"]) == ("tariff", august["tariff_z"])


def test_a_row_is_public_when_all_of_its_parts_are() -> None:
    row = build_figures([build_flow("2025-04", 100)], [build_rate("2025-04-01", 20)]).row(TRADE_STRAIN, reference_month=date(2025, 4, 1))
    assert (row["tariff_released_on"], row["flow_released_on"], row["released_on"]) == (
        date(2025, 4, 30),
        date(2025, 6, 4),
        date(2025, 6, 4),
    )


def test_a_month_that_was_released_later_is_not_in_the_history() -> None:
    flows = build_flows([100] * 12 + [90] * 7)
    late = [row | {"released_on": "2030-01-01"} if row["reference_month"] == "2019-03" else row for row in flows]
    july = build_figures(late).row(TRADE_STRAIN, reference_month=date(2019, 7, 1))
    assert july["flow_history_months"] == 5


def test_a_later_figure_changes_no_earlier_row() -> None:
    flows = build_flows([100 + number % 7 for number in range(30)])
    before = build_figures(flows).rows(TRADE_STRAIN)
    after = build_figures([*flows, build_flow("2020-07", 5)]).rows(TRADE_STRAIN)
    assert after[:-1] == before


def test_rates_of_two_averaging_methods_are_not_one_history() -> None:
    plain = [build_rate("2024-01-01", 5, measure="simple_mean_hs6"), build_rate("2024-12-01", 5, measure="simple_mean_hs6")]
    figures = build_figures(tariffs=[*plain, build_rate("2025-01-01", 20)])
    assert figures.rows(TRADE_STRAIN)[-1]["tariff_history_months"] == 0


def test_a_rate_ends_with_its_tracker_and_not_at_the_first_of_another() -> None:
    one = [build_rate("2024-01-01", 15, source="One tracker"), build_rate("2024-07-10", 19, source="One tracker")]
    figures = build_figures(tariffs=[*one, build_rate("2025-02-01", 10, source="Another tracker")])
    rows = [row for row in figures.rows(TRADE_STRAIN, **USA_ON_CHN) if row["tariff_days"]]
    assert [row["reference_month"] for row in rows] == [*(date(2024, month, 1) for month in range(1, 8)), date(2025, 2, 1)]
    assert (rows[-1]["effective_tariff_pct"], rows[-1]["tariff_history_months"]) == (10, 0)


def test_of_two_trackers_the_one_with_more_days_of_the_month_counts() -> None:
    one = [build_rate("2025-01-01", 20, source="One tracker"), build_rate("2025-04-02", 24, source="One tracker")]
    figures = build_figures(tariffs=[*one, build_rate("2025-04-16", 80, source="Another tracker")])
    april = figures.row(TRADE_STRAIN, **USA_ON_CHN, reference_month=date(2025, 4, 1))
    assert (april["tariff_days"], april["tariff_history_months"]) == (30, 3)
    assert april["effective_tariff_pct"] == pytest.approx((20 + 29 * 24) / 30)


def test_bundled_partners_without_flows_have_only_a_tariff(bundled: Figures) -> None:
    assert {row["parts"] for row in bundled.rows(TRADE_STRAIN, actor="USA", target="BRA")} == {"none", "tariff"}


def test_bundled_april_2025_is_compared_with_two_earlier_years(bundled: Figures) -> None:
    april = bundled.row(TRADE_STRAIN, **USA_ON_CHN, reference_month=date(2025, 4, 1))
    assert (april["earlier_years"], april["flow_basis"]) == (2, "imports")
    assert april["flow_shortfall_pct"] == pytest.approx(100 * (1 - 25_332.4 / ((41_751.3 + 33_077.3) / 2)))
