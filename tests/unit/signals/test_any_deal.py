"""Deals that nobody has made, and deals made."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    "text",
    [
        "A trade deal with Peru will change Norway for the better",
        "A free trade pact, backed by Peru and Norway, would open new markets for both.",
    ],
)
def test_what_any_deal_would_do_is_no_agreement(text: str) -> None:
    assert {finding.split()[1] for finding in read(text)} <= {"dialogue"}


@pytest.mark.parametrize(
    "text",
    [
        "A trade deal signed by Peru and Norway on Monday will lower duties on fish.",
        "Peru and Norway signed a trade deal that will lower duties on fish.",
    ],
)
def test_what_a_signed_deal_will_do_is_an_agreement(text: str) -> None:
    assert "NOR>PER agreement" in read(text)
