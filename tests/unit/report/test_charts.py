import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import altair as alt
import jsonschema
import polars as pl
import pytest

from pipeline.contracts.model import ContractError
from pipeline.report import palette
from pipeline.report.charts import (
    WIDTH,
    Chart,
    chart_title,
    directed_chart,
    pair_chart,
    spread_positions,
    to_png,
    to_svg,
)
from pipeline.report.days_axis import DaysAxis
from pipeline.report.names import short_day
from pipeline.report.sparklines import scaled_chart_markdown, sparkline, sparkline_markdown

Make = Callable[..., pl.DataFrame]


def _texts(svg: str) -> list[str]:
    return re.findall(r"<(?:text|tspan)[^>]*>([^<]+)<", svg)


def _strip(chart: Chart) -> list[dict[str, Any]]:
    bars: list[dict[str, Any]] = chart["datasets"]["bars"]
    return bars


@pytest.fixture
def svg(pair_daily: Make) -> str:
    return to_svg(pair_chart(pair_daily(), "Invented figures"))


def test_a_pair_chart_has_lines_and_a_strip_of_phases(svg: str) -> None:
    panels = sorted(set(re.findall(r"concat_(\d)_group", svg)))
    assert panels == ["0", "1"]
    assert len(re.findall(r"mark-area", svg)) == 2
    assert "mark-rect role-mark concat_1_layer_0_marks" in svg


def test_charts_are_valid_vega_lite(pair_daily: Make, directed_daily: Make) -> None:
    for chart in (pair_chart(pair_daily(), "note"), pair_chart(pair_daily(3)), directed_chart(directed_daily())):
        alt.VConcatChart.from_dict(chart)


def test_a_misspelt_mark_is_invalid_vega_lite(pair_daily: Make) -> None:
    chart = pair_chart(pair_daily())
    chart["vconcat"][0]["layer"][0]["mark"]["type"] = "ruler"
    with pytest.raises(jsonschema.ValidationError, match="ruler"):
        alt.VConcatChart.from_dict(chart)


def test_the_title_has_the_countries_and_the_note(svg: str) -> None:
    texts = _texts(svg)
    assert "Trade tension China\N{EN DASH}USA" in texts
    assert "Invented figures" in texts
    assert any(text.startswith("100 (dashed): own baseline, 20 January 2025") for text in texts)


def test_each_line_has_its_name_and_last_value_at_its_end(pair_daily: Make) -> None:
    frame = pair_daily()
    texts = _texts(to_svg(pair_chart(frame)))
    assert {f"{name.capitalize()} {frame[name][-1]:,.0f}" for name in ("tension", "concession", "dialogue")} <= set(texts)


def test_a_line_that_ends_earlier_has_only_its_name(pair_daily: Make) -> None:
    frame = pair_daily()
    known = pl.when(pl.col("index_date") < frame["index_date"].max())
    gaps = frame.with_columns(known.then("concession").alias("concession"), dialogue=pl.lit(None, pl.Float64))
    texts = _texts(to_svg(pair_chart(gaps)))
    assert "Concession" in texts
    assert not [text for text in texts if text.startswith("Dialogue")]


def test_the_legend_lists_all_phases(pair_daily: Make) -> None:
    texts = _texts(to_svg(pair_chart(pair_daily(days=5))))
    assert set(palette.PHASES) <= set(texts)


def test_the_baseline_is_on_the_axis_at_any_scale(pair_daily: Make) -> None:
    for factor in (0.2, 5.0, 40.0):
        raised = pair_daily(30).with_columns(pl.col("tension", "tension_hi80", "tension_lo80") * factor)
        assert "100" in _texts(to_svg(pair_chart(raised)))


def test_rows_in_any_order_give_the_same_chart(pair_daily: Make) -> None:
    frame = pair_daily()
    first = to_svg(pair_chart(frame))
    assert to_svg(pair_chart(frame.reverse())) == first


def test_the_chart_is_the_same_in_every_time_zone(pair_daily: Make) -> None:
    frame = pair_daily(40)
    code = (
        "import sys, io, polars as pl; from pipeline.report.charts import pair_chart, to_svg; "
        "sys.stdout.buffer.write(to_svg(pair_chart(pl.read_ipc(io.BytesIO(sys.stdin.buffer.read())))).encode())"
    )
    sent = frame.write_ipc(None).getvalue()
    far = subprocess.run(
        [sys.executable, "-c", code], input=sent, capture_output=True, check=True, env={**os.environ, "TZ": "Pacific/Auckland"}
    )
    assert far.stdout.decode() == to_svg(pair_chart(frame))


def test_the_highest_day_is_labelled(pair_daily: Make) -> None:
    frame = pair_daily().with_columns(pl.Series("tension", [200.0] * 99 + [210.0] + [200.0] * 20))
    assert f"210 on {short_day(frame['index_date'][99])}" in _texts(to_svg(pair_chart(frame)))


@pytest.mark.parametrize("is_pair", [True, False])
def test_days_of_several_baselines_make_no_line(pair_daily: Make, directed_daily: Make, is_pair: bool) -> None:
    frame = pair_daily(60) if is_pair else directed_daily(60)
    is_early = pl.col("index_date") < frame["index_date"][0] + timedelta(days=30)
    earlier = pl.when(is_early).then(pl.col("baseline_to") - pl.duration(days=28)).otherwise("baseline_to")
    with pytest.raises(ContractError, match="needs one scale"):
        (pair_chart if is_pair else directed_chart)(frame.with_columns(baseline_to=earlier))


def test_no_line_of_a_title_begins_with_a_percent_sign() -> None:
    for length in range(WIDTH // 6):
        lines = chart_title("Title", [f"{'x' * length} about 80 % intervals and more"])["subtitle"]
        assert not [line for line in lines if line.startswith("%")]


def test_equal_days_are_one_bar(pair_daily: Make) -> None:
    assert [bar["phase"] for bar in _strip(pair_chart(pair_daily(60)))] == ["quiet", "dialogue", "stalemate"]


def test_a_missing_day_is_a_gap_in_strip_and_lines(pair_daily: Make) -> None:
    frame = pair_daily(20)
    whole, parted = (pair_chart(rows) for rows in (frame, frame.filter(pl.col("index_date") != date(2025, 1, 30))))
    assert (len(_strip(whole)), len(_strip(parted))) == (1, 2)
    line = r'mark-line role-mark concat_0_layer_3_marks"[^>]*><path[^>]*d="([^"]*)"'
    drawn = [re.search(line, to_svg(chart)) for chart in (whole, parted)]
    assert [path[1].count("M") for path in drawn if path] == [1, 2]


def test_days_without_evidence_are_gaps(pair_daily: Make) -> None:
    frame = pair_daily(30)
    is_gap = pl.col("index_date").is_between(frame["index_date"][10], frame["index_date"][12])
    values = [name for name in frame.columns if name.startswith(("tension", "concession", "dialogue"))]
    chart = pair_chart(frame.with_columns(pl.when(~is_gap).then(pl.col(name)).alias(name) for name in values))
    points = chart["datasets"]["days"]
    assert [n for n, point in enumerate(points) if point["tension"] is None] == [11, 12, 13]  # the first point opens the first day
    assert "NaN" not in to_svg(chart)


def test_a_pair_without_a_value_has_a_strip_and_no_line(pair_daily: Make) -> None:
    chart = pair_chart(pair_daily(30, is_thin=True))
    assert {bar["phase"] for bar in _strip(chart)} == {"no data"}
    svg = to_svg(chart)
    assert "NaN" not in svg
    assert not re.search(r'<path[^>]* d="[^"]+"[^>]*stroke-width="2.4"', svg)


def test_one_day_is_enough_for_a_chart(pair_daily: Make) -> None:
    svg = to_svg(pair_chart(pair_daily(1)))
    assert "20 Jan" in _texts(svg)
    assert "NaN" not in svg


def test_ten_years_are_labelled_by_year(pair_daily: Make) -> None:
    texts = _texts(to_svg(pair_chart(pair_daily(3650))))
    assert {"2026", "2034"} <= set(texts)
    assert "Feb" not in texts


def test_a_long_note_is_wrapped_within_the_chart(pair_daily: Make) -> None:
    svg = to_svg(pair_chart(pair_daily(300), "A note that is far too long for one line. " * 8))
    match = re.search(r'width="(\d+)"', svg)
    assert match
    assert 880 <= int(match[1]) <= 910


def test_markup_in_notes_is_escaped(pair_daily: Make) -> None:
    svg = to_svg(pair_chart(pair_daily(5), "<script>alert(1)</script>"))
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_two_pairs_in_one_chart_are_rejected(pair_daily: Make) -> None:
    with pytest.raises(ContractError, match="CHN-USA, EUN-USA"):
        pair_chart(pl.concat([pair_daily(5), pair_daily(5, pair="EUN-USA")]))


def test_an_empty_frame_is_rejected(pair_daily: Make) -> None:
    with pytest.raises(ContractError, match="no rows"):
        pair_chart(pair_daily(5).clear())


def test_a_repeated_day_is_rejected(pair_daily: Make) -> None:
    with pytest.raises(ContractError, match="have the same key"):
        pair_chart(pl.concat([pair_daily(5), pair_daily(1)]))


def test_rows_without_a_column_are_rejected(pair_daily: Make) -> None:
    with pytest.raises(ContractError, match="needs the columns phase"):
        pair_chart(pair_daily(5).drop("phase"))


def test_each_direction_has_a_panel_with_its_own_title(directed_daily: Make) -> None:
    svg = to_svg(directed_chart(directed_daily()))
    texts = _texts(svg)
    assert {"China → USA", "USA → China"} <= set(texts)
    assert sorted(set(re.findall(r"concat_(\d)_group", svg))) == ["0", "1"]


def test_a_single_direction_is_drawn_alone(directed_daily: Make) -> None:
    svg = to_svg(directed_chart(directed_daily(days=20).filter(pl.col("actor") == "CHN")))
    assert "USA → China" not in _texts(svg)


def test_directions_of_two_pairs_are_rejected(directed_daily: Make) -> None:
    other = directed_daily(5).with_columns(actor=pl.lit("EUN"), target=pl.lit("USA")).unique("index_date")
    with pytest.raises(ContractError, match="CHN-USA, EUN-USA"):
        directed_chart(pl.concat([directed_daily(5), other]))


def test_a_png_has_twice_the_pixels(pair_daily: Make) -> None:
    png = to_png(pair_chart(pair_daily(10)))
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20], "big") >= 2 * 880


def test_a_sparkline_has_45_points_with_its_peak_and_end() -> None:
    values = [float(n % 7) for n in range(1000)]
    values[500], values[-1] = 99.0, 50.0
    svg = sparkline(values, width=200, height=30)
    points = [tuple(map(int, point.split(","))) for point in re.findall(r"[ML](\d+,\d+)", re.sub(r"([ML]\d+) ", r"\1,", svg))]
    assert len(points) == 45
    assert min(y for _, y in points) == 3
    assert points[-1] == (197, 16)  # rounded to the pixel


@pytest.mark.parametrize("count", [0, 1, 2, 44, 45, 46, 89, 90, 5000])
@pytest.mark.parametrize("size", [(120, 24), (9999, 9999), (8, 8)])
def test_a_sparkline_stays_below_its_maximum_length(count: int, size: tuple[int, int]) -> None:
    values = [(-1) ** n * 10.0**n if n < 300 else n for n in range(count)]
    assert len(sparkline(values, *size)) < 900
    assert len(sparkline_markdown(values)) < 1000


def test_a_sparkline_without_values_is_empty() -> None:
    assert "path" not in sparkline([])
    assert sparkline([float("nan"), float("inf")]) == sparkline([])


def test_a_sparkline_leaves_gaps_where_values_are_missing() -> None:
    (path,) = re.findall(r" d='([^']+)'", sparkline([1.0, 2.0, None, None, 2.0, None, 1.0, 2.0, None], width=86, height=26))
    assert path == "M3 23h0L13 3M43 3h0M63 23h0L73 3"  # days keep their place; a single value is a dot
    assert sparkline([None, 1.0]) != sparkline([1.0])


def test_equal_values_are_a_level_line() -> None:
    assert set(re.findall(r"[ML]\d+ (\d+)", sparkline([5.0] * 10))) == {"12"}


IMAGE = re.compile(r"!\[([^\[\]()<>\"]*)\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)")


def test_charts_in_markdown_are_inline_and_have_no_markup() -> None:
    match = IMAGE.fullmatch(sparkline_markdown([1, 2, 3]))
    assert match
    assert base64.b64decode(match[2]).decode() == sparkline([1, 2, 3])
    assert IMAGE.fullmatch(scaled_chart_markdown([date(2025, 4, 4)], [1.0], 'tension](javascript:alert) <b> "CHN-USA"' + "x" * 500))


def test_a_sparkline_without_size_is_rejected() -> None:
    with pytest.raises(ValueError, match="8 to 9,999"):
        sparkline([1.0], width=0)


def test_labels_are_spread_in_order_and_within_bounds() -> None:
    assert spread_positions([50, 52, 51], gap=15, low=6, high=294) == [50, 80, 65]
    assert spread_positions([290, 292], gap=15, low=6, high=294) == [279, 294]
    assert spread_positions([0, 100], gap=15, low=6, high=294) == [6, 100]


@pytest.mark.parametrize("days", [1, 2, 8, 9, 30, 31, 57, 100, 200, 365, 366, 800, 1500, 4000, 20000])
@pytest.mark.parametrize("start", [date(2024, 2, 29), date(2025, 12, 31), date(2025, 1, 1)])
def test_every_range_of_days_has_labels_that_fit(days: int, start: date) -> None:
    for width in (196, 757):
        axis = DaysAxis(start, start + timedelta(days=days - 1), width)
        ticks = axis.ticks()
        assert 1 <= len(ticks) <= width // 40
        assert all(axis.start_ms <= at <= axis.end_ms for at in ticks)


def test_a_scaled_chart_is_short_and_has_its_scale_and_days() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(400)]
    markdown = scaled_chart_markdown(days, [None, *(float(n) for n in range(1, 399)), None], "tension CHN>USA")
    assert len(markdown) < 1000
    (packed,) = re.findall(r"base64,([^)]+)\)", markdown)
    assert _texts(base64.b64decode(packed).decode()) == ["0", "100", "398", "1 Jan", "4 Feb"]
    assert markdown.startswith("![tension CHN USA](data:image/svg+xml;base64,")


def test_a_scaled_chart_of_no_values_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        scaled_chart_markdown([date(2025, 1, 1)], [None], "x")


def test_days_without_a_value_are_a_gap_in_a_scaled_chart() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(30)]
    values = [120.0, 130.0, 140.0, *[None] * 20, 90.0, *[None] * 6]
    (packed,) = re.findall(r"base64,([^)]+)\)", scaled_chart_markdown(days, values, "x"))
    (path,) = re.findall(r"d='([^']*)' fill='none'", base64.b64decode(packed).decode())
    assert path.count("M") == 2
    assert path.endswith("h0")  # a day alone is a dot
    assert path.count("h0") == 1
