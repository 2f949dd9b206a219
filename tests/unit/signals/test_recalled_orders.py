"""What an order recalls of earlier ones."""

from datetime import date

import pytest

from pipeline.signals.dates import is_past_event

DAY = date(2026, 5, 31)


@pytest.mark.parametrize(
    ("sentence", "is_back"),
    [
        ("The proclamation further stated that any country is welcome to discuss other ways to adjust imports of tiles.", True),
        ("Proclamation 1234, as amended, also provided that tiles of Peru shall be exempt from the tariff.", True),
        ("In subsequent proclamations, the President adjusted the tariffs on tiles from Peru.", True),
        ("The proclamation imposes a tariff on tiles from Peru.", False),
        ("The order directs the Secretary to provide relief for tiles from Peru.", False),
    ],
)
def test_what_an_order_stated_is_history(sentence: str, is_back: bool) -> None:
    assert is_past_event(sentence, DAY) is is_back
