"""Every entry of `acts.toml` matches its example, and invalid entries are rejected."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.contracts.vocabulary import KIND_POLARITY, OFFICIAL_OUTCOME
from pipeline.signals.lexicon import LexiconError
from pipeline.signals.official import rules
from pipeline.signals.official.classify import PROPOSED, classify_documents
from pipeline.signals.official.rules import FILE, load_rules, parse_rules
from tests.unit.signals.official.documents import make_document, make_frame

CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))
RULES, EXCLUSIONS = CONTENT["rule"], CONTENT["aside"]
ONE = """
[[rule]]
id = "one"
agencies = ["an-agency"]
title = 'x'
kind = "measure"
instrument = "tariff"
status = "effective"
target = "all"
example = { title = "x" }
gives = []
"""


def make_example(entry: dict[str, Any], agency: str) -> dict[str, Any]:
    example = dict(entry["example"])
    return make_document(example.pop("title"), agencies=[agency], type=entry.get("types", ["Notice"])[0], **example)


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry["id"])
def test_a_rule_gives_the_acts_of_its_example(entry: dict[str, Any]) -> None:
    for agency in entry["agencies"]:
        classified = classify_documents(make_frame([make_example(entry, agency)]))
        assert classified.documents["rule_id"].item() == entry["id"]
        acts = sorted(f"{one['actor']}>{one['target']} {one['kind']} {one['status']}" for one in classified.signals.iter_rows(named=True))
        assert acts == sorted(entry["gives"])


@pytest.mark.parametrize("entry", EXCLUSIONS, ids=lambda entry: entry["id"])
def test_an_exclusion_matches_its_example(entry: dict[str, Any]) -> None:
    agency = entry.get("agencies", ["industry-and-security-bureau"])[0]
    classified = classify_documents(make_frame([make_example(entry, agency)]))
    assert classified.documents.select("document_outcome", "rule_id").row(0) == (entry["reason"], entry["id"])


def test_ids_are_unique() -> None:
    ids = [entry["id"] for entry in [*RULES, *EXCLUSIONS]]
    assert len(set(ids)) == len(ids)


def test_every_outcome_is_a_reason_of_the_file_or_of_the_code() -> None:
    own = {"acts", "unreadable", "undated", "repeated", "correction", "other_agency", "no_partner", "no_rule"}
    assert {entry["reason"] for entry in EXCLUSIONS} | own == set(OFFICIAL_OUTCOME.words)


def test_kinds_of_proposed_rules_keep_their_polarity() -> None:
    assert {KIND_POLARITY[kind]: KIND_POLARITY[proposed] for kind, proposed in PROPOSED.items()} == {
        "escalation": "escalation",
        "concession": "concession",
    }


def test_the_agencies_of_the_rules_are_known() -> None:
    assert "international-trade-commission" in load_rules().agencies


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule", "is not valid TOML"),
        (f"a = {'9' * 5000}", "is not valid TOML"),
        (ONE.replace('kind = "measure"', ""), "one: lacks kind; add"),
        (ONE + 'knd = "measure"\n', "one: unknown keys: knd; use about, agencies"),
        (ONE.replace('"measure"', '"mesure"'), "kind is 'mesure'; use one of threat, measure"),
        (ONE + 'basis = "hearsay"\n', "basis is 'hearsay'"),
        (ONE.replace('"all"', '"everybody"'), "target is 'everybody'"),
        (ONE.replace("'x'", "'('"), "is not a regular expression"),
        (ONE + 'near = "["\n', "is not a regular expression"),
        (ONE + ONE, "several rules have the id one"),
        (ONE + 'also = ["two"]\n', "no rule has the id two, named in `also`"),
        ('[[aside]]\nid = "a"\nreason = "whim"\ntitle = "x"\nexample = { title = "x" }\n', "reason is 'whim'"),
        ('[[aside]]\nid = "a"\n', "a: lacks example, reason, title"),
        (ONE.replace("'x'", "5"), "one: title is 5; use a string"),
        (ONE.replace('"effective"', '["effective"]'), r"one: status is \['effective'\]; use a string"),
        (ONE.replace('["an-agency"]', '"abc"'), "one: agencies is 'abc'; use a list of strings"),
        (ONE + "also = [5]\n", r"one: also is \[5\]; use a list of strings"),
        (ONE.replace('{ title = "x" }', '"x"'), "one: example is 'x'; use a table"),
        (ONE.replace("[[rule]]", "[rule]"), r"rule is no list of tables; begin each entry with \[\[rule\]\]"),
        ('[places]\n"the far north" = 5\n', "places is no table of strings"),
        ('strangers = "words"\n', "strangers is no table of strings"),
    ],
)
def test_the_error_for_an_invalid_entry_names_it(text: str, message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        parse_rules(text)


@pytest.mark.parametrize("content", [b'id = "caf\xe9"', None], ids=["latin-1", "missing"])
def test_the_error_for_an_unreadable_file_names_it(content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "acts.toml"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(rules, "FILE", file)
    with pytest.raises(LexiconError, match=r"cannot read .*acts\.toml"):
        load_rules.__wrapped__()


def test_the_hash_changes_with_the_rules_but_not_with_line_ends() -> None:
    assert parse_rules(ONE).sha != parse_rules(ONE + "# a word\n").sha
    assert parse_rules(ONE).sha == parse_rules(ONE.replace("\n", "\r\n")).sha
