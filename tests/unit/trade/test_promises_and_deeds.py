"""Purchase commitments compared with flows, computed by hand."""

from datetime import date
from typing import Any

import pytest

from pipeline.contracts.tables.trade_results import COMMITMENTS, PROMISES_AND_DEEDS
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select
from tests.unit.trade.scenes import Figures, build_commitment, build_figures, build_flows

# US exports of goods to China in millions of USD, by hand from pipeline/sample/trade/flows.csv
OF_2017 = (9955.5, 9739.8, 9720.2, 9806.5, 9880.0, 9718.2, 9954.1, 10825.5, 10896.0, 12963.2, 12908.4, 13629.9)
OF_2020 = (7155.7, 6826.0, 7933.5, 8635.9, 9699.7, 9240.6, 9090.1, 10969.4, 11503.3, 14803.1, 14211.7, 14512.6)


def build_exports(values: list[float | None], first_year: int) -> list[dict[str, Any]]:
    return build_flows(values, first_year=first_year, direction="exports")


def test_the_commitment_of_2020_compared_with_bundled_exports(bundled: Figures) -> None:
    december = bundled.row(PROMISES_AND_DEEDS, commitment_id="phase-one-2020-goods", reference_month=date(2020, 12, 1))
    assert december["baseline_amount"] == pytest.approx(sum(OF_2017) * 1e6)
    assert december["actual_so_far"] == pytest.approx(sum(OF_2020) * 1e6)
    assert december["promised_flow"] == pytest.approx((sum(OF_2017) + 63_900) * 1e6)
    assert december["fulfilled_pct"] == pytest.approx(100 * (sum(OF_2020) - sum(OF_2017)) / 63_900)
    assert december["fulfilled_pct"] == pytest.approx(-8.5, abs=0.05)
    assert december["bought_pct"] == pytest.approx(64.3, abs=0.05)
    assert december["released_on"] == date(2021, 2, 4)


def test_the_commitment_of_2020_is_accumulated_by_month(bundled: Figures) -> None:
    april = bundled.row(PROMISES_AND_DEEDS, commitment_id="phase-one-2020-goods", reference_month=date(2020, 4, 1))
    assert (april["months_elapsed"], april["months_of_period"]) == (4, 12)
    assert april["baseline_so_far"] == pytest.approx(sum(OF_2017[:4]) * 1e6)
    assert april["actual_so_far"] == pytest.approx(sum(OF_2020[:4]) * 1e6)
    assert april["released_on"] == date(2020, 6, 4)


def test_the_bundled_commitments_are_those_of_article_6_2(bundled: Figures) -> None:
    amounts = {row["commitment_id"]: row["promised_amount"] / 1e9 for row in bundled.rows(COMMITMENTS)}
    for period, total in (("2020", 76.7), ("2021", 123.3), ("2020-2021", 200.0)):
        parts = [amounts[f"phase-one-{period}-{part}"] for part in ("manufactured", "agriculture", "energy")]
        assert sum(parts) == pytest.approx(amounts[f"phase-one-{period}-goods"])
        assert sum(parts) + amounts[f"phase-one-{period}-services"] == pytest.approx(total)
        assert amounts[f"phase-one-{period}-goods-and-services"] == pytest.approx(total)


def test_a_commitment_without_a_flow_is_shown_as_missing(bundled: Figures) -> None:
    rows = bundled.rows(PROMISES_AND_DEEDS, commitment_id="soybeans-2025")
    assert [(row["reference_month"].month, row["unit"], row["deed_status"], row["actual_so_far"]) for row in rows] == [
        (11, "t", "no_flow", None),
        (12, "t", "no_flow", None),
    ]


def test_a_commitment_in_tons_is_not_compared_with_dollars() -> None:
    commitment = build_commitment("tons", 12, "2020-01", "2020-02", unit="t", promise="total", baseline_year=None)
    figures = build_figures(build_exports([1.0, 1.0], 2020), commitments=[commitment])
    assert {row["deed_status"] for row in figures.rows(PROMISES_AND_DEEDS)} == {"no_flow"}


def test_a_missing_month_ends_the_sum_and_is_counted() -> None:
    flows = build_exports([10] * 12, 2017) + build_exports([12, None, 12], 2020)
    rows = build_figures(flows, commitments=[build_commitment("p", 24, "2020-01", "2020-12")]).rows(PROMISES_AND_DEEDS)
    assert [(row["deed_status"], row["months_missing"], row["month_amount"], row["actual_so_far"]) for row in rows] == [
        ("known", 0, 12e6, 12e6),
        ("gap", 1, None, None),
        ("gap", 1, 12e6, None),
    ]


def test_a_missing_month_of_the_baseline_year_is_a_gap_too() -> None:
    flows = build_exports([10, None, 10], 2017) + build_exports([12, 12], 2020)
    january, february = build_figures(flows, commitments=[build_commitment("p", 24, "2020-01", "2020-03")]).rows(PROMISES_AND_DEEDS)
    assert (january["deed_status"], january["baseline_amount"]) == ("known", None)
    assert (february["deed_status"], february["fulfilled_pct"]) == ("gap", None)


def test_a_total_commitment_needs_no_baseline() -> None:
    commitment = build_commitment("p", 40, "2020-01", "2020-02", promise="total", baseline_year=None)
    last = build_figures(build_exports([12, 18], 2020), commitments=[commitment]).rows(PROMISES_AND_DEEDS)[-1]
    assert (last["actual_so_far"], last["fulfilled_pct"], last["bought_pct"]) == (30e6, 75.0, 75.0)


def test_a_fulfilled_commitment_has_100_percent() -> None:
    flows = build_exports([10] * 12, 2017) + build_exports([12] * 12, 2020)
    last = build_figures(flows, commitments=[build_commitment("p", 24, "2020-01", "2020-12")]).rows(PROMISES_AND_DEEDS)[-1]
    assert (last["fulfilled_pct"], last["bought_pct"]) == (pytest.approx(100), pytest.approx(100))


def test_a_period_of_two_years_uses_the_baseline_year_twice() -> None:
    flows = build_exports([10] * 12, 2017) + build_exports([11] * 24, 2020)
    last = build_figures(flows, commitments=[build_commitment("p", 48, "2020-01", "2021-12")]).rows(PROMISES_AND_DEEDS)[-1]
    assert (last["baseline_amount"], last["fulfilled_pct"]) == (pytest.approx(240e6), pytest.approx(50))


def test_months_after_the_newest_figure_have_no_row() -> None:
    flows = build_exports([10] * 12, 2017) + build_exports([12] * 2, 2020)
    rows = build_figures(flows, commitments=[build_commitment("p", 24, "2020-01", "2020-12")]).rows(PROMISES_AND_DEEDS)
    assert [row["reference_month"].month for row in rows] == [1, 2]


def test_the_buyers_statistics_are_used_if_the_commitment_says_so() -> None:
    flows = build_flows([10, 20], first_year=2020, reporter="CHN", partner="USA")
    commitment = build_commitment("p", 60, "2020-01", "2020-02", reporter="CHN", promise="total", baseline_year=None)
    assert build_figures(flows, commitments=[commitment]).rows(PROMISES_AND_DEEDS)[-1]["actual_so_far"] == 30e6


def test_a_sum_waits_for_its_latest_figure() -> None:
    flows = build_exports([10, 20], 2020)
    flows[0] |= {"released_on": "2020-09-01"}
    commitment = build_commitment("p", 60, "2020-01", "2020-02", promise="total", baseline_year=None)
    assert build_figures(flows, commitments=[commitment]).rows(PROMISES_AND_DEEDS)[-1]["released_on"] == date(2020, 9, 1)


def test_purchases_are_summed_until_the_first_missing_month() -> None:
    flows = build_exports([10] * 12, 2017) + build_exports([12, 12, None, 12], 2020)
    figures = build_figures(flows, commitments=[build_commitment("p", 24, "2020-01", "2020-12")])
    (deed,) = select(figures.tables, read_query(shipped_folder("sql") / "views" / "deeds.sql"), {}).to_dicts()
    assert (deed["counted_to"], deed["bought_m"], deed["deed_status"]) == ("2020-02", 24, "gap")


def test_a_small_commitment_keeps_its_decimals() -> None:
    flows = build_exports([0.05, 0.1], 2020)
    commitment = build_commitment("p", 0.4, "2020-01", "2020-02", promise="total", baseline_year=None)
    figures = build_figures(flows, commitments=[commitment])
    (deed,) = select(figures.tables, read_query(shipped_folder("sql") / "views" / "deeds.sql"), {}).to_dicts()
    assert (deed["promised_m"], deed["bought_m"], deed["fulfilled_pct"]) == (0.4, 0.15, 37.5)
