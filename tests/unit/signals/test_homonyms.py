"""Names that mean a state only in some articles."""

import pytest

from pipeline.signals.context import resolve_references
from pipeline.signals.segment import split_sentences


def _find(code: str, text: str, source: str = "own") -> list[tuple[str, bool]]:
    """Words that mean the state `code` in a text, and whether it can act there."""
    resolved = resolve_references("x", None, source, "", split_sentences(text, 0))
    return [
        (sentence.sentence.text[mention.start : mention.end], mention.is_actor)
        for sentence in resolved
        for mention in sentence.mentions
        if mention.code == code
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Commission has opened an inquiry into ladders from Peru.", [("The Commission", True)]),
        ("Commission opens safeguard inquiry into ladders", [("Commission", True)]),
        ("A letter from the Commission's spokesman reached Peru.", [("the Commission", True)]),
        ("The Commission's ladders cost more than those from Peru.", [("The Commission", False)]),
    ],
)
def test_the_commission_is_that_of_the_european_union(text: str, expected: list[tuple[str, bool]]) -> None:
    assert _find("EUN", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The Federal Trade Commission sued a Peruvian firm. The Commission wants a fine.",
        "The Commission on Civil Rights met in Lima.",
        "Peru's commission approved the ladders.",
    ],
)
def test_another_commission_is_none_of_the_european_union(text: str) -> None:
    assert _find("EUN", text) == []


def test_in_texts_of_another_state_the_commission_is_its_own() -> None:
    assert _find("EUN", "The Commission will look at ladders from Peru.", source="statement by USA") == []


@pytest.mark.parametrize(
    "text",
    [
        "Peru and Georgia signed a trade agreement.",
        "Georgia, Peru end talks on ladders",
        "Georgia's economy minister warned Peru.",
        "Georgia taxes ladders from Peru. Tbilisi announced it on Monday.",
    ],
)
def test_georgia_is_a_country_next_to_others_or_with_a_government(text: str) -> None:
    assert ("Georgia", True) in _find("GEO", text)


@pytest.mark.parametrize(
    "text",
    [
        "A Peruvian firm builds ladders in Georgia.",
        "Senators of Georgia and Peru's ambassador met in Atlanta.",
        "Florida, Georgia and Texas tax ladders from Peru.",
    ],
)
def test_georgia_is_no_country_elsewhere(text: str) -> None:
    assert _find("GEO", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Ministry of Commerce put a duty on Peruvian ladders.", [("Ministry of Commerce", True)]),
        ("The Ministry of Commerce and Industry put a duty on Peruvian ladders.", []),
        ("Ministry of Commerce, Lima: Ladders from Chile pay a duty.", []),
        ("The Ministry of Commerce of Peru put a duty on Chilean ladders.", []),
        ("Andes Courier: Will you tax Peruvian ladders? Ministry of Commerce: No.", []),
        ("Washington taxes Peruvian ladders. The Commerce Ministry called this unfair.", []),
        ("Washington taxes ladders. A Commerce Ministry official called this unfair.", [("Commerce Ministry", True)]),
        ("Andes Courier: Will China tax Peruvian ladders? Ministry of Commerce: No.", [("China", True), ("Ministry of Commerce", True)]),
    ],
)
def test_a_ministry_of_commerce_is_chinas_without_another_owner(text: str, expected: list[tuple[str, bool]]) -> None:
    assert _find("CHN", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The EU taxed ladders. The Union wants talks with Peru.", ["EU", "The Union"]),
        ("The Council adopted duties on ladders from Peru. The Commission will collect them.", ["The Council", "The Commission"]),
        ("The Council adopted duties on ladders from Peru.", []),
        ("The EU taxed ladders. The Gulf Council met, and the Council waits.", ["EU"]),
        ("The EU taxed ladders. In India the Union budget is due.", ["EU"]),
        ("The EU taxed ladders. Listen to the State of the Union in winter.", ["EU"]),
    ],
)
def test_the_union_is_the_european_one_where_it_is_named_too(text: str, expected: list[str]) -> None:
    assert [words for words, _ in _find("EUN", text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Washington acted. Commerce put twelve Chinese firms on a list.", [("Washington", True), ("Commerce", True)]),
        ("Washington acted. On Monday, the Treasury named China.", [("Washington", True), ("the Treasury", True)]),
        ("On Monday, Commerce added Chinese firms to the Entity List.", [("Commerce", True)]),
        ("Britain asked Washington. On Monday, the Treasury named China.", [("Washington", True)]),
        ("Peru acted. Commerce added jobs in China.", []),
        ("Washington acted. Commerce with China grew. Treasury yields set a record.", [("Washington", True)]),
    ],
)
def test_commerce_and_the_treasury_are_american_in_american_news(text: str, expected: list[tuple[str, bool]]) -> None:
    assert _find("USA", text) == expected
