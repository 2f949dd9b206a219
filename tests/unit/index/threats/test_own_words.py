"""Instrument and goods of a threat: the country's own, not those of the act that it answers."""

import pytest

from pipeline.index.threats.own_words import own_instrument, own_product
from tests.unit.index.threats.scenes import Row, act, claim, day, last_of, threat

SIDES: Row = {"actor": "BRA", "target": "USA"}
ANSWER: Row = SIDES | {"rate": None}
GROUP: Row = {"target": "*", "scope": "group"}


@pytest.mark.parametrize(
    "quote",
    [
        "Brasilia will take countermeasures if Washington imposes tariffs on its coffee.",
        "Should Washington go ahead with the tariff, Brasilia would take resolute steps.",
        "Brasilia condemned the tariff that Washington plans, and said it would take every step needed.",
        "Brasilia will answer Washington's steel duties with firm measures.",
        "Brasilia promised a firm response to the duties on its coffee.",
        "Any increase in tariffs will be answered, the president said.",
        "Brasilia may hit back over the coffee duties.",
        "Brasilia vows to act after a 40% levy",
        "Brasilia threatens lawsuits against anyone who pays the tariff.",
    ],
)
def test_the_tariff_of_the_other_side_is_no_instrument_of_a_threat(quote: str) -> None:
    assert own_instrument(threat(0, quote, **ANSWER)) == "other"


@pytest.mark.parametrize(
    "quote",
    [
        "Brasilia will answer Washington's steel duties with a tariff on corn.",
        "Brasilia drew up a list of goods for retaliatory tariffs against the United States.",
        "If Washington taxes its coffee, Brasilia will put a duty on corn.",
        "Brasilia will charge corn after July 9 if talks fail.",
        "Brasilia threatened duties of over 40 percent on corn.",
        "Brasilia proposes to suspend concessions in answer to the duties on steel.",
        "Brasilia will put a tariff on corn until 1 August.",
    ],
)
def test_a_tariff_that_is_named_for_the_answer_is_its_instrument(quote: str) -> None:
    assert own_instrument(threat(0, quote, **ANSWER)) == "tariff"


@pytest.mark.parametrize(
    ("instrument", "quote", "own"),
    [
        ("tariff", "Washington threatens a tariff probe after a fine", "investigation"),
        ("agreement", "Brasilia would never accept a deal at its cost, and would answer with measures of its own.", "other"),
        ("trade_remedy", "Brasilia called the evidence weak and will take every step to defend its growers.", "other"),
        ("trade_remedy", "Brasilia threatens anti-dumping duties.", "trade_remedy"),
    ],
)
def test_a_threat_has_the_instrument_that_it_names(instrument: str, quote: str, own: str) -> None:
    assert own_instrument(threat(0, quote, instrument=instrument)) == own


@pytest.mark.parametrize(
    ("kind", "quote", "product"),
    [
        ("threat", "Washington could raise tariffs again if Brasilia keeps blocking coffee.", ""),
        ("threat", "Washington may put a duty on coffee if talks fail.", "coffee"),
        ("threat", "Unless Brasilia opens its ports, Washington will tax coffee.", "coffee"),
        ("threat", "Washington may hit Brazilian goods over coffee duties.", ""),
        ("easing", "Washington will lower its duties if Brasilia sells coffee.", "coffee"),
    ],
)
def test_goods_of_the_occasion_are_not_threatened(kind: str, quote: str, product: str) -> None:
    assert own_product(claim(kind, 0, quote, None, product="coffee")) == product


def test_an_answer_may_name_its_instrument_within_a_week() -> None:
    vague = threat(0, "Brasilia will hit back if it must.", **ANSWER, is_conditional=True)
    named = threat(7, "Brasilia has a list for counter-tariffs.", **ANSWER)
    later = threat(8, "Brasilia has a list for counter-tariffs.", **ANSWER)
    (row,) = last_of(vague, named, through=30)
    assert (row["instrument"], row["is_conditional"], row["said_days"]) == ("tariff", True, 2)
    assert [one["instrument"] for one in last_of(vague, later, through=30)] == ["other", "tariff"]


def test_what_the_other_side_would_answer_names_no_answer() -> None:
    named = threat(0, "In reply to the fee, Washington may put a tariff on Brazil.", None)
    warning = threat(2, "If Brasilia chose to answer, it would find who has more cards.", None, instrument="other")
    assert [one["instrument"] for one in last_of(named, warning, through=30)] == ["tariff", "other"]


@pytest.mark.parametrize(("number", "threats"), [(7, 1), (8, 2)])
def test_a_general_warning_is_repeated_for_a_week(number: int, threats: int) -> None:
    quote = "Brasilia will do what is needed."
    said = [threat(on, quote, **ANSWER, instrument="other") for on in (0, number)]
    assert len(last_of(*said, through=30)) == threats


def test_an_announced_answer_is_repeated_in_general_words_around_its_day() -> None:
    answer = claim(
        "measure", 0, "Brasilia will answer with duties on goods worth $3 billion from April 2.", None, actor="BRA", target="USA"
    )
    words = threat(33, "Brasilia is putting the last touches to its countermeasures.", **ANSWER, instrument="other")
    assert [row["said_days"] for row in last_of(answer, words, through=60)] == [2]


def test_a_list_of_known_value_is_not_on_one_product() -> None:
    on_list = claim("measure", 0, "Brasilia will put duties on a list of goods from April 2.", None, amount_usd=3e9, **SIDES)
    on_corn = claim(
        "measure", 0, "Brasilia will put duties on corn from April 2.", None, product="corn", story_id=on_list["story_id"], **SIDES
    )
    assert {(row["product"], row["amount_usd"]) for row in last_of(on_list, on_corn, through=20)} == {("", 3e9), ("corn", None)}


@pytest.mark.parametrize(
    ("announced", "done", "outcome"),
    [(1, 5, "followed"), (-3, 5, "pending"), (None, 5, "pending"), (6, 5, "pending")],
    ids=["announced", "announced before, not in effect", "never", "announced later"],
)
def test_an_answer_follows_only_what_it_answers(announced: int | None, done: int, outcome: str) -> None:
    said = threat(0, "Should Washington put 40 percent on its goods, Brasilia will take resolute steps.", 40.0, actor="BRA", target="USA")
    others = [] if announced is None else [claim("measure", announced, "Washington will charge Brazil 40 percent from May 1.", 40.0)]
    fee = claim(
        "measure", done, "Brazil began to charge American ships.", None, instrument="services_transport", status="effective", **SIDES
    )
    rows = [row for row in last_of(said, *others, fee, through=30) if row["actor"] == "BRA"]
    assert [row["threat_outcome"] for row in rows] == [outcome]


def test_what_was_announced_before_follows_no_later_warning() -> None:
    fee: Row = {"instrument": "services_transport", "product": "ships"}
    plan = claim("measure", 0, "Brazilian ships will pay a fee from March 20.", None, **fee)
    warning = threat(14, "Washington will do what is needed.", None, instrument="other")
    done = claim("measure", 17, "Brazilian ships began to pay the fee.", None, status="effective", **fee)
    assert [row["threat_outcome"] for row in last_of(plan, warning, done, through=30)] == ["carried_out", "pending"]


def test_an_answer_that_was_only_announced_can_be_put_off() -> None:
    said = threat(0, "Brasilia will answer with countermeasures.", **ANSWER, instrument="other")
    passed = claim("measure", 20, "Brazil's ministers approve counter-tariffs", None, **SIDES)
    later = claim("easing", 21, "Brasilia shelves its counter-tariffs for 90 days", None, status="suspended", **SIDES)
    (row,) = last_of(said, passed, later, through=60)
    assert (row["threat_outcome"], row["outcome_on"]) == ("postponed", day(21))
    (row,) = last_of(said, passed | {"status": "effective"}, later, through=60)
    assert row["threat_outcome"] == "followed"


@pytest.mark.parametrize(
    ("partners", "outcome"),
    [(("BRA", "PER", "CHL"), "carried_out"), (("BRA", "PER"), "unconfirmed"), (("BRA", "BRA", "PER"), "unconfirmed")],
)
def test_tariffs_on_enough_countries_carry_out_a_threat_to_a_group(partners: tuple[str, ...], outcome: str) -> None:
    said = claim("measure", 0, "Washington fixed duties of 10 to 41 percent on dozens of countries, from March 20.", 41.0, **GROUP)
    acts = tuple(act("raised", -1, 17, 10.0 + number, target=partner) for number, partner in enumerate(partners))
    (row,) = last_of(said, acts=acts, through=200)
    assert (row["threat_outcome"], row["outcome_rate_pct"]) == (outcome, None)


@pytest.mark.parametrize(("scope", "outcome"), [("south_america", "carried_out"), ("asean", "unconfirmed"), ("all", "unconfirmed")])
def test_the_countries_of_a_step_are_members_of_the_threatened_group(scope: str, outcome: str) -> None:
    said = claim("measure", 0, "Washington will charge the region 30 percent from March 20.", 30.0, target="*", scope=scope)
    acts = tuple(act("imposed", -1, 17, 30.0, target=partner) for partner in ("BRA", "PER", "CHL"))
    (row,) = last_of(said, acts=acts, through=200)
    assert row["threat_outcome"] == outcome


@pytest.mark.parametrize(("instrument", "outcome"), [("other", "pending"), ("import_restriction", "followed")])
def test_a_measure_that_names_no_instrument_follows_no_threat(instrument: str, outcome: str) -> None:
    said = threat(0, "Brasilia will answer.", **ANSWER, instrument="other")
    done = claim("measure", 20, "Brasilia presented its answer.", None, instrument=instrument, **SIDES)
    assert [row["threat_outcome"] for row in last_of(said, done, through=30)] == [outcome]


@pytest.mark.parametrize(("is_conditional", "threats"), [(True, 2), (False, 1)])
def test_a_new_condition_after_a_withdrawal_is_a_new_threat(is_conditional: bool, threats: int) -> None:
    off = claim("easing", 4, "The White House called off the 50 percent tariff on Brazil.", 50.0)
    again = threat(8, "Washington could tax Brazil if the harvest fails.", None, is_conditional=is_conditional)
    assert len(last_of(threat(0), off, again, through=30)) == threats
