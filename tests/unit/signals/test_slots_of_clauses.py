"""Rates and goods that belong to another act of the sentence."""

import pytest

from pipeline.signals import slots


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("a further 40 percent tariff on Peru, to begin on May 1, and a ban on exports of chips", ""),
        ("a further 40 percent tariff, to begin on May 1, and a ban on exports of chips", ""),
        ("a 40 percent tariff, to begin on May 1, on imports of chips", "semiconductors"),
        ("hits all Peruvian goods with a 40% duty, curbs timber exports", ""),
        ("a 40 percent tariff on Peru, including copper", "copper"),
        ("a duty on Peruvian copper and a ban on exports of chips", "copper"),
        ("Tariffs on Steel, Curbs on Chips", "steel"),
    ],
)
def test_a_tariff_on_a_country_is_not_on_goods_of_the_next_act(text: str, product: str) -> None:
    assert slots.find_product(text, "tariff") == product


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Chile withdrew its levy on American banks after Washington threatened duties on Chilean copper", ""),
        ("Chile answered duties on Chilean copper with a levy on American corn", "corn"),
        ("Chilean copper tariffs on Peru take effect", "copper"),
    ],
)
def test_an_act_is_not_on_goods_of_the_actor(text: str, product: str) -> None:
    actors = (text.index("Chile"), text.rindex("Chilean"))
    assert slots.find_product(text, "tariff", actors) == product


@pytest.mark.parametrize(("instrument", "rate"), [("tariff", 20.0), ("export_control", None)])
def test_only_a_tax_has_the_rate_of_a_duty(instrument: str, rate: float | None) -> None:
    assert slots.find_rate("puts a 20 percent duty on Peru and a ban on exports of chips", instrument=instrument) == rate


def test_a_quota_is_cut_by_a_rate() -> None:
    assert slots.find_rate("cut its import quota for Peruvian tin by 20 percent", instrument="import_restriction") == 20.0


@pytest.mark.parametrize(("subject", "rate"), [("Lima must first end its", None), ("it would raise its", 30.0)])
def test_a_rate_that_the_target_is_to_end_is_its_own(subject: str, rate: float | None) -> None:
    text = f"Chile rejected a request of Peru, saying that {subject} 30 percent duty on copper."
    assert slots.find_rate(text, text.index("rejected"), [text.index("Lima") if "Lima" in text else text.index("Peru")]) == rate
