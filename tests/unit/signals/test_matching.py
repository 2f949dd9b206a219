"""Words of the lexicon that mean something else next to some words, and near-twins."""

import pytest

from tests.unit.signals.reading import asserted


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Peru's press office said the duties on Kenyan tea would be published.", set()),
        ("Peru will press Kenya to lift its duties on tea.", {"PER>KEN demand"}),
        ("Peru will keep asking Kenya about its tariffs on tea.", set()),
        ("Peru kept holding off on its tariffs on Kenyan tea.", {"PER>KEN easing"}),
        ("Peru will keep its tariffs on Kenyan tea.", {"PER>KEN refusal"}),
        ("Peru will keep existing tariffs on Kenyan tea.", {"PER>KEN refusal"}),
        ("Peru lowered its key rate to 5 per cent on Thursday, while Kenya watched.", set()),
        ("Peru charged 5 per cent on Kenyan tea.", {"PER>KEN measure"}),
        ("Peru has doubted the use of a meeting with Kenya.", set()),
        ("Peru and Kenya have talks on tea.", {"PER>KEN dialogue", "KEN>PER dialogue"}),
    ],
)
def test_a_word_with_another_meaning_is_no_act(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals
