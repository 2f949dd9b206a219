"""Debts, which are no trade policy."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "Peru and Norway signed an agreement to reschedule 90 million crowns of Peru's official debt.",
        "Peru opens talks with Norway to reschedule its debt",
        "Peru's minister travelled to Oslo for talks with creditor banks about new loans.",
    ],
)
def test_who_owes_or_lends_money_does_nothing_to_trade(text: str) -> None:
    assert read(f"Peru and Norway trade fish.\n{text}") == set()


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Peru and Norway signed a trade agreement and spoke of Peru's debt.", "PER>NOR agreement"),
        ("Norway banned its investors from buying new debt of Russian state firms.", "NOR>RUS measure"),
        ("Norway will lower its tariffs on Peruvian fish in return for the repayment of loans.", "NOR>PER easing"),
    ],
)
def test_trade_and_bans_next_to_debts_count(text: str, finding: str) -> None:
    assert finding in read(text)
