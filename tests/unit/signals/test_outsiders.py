"""What somebody says who acts for no state, and near-twins that states say."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru will answer with duties of its own if Norway taxes its tin, economists at two banks said.", set()),
        ("Peru will answer with duties of its own if Norway taxes its tin, ministers said.", {"PER>NOR threat"}),
        ('"Peru will hit back if Norway raises its tariffs," said Ana Ruiz, a professor at a university in Lima.', set()),
        ('"Peru will hit back if Norway raises its tariffs," said Ana Ruiz, a minister.', {"PER>NOR threat"}),
        ("Peru will retaliate if Norway bans its fish: analyst", set()),
        ("Peru will retaliate if Norway bans its fish: minister", {"PER>NOR threat"}),
        ("Peruvian state media accuse Norway of bullying over fish duty", set()),
        ("Peruvian state media accuse Norway of 'gangster logic', vow to fight tariffs", set()),
        ("Peru accuses Norway of bullying over fish duty", {"PER>NOR accusation"}),
        ("Experts believe that Norway's duties on Peruvian fish violate the rules of the WTO.", set()),
        ("Peru believes that Norway's duties on Peruvian fish violate the rules of the WTO.", {"PER>NOR accusation"}),
    ],
)
def test_what_an_outsider_foretells_or_blames_is_no_signal(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_an_act_that_an_outsider_explains_is_still_reported() -> None:
    assert read("Norway imposed duties on Peruvian tin on Monday, a step that will hurt builders, analysts said.") == {"NOR>PER measure"}


@pytest.mark.parametrize(
    "place", ["Peru might tax Norwegian cod if Oslo raised its duty on tea", "If Oslo raised its duty on tea, Peru might tax cod"]
)
def test_a_forecast_with_a_condition_is_no_threat_of_a_state(place: str) -> None:
    assert read(f"{place}, economists at Fjord Securities said.") == set()
    assert "PER>NOR threat" in read(f"{place}, the trade ministry in Lima said.")


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Claims that Peru has offered to lift its ban on Kenyan tea are false, the ministry said.", set()),
        ("It is not true that Peru has agreed to cut its duty on Kenyan tea, the minister said.", set()),
        ("Lima dismissed as groundless a report that it would lift its duty on Kenyan tea.", set()),
        ("Peru confirmed a report that it would lift its duty on Kenyan tea.", {"PER>KEN easing"}),
    ],
)
def test_a_report_that_is_denied_is_no_relief(text: str, signals: set[str]) -> None:
    assert read(text) == signals
