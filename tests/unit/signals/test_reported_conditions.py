"""What officials say will follow from a condition, and what others foresee."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway's minister said that if Peru raises its duty on salmon, Oslo will hit back.", {"NOR>PER threat"}),
        ("Norway's minister said that unless Peru lowers its duty on salmon, Oslo will tax Peruvian copper.", {"NOR>PER threat"}),
        ("Norway's minister said that if Peru raises its duty on salmon, prices will rise.", set()),
        ("Analysts said that if Peru taxes salmon, Norway will impose duties on Peruvian copper.", set()),
        ("Norway's minister confirmed that after weeks of quarrels, Oslo has suspended its duty on Peruvian copper.", {"NOR>PER easing"}),
    ],
)
def test_after_that_a_condition_ends_at_its_comma(text: str, signals: set[str]) -> None:
    assert {finding for finding in asserted(text) if not finding.endswith("accusation")} == signals
