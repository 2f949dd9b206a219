"""Permits that become fewer, and near-twins."""

import pytest

from tests.unit.signals.reading import RELIEFS, read_pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peru shortened the list of Kenyan goods exempt from its duty.", set()),
        ("Peru slashed the number of Kenyan mills allowed to sell it tea.", set()),
        ("Peru shortened the list of Kenyan goods that it taxes.", {"PER>KEN"}),
        ("Peru exempts Kenyan tea from its duty.", {"PER>KEN"}),
    ],
)
def test_fewer_exemptions_and_permits_are_no_relief(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == pairs
