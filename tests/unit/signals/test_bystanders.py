"""Countries that a sentence names only because somebody trades with them."""

import pytest

from pipeline.signals.extract import SentenceExtractor


def _escalations(text: str) -> set[str]:
    """Who restricts or threatens whom in a text."""
    findings = SentenceExtractor("both").explain(text).to_dicts()
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
