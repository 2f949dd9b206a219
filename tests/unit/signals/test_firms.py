"""What firms agree and complain of, and what they report of states."""

import pytest

from tests.unit.signals.reading import read

CONTEXT = "Peru and Norway trade fish and tin.\n"


@pytest.mark.parametrize(
    "text",
    [
        "Tinsel Corp said it has signed an agreement to buy Fjord Corp's Norwegian tin business.",
        "<Tinsel Holdings>, based in Lima, said it reached an agreement to buy half of Fjord Fish for 4 mln Norwegian crowns.",
        "Tinsel Inc said that its Norwegian supplier is not named in the complaint that Fjord Corp filed.",
        "TINSEL, FJORD AGREE ON PERUVIAN TIN TIE-UP",
        "TINSEL <TNSL> NORWEGIAN FISH PACT APPROVED",
    ],
)
def test_what_firms_agree_or_complain_of_is_no_act_of_a_state(text: str) -> None:
    assert read(CONTEXT + text) == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Tinsel Corp said Norway signed a free trade agreement with Peru on Monday.", "NOR>PER agreement"),
        ("Peru opened an anti-dumping investigation into Fjord Corp, a Norwegian firm.", "PER>NOR investigation"),
        ("Norway signed a trade agreement with Peru, Fjord Corp said.", "NOR>PER agreement"),
    ],
)
def test_what_firms_report_of_states_is_an_act(text: str, finding: str) -> None:
    assert finding in read(CONTEXT + text)
