import pytest

from pipeline.contracts.vocabulary import DOUBT
from pipeline.signals.candidates import build_candidates, to_frame
from pipeline.signals.doubts import add_doubts
from pipeline.signals.extract import collect_readings, combine_readings, resolve_texts
from pipeline.signals.lexicon import load_lexicon
from tests.unit.signals.reading import find


def find_doubts(text: str) -> set[str]:
    groups = build_candidates(resolve_texts([("a", None, "Wire", text, 0)]))
    evidence = add_doubts(combine_readings("rules", collect_readings("rules", groups)), to_frame(groups))
    assert not evidence.is_empty()
    return {doubt for doubts in evidence["doubts"] for doubt in doubts}


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("Canada imposed tariffs on Indian steel.", set()),
        ("Canadian spokesperson: We imposed tariffs on Indian steel.", {"recital"}),
        ("Canadian spokesperson: We will impose tariffs on Indian steel.", set()),
        ("Canadian officials discussed the tariffs on India with CNBC.", {"topic"}),
        ("Canadian officials told CNBC that Canada would impose tariffs on India.", set()),
        ("Canadian officials discussed the tariffs on India with the CEO of a steel maker.", {"firm"}),
        ("Canada imposed tariffs on India, the CEO of a steel maker said.", set()),
        ("Canada and India held talks.", {"no_trade"}),
        ("Canada and India held trade talks.", set()),
        ("Canada and India held talks on wheat.", set()),
        ("Canada and India held talks on the ban.", set()),
        ("Canada and India held talks on the band.", {"no_trade"}),
        ("The tariffs annoyed many growers. Canada and India held talks.", set()),
        ("Canadian spokesperson: We held trade talks with India.", set()),  # only acts are recited
    ],
)
def test_doubts_name_why_a_sentence_may_be_no_news(text: str, doubts: set[str]) -> None:
    assert find_doubts(text) == doubts


@pytest.mark.parametrize("mode", ["rules", "encoder", "both"])
def test_what_is_said_in_a_question_is_never_asserted(mode: str) -> None:
    text = "Agency: Canada imposed tariffs on Indian steel on Monday. What does the ministry say to that?"
    assert set(find(mode, text)["modality"]) == {"hypothetical"}
    assert "asserted" in find(mode, text.replace(". ", ".\n"))["modality"].to_list()


def test_a_line_about_what_was_talked_about_is_in_doubt() -> None:
    text = "Canadian officials discussed the new tariffs of India on Canadian lentils with CNBC."
    groups = build_candidates(resolve_texts([("a", None, "Wire", text, 0)]))
    evidence = add_doubts(combine_readings("encoder", collect_readings("encoder", groups)), to_frame(groups))
    assert not evidence.is_empty()
    assert all("topic" in doubts for doubts in evidence["doubts"])


def test_every_doubt_lowers_the_probability() -> None:
    coefficients = load_lexicon("calibration")["way"]
    assert all(coefficients[mode][doubt] <= 0 for mode in coefficients for doubt in DOUBT.words)
    assert all(coefficients["both"][doubt] < 0 for doubt in DOUBT.words)
