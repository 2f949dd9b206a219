from typing import Any

import polars as pl

from pipeline.signals.combine import EVIDENCE_SCHEMA, alone, combine
from pipeline.signals.reader import READINGS_SCHEMA

READING: dict[str, Any] = {
    "candidate": 0, "kind": "measure", "status": "announced", "modality": "asserted", "instrument": "tariff", "is_retaliation": False,
    "is_conditional": False, "rate_pct": None, "value_usd": None, "product": "", "score": 0.6, "rule_id": "impose.restriction",
    "words": ["hit"],
}  # fmt: skip
NOTHING = pl.DataFrame(schema=READINGS_SCHEMA)


def readings(*changes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([READING | change for change in changes], schema=READINGS_SCHEMA)


def encoded(**changes: Any) -> pl.DataFrame:
    return readings({"rule_id": "encoder.measure", "score": 0.9, "status": "effective", "words": ["measure 0.90", "threat 0.10"]} | changes)


def test_what_both_assert_is_one_row_with_both_their_names() -> None:
    found = combine(readings({}), encoded())
    assert found.schema == EVIDENCE_SCHEMA
    assert found.select("readers", "rules_say", "encoder_score", "status", "rule_id", "alternatives").rows() == [
        ("rules+encoder", "asserted", 0.9, "announced", "impose.restriction", "measure 0.90, threat 0.10")
    ]


def test_another_kind_of_the_same_polarity_is_agreement_too() -> None:
    assert combine(readings({}), encoded(kind="threat"))["readers"].to_list() == ["rules+encoder"]


def test_another_polarity_is_another_finding() -> None:
    assert combine(readings({}), encoded(kind="easing"))["readers"].to_list() == ["encoder", "rules"]


def test_another_pair_is_another_finding() -> None:
    assert combine(readings({}), encoded(candidate=1))["readers"].to_list() == ["rules", "encoder"]


def test_a_silent_encoder_counts_as_a_score_of_nothing() -> None:
    assert combine(readings({}), NOTHING).select("readers", "encoder_score").rows() == [("rules", 0.0)]


def test_what_the_rules_set_aside_is_told_beside_what_the_encoder_asserts() -> None:
    found = combine(readings({"modality": "historical"}), encoded())
    assert found.select("readers", "modality", "rules_say").rows() == [("encoder", "asserted", "denied"), ("rules", "historical", "denied")]


def test_both_kinds_of_the_rules_are_kept_where_the_encoder_agrees() -> None:
    assert combine(readings({"kind": "demand"}, {"kind": "refusal"}), encoded(kind="demand")).height == 2


def test_one_reader_alone_is_evidence_too() -> None:
    assert alone(readings({}), "rules")["readers"].to_list() == ["rules"]
    assert alone(encoded(), "encoder")["readers"].to_list() == ["encoder"]
