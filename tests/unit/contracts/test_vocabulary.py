"""Vocabularies are complete, and the crosswalk to CAMEO covers them."""

import re
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts import vocabulary
from pipeline.contracts.crosswalk import CAMEO, KIND_OF_CAMEO
from pipeline.contracts.model import Vocabulary
from pipeline.contracts.vocabulary import CHANNEL, INSTRUMENT, KIND, KIND_POLARITY, POLARITY

VOCABULARIES = [one for one in vars(vocabulary).values() if isinstance(one, Vocabulary)]
CODES = [code for codes in CAMEO.values() for code in codes]
GDELT_EXPORT = Path(__file__).parents[4] / "shared" / "data" / "formats" / "gdelt2_20191024143000.export.CSV"
EVENT_CODE = 26  # the 27th of the 61 columns of a GDELT 2.0 export
MINIMUM_SHARED_CODES = 20


@pytest.mark.parametrize("one", VOCABULARIES, ids=lambda one: one.name)
def test_every_word_of_a_vocabulary_has_a_meaning(one: Vocabulary) -> None:
    assert one.description
    assert [word for word, meaning in one.words.items() if not word or not meaning] == []


def test_names_of_vocabularies_are_unique() -> None:
    names = [one.name for one in VOCABULARIES]
    assert len(set(names)) == len(names)


def test_a_vocabulary_contains_its_words_and_no_others() -> None:
    assert "tariff" in INSTRUMENT
    assert "Tariff" not in INSTRUMENT
    assert None not in INSTRUMENT


def test_every_kind_has_a_polarity() -> None:
    assert list(KIND_POLARITY) == list(KIND.words)
    assert set(KIND_POLARITY.values()) == set(POLARITY.words)


def test_the_channels_are_the_polarities() -> None:
    assert list(CHANNEL.words) == list(POLARITY.words)


def test_each_polarity_lists_its_kinds() -> None:
    for polarity in ("escalation", "concession"):
        kinds = POLARITY.words[polarity].partition(": ")[2].split(", ")
        assert kinds == [kind for kind, its_polarity in KIND_POLARITY.items() if its_polarity == polarity]


def test_every_kind_has_a_cameo_code() -> None:
    assert list(CAMEO) == list(KIND.words)
    assert all(CAMEO.values())


def test_a_cameo_code_belongs_to_one_kind_only() -> None:
    assert sorted({code for code in CODES if CODES.count(code) > 1}) == []


def test_cameo_codes_have_three_or_four_digits() -> None:
    assert [code for code in CODES if not re.fullmatch(r"[0-9]{3,4}", code)] == []


def test_cameo_codes_begin_with_one_of_the_twenty_roots() -> None:
    assert [code for code in CODES if not 1 <= int(code[:2]) <= 20] == []


@pytest.mark.parametrize("kind", CAMEO)
def test_cameo_codes_convert_back_to_their_kind(kind: str) -> None:
    assert {KIND_OF_CAMEO.get(code) for code in CAMEO[kind]} == {kind}


@pytest.mark.parametrize(
    ("code", "kind"),
    [  # the comments give the meaning of each code in CAMEO 1.1b3
        ("163", "measure"),  # imposes embargo, boycott, sanctions
        ("172", "measure"),  # imposes administrative sanctions
        ("1312", "threat"),  # threatens to boycott, embargo, sanction
        ("139", "threat"),  # gives an ultimatum
        ("085", "easing"),  # eases economic sanctions
        ("081", "easing"),  # eases administrative sanctions
        ("0832", "easing"),  # yields to a demand for a policy change
        ("0354", "offer"),  # intends to ease economic sanctions
        ("0351", "offer"),  # intends to ease administrative sanctions
        ("0342", "offer"),  # intends to change its policy
        ("1054", "demand"),  # demands that economic sanctions be eased
        ("1051", "demand"),  # … administrative sanctions
        ("1042", "demand"),  # demands a policy change
        ("1011", "demand"),  # demands economic cooperation
        ("0254", "demand"),  # asks that economic sanctions be eased
        ("0251", "demand"),  # … administrative sanctions
        ("1244", "refusal"),  # refuses to ease economic sanctions
        ("1241", "refusal"),  # … administrative sanctions
        ("1232", "refusal"),  # rejects a demand for a policy change
        ("1211", "refusal"),  # rejects economic cooperation
        ("128", "refusal"),  # defies norms; REJECT in PLOVER
        ("164", "refusal"),  # breaks off talks
        ("115", "investigation"),  # brings a lawsuit
        ("112", "accusation"),  # accuses
        ("061", "purchase"),  # cooperates economically
        ("057", "agreement"),  # signs a formal agreement
        ("106", "dialogue"),  # asks for a meeting, which the annotation guide does not count as a demand
        ("161", None),  # breaks diplomatic relations
        ("1621", None),  # stops economic aid
        ("138", None),  # threatens with military force
        ("143", None),  # strikes or boycotts by people, not by states
    ],
)
def test_important_cameo_codes_have_the_kind_that_cameo_describes(code: str, kind: str | None) -> None:
    assert KIND_OF_CAMEO.get(code) == kind


@pytest.mark.parametrize("code", ["190", "0232", "145", "", "85", "0850", "1630"])
def test_codes_not_in_the_crosswalk_have_no_kind(code: str) -> None:
    assert KIND_OF_CAMEO.get(code) is None


@pytest.mark.skipif(not GDELT_EXPORT.is_file(), reason=f"there is no GDELT export {GDELT_EXPORT.name} next to the checkout")
def test_cameo_codes_are_written_as_in_a_gdelt_export() -> None:
    # quote_char=None because names in the export contain single quotation marks
    events = pl.read_csv(GDELT_EXPORT, separator="\t", has_header=False, infer_schema=False, quote_char=None)
    seen = set(events.to_series(EVENT_CODE))
    assert [code for code in sorted(seen) if not re.fullmatch(r"[0-9]{3,4}", code)] == []
    by_number = {int(code): code for code in seen}  # codes that differ only in leading zeros have the same number
    shared = {code: by_number[int(code)] for code in CODES if int(code) in by_number}
    assert {ours: theirs for ours, theirs in shared.items() if ours != theirs} == {}
    assert len(shared) >= MINIMUM_SHARED_CODES
