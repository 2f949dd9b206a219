"""Meetings of one side, of firms or of all members of a body, and near-twins in which two states talk."""

import pytest

from tests.unit.signals.reading import read

BOTH = {"NOR>PER", "PER>NOR"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norwegian ministers hold emergency meeting on Peruvian tariff threat", set()),
        ("Norwegian and Peruvian ministers hold emergency meeting on tariff threat", BOTH),
        ("Norway holds emergency meeting with Peru on fish duties", BOTH),
        ("Norway's cabinet will meet on Monday to review trade relations with Peru", set()),
        ("Peru's ministers will meet on Monday to review trade relations with Norway", set()),
        ("Peruvian and Norwegian ministers will meet on Monday to review trade relations", BOTH),
        ("EU leaders gather in Prague to discuss tariffs on Chinese cars", set()),
        ("EU leaders gather in Prague with China's premier to discuss tariffs on cars", {"CHN>EUN", "EUN>CHN"}),
    ],
)
def test_a_government_that_meets_its_own_people_talks_to_nobody(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text) if finding.endswith(" dialogue")} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("The commerce minister of Peru met with the executive VP of Orion to discuss Norwegian-Peruvian trade relations.", set()),
        ("The commerce minister of Peru met with Norway's minister to discuss Norwegian-Peruvian trade relations.", BOTH),
        (
            "Preliminary talks are on between two Peruvian banks and Norwegian metal company Orion on a mine, a Norwegian official said.",
            set(),
        ),
        ("Preliminary talks are on between Peru and Norway on duties, a Norwegian official said.", BOTH),
    ],
)
def test_talks_with_firms_are_none_of_states(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("US minister Dahl, in Norway for informal WTO ministerial talks, said bilateral trade disputes were growing.", set()),
        ("US minister Dahl, in Norway for tariff talks, said bilateral trade disputes were growing.", {"NOR>USA", "USA>NOR"}),
    ],
)
def test_the_host_of_all_members_talks_to_none_of_them(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("purpose", "pairs"),
    [
        ("in a last-ditch effort to avoid the duties announced by President Trump", {"NOR>USA"}),
        ("for talks on the duties announced by President Trump", {"NOR>USA", "USA>NOR"}),
    ],
)
def test_the_host_of_a_visit_need_not_talk(purpose: str, pairs: set[str]) -> None:
    text = f"Norwegian President Dahl and Trade Minister Berg flew to Washington on Tuesday {purpose}."
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway confirmed that its minister will lead a delegation to Sweden for a third round of talks with Peru.", set()),
        ("Norway confirmed that its minister will lead a delegation to Peru for a third round of talks.", BOTH),
    ],
)
def test_a_place_where_two_others_talk_takes_no_part(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text)} == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "Norway on Monday named Ola Dahl, once its envoy to the WTO, as its trade representative, the post from which talks are led.",
            set(),
        ),
        ("Norway on Monday sent Ola Dahl, once its envoy to the WTO, to Lima, where talks on trade resume.", BOTH),
    ],
)
def test_who_gets_a_post_has_not_talked(text: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text, "Norway and Peru trade") if finding.endswith(" dialogue")} == pairs


def test_who_talks_with_one_partner_talks_with_no_other() -> None:
    text = "The trade minister of Norway will lead talks with Peru, the first partner to be given a slot, the government said."
    assert {finding.split()[0] for finding in read(text, "Norway and Kenya trade") if finding.endswith(" dialogue")} == BOTH
