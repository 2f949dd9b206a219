"""Measures in force: the ladder, which signal belongs to which measure, what is listed instead of asserted."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.tables.measures import MEASURE_CLAIMS
from pipeline.index.measures.ledger import Ledger, chance, fold

FIRST = date(2025, 3, 1)
_NUMBERS = count()
Row = dict[str, Any]


def day(number: int) -> date:
    """That many days after the first day of the scenes."""
    return FIRST + timedelta(days=number)


def claim(effect: str, on: int, rate: float | None = None, **changes: Any) -> Row:
    """A claim of that day, surely read, in a story of its own: by default about China's tariff on all goods of the USA."""
    number = next(_NUMBERS)
    told = changes.pop("told", on)
    return {
        "signal_id": f"{number:016x}", "story_id": f"Wire:{number}", "source": "Wire", "actor": "CHN", "target": "USA",
        "instrument": "tariff", "product": "", "effect": effect, "told_on": day(told), "known_on": day(on), "rate_pct": rate,
        "is_conditional": False, "probability": 0.9, "tier": "high", "quote": "Ruritania acts.", "unmatched_reason": None,
    } | changes  # fmt: skip


def folded(*claims: Row, through: int = 100) -> Ledger:
    return fold(pl.DataFrame(list(claims), schema=MEASURE_CLAIMS.schema), day(through))


def way(ledger: Ledger, measure_id: str = "CHN>USA tariff *") -> list[tuple[int, str, float | None]]:
    """The history of a measure: from which day, status, rate."""
    rows = ledger.states.filter(pl.col("measure_id") == measure_id)
    return [((row["valid_from"] - FIRST).days, row["status"], row["rate_pct"]) for row in rows.iter_rows(named=True)]


def outcomes(ledger: Ledger, *claims: Row) -> list[str]:
    found = dict(ledger.events.select("signal_id", "outcome").iter_rows())
    return [found[one["signal_id"]] for one in claims]


def words(ledger: Ledger) -> list[str]:
    return ledger.contradictions["contradiction"].to_list()


def test_a_measure_climbs_the_ladder() -> None:
    ledger = folded(
        claim("proposed", 0, 25.0), claim("announced", 3, 30.0), claim("effective", 5), claim("suspended", 8), claim("ended", 10)
    )
    assert way(ledger) == [
        (0, "proposed", 25.0), (3, "announced", 30.0), (5, "effective", 30.0), (8, "suspended", 30.0), (10, "ended", None)
    ]  # fmt: skip
    assert words(ledger) == []


def test_intervals_meet_and_the_last_is_open() -> None:
    states = folded(claim("proposed", 0), claim("announced", 3), claim("effective", 5)).states
    assert states["valid_to"].to_list() == [day(3), day(5), None]


def test_a_suspension_ends_when_the_measure_is_announced_again_and_takes_effect() -> None:
    ledger = folded(claim("effective", 0, 25.0), claim("suspended", 2), claim("announced", 20), claim("effective", 22))
    assert way(ledger) == [(0, "effective", 25.0), (2, "suspended", 25.0), (20, "announced", 25.0), (22, "effective", 25.0)]
    assert words(ledger) == []


def test_in_force_again_without_an_announcement_is_listed_and_believed() -> None:
    ledger = folded(claim("effective", 0, 25.0), claim("suspended", 2), claim("effective", 22))
    assert way(ledger)[-1] == (22, "effective", 25.0)
    assert words(ledger) == ["in_force_again_unannounced"]


def test_a_suspension_whose_last_day_passed_without_word_is_listed() -> None:
    paused = claim("suspended", 2, quote="It paused the duty until March 10.")
    ledger = folded(claim("effective", 0, 25.0), paused)
    assert ledger.states["until_on"].to_list() == [None, date(2025, 3, 10)]
    assert ledger.contradictions.select("contradiction", "found_on").rows() == [("suspension_lapsed_without_word", date(2025, 3, 24))]


def test_a_term_of_suspension_that_is_prolonged_in_time_does_not_lapse() -> None:
    first = claim("suspended", 2, quote="It paused the duty for 10 days.")
    more = claim("suspended", 11, quote="It paused the duty for another 89 days.")
    assert words(folded(claim("effective", 0, 25.0), first, more)) == []


def test_a_measure_on_one_product_is_not_that_on_all_goods() -> None:
    ledger = folded(claim("effective", 0, 10.0), claim("effective", 1, 25.0, product="steel"), claim("ended", 5, product="steel"))
    assert way(ledger) == [(0, "effective", 10.0)]
    assert way(ledger, "CHN>USA tariff steel") == [(1, "effective", 25.0), (5, "ended", None)]


def test_an_easing_of_one_product_is_an_exemption_from_the_measure_on_all_goods() -> None:
    eased = claim("suspended", 5, product="coffee")
    ledger = folded(claim("effective", 0, 10.0), eased)
    assert way(ledger) == [(0, "effective", 10.0)]
    assert outcomes(ledger, eased) == ["exempted"]


def test_an_easing_that_names_no_product_never_touches_measures_on_products() -> None:
    eased = claim("ended", 5)
    ledger = folded(claim("effective", 0, 25.0, product="steel"), eased)
    assert way(ledger, "CHN>USA tariff steel") == [(0, "effective", 25.0)]
    (event,) = ledger.events.filter(pl.col("signal_id") == eased["signal_id"]).to_dicts()
    told = (event["outcome"], event["unmatched_reason"], event["nearest_measure_id"], event["measure_id"])
    assert told == ("unmatched", "no_general_measure", "CHN>USA tariff steel", None)


def test_an_easing_without_a_measure_is_listed_not_lost() -> None:
    ledger = folded(claim("ended", 0))
    assert ledger.events.select("outcome", "unmatched_reason").rows() == [("unmatched", "no_measure")]
    assert ledger.states.is_empty()


def test_an_easing_under_another_instrument_names_the_measure_that_it_may_mean() -> None:
    eased = claim("suspended", 5, instrument="import_restriction", product="gallium")
    ledger = folded(claim("announced", 0, instrument="export_control", product="gallium"), eased)
    (event,) = ledger.events.filter(pl.col("effect") == "suspended").to_dicts()
    assert (event["unmatched_reason"], event["nearest_measure_id"]) == ("other_instrument", "CHN>USA export_control gallium")


def test_the_other_side_s_easing_ends_nothing() -> None:
    ledger = folded(claim("effective", 0, 25.0), claim("ended", 5, actor="USA", target="CHN"))
    assert way(ledger) == [(0, "effective", 25.0)]


def test_a_raised_rate_waits_until_it_takes_effect() -> None:
    raised = claim("announced", 5, 50.0)
    states = folded(claim("effective", 0, 25.0), raised, claim("effective", 9)).states
    assert states.select("status", "rate_pct", "next_rate_pct").rows() == [
        ("effective", 25.0, None), ("effective", 25.0, 50.0), ("effective", 50.0, None)
    ]  # fmt: skip


def test_an_announced_day_puts_in_force_as_announced_and_says_so() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    states = folded(announced, through=9).states
    assert states.select("valid_from", "status", "basis", "next_on").rows() == [
        (day(0), "announced", "told", day(9)), (day(9), "effective", "as_announced", None)
    ]  # fmt: skip


def test_a_day_that_has_not_come_puts_nothing_in_force() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    assert folded(announced, through=8).states["status"].to_list() == ["announced"]


def test_word_of_the_effect_confirms_what_was_announced() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    ledger = folded(announced, claim("effective", 10))
    assert ledger.states["basis"].to_list() == ["told", "as_announced", "told"]
    assert words(ledger) == []


def test_an_announced_day_that_passed_without_word_is_listed_after_two_weeks() -> None:
    announced = claim("announced", 0, 25.0, quote="The duty applies from March 10.")
    assert words(folded(announced, through=22)) == []
    found = folded(announced, through=23).contradictions
    assert found.select("contradiction", "found_on", "says", "other_signal_id").rows() == [
        ("due_without_word", day(23), "announced 25 % for 2025-03-10", None)
    ]


def test_a_condition_is_not_met_by_a_date() -> None:
    announced = claim("announced", 0, 25.0, quote="Unless it yields, the duty applies from March 10.", is_conditional=True)
    ledger = folded(announced)
    assert {status for _, status, _ in way(ledger)} == {"announced"}
    assert words(ledger) == ["due_without_word"]


def test_a_late_article_changes_no_state_before_it_was_seen() -> None:
    told = [claim("announced", 0, 25.0), claim("effective", 9, told=4)]
    assert way(folded(*told)) == [(0, "announced", 25.0), (9, "effective", 25.0)]


def test_a_late_article_about_a_day_before_the_last_change_changes_nothing() -> None:
    late = claim("effective", 9, 25.0, told=1)
    ledger = folded(claim("announced", 0, 25.0), claim("ended", 5), late)
    assert way(ledger)[-1] == (5, "ended", None)
    assert outcomes(ledger, late) == ["late"]


def test_what_is_known_on_a_day_does_not_depend_on_what_comes_later() -> None:
    told = [
        claim("announced", 0, 25.0, quote="The duty applies from March 10."), claim("effective", 12, told=10),
        claim("suspended", 15), claim("announced", 15, 40.0, told=3), claim("effective", 30, 40.0),
    ]  # fmt: skip
    whole = folded(*told, through=40).states
    for number in range(41):
        then = folded(*(one for one in told if one["known_on"] <= day(number)), through=number).states
        is_valid = (pl.col("valid_from") <= day(number)) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day(number)))
        assert whole.filter(is_valid).drop("valid_to").equals(then.filter(is_valid).drop("valid_to"))


def test_two_rates_on_one_day_are_listed_and_the_likelier_holds() -> None:
    ledger = folded(claim("announced", 0, 34.0), claim("announced", 0, 84.0, probability=0.6))
    assert way(ledger) == [(0, "announced", 34.0)]
    assert ledger.contradictions.select("contradiction", "says", "other_says").rows() == [
        ("two_rates_on_one_day", "announced 34 %", "announced 84 %")
    ]


def test_of_a_day_that_raises_and_eases_the_likelier_acts_and_the_other_is_listed() -> None:
    weak = claim("ended", 4, probability=0.55)
    ledger = folded(claim("effective", 0, 25.0), claim("announced", 4, 50.0), weak)
    assert outcomes(ledger, weak) == ["outweighed"]
    assert words(ledger) == ["opposite_on_one_day"]
    assert way(ledger)[-1] == (4, "effective", 25.0)


@pytest.mark.parametrize(
    ("effect", "state"),
    [("reduced", ("announced", None, True)), ("suspended", ("suspended", 25.0, False)), ("ended", ("ended", None, False))],
)
def test_a_likelier_easing_acts_on_the_measure_begun_that_day(effect: str, state: tuple[str, float | None, bool]) -> None:
    begins, eases = claim("announced", 0, 25.0, probability=0.5), claim(effect, 0, probability=0.57)
    ledger = folded(begins, eases)
    assert ledger.states.select("status", "rate_pct", "is_reduced").rows() == [state]
    assert outcomes(ledger, begins, eases) == ["changed", "changed"]
    assert words(ledger) == ["opposite_on_one_day"]


def test_a_likelier_cut_of_what_is_only_threatened_that_day_changes_nothing() -> None:
    begins, eases = claim("proposed", 0, 25.0, probability=0.5), claim("reduced", 0, probability=0.57)
    ledger = folded(begins, eases)
    assert way(ledger) == [(0, "proposed", 25.0)]
    assert outcomes(ledger, begins, eases) == ["changed", "noted"]


def test_a_likelier_easing_with_a_later_day_waits_in_the_measure_begun_that_day() -> None:
    eases = claim("ended", 0, probability=0.57, quote="It lifts the duty from March 10.")
    ledger = folded(claim("announced", 0, 25.0, probability=0.5), eases)
    assert way(ledger) == [(0, "announced", 25.0), (9, "ended", None)]


def test_in_force_after_its_end_is_listed_and_believed() -> None:
    ledger = folded(claim("effective", 0, 25.0), claim("ended", 4), claim("effective", 9, 25.0))
    assert way(ledger)[-1] == (9, "effective", 25.0)
    assert words(ledger) == ["in_force_after_end"]


def test_a_cut_after_the_end_is_listed_and_does_not_act() -> None:
    cut = claim("reduced", 9)
    ledger = folded(claim("effective", 0, 25.0), claim("ended", 4), cut)
    assert way(ledger)[-1] == (4, "ended", None)
    assert outcomes(ledger, cut) == ["contradicted"]
    assert words(ledger) == ["easing_after_end"]


def test_an_easing_cannot_name_a_higher_rate_than_is_known() -> None:
    misread = claim("ended", 4, 84.0)
    ledger = folded(claim("announced", 0, 34.0), misread)
    assert way(ledger) == [(0, "announced", 34.0)]
    assert words(ledger) == ["easing_of_a_higher_rate"]


def test_an_end_of_a_part_of_the_rate_is_a_cut() -> None:
    ledger = folded(claim("effective", 0, 54.0), claim("suspended", 4, 24.0))
    assert ledger.states.select("status", "rate_pct", "is_reduced").rows() == [("effective", 54.0, False), ("effective", None, True)]


def test_a_cut_has_the_rate_that_the_sentence_cuts_to() -> None:
    ledger = folded(claim("effective", 0, 125.0), claim("reduced", 4, 10.0, quote="It lowers the duty to 10 percent."))
    assert way(ledger) == [(0, "effective", 125.0), (4, "effective", 10.0)]


def test_a_cut_that_does_not_say_to_what_leaves_no_rate() -> None:
    ledger = folded(claim("effective", 0, 125.0), claim("reduced", 4, quote="It slashes the duty."))
    assert way(ledger) == [(0, "effective", 125.0), (4, "effective", None)]


def test_a_suspension_after_a_cut_is_listed_as_a_truce_prolonged() -> None:
    ledger = folded(claim("effective", 0, 125.0), claim("reduced", 4), claim("suspended", 50))
    assert way(ledger)[-1] == (4, "effective", None)
    assert words(ledger) == ["suspension_of_a_reduced_measure"]


def test_a_lower_rate_in_force_that_nobody_eased_is_listed() -> None:
    assert words(folded(claim("effective", 0, 125.0), claim("effective", 9, 30.0))) == ["rate_fell_without_easing"]


def test_an_announced_lower_rate_stands_against_what_told_the_higher_and_not_against_itself() -> None:
    higher, lower = claim("effective", 0, 20.0), claim("announced", 3, 10.0, quote="A duty of 10 percent from March 10.")
    ledger = folded(higher, lower)
    listed = ledger.contradictions.filter(pl.col("contradiction") == "rate_fell_without_easing")
    assert listed.select("signal_id", "other_signal_id").rows() == [(lower["signal_id"], higher["signal_id"])]


def test_one_rate_for_all_goods_and_for_one_product_in_one_story_is_doubted() -> None:
    ledger = folded(claim("announced", 0, 34.0, story_id="A:1"), claim("announced", 0, 34.0, story_id="A:1", product="rare earths"))
    assert ledger.contradictions.select("measure_id", "contradiction").rows() == [("CHN>USA tariff rare earths", "scope_in_doubt")]


def test_a_cut_with_a_later_day_waits_for_it() -> None:
    ledger = folded(claim("effective", 0, 15.0), claim("ended", 4, 15.0, quote="It lifts the duty from March 20."))
    assert ledger.states.select("valid_from", "status", "basis", "next_effect").rows() == [
        (day(0), "effective", "told", None), (day(4), "effective", "told", "ended"), (day(19), "ended", "as_announced", None)
    ]  # fmt: skip


def test_one_unsure_claim_begins_no_measure_and_is_listed() -> None:
    ledger = folded(claim("announced", 0, probability=0.36))
    assert ledger.events.select("outcome", "unmatched_reason").rows() == [("unmatched", "too_unsure")]


def test_two_stories_make_sure_what_one_leaves_unsure() -> None:
    ledger = folded(claim("announced", 0, probability=0.36), claim("announced", 0, probability=0.36))
    assert way(ledger) == [(0, "announced", None)]


def test_one_story_told_twice_is_no_surer() -> None:
    twice = [claim("announced", 0, probability=0.36, story_id="A:1") for _ in range(2)]
    assert chance(twice) == pytest.approx(0.36)
    assert folded(*twice).states.is_empty()


def test_an_unsure_claim_about_a_known_measure_is_a_hint() -> None:
    hint = claim("ended", 4, probability=0.36)
    ledger = folded(claim("effective", 0, 25.0), hint)
    assert way(ledger) == [(0, "effective", 25.0)]
    assert outcomes(ledger, hint) == ["hint"]


def test_a_threat_while_in_force_changes_nothing() -> None:
    threat = claim("proposed", 4, 50.0)
    ledger = folded(claim("effective", 0, 25.0), threat)
    assert way(ledger) == [(0, "effective", 25.0)]
    assert outcomes(ledger, threat) == ["noted"]


def test_a_state_says_what_supports_it() -> None:
    told = [claim("announced", 0, probability=0.6), claim("announced", 0, probability=0.8, source="Post")]
    (state,) = folded(*told).states.to_dicts()
    assert state["signal_ids"] == f"{told[1]['signal_id']}, {told[0]['signal_id']}"
    support = (state["signal_count"], state["story_count"], state["source_count"], state["probability"])
    assert support == (2, 2, 2, 0.8)


def test_the_order_of_the_rows_is_of_no_consequence() -> None:
    told = [
        claim(effect, number % 9, rate, product=product)
        for number, (effect, rate, product) in enumerate(
            (effect, rate, product)
            for effect in ("proposed", "announced", "effective", "reduced", "suspended", "ended")
            for rate in (None, 10.0, 25.0)
            for product in ("", "steel")
        )
    ]
    one, other = folded(*told), folded(*told[::-1])
    assert one.events.equals(other.events)
    assert one.states.equals(other.states)
    assert one.contradictions.equals(other.contradictions)


def test_nothing_said_makes_an_empty_ledger() -> None:
    ledger = folded()
    assert (ledger.events.height, ledger.states.height, ledger.contradictions.height) == (0, 0, 0)
