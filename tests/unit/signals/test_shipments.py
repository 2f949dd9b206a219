"""What goods pay that one state sells to another, and what says something else with the same words."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, RELIEFS, read, read_pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peruvian tin shipped to Norway will be taxed at 9 percent from Monday.", {"NOR>PER"}),
        ("Imports of Peruvian tin into Norway will face a 9 percent duty.", {"NOR>PER"}),
        ("Tomatoes exported from Kenya to Norway will be charged 17 percent.", {"NOR>KEN"}),
        ("Kenya's exports of tea to Norway were hit by a new duty.", {"NOR>KEN"}),
        ("Peruvian tin shipped to Norway will pay 0.5 percent.", {"NOR>PER"}),
        ("Chilean copper bound for Norway was hit with a 50 percent tariff.", {"NOR>CHL"}),
        ("Canadian lumber sold in Japan now faces a duty of 35 percent.", {"JPN>CAN"}),
        ("Peruvian tin shipped to Norway could be taxed at 9 percent.", set()),
        ("Peruvian tin shipped to Norway will not be taxed.", set()),
        ("Norwegian salmon exports to Japan were hit by bad weather.", set()),
        ("Growers in Kenya say tea sold to Peru will be hit by taxes at home.", set()),
        ("Kenyan tea bound for Peru is charged a fee of 2 percent by the shipping line.", set()),
    ],
)
def test_goods_pay_the_duty_of_their_buyer(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, ("measure",)) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("American goods shipped to Vietnam will pay no tariff.", {"VNM>USA"}),
        ("Wine exported from Chile to Norway will pay a lower duty from Monday.", {"NOR>CHL"}),
        ("Cars shipped from Japan to the US now pay 15 percent instead of 27.5 percent.", {"USA>JPN"}),
    ],
)
def test_goods_that_pay_less_or_nothing_are_relieved(text: str, pairs: set[str]) -> None:
    assert read_pairs(text, RELIEFS) == pairs
    assert not read_pairs(text, ESCALATIONS)


def test_a_deadline_that_is_pushed_back_is_relief() -> None:
    assert read("Trump pushes back deadline for tariffs on Mexico to August.") == {"USA>MEX easing"}


def test_who_pushes_back_against_a_tariff_eases_nothing() -> None:
    assert not read_pairs("The United States pushed back against Brazil's new tariff on ethanol.", RELIEFS)


def test_a_duty_that_is_still_to_begin_is_no_news() -> None:
    assert read("Washington gave Seoul another 30 days before tariffs kick in.") == {"USA>KOR easing"}
    assert read("Norway's duty on Peruvian tin takes effect days before talks.") == {"NOR>PER measure"}
