"""Lawmakers, who act for no state until they pass a law."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "Brazilian senators urge Lula to tax Chilean wine.",
        "BRAZILIAN SENATE HITS CHILE WINE TAX, VOWS RETALIATION",
        "The Brazilian Senate voted to condemn Chile's proposed tax on wine and said that it would lead to retaliation.",
        "The House trade panel demanded that Chile scrap its tax on American wine.",
        "The non-binding resolution asked for tariffs on Chile for its tax on Brazilian wine.",
    ],
)
def test_the_opinion_of_lawmakers_is_no_act_of_their_state(text: str) -> None:
    assert {finding.split()[1] for finding in read(text)} <= {"dialogue"}


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("The Brazilian Senate passed a bill that imposes tariffs on Chilean wine.", "BRA>CHL measure"),
        ("The White House threatened Chile with tariffs on wine.", "USA>CHL threat"),
        ("In a speech to Congress, Trump threatened Chile with tariffs on wine.", "USA>CHL threat"),
        ("Trump told senators that he would impose tariffs on Chilean wine.", "USA>CHL measure"),
        ("Brazil's government accused Chile of dumping wine.", "BRA>CHL accusation"),
    ],
)
def test_laws_and_what_governments_say_to_lawmakers_are_acts(text: str, finding: str) -> None:
    assert finding in read(text)
