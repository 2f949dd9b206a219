"""Restrictions that may return, and other things that come back."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "is_threat"),
    [
        ("Norway said its tariffs on Chilean copper could come back if Chile broke its word.", True),
        ("Oslo says its duty on Chilean copper would snap back if prices fell.", True),
        ("Analysts said Norway's tariffs on Chilean copper could come back if Chile broke its word.", False),
        ("Norway cut its tariffs and Chilean copper came back to its ports.", False),
        ("Norwegian buyers could come back if Norway cut its duty on Chilean copper.", False),
    ],
)
def test_a_restriction_that_may_come_back_is_a_threat(text: str, is_threat: bool) -> None:
    assert bool({"NOR>CHL threat", "NOR>CHL measure"} & read(text)) == is_threat
