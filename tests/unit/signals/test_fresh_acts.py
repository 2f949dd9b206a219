"""Acts of the last hours that only describe a restriction."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    ("when", "is_news"), [("yesterday", True), ("last night", True), ("this morning", True), ("in May", False), ("two years ago", False)]
)
def test_an_act_of_the_last_hours_is_news_though_it_describes(when: str, is_news: bool) -> None:
    text = f"The Peruvian ministry said that the ban on its grapes, imposed by Chile's cabinet {when}, was unjust."
    assert ("CHL>PER measure" in asserted(text)) is is_news
