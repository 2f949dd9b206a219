import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from pipeline.contracts.tables.core import FINDINGS
from pipeline.index.parameters import read_weights
from pipeline.signals.evaluate import EvaluationError, evaluate, list_errors, size_of_act, to_predictions
from pipeline.signals.gold import Gold
from pipeline.warehouse.sql import Query, select
from tests.unit.signals.scenes import make_gold, make_prediction, make_predictions, make_row, score

# --- scores from counts


def test_precision_recall_and_f1_follow_from_the_counts() -> None:
    # right: p1; missed: p2's and p3's; wrong: p3's
    against = make_gold(make_row("p1"), make_row("p2"), make_row("p3"), passages=("p1", "p2", "p3"))
    counts = evaluate(against, make_predictions(make_prediction("p1"), make_prediction("p3", target="JPN"))).levels["triple"]
    assert (counts.tp, counts.fp, counts.fn) == (1, 1, 2)
    assert counts.precision.value == pytest.approx(1 / 2)
    assert counts.recall.value == pytest.approx(1 / 3)
    assert counts.f1.value == pytest.approx(2 / 5)
    assert (counts.precision.count, counts.recall.count, counts.f1.count) == (2, 3, 4)


def test_a_share_of_nothing_is_none() -> None:
    counts = evaluate(make_gold(make_row()), make_predictions()).levels["triple"]
    assert counts.precision.value is None
    assert counts.recall.value == 0
    assert evaluate(make_gold(), make_predictions()).levels["triple"].f1.value is None


def test_each_kind_is_scored() -> None:
    against = make_gold(make_row(kind="threat"), make_row(kind="demand"))
    kinds = evaluate(against, make_predictions(make_prediction(kind="threat"), make_prediction(kind="refusal"))).kinds
    assert (kinds["threat"].precision.value, kinds["threat"].recall.value) == (1, 1)
    assert kinds["demand"].recall.value == 0
    assert (kinds["refusal"].precision.value, kinds["refusal"].recall.value) == (0, None)


def test_recall_is_reported_for_each_polarity() -> None:
    against = make_gold(make_row(), make_row("p2", kind="easing"), make_row("p3", kind="purchase"), passages=("p1", "p2", "p3"))
    polarities = evaluate(against, make_predictions(make_prediction(), make_prediction("p2", kind="offer"))).polarities
    assert polarities["escalation"].recall.value == 1
    assert polarities["concession"].recall.value == 0.5


def test_each_source_is_scored_even_without_signals() -> None:
    against = make_gold(make_row("p1"), make_row("p2"), passages=("p1", "p2", "p3"), sources=("wire", "daily", "blog"))
    sources = evaluate(against, make_predictions(make_prediction("p1"))).sources
    assert sources["wire"].f1.value == 1
    assert sources["daily"].f1.value == 0
    assert sources["blog"].f1.value is None


# --- mass


def test_an_act_has_the_size_that_it_has_in_the_index() -> None:
    grid = """
        select *, size_of_act(instrument, rate_pct, usual_rate_pct) as size
        from (select unnest(['tariff', 'quota']) as instrument)
        cross join (select unnest([null, 0, 2.5, 6.25, 25, 99, 100, 101]::double[]) as rate_pct)
        cross join (select unnest([null, 10, 25]::double[]) as usual_rate_pct)
    """
    rows = select({}, Query(Path("grid.sql"), grid, (), (), ()), {})
    assert rows.height == 2 * 8 * 3
    assert rows.select(size_of_act(pl.col("rate_pct"))).to_series().to_list() == pytest.approx(rows["size"].to_list())


def masses(against: Gold, *predictions: dict[str, Any]) -> dict[str, tuple[float | None, int]]:
    scored = evaluate(against, make_predictions(*predictions), weights=read_weights()).masses
    return {polarity: (score.value, score.count) for polarity, score in scored.items()}


def test_the_share_of_right_mass_weighs_severity_and_probability() -> None:
    against = make_gold(make_row("p1"), make_row("p2", kind="easing"), passages=("p1", "p2", "p3"))
    right = make_prediction("p1", 0.8)  # announced measure: .5
    wrong = make_prediction("p3", 0.4, kind="accusation")  # .2
    assert masses(against, right, wrong, make_prediction("p2", 0.4, kind="easing")) == {
        "escalation": (pytest.approx(0.4 / 0.48), 2),
        "concession": (1, 1),
        "dialogue": (None, 0),
    }


def test_a_tariff_has_mass_by_the_root_of_its_rate() -> None:
    right, wrong = make_prediction("p1", 0.5, instrument="tariff"), make_prediction("p2", 0.5, instrument="tariff")
    against = make_gold(make_row("p1"), passages=("p1", "p2"))
    predictions = make_predictions(right, wrong).with_columns(rate_pct=pl.Series([100.0, 1.0]))
    share = evaluate(against, predictions, weights=read_weights()).masses["escalation"].value
    assert share == pytest.approx(2 / (2 + 0.5))


def test_repeated_findings_of_a_passage_count_once_with_mass() -> None:
    against = make_gold(make_row("p1"), passages=("p1",))
    repeated = make_prediction("p1", 0.5, span_start=50, span_end=90)  # a sentence without a gold row: wrong
    assert masses(against, make_prediction("p1", 0.8), repeated)["escalation"] == (1, 1)


def test_findings_without_weight_have_no_mass() -> None:
    predicted = make_prediction(kind="threat", status="ended")
    assert masses(make_gold(make_row()), predicted)["escalation"] == (None, 0)


def test_without_weights_no_mass_is_scored() -> None:
    report = evaluate(make_gold(make_row()), make_predictions(make_prediction()))
    assert report.masses == {}
    assert "mass" not in report.to_frame()["part"].to_list()


# --- accuracy on matched rows


def test_status_and_instrument_are_judged_on_matched_rows_only() -> None:
    against = make_gold(make_row("p1"), make_row("p2"), make_row("p3"), make_row("p4"), passages=("p1", "p2", "p3", "p4"))
    predictions = make_predictions(
        make_prediction("p1"),
        make_prediction("p2", status="ended"),
        make_prediction("p3", instrument="other", kind="threat"),
        make_prediction("p4", target="JPN"),
    )
    accuracy = evaluate(against, predictions).accuracy
    assert accuracy["status"].value == pytest.approx(2 / 3)
    assert accuracy["instrument"].value == pytest.approx(2 / 3)
    assert accuracy["status"].count == 3


def test_modality_is_scored_on_all_rows_and_status_on_asserted_ones() -> None:
    against = make_gold(
        make_row("p1"), make_row("p2", modality="historical"), make_row("p3", modality="negated"), passages=("p1", "p2", "p3")
    )
    accuracy = evaluate(
        against, make_predictions(make_prediction("p1"), make_prediction("p2"), make_prediction("p3", modality="negated"))
    ).accuracy
    assert accuracy["modality"].value == pytest.approx(2 / 3)
    assert accuracy["status"].count == 1


def test_rows_are_matched_one_to_one_with_the_most_similar() -> None:
    against = make_gold(make_row(kind="threat", status="proposed"), make_row(kind="measure", status="effective"))
    predictions = make_predictions(
        make_prediction(kind="measure", status="effective"),
        make_prediction(kind="threat", status="proposed"),
        make_prediction(kind="demand", status="ended"),
    )
    status = evaluate(against, predictions).accuracy["status"]
    assert (status.value, status.count) == (1, 2)


def test_rates_are_judged_where_one_of_the_rows_has_a_rate() -> None:
    against = make_gold(*(make_row(one, rate_pct=rate) for one, rate in (("p1", 25.0), ("p2", 25.0), ("p3", None), ("p4", None))),
                        passages=("p1", "p2", "p3", "p4"))  # fmt: skip
    unrated = make_predictions(*(make_prediction(one) for one in ("p1", "p2", "p3", "p4")))
    predictions = unrated.with_columns(rate_pct=pl.Series([25.0, 34.0, 10.0, None]))
    rate = evaluate(against, predictions).accuracy["rate_pct"]
    assert rate.value == pytest.approx(1 / 3)
    assert rate.count == 3
    assert "rate_pct" not in evaluate(against, unrated).accuracy


def test_optional_rows_are_not_judged_for_accuracy() -> None:
    accuracy = evaluate(make_gold(make_row(opt=True)), make_predictions(make_prediction(status="ended"))).accuracy
    assert (accuracy["status"].value, accuracy["modality"].value) == (None, None)


# --- the probability


def test_the_brier_score_is_the_mean_squared_error() -> None:
    against = make_gold(make_row("p1"), passages=("p1", "p2"))
    report = evaluate(against, make_predictions(make_prediction("p1", 0.9), make_prediction("p2", 0.4)))
    assert report.brier.value == pytest.approx((0.1**2 + 0.4**2) / 2)
    assert report.brier.count == 2


def test_the_calibration_error_weighs_each_bin_by_its_predictions() -> None:
    # bin 0.8 to 0.9: mean 0.85, one of two right; bin 0.2 to 0.3: 0.25, wrong
    against = make_gold(make_row("p1"), passages=("p1", "p2", "p3"))
    report = evaluate(against, make_predictions(make_prediction("p1", 0.82), make_prediction("p2", 0.88), make_prediction("p3", 0.25)))
    assert report.calibration_error.value == pytest.approx(2 / 3 * abs(0.85 - 0.5) + 1 / 3 * 0.25)


def test_the_reliability_table_has_ten_bins_and_one_belongs_to_the_last() -> None:
    against = make_gold(make_row("p1"), passages=("p1", "p2"))
    bins = evaluate(against, make_predictions(make_prediction("p1", 1.0), make_prediction("p2", 0.0))).reliability
    assert len(bins) == 10
    assert (bins[9].count, bins[9].share_right.value, bins[9].mean_probability) == (1, 1, 1)
    assert (bins[0].count, bins[0].share_right.value, bins[0].mean_probability) == (1, 0, 0)
    assert (bins[5].count, bins[5].share_right.value, bins[5].mean_probability) == (0, None, None)


def test_a_bin_includes_its_lower_bound() -> None:
    bins = evaluate(make_gold(make_row()), make_predictions(make_prediction(probability=0.3))).reliability
    assert [b.lo for b in bins if b.count] == [0.3]


def test_optional_and_unasserted_rows_do_not_count_for_the_brier_score() -> None:
    against = make_gold(make_row("p1", opt=True), passages=("p1", "p2"))
    assert evaluate(against, make_predictions(make_prediction("p1"), make_prediction("p2", modality="negated"))).brier.value is None


# --- intervals


def many(n: int) -> tuple[Gold, pl.DataFrame]:
    names = tuple(f"p{i}" for i in range(n))
    return make_gold(*(make_row(name) for name in names), passages=names), make_predictions(
        *(make_prediction(name) for name in names[: n // 2])
    )


def test_the_report_depends_only_on_input_and_seed() -> None:
    against, predictions = many(50)  # few resamples, so that bounds rarely coincide
    assert evaluate(against, predictions, seed=7, resamples=20) == evaluate(against, predictions, seed=7, resamples=20)
    assert evaluate(against, predictions, seed=7, resamples=20) != evaluate(against, predictions, seed=8, resamples=20)


def test_the_order_of_predictions_does_not_change_the_report() -> None:
    against, predictions = many(50)
    assert evaluate(against, predictions) == evaluate(against, predictions.reverse())


def test_the_interval_of_a_share_is_close_to_the_binomial_interval() -> None:
    recall = evaluate(*many(100)).levels["triple"].recall
    assert recall.lo95 is not None
    assert recall.hi95 is not None
    assert recall.lo95 == pytest.approx(0.5 - 1.96 * 0.05, abs=0.02)
    assert recall.hi95 == pytest.approx(0.5 + 1.96 * 0.05, abs=0.02)


def test_whole_passages_are_resampled_with_all_their_signals() -> None:
    spans: list[dict[str, Any]] = [{"span_start": 10 * n, "span_end": 10 * n + 10} for n in range(10)]
    names = tuple(f"p{i}" for i in range(10))
    against = make_gold(*(make_row(name, **span) for name in names for span in spans), passages=names)
    predictions = make_predictions(*(make_prediction(name, **span) for name in names[:5] for span in spans))
    recall = evaluate(against, predictions).levels["triple"].recall
    assert recall.lo95 is not None
    assert recall.lo95 == pytest.approx(0.2, abs=0.05)  # 100 signals, but only ten passages


def test_the_interval_is_a_percentile_bootstrap_over_passages() -> None:
    against, predictions = many(20)
    times = np.random.default_rng(3).multinomial(20, np.full(20, 1 / 20), size=400)
    shares: NDArray[np.float64] = times[:, :10].sum(axis=1) / 20
    recall = evaluate(against, predictions, seed=3, resamples=400).levels["triple"].recall
    assert (recall.lo95, recall.hi95) == pytest.approx(tuple(np.percentile(shares, [2.5, 97.5])))


def test_a_single_passage_gives_no_interval() -> None:
    recall = evaluate(make_gold(make_row()), make_predictions(make_prediction())).levels["triple"].recall
    assert (recall.value, recall.lo95, recall.hi95) == (1, None, None)


@pytest.mark.parametrize("seed", [2, 3])
def test_resamples_without_any_signal_give_no_interval(seed: int) -> None:
    names = tuple(f"p{i}" for i in range(50))
    rows = (make_row(names[0]), make_row(names[1]))
    against, predictions = make_gold(*rows, passages=names), make_predictions(make_prediction(names[0]))
    recall = evaluate(against, predictions, seed=seed, resamples=1).levels["triple"].recall
    assert (recall.value, recall.lo95, recall.hi95) == (0.5, None, None)


def test_a_thousand_resamples_of_a_thousand_passages_are_fast() -> None:
    against, predictions = many(1000)
    start = time.process_time()  # time of this process only, since the machine may be busy
    evaluate(against, predictions)
    assert time.process_time() - start < 3


# --- the report


def test_a_perfect_prediction_scores_one_everywhere() -> None:
    rows = [
        make_row("p1"),
        make_row("p1", kind="easing", actor="CHN", target="USA"),
        make_row("p2", kind="dialogue", target="*"),
        make_row("p2", opt=True),
    ]
    against = make_gold(*rows, make_row("p3", modality="historical"), passages=("p1", "p2", "p3"))
    report = evaluate(against, to_predictions(against))
    assert [report.levels[level].f1.value for level in report.levels] == [1] * 5
    assert [report.accuracy[field].value for field in ("modality", "status", "instrument")] == [1] * 3
    assert (report.brier.value, report.calibration_error.value) == (0, 0)
    assert list_errors(against, to_predictions(against)).is_empty()


def test_the_report_counts_passages_signals_and_predictions() -> None:
    against = make_gold(make_row(), make_row(opt=True), make_row(modality="negated"), passages=("p1", "p2"))
    report = evaluate(against, make_predictions(make_prediction(), make_prediction(modality="negated"), make_prediction("elsewhere")))
    assert (report.passages, report.expected, report.predicted, report.ignored) == (2, 1, 1, 1)


def test_predictions_in_other_passages_are_ignored() -> None:
    assert score(make_prediction("elsewhere"), against=make_gold(make_row())) == (0, 0, 1)


def test_the_frame_of_a_report_has_one_row_per_score() -> None:
    frame = evaluate(make_gold(make_row()), make_predictions(make_prediction())).to_frame()
    assert frame.columns == ["part", "name", "score", "value", "lo95", "hi95", "count"]
    assert frame.select("part", "name", "score").is_unique().all()
    headline = frame.filter((pl.col("name") == "triple") & (pl.col("score") == "f1"))
    assert headline["value"].item() == 1
    assert set(frame["part"]) == {"level", "kind", "polarity", "source", "accuracy", "calibration"}


def test_the_frame_of_the_reliability_table_has_one_row_per_bin() -> None:
    frame = evaluate(make_gold(make_row()), make_predictions(make_prediction(probability=0.75))).to_reliability_frame()
    assert frame.filter(pl.col("count") > 0).row(0) == (0.7, 0.8, 1, 0.75, 1.0, None, None)
    assert frame.height == 10


def test_findings_of_the_contract_can_be_scored() -> None:
    report = evaluate(make_gold(make_row()), FINDINGS.example(1).with_columns(article_id=pl.lit("p1")))
    assert report.predicted == 1


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        (make_predictions(make_prediction()).drop("probability"), "lack the columns probability"),
        (make_predictions(make_prediction(modality="Asserted")), "have an unknown modality: 'Asserted'"),
        (make_predictions(make_prediction(probability=1.2)), "outside 0 to 1, the first 1.2"),
        (make_predictions(make_prediction(probability=float("nan"))), "outside 0 to 1"),
        (make_predictions(make_prediction()).with_columns(actor=pl.lit(None, dtype=pl.String())), "empty cells in actor"),
    ],
)
def test_predictions_that_cannot_be_scored_are_rejected(predictions: pl.DataFrame, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        evaluate(make_gold(make_row()), predictions)


def test_gold_without_passages_is_rejected() -> None:
    with pytest.raises(EvaluationError, match="has no passages"):
        evaluate(make_gold(passages=()), make_predictions())


def test_zero_resamples_are_rejected() -> None:
    with pytest.raises(EvaluationError, match="0 resamples"):
        evaluate(make_gold(make_row()), make_predictions(), resamples=0)
