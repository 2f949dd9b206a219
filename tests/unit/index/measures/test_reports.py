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
from pipeline.index.measures.reports import GENERAL, link_reports
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
