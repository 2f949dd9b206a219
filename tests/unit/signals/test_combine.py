from typing import Any

import polars as pl
import pytest

from pipeline.signals.combine import EVIDENCE_SCHEMA, combine
from pipeline.signals.extract import MODES, combine_readings
from pipeline.signals.reader import READINGS_SCHEMA, RULED_OUT, Reading

READING: dict[str, Any] = {
    "candidate": 0, "kind": "measure", "status": "announced", "modality": "asserted", "instrument": "tariff", "is_retaliation": False,
    "is_conditional": False, "rate_pct": None, "value_usd": None, "product": "", "score": 0.6, "margin": None,
    "rule_id": "impose.restriction", "words": ["hit"],
}  # fmt: skip
NOTHING = pl.DataFrame(schema=READINGS_SCHEMA)


def make_readings(*changes: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([READING | change for change in changes], schema=READINGS_SCHEMA)


def encoder_readings(**changes: Any) -> pl.DataFrame:
    defaults = {"rule_id": "encoder.measure", "score": 0.9, "status": "effective", "words": ["measure 0.90", "threat 0.10"]}
    return make_readings(defaults | changes)


def test_a_reading_has_the_columns_of_its_schema_in_order() -> None:
    assert list(Reading._fields) == READINGS_SCHEMA.names()


def test_a_signal_that_both_readers_assert_is_one_row() -> None:
    evidence = combine(make_readings({}), encoder_readings())
    assert evidence.schema == EVIDENCE_SCHEMA
    assert evidence.select("readers", "rules_say", "encoder_score", "status", "rule_id", "alternatives").rows() == [
        ("rules+encoder", "asserted", 0.9, "announced", "impose.restriction", "measure 0.90, threat 0.10")
    ]


@pytest.mark.parametrize(
    ("by_rules", "by_encoder", "instrument"),
    [("purchases", "import_restriction", "import_restriction"), ("tariff", "import_restriction", "tariff"), ("other", "other", "other")],
)
def test_the_encoder_names_the_instrument_unless_it_is_a_tariff(by_rules: str, by_encoder: str, instrument: str) -> None:
    evidence = combine(make_readings({"instrument": by_rules}), encoder_readings(instrument=by_encoder))
    assert evidence["instrument"].to_list() == [instrument]


def test_a_silent_encoder_leaves_the_instrument() -> None:
    assert combine(make_readings({"instrument": "purchases"}), NOTHING)["instrument"].to_list() == ["purchases"]


def test_readers_agree_if_kinds_have_the_same_polarity() -> None:
    assert combine(make_readings({}), encoder_readings(kind="threat"))["readers"].to_list() == ["rules+encoder"]


def test_another_polarity_is_separate_evidence() -> None:
    assert combine(make_readings({}), encoder_readings(kind="easing"))["readers"].to_list() == ["encoder", "rules"]


def test_a_rule_that_is_sure_rules_out_the_opposite_sign() -> None:
    by_rules = make_readings({"rule_id": "raise.restriction.sure"})
    assert combine(by_rules, encoder_readings(kind="easing"))["readers"].to_list() == ["rules"]
    assert combine(by_rules, encoder_readings(kind="dialogue"))["readers"].to_list() == ["encoder", "rules"]
    two_acts = pl.concat([encoder_readings(kind="easing", score=0.8), encoder_readings(kind="measure", score=0.9)])
    assert combine(by_rules, two_acts)["polarity"].to_list() == ["concession", "escalation"]


def test_a_rule_that_is_sure_of_the_sign_gets_the_score_of_the_opposite() -> None:
    sure, unsure = make_readings({"rule_id": "raise.restriction.sure"}), make_readings({"rule_id": "raise.restriction"})
    assert combine(sure, encoder_readings(kind="easing", score=0.8))["encoder_score"].to_list() == [0.8]
    assert combine(unsure, encoder_readings(kind="easing", score=0.8)).filter(readers="rules")["encoder_score"].to_list() == [0.0]


def test_who_suffers_an_act_does_not_do_it() -> None:
    suffered = make_readings({"candidate": 1, "rule_id": f"suffer.restriction{RULED_OUT}", "modality": "negated"})
    by_rules = pl.concat([make_readings({}), suffered])
    by_encoder = pl.concat([encoder_readings(), encoder_readings(candidate=1)])
    assert combine(by_rules, by_encoder)["candidate"].to_list() == [0]
    answered = pl.concat([encoder_readings(), encoder_readings(candidate=1, kind="accusation")])
    assert combine(by_rules, answered)["candidate"].to_list() == [0, 1]


def test_another_pair_is_separate_evidence() -> None:
    assert combine(make_readings({}), encoder_readings(candidate=1))["readers"].to_list() == ["rules", "encoder"]


def test_a_silent_encoder_has_score_zero() -> None:
    assert combine(make_readings({}), NOTHING).select("readers", "encoder_score").rows() == [("rules", 0.0)]


def test_evidence_of_the_encoder_says_that_the_rules_deny_it() -> None:
    evidence = combine(make_readings({"modality": "hypothetical"}), encoder_readings())
    assert evidence.select("readers", "modality", "rules_say").rows() == [
        ("encoder", "asserted", "denied"),
        ("rules", "hypothetical", "denied"),
    ]


def test_an_act_that_the_rules_know_as_past_is_no_news() -> None:
    by_rules = make_readings({"modality": "historical"})
    assert combine(by_rules, encoder_readings())["readers"].to_list() == ["rules"]
    assert combine(by_rules, encoder_readings(kind="accusation"))["readers"].to_list() == ["encoder", "rules"]
    assert combine(by_rules.with_columns(rule_id=pl.lit("standing.restriction")), encoder_readings())["readers"].to_list() == [
        "encoder",
        "rules",
    ]


@pytest.mark.parametrize(("margin", "kind", "status"), [(0.7, "threat", "proposed"), (0.5, "measure", "announced")])
def test_the_encoder_corrects_the_kind_only_where_it_is_sure(margin: float, kind: str, status: str) -> None:
    evidence = combine(make_readings({}), encoder_readings(kind="threat", status="proposed", margin=margin))
    assert evidence.select("readers", "kind", "status", "instrument", "rule_id").rows() == [
        ("rules+encoder", kind, status, "tariff", "impose.restriction")
    ]


def test_a_kind_that_the_rules_find_too_corrects_no_other() -> None:
    by_encoder = encoder_readings(kind="refusal", margin=0.9)
    assert set(combine(make_readings({"kind": "demand"}, {"kind": "refusal"}), by_encoder)["kind"]) == {"demand", "refusal"}


def test_both_kinds_of_the_rules_stay_if_the_encoder_agrees() -> None:
    assert combine(make_readings({"kind": "demand"}, {"kind": "refusal"}), encoder_readings(kind="demand")).height == 2


def test_readings_of_a_single_reader_become_evidence() -> None:
    readings = {"rules": make_readings({}), "encoder": encoder_readings()}
    by_mode = {mode: combine_readings(mode, readings)["readers"].to_list() for mode in MODES}
    assert by_mode == {"rules": ["rules"], "encoder": ["encoder"], "both": ["rules+encoder"]}
