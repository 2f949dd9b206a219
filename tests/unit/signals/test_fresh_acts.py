"""When acts are done: in the last hours, or from a day on."""

import pytest

from tests.unit.signals.reading import ESCALATIONS, asserted, explain, read, read_pairs


@pytest.mark.parametrize(
    ("when", "is_news"), [("yesterday", True), ("last night", True), ("this morning", True), ("in May", False), ("two years ago", False)]
)
def test_an_act_of_the_last_hours_is_news_though_it_describes(when: str, is_news: bool) -> None:
    text = f"The Peruvian ministry said that the ban on its grapes, imposed by Chile's cabinet {when}, was unjust."
    assert ("CHL>PER measure" in asserted(text)) is is_news


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway threatened to impose a 50 percent tariff on Peru starting June 1.", {"NOR>PER threat"}),
        ("Starting August 1, Norway will charge Peru a 30 percent tariff.", {"NOR>PER measure"}),
        ("Kenya said that it might put a duty on Chilean wine beginning in May.", {"KEN>CHL threat"}),
        ("Peru is beginning to impose tariffs on Chilean wine.", {"PER>CHL measure"}),
    ],
)
def test_when_an_act_begins_is_no_second_act(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals
    assert not any(finding["rule_id"].startswith("effect.") for finding in explain(text))


@pytest.mark.parametrize(
    "text",
    [
        "Norway's Senate gave final approval on Wednesday to tariffs of up to 50% on goods from Peru and Chile.",
        "Norway's parliament granted approval for higher duties on Peruvian cars.",
    ],
)
def test_an_approved_duty_is_no_permit(text: str) -> None:
    assert "NOR>PER" in read_pairs(text, ESCALATIONS)
    assert not read_pairs(text, ("easing",))


def test_approved_imports_stay_a_relief() -> None:
    assert "NOR>PER easing" in read("Norway granted approval to imports of Peruvian sorghum.")
