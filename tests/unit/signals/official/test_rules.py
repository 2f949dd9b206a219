"""Every entry of `acts.toml` gives what its example says, and what is misspelt is refused."""

import tomllib
from typing import Any

import pytest

from pipeline.contracts.vocabulary import KIND_POLARITY, OFFICIAL_OUTCOME
from pipeline.signals.lexicon import LexiconError
from pipeline.signals.official.judge import PROPOSED, judge
from pipeline.signals.official.rules import FILE, parse_rules, rules
from tests.unit.signals.official.documents import document, frame

GIVEN = tomllib.loads(FILE.read_text(encoding="utf-8"))
RULES, ASIDES = GIVEN["rule"], GIVEN["aside"]
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


def of_example(entry: dict[str, Any], agency: str) -> dict[str, Any]:
    example = dict(entry["example"])
    return document(example.pop("title"), agencies=[agency], type=entry.get("types", ["Notice"])[0], **example)


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry["id"])
def test_a_rule_gives_what_its_example_says(entry: dict[str, Any]) -> None:
    for agency in entry["agencies"]:
        judged = judge(frame([of_example(entry, agency)]))
        assert judged.documents["rule_id"].item() == entry["id"]
        told = sorted(f"{one['actor']}>{one['target']} {one['kind']} {one['status']}" for one in judged.signals.iter_rows(named=True))
        assert told == sorted(entry["gives"])


@pytest.mark.parametrize("entry", ASIDES, ids=lambda entry: entry["id"])
def test_a_reason_holds_for_its_example(entry: dict[str, Any]) -> None:
    agency = entry.get("agencies", ["industry-and-security-bureau"])[0]
    judged = judge(frame([of_example(entry, agency)]))
    assert judged.documents.select("document_outcome", "rule_id").row(0) == (entry["reason"], entry["id"])


def test_ids_stand_once() -> None:
    ids = [entry["id"] for entry in [*RULES, *ASIDES]]
    assert len(set(ids)) == len(ids)


def test_every_reason_is_used_and_every_other_outcome_is_the_judge_s_own() -> None:
    own = {"acts", "unreadable", "undated", "repeated", "correction", "other_agency", "no_partner", "no_rule"}
    assert {entry["reason"] for entry in ASIDES} | own == set(OFFICIAL_OUTCOME.words)


def test_a_measure_of_a_proposed_rule_is_a_threat_and_an_easing_an_offer() -> None:
    assert {KIND_POLARITY[given]: KIND_POLARITY[proposed] for given, proposed in PROPOSED.items()} == {
        "escalation": "escalation",
        "concession": "concession",
    }


def test_the_agencies_of_the_rules_are_known() -> None:
    assert "international-trade-commission" in rules().agencies


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule", "is no TOML"),
        (ONE.replace('kind = "measure"', ""), r"one: lacks \['kind'\]"),
        (ONE + 'knd = "measure"\n', r"has \['knd'\]"),
        (ONE.replace('"measure"', '"mesure"'), "kind is 'mesure'; it is one of threat, measure"),
        (ONE + 'basis = "hearsay"\n', "basis is 'hearsay'"),
        (ONE.replace('"all"', '"everybody"'), "target is 'everybody'"),
        (ONE.replace("'x'", "'('"), "is no regular expression"),
        (ONE + 'near = "["\n', "is no regular expression"),
        (ONE + ONE, r"ids that stand twice: \['one'\]"),
        (ONE + 'also = ["two"]\n', r"no rule has: \['two'\]"),
        ('[[aside]]\nid = "a"\nreason = "whim"\ntitle = "x"\nexample = { title = "x" }\n', "reason is 'whim'"),
        ('[[aside]]\nid = "a"\n', r"a: lacks \['example', 'reason', 'title'\]"),
    ],
)
def test_an_entry_that_breaks_the_rules_of_the_file_is_named(text: str, said: str) -> None:
    with pytest.raises(LexiconError, match=said):
        parse_rules(text)


def test_the_fingerprint_changes_with_the_rules_and_not_with_line_ends() -> None:
    assert parse_rules(ONE).sha != parse_rules(ONE + "# a word\n").sha
    assert parse_rules(ONE).sha == parse_rules(ONE.replace("\n", "\r\n")).sha
