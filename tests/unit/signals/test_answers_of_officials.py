"""Questions to officials, and near-twins in which the answer is an act."""

import pytest

from tests.unit.signals.reading import read

MINISTER = "Peru's trade minister"


@pytest.mark.parametrize(
    ("answer", "signals"),
    [
        ('said: "No, no."', set()),
        ("left the podium without a word.", set()),
        ('said: "Ask me about football."', set()),
        ('said: "Tax it? With what law? Never."', set()),
        ('said: "Yes, and soon."', {"PER>CHL threat"}),
        ("said all options were on the table.", {"PER>CHL threat"}),
        ("said it was considering tariffs.", {"PER>CHL threat"}),
    ],
)
def test_who_answers_with_no_or_not_at_all_does_nothing(answer: str, signals: set[str]) -> None:
    assert read(f"Asked whether Peru would tax Chilean wine, {MINISTER} {answer}") == signals


def test_who_says_no_to_relief_refuses() -> None:
    assert read(f'Asked if Peru would lift its duty on Chilean wine, {MINISTER} said: "No."') == {"PER>CHL refusal"}
    assert read(f'Asked about the duty on its fish, {MINISTER} said: "Chile is being unfair."') == {"PER>CHL accusation"}
