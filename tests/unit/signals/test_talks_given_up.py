"""Talks that a state gives up, and rounds that are over."""

import pytest

from tests.unit.signals.reading import asserted, expect, read, read_pairs

GIVEN_UP = (
    "All trade talks with Peru are over, Norway said.",
    "Norway said all negotiations on tin with Peru were over.",
    "Trade talks with Peru are off, Norway's prime minister said.",
    "Trade talks with Peru are dead, Norway said.",
)
NO_TALKS = (
    *GIVEN_UP,
    "Norway declared its trade talks with Peru finished.",
    '"We are done talking to Peru about tariffs," Norway\'s prime minister said.',
)
TALKS = (
    "Two days of trade talks between Norway and Peru in Lima are over.",
    "The first round of trade talks with Peru is over, Norway said.",
    "Trade talks with Peru are off to a good start, Norway's minister said.",
    "Norway said its talks with Peru were over tariffs on tin.",
    "The trade talks with Peru are not over, Norway's minister said.",
)
expect([*NO_TALKS, *TALKS])


@pytest.mark.parametrize("text", GIVEN_UP)
def test_who_says_that_talks_are_over_refuses(text: str) -> None:
    assert "NOR>PER refusal" in read(text)


@pytest.mark.parametrize("text", NO_TALKS)
def test_talks_that_are_given_up_are_none(text: str) -> None:
    assert not read_pairs(text, ("dialogue",))


@pytest.mark.parametrize("text", TALKS)
def test_a_round_that_is_over_is_talk(text: str) -> None:
    assert "NOR>PER dialogue" in read(text)
    assert "NOR>PER refusal" not in asserted(text)
