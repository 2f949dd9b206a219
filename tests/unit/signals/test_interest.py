"""Interest rates, which are no trade policy."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "Peru criticised Norway for raising its key interest rates.",
        "Peru's minister said Norway announced a cut in its discount rate and agreed to stimulate demand.",
        "Talks of Peru and Norway on interest rates continue.",
    ],
)
def test_who_sets_interest_rates_does_nothing_to_trade(text: str) -> None:
    assert read(f"Peru and Norway trade fish.\n{text}") == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Norway imposed tariffs on Peruvian fish as interest rates rose.", "NOR>PER measure"),
        ("Peru accused Norway of manipulating its currency by low interest rates.", "PER>NOR accusation"),
    ],
)
def test_trade_and_currencies_next_to_interest_rates_count(text: str, finding: str) -> None:
    assert finding in read(text)
