"""Who asks and who answers in a transcript without line breaks."""

import pytest

from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.segment import split_sentences


def _resolve(text: str, source: str = "own") -> list[ResolvedSentence]:
    return resolve_references("x", None, source, "", split_sentences(text, 0))


@pytest.mark.parametrize("label", ["Andes Courier", "Lima Evening", "Gazeta Nowa"])
def test_who_asks_without_an_office_is_a_stranger(label: str) -> None:
    text = f"{label}: Peru has taxed Chilean wine. Will you answer? Spokesman: We will. The tax is unfair."
    assert [(s.is_stranger, s.is_question, s.speaker) for s in _resolve(text)] == [
        (True, True, None),
        (True, True, None),
        (False, False, "CHL"),
        (False, False, "CHL"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Peru: Chile has taxed our wine. Is that fair? Spokesman: No.",
        "Spokesman of Peru: Chile has taxed our wine. Is that fair? Andes Courier: Thank you.",
        "Background: Chile has taxed Peruvian wine. The tax is high. Spokesman: We regret it.",
    ],
)
def test_a_state_an_office_or_no_question_is_no_journalist(text: str) -> None:
    assert not any(sentence.is_stranger for sentence in _resolve(text))


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("Will Peru tighten its rules after the Chilean complaint?", "PER"),
        ("Is Lima ready to wait for Chile?", "PER"),
        ("Chile complains. What steps will Peru take?", "PER"),
        ("Chile says that Peruvian grapes are unsafe. Your comment?", "PER"),
        ("Chile and Peru opened talks. Your comment?", None),
        ("Are you worried about Chile?", None),
    ],
)
def test_who_has_to_answer_speaks_next(question: str, speaker: str | None) -> None:
    *_, answer = _resolve(f"Andes Courier: {question} Ministry of Commerce: We have nothing to add.")
    assert answer.speaker == speaker


def test_a_person_without_an_office_answers_a_question() -> None:
    *_, answer = _resolve("Andes Courier: Chile has taxed Peruvian grapes. Your comment? Inés Roca: We will answer. Who would not?")
    assert (answer.is_stranger, answer.speaker) == (False, "PER")


def test_who_spoke_before_a_question_speaks_after_its_paragraph() -> None:
    *_, last = _resolve("Spokesman of Peru: Thank you.\nAndes Courier: Will you answer?\nWe will.")
    assert (last.is_stranger, last.speaker) == (False, "PER")
