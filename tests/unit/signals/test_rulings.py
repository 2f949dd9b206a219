"""What a court decides or only hears."""

import pytest

from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("A federal court ruled on Monday that President Trump's tariffs on Chilean goods are illegal.", {"USA>CHL easing"}),
        ("Trump lacked authority to impose tariffs on Chile, court rules", {"USA>CHL easing"}),
        ("A judge declared Trump's tariffs on Chile unlawful, saying that only Congress can impose them.", {"USA>CHL easing"}),
        ("Appeals court reinstates Trump's tariffs on Chile", {"USA>CHL measure"}),
        ("Trump acts within the law and imposes tariffs on Chile", {"USA>CHL measure"}),
        ("Court to decide whether Trump's tariffs on Chile are illegal", set()),
    ],
)
def test_a_court_that_denies_a_power_ends_the_restriction(text: str, signals: set[str]) -> None:
    assert {finding for finding in read(text) if finding.split()[1] in {"measure", "easing"}} == signals
