"""Lines of an article that are no sentences."""

import pytest

from tests.unit.signals.reading import find

_TITLE = "Japan and US agree to cut duties on pumps"


def quotes_of(line: str) -> list[str]:
    """Return the quotes read in the body of an article with this line in it."""
    body = f"The order takes effect on Monday.\n{line}\nGrowers were surprised."
    return find("both", body, title=_TITLE).filter(modality="asserted")["quote"].to_list()


@pytest.mark.parametrize("line", ["Exclusive", "Updated 12:30", "* * *", "\u2014", "\ufffd", "Tariffs."])
def test_a_line_without_two_words_is_no_signal(line: str) -> None:
    assert line not in quotes_of(line)


@pytest.mark.parametrize("line", ["Tokyo agreed.", "Tokyo retaliated."])
def test_a_sentence_of_two_words_is_read(line: str) -> None:
    assert line in quotes_of(line)
