"""Work permits, wages and taxes at home, which are no trade policy."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "Today the President restricted the entry of H-1B aliens and put a fee of 9 dollars on each petition of the United States.",
        "We'll cut taxes for all domestic producers in the United States.",
    ],
)
def test_work_permits_and_taxes_at_home_are_no_trade(text: str) -> None:
    assert read(text, "Remarks by President Trump on trade with all countries") == set()


def test_duties_on_producers_abroad_are_trade() -> None:
    assert "USA>*" in {f.split()[0] for f in read("The United States will cut the import tax on all foreign producers.")}


@pytest.mark.parametrize("text", ["Negotiations resume in Peruvian postal strike", "Peru's pilots and their union agree on wages"])
def test_talks_about_wages_are_none_of_two_states(text: str) -> None:
    assert read(f"Norway and Peru trade fish.\n{text}") == set()


def test_talks_on_trade_during_a_strike_are_talks() -> None:
    assert "PER>NOR dialogue" in read("Peru and Norway resumed trade talks during a strike of miners.")
    assert "RUS>PER agreement" in read("Peru and the Soviet Union reached an agreement in Moscow on a tin plant.")
    assert "PER>EUN dialogue" in read("Peru resumed its negotiations with the European Union.", "Peru and the European Union trade fish")
