"""Whose ministry of commerce it is."""

import pytest

from pipeline.signals.context import resolve_references
from pipeline.signals.segment import split_sentences


@pytest.mark.parametrize(
    ("text", "is_chinese"),
    [
        ("The tax must go. - Ministry of Commerce, Lima", False),
        ("The Ministry of Commerce in Lima will raise the duty.", False),
        ("The Ministry of Commerce of Peru will raise the duty.", False),
        ("The Ministry of Commerce in Beijing will raise the duty.", True),
        ("The Ministry of Commerce will raise the duty on Peru.", True),
    ],
)
def test_the_place_after_a_ministry_shows_whose_it_is(text: str, is_chinese: bool) -> None:
    resolved = resolve_references("x", None, "own", "", split_sentences(text))
    assert any(mention.code == "CHN" for sentence in resolved for mention in sentence.mentions) == is_chinese
