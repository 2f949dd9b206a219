"""Words of talks in which no states talk, and near-twins in which they do."""

import pytest

from tests.unit.signals.reading import read, read_pairs


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru and Kenya announced that the terms of reference for a trade agreement were settled.", set()),
        ("Peru and Kenya announced a trade agreement.", {"PER>KEN agreement", "KEN>PER agreement"}),
    ],
)
def test_terms_of_talks_are_no_deal(text: str, signals: set[str]) -> None:
    assert {finding for finding in read(text) if "dialogue" not in finding} == signals


@pytest.mark.parametrize(
    ("text", "talks"),
    [
        ("Peru will lift its duties on Kenyan tea before the two countries resume talks.", set()),
        ("The move comes two weeks before a summit of Peru's president and Kenya's.", set()),
        ("Peru's minister met Kenya's envoy before tariff talks in Lima.", {"PER>KEN", "KEN>PER"}),
        ("Peru and Kenya 'ahead of schedule' in talks on duties.", {"PER>KEN", "KEN>PER"}),
    ],
)
def test_talks_that_an_act_precedes_only_date_it(text: str, talks: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text) if finding.endswith(" dialogue")} == talks


@pytest.mark.parametrize(
    ("text", "is_dialogue"),
    [
        ("Norway raises duty on Chilean copper before planned summit of the two countries", False),
        ("The ban on Chilean copper comes a week before Norwegian and Chilean ministers hold talks", False),
        ("Norway raises duty on Chilean copper, and its premier meets the Chilean president before the summit", True),
        ("Norway and Chile resume trade talks before summit", True),
    ],
)
def test_talks_that_only_date_an_act_are_none(text: str, is_dialogue: bool) -> None:
    assert any("dialogue" in finding for finding in read(text)) == is_dialogue


@pytest.mark.parametrize(
    ("text", "title", "pairs"),
    [
        ("Chile's bill sets aims for the Uruguay Round of talks.", "Chile and Norway trade", set()),
        ("Chile and Norway held talks on the Uruguay Round.", "", {"CHL>NOR", "NOR>CHL"}),
        ("Chile and Uruguay held talks on beef.", "", {"CHL>URY", "URY>CHL"}),
    ],
)
def test_a_round_of_world_trade_talks_is_no_country(text: str, title: str, pairs: set[str]) -> None:
    assert {finding.split()[0] for finding in read(text, title) if finding.endswith(" dialogue")} == pairs


@pytest.mark.parametrize(
    "text",
    [
        "Peru's minister discussed the tariff talks with Norway in a television interview.",
        "The spokesman of Peru discussed tariff negotiations with Norway at a regular press briefing.",
        "The president of Peru held a cabinet meeting, where he discussed fish and trade talks with Norway.",
        "Norway's minister spoke to reporters about tariffs and Peru on his arrival.",
    ],
)
def test_what_is_discussed_before_the_public_is_no_talk(text: str) -> None:
    assert {finding for finding in read(text) if "dialogue" in finding} == set()


@pytest.mark.parametrize(
    "text",
    [
        "Peru's minister said in an interview that tariff talks with Norway would go on.",
        "Peru's minister discussed tariffs with his counterpart of Norway, and gave a television interview.",
        "Peru and Norway will hold talks on fish tariffs, the minister in Lima confirmed in an interview.",
        "Before a cabinet meeting in Lima the ministers of Peru and Norway discussed tariffs.",
    ],
)
def test_talks_near_the_public_are_talks(text: str) -> None:
    assert "PER>NOR dialogue" in read(text)


@pytest.mark.parametrize(
    ("text", "is_talk"),
    [
        ("Peru and Norway are not having any negotiations on fish duties, still less reaching an agreement.", False),
        ("Peru and Norway have held no talks on fish duties, let alone reached a deal.", False),
        ("Peru and Norway are having negotiations on fish duties.", True),
        ("Peru is not in talks with Norway on fish duties now, but the ministers of Peru and Norway will hold trade talks in May.", True),
    ],
)
def test_talks_that_are_not_held_are_none(text: str, *, is_talk: bool) -> None:
    assert any("PER" in finding and "NOR" in finding for finding in read(text)) is is_talk


@pytest.mark.parametrize(
    ("text", "is_dialogue"),
    [
        ("At present there are no economic and trade negotiations between Peru and Norway.", False),
        ("Peru said no high-level economic or trade talks with Norway were under way.", False),
        ("Peru said that reports of progress in trade talks with Norway were groundless.", False),
        ("There is no doubt that talks between Peru and Norway on tariffs will resume.", True),
        ("Peru said the Norwegian claims are groundless, and the two sides held trade talks.", True),
        ("There are no easy answers, but talks between Peru and Norway on tariffs continue.", True),
    ],
)
def test_talks_that_somebody_denies_are_none(text: str, is_dialogue: bool) -> None:
    assert any("dialogue" in finding for finding in read(text)) == is_dialogue


def test_a_capital_between_a_pair_and_talks_is_their_place() -> None:
    assert read_pairs("US-China Madrid talks end with a framework on tariffs") == {"USA>CHN", "CHN>USA"}
    assert read_pairs("Both sides agreed to keep the tariffs paused, China and the US said after their Stockholm talks.") == {
        "USA>CHN",
        "CHN>USA",
    }
