"""Statements on other disputes, which only two sentences show."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("Peru again intruded on the islets.", "Chile urges Peru to correct its wrong course at once."),
        ("Peru detained forty Chilean sailors near the reef.", "Chile called on Peru to return to the agreed procedure."),
        ("Chile protects its sovereignty.", "Peru must stop its provocations, or Chile will take all necessary measures."),
    ],
)
def test_what_is_said_in_another_dispute_is_no_signal(before: str, said: str) -> None:
    assert not any("CHL>PER" in signal for signal in read(f"{before} {said}"))


@pytest.mark.parametrize(
    "before",
    ["Peru again intruded on the islets and raised its duty on Chilean wine.", "Peru put Chilean grapes on its list of restricted goods."],
)
def test_with_a_word_of_trade_before_it_is_one(before: str) -> None:
    assert "CHL>PER demand" in read(f"{before} Chile urges Peru to correct its wrong course at once.")
