"""Which state an office or a statement belongs to."""

import pytest

from tests.unit.signals.reading import read_pairs


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Chile's Congress approved a 15 percent tariff on paper from Peru.", "CHL>PER"),
        ("The Peruvian Congress approved a 15 percent tariff on paper from Chile.", "PER>CHL"),
        ("The Congress of Peru approved a 15 percent tariff on paper from Chile.", "PER>CHL"),
        ("Chile's federal Commerce Department opened an anti-dumping inquiry into Peruvian glass.", "CHL>PER"),
        ("Chile's Supreme Court struck down the duty on Peruvian glass.", "CHL>PER"),
        ("Congress approved a 15 percent tariff on paper from Peru.", "USA>PER"),
        ("The U.S. Congress approved a 15 percent tariff on paper from Peru.", "USA>PER"),
        ("On Peruvian paper, Congress approved a 15 percent tariff.", "USA>PER"),
        ("America's Supreme Court struck down the duty on Peruvian glass.", "USA>PER"),
    ],
)
def test_an_office_that_many_states_have_is_its_owner_s(text: str, pair: str) -> None:
    assert read_pairs(text) == {pair}
