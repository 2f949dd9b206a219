"""Signals from trade figures: sign, threshold, day and evidence. Product flows are invented."""

from collections.abc import Sequence
from datetime import date

import pytest

from pipeline.contracts.tables.trade_results import TRADE_SIGNALS
from tests.unit.trade.scenes import Figures, Row, build_figures, build_flow, build_flows, build_rate, format_month


def build_soybean_flows(shares: Sequence[tuple[float | None, float | None]]) -> list[Row]:
    """Build China's monthly soybean imports from Brazil and the US, in millions of USD."""
    rows = []
    for number, (brazil, states) in enumerate(shares):
        for partner, value in (("BRA", brazil), ("USA", states)):
            if value is not None:
                rows.append(build_flow(format_month(number), value, reporter="CHN", partner=partner, product="soybeans"))
    return rows


@pytest.mark.parametrize(
    ("rates", "polarity"),
    [
        ((20, 21), "escalation"),
        ((20, 19), "concession"),
        ((1.3, 2.3), "escalation"),
        ((20, 20.9), None),
        ((20, 19.1), None),
        ((20, 20), None),
    ],
)
def test_a_tariff_change_of_one_point_or_more_is_a_signal(rates: tuple[float, float], polarity: str | None) -> None:
    figures = build_figures(tariffs=[build_rate("2025-04-01", rates[0]), build_rate("2025-04-09", rates[1])])
    assert [row["polarity"] for row in figures.rows(TRADE_SIGNALS)] == ([polarity] if polarity else [])


def test_a_tariff_change_has_its_day_and_both_rates() -> None:
    step = build_figures(tariffs=[build_rate("2025-04-01", 20.6), build_rate("2025-04-05", 50.3)]).row(TRADE_SIGNALS)
    assert (step["released_on"], step["actor"], step["target"], step["trade_signal"], step["instrument"]) == (
        date(2025, 4, 5),
        "USA",
        "CHN",
        "tariff_step",
        "tariff",
    )
    assert step["evidence"] == "The average USA tariff on goods from CHN rose from 20.6 to 50.3 percent on 2025-04-05 (import_weighted)."


def test_rates_of_two_trackers_are_not_a_tariff_change() -> None:
    rates = [build_rate("2020-02-14", 19.3, source="One tracker"), build_rate("2025-02-04", 10, source="Another tracker")]
    assert build_figures(tariffs=rates).rows(TRADE_SIGNALS) == []


def test_the_first_rate_is_not_a_tariff_change() -> None:
    assert build_figures(tariffs=[build_rate("2025-04-01", 20)]).rows(TRADE_SIGNALS) == []


@pytest.mark.parametrize(("value", "kinds"), [(76, []), (75, ["flow_drop"])])
def test_a_flow_a_quarter_below_the_expected_one_is_a_drop(value: float, kinds: list[str]) -> None:
    figures = build_figures(build_flows([100] * 12 + [value]))
    assert [row["trade_signal"] for row in figures.rows(TRADE_SIGNALS)] == kinds


def test_a_lasting_drop_and_its_recovery_are_one_signal_each() -> None:
    figures = build_figures(build_flows([100] * 12 + [70, 60, 85, 70, 90, 100]))
    signals = sorted((row["figure_date"], row["trade_signal"], row["polarity"]) for row in figures.rows(TRADE_SIGNALS))
    assert signals == [(date(2019, 1, 1), "flow_drop", "escalation"), (date(2019, 5, 1), "flow_recovery", "concession")]


def test_a_missing_month_neither_ends_nor_begins_a_drop() -> None:
    figures = build_figures(build_flows([100] * 12 + [70, None, 70]))
    assert [row["figure_date"] for row in figures.rows(TRADE_SIGNALS)] == [date(2019, 1, 1)]


def test_a_drop_has_its_release_day_and_its_figures() -> None:
    drop = build_figures(build_flows([1000] * 12 + [700])).row(TRADE_SIGNALS)
    assert (drop["released_on"], drop["figure_before"], drop["figure_after"], drop["unit"]) == (date(2019, 3, 7), 1e9, 0.7e9, "USD")
    assert drop["evidence"] == (
        "USA imports from CHN were 0.70 bn USD in 2019-01, 30.0 percent below the mean of that month in the year before (1.00 bn USD)."
    )


def test_the_figures_of_a_small_flow_are_in_millions() -> None:
    drop = build_figures(build_flows([4] * 12 + [1], product="electric vehicles")).row(TRADE_SIGNALS)
    assert "were 1.00 m USD in 2019-01, 75.0 percent below" in drop["evidence"]
    assert drop["evidence"].endswith("(4.00 m USD).")


def test_exports_of_the_other_side_are_signals_of_the_buyer() -> None:
    drop = build_figures(build_flows([100] * 12 + [50], direction="exports")).row(TRADE_SIGNALS)
    assert (drop["actor"], drop["target"], drop["series"]) == ("CHN", "USA", "USA exports to CHN")


def test_a_shift_of_share_between_partners_is_a_diversion() -> None:
    figures = build_figures(build_soybean_flows([(60, 40)] * 12 + [(80, 20)]))
    diversion = figures.row(TRADE_SIGNALS, trade_signal="diversion")
    assert (diversion["actor"], diversion["target"], diversion["diverted_to"], diversion["product"]) == ("CHN", "USA", "BRA", "soybeans")
    assert (diversion["figure_before"], diversion["figure_after"], diversion["released_on"]) == (40.0, 20.0, date(2019, 3, 7))
    assert diversion["evidence"] == (
        "Of the soybeans that CHN bought from partners counted, USA had 20.0 percent in 2019-01 and 40.0 percent a year before; "
        "BRA rose from 60.0 to 80.0 percent."
    )


def list_diversions(figures: Figures) -> list[date]:
    return [row["figure_date"] for row in figures.rows(TRADE_SIGNALS, trade_signal="diversion")]


@pytest.mark.parametrize(("now", "count"), [((69, 31), 0), ((70, 30), 1), ((30, 20), 0)])
def test_a_diversion_needs_ten_points_of_share(now: tuple[float, float], count: int) -> None:
    assert len(list_diversions(build_figures(build_soybean_flows([(60, 40)] * 12 + [now])))) == count


def test_a_lasting_diversion_is_one_signal() -> None:
    assert list_diversions(build_figures(build_soybean_flows([(60, 40)] * 12 + [(80, 20)] * 6))) == [date(2019, 1, 1)]


def test_a_missing_figure_of_one_partner_is_no_diversion() -> None:
    assert list_diversions(build_figures(build_soybean_flows([(60, 40)] * 12 + [(80, None), (None, 20)]))) == []


def test_a_diversion_waits_for_the_figures_of_every_partner() -> None:
    flows = [
        row | {"released_on": "2019-06-01"} if (row["partner"], row["reference_month"]) == ("BRA", "2019-01") else row
        for row in build_soybean_flows([(60, 40)] * 12 + [(80, 20)])
    ]
    assert build_figures(flows).row(TRADE_SIGNALS, trade_signal="diversion")["released_on"] == date(2019, 6, 1)


def build_imports(partners: dict[str, tuple[float, float]]) -> list[Row]:
    """Build US imports of January 2019 and January 2020 from each partner, in millions of USD."""
    return [
        build_flow(month, value, partner=partner)
        for partner, values in partners.items()
        for month, value in zip(("2019-01", "2020-01"), values, strict=True)
    ]


def test_a_share_counts_the_union_once_when_its_members_have_figures_too() -> None:
    members = {"DEU": (30.0, 10.0), "FRA": (10.0, 30.0)}
    partners = members | {"EUN": (50.0, 50.0), "CHN": (50.0, 50.0)}
    diversion = build_figures(build_imports(partners)).row(TRADE_SIGNALS, trade_signal="diversion")
    assert (diversion["target"], diversion["diverted_to"], diversion["figure_before"], diversion["figure_after"]) == ("DEU", "FRA", 30, 10)
    alone = build_figures(build_imports(members | {"CHN": (60.0, 60.0)})).row(TRADE_SIGNALS, trade_signal="diversion")
    assert (alone["target"], alone["figure_before"], alone["figure_after"]) == ("DEU", 30, 10)


def test_a_share_of_the_union_among_its_members_and_others() -> None:
    partners = {"EUN": (60.0, 40.0), "DEU": (35.0, 35.0), "CHN": (40.0, 60.0)}
    diversion = build_figures(build_imports(partners)).row(TRADE_SIGNALS, trade_signal="diversion")
    assert (diversion["target"], diversion["diverted_to"], diversion["figure_before"], diversion["figure_after"]) == ("EUN", "CHN", 60, 40)


def test_a_shift_between_the_union_and_its_member_is_no_diversion() -> None:
    partners = {"EUN": (60.0, 48.0), "DEU": (5.0, 25.0), "CHN": (20.0, 26.0), "IND": (20.0, 26.0)}
    assert list_diversions(build_figures(build_imports(partners))) == []


def test_the_bundled_figures_have_no_products_and_no_diversion(bundled: Figures) -> None:
    assert {row["product"] for row in bundled.rows(TRADE_SIGNALS)} == {""}
    assert list_diversions(bundled) == []


def test_the_bundled_imports_from_china_drop_in_april_2025(bundled: Figures) -> None:
    drops = [row for row in bundled.rows(TRADE_SIGNALS, trade_signal="flow_drop", actor="USA") if row["figure_date"].year == 2025]
    assert [(row["figure_date"], row["released_on"]) for row in drops] == [(date(2025, 4, 1), date(2025, 6, 4))]
