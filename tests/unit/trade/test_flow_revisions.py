"""Revisions of flows: every value is kept, the first one counts from its release, and of two origins one is used and the other shown."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.contracts.tables.trade import FLOW_REVISIONS, TRADE_FLOWS
from pipeline.contracts.tables.trade_results import FLOW_MONTHS, TRADE_STRAIN
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select
from tests.unit.trade.scenes import Figures, build, flow, flows

CHECKS = ("flow_versions_are_accounted_for", "flows_stand_as_first_published")


def census(reference_month: str, value: float, seen_on: str, **more: Any) -> dict[str, Any]:
    """A figure of the Census Bureau's interface, first seen on that day."""
    return flow(reference_month, value, origin="census", seen_on=seen_on, source="US Census Bureau", **more)


def conflicts(made: Figures) -> list[dict[str, Any]]:
    return select(made.lake, read_query(shipped_folder("sql") / "views" / "flow_conflicts.sql"), {}).to_dicts()


def sound(made: Figures) -> Figures:
    """The scene, after the promises between its tables were held against it."""
    for name in CHECKS:
        assert select(made.lake, read_query(shipped_folder("sql") / "checks" / f"{name}.sql"), {}).rows(named=True) == []
    return made


def test_every_value_that_a_month_had_is_kept_with_its_day_and_its_change(tmp_path: Path) -> None:
    told = [census("2025-04", value, day) for value, day in ((100, "2025-06-04"), (102, "2025-07-08"), (51, "2026-06-09"))]
    rows = sound(build(tmp_path, told)).rows(FLOW_REVISIONS)
    assert [(row["version"], row["value_usd"], row["change_pct"], row["known_on"]) for row in rows] == [
        (1, 100e6, None, date(2025, 6, 4)),
        (2, 102e6, 2.0, date(2025, 7, 8)),
        (3, 51e6, -50.0, date(2026, 6, 9)),
    ]


def test_a_flow_stands_with_its_first_value_and_tells_the_newest_beside_it(tmp_path: Path) -> None:
    row = sound(build(tmp_path, [census("2025-04", 100, "2025-06-04"), census("2025-04", 102, "2026-06-09")])).row(TRADE_FLOWS)
    assert (row["value_usd"], row["released_on"]) == (100e6, date(2025, 6, 4))
    assert (row["revised_value_usd"], row["revised_on"]) == (102e6, date(2026, 6, 9))


def test_a_month_that_was_never_revised_has_no_newest_value(tmp_path: Path) -> None:
    row = sound(build(tmp_path, [census("2025-04", 100, "2025-06-04")])).row(TRADE_FLOWS)
    assert (row["revised_value_usd"], row["revised_on"]) == (None, None)


def test_nothing_made_of_the_flows_uses_a_revised_value(tmp_path: Path) -> None:
    told = [row | {"origin": "census", "seen_on": "2020-03-01"} for row in flows([100] * 12 + [60] * 12)]
    plain = build(tmp_path / "plain", told)
    revised = sound(build(tmp_path / "revised", [*told, census("2018-05", 200, "2020-06-09"), census("2019-07", 90, "2020-06-09")]))
    for table in (FLOW_MONTHS, TRADE_STRAIN):
        assert revised.rows(table) == plain.rows(table)


def test_an_answer_proves_that_its_figure_was_public_on_its_day(tmp_path: Path) -> None:
    assert build(tmp_path, [census("2025-04", 100, "2025-05-30")]).row(TRADE_FLOWS)["released_on"] == date(2025, 5, 30)


@pytest.mark.parametrize(("given", "expected"), [(None, date(2019, 6, 4)), ("2019-06-06", date(2019, 6, 6))])
def test_a_figure_that_is_asked_for_years_later_counts_from_its_release(tmp_path: Path, given: str | None, expected: date) -> None:
    made = build(tmp_path, [census("2019-04", 100, "2026-11-20", released_on=given)])
    row = made.row(FLOW_REVISIONS)
    assert (row["known_on"], row["seen_on"]) == (expected, date(2026, 11, 20))


@pytest.mark.parametrize(("absent_on", "expected"), [("2025-11-03", date(2025, 11, 4)), ("2025-11-04", date(2025, 11, 19))])
def test_a_release_that_was_late_is_dated_by_the_first_answer_that_held_it(tmp_path: Path, absent_on: str, expected: date) -> None:
    made = sound(build(tmp_path, [census("2025-09", 100, "2025-11-19", absent_on=absent_on)]))
    assert made.row(TRADE_FLOWS)["released_on"] == expected


def test_a_figure_of_comtrade_waits_for_its_reporters_deliveries(tmp_path: Path) -> None:
    made = build(tmp_path, [flow("2025-04", 100, reporter="CHN", partner="USA", origin="comtrade", seen_on="2026-11-20")])
    assert made.row(TRADE_FLOWS)["released_on"] == date(2025, 7, 29)


def test_the_census_bureau_s_interface_comes_before_a_file_and_what_differs_is_shown(tmp_path: Path) -> None:
    made = sound(build(tmp_path, [flow("2025-04", 110), flow("2025-05", 50), census("2025-04", 100, "2025-06-04")]))
    assert [(row["value_usd"], row["origin"]) for row in made.rows(TRADE_FLOWS)] == [(100e6, "census"), (50e6, "file")]
    (conflict,) = conflicts(made)
    assert (conflict["used_origin"], conflict["other_origin"], conflict["difference_pct"]) == ("census", "file", 10.0)


def test_origins_that_agree_are_no_conflict(tmp_path: Path) -> None:
    assert conflicts(build(tmp_path, [flow("2025-04", 100), census("2025-04", 100, "2025-06-04")])) == []


def test_comtrade_counts_in_no_series_that_is_counted_elsewhere(tmp_path: Path) -> None:
    cif = {"origin": "comtrade", "seen_on": "2025-09-01"}
    made = sound(build(tmp_path, [flow("2025-04", 100), flow("2025-04", 104, **cif), flow("2025-05", 104, **cif)]))
    assert [(row["reference_month"], row["origin"]) for row in made.rows(TRADE_FLOWS)] == [(date(2025, 4, 1), "file")]
    assert [(row["reference_month"], row["used_usd"], row["other_usd"]) for row in conflicts(made)] == [
        ("2025-04", 100e6, 104e6),
        ("2025-05", None, 104e6),
    ]


def test_comtrade_alone_makes_a_series(tmp_path: Path) -> None:
    made = sound(build(tmp_path, [flow("2025-04", 104, reporter="CHN", partner="USA", origin="comtrade", seen_on="2025-09-01")]))
    assert made.row(TRADE_FLOWS)["origin"] == "comtrade"


def test_a_file_may_tell_versions_of_its_own(tmp_path: Path) -> None:
    made = sound(build(tmp_path, [flow("2025-04", 100, released_on="2025-06-05"), flow("2025-04", 101, seen_on="2026-06-09")]))
    row = made.row(TRADE_FLOWS)
    assert (row["value_usd"], row["released_on"], row["revised_value_usd"]) == (100e6, date(2025, 6, 5), 101e6)


def test_the_bundled_figures_have_one_version_each_and_are_all_used(bundled: Figures) -> None:
    rows = bundled.rows(FLOW_REVISIONS)
    assert (len(rows), {(row["version"], row["is_used"], row["seen_on"]) for row in rows}) == (260, {(1, True, None)})
    assert {(row["revised_value_usd"], row["revised_on"]) for row in bundled.rows(TRADE_FLOWS)} == {(None, None)}
