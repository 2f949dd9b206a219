import pytest

from pipeline.signals import slots


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("a 25 percent duty", 25.0),
        ("duties of 6.1%", 6.1),
        ("a 10-percent levy", 10.0),
        ("a duty of 1,200 percent", 1200.0),
        ("a duty of .5 percent", 0.5),
        ("a duty of 2,5 percent", None),
        ("duties of 5%,7%", 5.0),
        ("a 30 pct duty", 30.0),
        ("a 30pc duty", 30.0),
        ("a 30\u00a0% duty", 30.0),
        ("30 PC makers", None),
        ("It raised duties.25% is the rate.", 25.0),
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
        ("raises the rate from an additional 10 percent ad valorem to an additional 25 percent ad valorem", 25.0),
        ("84 percent, up from the 34 percent that it had planned", 84.0),
        ("puts back a duty of 10 percent in lieu of 25 percent", 10.0),
        ("heading 12 is amended by deleting \u201c15%\u201d and by inserting \u201c45%\u201d in lieu thereof", 45.0),
        ('note 3 is amended by striking out "the 20 percent" and inserting "35 percent"', 35.0),
        ("adds 40 points to the 10 percent duty already charged", 40.0),
        ("payments equal to 89% of its annual income", None),
        ("a duty of 15 percent of the value", 15.0),
        ("suspends 24 percent of that rate", 24.0),
        ("matches the tariff with 25 per cent of its own", 25.0),
        ("will add 10 to 15 percent", 15.0),
        ("answers with duties after the 10 percent levy of Ruritania", None),
        ("after a 10 percent levy, it put 34 percent on steel", 34.0),
    ],
)
def test_former_rates_and_those_of_other_acts_do_not_count(text: str, rate: float | None) -> None:
    assert slots.find_rate(text) == rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Zubrowka answers Ruritania's 25 percent tariff", None),
        ("Zubrowka answers Ruritania's new duties of 25 percent", None),
        ("Zubrowka reacts, with the Ruritania duty on Zubrowkan goods set to reach 104 percent", None),
        ("Zubrowka will charge 84 percent after the Ruritania rate on Zubrowkan goods climbed to 104 percent", 84.0),
        ("Zubrowka raises Ruritania tariffs to 25 percent", 25.0),
        ("Zubrowka: Ruritania's steel faces tariffs of 25 percent", 25.0),
    ],
)
def test_a_rate_of_the_other_sides_duty_does_not_count(text: str, rate: float | None) -> None:
    actors = [at for at in range(len(text)) if text.startswith("Zubrowka", at)]
    assert slots.find_rate(text, targets=[text.index("Ruritania")], actors=actors) == rate


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
        ("a 25 percent tariff on India, and a penalty over Russian oil", ""),
        ("a 100 percent tariff, and a ban on films, in reply to curbs on rare earths", "films"),
        ("duties on rapeseed oil, oil cakes and peas", "canola"),
        ("a truce on palm oil", "vegetable oil"),
        ("may suspend concessions in answer to 25 percent tariffs on steel, aluminum and their derivatives", ""),
        ("may tax wine in answer to tariffs on steel, aluminum or copper", "wine"),
        ("imported passenger vehicles", "autos"),
        ("a tariff dispute over lumber", "lumber"),
    ],
)
def test_products_have_short_names(text: str, product: str) -> None:
    assert slots.find_product(text) == product


@pytest.mark.parametrize(
    ("instrument", "product"), [("tariff", ""), ("export_control", "software")], ids=["the tariff is general", "the control is on software"]
)
def test_goods_of_another_restriction_are_not_taxed(instrument: str, product: str) -> None:
    text = "will impose a tariff of 100 percent on all Zubrowkan goods from May 1, and controls on exports of software"
    assert slots.find_product(text, instrument) == product


def test_goods_among_those_taxed_are_named() -> None:
    assert slots.find_product("a tariff on Zubrowkan goods, among them steel", "tariff") == "steel"


def test_retaliation_and_conditions_are_detected() -> None:
    assert slots.is_retaliation("China hit back with levies")
    assert not slots.is_retaliation("China levied tariffs")
    assert slots.is_conditional("unless Beijing yields")
    assert not slots.is_conditional("Beijing yields")
