"""Months of trade flows: gaps, expected values and shortfalls."""

from datetime import date

import pytest

from pipeline.contracts.tables.trade import TRADE_FLOWS
from pipeline.contracts.tables.trade_results import FLOW_MONTHS
from tests.unit.trade.scenes import Figures, build_figures, build_flow, build_flows


def test_a_missing_month_is_shown_and_not_filled() -> None:
    figures = build_figures(build_flows([100, None, None, 130]))
    assert [(row["reference_month"].month, row["is_missing"], row["value_usd"]) for row in figures.rows(FLOW_MONTHS)] == [
        (1, False, 100e6),
        (2, True, None),
        (3, True, None),
        (4, False, 130e6),
    ]


def test_a_missing_month_shows_when_its_figure_was_due() -> None:
    missing = build_figures(build_flows([100, None, 130])).row(FLOW_MONTHS, is_missing=True)
    assert (missing["due_on"], missing["released_on"]) == (date(2018, 4, 4), None)


def test_a_missing_month_of_comtrade_is_due_later() -> None:
    flows = [build_flow(month, 5, origin="comtrade") for month in ("2018-01", "2018-03")]
    assert build_figures(flows).row(FLOW_MONTHS, is_missing=True)["due_on"] == date(2018, 5, 29)


def test_months_run_from_the_first_to_the_last_figure() -> None:
    figures = build_figures([build_flow("2019-03", 5), build_flow("2019-05", 5)])
    assert [row["reference_month"].month for row in figures.rows(FLOW_MONTHS)] == [3, 4, 5]


def test_a_zero_is_a_figure() -> None:
    zero = build_figures(build_flows([100, 0, 100])).rows(FLOW_MONTHS)[1]
    assert (zero["is_missing"], zero["value_usd"]) == (False, 0.0)


def test_the_shortfall_is_relative_to_the_mean_of_three_years() -> None:
    values = ((2017, 80), (2018, 100), (2019, 120))
    figures = build_figures([build_flow("2016-05", 999), *(build_flow(f"{year}-05", value) for year, value in values)])
    last = build_figures([*_to_raw_flows(figures), build_flow("2020-05", 75)]).rows(FLOW_MONTHS)[-1]
    assert (last["earlier_years"], last["expected_usd"], last["shortfall_pct"]) == (3, 100e6, pytest.approx(25.0))


@pytest.mark.parametrize(("years", "expected"), [((2018, 2019), 110e6), ((2019,), 120e6)])
def test_fewer_than_three_earlier_years_are_used_and_counted(years: tuple[int, ...], expected: float) -> None:
    values = {2018: 100, 2019: 120}
    figures = build_figures([*(build_flow(f"{year}-05", values[year]) for year in years), build_flow("2020-05", 60)])
    last = figures.rows(FLOW_MONTHS)[-1]
    assert (last["earlier_years"], last["expected_usd"]) == (len(years), expected)


def test_without_an_earlier_year_there_is_no_shortfall() -> None:
    only = build_figures([build_flow("2020-05", 60)]).row(FLOW_MONTHS)
    assert (only["earlier_years"], only["expected_usd"], only["shortfall_pct"]) == (0, None, None)


def test_an_earlier_year_that_was_released_later_is_not_used() -> None:
    late = build_flow("2019-05", 120, released_on="2021-01-01")
    last = build_figures([build_flow("2018-05", 100), late, build_flow("2020-05", 60)]).rows(FLOW_MONTHS)[-1]
    assert (last["earlier_years"], last["expected_usd"]) == (1, 100e6)


def test_the_change_on_year_needs_a_year_before_that_was_public() -> None:
    figures = build_figures([build_flow("2019-05", 120, released_on="2021-01-01"), build_flow("2020-05", 60)])
    assert figures.rows(TRADE_FLOWS)[-1]["change_on_year_pct"] is None


def test_a_release_day_in_the_file_replaces_the_assumed_one() -> None:
    figures = build_figures([build_flow("2025-08", 1), build_flow("2025-09", 1, released_on="2025-12-11")])
    assert [row["released_on"] for row in figures.rows(TRADE_FLOWS)] == [date(2025, 10, 5), date(2025, 12, 11)]


def test_products_and_partners_are_separate_series() -> None:
    soybeans = [build_flow("2019-05", 10, product="soybeans"), build_flow("2020-05", 5, product="soybeans")]
    figures = build_figures([*soybeans, build_flow("2020-05", 60), build_flow("2020-05", 7, partner="BRA", product="soybeans")])
    assert {(row["partner"], row["product"], row["shortfall_pct"]) for row in figures.rows(FLOW_MONTHS) if not row["is_missing"]} == {
        ("CHN", "soybeans", None),
        ("CHN", "soybeans", 50.0),
        ("CHN", "", None),
        ("BRA", "soybeans", None),
    }


def test_the_bundled_figures_show_their_gaps(bundled: Figures) -> None:
    missing = {row["reference_month"].strftime("%Y-%m") for row in bundled.rows(FLOW_MONTHS, is_missing=True)}
    assert missing == {"2023-11", "2023-12", "2024-02", "2024-04", "2024-08", "2024-12"}


def _to_raw_flows(figures: Figures) -> list[dict[str, object]]:
    return [build_flow(row["reference_month"].strftime("%Y-%m"), row["value_usd"] / 1e6) for row in figures.rows(TRADE_FLOWS)]
