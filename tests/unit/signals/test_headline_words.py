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
