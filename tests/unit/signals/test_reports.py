"""Officials whom a text without labels quotes."""

import pytest

from pipeline.signals.context import resolve_references
from pipeline.signals.segment import split_sentences


def _find(text: str, words: str, source: str = "own") -> set[str]:
    """States that `words` of a text mean without naming them."""
    resolved = resolve_references("x", None, source, "", split_sentences(text, 0))
    return {
        mention.code
        for sentence in resolved
        for mention in sentence.mentions
        if sentence.sentence.text[mention.start : mention.end].lower() == words
    }


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Peru's trade ministry regrets the Chilean duty on copper. We remain ready to talk.", "PER"),
        ("A spokesman for the ministry in Lima said that Chile had closed its ports. We want our trucks back, he said.", "PER"),
        ('"We will answer Chile in kind," said the Peruvian trade minister.', "PER"),
        ('"We will answer Chile in kind," Lima said.', "PER"),
        ("Foreign Ministry of Peru, statement. We will answer Chile.", "PER"),
        ("Statement by the Peruvian trade ministry. We will answer Chile.", "PER"),
    ],
)
def test_we_means_the_state_whose_office_a_text_quotes(text: str, state: str) -> None:
    assert _find(text, "we") == {state}


def test_we_adds_nothing_where_the_sentence_names_the_leader() -> None:
    assert _find('Boluarte said in Lima that Chile would reopen its ports, after which "we\'ll lift our duty".', "we") == set()


@pytest.mark.parametrize(
    "text",
    [
        "Peru's exporters said on Monday that Chile had closed its ports. We want our trucks back, they said.",
        "Peru's trade ministry regrets the Chilean duty. \"We will lose our market,\" the growers' union said.",
        "Statement on the duty of Peru. We will answer Chile.",
        "Joint statement by Peru and Chile. We agreed on ladders.",
        "Andes Courier: Peru's trade ministry regrets the Chilean duty. Why should we care?",
    ],
)
def test_we_means_no_state_where_somebody_else_speaks(text: str) -> None:
    assert _find(text, "we") == set()


@pytest.mark.parametrize(
    ("label", "speaker"),
    [("Roca", "PER"), ("In\u00e9s Roca", "PER"), ("Salas", None)],
)
def test_an_official_introduced_before_speaks_for_the_same_state(label: str, speaker: str | None) -> None:
    text = f"Peruvian trade ministry spokeswoman In\u00e9s Roca opened the briefing. {label}: The duty on ladders is unfair."
    *_, last = resolve_references("x", None, "own", "", split_sentences(text, 0))
    assert last.speaker == speaker


@pytest.mark.parametrize(
    ("text", "words", "states"),
    [
        ("Peru's ministry condemns the Chilean duty. We ask the other side to withdraw it.", "the other side", {"CHL"}),
        ("Peru put a duty on the wine of Chile. Our side will answer, the ministry in Santiago said.", "our side", {"CHL"}),
        ("Peru said that Chile had closed its ports, and that its neighbour broke the pact.", "its neighbour", {"CHL"}),
        ("Peru, Chile and Brazil met. The other side of the coin is the price.", "the other side", set()),
    ],
)
def test_the_other_side_is_the_other_of_two_states(text: str, words: str, states: set[str]) -> None:
    assert _find(text, words) == states
