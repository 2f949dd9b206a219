import time

import pytest

from pipeline.signals.extract import SentenceExtractor
from tests.unit.signals.reading import explain

LONGEST = 1490


@pytest.mark.slow
@pytest.mark.parametrize("words", ["Canada, ", "Norway's 5% tariff on ", "Peru taxes Kenya at 5%, "])
def test_a_long_list_of_countries_is_read_in_seconds(words: str) -> None:
    text = f"Brazil threatens tariffs on Peru, {words * LONGEST}"[:LONGEST]
    began = time.process_time()
    assert explain(text)
    assert time.process_time() - began < 15


@pytest.mark.parametrize("title", ["", "U.S. " * 40_000])
def test_a_hostile_article_is_read_in_seconds(title: str) -> None:
    began = time.process_time()
    assert SentenceExtractor("rules").explain(f"China {'U.S. ' * 40_000} tariffs.\n\nChina taxes American salt.", title=title).height
    assert time.process_time() - began < 15
