"""Names of countries in sums of money."""

import pytest

from pipeline.signals.actors import find_mentions


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Peru raised its duty on goods worth 5 million US dollars.", ["PER"]),
        ("Peru raised its duty on 300 mln U.S. dlrs of tin from Norway.", ["PER", "NOR"]),
        ("Peru sold US dollars to the United States.", ["PER", "USA", "USA"]),
    ],
)
def test_a_sum_of_money_names_no_country(text: str, codes: list[str]) -> None:
    assert [mention.code for mention in find_mentions(text, None)] == codes
