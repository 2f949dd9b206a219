"""General acts, and goods of one country that look like one."""

import pytest

from pipeline.signals.scope import find_scope
from tests.unit.signals.reading import read_pairs


@pytest.mark.parametrize(
    "text",
    [
        "Canada will cut the duty on Peruvian imports and will keep its suspension of other duties on Peruvian imports.",
        "Canada will lower its tariffs on Peruvian tile imports and will maintain the suspension of its quota for Peru.",
        "Canada lowered its duty on imports from Peru, and keeps the pause on its duty on bricks from Peru.",
        "Canada decides that imports of tiles that are the product of Peru shall be exempt from its duty, while it raises that on bricks.",
    ],
)
def test_goods_of_one_country_are_not_those_of_all(text: str) -> None:
    assert read_pairs(text, {"easing"}) == {"CAN>PER"}


@pytest.mark.parametrize(
    "text",
    [
        "Canada lowered its tariffs on all imports, and raised its duty on tiles from Peru.",
        "Canada cuts the tariffs on all countries but keeps those on Peruvian imports.",
    ],
)
def test_what_is_raised_for_one_country_is_lowered_for_the_others(text: str) -> None:
    assert "CAN>*" in read_pairs(text, {"easing"})
    assert "CAN>PER" not in read_pairs(text, {"easing"})


def test_who_is_excluded_from_an_act_is_spared_by_it() -> None:
    scope = find_scope("The President decided on excluding Jordan from this action, so that imports of its tiles remain free.")
    assert scope is not None
    assert (scope.left_out, scope.spared) == (frozenset(), frozenset({"JOR"}))
    scope = find_scope("The President taxed imports of tiles from all countries, excluding Jordan.")
    assert scope is not None
    assert (scope.left_out, scope.spared) == (frozenset({"JOR"}), frozenset())


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("Any imports of tiles and other derivative products of clay that are the product of Peru or Chile will be taxed.", {"PER", "CHL"}),
        ("Canada will tax all imports of tiles from Peru.", {"PER"}),
        ("Canada will tax Peruvian imports.", {"PER"}),
        ("Canada will tax imports from all countries, and those of tiles from Peru at 40 percent.", set()),
        ("Canada will tax all imports except those from Peru.", set()),
        ("Peru's exporters fear that Canada will tax all imports.", set()),
    ],
)
def test_goods_are_from_the_countries_named_with_them(text: str, targets: set[str]) -> None:
    scope = find_scope(text)
    assert scope is not None
    assert scope.origins == targets


def test_a_state_that_imports_is_no_target() -> None:
    assert read_pairs("Canada raised the tariff on Canadian imports of foreign cars to 40 percent.", {"measure"}) == {"CAN>*"}


def test_partners_that_are_only_mentioned_are_no_targets() -> None:
    text = "Canada talked to Peru and Chile, and the trading partners will pay a lower duty of 9 percent."
    assert read_pairs(text, {"easing"}) <= {"CAN>PER", "CAN>CHL"}
    assert "CAN>*" in read_pairs("Canada lowered its duty on all trading partners, and that on Peru to 9 percent.", {"easing"})


def test_the_largest_partner_is_one_country() -> None:
    assert find_scope("Canada raised the duty on tiles, a change that hits Peru, the largest foreign supplier of tiles.") is None
    assert find_scope("Canada raised the duty on tiles of its largest trading partners.") is not None
    assert find_scope("Canada raised the duty on tiles of any foreign supplier.") is not None
