"""Charts of the index as SVG or PNG.

Does not belong here: time axis (`days_axis.py`), colours (`palette.py`), the page around a chart (`page.py`). Nothing is downloaded.
"""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import polars as pl
import vl_convert

from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables.index import PAIR_OF_SIDES, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report import palette
from pipeline.report.days_axis import DAY_MS, DaysAxis, daily_points, midnight_ms, phase_runs
from pipeline.report.names import direction_title, long_day, pair_title, short_day
from pipeline.report.scales import find_highest

WIDTH = 900
VEGA_LITE = "6.4"  # also the version in pipeline/explorer/bundle

Rows = list[dict[str, Any]]

_WITH_INTERVAL = ("tension", "concession")
_LINES = (*_WITH_INTERVAL, "dialogue")
_COLOURS = {"tension": palette.TENSION, "concession": palette.CONCESSION, "dialogue": palette.DIALOGUE}
_BASELINE = 100.0
_MIN_PEAK = 1.25 * _BASELINE  # lower peaks get no label
_LEFT, _RIGHT = 40, 103  # pixels left and right of the plot, for the axis and for line names
_PLOT_WIDTH = WIDTH - _LEFT - _RIGHT
_STRIP = 18
_LETTER_WIDTH = 5.4  # pixels
_LABEL_WIDTH, _LABEL_HEIGHT = 76, 30  # pixels, including the point
_MIN_DAYS_FOR_PEAKS = 14  # shorter charts get no labels of peaks
_MAX_AXIS_VALUES = 6
_FONT = "Arial, Helvetica, sans-serif"  # the converter has a font of these widths, so the layout is the same on every machine

#: A Vega-Lite specification. Plain dictionaries, because building altair objects takes longer than drawing.
Chart = dict[str, Any]


def pair_chart(pair_daily: pl.DataFrame, note: str = "") -> Chart:
    """Draw the values of one pair, with a strip of phases below.

    It has lines of tension and concession in bands of their 80 % intervals, a thin line of dialogue, and the dashed baseline of 100, all in
    index points over the days. The highest day of tension and that of concession may have a label (`_peak_labels`). `pair_daily`: rows of
    TENSION_PAIR_DAILY of one pair on one scale (`one_scale.py`), in any order. `note` is printed below the title. Days without a value (too
    little was read) and missing days are gaps. The scale is linear from 0, since a logarithm would exaggerate quiet days. Returns a
    Vega-Lite specification. `ContractError` when the frame is empty, lacks a column, or has two pairs, two baselines or two rows of one
    day.
    """
    frame = _prepare_pair(TENSION_PAIR_DAILY, pair_daily)
    top = _axis_top([frame[f"{name}_hi80"] for name in _WITH_INTERVAL] + [frame["dialogue"]])
    panel = _Panel(DaysAxis.from_frame(frame, _PLOT_WIDTH), top, height=300)
    peaks = _peak_labels(frame, panel)
    key = f"100 (dashed): {describe_baseline(frame)} Bands: 80 % intervals. Gaps: too little was read."
    title = chart_title(f"Trade tension {pair_title(frame['pair'][0])}", (note, key))
    bounds = [f"{name}_{bound}" for name in _WITH_INTERVAL for bound in ("lo80", "hi80")]
    data = {"days": daily_points(frame, [*_LINES, *bounds]), "bars": phase_runs(frame)}
    plots = [_lines_panel(frame, panel, peaks), _phase_strip(data["bars"], panel.axis)]
    return finish_chart({"vconcat": plots, "spacing": 6, "title": title}, data)


def directed_chart(daily: pl.DataFrame, note: str = "") -> Chart:
    """Draw tension of each direction of one pair, in a panel each.

    Panels are below each other. A panel has days from left to right, a line in a band of its 80 % interval, the other direction as a grey
    line, and the dashed baseline of 100. `daily`: rows of TENSION_DAILY of one pair on one scale, one direction or both, in any order.
    Result, `note` and errors: as in `pair_chart`, but with one row for each day and direction.
    """
    frame = _prepare_pair(TENSION_DAILY, daily)
    panel = _Panel(DaysAxis.from_frame(frame.sort("index_date"), _PLOT_WIDTH), _axis_top([frame["tension_hi80"]]), height=120)
    sides = {f"{side['actor'][0]}>{side['target'][0]}": side for side in frame.partition_by("actor", "target", maintain_order=True)}
    data = {name: daily_points(side, ("tension", "tension_lo80", "tension_hi80")) for name, side in sides.items()}
    plots = [_direction_panel(name, sides, panel) for name in sides]
    key = f"100 (dashed): {describe_baseline(frame)} Grey: the other direction."
    title = chart_title(f"Tension by direction: {pair_title(frame['pair'][0])}", (note, key))
    return finish_chart({"vconcat": plots, "spacing": 14, "title": title}, data)


def to_svg(chart: Chart) -> str:
    """Convert a chart to SVG text.

    Coordinates of paths are cut to tenths of a pixel.
    """
    svg = str(vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE, allowed_base_urls=[]))
    return re.sub(r' d="[^"]*"', lambda path: re.sub(r"(\.\d)\d+", r"\1", path[0]), svg)


def to_png(chart: Chart, scale: float = 2) -> bytes:
    """Convert a chart to a PNG image.

    `scale`: width and height of the image in pixels, divided by those of the chart.
    """
    return bytes(vl_convert.vegalite_to_png(chart, vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[]))


def spread_positions(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart until neighbours are at least `gap` apart.

    First, from the lowest on, each is raised to at least `low` and to `gap` above the one before; then, from the highest on, each is
    lowered to at most `high` and to `gap` below the next. If there is too little space, some end below `low`. Results are in the order of
    `places`. Used for labels, which would overlap otherwise.
    """
    order = sorted(range(len(places)), key=lambda n: places[n])
    moved = list(places)
    floor = low
    for n in order:
        moved[n] = max(moved[n], floor)
        floor = moved[n] + gap
    ceiling = high
    for n in reversed(order):
        moved[n] = min(moved[n], ceiling)
        ceiling = moved[n] - gap
    return moved


@dataclass(frozen=True)
class _Panel:
    """One plot of a chart: its days, scale and height.

    The scale is from 0 to `top`, in index points; `height` is in pixels.
    """

    axis: DaysAxis
    top: float
    height: int

    def y(self, name: str) -> Chart:
        """Return the y axis for a column; its label 100 is bold."""
        weight = {"condition": {"test": f"datum.value == {_BASELINE:g}", "value": "bold"}, "value": "normal"}
        axis = {"values": _axis_values(self.top), "labelFontWeight": weight, "title": None, "minExtent": _LEFT, "maxExtent": _LEFT}
        return quantitative(name, scale={"domain": [0, self.top], "nice": False}, axis=axis)

    def baseline(self, has_dates: bool) -> Chart:
        """Return a layer with the dashed line at 100 and the grid.

        `has_dates`: whether the time axis has labels.
        """
        row = {"start": self.axis.start_ms, "end": self.axis.end_ms, "value": _BASELINE}
        x = self.axis.x("start", has_labels=has_dates)
        dashed = {"type": "rule", "color": palette.MUTED, "strokeDash": [4, 3], "strokeWidth": 1}
        return layer([row], dashed, x=x, x2={"field": "end"}, y=self.y("value"))

    def band(self, points: str, name: str) -> Chart:
        """Return a layer with the 80 % interval of the column `name`.

        It has one shade on all days, because changes of shade would look like events. `points`: name of the chart's data set with its
        bounds.
        """
        area = {"type": "area", "color": _COLOURS[name], "opacity": 0.11}
        return layer(points, area, x=self.axis.x("at"), y=self.y(f"{name}_lo80"), y2={"field": f"{name}_hi80"})

    def line(self, points: str, name: str, **style: Any) -> Chart:
        mark = {"type": "line", "strokeCap": "round", "strokeJoin": "round", **style}
        return layer(points, mark, x=self.axis.x("at"), y=self.y(name))

    def thin_line(self, points: str, name: str, colour: str) -> Chart:
        return self.line(points, name, color=colour, strokeWidth=1.1, opacity=0.9)

    def strong_line(self, points: str, name: str) -> Chart:
        thickness = 2.4 if len(self.axis) < self.axis.width else 1.4  # thinner if there are more days than pixels
        return self.line(points, name, color=_COLOURS[name], strokeWidth=thickness)

    def text(self, row: Mapping[str, Any], **style: Any) -> Chart:
        """Return a layer with one text.

        `row`: `text`, and its place `at` and `y`. `at` is in milliseconds since 1970, `y` in index points.
        """
        return layer([row], {"type": "text", **style}, x=self.axis.x("at"), y=self.y("y"), text=nominal("text"))

    def end_labels(self, frame: pl.DataFrame, names: Sequence[str]) -> list[Chart]:
        """Return layers with the name and newest value of each line.

        They are at the right of the plot. `frame` has the lines as columns `names`, sorted by day. A line without a value on the last day
        has its name only, at the height of its last value; one without any value has none. Labels are moved up or down so that they do not
        overlap.
        """
        ends = {name: known[-1] for name in names if len(known := frame[name].drop_nulls())}
        places = spread_positions([self.height * value / self.top for value in ends.values()], 15, 6, self.height - 6)
        layers = []
        for (name, value), place in zip(ends.items(), places, strict=True):
            text = name.capitalize() if frame[name][-1] is None else f"{name.capitalize()} {value:,.0f}"
            row = {"at": self.axis.end_ms, "y": round(place * self.top / self.height, 2), "text": text}
            weight = "normal" if name == "dialogue" else "bold"
            layers.append(self.text(row, color=_COLOURS[name], align="left", dx=7, fontSize=12, fontWeight=weight))
        return layers


def layer(rows: Sequence[Mapping[str, Any]] | str, mark: Chart, **encoding: Chart) -> Chart:
    """Return a Vega-Lite layer that draws rows.

    `mark`: the Vega-Lite mark, drawn once for each row, but a line or an area connects all rows (of a colour, if encoded). `rows`: a list
    of rows, or the name of one of the chart's data sets.
    """
    data = {"name": rows} if isinstance(rows, str) else {"values": [dict(row) for row in rows]}
    return {"data": data, "mark": mark, "encoding": encoding}


def nominal(name: str, **style: Any) -> Chart:
    """Return the Vega-Lite encoding of a column of names."""
    return {"field": name, "type": "nominal", **style}


def quantitative(name: str, **style: Any) -> Chart:
    """Return the Vega-Lite encoding of a column of numbers."""
    return {"field": name, "type": "quantitative", **style}


def _prepare_pair(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Sort rows of `table` by key, and add the column `pair`.

    They are sorted by the other columns of the key first, then by day. `ContractError` if columns are missing, if there are no rows or rows
    of more than one pair or baseline, or if two rows have the same key.
    """
    missing = [name for name in table.schema if name not in frame.columns]
    if missing:
        raise ContractError(f"a chart of {table.name} needs the columns {', '.join(missing)}; use rows of that table")
    with_pair = frame if "pair" in table.schema else frame.with_columns(pair=PAIR_OF_SIDES)
    pairs = with_pair["pair"].unique().sort().to_list()
    if len(pairs) != 1:
        raise ContractError(
            f"a chart of {table.name} shows one pair, but the frame holds {', '.join(map(str, pairs)) or 'no rows'}; "
            f"filter it to one pair and at least one day"
        )
    if with_pair.select(table.key).is_duplicated().any():
        raise ContractError(f"a chart of {table.name} needs one row for each {', '.join(table.key)}, but some rows have the same key")
    if frame["baseline_to"].n_unique() > 1:
        raise ContractError(f"a chart of {table.name} needs one scale, but its days have several baselines; use put_on_one_scale")
    by_key = [name for name in table.key if name != "index_date"] + ["index_date"]
    return with_pair.sort(by_key)


def _axis_top(columns: Sequence[pl.Series]) -> float:
    """Choose the upper end of the scale for some columns of values.

    It is 6 % above the largest value of all columns, and at least 160, in index points. Nulls are skipped.
    """
    largest = pl.concat([column.rename("value") for column in columns]).max()
    return max(160.0, 1.06 * cast("float", largest or 0))


def _axis_values(top: float) -> list[float]:
    """Choose three to eight values to label, from 0 to `top`.

    They are the multiples of a round step, and the baseline (100). A multiple is left out if its distance to 100 is at most a twentieth of
    `top`, so 0 is left out if `top` is 2,000 or more.
    """
    step = next(size * 10**power for power in range(1, 300) for size in (2.5, 5, 10) if top / (size * 10**power) <= _MAX_AXIS_VALUES)
    values = {number * step for number in range(int(top / step) + 1)} | {_BASELINE}
    return sorted(value for value in values if value == _BASELINE or abs(value - _BASELINE) > top / 20)


def _lines_panel(frame: pl.DataFrame, panel: _Panel, peaks: Sequence[Chart]) -> Chart:
    """Return the panel with tension, concession and dialogue of a pair.

    It has intervals, the baseline (100), labels of peaks (`peaks`), and a label at the end of each line. Lines and intervals come from the
    chart's data set `days`; labels at the end come from `frame` (rows of TENSION_PAIR_DAILY of one pair, sorted by day).
    """
    layers = [panel.baseline(has_dates=False)]
    layers += [panel.band("days", name) for name in reversed(_WITH_INTERVAL)]
    layers.append(panel.thin_line("days", "dialogue", palette.DIALOGUE))
    layers += [panel.strong_line("days", name) for name in reversed(_WITH_INTERVAL)]
    layers += peaks
    layers += panel.end_labels(frame, _LINES)
    return {"layer": layers, "width": panel.axis.width, "height": panel.height}


def _direction_panel(name: str, sides: Mapping[str, pl.DataFrame], panel: _Panel) -> Chart:
    """Return the panel of one direction's tension, with the other in grey.

    `name`: the direction shown; `sides`: rows of TENSION_DAILY by direction, sorted by day. The lines come from the chart's data sets of
    the same names. Only the panel of the last direction has dates at the time axis.
    """
    side = sides[name]
    layers = [panel.baseline(has_dates=name == list(sides)[-1])]
    layers += [panel.thin_line(other, "tension", palette.FAINT) for other in sides if other != name]
    layers += [panel.band(name, "tension"), panel.strong_line(name, "tension")]
    layers += panel.end_labels(side, ["tension"])
    title = panel_title(direction_title(side["actor"][0], side["target"][0]))
    return {"layer": layers, "width": panel.axis.width, "height": panel.height, "title": title}


def _peak_labels(frame: pl.DataFrame, panel: _Panel) -> list[Chart]:
    """Return layers that label the highest day of tension and concession.

    A label is a dot with value and day, in three layers. Tension and concession have at most one each, on the earliest of equally high
    days. None is drawn for a value below 125 or in a chart of fewer than 14 days; if both would overlap, only tension has one.
    """
    layers: list[Chart] = []
    placed: list[tuple[float, float]] = []
    edge = 60
    spans_years = panel.axis.last - panel.axis.first >= timedelta(days=365)
    for name in _WITH_INTERVAL:
        highest = find_highest(frame, name)
        if highest is None:
            continue
        day, value = highest
        x, y = panel.axis.to_pixel(day), panel.height * value / panel.top
        is_crowded = any(abs(x - other_x) < _LABEL_WIDTH and abs(y - other_y) < _LABEL_HEIGHT for other_x, other_y in placed)
        if frame.height < _MIN_DAYS_FOR_PEAKS or value < _MIN_PEAK or is_crowded:
            continue
        placed.append((x, y))
        year = f" {day.year}" if spans_years else ""
        row = {"at": midnight_ms(day) + DAY_MS // 2, "y": round(value, 2), "text": f"{value:,.0f} on {short_day(day)}{year}"}
        dot = {"type": "circle", "color": _COLOURS[name], "size": 34, "opacity": 1}
        align = "left" if x < edge else "right" if x > panel.axis.width - edge else "center"
        style = {"fontSize": 11, "fontWeight": "bold", "dy": -11, "align": align}
        layers.append(layer([row], dot, x=panel.axis.x("at"), y=panel.y("y")))
        layers.append(panel.text(row, color=palette.PAPER, stroke=palette.PAPER, strokeWidth=3.5, strokeJoin="round", **style))
        layers.append(panel.text(row, color=_COLOURS[name], **style))
    return layers


def _phase_strip(runs: Rows, axis: DaysAxis) -> Chart:
    """Return a strip with one bar for each run of a phase.

    The bars come from the chart's data set `bars`; `runs`, its rows (`phase_runs`), only decides which bars have space for the name of
    their phase. The strip has the same time axis as the values above, with the dates, and a legend of the colours.
    """
    legend = {
        "orient": "bottom", "direction": "horizontal", "title": "Phase", "symbolType": "square",
        "offset": 8, "titleOrient": "left", "columns": 7, "titleLimit": axis.width,
    }  # fmt: skip
    bars = layer(
        "bars",
        {"type": "rect"},
        x=axis.x("start", has_labels=True),
        x2={"field": "end"},
        y={"value": 0},
        y2={"value": _STRIP},
        color=nominal("phase", scale={"domain": list(palette.PHASES), "range": list(palette.PHASES.values())}, legend=legend, sort=None),
    )
    return {"layer": [bars, *_bar_labels(runs, axis)], "width": axis.width, "height": _STRIP}


def _bar_labels(runs: Rows, axis: DaysAxis) -> list[Chart]:
    """Return layers with names of phases in bars wide enough for them.

    `runs`: rows of `phase_runs`. The bars themselves are another layer.
    """
    pixels = axis.width / (axis.end_ms - axis.start_ms)
    layers = []
    for phase, colour in palette.ON_PHASES.items():
        room = (len(phase) * _LETTER_WIDTH + 8) / pixels
        named = [run for run in runs if run["phase"] == phase and run["end"] - run["start"] >= room]
        if named:
            rows = [{"at": (run["start"] + run["end"]) // 2, "middle": _STRIP / 2, "text": phase} for run in named]
            text = {"type": "text", "color": colour, "fontSize": 11, "baseline": "middle"}
            y = quantitative("middle", scale=None, axis=None)
            layers.append(layer(rows, text, x=axis.x("at", has_labels=True), y=y, text=nominal("text")))
    return layers


def describe_baseline(frame: pl.DataFrame) -> str:
    """Say in a sentence which days have the average 100.

    `frame`: rows of TENSION_DAILY or TENSION_PAIR_DAILY, which have one baseline.
    """
    first, last = frame.select("baseline_from", "baseline_to").row(-1)
    return f"own baseline, {long_day(first)} to {long_day(last)}."


def chart_title(text: str, lines: Sequence[str]) -> Chart:
    """Return the Vega-Lite title of a chart, with wrapped lines below it.

    No line is broken between a number and its percent sign.
    """
    unbroken = [line.replace(" %", "\N{NO-BREAK SPACE}%") for line in lines]
    return {"text": text, "subtitle": [part for line in unbroken for part in textwrap.wrap(line, width=WIDTH // 6)]}


def panel_title(text: str) -> Chart:
    """Return the Vega-Lite title of one panel of a chart."""
    return {"text": text, "fontSize": 13, "anchor": "start", "frame": "group", "offset": 4}


def finish_chart(chart: Chart, datasets: Mapping[str, Rows] | None = None) -> Chart:
    """Add the style that all charts share, and named data sets.

    Returns a new specification; what `chart` has takes precedence. `datasets`: rows by the name that layers use (`layer`). Screen readers
    skip charts, because the page says the same in words.
    """
    style = {
        "font": _FONT,
        "background": palette.PAPER,
        "padding": {"left": 2, "right": 2, "top": 4, "bottom": 4},
        "aria": False,
        "view": {"stroke": None},
        "title": {
            "anchor": "start", "color": palette.INK, "fontSize": 18, "fontWeight": "bold", "offset": 12, "frame": "bounds",
            "subtitleColor": palette.MUTED, "subtitleFontSize": 12, "subtitlePadding": 5,
        },
        "axis": {
            "domain": False, "ticks": False, "gridColor": palette.GRID, "tickColor": palette.MUTED, "labelColor": palette.MUTED,
            "labelFontSize": 11, "labelPadding": 5,
        },
        "legend": {
            "labelColor": palette.INK, "titleColor": palette.MUTED, "labelFontSize": 12, "titleFontSize": 11, "titleFontWeight": "normal",
        },
    }  # fmt: skip
    schema = f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE}.0.json"
    return {"$schema": schema, "config": style, "datasets": dict(datasets or {}), **chart}
