"""When acts are done: in the last hours, or from a day on."""

import pytest

from tests.unit.signals.reading import asserted, explain


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
