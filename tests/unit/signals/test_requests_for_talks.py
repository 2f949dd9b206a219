"""Requests for talks alone, and near-twins with a demand."""

import pytest

from tests.unit.signals.reading import read

DEMAND = "PER>CHL demand"


@pytest.mark.parametrize(
    "text",
    [
        "Peru urged Chile to return to talks on wine duties.",
        "Peru called on Chile to resume talks on wine.",
        "Peru appealed to Chile to come back to the table over its wine duty.",
        "Peru demanded talks with Chile on wine.",
    ],
)
def test_who_only_asks_for_talks_makes_no_demand(text: str) -> None:
    assert DEMAND not in read(text)


@pytest.mark.parametrize(
    "text",
    [
        "Peru urged Chile to drop its duty and return to talks.",
        "Peru urges Chile to stop its threats and return to the table.",
        "Peru called on Chile to lift its wine duty before talks.",
        "Peru urged Chile to return to talks and open its market.",
    ],
)
def test_who_asks_for_more_than_talks_demands_it(text: str) -> None:
    assert DEMAND in read(text)
