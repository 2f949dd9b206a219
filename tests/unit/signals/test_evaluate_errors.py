from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.signals.evaluate import evaluate, list_errors, to_predictions
from pipeline.signals.gold import Gold, read_gold
from tests.unit.signals.scenes import make_gold, make_prediction, make_predictions, make_row

REAL_GOLD = Path(__file__).parents[3].parent / "shared" / "data" / "gold"


def list_sides(against: Gold, *predictions: dict[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """List errors as (error, gold side, predicted side)."""
    errors = list_errors(against, make_predictions(*predictions))
    return [
        (one["error"], one["gold_actor"] and f"{one['gold_actor']}>{one['gold_target']} {one['gold_kind']}",
         one["predicted_actor"] and f"{one['predicted_actor']}>{one['predicted_target']} {one['predicted_kind']}")
        for one in errors.iter_rows(named=True)
    ]  # fmt: skip


def test_a_row_without_prediction_is_silent() -> None:
    assert list_sides(make_gold(make_row())) == [("silent", "USA>CHN measure", None)]


def test_a_prediction_without_gold_row_is_spurious() -> None:
    assert list_sides(make_gold(), make_prediction()) == [("spurious", None, "USA>CHN measure")]


def test_a_right_triple_of_another_kind_is_not_an_error() -> None:
    assert list_sides(make_gold(make_row()), make_prediction(kind="threat")) == []


def test_another_polarity_is_an_error_of_polarity() -> None:
    assert list_sides(make_gold(make_row()), make_prediction(kind="easing")) == [("polarity", "USA>CHN measure", "USA>CHN easing")]


def test_exchanged_actor_and_target_are_an_error_of_direction() -> None:
    assert list_sides(make_gold(make_row()), make_prediction(actor="CHN", target="USA")) == [
        ("direction", "USA>CHN measure", "CHN>USA measure")
    ]


def test_other_countries_are_an_error_of_pair() -> None:
    assert list_sides(make_gold(make_row()), make_prediction(target="*")) == [("pair", "USA>CHN measure", "USA>* measure")]


def test_asserting_history_or_not_asserting_news_is_an_error_of_modality() -> None:
    against = make_gold(make_row("p1", modality="historical"), make_row("p2"), passages=("p1", "p2"))
    assert (
        list_sides(against, make_prediction("p1"), make_prediction("p2", modality="negated"))
        == [("modality", "USA>CHN measure", "USA>CHN measure")] * 2
    )


def test_a_missed_row_is_paired_with_the_most_similar_wrong_prediction() -> None:
    sides = list_sides(make_gold(make_row()), make_prediction(target="JPN"), make_prediction(actor="CHN", target="USA"))
    assert sides == [("direction", "USA>CHN measure", "CHN>USA measure"), ("spurious", None, "USA>JPN measure")]


def test_optional_rows_and_predictions_on_them_are_not_listed() -> None:
    assert list_sides(make_gold(make_row(opt=True)), make_prediction()) == []
    assert list_sides(make_gold(make_row(opt=True))) == []


def test_an_error_has_its_span_fields_and_probability() -> None:
    against = make_gold(make_row("p2", span_start=50, span_end=90), passages=("p1", "p2"), sources=("wire", "daily"))
    errors = list_errors(against, make_predictions(make_prediction("p2", 0.6, kind="easing", span_start=48, span_end=92))).row(
        0, named=True
    )
    assert (errors["id"], errors["source"], errors["span_start"], errors["span_end"]) == ("p2", "daily", 50, 90)
    assert (errors["quote"], errors["probability"]) == ("x" * 40, 0.6)
    assert (errors["gold_status"], errors["predicted_polarity"]) == ("announced", "concession")


@pytest.mark.slow
@pytest.mark.skipif(not REAL_GOLD.is_dir(), reason="the real gold files are third-party text and not part of the project")
def test_on_real_gold_the_errors_agree_with_the_counts() -> None:
    against = read_gold(*sorted(path for path in REAL_GOLD.glob("*.jsonl") if "unlabelled" not in path.name))
    perfect = to_predictions(against)
    number = pl.int_range(pl.len())
    spoiled = perfect.filter(number % 5 > 0).with_columns(
        actor=pl.when(number % 7 == 0).then("target").otherwise("actor"),
        target=pl.when(number % 7 == 0).then("actor").otherwise("target"),
        modality=pl.when(number % 3 == 0).then(pl.lit("asserted")).otherwise("modality"),
    )
    counts = evaluate(against, spoiled, resamples=10).levels["triple"]
    errors = list_errors(against, spoiled)
    assert errors.filter(pl.col("gold_modality") == "asserted").height == counts.fn
    assert errors.filter(pl.col("predicted_modality") == "asserted").height == counts.fp
    assert evaluate(against, perfect).levels["triple"].f1.value == 1
