"""Countries that a sentence names, but at which its act is not aimed."""

import pytest

from pipeline.signals.readers.rules.bystanders import _COMPANY
from tests.unit.signals.reading import find, read, read_pairs


def _escalations(text: str) -> set[str]:
    """Who restricts or threatens whom in a text."""
    findings = find("both", text).to_dicts()
    return {
        f"{f['actor']}>{f['target']}"
        for f in findings
        if f["modality"] == "asserted" and f["kind"] in {"measure", "threat", "investigation"}
    }


@pytest.mark.parametrize(
    "text",
    [
        "Canada imposed a 25 percent tariff on India over Russian oil.",
        "Canada imposed a tariff on Indian goods because of India's imports of Russian oil.",
        "Canada imposed a tariff on Indian goods for buying discounted Russian crude.",
        "Canada imposed a tariff on Indian goods under the pretext of its purchases of Iranian and Russian oil.",
    ],
)
def test_a_state_whose_goods_are_the_reason_is_no_target(text: str) -> None:
    assert _escalations(text) == {"CAN>IND"}


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Canada banned imports of Russian oil.", "CAN>RUS"),
        ("Canada opened an inquiry into dumping over imports of Russian steel.", "CAN>RUS"),
        ("Beijing imposed new export curbs on German buyers of gallium.", "CHN>DEU"),
    ],
)
def test_a_state_whose_goods_or_buyers_suffer_is_the_target(text: str, pair: str) -> None:
    assert _escalations(text) == {pair}


def test_a_state_with_which_any_country_may_trade_is_no_target() -> None:
    assert _escalations("Canada will tax any country that buys Iranian oil.") == {"CAN>*"}
    assert "CAN>RUS" not in _escalations("Canada imposed tariffs on Russian oil buyers.")
    assert "CAN>RUS" not in _escalations("Canada imposed tariffs on buyers of Russian oil.")


def test_a_state_with_which_another_acts_is_no_target() -> None:
    text = "Russia attacked. Canada imposed export controls in close coordination with Japan, the European Union and Brazil."
    assert _escalations(text).isdisjoint({"CAN>JPN", "CAN>EUN", "CAN>BRA"})
    assert _escalations("Canada imposed export controls on Japan in close coordination with Brazil.") == {"CAN>JPN"}
    assert "CAN>JPN" in _escalations("Canada imposed export controls on Japan and ended its partnership with Japan.")


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        (
            "Canada, tired of dependence on the United States, signed a free trade agreement with Chile on Monday.",
            {"CAN>CHL", "CHL>CAN"},
        ),
        ("Chile and Norway agree to cut tariffs on fish as a counterweight to China", {"CHL>NOR", "NOR>CHL"}),
        ("Norway restricts copper exports to Chile, aligning with US curbs", {"NOR>CHL"}),
        ("Norway suspended imports of Chilean chicken on Friday, joining Japan and Mexico", {"NOR>CHL"}),
        ("Norway approves tariffs on Chilean steel, an effort to placate the Trump administration", {"NOR>CHL"}),
        ("Vietnam to buy American corn to placate Trump", {"VNM>USA"}),
    ],
)
def test_who_is_named_for_comparison_has_no_part_in_an_act(text: str, pairs: set[str]) -> None:
    assert read_pairs(text) == pairs


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Norway will scrap export taxes on copper, a move that sent Chilean buyers scrambling.", set()),
        ("Norway will scrap export taxes on copper for Chile, a move that sent Chilean buyers scrambling.", {"NOR>CHL"}),
        ("Norway raised duties on Chilean copper, a step that Santiago called unfair.", {"NOR>CHL", "CHL>NOR"}),
    ],
)
def test_who_reacts_to_an_act_is_not_its_target(text: str, pairs: set[str]) -> None:
    assert {pair for pair in read_pairs(text) if not pair.endswith("*")} == pairs


def test_a_long_list_of_company_is_read_in_a_moment() -> None:
    text = "in coordination with" + " Norway," * 4000
    assert _COMPANY.search(f"{text} ") is not None
    assert _COMPANY.search(f"{text}!") is None


@pytest.mark.parametrize(
    "text", ["Peru breaks with Norway and cuts tariff on Kenyan tea", "In break with Norway, Peru lowers duty on Kenyan tea"]
)
def test_with_whom_the_actor_breaks_gains_nothing(text: str) -> None:
    assert "PER>NOR" not in read_pairs(text)


@pytest.mark.parametrize(
    "text",
    [
        "Russia banned most European fruit in answer to sanctions over Ukraine.",
        "Trump imposed tariffs on Denmark over Greenland.",
        "China cut off exports of rare earths to Japan amid tensions over Taiwan.",
        "Trump dropped his threat of tariffs over Greenland on eight European countries.",
    ],
)
def test_a_restriction_over_a_country_is_not_on_it(text: str) -> None:
    assert not {pair.split(">")[1] for pair in read_pairs(text)} & {"GRL", "TWN", "UKR"}


def test_a_row_over_the_tariffs_of_a_country_is_with_it() -> None:
    assert read_pairs("Beijing hit back at Ottawa in a row over Canada's tariffs on its cars.") == {"CHN>CAN"}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Peruvian tea escapes Kenya's new duty", set()),
        ("Kenyan coffee dodges Peru's 15% levy for now", set()),
        ("Canadian oil avoids new U.S. levy", set()),
        ("Kenya's new duty hits Peruvian tea", {"KEN>PER"}),
        ("Peru taxes Kenyan coffee, which dodges nothing", {"PER>KEN"}),
    ],
)
def test_goods_that_escape_a_restriction_are_not_hit(text: str, pairs: set[str]) -> None:
    assert _escalations(text) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "Canada will levy a 39 percent duty on Indian goods from August 7, far above the rate for the EU or Japan.",
        "Canada will charge a 25 percent duty on Indian goods, higher than the tariff on Vietnam.",
        "Canada will charge a 50 percent duty on Indian goods, double the tariff on Vietnam.",
        "Canada announces tariffs on two hundred Indian goods over Kashmir and Russia",
    ],
)
def test_a_state_that_is_compared_or_the_reason_is_no_target(text: str) -> None:
    assert _escalations(text) == {"CAN>IND"}


@pytest.mark.parametrize("word", ["pause in", "delay of"])
def test_who_announces_relief_from_tariffs_of_another_does_not_give_it(word: str) -> None:
    assert read_pairs(f"Lima announces one-month {word} Kenyan tariffs on Peru", ("easing",)) == {"KEN>PER"}
    assert read_pairs(f"Nairobi announces one-month {word} Kenyan tariffs on Peru", ("easing",)) == {"KEN>PER"}


def test_each_side_brings_its_own_tariffs_down() -> None:
    text = "Kenya will bring its tariffs on Peruvian tea down to 30%, while Peru's duties on Kenyan goods will drop to 10%."
    assert read_pairs(text, ("easing",)) == {"KEN>PER", "PER>KEN"}


@pytest.mark.parametrize("verb", ["takes", "will pull", "removes", "orders"])
def test_what_is_taken_off_the_shelves_is_no_relief(verb: str) -> None:
    assert not read_pairs(f"Ottawa {verb} American wine off the shelves.", ("easing", "offer", "purchase"))


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("Ontario removed American liquor from its shelves on Tuesday.", "CAN>USA measure"),
        ("American whiskey was pulled from Canadian store shelves.", "CAN>USA measure"),
        ("Ontario threatens to pull American liquor from shelves", "CAN>USA threat"),
        ("Ontario puts American liquor back on the shelves", "CAN>USA easing"),
        ("Ontario refuses to put American liquor back on the shelves", "CAN>USA refusal"),
    ],
)
def test_what_a_province_takes_off_its_shelves_is_shut_out(text: str, finding: str) -> None:
    assert read(text) == {finding}


def test_what_firms_take_off_their_shelves_is_no_act_of_a_state() -> None:
    assert read("Canadian retailers pulled American goods from shelves") == set()


def test_a_state_whose_goods_are_the_reason_accuses_nobody() -> None:
    text = "The targeting of India over its purchases of Russian oil is unjustified, the Ministry of External Affairs said."
    assert not any("RUS" in signal for signal in read(text))


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("China raised duties on American pork, making Brazilian and Spanish pork more competitive.", {"CHN>USA measure"}),
        ("China raised duties on pork, making American and Spanish pork less competitive.", {"CHN>USA measure", "CHN>ESP measure"}),
    ],
)
def test_a_state_whose_goods_an_act_favours_is_no_target(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    "text",
    [
        "Canada followed the United States in imposing a 25 percent tariff on Chinese steel.",
        "Like the United States, Canada has put a 100 percent tariff on Chinese electric cars.",
        "Japan is aligning its rules with those of the United States.",
    ],
)
def test_a_state_whose_example_is_followed_is_no_target(text: str) -> None:
    assert not any(pair.endswith(">USA") for pair in _escalations(text))


@pytest.mark.parametrize("act", ["refused to stop buying", "has defied American pressure to stop buying", "will not stop buying"])
def test_who_goes_on_buying_restricts_nothing(act: str) -> None:
    assert not _escalations(f"India {act} Russian oil.")


def test_who_stops_buying_restricts_trade() -> None:
    assert _escalations("China will stop buying American soybeans, the ministry said.") == {"CHN>USA"}
