"""Revisions of trade flows: stored versions, and conflicts between origins."""

from datetime import date
from typing import Any

import pytest

from pipeline.contracts.tables.trade import FLOW_REVISIONS, TRADE_FLOWS
from pipeline.contracts.tables.trade_results import FLOW_MONTHS, TRADE_STRAIN
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select
from tests.unit.trade.scenes import Figures, build_figures, build_flow, build_flows

CHECKS = ("every_flow_value_is_in_the_revisions", "flows_have_the_first_published_value")


def census_flow(reference_month: str, value: float, seen_on: str, **more: Any) -> dict[str, Any]:
    """Build a figure of the Census Bureau's API, first seen on that day."""
    return build_flow(reference_month, value, origin="census", seen_on=seen_on, source="US Census Bureau", **more)


def list_conflicts(figures: Figures) -> list[dict[str, Any]]:
    return select(figures.tables, read_query(shipped_folder("sql") / "views" / "flow_conflicts.sql"), {}).to_dicts()


def check(figures: Figures) -> Figures:
    """Run the cross-table checks on the figures and return them."""
    for name in CHECKS:
        assert select(figures.tables, read_query(shipped_folder("sql") / "checks" / f"{name}.sql"), {}).rows(named=True) == []
    return figures


def test_every_value_of_a_month_is_stored_with_day_and_change() -> None:
    flows = [census_flow("2025-04", value, day) for value, day in ((100, "2025-06-04"), (102, "2025-07-08"), (51, "2026-06-09"))]
    rows = check(build_figures(flows)).rows(FLOW_REVISIONS)
    assert [(row["version"], row["value_usd"], row["change_pct"], row["known_on"]) for row in rows] == [
        (1, 100e6, None, date(2025, 6, 4)),
        (2, 102e6, 2.0, date(2025, 7, 8)),
        (3, 51e6, -50.0, date(2026, 6, 9)),
    ]


def test_a_flow_has_its_first_value_and_the_newest_one() -> None:
    row = check(build_figures([census_flow("2025-04", 100, "2025-06-04"), census_flow("2025-04", 102, "2026-06-09")])).row(TRADE_FLOWS)
    assert (row["value_usd"], row["released_on"]) == (100e6, date(2025, 6, 4))
    assert (row["revised_value_usd"], row["revised_on"]) == (102e6, date(2026, 6, 9))


def test_a_month_without_revision_has_no_newest_value() -> None:
    row = check(build_figures([census_flow("2025-04", 100, "2025-06-04")])).row(TRADE_FLOWS)
    assert (row["revised_value_usd"], row["revised_on"]) == (None, None)


def test_other_tables_do_not_use_revised_values() -> None:
    flows = [row | {"origin": "census", "seen_on": "2020-03-01"} for row in build_flows([100] * 12 + [60] * 12)]
    plain = build_figures(flows)
    revised = check(build_figures([*flows, census_flow("2018-05", 200, "2020-06-09"), census_flow("2019-07", 90, "2020-06-09")]))
    for table in (FLOW_MONTHS, TRADE_STRAIN):
        assert revised.rows(table) == plain.rows(table)


def test_a_figure_was_public_on_the_day_of_its_response() -> None:
    assert build_figures([census_flow("2025-04", 100, "2025-05-30")]).row(TRADE_FLOWS)["released_on"] == date(2025, 5, 30)


@pytest.mark.parametrize(("released_on", "expected"), [(None, date(2019, 6, 4)), ("2019-06-06", date(2019, 6, 6))])
def test_a_figure_fetched_years_later_is_known_from_its_release(released_on: str | None, expected: date) -> None:
    figures = build_figures([census_flow("2019-04", 100, "2026-11-20", released_on=released_on)])
    row = figures.row(FLOW_REVISIONS)
    assert (row["known_on"], row["seen_on"]) == (expected, date(2026, 11, 20))


@pytest.mark.parametrize(("absent_on", "expected"), [("2025-11-03", date(2025, 11, 4)), ("2025-11-04", date(2025, 11, 19))])
def test_a_late_release_is_dated_by_the_first_response_with_it(absent_on: str, expected: date) -> None:
    figures = check(build_figures([census_flow("2025-09", 100, "2025-11-19", absent_on=absent_on)]))
    assert figures.row(TRADE_FLOWS)["released_on"] == expected


def test_a_comtrade_figure_is_used_from_ninety_days_after_its_month() -> None:
    figures = build_figures([build_flow("2025-04", 100, reporter="CHN", partner="USA", origin="comtrade", seen_on="2026-11-20")])
    assert figures.row(TRADE_FLOWS)["released_on"] == date(2025, 7, 29)


def test_the_census_api_is_preferred_to_a_file_and_conflicts_are_shown() -> None:
    figures = check(build_figures([build_flow("2025-04", 110), build_flow("2025-05", 50), census_flow("2025-04", 100, "2025-06-04")]))
    assert [(row["value_usd"], row["origin"]) for row in figures.rows(TRADE_FLOWS)] == [(100e6, "census"), (50e6, "file")]
    (conflict,) = list_conflicts(figures)
    assert (conflict["used_origin"], conflict["other_origin"], conflict["difference_pct"]) == ("census", "file", 10.0)


def test_origins_that_agree_are_no_conflict() -> None:
    assert list_conflicts(build_figures([build_flow("2025-04", 100), census_flow("2025-04", 100, "2025-06-04")])) == []


def test_comtrade_is_not_used_for_series_of_other_origins() -> None:
    cif = {"origin": "comtrade", "seen_on": "2025-09-01"}
    figures = check(build_figures([build_flow("2025-04", 100), build_flow("2025-04", 104, **cif), build_flow("2025-05", 104, **cif)]))
    assert [(row["reference_month"], row["origin"]) for row in figures.rows(TRADE_FLOWS)] == [(date(2025, 4, 1), "file")]
    assert [(row["reference_month"], row["used_usd"], row["other_usd"]) for row in list_conflicts(figures)] == [
        ("2025-04", 100e6, 104e6),
        ("2025-05", None, 104e6),
    ]


def test_comtrade_is_used_where_there_is_no_other_origin() -> None:
    figures = check(build_figures([build_flow("2025-04", 104, reporter="CHN", partner="USA", origin="comtrade", seen_on="2025-09-01")]))
    assert figures.row(TRADE_FLOWS)["origin"] == "comtrade"


def test_a_file_may_have_versions_of_a_figure() -> None:
    figures = check(build_figures([build_flow("2025-04", 100, released_on="2025-06-05"), build_flow("2025-04", 101, seen_on="2026-06-09")]))
    row = figures.row(TRADE_FLOWS)
    assert (row["value_usd"], row["released_on"], row["revised_value_usd"]) == (100e6, date(2025, 6, 5), 101e6)


def test_the_bundled_figures_have_one_version_and_are_all_used(bundled: Figures) -> None:
    rows = bundled.rows(FLOW_REVISIONS)
    assert (len(rows), {(row["version"], row["is_used"], row["seen_on"]) for row in rows}) == (260, {(1, True, None)})
    assert {(row["revised_value_usd"], row["revised_on"]) for row in bundled.rows(TRADE_FLOWS)} == {(None, None)}
