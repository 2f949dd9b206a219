"""Every entry of the lexicon gives what its example says it gives."""

from typing import Any

import pytest

from pipeline.contracts.vocabulary import INSTRUMENT, STATUS
from pipeline.signals import slots
from pipeline.signals.actors import mentions
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.lexicon import LexiconError, cues, lexicon_sha, load
from pipeline.signals.lexicon.inflect import noun_forms, verb_forms

FILES = ("verbs", "objects", "operators")
ENTRIES = [(f"{file}.{entry['id']}", entry) for file in FILES for entry in load(file)[file.rstrip("s")]]
NAMES = [(entry.get("code") or entry["name"], entry) for key in ("country", "exception") for entry in load("actors")[key]]


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_an_entry_gives_what_its_example_says(name: str, entry: dict[str, Any]) -> None:
    found = SentenceExtractor("rules").explain(entry["example"]).to_dicts()
    read = {f"{f['actor']}>{f['target']} {f['kind']}" + ("" if f["modality"] == "asserted" else f" {f['modality']}") for f in found}
    assert read == set(entry["gives"])


@pytest.mark.parametrize(("name", "entry"), NAMES, ids=[name for name, _ in NAMES])
def test_a_name_is_found_in_its_example(name: str, entry: dict[str, Any]) -> None:
    assert [f"{mention.code}:{mention.role}" for mention in mentions(entry["example"], None)] == entry["gives"]


@pytest.mark.parametrize("file", FILES)
def test_ids_stand_once_in_a_file(file: str) -> None:
    ids = [entry["id"] for entry in load(file)[file.rstrip("s")]]
    assert len(ids) == len(set(ids))


def test_at_least_45_countries_and_the_european_union_are_known() -> None:
    codes = {country["code"] for country in load("actors")["country"]}
    assert "EUN" in codes
    assert len(codes) > 45


def test_the_lexicon_uses_only_words_of_the_vocabulary() -> None:
    assert {entry["instrument"] for entry in load("objects")["object"]} <= set(INSTRUMENT.words)
    assert {entry["status"] for entry in load("verbs")["verb"]} <= set(STATUS.words)


@pytest.mark.parametrize("name", list(load("products")["products"]))
def test_a_product_is_read_by_its_own_name(name: str) -> None:
    word = {"agriculture": "agricultural", "gas": "natural gas"}.get(name, name)
    assert slots.product(f"tariffs on {word}") == name


def test_every_list_of_cues_says_what_it_means() -> None:
    assert all(entry["means"] and entry["words"] for entry in load("cues").values())


def test_an_unknown_list_is_named() -> None:
    with pytest.raises(LexiconError, match="has no list 'nonsense'"):
        cues("nonsense")


def test_an_unknown_file_is_named() -> None:
    with pytest.raises(LexiconError, match=r"nonsense\.toml could not be read"):
        load("nonsense")


def test_the_fingerprint_has_twelve_hex_digits() -> None:
    assert len(lexicon_sha()) == 12
    assert int(lexicon_sha(), 16) >= 0


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("slap", {"slap": "base", "slaps": "s", "slapping": "ing", "slapped": "both"}),
        ("levy", {"levy": "base", "levies": "s", "levying": "ing", "levied": "both"}),
        ("take effect", {"take effect": "base", "takes effect": "s", "taking effect": "ing", "took effect": "past", "taken effect": "pp"}),
        ("cut", {"cut": "any", "cuts": "s", "cutting": "ing"}),
    ],
)
def test_verbs_bend(verb: str, forms: dict[str, str]) -> None:
    assert verb_forms(verb) == forms


def test_nouns_bend_in_their_last_word() -> None:
    assert list(noun_forms("import duty")) == ["import duty", "import duties"]
