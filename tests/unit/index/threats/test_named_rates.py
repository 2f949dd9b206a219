"""Whether a rate in a sentence can be that of the actor's measure."""

import pytest

from pipeline.index.threats.named_rates import names_own_rate
from tests.unit.index.threats.scenes import claim, last_of, threat


@pytest.mark.parametrize(
    "quote",
    [
        "Brasilia will answer if Washington puts a 50 percent levy on its exports.",
        "More duties follow unless the United States withdraws its tariffs of 50 per cent on coffee and 10 per cent on sugar.",
        "Brasilia: no more talks until 50 percent tariff goes",
        "It promised countermeasures should the extra 50% threatened by Washington be imposed.",
        "President Lula presented the answer to the 50% tariff on Wednesday.",
        "Brasilia will charge American goods, responding within hours to Washington's new duties of 50 percent.",
        "Think twice, Brasilia tells Washington over plan for 50% tariffs",
    ],
)
def test_a_rate_that_is_answered_is_the_other_sides(quote: str) -> None:
    assert not names_own_rate(claim("threat", 0, quote, 50.0))
    assert not names_own_rate(claim("measure", 0, quote, 50.0))


@pytest.mark.parametrize(
    "quote",
    [
        "Washington threatened 50 percent unless Brasilia withdraws its 30 percent duty.",
        "Unless Brasilia drops its 30 percent duty, Washington will charge 50 percent.",
        "If they do that we will put 50 percent on their coffee.",
        "If nothing is agreed by April 2 the rate is 50 percent.",
        "The tariff should be 50 percent, he said.",
        "Brasilia answers Washington's order with 50% tariffs",
        "In response to the 50 percent duty Brasilia will charge 50 percent.",
        "Brasilia answers with a tariff at the same rate.",
        "Brazil pays 150 percent if talks fail.",
    ],
)
def test_a_rate_is_the_actors_if_it_is_named_outside_a_condition(quote: str) -> None:
    assert names_own_rate(claim("threat", 0, quote, 50.0))


def test_a_condition_of_an_easing_may_name_its_rate() -> None:
    assert names_own_rate(claim("easing", 0, "It will cut the duty if Brazil accepts 50 percent.", 50.0))


def test_the_rate_of_the_other_side_is_none_of_threat_or_outcome() -> None:
    said = threat(0, "Brasilia will answer if Washington puts a 50 percent levy on its coffee.", actor="BRA", target="USA")
    done = claim("measure", 9, "Brasilia set duties of its own in answer to the 50% tariff.", 50.0, actor="BRA", target="USA")
    (row,) = last_of(said, done)
    assert (row["threat_outcome"], row["rate_pct"], row["outcome_rate_pct"]) == ("followed", None, None)


@pytest.mark.parametrize(
    "quote",
    [
        "Brasilia presented its answer to the 50% tariff.",
        "In answer to the tariff of 50 percent, Brasilia named its plan for growers.",
    ],
)
def test_a_tariff_that_is_answered_is_not_the_instrument_of_the_answer(quote: str) -> None:
    said = threat(0, "Brasilia will answer with a tariff.", None, actor="BRA", target="USA")
    (row,) = last_of(said, claim("measure", 9, quote, 50.0, actor="BRA", target="USA"), through=30)
    assert row["threat_outcome"] == "pending"


@pytest.mark.parametrize(
    ("quote", "outcome"),
    [
        ("The two agreed to drop the 25-percent tariff.", "withdrawn"),
        ("The two agreed to drop the tariff of 25 per cent.", "withdrawn"),
        ("The two agreed to drop an old tariff of 7.25 percent.", "pending"),
        ("The two agreed to drop an old tariff of 125 percent.", "pending"),
    ],
)
def test_a_deal_refers_to_a_threat_by_its_rate_not_by_a_part_of_one(quote: str, outcome: str) -> None:
    (row,) = last_of(threat(0, rate=25.0), claim("agreement", 9, quote, instrument="agreement"), through=30)
    assert row["threat_outcome"] == outcome


@pytest.mark.parametrize(
    ("quote", "is_own"),
    [
        ("The new duty replaces the 50 percent of last week.", False),
        ("The duty goes to 80 percent, up from 50 percent.", False),
        ("It will charge a flat fee instead of the planned 50 percent.", False),
        ("The duty rises from 20 percent to 50 percent.", True),
        ("A duty of 50 percent replaces the fee.", True),
    ],
)
def test_a_rate_that_is_replaced_is_not_the_new_one(quote: str, is_own: bool) -> None:
    assert names_own_rate(claim("measure", 0, quote, 50.0)) == is_own
