"""Every lexicon entry gives the expected findings of its example."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.vocabulary import INSTRUMENT, STATUS
from pipeline.signals import lexicon, slots
from pipeline.signals.actors import find_mentions
from pipeline.signals.extract import SentenceExtractor
from pipeline.signals.lexicon import LexiconError, cues, lexicon_sha, load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms, verb_forms
from pipeline.signals.texts import TEXTS_SCHEMA

FILES = ("verbs", "objects", "operators")
ENTRIES = [(f"{file}.{entry['id']}", entry) for file in FILES for entry in load_lexicon(file)[file.rstrip("s")]]
NAMES = [(entry.get("code") or entry["name"], entry) for key in ("country", "exception") for entry in load_lexicon("actors")[key]]


def test_examples_of_entries_give_the_expected_findings() -> None:
    examples = pl.DataFrame([(name, None, "", entry["example"]) for name, entry in ENTRIES], schema=TEXTS_SCHEMA, orient="row")
    findings: dict[str, set[str]] = {name: set() for name, _ in ENTRIES}
    for f in SentenceExtractor("rules").read_texts(examples).iter_rows(named=True):
        findings[f["article_id"]].add(
            f"{f['actor']}>{f['target']} {f['kind']}" + ("" if f["modality"] == "asserted" else f" {f['modality']}")
        )
    assert len(ENTRIES) > 50
    assert findings == {name: set(entry["gives"]) for name, entry in ENTRIES}


def test_names_are_found_in_their_examples() -> None:
    mentions = {name: [f"{mention.code}:{mention.role}" for mention in find_mentions(entry["example"], None)] for name, entry in NAMES}
    assert mentions == {name: entry["gives"] for name, entry in NAMES}


def test_ids_are_unique_in_each_file() -> None:
    for file in FILES:
        ids = [entry["id"] for entry in load_lexicon(file)[file.rstrip("s")]]
        assert len(ids) == len(set(ids)), file


def test_at_least_45_countries_and_the_eu_are_known() -> None:
    codes = {country["code"] for country in load_lexicon("actors")["country"]}
    assert "EUN" in codes
    assert len(codes) > 45


def test_the_lexicon_uses_only_values_of_the_contracts() -> None:
    assert {entry["instrument"] for entry in load_lexicon("objects")["object"]} <= set(INSTRUMENT.words)
    assert {entry["status"] for entry in load_lexicon("verbs")["verb"]} <= set(STATUS.words)


def test_products_are_found_by_their_own_names() -> None:
    words = {name: {"agriculture": "agricultural", "gas": "natural gas"}.get(name, name) for name in load_lexicon("products")["products"]}
    assert {name: slots.find_product(f"tariffs on {word}") for name, word in words.items()} == {name: name for name in words}


def test_every_list_of_cues_has_a_description() -> None:
    assert all(entry["means"] and entry["words"] for entry in load_lexicon("cues").values())


def test_an_unknown_list_is_an_error_that_names_it() -> None:
    with pytest.raises(LexiconError, match="has no list 'nonsense'"):
        cues("nonsense")


def test_an_unknown_file_is_an_error_that_names_it() -> None:
    with pytest.raises(LexiconError, match=r"cannot read the lexicon file .*nonsense\.toml"):
        load_lexicon("nonsense")


def test_a_file_that_is_not_utf8_is_an_error_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in_latin_1.toml").write_bytes('word = "café"'.encode("latin-1"))
    monkeypatch.setattr(lexicon, "FOLDER", tmp_path)
    with pytest.raises(LexiconError, match=r"cannot read the lexicon file .*in_latin_1\.toml"):
        load_lexicon("in_latin_1")


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
        (
            "cancel",
            {
                "cancel": "base",
                "cancels": "s",
                "canceling": "ing",
                "cancelling": "ing",
                "canceled": "both",
                "cancelled": "both",
            },
        ),
    ],
)
def test_verbs_are_inflected(verb: str, forms: dict[str, str]) -> None:
    assert verb_forms(verb) == forms


def test_nouns_are_inflected_in_their_last_word() -> None:
    assert list(noun_forms("import duty")) == ["import duty", "import duties"]
