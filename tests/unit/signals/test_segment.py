import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.segment import document, split_sentences


def split_texts(text: str, title_length: int = 0) -> list[str]:
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
    assert split_texts(text) == [text]


def test_a_sentence_can_end_with_an_abbreviation() -> None:
    assert split_texts("He left the U.S. The talks go on.") == ["He left the U.S.", "The talks go on."]


def test_a_quotation_and_its_speaker_are_one_sentence() -> None:
    assert split_texts("“We are done,” he said. “It is over.”") == ["“We are done,” he said.", "“It is over.”"]


def test_the_title_is_a_separate_sentence() -> None:
    title, body = "China answers with 34 percent", "Beijing acted. Washington waits."
    sentences = split_sentences(document(title, body), len(title))
    assert [s.text for s in sentences] == [title, "Beijing acted.", "Washington waits."]
    assert [s.is_title for s in sentences] == [True, False, False]


def test_paragraphs_end_sentences() -> None:
    assert split_texts("One half\n\nthe other half") == ["One half", "the other half"]


def test_an_empty_body_gives_the_title_only() -> None:
    assert split_texts(document("Title", ""), 5) == ["Title"]


@pytest.mark.parametrize("space", ["\u00a0", "\u0085", "\u2028", "\u2029", "\u3000", "\u202f"])
def test_wide_white_space_after_an_initial_does_not_stop_reading(space: str) -> None:
    sentences = [f"It named AB{space}.", f"China agreed to Annex A{space}."]
    assert split_texts(" ".join(sentences)) == sentences


def test_offsets_count_characters_not_bytes() -> None:
    text = "Šefčovič said “non” café prices rose. Tokyo waits."
    assert [text[s.start : s.end] for s in split_sentences(text)] == ["Šefčovič said “non” café prices rose.", "Tokyo waits."]


@given(st.text(alphabet=st.sampled_from("aB .é“”!?\n\t🙂U.S"), max_size=80), st.integers(0, 10))
def test_offsets_select_the_text_of_the_sentence(text: str, title_length: int) -> None:
    sentences = split_sentences(text, min(title_length, len(text)))
    assert all(text[s.start : s.end] == s.text == s.text.strip() != "" for s in sentences)
    assert all(first.end <= second.start for first, second in pairwise(sentences))


@given(st.text(alphabet=st.sampled_from("aB .é“”!\nU.S"), max_size=80))
def test_only_white_space_is_lost(text: str) -> None:
    assert "".join("".join(split_texts(text)).split()) == "".join(text.split())


def test_a_sentence_of_many_wrong_splits_is_joined_in_seconds() -> None:
    numbers = "1. " * 100_000
    (sentence,) = split_texts(numbers)
    assert numbers.startswith(sentence)


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["\u201c", "<!"])
def test_a_hostile_paragraph_is_split_in_seconds(mark: str) -> None:
    text = f"Peru taxes glass. {mark * 200_000}"[:200_000] + " Kenya waits. Chile waits."
    began = time.process_time()
    assert "Chile waits." in split_texts(text)[-1]
    assert time.process_time() - began < 10


def test_a_paragraph_is_split_alike_in_windows_and_as_a_whole() -> None:
    sentences = [f"Peru taxes {'glass, ' * (number % 40)}salt {number}." for number in range(1_000)]
    long = f"Kenya taxes {'salt, ' * 5_000}glass."
    parts = split_texts(" ".join([*sentences, long, *sentences]))
    assert parts[:1_000] == parts[-1_000:] == sentences
    assert len(parts) == 2_001
    assert long.startswith(parts[1_000])
    assert len(parts[1_000]) == 10_000  # nobody reads a sentence of this length


def test_a_hyphen_before_us_does_not_end_a_sentence() -> None:
    text = "Talks on an EU-U.S. deal went on in Rome."
    assert [s.text for s in split_sentences(text)] == [text]


@pytest.mark.parametrize(
    ("headline", "news"),
    [
        ("Business live Peso slides as Chile taxes Norwegian salmon \u2013 as it happened", "Peso slides as Chile taxes Norwegian salmon"),
        ("Live: Chile taxes Norwegian salmon - video", "Chile taxes Norwegian salmon"),
        ("Live cattle from Chile barred", "Live cattle from Chile barred"),
        ("Analysis: Chile taxes Norwegian salmon", "Analysis: Chile taxes Norwegian salmon"),
        ("Business live", "Business live"),
    ],
)
def test_labels_of_a_live_report_are_in_no_sentence(headline: str, news: str) -> None:
    assert split_texts(headline) == split_texts(headline, len(headline)) == [news]


def test_only_a_headline_has_labels() -> None:
    assert split_texts("Salmon rose.\n\nLive: so did cod \u2013 video") == ["Salmon rose.", "Live: so did cod \u2013 video"]
