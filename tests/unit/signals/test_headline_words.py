"""Headlines: their tense, passives without `is`, and words that sound like another act."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Bakers cheer after Peru cuts its duty on Chilean sugar", {"PER>CHL easing"}),
        ("Growers despair after Turkey bars Greek cotton", {"TUR>GRC measure"}),
        ("Bakers cheered after Peru lowered its duty on Chilean sugar", set()),
        ("Bakers cheer since Peru cuts its duty on Chilean sugar", set()),
    ],
)
def test_after_with_the_present_tense_opens_news(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Turkish cotton barred by Athens in new blow to weavers", {"GRC>TUR measure"}),
        ("Weavers count cost of Turkish cotton barred by Athens", set()),
        ("The duty on Turkish cotton doubled by Athens", set()),
    ],
)
def test_a_passive_headline_without_is_reports_an_act(text: str, signals: set[str]) -> None:
    assert asserted(text) & {"GRC>TUR measure"} == signals
