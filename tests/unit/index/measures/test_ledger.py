"""Measures in force: their states, which claim belongs to which measure, and contradictions."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.tables.measures import MEASURE_CLAIMS
from pipeline.index.measures.ledger import Ledger, build_ledger, chance

FIRST = date(2025, 3, 1)
_NUMBERS = count()
Row = dict[str, Any]


def day(number: int) -> date:
    """That many days after the first day of the scenes."""
    return FIRST + timedelta(days=number)


def claim(effect: str, on: int, rate: float | None = None, **changes: Any) -> Row:
    """A likely claim of that day in its own story: by default about China's tariff on all goods of the USA."""
    number = next(_NUMBERS)
    reported = changes.pop("reported", on)
    return {
        "signal_id": f"{number:016x}", "story_id": f"Wire:{number}", "source": "Wire", "actor": "CHN", "target": "USA",
        "instrument": "tariff", "product": "", "effect": effect, "told_on": day(reported), "known_on": day(on), "rate_pct": rate,
        "is_conditional": False, "probability": 0.9, "tier": "high", "quote": "Ruritania acts.", "unmatched_reason": None,
    } | changes  # fmt: skip


def ledger_of(*claims: Row, through: int = 100) -> Ledger:
    return build_ledger(pl.DataFrame(list(claims), schema=MEASURE_CLAIMS.schema), day(through))


def history(ledger: Ledger, measure_id: str = "CHN>USA tariff *") -> list[tuple[int, str, float | None]]:
    """The history of a measure: first day, status, rate."""
    rows = ledger.states.filter(pl.col("measure_id") == measure_id)
    return [((row["valid_from"] - FIRST).days, row["status"], row["rate_pct"]) for row in rows.iter_rows(named=True)]


def outcomes(ledger: Ledger, *claims: Row) -> list[str]:
    by_signal = dict(ledger.events.select("signal_id", "outcome").iter_rows())
    return [by_signal[one["signal_id"]] for one in claims]


def contradictions(ledger: Ledger) -> list[str]:
    return ledger.contradictions["contradiction"].to_list()


def test_a_measure_climbs_the_ladder() -> None:
    ledger = ledger_of(
        claim("proposed", 0, 25.0), claim("announced", 3, 30.0), claim("effective", 5), claim("suspended", 8), claim("ended", 10)
    )
    assert history(ledger) == [
        (0, "proposed", 25.0), (3, "announced", 30.0), (5, "effective", 30.0), (8, "suspended", 30.0), (10, "ended", None)
    ]  # fmt: skip
    assert contradictions(ledger) == []


def test_intervals_meet_and_the_last_is_open() -> None:
    states = ledger_of(claim("proposed", 0), claim("announced", 3), claim("effective", 5)).states
    assert states["valid_to"].to_list() == [day(3), day(5), None]


def test_a_suspension_ends_when_the_measure_takes_effect_again() -> None:
    ledger = ledger_of(claim("effective", 0, 25.0), claim("suspended", 2), claim("announced", 20), claim("effective", 22))
    assert history(ledger) == [(0, "effective", 25.0), (2, "suspended", 25.0), (20, "announced", 25.0), (22, "effective", 25.0)]
    assert contradictions(ledger) == []


def test_in_force_again_unannounced_is_accepted_and_listed() -> None:
    ledger = ledger_of(claim("effective", 0, 25.0), claim("suspended", 2), claim("effective", 22))
    assert history(ledger)[-1] == (22, "effective", 25.0)
    assert contradictions(ledger) == ["in_force_again_unannounced"]


def test_a_suspension_that_expires_without_news_is_listed() -> None:
    paused = claim("suspended", 2, quote="It paused the duty until March 10.")
    ledger = ledger_of(claim("effective", 0, 25.0), paused)
    assert ledger.states["until_on"].to_list() == [None, date(2025, 3, 10)]
    assert ledger.contradictions.select("contradiction", "found_on").rows() == [("suspension_lapsed_without_word", date(2025, 3, 24))]


def test_a_suspension_extended_in_time_does_not_lapse() -> None:
    first = claim("suspended", 2, quote="It paused the duty for 10 days.")
    more = claim("suspended", 11, quote="It paused the duty for another 89 days.")
    assert contradictions(ledger_of(claim("effective", 0, 25.0), first, more)) == []


def test_measures_on_one_product_and_on_all_goods_are_separate() -> None:
    ledger = ledger_of(claim("effective", 0, 10.0), claim("effective", 1, 25.0, product="steel"), claim("ended", 5, product="steel"))
    assert history(ledger) == [(0, "effective", 10.0)]
    assert history(ledger, "CHN>USA tariff steel") == [(1, "effective", 25.0), (5, "ended", None)]


def test_an_easing_of_one_product_is_an_exemption_from_all_goods() -> None:
    eased = claim("suspended", 5, product="coffee")
    ledger = ledger_of(claim("effective", 0, 10.0), eased)
    assert history(ledger) == [(0, "effective", 10.0)]
    assert outcomes(ledger, eased) == ["exempted"]


def test_an_easing_without_product_leaves_measures_on_products() -> None:
    eased = claim("ended", 5)
    ledger = ledger_of(claim("effective", 0, 25.0, product="steel"), eased)
    assert history(ledger, "CHN>USA tariff steel") == [(0, "effective", 25.0)]
    (event,) = ledger.events.filter(pl.col("signal_id") == eased["signal_id"]).to_dicts()
    fields = (event["outcome"], event["unmatched_reason"], event["nearest_measure_id"], event["measure_id"])
    assert fields == ("unmatched", "no_general_measure", "CHN>USA tariff steel", None)


def test_an_easing_without_a_measure_is_recorded_as_unmatched() -> None:
    ledger = ledger_of(claim("ended", 0))
    assert ledger.events.select("outcome", "unmatched_reason").rows() == [("unmatched", "no_measure")]
    assert ledger.states.is_empty()


def test_an_easing_of_another_instrument_names_the_nearest_measure() -> None:
    eased = claim("suspended", 5, instrument="import_restriction", product="gallium")
    ledger = ledger_of(claim("announced", 0, instrument="export_control", product="gallium"), eased)
    (event,) = ledger.events.filter(pl.col("effect") == "suspended").to_dicts()
    assert (event["unmatched_reason"], event["nearest_measure_id"]) == ("other_instrument", "CHN>USA export_control gallium")


def test_an_easing_by_the_other_side_ends_nothing() -> None:
    ledger = ledger_of(claim("effective", 0, 25.0), claim("ended", 5, actor="USA", target="CHN"))
    assert history(ledger) == [(0, "effective", 25.0)]


def test_an_increased_rate_is_pending_until_it_takes_effect() -> None:
    raised = claim("announced", 5, 50.0)
    states = ledger_of(claim("effective", 0, 25.0), raised, claim("effective", 9)).states
    assert states.select("status", "rate_pct", "next_rate_pct").rows() == [
        ("effective", 25.0, None), ("effective", 25.0, 50.0), ("effective", 50.0, None)
    ]  # fmt: skip


def test_a_measure_is_in_force_as_announced_from_its_day() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    states = ledger_of(announced, through=9).states
    assert states.select("valid_from", "status", "basis", "next_on").rows() == [
        (day(0), "announced", "told", day(9)), (day(9), "effective", "as_announced", None)
    ]  # fmt: skip


def test_a_measure_stays_announced_before_its_day() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    assert ledger_of(announced, through=8).states["status"].to_list() == ["announced"]


def test_a_report_of_the_effect_confirms_the_announcement() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    ledger = ledger_of(announced, claim("effective", 10))
    assert ledger.states["basis"].to_list() == ["told", "as_announced", "told"]
    assert contradictions(ledger) == []


def test_an_unconfirmed_day_is_listed_after_two_weeks() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    assert contradictions(ledger_of(announced, through=22)) == []
    contradictions_listed = ledger_of(announced, through=23).contradictions
    assert contradictions_listed.select("contradiction", "found_on", "says", "other_signal_id").rows() == [
        ("due_without_word", day(23), "announced 25 % for 2025-03-10", None)
    ]


def test_a_conditional_measure_is_not_in_force_on_its_day() -> None:
    announced = claim("announced", 0, 25.0, quote="Unless it yields, the duty applies from March 10.", is_conditional=True)
    ledger = ledger_of(announced)
    assert {status for _, status, _ in history(ledger)} == {"announced"}
    assert contradictions(ledger) == ["due_without_word"]


def test_a_late_article_changes_no_state_before_it_was_seen() -> None:
    claims = [claim("announced", 0, 25.0), claim("effective", 9, reported=4)]
    assert history(ledger_of(*claims)) == [(0, "announced", 25.0), (9, "effective", 25.0)]


def test_a_late_article_from_before_the_last_change_has_no_effect() -> None:
    late = claim("effective", 9, 25.0, reported=1)
    ledger = ledger_of(claim("announced", 0, 25.0), claim("ended", 5), late)
    assert history(ledger)[-1] == (5, "ended", None)
    assert outcomes(ledger, late) == ["late"]


def test_states_of_a_day_do_not_depend_on_later_claims() -> None:
    claims = [
        claim("announced", 0, 25.0, quote="The duty applies from March 10."), claim("effective", 12, reported=10),
        claim("suspended", 15), claim("announced", 15, 40.0, reported=3), claim("effective", 30, 40.0),
    ]  # fmt: skip
    whole = ledger_of(*claims, through=40).states
    for number in range(41):
        then = ledger_of(*(one for one in claims if one["known_on"] <= day(number)), through=number).states
        is_valid = (pl.col("valid_from") <= day(number)) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day(number)))
        assert whole.filter(is_valid).drop("valid_to").equals(then.filter(is_valid).drop("valid_to"))


def test_two_rates_on_one_day_are_listed_and_the_likelier_is_used() -> None:
    ledger = ledger_of(claim("announced", 0, 34.0), claim("announced", 0, 84.0, probability=0.6))
    assert history(ledger) == [(0, "announced", 34.0)]
    assert ledger.contradictions.select("contradiction", "says", "other_says").rows() == [
        ("two_rates_on_one_day", "announced 34 %", "announced 84 %")
    ]


def test_of_raising_and_easing_on_one_day_the_likelier_acts() -> None:
    weak = claim("ended", 4, probability=0.55)
    ledger = ledger_of(claim("effective", 0, 25.0), claim("announced", 4, 50.0), weak)
    assert outcomes(ledger, weak) == ["outweighed"]
    assert contradictions(ledger) == ["opposite_on_one_day"]
    assert history(ledger)[-1] == (4, "effective", 25.0)


@pytest.mark.parametrize(
    ("effect", "state"),
    [("reduced", ("announced", None, True)), ("suspended", ("suspended", 25.0, False)), ("ended", ("ended", None, False))],
)
def test_a_likelier_easing_acts_on_the_measure_begun_that_day(effect: str, state: tuple[str, float | None, bool]) -> None:
    begins, eases = claim("announced", 0, 25.0, probability=0.5), claim(effect, 0, probability=0.57)
    ledger = ledger_of(begins, eases)
    assert ledger.states.select("status", "rate_pct", "is_reduced").rows() == [state]
    assert outcomes(ledger, begins, eases) == ["changed", "changed"]
    assert contradictions(ledger) == ["opposite_on_one_day"]


def test_a_likelier_cut_of_a_threat_of_the_same_day_has_no_effect() -> None:
    begins, eases = claim("proposed", 0, 25.0, probability=0.5), claim("reduced", 0, probability=0.57)
    ledger = ledger_of(begins, eases)
    assert history(ledger) == [(0, "proposed", 25.0)]
    assert outcomes(ledger, begins, eases) == ["changed", "noted"]


def test_a_likelier_easing_with_a_later_day_is_pending() -> None:
    eases = claim("ended", 0, probability=0.57, quote="It lifts the duty from March 10.")
    ledger = ledger_of(claim("announced", 0, 25.0, probability=0.5), eases)
    assert history(ledger) == [(0, "announced", 25.0), (9, "ended", None)]


def test_in_force_after_its_end_is_accepted_and_listed() -> None:
    ledger = ledger_of(claim("effective", 0, 25.0), claim("ended", 4), claim("effective", 9, 25.0))
    assert history(ledger)[-1] == (9, "effective", 25.0)
    assert contradictions(ledger) == ["in_force_after_end"]


def test_a_cut_after_the_end_is_listed_and_has_no_effect() -> None:
    cut = claim("reduced", 9)
    ledger = ledger_of(claim("effective", 0, 25.0), claim("ended", 4), cut)
    assert history(ledger)[-1] == (4, "ended", None)
    assert outcomes(ledger, cut) == ["contradicted"]
    assert contradictions(ledger) == ["easing_after_end"]


def test_an_easing_of_a_rate_above_the_known_one_is_listed() -> None:
    misread = claim("ended", 4, 84.0)
    ledger = ledger_of(claim("announced", 0, 34.0), misread)
    assert history(ledger) == [(0, "announced", 34.0)]
    assert contradictions(ledger) == ["easing_of_a_higher_rate"]


def test_ending_a_part_of_the_rate_is_a_cut() -> None:
    ledger = ledger_of(claim("effective", 0, 54.0), claim("suspended", 4, 24.0))
    assert ledger.states.select("status", "rate_pct", "is_reduced").rows() == [("effective", 54.0, False), ("effective", None, True)]


def test_a_cut_sets_the_rate_in_the_sentence() -> None:
    ledger = ledger_of(claim("effective", 0, 125.0), claim("reduced", 4, 10.0, quote="It lowers the duty to 10 percent."))
    assert history(ledger) == [(0, "effective", 125.0), (4, "effective", 10.0)]


def test_a_cut_without_a_new_rate_leaves_the_rate_unknown() -> None:
    ledger = ledger_of(claim("effective", 0, 125.0), claim("reduced", 4, quote="It slashes the duty."))
    assert history(ledger) == [(0, "effective", 125.0), (4, "effective", None)]


def test_a_suspension_of_a_reduced_measure_is_listed() -> None:
    ledger = ledger_of(claim("effective", 0, 125.0), claim("reduced", 4), claim("suspended", 50))
    assert history(ledger)[-1] == (4, "effective", None)
    assert contradictions(ledger) == ["suspension_of_a_reduced_measure"]


def test_a_lower_rate_without_an_easing_is_listed() -> None:
    assert contradictions(ledger_of(claim("effective", 0, 125.0), claim("effective", 9, 30.0))) == ["rate_fell_without_easing"]


def test_an_announced_lower_rate_contradicts_the_higher_one() -> None:
    higher, lower = claim("effective", 0, 20.0), claim("announced", 3, 10.0, quote="A duty of 10 percent from March 10.")
    ledger = ledger_of(higher, lower)
    listed = ledger.contradictions.filter(pl.col("contradiction") == "rate_fell_without_easing")
    assert listed.select("signal_id", "other_signal_id").rows() == [(lower["signal_id"], higher["signal_id"])]


def test_one_rate_for_all_goods_and_a_product_is_listed() -> None:
    ledger = ledger_of(claim("announced", 0, 34.0, story_id="A:1"), claim("announced", 0, 34.0, story_id="A:1", product="rare earths"))
    assert ledger.contradictions.select("measure_id", "contradiction").rows() == [("CHN>USA tariff rare earths", "scope_in_doubt")]


def test_an_end_with_a_later_day_is_pending_until_then() -> None:
    ledger = ledger_of(claim("effective", 0, 15.0), claim("ended", 4, 15.0, quote="It lifts the duty from March 20."))
    assert ledger.states.select("valid_from", "status", "basis", "next_effect").rows() == [
        (day(0), "effective", "told", None), (day(4), "effective", "told", "ended"), (day(19), "ended", "as_announced", None)
    ]  # fmt: skip


def test_an_unlikely_claim_begins_no_measure() -> None:
    ledger = ledger_of(claim("announced", 0, probability=0.36))
    assert ledger.events.select("outcome", "unmatched_reason").rows() == [("unmatched", "too_unsure")]


def test_two_unlikely_stories_together_begin_a_measure() -> None:
    ledger = ledger_of(claim("announced", 0, probability=0.36), claim("announced", 0, probability=0.36))
    assert history(ledger) == [(0, "announced", None)]


def test_one_story_reported_twice_is_no_likelier() -> None:
    twice = [claim("announced", 0, probability=0.36, story_id="A:1") for _ in range(2)]
    assert chance(twice) == pytest.approx(0.36)
    assert ledger_of(*twice).states.is_empty()


def test_an_unlikely_claim_about_a_known_measure_is_a_hint() -> None:
    hint = claim("ended", 4, probability=0.36)
    ledger = ledger_of(claim("effective", 0, 25.0), hint)
    assert history(ledger) == [(0, "effective", 25.0)]
    assert outcomes(ledger, hint) == ["hint"]


def test_a_threat_while_in_force_changes_nothing() -> None:
    threat = claim("proposed", 4, 50.0)
    ledger = ledger_of(claim("effective", 0, 25.0), threat)
    assert history(ledger) == [(0, "effective", 25.0)]
    assert outcomes(ledger, threat) == ["noted"]


def test_a_state_lists_its_supporting_signals() -> None:
    claims = [claim("announced", 0, probability=0.6), claim("announced", 0, probability=0.8, source="Post")]
    (state,) = ledger_of(*claims).states.to_dicts()
    assert state["signal_ids"] == f"{claims[1]['signal_id']}, {claims[0]['signal_id']}"
    support = (state["signal_count"], state["story_count"], state["source_count"], state["probability"])
    assert support == (2, 2, 2, 0.8)


def test_the_order_of_the_claims_does_not_matter() -> None:
    claims = [
        claim(effect, number % 9, rate, product=product)
        for number, (effect, rate, product) in enumerate(
            (effect, rate, product)
            for effect in ("proposed", "announced", "effective", "reduced", "suspended", "ended")
            for rate in (None, 10.0, 25.0)
            for product in ("", "steel")
        )
    ]
    one, other = ledger_of(*claims), ledger_of(*claims[::-1])
    assert one.events.equals(other.events)
    assert one.states.equals(other.states)
    assert one.contradictions.equals(other.contradictions)


def test_no_claims_make_an_empty_ledger() -> None:
    ledger = ledger_of()
    assert (ledger.events.height, ledger.states.height, ledger.contradictions.height) == (0, 0, 0)
