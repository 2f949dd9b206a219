"""What a court decides or only hears."""

import pytest

from tests.unit.signals.reading import asserted, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("A federal court ruled on Monday that President Trump's tariffs on Chilean goods are illegal.", {"USA>CHL easing"}),
        ("Trump lacked authority to impose tariffs on Chile, court rules", {"USA>CHL easing"}),
        ("A judge declared Trump's tariffs on Chile unlawful, saying that only Congress can impose them.", {"USA>CHL easing"}),
        ("Most Trump tariffs are not legal, US trade court rules", {"USA>* easing"}),
        ("Judges find Trump tariffs exceed his powers", {"USA>* easing"}),
        ("Court voids Trump tariffs", {"USA>* easing"}),
        ("Trump tariffs blocked by US trade court", {"USA>* easing"}),
        ("A U.S. trade court directed the administration to stop collecting its duties on Chilean goods.", {"USA>CHL easing"}),
        ("A panel at the U.S. trade court gave the government 10 days to stop collecting the duties on Chile.", {"USA>CHL easing"}),
        ("Court pauses ruling against Trump tariffs", set()),
        ("Trump blasts judges who ruled tariffs illegal", set()),
        ("Appeals court reinstates Trump's tariffs on Chile", {"USA>CHL measure"}),
        ("Trump acts within the law and imposes tariffs on Chile", {"USA>CHL measure"}),
        ("Court to decide whether Trump's tariffs on Chile are illegal", set()),
    ],
)
def test_a_court_that_denies_a_power_ends_the_restriction(text: str, signals: set[str]) -> None:
    assert {finding for finding in read(text) if finding.split()[1] in {"measure", "easing"}} == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Chile's top court allowed the duty on Peruvian tin to remain in effect.", {"CHL>PER refusal"}),
        ("Appeals court lets Trump's tariffs on Peru stand", {"USA>PER refusal"}),
        ("The Supreme Court upheld the tariffs on Peruvian tin.", {"USA>PER refusal"}),
        ("Chile's top court struck down the duty on Peruvian tin.", {"CHL>PER easing"}),
        ("Chile's top court allowed imports of Peruvian tin.", {"CHL>PER easing"}),
    ],
)
def test_a_court_that_lets_a_duty_stand_declines_relief(text: str, signals: set[str]) -> None:
    assert {finding for finding in read(text) if finding.split()[1] in {"refusal", "easing"}} == signals


def test_a_court_that_has_not_decided_refuses_nothing() -> None:
    text = "Chile's top court was asked to let the duty on Peruvian tin stand."
    assert "CHL>PER refusal" not in asserted(text) | read(text)
    assert "CHL>PER refusal" not in read("Chile's top court will decide whether to let the duty on Peruvian tin stand.")


def test_who_lost_before_the_world_trade_organization_opens_no_inquiry() -> None:
    text = "The WTO sided with Peru and found that Chile's anti-dumping duties on its tin broke the rules."
    assert read(text) == {"PER>CHL investigation"}
    assert "CHL>PER investigation" in read("Chile opens inquiry into Peruvian tin over WTO rules")


def test_a_state_that_has_its_own_firms_act_acts() -> None:
    assert read("Peru asks state firms to suspend purchases of Chilean wheat") == {"PER>CHL measure"}
    assert "PER>CHL measure" not in read("Peru asks Chilean firms to suspend purchases of wheat")
    assert "PER>CHL measure" in asserted("Peru was forced to take countermeasures against Chile.")
