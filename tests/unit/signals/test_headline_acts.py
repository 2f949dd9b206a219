"""Acts in the short words of headlines, and twins of them that are none."""

import pytest

from tests.unit.signals.reading import asserted, read


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Trade talks in doubt as Norway attacks Peru over fish", {"NOR>PER accusation"}),
        ("Trade war looms over summit as Norway attacks Peru over tariffs", {"NOR>PER accusation"}),
        ("Norway's premier tears into Peru for its tea duty", {"NOR>PER accusation"}),
        ("Norway attacks Peru over prisons as its own tariffs worry farmers", set()),
        ("Norway attacks tariffs at home", set()),
        ("Rebels attack Peru over prisons", set()),
    ],
)
def test_who_attacks_a_state_over_trade_accuses_it(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway ready to drive Peruvian gas exports to zero", {"NOR>PER threat"}),
        ("Norway drives Peruvian gas exports to zero", {"NOR>PER measure"}),
        ("Norway cuts its duty on Peruvian gas to zero", {"NOR>PER easing"}),
        ("Gas exports to zero-carbon Peru please Norway", set()),
    ],
)
def test_trade_that_is_driven_to_zero_is_no_relief(text: str, signals: set[str]) -> None:
    assert read(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Norway to reverse plans to cut import duties", {"NOR>* refusal"}),
        ("Norway drops plan to scrap steel tariffs", {"NOR>* refusal"}),
        ("Norway shelves plan to raise steel tariffs", {"NOR>* easing"}),
        ("Norway drops plan to cut stamp duty", set()),
        ("Norway refuses to cut import duties", set()),
    ],
)
def test_a_relief_for_all_that_is_given_up_is_no_relief(text: str, signals: set[str]) -> None:
    assert asserted(text) == signals


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("Relief in Peru as Norway delays car tariffs", {"NOR>PER easing"}),
        ("Peru's economy grows; relief as Norway delays car tariffs", {"NOR>PER easing"}),
        ("Norway delays tariffs as Peru's economy grows", {"NOR>PER easing"}),
        ("Norwegian delays please Peru as car tariffs loom", set()),
    ],
)
def test_the_state_directly_before_a_verb_is_its_subject(text: str, signals: set[str]) -> None:
    assert read(text) == signals


def test_a_pact_on_trade_is_a_word_of_trade() -> None:
    assert read("Trump may seek separate Nafta talks with Mexico") == {"USA>MEX dialogue"}
