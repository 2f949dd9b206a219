"""Questions, which are no news, and statements next to them, which are."""

import pytest

from tests.unit.signals.reading import read

LEVY = "Norway on Tuesday put a duty of 12 percent on Peruvian tin."


@pytest.mark.parametrize(
    ("text", "is_news"),
    [
        (f"{LEVY} Will the smelters survive it?", True),
        ("Will Norway put a duty of 12 percent on Peruvian tin? The smelters wait.", False),
        (f"Reporter: {LEVY} Will Lima answer it?", False),
        (f"A listener from Oslo asked: {LEVY} Will Lima answer it?", False),
        (f"{LEVY}\n\nReporter: Will Lima answer it?", True),
    ],
)
def test_only_in_talk_is_all_before_a_question_part_of_it(text: str, is_news: bool) -> None:
    assert ("NOR>PER measure" in read(text)) is is_news


@pytest.mark.parametrize("title", ["Lima's question: who pays for a Norwegian duty", "Senator: nobody will pay for a Norwegian duty"])
def test_who_speaks_in_a_title_does_not_speak_below(title: str) -> None:
    assert "NOR>PER measure" in read(LEVY, title)
