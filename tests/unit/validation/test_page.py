"""The page of the validation: complete, escaped, without scripts, and the same each time."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from rich.console import Console

from pipeline.report.charts import to_svg
from pipeline.validation import page as v
from pipeline.validation.charts import comparison_chart, coverage_chart, likelihood_chart, path_chart, sources_chart
from pipeline.validation.contract import VALIDATION

HOSTILE = "<script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}"


def rows(*given: Mapping[str, object]) -> pl.DataFrame:
    empty = dict.fromkeys(VALIDATION.schema.names()) | dict.fromkeys(VALIDATION.key, "")
    return pl.DataFrame([{**empty, **row} for row in given], schema=VALIDATION.schema)


SOURCES = rows(
    *(
        {"part": "sources", "statistic": statistic, "measured": "index", "pair": "CHN-USA", "grouping": source, "value": value}
        for source in ("The Example Post", HOSTILE)
        for statistic, value in (
            ("correlation with the whole index", 0.9), ("largest change in points", 12.0), ("largest change in percent", 8.0),
            ("share of articles", 0.25),
        )
    )
)  # fmt: skip
PATH = pl.DataFrame(
    [
        {
            "polarity": sign, "lag_days": lag, "index": 100.0 + lag, "keyword": None, "chance_lo95": 20.0, "chance_hi95": 300.0, "count": 3,
        }
        for sign in ("escalation", "concession")
        for lag in range(-7, 8)
    ],
    schema_overrides={"keyword": pl.Float64},
)  # fmt: skip
MONTHS = pl.DataFrame({"period_date": [date(2019, month, 1) for month in range(1, 9)], "index": [100.0] * 8, "value": [1.0, None] * 4})
SIMULATION = pl.DataFrame(
    [
        {"evolution": name, "stories_a_day": stories, "half_life_days": 7.0, "coverage80": 0.8, "coverage95": 0.94, "coverage95_se": 0.01}
        for name in ("constant", "random walk")
        for stories in (1.0, 20.0)
    ]
)
FORECAST = pl.DataFrame(
    [
        {"series": "CHN-USA", "channel": channel, "half_life_days": days, "log_likelihood": -days, "coverage95": 0.95, "days": 500}
        for channel in ("escalation", "concession")
        for days in (3.0, 7.0, 14.0)
    ]
)


def page(*sections: v.Section) -> v.Page:
    return v.Page(
        "Validation", False, "CHN-USA", date(2019, 1, 1), date(2019, 12, 31), (date(2019, 1, 1), date(2019, 12, 31)), 7.0, "0.1", sections
    )


def text(section: v.Section) -> str:
    console = Console(width=200)
    with console.capture() as said:
        console.print(v.printed(section))
    return said.get()


@pytest.mark.parametrize(
    "chart",
    [
        comparison_chart(MONTHS, "CHN-USA", "a reference"),
        path_chart(PATH),
        sources_chart(SOURCES, "CHN-USA"),
        coverage_chart(SIMULATION),
        likelihood_chart(FORECAST),
    ],
    ids=["comparison", "path", "sources", "coverage", "likelihood"],
)
def test_a_picture_is_plain_svg_and_the_same_each_time(chart: object) -> None:
    drawn = to_svg(chart)  # type: ignore[arg-type]  # charts
    assert drawn.startswith("<svg")
    assert "<script" not in drawn
    assert drawn == to_svg(chart)  # type: ignore[arg-type]  # charts


def test_a_hostile_name_of_a_source_is_text_everywhere() -> None:
    section = v.sources_section(SOURCES, "CHN-USA")
    html = v.render(page(section))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in html + text(section)


def test_the_page_fetches_nothing_and_forbids_scripts() -> None:
    html = v.render(page(v.sources_section(SOURCES, "CHN-USA")))
    assert "default-src 'none'" in html
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", html)


def test_a_sample_says_so() -> None:
    assert "Demonstration" in v.render(replace(page(), is_sample=True))
    assert "Demonstration" not in v.render(page())


def test_figures_that_are_missing_are_dashes_and_small_chances_are_no_zero() -> None:
    hit = {"part": "events", "statistic": "hit rate within 1 day", "count": 9}
    figures = rows(
        hit | {"measured": "index", "value": 0.5, "lo95": 0.2, "hi95": 0.8, "chance": 0.1, "p_random": 0.0005, "p_shift": 0.02},
        hit | {"measured": "keyword", "value": 0.25},
        hit | {"measured": "difference", "value": -0.25},
    )
    said = text(v.events_section(figures, PATH.clear()))
    for shown in ("all events", "50 % [20 %, 80 %]", "10 %", "<0.001", "0.020", "25 %", "\N{MINUS SIGN}25 %", "-"):
        assert shown in said


def test_a_difference_is_negative_with_a_real_minus_and_says_its_window() -> None:
    given = {"part": "agreement", "statistic": "Pearson, level by month", "pair": "CHN-USA", "reference": "tpu", "count": 27}
    span = {"first_day": date(2018, 4, 1), "last_day": date(2020, 6, 30)}
    found = {"index": 0.4, "keyword": 0.5, "difference": -0.1}
    figures = rows(*(given | span | {"measured": name, "value": value} for name, value in found.items()))
    said = text(v.agreement_section(figures, MONTHS.clear(), "CHN-USA", "", {"tpu": "TPU"}))
    assert "TPU, 2018-04-01 to 2020-06-30" in said
    assert "\N{MINUS SIGN}0.10" in said


def test_references_without_a_figure_are_no_column() -> None:
    level = {"part": "placebo", "statistic": "Pearson, level by month", "pair": "CHN-USA"}
    said = text(v.placebo_section(rows(level | {"reference": "tpu", "value": 0.5}, level | {"reference": "gpr"}), "CHN-USA"))
    assert "tpu level" in said
    assert "gpr" not in said


@pytest.mark.parametrize(("value", "is_told"), [(1e-12, False), (1e-3, True), (None, True)])
def test_a_value_that_is_not_reproduced_is_told(value: float | None, is_told: bool) -> None:
    figures = rows({"part": "rebuild", "statistic": "largest relative difference", "measured": "tension", "grouping": "t", "value": value})
    assert ("not reproduced" in text(v.rebuild_section(figures))) is is_told


def test_limits_are_told_by_their_worst() -> None:
    part = {"part": "rebuild", "statistic": "largest relative difference", "grouping": "t"}
    figures = rows(*(part | {"measured": f"tension_{limit}", "value": value} for limit, value in (("lo80", 1e-16), ("hi95", 3e-13))))
    (grid,) = v.rebuild_section(figures).grids
    assert grid.rows == (("tension, limits", "3e-13"),)


def test_what_is_computed_elsewhere_is_shown_where_it_is_given() -> None:
    assert v.studies_sections(v.Studies()) == ()
    coverage, forecast = v.studies_sections(v.Studies(SIMULATION, FORECAST))
    assert "random walk, 20 a day" in text(coverage)
    assert "CHN-USA, concession, half-life 14 days" in text(forecast)


def test_the_same_page_gives_the_same_text() -> None:
    sections = (v.sources_section(SOURCES, "CHN-USA"), *v.studies_sections(v.Studies(SIMULATION, FORECAST)))
    assert v.render(page(*sections)) == v.render(page(*sections))


def test_months_without_a_value_are_gaps() -> None:
    whole = MONTHS.with_columns(value=pl.lit(1.0))
    assert "NaN" not in to_svg(comparison_chart(MONTHS, "CHN-USA", "a reference"))
    assert to_svg(comparison_chart(MONTHS, "CHN-USA", "a reference")) != to_svg(comparison_chart(whole, "CHN-USA", "a reference"))
