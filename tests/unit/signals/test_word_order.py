"""Actors by word order, as where no syntax tree names one."""

from datetime import date

import pytest

from pipeline.signals.actors import find_mentions
from pipeline.signals.readers.rules.matching import mark_sentence
from pipeline.signals.readers.rules.word_order import SentenceContext, find_agent


def agent_of(text: str, verb: str) -> str | None:
    """Return the country that does the act of a word by word order."""
    sentence = mark_sentence(text, find_mentions(text, date(2025, 10, 3)))
    at = next(at for at, token in enumerate(sentence.tokens) if token.text == verb)
    return find_agent(SentenceContext(sentence, ()), at)


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("Japan drops duties on India, Brazil raises tariffs on rice.", "BRA"),
        ("Japan drops duties on India, President Lula raises tariffs on rice.", "BRA"),
        ("Japan drops duties on India, the US raises tariffs on rice.", "USA"),
    ],
)
def test_the_name_after_a_comma_is_a_subject_with_title_or_article(text: str, actor: str) -> None:
    assert agent_of(text, "raises") == actor


@pytest.mark.parametrize(
    "text",
    [
        "Japan, after talks with India, Brazil and Kenya, raises tariffs on rice.",
        "Japan, after talks with India, President Lula and Kenya, raises tariffs on rice.",
        "Japan, after talks with India, the US and Kenya, raises tariffs on rice.",
        "Japan, after talks with India, Kenya and President Lula, raises tariffs on rice.",
    ],
)
def test_listed_names_with_a_title_or_article_are_no_subjects(text: str) -> None:
    assert agent_of(text, "raises") == "JPN"
