import time

import pytest

from tests.unit.signals.reading import explain

LONGEST = 1490


@pytest.mark.parametrize("words", ["Canada, ", "Norway's 5% tariff on ", "Peru taxes Kenya at 5%, "])
def test_a_long_list_of_countries_is_read_in_seconds(words: str) -> None:
    text = f"Brazil threatens tariffs on Peru, {words * LONGEST}"[:LONGEST]
    began = time.process_time()
    assert explain(text)
    assert time.process_time() - began < 15
