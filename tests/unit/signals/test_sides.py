"""Which state an office or a statement belongs to."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, read_pairs


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


@pytest.mark.parametrize("post", ["economy minister", "trade minister"])
def test_who_sends_a_minister_to_avert_a_duty_imposes_none(post: str) -> None:
    text = f"Chile's {post} flew to Washington to avert a tariff on buses that takes effect on Monday."
    assert "CHL>USA" not in read_pairs(text, ESCALATIONS)


@pytest.mark.parametrize("post", ["economy minister", "agriculture ministry"])
def test_a_minister_of_any_post_acts_for_the_state(post: str) -> None:
    assert read_pairs(f"Chile's {post} banned imports of Peruvian beef.", ESCALATIONS) == {"CHL>PER"}
    assert read_pairs("Chile's economy shrank after Peru banned Chilean beef.", ESCALATIONS) <= {"PER>CHL"}
