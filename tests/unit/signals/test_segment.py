from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.segment import document, split_sentences


def texts(text: str, title_length: int = 0) -> list[str]:
    return [sentence.text for sentence in split_sentences(text, title_length)]


@pytest.mark.parametrize(
    "text",
    [
        "He met the U.S. Commerce Secretary on Monday.",
        "Mr. Smith left.",
        "The order took effect at 5 p.m. Tuesday.",
        "Sen. Jones spoke.",
        "Prices rose 5. 3 percent.",
        "The U.S. -China talks ended.",
    ],
)
def test_abbreviations_do_not_end_a_sentence(text: str) -> None:
    assert texts(text) == [text]


def test_a_sentence_may_end_in_an_abbreviation() -> None:
    assert texts("He left the U.S. The talks go on.") == ["He left the U.S.", "The talks go on."]


def test_a_quotation_stays_with_its_speaker() -> None:
    assert texts("“We are done,” he said. “It is over.”") == ["“We are done,” he said.", "“It is over.”"]


def test_the_title_is_a_sentence_of_its_own() -> None:
    title, body = "China answers with 34 percent", "Beijing acted. Washington waits."
    found = split_sentences(document(title, body), len(title))
    assert [s.text for s in found] == [title, "Beijing acted.", "Washington waits."]
    assert [s.is_title for s in found] == [True, False, False]


def test_paragraphs_break_sentences() -> None:
    assert texts("One half\n\nthe other half") == ["One half", "the other half"]


def test_an_empty_body_gives_the_title_only() -> None:
    assert texts(document("Title", ""), 5) == ["Title"]


def test_offsets_count_characters_and_not_bytes() -> None:
    text = "Šefčovič said “non” café prices rose. Tokyo waits."
    assert [text[s.start : s.end] for s in split_sentences(text)] == ["Šefčovič said “non” café prices rose.", "Tokyo waits."]


@given(st.text(alphabet=st.sampled_from("aB .é“”!?\n\t🙂U.S"), max_size=80), st.integers(0, 10))
def test_every_sentence_is_what_its_offsets_cut_out(text: str, title_length: int) -> None:
    found = split_sentences(text, min(title_length, len(text)))
    assert all(text[s.start : s.end] == s.text == s.text.strip() != "" for s in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(alphabet=st.sampled_from("aB .é“”!\nU.S"), max_size=80))
def test_no_character_but_white_space_is_lost(text: str) -> None:
    assert "".join("".join(texts(text)).split()) == "".join(text.split())


def test_a_hyphen_before_us_does_not_end_a_sentence() -> None:
    text = "Talks on an EU-U.S. deal went on in Rome."
    assert [s.text for s in split_sentences(text)] == [text]
