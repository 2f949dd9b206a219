"""What governments say in statements and briefings, and near-twins that read otherwise."""

from pipeline.signals.context import ResolvedSentence, resolve_references
from pipeline.signals.segment import split_sentences
from tests.unit.signals.reading import read


def _resolve(text: str) -> list[ResolvedSentence]:
    return resolve_references("a", None, "Meridian Wire", "", split_sentences(text))


def _pairs(text: str) -> set[str]:
    return {finding.split()[0] for finding in read(text)}


def test_a_place_of_talks_of_two_others_is_no_party() -> None:
    text = "Peru and Norway quarrel over fish. Their ministers told reporters in Ottawa that the two sides had held talks on tariffs."
    assert _pairs(text) == {"NOR>PER", "PER>NOR"}


def test_a_place_of_talks_is_a_party_if_only_one_other_is_named() -> None:
    text = "The trade minister of Peru flew home after talks on tariffs in Ottawa."
    assert {mention.code for mention in _resolve(text)[0].mentions} == {"PER", "CAN"}


@pytest.mark.parametrize(
    "text",
    [
        "The ministry in Ottawa will tax Peruvian fish and Norwegian timber.",
        "In Ottawa's view Peru and Norway sell fish too cheaply.",
    ],
)
def test_a_capital_of_those_who_act_is_a_party(text: str) -> None:
    assert "CAN" in {mention.code for mention in _resolve(text)[0].mentions}


def test_a_place_of_talks_is_a_party_if_its_state_is_named_too() -> None:
    text = "Peru and Norway quarrel over fish. Their ministers met in Ottawa. Canada offered to mediate."
    assert "CAN" in {mention.code for mention in _resolve(text)[1].mentions}
