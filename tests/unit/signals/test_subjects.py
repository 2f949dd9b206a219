"""Sentences with the words of an act, but about something else, and near-twins."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, RELIEFS, read, read_pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Japan weighs visa ban on Peruvian ministers", set()),
        ("Japan weighs ban on Peruvian copper after visa quarrel", {"JPN>PER"}),
        ("Chile will retaliate against Norway for hacking of its navy", set()),
        ("Chile will retaliate against Norway for hacking of its navy with tariffs on salmon", {"CHL>NOR"}),
        ("Norway places sanctions on nine Chilean officials for rights abuses", set()),
        ("Norway places sanctions on nine Chilean companies for rights abuses", {"NOR>CHL"}),
        ("Norway approves sale of F-35 fighter jets to Chile", set()),
        ("Norway approves sale of quarry drills to Chile", {"NOR>CHL"}),
        ("Chile rejects visit of Norwegian warship amid trade war tensions", set()),
        ("Chile rejects Norwegian salmon amid trade war tensions", {"CHL>NOR"}),
    ],
)
def test_another_dispute_without_trade_is_no_signal(text: str, pairs: set[str]) -> None:
    assert read_pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "is_accusation"),
    [
        ("US says Chile is no longer a currency manipulator", False),
        ("US names Chile a currency manipulator", True),
    ],
)
def test_an_accusation_taken_back_is_none(text: str, is_accusation: bool) -> None:
    assert any("accusation" in finding for finding in read(text)) == is_accusation


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Washington to provide $8bn in aid to farmers hurt by Chinese tariffs", set()),
        ("Norway offers loans to exporters hit by American duties", set()),
        ("Norway unveils relief package for steelmakers hit by US tariffs", set()),
        ("Norway grants tariff relief to Peruvian growers hit by floods", {"NOR>PER"}),
    ],
)
def test_aid_to_its_own_producers_is_no_relief(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("South Koreans boycott Japanese cars in trade row", set()),
        ("Boycott of Japanese cars spreads in South Korea", set()),
        ("Norwegian shoppers shun Peruvian fish over tariffs", set()),
        ("China boycotts Norwegian fish", {"CHN>NOR"}),
    ],
)
def test_what_shoppers_leave_in_the_shelf_is_not_banned(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ESCALATIONS) == pairs


def test_taxes_on_persons_are_no_matter_of_trade() -> None:
    assert read("EU joins fight against US tax on 'accidental Americans'") == set()
    assert read("EU joins fight against US digital tax on its firms")
