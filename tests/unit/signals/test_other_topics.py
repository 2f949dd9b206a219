"""Talks and disputes about culture, persons or wars."""

import pytest

from tests.unit.signals.reading import read_pairs


@pytest.mark.parametrize(
    "sentence",
    [
        "Peru's foreign minister met his Kenyan counterpart, and both exchanged views on the war in Sudan.",
        "Peru and Kenya held talks on student exchanges and a film festival.",
        "Peru prolonged its asset freezes and travel restrictions on nine Kenyan officials.",
        "Peru condemned the decision of Kenya to recall its ambassador.",
        "Peru urges Kenya to stop its suppression of Peruvian students.",
        "Peru calls on Kenya to lift its restrictions on humanitarian staff.",
    ],
)
def test_what_is_about_no_trade_is_no_signal(sentence: str) -> None:
    assert read_pairs(sentence) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "Peru's foreign minister met his Kenyan counterpart, and both exchanged views on the duty on tea and the war in Sudan.",
        "Peru and Kenya held talks on trade and a film festival.",
        "Peru condemned the decision of Kenya to ban imports of Peruvian fish.",
        "Peru urges Kenya to stop its suppression of Peruvian exports.",
    ],
)
def test_what_is_about_trade_too_is_a_signal(sentence: str) -> None:
    assert "PER>KEN" in read_pairs(sentence)
