import polars as pl
import pytest

from pipeline.signals.calibrate import (
    TERMS,
    assign_tiers,
    compute_family_shares,
    compute_probabilities,
    compute_terms,
    minimum_probability,
)
from pipeline.signals.combine import EVIDENCE_SCHEMA
from pipeline.signals.extract import MODES
from pipeline.signals.lexicon import load_lexicon

ROW = {
    "candidate": 0,
    "kind": "measure",
    "modality": "asserted",
    "rule_id": "impose.restriction",
    "rules_say": "asserted",
    "encoder_score": 0.5,
    "doubts": [],
    "relevance": 1.0,
}
SCHEMA = {**EVIDENCE_SCHEMA, "doubts": pl.List(pl.String()), "relevance": pl.Float64()}


def make_evidence(*changes: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([ROW | change for change in changes], schema=SCHEMA)


@pytest.mark.parametrize("mode", MODES)
def test_probabilities_lie_between_0_and_1(mode: str) -> None:
    families = [{"rule_id": name, "encoder_score": score} for name in load_lexicon("calibration")["families"] for score in (0.0, 0.5, 1.0)]
    assert compute_probabilities(make_evidence(*families), mode).is_between(0, 1).all()


def test_agreement_of_both_readers_is_more_probable_than_either_alone() -> None:
    agreed, rules, encoder = compute_probabilities(
        make_evidence(
            {"encoder_score": 0.9}, {"encoder_score": 0.0}, {"encoder_score": 0.9, "rules_say": "silent", "rule_id": "encoder.measure"}
        ),
        "both",
    )
    assert agreed > max(rules, encoder)


def test_probability_rises_with_the_score_of_the_encoder() -> None:
    results = compute_probabilities(make_evidence({"encoder_score": 0.2}, {"encoder_score": 0.8}), "both")
    assert results[0] < results[1]


@pytest.mark.parametrize("mode", MODES)
def test_probability_rises_with_words_of_trade_policy(mode: str) -> None:
    results = compute_probabilities(make_evidence({"relevance": -2.0}, {"relevance": 2.0}), mode)
    assert results[0] < results[1]


def test_the_family_is_the_first_part_of_the_rule_id() -> None:
    results = compute_probabilities(make_evidence({"rule_id": "impose.restriction"}, {"rule_id": "impose"}), "rules")
    assert results[0] == results[1]


def test_an_unmeasured_family_has_the_mean_share() -> None:
    shares = {"": 0.5, "impose": 0.9}
    assert compute_terms(make_evidence({"rule_id": "unheard.of"}), shares)["family"].to_list() == [0.0]


def test_the_terms_are_those_of_the_formula() -> None:
    assert tuple(compute_terms(make_evidence({}), {"": 0.5}).columns) == TERMS


def test_the_share_of_a_rare_family_is_shrunk_towards_the_mean() -> None:
    shares = compute_family_shares(["a.x"] * 90 + ["b.y"] * 2, [True] * 45 + [False] * 45 + [True, True])
    assert shares[""] < shares["b"] < 0.7


def test_tiers_follow_their_bounds() -> None:
    bounds = load_lexicon("calibration")["tiers"]
    results = assign_tiers(pl.Series([bounds["high"], bounds["high"] - 0.001, bounds["medium"], bounds["medium"] - 0.001]))
    assert results.to_list() == ["high", "medium", "medium", "low"]


def test_every_mode_has_a_minimum_probability() -> None:
    assert all(0 < minimum_probability(mode) < 1 for mode in MODES)
