"""A state that matches another's restriction on a third."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, read_pairs


@pytest.mark.parametrize("verb", ["may match", "mirrors", "threatens to copy"])
def test_who_matches_a_restriction_on_a_third_does_not_aim_at_its_owner(verb: str) -> None:
    assert "CAN>USA" not in read_pairs(f"Canada {verb} American tariffs on Chinese drones.", ESCALATIONS)


def test_who_matches_a_restriction_on_itself_answers_its_owner() -> None:
    assert "CAN>USA" in read_pairs("Canada matches American tariffs on Canadian drones.", ESCALATIONS)
