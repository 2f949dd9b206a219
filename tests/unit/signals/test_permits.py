"""Permits that become fewer, goods that escape a restriction, and near-twins."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, RELIEFS, read_pairs


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


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peruvian tea escapes Kenya's new duty", set()),
        ("Kenyan coffee dodges Peru's 15% levy for now", set()),
        ("Canadian oil avoids new U.S. levy", set()),
        ("Kenya's new duty hits Peruvian tea", {"KEN>PER"}),
        ("Peru taxes Kenyan coffee, which dodges nothing", {"PER>KEN"}),
    ],
)
def test_goods_that_escape_a_restriction_are_not_hit(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ESCALATIONS) == pairs
