"""Demands, bans and inquiries about people, and near-twins about goods."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "twin", "signal"),
    [
        ("Peru extends its ban on Chilean football fans by a month.", "Peru extends its ban on Chilean wine by a month.", "measure"),
        ("Peru bans Chilean hooligans from its stadiums.", "Peru bans Chilean wine from its shops.", "measure"),
        (
            "Peru opened an investigation into an official who took grapes from Chile as a gift.",
            "Peru opened an investigation into the dumping of grapes by Chile.",
            "investigation",
        ),
        (
            "Peru urged Chile to release two fishermen; tariffs were left for another day.",
            "Peru urged Chile to release two shipments; tariffs were left for another day.",
            "demand",
        ),
        (
            "Peru urged Chile not to execute two of its citizens; the wine duty did not come up.",
            "Peru urged Chile to execute the trade pact; the wine duty did not come up.",
            "demand",
        ),
        ("Peru walks out of climate talks with Chile", "Peru walks out of trade talks with Chile", "refusal"),
    ],
)
def test_what_is_done_about_people_is_no_trade_policy(text: str, twin: str, signal: str) -> None:
    assert read(text) == set()
    assert f"PER>CHL {signal}" in read(twin)
