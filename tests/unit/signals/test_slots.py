import pytest

from pipeline.signals import slots


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("a 25 percent duty", 25.0),
        ("duties of 6.1%", 6.1),
        ("a 10-percent levy", 10.0),
        ("a duty of 1,200 percent", 1200.0),
        ("steep duties", None),
        ("in 2018", None),
    ],
)
def test_rates_are_found(text: str, rate: float | None) -> None:
    assert slots.find_rate(text) == rate


def test_the_rate_nearest_to_the_act_counts() -> None:
    text = "after a 10 percent levy it put 34 percent on steel"
    assert slots.find_rate(text, text.index("put")) == 34.0


@pytest.mark.parametrize(
    ("text", "target", "rate"),
    [
        ("put 25 percent tariffs on Zubrowka and 10 percent on Ruritania", "Ruritania", 10.0),
        ("put 25 percent tariffs on Zubrowka and 10 percent on Ruritania", "Zubrowka", 25.0),
        ("put 25% tariffs on goods from Zubrowka and a 10% tariff on those from Ruritania", "Ruritania", 10.0),
        ("put a tariff of 10 percent, in an answer to Ruritania", "Ruritania", 10.0),
    ],
)
def test_the_rate_on_the_target_counts(text: str, target: str, rate: float) -> None:
    assert slots.find_rate(text, targets=[text.index(target)]) == rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("raises duties from 34% to 84%", 84.0),
        ("answers with duties after the 10 percent levy of Ruritania", None),
        ("after a 10 percent levy, it put 34 percent on steel", 34.0),
    ],
)
def test_former_rates_and_those_of_other_acts_do_not_count(text: str, rate: float | None) -> None:
    assert slots.find_rate(text) == rate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$200 billion of goods", 2e11),
        ("US$30 billion", 3e10),
        ("16.3 billion U.S. dollars", 1.63e10),
        ("C$30 billion", None),
        ("93 billion euros", None),
        ("tariffs on €21 billion, or $23 billion", 2.3e10),
        ("USD 2.4 billion", 2.4e9),
        ("$1,500", 1500.0),
        ("a $100-million contract", 1e8),
        ("USD 1.234.567", None),
        ("$1,5 billion", None),
        ("1.234.567 million dollars", None),
        ("$" + "9" * 400, None),
        ("12 tons", None),
    ],
)
def test_amounts_of_us_dollars_are_found(text: str, value: float | None) -> None:
    assert slots.find_dollars(text) == value


def test_a_long_row_of_digits_is_no_rate() -> None:
    assert slots.find_rate(f"raises duties to {'9' * 400} percent") is None
    assert slots.find_rates(f"duties of {'9' * 400} and 25 percent") == [25.0]


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("tariffs on soya beans", "soybeans"),
        ("Chinese EVs", "electric vehicles"),
        ("a duty on barley", "barley"),
        ("fees on Chinese ships", "ships"),
        ("a waiver that lets them ship American chips", "semiconductors"),
        ("a licence to ship gallium", "gallium"),
        ("the treaty", ""),
        ("a 25% tariff on India over its purchases of Russian oil", ""),
        ("tariffs on Chinese goods in reply to Beijing's new curbs on rare earths", ""),
        ("a tariff on steel over subsidies", "steel"),
        ("a tariff dispute over lumber", "lumber"),
    ],
)
def test_products_have_short_names(text: str, product: str) -> None:
    assert slots.find_product(text) == product


def test_retaliation_and_conditions_are_detected() -> None:
    assert slots.is_retaliation("China hit back with levies")
    assert not slots.is_retaliation("China levied tariffs")
    assert slots.is_conditional("unless Beijing yields")
    assert not slots.is_conditional("Beijing yields")
