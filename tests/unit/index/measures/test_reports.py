"""Claims of articles are linked to official acts, and never put a measure in force."""

from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.tables.measures import MEASURE_CLAIMS, MEASURE_STATES
from pipeline.index.measures.acts import read_acts
from pipeline.index.measures.expanded_acts import GENERAL
from pipeline.index.measures.reports import link_reports
from pipeline.models.build import build_tables
from pipeline.settings import shipped_folder
from tests.examples import examples
from tests.unit.index.measures.random_claims import claims


@cache
def states() -> pl.DataFrame:
    return build_tables({}, [MEASURE_STATES], {})[MEASURE_STATES.name]


def report(**changes: Any) -> dict[str, Any]:
    """The report of one claim: by default an announced tariff of the USA on China, without product."""
    claim = MEASURE_CLAIMS.example().to_dicts()[0] | {
        "actor": "USA", "target": "CHN", "instrument": "tariff", "product": "", "effect": "announced", "rate_pct": None,
        "quote": "Ruritania acts.", "unmatched_reason": None,
    } | changes  # fmt: skip
    claim |= {"known_on": claim["told_on"]}
    row: dict[str, Any] = link_reports(pl.DataFrame([claim], schema=MEASURE_CLAIMS.schema), read_acts(), states()).to_dicts()[0]
    return row


def test_reports_and_check_agree_on_goods_in_general() -> None:
    check = shipped_folder("sql") / "checks" / "average_rates_fit_the_layers.sql"
    assert f"regexp_matches(states.product, '{GENERAL}')" in check.read_text(encoding="utf-8")


def test_a_claim_with_rate_and_day_supports_its_act() -> None:
    row = report(
        actor="CHN",
        target="USA",
        told_on=date(2025, 4, 4),
        rate_pct=34.0,
        quote="Beijing will impose 34 percent on all US goods from April 10.",
    )
    assert (row["report"], row["act_id"], row["gives_day"]) == ("supports", "chn-reciprocal-answer@2025-04-10", True)


def test_a_claim_of_the_change_of_rate_supports_its_act() -> None:
    row = report(told_on=date(2025, 3, 3), rate_pct=10.0, quote="Another 10 percent on Chinese goods from March 4.")
    assert (row["report"], row["act_id"]) == ("supports", "usa-ieepa-fentanyl-china@2025-03-04")


def test_a_threat_that_never_came_is_reported_only_even_after_its_day() -> None:
    for day in (date(2025, 10, 10), date(2025, 11, 2)):
        row = report(told_on=day, rate_pct=100.0, quote="A 100 percent tariff on Chinese goods from November 1.")
        assert (row["report"], row["act_id"]) == ("reported", None)


def test_an_easing_on_the_day_of_a_rise_contradicts_it() -> None:
    row = report(actor="CHN", target="USA", effect="reduced", told_on=date(2025, 4, 9), rate_pct=84.0)
    assert (row["report"], row["act_id"]) == ("contradicts", "chn-reciprocal-answer@2025-04-10-2")


@pytest.mark.parametrize(
    ("quote", "expected"),
    [("The deal sets a 15% tariff, half the rate that was to come.", "supports"), ("A 15% tariff on its goods.", "contradicts")],
)
def test_a_rate_below_a_threatened_one_is_a_cut_of_it(quote: str, expected: str) -> None:
    row = report(target="EUN", effect="reduced", told_on=date(2025, 7, 28), rate_pct=15.0, quote=quote)
    assert (row["report"], row["act_id"]) == (expected, "usa-ieepa-reciprocal@2025-08-07")


@pytest.mark.parametrize(
    ("claim", "act_id"),
    [
        ({"told_on": date(2025, 4, 8), "rate_pct": 104.0, "quote": "104 percent on Chinese goods."}, "usa-ieepa-reciprocal@2025-04-09-9"),
        ({"told_on": date(2025, 4, 7), "rate_pct": 50.0, "quote": "Another 50 percent."}, "usa-ieepa-reciprocal@2025-04-09-9"),
        ({"target": "IND", "told_on": date(2025, 8, 6), "rate_pct": 50.0, "quote": "50 percent."}, "usa-ieepa-india-oil@2025-08-27"),
    ],
    ids=["sum of layers", "more than planned", "sum of two programmes"],
)
def test_a_sum_or_a_change_of_rates_names_an_act(claim: dict[str, Any], act_id: str) -> None:
    row = report(**claim)
    assert (row["report"], row["act_id"]) == ("supports", act_id)


@pytest.mark.parametrize(
    "claim",
    [
        {"product": "cranes", "rate_pct": 100.0, "quote": "Tariffs of 100 percent on cranes from China."},
        {"product": "semiconductors", "rate_pct": 10.0, "effect": "reduced", "quote": "Chips escape the 10 percent tariff."},
        {"effect": "proposed", "rate_pct": 200.0, "quote": "He threatened China with 200 percent."},
        {"effect": "suspended", "quote": "Washington paused a tariff on China."},
    ],
    ids=["other rate on goods", "exemption of goods", "threat of another rate", "other direction without rate"],
)
def test_a_claim_of_another_measure_does_not_contradict_an_act(claim: dict[str, Any]) -> None:
    assert report(told_on=date(2018, 9, 24), **claim)["report"] == "reported"


@pytest.mark.parametrize(
    ("claim", "act_id"),
    [
        (
            {"actor": "CAN", "target": "USA", "told_on": date(2025, 3, 12), "rate_pct": 25.0, "quote": "Duties of 25% from March 13."},
            "can-answer-2025-metals@2025-03-13",
        ),
        (
            {"actor": "IND", "target": "USA", "told_on": date(2019, 6, 14), "quote": "India will tax U.S. goods from June 16."},
            "ind-232-answer@2019-06-16-2",
        ),
        (
            {"target": "MEX", "told_on": date(2025, 2, 27), "rate_pct": 25.0, "quote": "Duties of 25% begin on March 4."},
            "usa-ieepa-border-mexico@2025-03-04",
        ),
        (
            {"target": "IND", "effect": "effective", "told_on": date(2025, 8, 7), "quote": "The duty takes effect on August 27."},
            "usa-ieepa-india-oil@2025-08-27",
        ),
    ],
    ids=["goods not named", "no rate", "postponed to that day", "not the act of the day before"],
)
def test_the_named_day_identifies_the_act(claim: dict[str, Any], act_id: str) -> None:
    row = report(**claim)
    assert (row["report"], row["act_id"], row["gives_day"]) == ("supports", act_id, True)


@pytest.mark.parametrize(
    ("claim", "act_id"),
    [
        (
            {
                "effect": "reduced",
                "told_on": date(2019, 12, 12),
                "rate_pct": 15.0,
                "quote": "He will not impose 15 percent on December 15.",
            },
            "usa-301-list4b@2019-12-15-2",
        ),
        (
            {"target": "CAN", "effect": "ended", "told_on": date(2026, 2, 20), "quote": "The Supreme Court struck down tariffs on Canada."},
            "usa-ieepa-border-canada@2026-02-20",
        ),
        (
            {"actor": "EUN", "target": "USA", "effect": "suspended", "told_on": date(2025, 4, 10), "quote": "Brussels holds duties back."},
            "eun-answer-2025@2025-04-14",
        ),
        (
            {"actor": "CHN", "target": "USA", "told_on": date(2025, 4, 10), "rate_pct": 84.0, "quote": "It lifted its duty to 84 percent."},
            "chn-reciprocal-answer@2025-04-10-2",
        ),
        (
            {"target": "MEX", "told_on": date(2025, 3, 4), "rate_pct": 25.0, "quote": "A tariff of 25 percent took effect."},
            "usa-ieepa-border-mexico@2025-03-04",
        ),
        (
            {
                "actor": "CHN",
                "target": "USA",
                "effect": "effective",
                "told_on": date(2025, 5, 14),
                "rate_pct": 10.0,
                "quote": "10 percent.",
            },
            "chn-reciprocal-answer@2025-05-14",
        ),
    ],
    ids=[
        "called off",
        "no end planned long before",
        "signed four days later",
        "not the cancelled one",
        "start of what was put off",
        "level after a cut",
    ],
)
def test_a_claim_supports_the_act_of_its_time(claim: dict[str, Any], act_id: str) -> None:
    row = report(**claim)
    assert (row["report"], row["act_id"]) == ("supports", act_id)


@pytest.mark.parametrize(
    "claim",
    [
        {"effect": "suspended", "target": "EUN", "told_on": date(2025, 5, 25), "rate_pct": 50.0, "quote": "He put off the 50% duty."},
        {"target": "GBR", "told_on": date(2026, 1, 17), "rate_pct": 10.0, "quote": "A 10 percent tariff on Britain from February 1."},
        {"effect": "reduced", "told_on": date(2018, 12, 3), "rate_pct": 25.0, "quote": "He will not raise tariffs on January 1."},
    ],
    ids=["a ruling of three days later", "a threat and an old act", "an act put off later"],
)
def test_a_claim_of_another_time_is_about_no_act(claim: dict[str, Any]) -> None:
    row = report(**claim)
    assert (row["report"], row["act_id"]) == ("reported", None)


def test_a_delayed_measure_is_identified_by_its_new_day() -> None:
    quote = "Washington has delayed its 50 percent tariff on Canadian goods from Wednesday to August 22."
    row = report(target="CAN", effect="suspended", told_on=date(2026, 8, 18), rate_pct=50.0, quote=quote)
    assert (row["report"], row["act_id"], row["due_on"]) == ("supports", "usa-338-canada@2026-08-22", date(2026, 8, 22))


def test_a_day_set_backwards_much_later_identifies_no_act() -> None:
    row = report(target="EUN", effect="reduced", told_on=date(2025, 7, 27), rate_pct=15.0, quote="Goods will pay 15% from August 1.")
    assert row["act_id"] != "usa-232-car-parts@2025-08-01"


@pytest.mark.parametrize(
    ("changes", "act_id"),
    [
        ({}, "can-answer-2025-metals@2025-03-13"),
        ({"story_id": "Wire:another"}, "can-answer-2025-goods@2025-03-04"),
        ({"effect": "reduced"}, None),
        ({"product": "wine"}, "can-answer-2025-goods@2025-03-04"),
    ],
    ids=["its story", "another story", "another direction", "other goods"],
)
def test_a_headline_is_about_the_act_that_its_story_names(changes: dict[str, Any], act_id: str | None) -> None:
    said = MEASURE_CLAIMS.example().to_dicts()[0] | {
        "actor": "CAN", "target": "USA", "instrument": "tariff", "product": "", "effect": "announced", "unmatched_reason": None,
        "told_on": date(2025, 3, 12), "known_on": date(2025, 3, 12),
    }  # fmt: skip
    sentence = {"signal_id": "0" * 16, "rate_pct": 25.0, "quote": "Canada will impose 25% tariffs on U.S. goods from March 13."}
    headline = {"signal_id": "1" * 16, "rate_pct": None, "quote": "Canada hits back with a tariff"} | changes
    rows = link_reports(pl.DataFrame([said | sentence, said | headline], schema=MEASURE_CLAIMS.schema), read_acts(), states())
    assert rows.sort("signal_id")["act_id"].to_list() == ["can-answer-2025-metals@2025-03-13", act_id]


def test_another_rate_on_the_day_of_an_act_contradicts_it() -> None:
    row = report(
        actor="CAN", target="USA", told_on=date(2025, 4, 9), rate_pct=60.0, product="cars", quote="Canada puts 60 percent on cars."
    )
    assert (row["report"], row["act_id"]) == ("contradicts", "can-answer-2025-cars@2025-04-09")


@pytest.mark.parametrize(("rate", "expected"), [(212.0, "supports"), (212.1, "supports"), (211.0, "contradicts"), (212.4, "contradicts")])
def test_a_whole_rate_is_that_of_an_act_to_the_nearest_percent(rate: float, expected: str) -> None:
    said = {"told_on": date(2020, 11, 27), "product": "wine", "quote": "China taxes wine from Australia."}
    row = report(actor="CHN", target="AUS", rate_pct=rate, **said)
    assert (row["report"], row["act_id"]) == (expected, "chn-wine@2020-11-28")


def test_a_claim_on_a_member_of_the_union_supports_an_act_on_the_union() -> None:
    row = report(target="FRA", told_on=date(2019, 10, 18), product="wine", quote="US tariffs on French wine take effect.")
    assert (row["report"], row["act_id"], row["target"]) == ("supports", "usa-301-airbus-goods@2019-10-18", "FRA")


@pytest.mark.parametrize(
    ("day", "rate", "quote"),
    [
        (date(2018, 2, 8), 50.0, "WASHINGTON - A tariff of 50 percent on cheese."),
        (date(2025, 4, 9), 10.0, "A fee of 10 percent for cargo carriers."),
    ],
    ids=["washing machines", "cars"],
)
def test_part_of_a_word_names_no_goods(day: date, rate: float, quote: str) -> None:
    assert report(target="CAN", told_on=day, rate_pct=rate, quote=quote)["report"] == "reported"


def test_an_act_on_single_goods_needs_them_in_the_sentence() -> None:
    day = date(2025, 8, 1)
    assert report(target="JPN", told_on=day, rate_pct=50.0, quote="50 percent on copper.")["act_id"] == "usa-232-copper@2025-08-01"
    assert report(target="JPN", told_on=day, rate_pct=50.0, quote="50 percent on timepieces.")["act_id"] != "usa-232-copper@2025-08-01"


def test_a_recalled_rate_supports_the_layer_in_force() -> None:
    row = report(effect="effective", told_on=date(2024, 6, 1), rate_pct=7.5, quote="The 7.5 percent duty on clothing stays in place.")
    assert (row["report"], row["act_id"]) == ("supports", "usa-301-list4a@2020-02-14")


def test_a_rate_without_goods_is_not_linked_to_an_old_list_of_goods() -> None:
    row = report(effect="announced", told_on=date(2025, 1, 21), rate_pct=25.0, quote="He thought of 25 percent duties on Chinese goods.")
    assert (row["report"], row["act_id"]) == ("reported", None)


@pytest.mark.parametrize("day", [date(2025, 8, 25), date(2025, 9, 30)])  # before and after an act that states no rate
def test_a_rate_in_force_is_linked_to_the_act_that_set_it(day: date) -> None:
    row = report(target="VNM", effect="effective", told_on=day, rate_pct=20.0, quote="Vietnamese goods pay 20 percent.")
    assert (row["report"], row["act_id"]) == ("supports", "usa-ieepa-reciprocal@2025-08-07-5")


def test_a_claim_towards_everybody_supports_a_general_act() -> None:
    row = report(target="*", told_on=date(2025, 4, 2), rate_pct=10.0, quote="A 10 percent tariff on all imports.")
    assert (row["report"], row["act_id"]) == ("supports", "usa-ieepa-reciprocal@2025-04-05")


@pytest.mark.parametrize("reason", ["no_instrument", "no_effect"])
def test_a_claim_about_no_measure_is_unusable(reason: str) -> None:
    row = report(told_on=date(2025, 3, 3), unmatched_reason=reason)
    assert (row["report"], row["act_id"]) == ("unusable", None)


@examples(15)
@given(rows=claims(12), shift=st.integers(0, 40))
def test_any_claim_has_one_report_whatever_the_order_of_rows(rows: pl.DataFrame, shift: int) -> None:
    moved = rows.with_columns(pl.col("told_on", "known_on") + timedelta(days=shift))
    linked = link_reports(moved, read_acts(), states())
    assert linked.equals(link_reports(moved.reverse(), read_acts().reverse(), states().reverse()))
    assert linked["signal_id"].to_list() == sorted(moved["signal_id"])
    assert linked.filter(pl.col("act_id").is_not_null())["act_id"].str.starts_with("chn-").all()
    assert (linked["report"].is_in(("supports", "contradicts")) == linked["act_id"].is_not_null()).all()
