"""The validation page: complete, escaped, without scripts, and deterministic."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html import unescape

import polars as pl
import pytest
from rich.console import Console

from pipeline.report.charts import to_svg
from pipeline.validation import page as v
from pipeline.validation.charts import comparison_chart, coverage_chart, likelihood_chart, path_chart, sources_chart
from pipeline.validation.contract import VALIDATION
from pipeline.validation.studies.independent_study import ACT_RESULTS, COVERED, HIT_RATE
from pipeline.validation.studies.simulation import DISTURBED, EVOLUTIONS

HOSTILE = "<script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}"


def rows(*partial_rows: Mapping[str, object]) -> pl.DataFrame:
    empty = dict.fromkeys(VALIDATION.schema.names()) | dict.fromkeys(VALIDATION.key, "")
    return pl.DataFrame([{**empty, **row} for row in partial_rows], schema=VALIDATION.schema)


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
        {"series": "CHN-USA", "arrivals": arrivals, "half_life_days": days, "log_likelihood": -days, "days": 500}
        | {"coverage95": 0.95, "coverage95_plain": 0.97, "coverage95_plain_ideal": 0.96}
        for arrivals in ("singly", "in clusters")
        for days in (3.0, 7.0, 14.0)
    ]
)


def page(*sections: v.Section) -> v.Page:
    return v.Page(
        "Validation", False, "CHN-USA", date(2019, 1, 1), date(2019, 12, 31), (date(2019, 1, 1), date(2019, 12, 31)), 7.0, "0.1", sections
    )


def text(section: v.Section) -> str:
    console = Console(width=200)
    with console.capture() as output:
        console.print(v.to_terminal(section))
    return output.get()


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
def test_a_chart_is_plain_svg_and_deterministic(chart: object) -> None:
    drawn = to_svg(chart)  # type: ignore[arg-type]  # charts
    assert drawn.startswith("<svg")
    assert "<script" not in drawn
    assert drawn == to_svg(chart)  # type: ignore[arg-type]  # charts


def test_a_hostile_source_name_is_escaped_everywhere() -> None:
    section = v.sources_section(SOURCES, "CHN-USA")
    html = v.render(page(section))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in html + text(section)


def test_the_page_has_no_outside_resources_and_forbids_scripts() -> None:
    html = v.render(page(v.sources_section(SOURCES, "CHN-USA")))
    assert "default-src 'none'" in unescape(html)
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", html)


def test_the_page_of_the_sample_is_marked_as_demonstration() -> None:
    assert "Demonstration" in v.render(replace(page(), is_sample=True))
    assert "Demonstration" not in v.render(page())


def test_missing_figures_are_dashes_and_small_p_values_are_not_zero() -> None:
    hit = {"part": "events", "statistic": "hit rate within 1 day", "count": 9}
    figures = rows(
        hit | {"measured": "index", "value": 0.5, "lo95": 0.2, "hi95": 0.8, "chance": 0.1, "p_random": 0.0005, "p_shift": 0.02},
        hit | {"measured": "keyword", "value": 0.25},
        hit | {"measured": "difference", "value": -0.25},
    )
    output = text(v.events_section(figures, PATH.clear()))
    for shown in ("all events", "50 % [20 %, 80 %]", "10 %", "<0.001", "0.020", "25 %", "\N{MINUS SIGN}25 %", "-"):
        assert shown in output


def test_a_negative_difference_has_a_minus_sign_and_its_window() -> None:
    common = {"part": "agreement", "statistic": "Pearson, level by month", "pair": "CHN-USA", "reference": "tpu", "count": 27}
    span = {"first_day": date(2018, 4, 1), "last_day": date(2020, 6, 30)}
    values = {"index": 0.4, "keyword": 0.5, "difference": -0.1}
    figures = rows(*(common | span | {"measured": name, "value": value} for name, value in values.items()))
    output = text(v.agreement_section(figures, MONTHS.clear(), "CHN-USA", "", {"tpu": "TPU"}))
    assert "TPU, 2018-04-01 to 2020-06-30" in output
    assert "\N{MINUS SIGN}0.10" in output


def test_references_without_figures_have_no_column() -> None:
    level = {"part": "placebo", "statistic": "Pearson, level by month", "pair": "CHN-USA"}
    output = text(v.placebo_section(rows(level | {"reference": "tpu", "value": 0.5}, level | {"reference": "gpr"}), "CHN-USA"))
    assert "tpu level" in output
    assert "gpr" not in output


@pytest.mark.parametrize(("value", "has_note"), [(1e-12, False), (1e-3, True), (None, True)])
def test_a_value_that_is_not_reproduced_gets_a_note(value: float | None, has_note: bool) -> None:
    figures = rows({"part": "rebuild", "statistic": "largest relative difference", "measured": "tension", "grouping": "t", "value": value})
    assert ("not reproduced" in text(v.rebuild_section(figures))) is has_note


def test_interval_bounds_are_summarized_by_the_largest_difference() -> None:
    part = {"part": "rebuild", "statistic": "largest relative difference", "grouping": "t"}
    figures = rows(*(part | {"measured": f"tension_{bound}", "value": value} for bound, value in (("lo80", 1e-16), ("hi95", 3e-13))))
    (grid,) = v.rebuild_section(figures).grids
    assert grid.rows == (("tension, interval", "3e-13"),)


def test_studies_of_the_filter_have_a_line_for_each_world_and_half_life() -> None:
    assert "random walk, 20 a day" in text(v.coverage_section(SIMULATION))
    assert "CHN-USA, in clusters, half-life 14 days" in text(v.forecast_section(FORECAST))


def test_a_forecast_that_is_not_possible_says_why() -> None:
    section = v.forecast_section(FORECAST.clear(), ["Not computed: too few days."])
    assert (section.grids, section.pictures, section.notes) == ((), (), ("Not computed: too few days.",))


def test_rendering_is_deterministic() -> None:
    sections = (v.sources_section(SOURCES, "CHN-USA"), v.coverage_section(SIMULATION), v.forecast_section(FORECAST))
    assert v.render(page(*sections)) == v.render(page(*sections))


def test_months_without_a_value_are_gaps() -> None:
    complete = MONTHS.with_columns(value=pl.lit(1.0))
    assert "NaN" not in to_svg(comparison_chart(MONTHS, "CHN-USA", "a reference"))
    assert to_svg(comparison_chart(MONTHS, "CHN-USA", "a reference")) != to_svg(comparison_chart(complete, "CHN-USA", "a reference"))


def test_names_of_simulated_worlds_fit_next_to_the_plot() -> None:
    longest = max(len(name) for name in EVOLUTIONS) + len(DISTURBED.name)
    (plot,) = coverage_chart(SIMULATION)["vconcat"]
    labels = plot["layer"][1]["encoding"]["y"]["axis"]
    assert labels["labelLimit"] >= 6 * longest  # pixels of a wide sans-serif letter at this size


def test_a_picture_by_month_names_no_other_frequency() -> None:
    section = v.agreement_section(VALIDATION.empty(), MONTHS, "CHN-USA", "tpu", {"tpu": "trade policy uncertainty (by day)"})
    html = v.render(page(section))
    assert "Trade policy uncertainty, mean of the month" in html
    assert "(by day)" not in html


def test_independent_acts_are_shown_with_chance_and_those_missed() -> None:
    hit = {"part": "independent", "statistic": HIT_RATE, "count": 3}
    figures = rows(
        hit | {"measured": "index", "value": 0.5, "lo95": 0.2, "hi95": 0.8, "chance": 0.1, "p_random": 0.0005},
        hit | {"measured": "keyword", "value": 0.75, "chance": 0.35},
        hit | {"measured": "index", "statistic": COVERED, "value": 0.75, "count": 4},
    )
    act = {"act_date": date(2019, 5, 5), "actor": "USA", "target": "CHN", "polarity": "escalation", "is_covered": True, "keyword": 1.0}
    results = pl.DataFrame([act | {"act_id": "a", "index": 1.0}, act | {"act_id": "b", "index": 0.0}], schema=ACT_RESULTS)
    section = v.independent_section(figures, results)
    assert section.grids[0].rows == (("all acts", "4", "3", "50 % [20 %, 80 %]", "10 %", "<0.001", "-", "-"),)
    assert section.grids[1].rows == (("all acts", "75 %", "35 %", "-"),)
    assert section.grids[2].rows == (("2019-05-05", "USA → China", "escalation", "yes"),)
    assert v.independent_section(figures.clear(), results.clear()).grids == ()
