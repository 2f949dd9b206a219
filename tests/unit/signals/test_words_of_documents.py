"""Months and orders that documents name."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The US notice of May 4 placed no new duty on Peruvian tin.", set()),
        ("The United States may place a duty on Peruvian tin.", {"USA>PER threat"}),
        ("US May Place Duty on Peruvian Tin", {"USA>PER threat"}),
    ],
)
def test_may_is_a_threat_only_as_a_verb(sentence: str, expected: set[str]) -> None:
    assert asserted(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The US anti-dumping duty order on wire from Peru is revoked.", {"USA>PER easing"}),
        ("The United States revoked its orders of Peruvian tin.", {"USA>PER measure"}),
    ],
)
def test_who_revokes_an_anti_dumping_order_buys_no_less(sentence: str, expected: set[str]) -> None:
    assert asserted(sentence) == expected
