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
    assert slots.find_product(text, "tariff", actors, kind="measure") == product


@pytest.mark.parametrize(("instrument", "rate"), [("tariff", 20.0), ("export_control", None)])
def test_only_a_tax_has_the_rate_of_a_duty(instrument: str, rate: float | None) -> None:
    assert slots.find_rate("puts a 20 percent duty on Peru and a ban on exports of chips", instrument=instrument) == rate


def test_a_quota_is_cut_by_a_rate() -> None:
    assert slots.find_rate("cut its import quota for Peruvian tin by 20 percent", instrument="import_restriction") == 20.0


@pytest.mark.parametrize(("subject", "rate"), [("Lima must first end its", None), ("it would raise its", 30.0)])
def test_a_rate_that_the_target_is_to_end_is_its_own(subject: str, rate: float | None) -> None:
    text = f"Chile rejected a request of Peru, saying that {subject} 30 percent duty on copper."
    assert slots.find_rate(text, text.index("rejected"), [text.index("Lima") if "Lima" in text else text.index("Peru")]) == rate


@pytest.mark.parametrize(
    ("text", "act", "left"),
    [
        ("Peru cuts a fee after Chile eases a duty on tin", "cuts", "Peru cuts a fee"),
        ("Peru cuts a fee after Chile eases a duty on tin", "eases", "after Chile eases a duty on tin"),
        ("After Chile eased a duty on tin, Peru cut a fee", "cut", ", Peru cut a fee"),
        ("Peru, as Chile cuts a duty on tin, raises a fee", "raises", "Peru,, raises a fee"),
        ("Peru taxes exporters such as Chile on tin", "taxes", "Peru taxes exporters such as Chile on tin"),
    ],
)
def test_other_clauses_than_that_of_an_act_are_blanked(text: str, act: str, left: str) -> None:
    names = [text.index("Peru"), text.index("Chile")]
    clause = slots.keep_clause(text, text.index(act), names)
    assert len(clause) == len(text)
    assert "".join(clause.split()) == "".join(left.split())


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("a duty of 25% on Peruvian goods and 10% on tea and copper", ""),
        ("a duty of 25% on Peruvian copper and 10% on tea", "copper"),
        ("a duty of 25% on copper, down from 40% on tea", "copper"),
    ],
)
def test_goods_with_a_rate_of_their_own_are_of_another_act(text: str, product: str) -> None:
    assert slots.find_product(text, "tariff", rate=25.0) == product


@pytest.mark.parametrize(("word", "value"), [("taxes", 20e9), ("threatens", 30e9)])
def test_an_amount_is_that_of_the_nearest_act(word: str, value: float) -> None:
    text = "Peru taxes $20 billion of Chilean goods and threatens $30 billion more"
    assert slots.find_dollars(text, text.index(word)) == value


@pytest.mark.parametrize(
    "text",
    [
        "suspends its 50 percent rule on firms",
        "firms owned by at least 50%",
        "a 50%-owned firm",
        "a 15% cut of chip sales",
        "a 49 percent stake",
    ],
)
def test_a_share_of_a_firm_or_of_sales_is_no_rate(text: str) -> None:
    assert slots.find_rate(text) is None


@pytest.mark.parametrize("text", ["a 15% cut of tariffs", "a 50% duty on goods of firms it rules", "taxes goods of owners at 50%"])
def test_a_rate_next_to_other_words_stays(text: str) -> None:
    assert slots.find_rate(text) is not None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Peru's Senate approves a duty on Chilean tin", "proposed"),
        ("Peru's lower house has passed a duty on Chilean tin", "proposed"),
        ("A 60% duty on Chilean tin sounds about right", "proposed"),
        ("The White House approves a duty on Chilean tin", "announced"),
        ("The Senate and the House approved a duty on Chilean tin", "announced"),
        ("Peru's congress approves a duty on Chilean tin", "announced"),
        ("The Senate heard that Peru approved a duty on Chilean tin", "announced"),
    ],
)
def test_a_bill_of_one_chamber_is_proposed(text: str, status: str) -> None:
    assert slots.correct_status(text, "measure", "announced") == status


@pytest.mark.parametrize(
    ("text", "instrument"),
    [
        ("hits Peru with non-tariff measures", "other"),
        ("hits Peru with tariff and non-tariff measures", "tariff"),
        ("puts a 5% charge and non-tariff barriers on Peru", "tariff"),
    ],
)
def test_a_non_tariff_measure_is_no_tariff(text: str, instrument: str) -> None:
    assert slots.correct_instrument(text, "tariff") == instrument


@pytest.mark.parametrize("goods", ["branded drugs", "drug prices", "drugmakers", "drugs", "drugs and medical devices", "medicines"])
def test_drugs_are_medicines(goods: str) -> None:
    assert slots.find_product(f"a tariff on {goods} from Peru") == "pharmaceuticals"


@pytest.mark.parametrize(
    "text",
    ["Peru did not cooperate on drugs", "the flow of drugs", "drugs and migrants", "drugs flowing north", "illicit drugs", "a drug cartel"],
)
def test_narcotics_are_no_goods(text: str) -> None:
    assert slots.find_product(text) == ""


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Chile will charge Peruvian goods, responding within hours to the duties on copper", ""),
        ("a dollar-for-dollar reply to the duties that Lima put on all copper and corn", ""),
        ("the last touches to its countermeasures against the earlier duties on copper", ""),
        ("Chile tells WTO it may hit Peruvian goods over copper and corn duties", ""),
        ("Chile hits back at copper tariffs with duties on corn", "corn"),
        ("Chile answers with a tariff on copper", "copper"),
        ("Chile retaliates against Peruvian corn", "corn"),
        ("Chile hits Peru with duties for its copper", "copper"),
    ],
)
def test_goods_of_an_answered_act_are_not_those_of_the_answer(text: str, product: str) -> None:
    assert slots.find_product(text, "tariff") == product


def test_cranes_that_unload_ships_are_no_ships() -> None:
    assert slots.find_product("a tariff on ship-to-shore cranes from Peru", "tariff") == "cranes"
    assert slots.find_product("a fee on ships from Peru", "services_transport") == "ships"


@pytest.mark.parametrize(
    ("text", "goods"),
    [("a duty on small parcels from Peru", "parcels"), ("ends the relief for parcels", "parcels"), ("parcels of land", "")],
)
def test_parcels_are_goods_unless_of_land(text: str, goods: str) -> None:
    assert slots.find_product(text, "tariff") == goods


@pytest.mark.parametrize(
    ("text", "kind", "product"),
    [
        ("Chile imposed a duty on Peru but exempted aircraft", "measure", ""),
        ("Chile imposed a duty on Peru, excluding aircraft and copper", "measure", ""),
        ("Chile threatens all Peruvian goods except copper with a duty", "threat", ""),
        ("Chile imposed a duty on previously exempted Peruvian copper", "measure", "copper"),
        ("Chile exempted Peruvian copper from its duty", "easing", "copper"),
    ],
)
def test_spared_goods_are_not_those_of_the_restriction(text: str, kind: str, product: str) -> None:
    assert slots.find_product(text, "tariff", kind=kind) == product
