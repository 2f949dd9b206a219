"""Three years of an invented pair and invented references whose correlation is known."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.validation.studies.agreement import (
    Inputs,
    align_series,
    compare_placebo_pairs,
    compare_variants,
    correlate_with_references,
    correlation,
    list_comparisons,
)
from pipeline.validation.studies.keywords import KEYWORD_HITS

FIRST = date(2021, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(3 * 365)]
MONTHS = sorted({day.replace(day=1) for day in DAYS})
WAVE = {month: 100.0 + 20 * np.sin(n) for n, month in enumerate(MONTHS)}


def tension(values: dict[date, float] | None = None, pair: str = "CHN-USA") -> pl.DataFrame:
    """Build TENSION_PAIR_DAILY whose tension is the value of the day's month."""
    monthly = WAVE if values is None else values
    return TENSION_PAIR_DAILY.example(len(DAYS)).with_columns(
        index_date=pl.Series(DAYS),
        pair=pl.lit(pair),
        tension=pl.Series([monthly[day.replace(day=1)] for day in DAYS]),
        tension_unweighted=pl.Series([200 - monthly[day.replace(day=1)] for day in DAYS]),
        tension_words=pl.Series([monthly[day.replace(day=1)] / 4 for day in DAYS]),
        tension_actions=pl.Series([50.0] * len(DAYS)),
        phase=pl.Series(["escalation" if n % 4 == 0 else "quiet" for n in range(len(DAYS))]),
    )


def keywords(hits: dict[date, int] | None = None) -> pl.DataFrame:
    rows = [(day, "CHN-USA", (hits or {}).get(day.replace(day=1), 1), 100, 100) for day in DAYS]
    return pl.DataFrame(rows, schema=KEYWORD_HITS, orient="row")


def reference(values: dict[date, float], name: str = "trade_epu", frequency: str = "month") -> pl.DataFrame:
    rows = [(name, frequency, day, value) for day, value in values.items()]
    return pl.DataFrame(
        rows, schema={"reference": pl.String, "frequency": pl.String, "period_date": pl.Date, "value": pl.Float64}, orient="row"
    )


def inputs(references: pl.DataFrame, window: Days | None = None, **changes: pl.DataFrame) -> Inputs:
    return Inputs(changes.get("tension", tension()), changes.get("keywords", keywords()), references, window, 7.0)


def value(figures: pl.DataFrame, statistic: str, **where: str) -> float | None:
    """Find the one figure of a statistic with these column values."""
    (row,) = figures.filter(pl.lit(value=True), statistic=statistic, **where).to_dicts()
    figure: float | None = row["value"]
    return figure


def test_a_reference_equal_to_the_index_correlates_perfectly() -> None:
    figures = correlate_with_references(inputs(reference(WAVE)), "CHN-USA")
    for statistic in ("Pearson, level by month", "Spearman, level by month", "Pearson, change by month", "Spearman, change by month"):
        assert value(figures, statistic, measured="index") == pytest.approx(1.0)
    assert figures.filter(pl.col("measured") == "index")["lo95"].min() == pytest.approx(1.0)


def test_a_mirrored_reference_correlates_with_minus_one() -> None:
    figures = correlate_with_references(inputs(reference({month: -level for month, level in WAVE.items()})), "CHN-USA")
    assert value(figures, "Pearson, level by month", measured="index") == pytest.approx(-1.0)


def test_a_linear_trend_has_no_correlation_of_changes() -> None:
    line = {month: float(n) for n, month in enumerate(MONTHS)}
    figures = correlate_with_references(inputs(reference(line), tension=tension(line)), "CHN-USA")
    assert value(figures, "Pearson, level by month", measured="index") == pytest.approx(1.0)
    assert value(figures, "Pearson, change by month", measured="index") is None


def test_the_difference_is_index_minus_keyword_share() -> None:
    hits = {month: n % 7 for n, month in enumerate(MONTHS)}
    figures = correlate_with_references(inputs(reference(WAVE), keywords=keywords(hits)), "CHN-USA")
    parts = {name: value(figures, "Pearson, level by month", measured=name) for name in ("index", "keyword", "difference")}
    expected = float(np.corrcoef([hits[month] for month in MONTHS], list(WAVE.values()))[0, 1])
    assert parts["keyword"] == pytest.approx(expected)
    assert parts["difference"] == pytest.approx(1 - expected)


def test_an_incomplete_month_is_dropped() -> None:
    window = Days(date(2021, 1, 15), date(2021, 12, 30))
    months = align_series(inputs(reference(WAVE), window), "CHN-USA", "trade_epu", "month")
    assert (months["period_date"][0], months["period_date"][-1]) == (date(2021, 2, 1), date(2021, 11, 1))


def test_a_month_without_index_keeps_its_reference_and_keyword_share() -> None:
    missing = tension().with_columns(tension=pl.when(pl.col("index_date") != date(2021, 5, 9)).then(pl.col("tension")))
    months = align_series(inputs(reference(WAVE), tension=missing), "CHN-USA", "trade_epu", "month")
    assert months["period_date"].to_list() == MONTHS
    assert months.filter(pl.col("index").is_null())["period_date"].to_list() == [date(2021, 5, 1)]
    assert months["value"].to_list() == list(WAVE.values())
    assert months["keyword"].null_count() == 0


def test_each_figure_has_its_window() -> None:
    figures = correlate_with_references(inputs(reference(WAVE), Days(date(2021, 4, 1), date(2022, 6, 30))), "CHN-USA")
    levels = figures.filter(pl.col("statistic").str.contains("level"))
    assert levels.select("count", "first_day", "last_day").unique().rows() == [(15, date(2021, 4, 1), date(2022, 6, 30))]


def test_a_daily_reference_is_compared_by_day_and_by_month() -> None:
    daily = reference({day: WAVE[day.replace(day=1)] for day in DAYS}, "gpr", "day")
    assert list_comparisons(inputs(daily)) == [("gpr", "month"), ("gpr", "day")]
    figures = correlate_with_references(inputs(daily), "CHN-USA")
    assert value(figures, "Pearson, level by month", measured="index") == pytest.approx(1.0)
    assert value(figures, "Pearson, level by day", measured="index") == pytest.approx(1.0)


def test_excluded_months_of_tpu_are_dropped_and_no_change_spans_them() -> None:
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(400)]
    rows = TENSION_PAIR_DAILY.example(len(days)).with_columns(index_date=pl.Series(days), tension=pl.Series([float(n) for n in range(400)]))
    tpu = reference({day: float(n) for n, day in enumerate(days)}, "tpu", "day")
    both = align_series(inputs(tpu, tension=rows), "CHN-USA", "tpu", "day")
    broken = both.filter(pl.col("period_date").is_between(date(2020, 3, 1), date(2020, 10, 31)))
    assert (broken.height, broken["value"].null_count()) == (245, 245)
    figures = correlate_with_references(inputs(tpu, tension=rows), "CHN-USA")
    counts = {row["statistic"]: row["count"] for row in figures.to_dicts()}
    assert counts["Pearson, level by day"] == 155
    assert counts["Pearson, change by day"] == 153


def test_a_reference_without_overlap_gives_no_figure() -> None:
    old = reference({date(1990, month, 1): 1.0 for month in range(1, 13)})
    assert correlate_with_references(inputs(old), "CHN-USA").is_empty()


def test_a_handful_of_months_gives_no_figure() -> None:
    assert correlate_with_references(inputs(reference(dict(list(WAVE.items())[:5]))), "CHN-USA").is_empty()


def test_the_daily_keyword_share_is_discounted_like_the_index() -> None:
    hits = {MONTHS[0]: 0, MONTHS[1]: 100}
    daily = reference({day: float(n) for n, day in enumerate(DAYS)}, "gpr", "day")
    rows = align_series(inputs(daily, keywords=keywords(hits)), "CHN-USA", "gpr", "day")
    (share,) = rows.filter(pl.col("period_date") == date(2021, 2, 7))["keyword"]
    sums = [2 ** (-n / 7) for n in range(38)]
    assert share == pytest.approx(10_000 * sum(sums[:7]) / sum(sums))


def test_a_pair_whose_index_is_constant_has_no_correlation() -> None:
    still = tension(dict.fromkeys(MONTHS, 100.0), "DEU-FRA").with_columns(phase=pl.lit("quiet"))
    figures = compare_placebo_pairs(inputs(reference(WAVE), tension=pl.concat([tension(), still])), ["CHN-USA", "DEU-FRA"])
    assert value(figures, "share of days in escalation", pair="CHN-USA") == pytest.approx(0.25, abs=0.001)
    assert value(figures, "share of days in escalation", pair="DEU-FRA") == 0
    assert value(figures, "Pearson, level by month", pair="CHN-USA") == pytest.approx(1.0)
    assert value(figures, "Pearson, level by month", pair="DEU-FRA") is None


@pytest.mark.parametrize(("column", "expected"), [("tension_unweighted", -1.0), ("tension_words", 1.0), ("tension_actions", None)])
def test_variants_are_compared_with_the_index_and_the_references(column: str, expected: float | None) -> None:
    of_column = compare_variants(inputs(reference(WAVE)), "CHN-USA").filter(pl.col("measured") == column)
    for statistic, reference_name in (("Pearson, level by day", "tension"), ("Pearson, level by month", "trade_epu")):
        assert value(of_column, statistic, reference=reference_name) == (expected if expected is None else pytest.approx(expected))


def test_correlation_uses_the_last_axis_and_is_nan_for_constants() -> None:
    x = np.array([[1.0, 2, 3], [1, 1, 1], [3, 2, 1]])
    coefficients = correlation(x, np.array([[1.0, 2, 3]] * 3))
    assert coefficients[0] == pytest.approx(1)
    assert np.isnan(coefficients[1])
    assert coefficients[2] == pytest.approx(-1)


def test_convergent_references_come_first_and_months_before_days() -> None:
    names = (("epu", "month"), ("gpr", "day"), ("tpu", "day"), ("trade_epu", "month"))
    references = pl.concat([reference(WAVE, name, frequency) for name, frequency in names])
    months_first = [("tpu", "month"), ("tpu", "day"), ("epu", "month"), ("gpr", "month"), ("gpr", "day")]
    assert list_comparisons(inputs(references)) == [("trade_epu", "month"), *months_first]
