"""Headlines to which the article is joined without a mark."""

import pytest

from pipeline.signals.segment import document, split_sentences
from tests.unit.signals.reading import read


@pytest.mark.parametrize(
    ("headline", "article"),
    [
        ("Peru bans Chilean salt", "LIMA -- Peru's trade ministry banned Chilean salt on Monday."),
        ("Peru raises duty on Chilean salt", "LIMA, Sept. 4 (agency) -- The duty rose to 9 percent."),
        ("Norway answers duties of U.S.", "OSLO — Norway answered on Monday."),
        ("Kenya cuts duty on Omani dates", "The government of Kenya has cut its duty on Omani dates."),
        ("Kenya takes Omani duty to WTO", "NAIROBI -- Kenya filed a complaint on Sunday."),
    ],
)
def test_the_article_begins_after_its_headline(headline: str, article: str) -> None:
    sentences = split_sentences(f"{headline} {article}")
    assert [sentence.text for sentence in sentences] == [headline, article]
    assert [sentence.is_title for sentence in sentences] == [True, False]


@pytest.mark.parametrize(
    "sentence",
    [
        "Kenya says Kenya will not cut its duty on Omani dates.",
        "The minister of Kenya told The Nairobi Post that duties will fall.",
        "Kenya blocked Omani dates after Oman taxed tea.",
        "Kenya's minister met A. Said of Oman on Sunday.",
        "LIMA -- Peru's trade ministry banned Chilean salt.",
        "Kenya wants the Omani duty lifted, The Nairobi Post reports.",
        "US envoy praises recent US deals with Kenya.",
        "Kenya accused Oman on Monday of harming Kenya's farmers.",
        "Kenya will tax goods from states that tax Kenya more.",
    ],
)
def test_a_capital_within_a_sentence_does_not_end_a_headline(sentence: str) -> None:
    assert [part.text for part in split_sentences(sentence)] == [sentence]


def test_only_the_first_line_without_a_title_has_a_joined_headline() -> None:
    joined = "Peru bans Chilean salt LIMA -- Peru banned it on Monday."
    title = "Salt trade"
    assert [s.text for s in split_sentences(document(title, joined), len(title))] == [title, joined]
    assert [s.text for s in split_sentences(f"Salt trade.\n{joined}")] == ["Salt trade.", joined]


def test_headline_and_article_are_read_apart() -> None:
    assert read("Peru raises duty on Chilean salt LIMA -- Miners in Peru welcomed the step on Monday.") == {"PER>CHL measure"}
