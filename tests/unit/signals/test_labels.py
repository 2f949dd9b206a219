"""Labels that name who speaks."""

import polars as pl
import pytest

from pipeline.signals.actors import find_mentions
from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.labels import Label, find_label
from pipeline.signals.segment import split_sentences
from pipeline.signals.texts import TEXTS_SCHEMA


def _find(text: str) -> Label | None:
    return find_label(text, find_mentions(text, None))


def _resolve(text: str, source: str = "White House") -> list[ResolvedSentence]:
    return resolve_references("x", None, source, "", split_sentences(text, 0))


@pytest.mark.parametrize(
    "text",
    [
        "Raising duties on Peruvian copper: Today, the president signed an order.",
        "And what I said to Peru: no deal.",
        "My point is: Peru gains.",
        "On Peru: What will the minister say?",
        "Ladders, copper and a minister from Peru: this is our week.",
        "Peruvian copper, Chilean wine: a minister answers.",
        "SECURING MORE TRADE WITH PERU: The President signed a deal.",
    ],
)
def test_a_heading_or_a_sentence_is_no_label(text: str) -> None:
    assert _find(text) is None


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Peru: We will answer.", "PER"),
        ("Spokesman of Peru: We will answer.", "PER"),
        ("PRESIDENT LULA OF BRAZIL: We will answer.", "BRA"),
        ("A deal with Peru: We will answer.", None),
        ("Press Secretary Jane Doe: We will answer.", None),
        ("Peru's trade minister, Jane Doe: We will answer.", "PER"),
        ("\u00c1ngel Roe, Peru's chief negotiator: We will answer.", "PER"),
        ("Ministry of Trade, Lima: We will answer.", "PER"),
        ("Minister Jane Doe of Peru (02:53): We will answer.", "PER"),
    ],
)
def test_a_label_has_the_country_whose_speaker_it_names(text: str, country: str | None) -> None:
    label = _find(text)
    assert (label.country if label else None) == country


def test_a_press_secretary_is_no_journalist() -> None:
    label = _find("Press Secretary Jane Doe: We will answer.")
    assert label is not None
    assert label.is_office
    assert not label.is_stranger


def test_an_official_who_speaks_to_the_press_is_no_journalist() -> None:
    label = _find("Peru's premier to the press: We will answer.")
    assert label is not None
    assert (label.country, label.is_stranger) == ("PER", False)


@pytest.mark.parametrize("answer", ["Peru's trade minister, Jane Doe", "A"])
def test_an_answer_on_the_line_of_the_question_is_no_question(answer: str) -> None:
    text = f"Q: Will Peru lift the duty on Chilean wine? {answer}: We lifted the duty on Chilean wine today."
    question, reply = _resolve(text, source="own")
    assert (question.is_stranger, reply.is_stranger, reply.is_question, reply.speaker) == (True, False, False, "PER")


def test_a_person_who_answers_speaks_for_the_source() -> None:
    text = "MS. DOE: Thank you.\nQ  Will you act on Peru?\nMS. DOE: We will.\nPRESIDENT LULA OF BRAZIL: So will we.\nMR. ROE: Good."
    assert [(s.speaker, s.is_stranger) for s in _resolve(text)] == [
        ("USA", False),
        (None, True),
        ("USA", False),
        ("BRA", False),
        ("USA", False),
    ]


def test_a_person_who_answers_speaks_for_nobody_without_a_source() -> None:
    assert [s.speaker for s in _resolve("Q  Will you act on Peru?\nMS. DOE: We will.", source="own")] == [None, None]


def test_a_heading_leaves_who_speaks() -> None:
    text = "We will act.\nRaising duties on Peruvian copper: Today we raise them. They will rise in May."
    assert {s.speaker for s in _resolve(text)} == {"USA"}


@pytest.mark.parametrize(
    "label", ["Sen. Jane Doe (R-XY)", "- Congressman John Roe, Ohio", "Tile Makers Association President Jane Doe", "Roe Tiles"]
)
def test_who_is_quoted_without_an_office_speaks_for_no_state(label: str) -> None:
    guest, after = _resolve(f"{label}: \u201cWe will tax them.\u201d\nWe will act.")
    assert (guest.speaker, guest.is_stranger) == (None, True)
    assert (after.speaker, after.is_stranger) == ("USA", False)


def test_an_official_who_is_quoted_speaks_for_the_source() -> None:
    quoted, after = _resolve("Commerce Secretary John Roe: \u201cWe will tax them.\u201d\nWe will act.")
    assert (quoted.speaker, after.speaker) == ("USA", "USA")


def test_the_threat_of_a_lawmaker_is_none_of_the_state() -> None:
    def read(label: str) -> set[str]:
        text = f"Peru raised its duty.\n{label}: \u201cWhatever tariffs Peru puts on our copper, we will put tariffs on Peru.\u201d"
        texts = pl.DataFrame([("x", None, "White House", text)], schema=TEXTS_SCHEMA, orient="row")
        findings = SentenceExtractor("both").read_texts(texts)
        return {f"{row['actor']}>{row['target']}" for row in findings.to_dicts() if row["modality"] == "asserted" and row["actor"] == "USA"}

    assert read("Commerce Secretary John Roe") == {"USA>PER"}
    assert read("Sen. John Roe (R-XY)") == set()
