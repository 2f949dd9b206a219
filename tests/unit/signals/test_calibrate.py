import polars as pl
import pytest

from pipeline.signals.calibrate import TERMS, family_shares, features, least, probabilities, tiers
from pipeline.signals.combine import EVIDENCE_SCHEMA
from pipeline.signals.extract import WAYS
from pipeline.signals.lexicon import load_lexicon

ROW = {
    "candidate": 0,
    "kind": "measure",
    "modality": "asserted",
    "rule_id": "impose.restriction",
    "rules_say": "asserted",
    "encoder_score": 0.5,
}


def evidence(*changes: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([ROW | change for change in changes], schema=EVIDENCE_SCHEMA)


@pytest.mark.parametrize("way", WAYS)
def test_probabilities_lie_between_0_and_1(way: str) -> None:
    families = [{"rule_id": name, "encoder_score": score} for name in load_lexicon("calibration")["families"] for score in (0.0, 0.5, 1.0)]
    assert probabilities(evidence(*families), way).is_between(0, 1).all()


def test_agreement_of_both_readers_is_likelier_than_either_alone() -> None:
    agreed, rules, encoder = probabilities(
        evidence(
            {"encoder_score": 0.9}, {"encoder_score": 0.0}, {"encoder_score": 0.9, "rules_say": "silent", "rule_id": "encoder.measure"}
        ),
        "both",
    )
    assert agreed > max(rules, encoder)


def test_a_surer_encoder_is_likelier_right() -> None:
    given = probabilities(evidence({"encoder_score": 0.2}, {"encoder_score": 0.8}), "both")
    assert given[0] < given[1]


def test_the_family_is_the_first_part_of_the_rule() -> None:
    given = probabilities(evidence({"rule_id": "impose.restriction"}, {"rule_id": "impose"}), "rules")
    assert given[0] == given[1]


def test_an_unmeasured_family_counts_as_the_mean() -> None:
    shares = {"": 0.5, "impose": 0.9}
    assert features(evidence({"rule_id": "unheard.of"}), shares)["family"].to_list() == [0.0]


def test_the_terms_are_those_of_the_formula() -> None:
    assert tuple(features(evidence({}), {"": 0.5}).columns) == TERMS


def test_a_rare_family_is_drawn_towards_the_mean() -> None:
    shares = family_shares(["a.x"] * 90 + ["b.y"] * 2, [True] * 45 + [False] * 45 + [True, True])
    assert shares[""] < shares["b"] < 0.7


def test_tiers_follow_their_bounds() -> None:
    bounds = load_lexicon("calibration")["tiers"]
    given = tiers(pl.Series([bounds["high"], bounds["high"] - 0.001, bounds["medium"], bounds["medium"] - 0.001]))
    assert given.to_list() == ["high", "medium", "medium", "low"]


def test_every_way_has_a_least_probability() -> None:
    assert all(0 < least(way) < 1 for way in WAYS)
