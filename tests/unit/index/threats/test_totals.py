"""Rates that add up: the total that a partner pays, and what is added to it."""

import pytest

from pipeline.index.threats.phrases import named_totals, says_answer
from tests.unit.index.threats.scenes import claim, day, history_of, last_of, tables_of, threat

ADDED = "Washington will charge Brazil another 30 percent from April 9."


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        ("a total of 82 percent", [82.0]),
        ("which brings the total on Peruvian tin to 64.5 per cent", [64.5]),
        ("the duty adds 30 points, making 55% in all", [55.0]),
        ("an extra 12 percent, lifting the combined rate to 37-percent", [37.0]),
        ("the duty that Peru faces at 82 per cent", [82.0]),
        ("the rate which Peruvian mills pay is 9%", [9.0]),
        ("Peru faces a duty of 30 percent", []),
        ("in all, nine countries pay; Peru has 30 percent", []),
        ("the total falls from 40 percent", []),
        ("a total of 30 countries", []),
    ],
)
def test_a_total_is_named_as_one(text: str, totals: list[float]) -> None:
    assert named_totals(text) == totals


@pytest.mark.parametrize(
    ("text", "is_answer"),
    [
        ("Lima will respond in kind", True),
        ("Lima struck back", True),
        ("Lima is ready with countermeasures", True),
        ("Lima is responsible for its mines", True),  # a word of no threat
        ("Lima came back to the talks", False),
        ("Lima will take the steps it needs", False),
    ],
)
def test_an_answer_is_named_as_one(text: str, is_answer: bool) -> None:
    assert says_answer(text) == is_answer


@pytest.mark.parametrize(
    "quote",
    [
        "The duty that Brazil faces at 75 percent from April 9 is too high, he said.",
        "This makes a total of 75 percent from April 9.",
    ],
)
def test_a_total_repeats_the_threat_of_what_is_added(quote: str) -> None:
    states, evidence = tables_of(threat(0, ADDED, 30.0), threat(5, quote, 75.0), through=20)
    (row,) = states.filter(states["valid_to"].is_null()).to_dicts()
    assert (row["rate_pct"], row["said_days"], row["last_on"]) == (30.0, 2, day(5))
    assert evidence.sort("told_on")["rate_pct"].to_list() == [30.0, None]


@pytest.mark.parametrize(
    ("quote", "rate"),
    [
        ("Brazil faces a duty of 75 percent from April 9.", 75.0),
        ("Brazil will pay a total of 75 percent from May 30.", 75.0),
        ("Brazil will pay a total of 75 percent.", 75.0),
        ("Brazil will pay a total of 20 percent from April 9.", 20.0),
    ],
    ids=["no total", "of another day", "of no day", "below what is added"],
)
def test_another_rate_that_is_no_total_is_another_threat(quote: str, rate: float) -> None:
    assert [row["rate_pct"] for row in last_of(threat(0, ADDED, 30.0), threat(5, quote, rate), through=20)] == [30.0, rate]


def test_what_is_added_repeats_the_threat_of_the_total() -> None:
    added = threat(5, "The order adds 40 points, making 50 percent in all.", 40.0)
    (row,) = last_of(threat(0), added, through=20)
    assert (row["rate_pct"], row["said_days"]) == (50.0, 2)
    assert len(last_of(threat(0), threat(5, "The order adds 40 points.", 40.0), through=20)) == 2


def test_what_is_added_goes_to_the_total_and_not_to_an_equal_rate() -> None:
    first = threat(0, "Brazil will pay 25 percent from March 20.", 25.0)
    total = threat(5, "The new order takes Brazil to 50 percent from April 9.", 50.0, story_id="Wire:order")
    added = threat(5, "It is an extra 25 percent, for a total of 50 percent.", 25.0, story_id="Wire:order", probability=0.8)
    rows = last_of(first, total, added, through=6)
    assert [(row["rate_pct"], row["signal_count"]) for row in rows] == [(25.0, 1), (50.0, 2)]


@pytest.mark.parametrize(
    ("quote", "outcome"),
    [("Washington added 40 percent, making 50 percent in all.", "carried_out"), ("Washington added 40 percent.", "softened")],
)
def test_a_measure_that_makes_the_threatened_total_carries_it_out(quote: str, outcome: str) -> None:
    assert history_of(threat(0), claim("measure", 9, quote, 40.0, status="effective"))[-1] == (9, outcome)


@pytest.mark.parametrize(("named", "count"), [("May 2", 1), ("April 30", 1), ("April 9", 2)])
def test_a_rate_from_another_day_is_not_that_of_a_threat_without_one(named: str, count: int) -> None:
    parcels = threat(30, "Washington will tax parcels from Brazil from May 2.", None)
    rated = threat(35, f"Washington threatened Brazil with a tariff of 50 percent from {named}.")
    assert len(last_of(parcels, rated, through=40)) == count
