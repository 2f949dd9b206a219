from typing import Any

import pytest

from pipeline.signals.evaluate import evaluate
from tests.unit.signals.scenes import make_gold, make_prediction, make_predictions, make_row, read_counts, score

# --- assigning predictions to sentences


def test_a_prediction_over_half_of_the_shorter_span_matches_the_sentence() -> None:
    assert score(make_prediction(span_start=19, span_end=100), against=make_gold(make_row())) == (1, 0, 0)


def test_a_prediction_over_exactly_half_of_the_shorter_span_does_not_match() -> None:
    assert score(make_prediction(span_start=20, span_end=100), against=make_gold(make_row())) == (0, 1, 1)


def test_a_short_span_inside_a_long_sentence_matches_it() -> None:
    assert score(make_prediction(span_start=10, span_end=14), against=make_gold(make_row())) == (1, 0, 0)


def test_a_prediction_over_two_sentences_matches_the_larger_overlap() -> None:
    two = make_gold(make_row(span_start=0, span_end=20), make_row(span_start=21, span_end=90, kind="easing"))
    assert score(make_prediction(span_start=0, span_end=90, kind="easing"), against=two) == (1, 0, 1)


def test_a_prediction_in_another_passage_does_not_match() -> None:
    assert score(make_prediction("p2"), against=make_gold(make_row("p1"), passages=("p1", "p2"))) == (0, 1, 1)


def test_two_halves_of_one_gold_sentence_are_one_sentence() -> None:
    halves = [make_prediction(span_start=0, span_end=20), make_prediction(span_start=20, span_end=40)]
    assert score(*halves, against=make_gold(make_row())) == (1, 0, 0)


# --- right, wrong and missed


def test_a_signal_without_prediction_is_missed_at_every_level() -> None:
    report = evaluate(make_gold(make_row()), make_predictions())
    assert {level: read_counts(report, level) for level in report.levels} == dict.fromkeys(report.levels, (0, 0, 1))


def test_a_prediction_in_a_sentence_without_gold_is_wrong_at_every_level() -> None:
    report = evaluate(make_gold(), make_predictions(make_prediction()))
    assert {level: read_counts(report, level) for level in report.levels} == dict.fromkeys(report.levels, (0, 1, 0))


@pytest.mark.parametrize(
    ("prediction", "right"),
    [
        ({}, {"detection", "pair", "polarity", "triple", "kind"}),
        ({"kind": "threat"}, {"detection", "pair", "polarity", "triple"}),
        ({"actor": "CHN", "target": "USA"}, {"detection", "pair", "polarity"}),
        ({"kind": "easing"}, {"detection", "pair"}),
        ({"target": "JPN"}, {"detection"}),
        ({"status": "ended", "instrument": "other"}, {"detection", "pair", "polarity", "triple", "kind"}),
    ],
)
def test_each_level_compares_its_own_fields(prediction: dict[str, Any], right: set[str]) -> None:
    report = evaluate(make_gold(make_row()), make_predictions(make_prediction(**prediction)))
    assert {level for level in report.levels if read_counts(report, level) == (1, 0, 0)} == right
    assert all(read_counts(report, level) == (0, 1, 1) for level in report.levels if level not in right)


def test_duplicates_in_a_sentence_count_once() -> None:
    against = make_gold(make_row(), make_row(instrument="other"))
    assert score(make_prediction(), make_prediction(instrument="subsidy"), make_prediction(kind="threat"), against=against) == (1, 0, 0)


def test_a_mutual_act_is_one_pair_and_two_triples() -> None:
    talks: list[dict[str, Any]] = [{"kind": "dialogue"}, {"kind": "dialogue", "actor": "CHN", "target": "USA"}]
    report = evaluate(make_gold(*(make_row(**one) for one in talks)), make_predictions(*(make_prediction(**one) for one in talks)))
    assert read_counts(report, "pair") == (1, 0, 0)
    assert read_counts(report, "triple") == (2, 0, 0)


def test_the_same_triple_in_two_sentences_counts_twice() -> None:
    against = make_gold(make_row(), make_row(span_start=50, span_end=90))
    assert score(make_prediction(), against=against) == (1, 0, 1)


def test_all_partners_match_only_all_partners() -> None:
    assert score(make_prediction(target="*"), against=make_gold(make_row())) == (0, 1, 1)
    assert score(make_prediction(), against=make_gold(make_row(target="*"))) == (0, 1, 1)
    assert score(make_prediction(target="*"), against=make_gold(make_row(target="*"))) == (1, 0, 0)


@pytest.mark.parametrize("modality", ["historical", "negated", "hypothetical"])
def test_asserting_an_unasserted_row_is_wrong_at_every_level(modality: str) -> None:
    report = evaluate(make_gold(make_row(modality=modality)), make_predictions(make_prediction()))
    assert all(read_counts(report, level) == (0, 1, 0) for level in report.levels)


def test_an_unasserted_prediction_is_not_counted() -> None:
    assert score(make_prediction(modality="historical"), against=make_gold(make_row())) == (0, 0, 1)
    assert score(make_prediction(modality="historical"), against=make_gold()) == (0, 0, 0)


# --- optional rows


def test_an_optional_row_is_not_expected() -> None:
    assert score(against=make_gold(make_row(opt=True))) == (0, 0, 0)


def test_a_prediction_that_matches_an_optional_row_is_not_wrong() -> None:
    report = evaluate(make_gold(make_row(opt=True)), make_predictions(make_prediction()))
    assert all(read_counts(report, level) == (0, 0, 0) for level in report.levels)


def test_an_optional_row_excuses_only_matches_at_the_scored_level() -> None:
    report = evaluate(make_gold(make_row(opt=True)), make_predictions(make_prediction(kind="threat")))
    assert read_counts(report, "triple") == (0, 0, 0)
    assert read_counts(report, "kind") == (0, 1, 0)


def test_an_expected_row_counts_even_if_an_optional_row_is_the_same() -> None:
    against = make_gold(make_row(), make_row(opt=True, modality="historical"))
    assert score(make_prediction(), against=against) == (1, 0, 0)
    assert score(against=against) == (0, 0, 1)


def test_an_optional_row_without_partner_excuses_any_partner_of_its_actor() -> None:
    against = make_gold(make_row(target="?", opt=True))
    report = evaluate(against, make_predictions(make_prediction(target="JPN"), make_prediction(actor="JPN", target="USA")))
    assert read_counts(report, "pair") == (0, 0, 0)
    assert read_counts(report, "triple") == (0, 1, 0)
    assert score(make_prediction(actor="CHN", target="JPN"), against=against) == (0, 1, 0)
