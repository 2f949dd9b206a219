"""Acts that a restriction causes, and threats that come from somebody."""

import pytest

from tests.unit.signals.reading import asserted, explain, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norwegian duties prompted Peru to tax Norwegian salmon.", {"PER>NOR measure"}),
        ("Norway's tea curbs pushed Kenya to ban imports from Norway.", {"KEN>NOR measure"}),
        ("The Norwegian tariff forced Peru to threaten duties on Norwegian salmon.", {"PER>NOR threat"}),
        ("Pressure from Norway led Peru to raise its tariffs on Kenyan tea.", {"PER>KEN measure"}),
        ("The decision spurred Kenya's government to halt imports from Norway.", {"KEN>NOR measure"}),
    ],
)
def test_who_is_caused_to_act_acts(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


def test_a_state_that_pushes_another_only_demands() -> None:
    assert asserted("Norway pushed Peru to lower its duty on salmon.") == {"NOR>PER demand"}


def test_what_caused_the_act_happened_earlier() -> None:
    assert read("U.S. chip curbs pushed Beijing to ban exports of gallium.").isdisjoint({"USA>CHN measure", "USA>CHN demand"})


def test_what_is_imposed_now_is_news_whatever_it_causes() -> None:
    assert "NOR>PER measure" in read("Norway raised its duty on Peruvian fish, prompting Peru to tax Norwegian salmon.")


@pytest.mark.parametrize(
    "text",
    [
        "Norway doubled its duty on fish, drawing threats of countermeasures from Peru and the European Union.",
        "The Norwegian duty drew a promise of retaliation from Peru and the European Union.",
        "Norway raised its duties, and threats of retaliation by both Peru and the European Union followed.",
    ],
)
def test_a_threat_comes_from_those_who_send_it(text: str) -> None:
    threats = {(one["actor"], one["target"]) for one in explain(text) if one["kind"] == "threat"}
    assert threats == {("PER", "NOR"), ("EUN", "NOR")}


def test_who_receives_a_threat_sends_none() -> None:
    text = "Japan is disappointed at recent threats of trade retaliation from Peru, its minister said."
    assert "JPN>PER threat" not in read(text)


def test_a_threat_from_nobody_else_is_of_its_owner() -> None:
    assert asserted("Norway's threat of a 50 percent duty on Peruvian fish shook the market.") == {"NOR>PER threat"}


@pytest.mark.parametrize(
    "text",
    [
        "The president dangled the prospect of 40 percent tariffs on Chinese goods from May.",
        "Brussels held open the possibility of tariffs on American films.",
    ],
)
def test_the_prospect_of_a_tariff_is_no_offer(text: str) -> None:
    assert not any(finding.endswith(("offer", "easing")) for finding in read(text))


def test_the_prospect_of_a_lower_tariff_is_an_offer() -> None:
    assert "USA>CHN offer" in read("Trump dangled the prospect of lower tariffs for China in exchange for soybean purchases.")


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Mr. Carney persuaded Beijing to drop its tariffs on Canadian canola.", {"CHN>CAN easing"}),
        ("Japan convinced Washington to cut the tariff on its cars.", {"USA>JPN easing"}),
        ("Japan hopes to persuade Washington to cut the tariff on its cars.", {"JPN>USA demand"}),
    ],
)
def test_who_is_persuaded_grants_relief(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_who_is_not_persuaded_grants_nothing() -> None:
    assert "USA>JPN easing" not in read("Japan has not persuaded Washington to cut the tariff on its cars.")


@pytest.mark.parametrize(
    "text",
    [
        "Under pressure from Washington, Mexico and Canada raised duties on Chinese steel.",
        "At the urging of Washington, Mexico and Canada raised duties on Chinese steel.",
        "At Washington's urging, Mexico and Canada raised duties on Chinese steel.",
    ],
)
def test_who_only_urged_an_act_has_no_part_in_it(text: str) -> None:
    assert read(text) <= {"MEX>CHN measure", "CAN>CHN measure", "USA>MEX demand", "USA>CAN demand"}


def test_who_acts_under_pressure_acts() -> None:
    text = "Under pressure from Washington, Mexico and Canada raised duties on Chinese steel."
    assert read(text) == {"MEX>CHN measure", "CAN>CHN measure"}
