"""Sentences that the rules read rightly, and the encoder too weakly or with something else."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Canada and Chile, tired of dependence on the United States, sign trade deal", {"CAN>CHL agreement", "CHL>CAN agreement"}),
        ("Chile and Norway sign trade pact as counterweight to China", {"CHL>NOR agreement", "NOR>CHL agreement"}),
        ("Trump's new Peru tariffs revealed", {"USA>PER measure"}),
        ("US steel tariffs begin as Norway is granted a waiver", {"USA>NOR easing"}),
        ("The WTO found that Chile's duties on Peruvian tin broke its rules.", {"PER>CHL investigation"}),
        ("Canada withdrew the duty-free treatment of Japanese parcels.", {"CAN>JPN measure"}),
        ("Norway will suspend or remove duties on Peruvian fish.", {"NOR>PER easing"}),
    ],
)
def test_the_rules_read_terse_sentences(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals
