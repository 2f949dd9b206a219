"""What became of a threat, by official acts."""

from typing import Any

import pytest

from tests.unit.index.threats.scenes import Row, act, claim, day, history_of, last_of, threat


def test_an_act_carries_out_the_threat_on_its_day() -> None:
    order = act("imposed", 10, 17)
    (row,) = last_of(threat(0), acts=(order,))
    assert (row["threat_outcome"], row["outcome_on"], row["outcome_act_id"]) == ("carried_out", day(17), order["act_id"])
    assert (row["outcome_basis"], row["deadline_on"], row["outcome_probability"]) == ("official", day(17), None)


def test_an_act_after_the_last_day_read_is_not_known() -> None:
    assert history_of(threat(0), acts=(act("imposed", 10, 17),), through=16)[-1][1] == "pending"


def test_an_act_that_was_cancelled_does_not_carry_it_out() -> None:
    order = act("imposed", 10, 17)
    assert history_of(threat(0), acts=(order, act("withdrawn", 15, cancels=order["act_id"]))) == [(0, "pending"), (15, "withdrawn")]


def test_an_act_that_was_postponed_takes_effect_later() -> None:
    order = act("imposed", 10, 17)
    later = act("postponed", 16, 45, cancels=order["act_id"])
    assert history_of(threat(0), acts=(order, later)) == [(0, "pending"), (16, "postponed"), (45, "carried_out")]


def test_an_order_recalled_on_the_day_it_is_put_off_has_the_later_day() -> None:
    order = act("imposed", 0, 30)
    recalled = claim("measure", 28, "I stated that Brazilian honey would pay 50 percent from April 2.", 50.0, source="White House")
    (row,) = last_of(recalled, acts=(order, act("postponed", 28, 90, cancels=order["act_id"])), through=80)
    assert (row["threat_outcome"], row["deadline_on"], row["postponed_count"]) == ("postponed", day(90), 1)


def test_an_act_of_another_day_does_not_move_a_deadline_ahead() -> None:
    said = claim("measure", 0, "Brazil will pay 50 percent from March 13.", 50.0)
    acts = (act("imposed", 4, 40, layer="usa-other"), act("imposed", 1, 10))
    assert last_of(said, acts=acts, through=6)[0]["deadline_on"] == day(10)
    assert last_of(said, acts=(act("imposed", 4, 15),), through=6)[0]["deadline_on"] == day(15)


def test_an_act_confirms_a_report_of_its_first_day() -> None:
    reported = claim("measure", 40, "Brazil pays 50 percent since midnight.", 50.0, status="effective")
    acts = (act("imposed", 3, 41), act("struck_down", 200, 200, None))
    (row,) = last_of(threat(0), reported, acts=acts)
    assert (row["threat_outcome"], row["imposed_on"]) == ("struck_down", day(41))


@pytest.mark.parametrize(("announced", "outcome"), [(-8, "pending"), (-7, "followed")])
def test_an_act_announced_long_before_does_not_follow_a_threat(announced: int, outcome: str) -> None:
    (row,) = last_of(threat(0, rate=None), acts=(act("imposed", announced, 6),), through=30)
    assert row["threat_outcome"] == outcome


@pytest.mark.parametrize(
    ("is_conditional", "target", "outcome"), [(True, "*", "pending"), (False, "*", "followed"), (True, "BRA", "followed")]
)
def test_an_act_on_everybody_does_not_meet_a_condition_of_one(is_conditional: bool, target: str, outcome: str) -> None:
    said = threat(0, "Should Brazil buy that tea, its goods may pay a tariff.", None, is_conditional=is_conditional)
    (row,) = last_of(said, acts=(act("imposed", 8, 12, 10.0, target=target),), through=30)
    assert row["threat_outcome"] == outcome


def test_an_act_at_a_lower_rate_softens_the_threat() -> None:
    (row,) = last_of(threat(0), acts=(act("imposed", 10, 17, 15.0),))
    assert (row["threat_outcome"], row["outcome_rate_pct"]) == ("softened", 15.0)


def test_of_two_acts_of_a_day_the_one_at_the_threatened_rate_counts() -> None:
    cars = act("raised", 10, 17, 100.0, product="electric vehicles")
    batteries = act("raised", 10, 17, 25.0, product="batteries for electric vehicles", act_id="usa-a@2025-03-20")
    (row,) = last_of(threat(0, rate=100.0, product="electric vehicles"), acts=(batteries, cars))
    assert (row["threat_outcome"], row["outcome_act_id"]) == ("carried_out", cars["act_id"])


def test_a_trade_remedy_carries_out_the_threat_of_a_tariff_on_its_goods() -> None:
    said = threat(0, "Washington threatened a tariff on Brazilian brandy.", None, product="brandy")
    remedy = act("imposed", 40, 43, 39.0, instrument="trade_remedy", product="brandy")
    assert history_of(said, acts=(remedy,))[-1] == (43, "carried_out")
    assert history_of(threat(0), acts=(remedy,), through=60) == [(0, "pending")]


def test_layers_that_add_up_to_the_rate_carry_it_out() -> None:
    base = act("imposed", -30, -30, 10.0, layer="usa-base", target="*")
    (row,) = last_of(threat(0), acts=(base, act("imposed", 10, 17, 40.0)))
    assert (row["threat_outcome"], row["outcome_rate_pct"]) == ("carried_out", 50.0)


def test_a_court_strikes_down_an_official_act() -> None:
    acts = (act("imposed", 10, 17), act("struck_down", 200, 200, None))
    (row,) = last_of(threat(0), acts=acts)
    assert (row["threat_outcome"], row["outcome_on"], row["imposed_on"]) == ("struck_down", day(200), day(17))
    assert row["outcome_rate_pct"] == 50.0


def test_a_ruling_on_all_partners_strikes_down_a_threat_of_one() -> None:
    acts = (act("imposed", 10, 17), act("struck_down", 200, 200, None, target="*"))
    (row,) = last_of(threat(0), acts=acts)
    assert (row["threat_outcome"], row["outcome_on"]) == ("struck_down", day(200))
    (vague,) = last_of(threat(0, rate=None), acts=acts)
    assert (vague["threat_outcome"], vague["outcome_on"]) == ("followed", day(17))


def test_a_court_that_strikes_down_another_layer_changes_nothing() -> None:
    acts = (act("imposed", 10, 17), act("struck_down", 200, 200, None, layer="usa-other"))
    assert history_of(threat(0), acts=acts)[-1][1] == "carried_out"


def test_a_lower_rate_well_before_the_deadline_is_another_measure() -> None:
    said = threat(0, "Brazil will pay 50 percent from April 20, Washington warned.")
    assert history_of(said, acts=(act("imposed", 10, 17, 15.0),), through=40) == [(0, "pending")]


def test_a_reported_ruling_leaves_what_an_act_of_the_list_did() -> None:
    """The list has rulings itself; a sentence on one does not say which of many tariffs it is about."""
    ruling = claim("easing", 90, "A federal court struck down the president's tariffs.", status="ended")
    assert history_of(threat(0), ruling, acts=(act("imposed", 10, 17),))[-1] == (17, "carried_out")


def test_a_court_does_not_strike_down_what_only_articles_reported() -> None:
    reported = claim("measure", 5, "Washington imposed 50 percent on Brazil.", 50.0, status="effective")
    assert history_of(threat(0), reported, acts=(act("struck_down", 200, 200, None),))[-1] == (5, "carried_out")


def test_an_act_corrects_what_was_reported_before_it() -> None:
    reported = claim("measure", 5, "Washington imposed 50 percent on Brazil.", 50.0, status="effective")
    assert history_of(threat(0), reported, acts=(act("imposed", 10, 17, 15.0),))[-1] == (17, "softened")


def test_a_later_act_does_not_replace_an_equal_report() -> None:
    reported = claim("measure", 5, "Washington imposed 50 percent on Brazil.", 50.0, status="effective")
    (row,) = last_of(threat(0), reported, acts=(act("raised", 30, 30, 60.0),))
    assert (row["outcome_on"], row["outcome_basis"]) == (day(5), "reported")


@pytest.mark.parametrize(
    "other",
    [
        act("imposed", 10, 17, product="steel articles"),
        act("imposed", 10, 17, target="PER"),
        act("imposed", 10, 17, 10.0, target="*"),
        act("imposed", 10, 17, target="*", excepted="BRA CAN"),
        act("imposed", -10, -5),
        act("lowered", 10, 17),
        act("imposed", -5, 10, 15.0),
        act("ruled_unlawful", 10),
        act("imposed", 10, 17, actor="IND"),
    ],
    ids=[
        "other goods",
        "another target",
        "a general rate",
        "an exception",
        "before",
        "a cut",
        "a lower rate decided before",
        "a ruling without effect",
        "another actor",
    ],
)
def test_another_act_is_no_outcome(other: dict[str, object]) -> None:
    assert history_of(threat(0), acts=(other,), through=60) == [(0, "pending")]


def test_a_general_act_at_the_rate_carries_out_a_threat_to_one() -> None:
    assert history_of(threat(0), acts=(act("imposed", 10, 17, target="*"),))[-1] == (17, "carried_out")


def _on(billions: int, announced: int, effective: int) -> Row:
    return act("imposed", announced, effective, 25.0, product=f"some lines, worth {billions} billion dollars: parts")


def test_an_act_on_a_small_part_of_the_amount_is_another_measure() -> None:
    (row,) = last_of(threat(0, rate=None, amount_usd=505e9), acts=(_on(16, 9, 20),))
    assert row["threat_outcome"] == "lapsed"


def test_an_act_on_a_part_of_the_amount_carries_it_out_in_part() -> None:
    (row,) = last_of(threat(0, rate=None, amount_usd=50e9), acts=(_on(34, 9, 20),))
    assert (row["threat_outcome"], row["outcome_amount_usd"]) == ("softened", 34e9)


def test_an_act_on_the_amount_of_one_threat_is_no_part_of_another() -> None:
    claims = threat(0, rate=None, amount_usd=200e9), threat(5, rate=None, amount_usd=267e9)
    rows = last_of(*claims, acts=(_on(200, 9, 20),))
    assert [(row["amount_usd"], row["threat_outcome"]) for row in rows] == [(200e9, "carried_out"), (267e9, "lapsed")]


def test_a_higher_rate_on_other_goods_is_another_measure() -> None:
    raised = act("raised", 9, 20, 25.0, product="some lines, worth 200 billion dollars: parts")
    (row,) = last_of(threat(0, rate=None, amount_usd=267e9), acts=(raised,))
    assert row["threat_outcome"] == "lapsed"


def test_an_act_that_shares_no_figure_with_the_threat_only_follows_it() -> None:
    (vague,) = last_of(threat(0, rate=None), acts=(_on(34, 9, 20),))
    (named,) = last_of(threat(0, rate=25.0), acts=(_on(34, 9, 20),))
    (dated,) = last_of(threat(0, "Washington threatened Brazil with a tariff from March 27.", None), acts=(_on(34, 9, 20),))
    assert [row["threat_outcome"] for row in (vague, named, dated)] == ["followed", "carried_out", "carried_out"]
    assert (vague["imposed_on"], vague["outcome_rate_pct"]) == (None, 25.0)


def test_an_act_long_after_a_vague_threat_did_not_follow_it() -> None:
    assert history_of(threat(0, rate=None), acts=(_on(34, 80, 91),))[-1] == (180, "lapsed")
    assert history_of(threat(0, rate=None), acts=(_on(34, 80, 90),))[-1] == (90, "followed")


def test_the_announcement_of_another_act_sets_no_deadline() -> None:
    (row,) = last_of(threat(0, rate=None), acts=(_on(34, 9, 20),), through=15)
    assert (row["threat_outcome"], row["deadline_on"]) == ("pending", None)


def test_goods_are_found_under_their_official_name() -> None:
    cars = act("imposed", 10, 17, 25.0, product="passenger cars and light trucks", target="*", layer="usa-232-cars")
    assert history_of(threat(0, rate=25.0, product="autos"), acts=(cars,))[-1] == (17, "carried_out")


def test_a_threat_on_the_day_of_the_act_is_carried_out_at_once() -> None:
    (row,) = last_of(threat(17), acts=(act("imposed", 17, 17),))
    assert (row["threat_outcome"], row["days_to_outcome"]) == ("carried_out", 0)


CUT = claim("measure", 1, "From one minute past midnight on March 10 it will be 10 percent.", 10.0)


def test_the_announcement_of_an_official_cut_is_no_threat() -> None:
    assert last_of(CUT, acts=(act("lowered", 0, 7, 10.0),)) == []


@pytest.mark.parametrize(
    "other",
    [act("lowered", 0, 7, 20.0), act("lowered", 0, 9, 10.0), act("lowered", 2, 7, 10.0), act("raised", 0, 7, 10.0)],
    ids=["another rate", "another day", "announced later", "an increase"],
)
def test_another_act_does_not_make_an_announcement_a_cut(other: dict[str, object]) -> None:
    assert [row["rate_pct"] for row in last_of(CUT, acts=(other,))] == [10.0]


@pytest.mark.parametrize(("effective", "outcome"), [(150, "carried_out"), (205, "carried_out"), (240, "withdrawn")])
def test_an_act_corrects_a_report_up_to_two_months_after_the_deadline(effective: int, outcome: str) -> None:
    said = threat(0, "Washington will tax Brazilian goods at 50% from 1 August.")
    dropped = claim("easing", 20, "Washington dropped the planned 50% tariff on Brazil.", 50.0)
    assert last_of(said, dropped, acts=(act("imposed", effective - 1, effective),))[0]["threat_outcome"] == outcome


@pytest.mark.parametrize(
    ("changes", "count"), [({}, 1), ({"rate_pct": 40.0}, 0), ({"product": "steel"}, 0), ({"told_on": day(9), "known_on": day(9)}, 0)]
)
def test_an_official_act_gives_the_day_of_an_announcement(changes: dict[str, object], count: int) -> None:
    announced = claim("measure", 1, "Washington puts 50% on Brazil.", 50.0) | changes
    rows = last_of(announced, acts=(act("imposed", 1, 9),))
    assert [(row["threat_form"], row["deadline_on"], row["threat_outcome"]) for row in rows] == [
        ("announcement", day(9), "carried_out")
    ] * count


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "carried_out"),
        ({"rate_pct": None}, "carried_out"),
        ({"rate_pct": 25.0}, "unconfirmed"),
        ({"effective_on": day(9)}, "unconfirmed"),
        ({"target": "*"}, "unconfirmed"),
    ],
    ids=["its rate", "no rate", "another rate", "another day", "everybody"],
)
def test_an_act_on_single_goods_may_be_the_one_announced_for_its_day(changes: dict[str, Any], outcome: str) -> None:
    announced = claim("measure", 0, "Washington will tax goods of Brazil at 50% from March 11.", 50.0)
    (row,) = last_of(announced, acts=(act("imposed", 1, 8, product="apples and almonds", **changes),))
    assert row["threat_outcome"] == outcome


@pytest.mark.parametrize(("effective", "outcome"), [(8, "carried_out"), (9, "unconfirmed")])
def test_a_change_carries_out_only_what_was_announced_for_its_day(effective: int, outcome: str) -> None:
    announced = claim("measure", 0, "Washington will tax Brazilian steel at 50% from March 11.", 50.0, product="steel")
    (row,) = last_of(announced, acts=(act("changed", 1, effective, product="steel"),))
    assert row["threat_outcome"] == outcome


@pytest.mark.parametrize(("announced", "outcome", "on"), [(0, "carried_out", 30), (None, "unconfirmed", 90)])
def test_an_earlier_act_at_the_same_rate_is_not_the_announced_one(announced: int | None, outcome: str, on: int) -> None:
    further = claim("measure", 0, "Washington will charge Brazil another 50% from April 2.", 50.0)
    earlier, later = act("imposed", -6, 1), act("imposed", announced or 0, 30, layer="usa-other")
    (row,) = last_of(further, acts=(earlier,) if announced is None else (earlier, later), through=100)
    assert (row["threat_outcome"], row["outcome_on"]) == (outcome, day(on))


def test_of_two_acts_of_a_day_the_one_on_the_named_goods_counts() -> None:
    acts = (
        act("imposed", 1, 8, layer="usa-steel-nails", product="nails of Brazil"),
        act("imposed", 1, 8, layer="usa-test", product="steel"),
    )
    (row,) = last_of(threat(0, "He threatened steel of Brazil.", product="steel"), acts=acts)
    assert row["outcome_act_id"] == acts[1]["act_id"]


def test_of_two_acts_of_a_day_the_one_with_a_rate_counts() -> None:
    acts = (act("imposed", 1, 8, None, layer="usa-parcels"), act("imposed", 1, 8))
    (row,) = last_of(claim("measure", 0, "50% from March 11.", 50.0), acts=acts)
    assert row["outcome_act_id"] == acts[1]["act_id"]


def test_an_act_on_everybody_of_another_time_does_not_carry_it_out() -> None:
    warned = threat(0, "He threatened Brazil with 50% from March 11.")
    for effective, outcome in ((15, "carried_out"), (30, "lapsed")):
        (row,) = last_of(warned, acts=(act("imposed", 5, effective, target="*"),))
        assert row["threat_outcome"] == outcome


def test_an_act_on_everybody_does_not_revive_a_withdrawn_threat() -> None:
    said = threat(0), claim("easing", 10, "He dropped the threatened 50% tariff on Brazil.", 50.0, status="ended")
    for target, outcome in (("*", "withdrawn"), ("BRA", "carried_out")):
        (row,) = last_of(*said, acts=(act("imposed", 20, 30, target=target),))
        assert row["threat_outcome"] == outcome
