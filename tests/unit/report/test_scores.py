import polars as pl
import pytest
from rich.console import Console, RenderableType

from pipeline.report.scores import errors_by_source, errors_table, rates_table, reliability_table, render_scores, single_scores_table

SCORES = pl.DataFrame(
    [
        ("level", "triple", "precision", 0.8, 0.7, 0.9, 10),
        ("level", "triple", "recall", 0.5, 0.4, 0.6, 16),
        ("level", "triple", "f1", 0.6154, 0.5, 0.7, 18),
        ("source", "Some [wire]", "precision", None, None, None, 0),
        ("source", "Some [wire]", "recall", 0.0, None, None, 3),
        ("source", "Some [wire]", "f1", 0.0, None, None, 3),
        ("accuracy", "status", "accuracy", 0.9, 0.85, 0.95, 8),
        ("calibration", "probability", "brier", 0.1234, 0.1, 0.15, 10),
    ],
    schema=["part", "name", "score", "value", "lo95", "hi95", "count"],
    orient="row",
)
RELIABILITY = pl.DataFrame(
    [(0.0, 0.1, 0, None, None, None, None), (0.7, 0.8, 4, 0.75, 0.5, 0.2, 0.8)],
    schema=["lo", "hi", "count", "mean_probability", "share_right", "lo95", "hi95"],
    orient="row",
)
ERRORS = pl.DataFrame(
    {
        "error": ["modality", "silent"],
        "source": ["Some [wire]", "daily"],
        "quote": ["Last year's duties [sic] stay.", "The levy was lifted."],
        "gold_actor": ["USA", "CHN"],
        "gold_target": ["CHN", "*"],
        "gold_kind": ["measure", "easing"],
        "gold_modality": ["historical", "asserted"],
        "predicted_actor": ["USA", None],
        "predicted_target": ["CHN", None],
        "predicted_kind": ["measure", None],
        "predicted_modality": ["asserted", None],
    }
)


def printed(what: RenderableType) -> str:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(what)
    return captured.get()


def test_rates_are_in_one_row_with_intervals_and_counts() -> None:
    line = next(
        line for line in printed(rates_table(SCORES.filter(pl.col("part") == "level"), "By level")).splitlines() if "triple" in line
    )
    assert line.split("  ")[0].strip() == "triple"
    assert "80.0 [70, 90]" in line
    assert "61.5 [50, 70]" in line
    assert line.split()[-2:] == ["16", "10"]


def test_a_missing_score_is_a_dash_and_brackets_are_printed() -> None:
    text = printed(rates_table(SCORES.filter(pl.col("part") == "source"), "By source"))
    assert "Some [wire]" in text
    assert " - " in text


def test_accuracies_are_percentages_and_the_brier_score_is_not() -> None:
    text = printed(single_scores_table(SCORES.filter(pl.col("part").is_in(["accuracy", "calibration"]))))
    assert "90.0 [85, 95]" in text
    assert "0.123 [0.100, 0.150]" in text


def test_bins_without_predictions_are_left_out() -> None:
    text = printed(reliability_table(RELIABILITY))
    assert "0.7 to 0.8" in text
    assert "0.0 to 0.1" not in text


def test_a_report_has_all_its_tables_in_order() -> None:
    text = printed(render_scores(SCORES, RELIABILITY))
    positions = [text.index(title) for title in ("By level", "By source", "Accuracy", "Reliability")]
    assert positions == sorted(positions)
    assert "By kind" not in text


def test_an_error_has_its_sentence_and_both_sides() -> None:
    text = printed(errors_table(ERRORS))
    assert "2 of 2 errors" in text
    assert "Last year's duties [sic] stay." in text
    assert "USA>CHN measure (historical)" in text
    assert "CHN>* easing" in text


def test_the_list_of_errors_ends_at_its_limit() -> None:
    text = printed(errors_table(ERRORS, limit=1))
    assert "1 of 2 errors" in text
    assert "The levy" not in text


def test_errors_are_counted_by_type_and_source() -> None:
    listed = pl.DataFrame({"error": ["silent", "silent", "polarity"], "source": ["post", "[wire]", "post"]})
    lines = [line.split() for line in printed(errors_by_source(listed)).splitlines() if line.strip()]
    assert ["error", "[wire]", "post", "all"] in lines
    assert ["silent", "1", "1", "2"] in lines
    assert ["polarity", "0", "1", "1"] in lines


@pytest.mark.parametrize("width", [44, 60])
def test_narrow_tables_wrap_cells_and_keep_the_words_of_labels(width: int) -> None:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(render_scores(SCORES.with_columns(name=pl.col("name").replace("triple", "investigation")), RELIABILITY))
    text = captured.get()
    assert "…" not in text
    assert "investigation" in text
    assert " probability " in text
    assert "0.7 to 0.8" in text
