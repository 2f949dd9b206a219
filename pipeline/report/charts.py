"""Charts of the index for people: one pair over time, both its directions, a sparkline, and the picture as SVG or PNG.

Belongs here: what is drawn and how it reads. Does not: where frames come from, time axis and runs of days (`days_axis.py`), colours
(`palette.py`), what stands around the picture (`page.py`). Nothing but the given rows is used: no fonts, scripts or data are fetched.
"""

import base64
import itertools
import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import polars as pl
import vl_convert

from pipeline.contracts.model import ContractError, Table
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report import palette
from pipeline.report.days_axis import DAY_MS, DaysAxis, daily_points, midnight_ms, phase_runs
from pipeline.report.names import direction_title, long_day, pair_title, short_day

WIDTH = 900
NARROWEST = 320
_WIDE = 600  # pixels from which on there is room for values at the ends of lines
SPARKLINE_POINTS = 45

Rows = list[dict[str, Any]]

_LIMITED = ("tension", "concession")
_LINES = (*_LIMITED, "dialogue")
_COLOURS = {"tension": palette.TENSION, "concession": palette.CONCESSION, "dialogue": palette.MUTED}
_BASELINE = 100.0
_NOTABLE = 1.25 * _BASELINE  # a peak below it is not worth a label
_LEFT, _RIGHT, _RIGHT_NARROW = 40, 103, 84  # pixels beside the plot for the axis and for the names at the lines' ends
_STRIP, _THIN_STRIP = 18, 8
_LETTER = 5.4  # pixels of a letter in the strip
_LABEL_WIDTH, _LABEL_HEIGHT = 76, 30  # pixels that the label of a peak takes, its point included
_FEW_DAYS = 14  # below, a peak says nothing that the line does not show
_MOST_VALUES = 6
_FONT = "Arial, Helvetica, sans-serif"  # the converter ships a font of these widths, so layout does not depend on the machine
_LARGEST_SPARKLINE = 9999
_LONGEST_ALT = 60

#: A chart as a Vega-Lite specification. Written out, since building it from altair's objects takes longer than drawing it.
Chart = dict[str, Any]
VEGA_LITE = "6.4"


def pair_chart(pair_daily: pl.DataFrame, note: str = "", width: int = WIDTH) -> Chart:
    """Tension and concession of one pair with 80 % limits, dialogue as a thin line, the baseline, and below them the phase of each day.

    `pair_daily`: rows of TENSION_PAIR_DAILY of one pair, at least one, in any order. `note` stands under the title. `width` in pixels,
    at least 320 (`ValueError`). Days with thin evidence are drawn lighter, in the strip also lower; absent days are gaps. The scale is
    linear from 0: a logarithm would blow up the quiet. `ContractError` when the frame is empty, lacks a column or holds two pairs.
    """
    frame = _checked(TENSION_PAIR_DAILY, pair_daily)
    top = _top([frame[f"{name}_hi80"] for name in _LIMITED] + [frame["dialogue"]])
    panel = _Panel(DaysAxis.of(frame, _plot_width(width)), top, height=300 if width >= _WIDE else 230)
    key = f"{_baseline_words(frame)} Bands: 80 % limits. Pale: thin evidence."
    title = heading(f"Trade tension {pair_title(frame['pair'][0])}", (note, key), width)
    limits = [f"{name}_{limit}" for name in _LIMITED for limit in ("lo80", "hi80")]
    data = {"days": daily_points(frame, [*_LINES, *limits]), "stretches": _stretches(frame)}
    plots = [_lines_panel(frame, panel), _phase_strip(data["stretches"], panel.axis)]
    return finish({"vconcat": plots, "spacing": 6, "title": title}, data)


def directed_chart(daily: pl.DataFrame, note: str = "", width: int = WIDTH) -> Chart:
    """Tension of each direction of one pair in a panel of its own, on one scale; the other direction stands behind it as a grey line.

    `daily`: rows of TENSION_DAILY of one pair, one direction or both. `note`, `width` and errors as in `pair_chart`.
    """
    frame = _checked(TENSION_DAILY, daily)
    panel = _Panel(DaysAxis.of(frame.sort("index_date"), _plot_width(width)), _top([frame["tension_hi80"]]), height=120)
    sides = {f"{side['actor'][0]}>{side['target'][0]}": side for side in frame.partition_by("actor", "target", maintain_order=True)}
    data = {name: daily_points(side, ("tension", "tension_lo80", "tension_hi80")) for name, side in sides.items()}
    plots = [_direction_panel(name, sides, panel) for name in sides]
    key = f"{_baseline_words(frame)} Grey: the other direction."
    title = heading(f"Who presses whom: {pair_title(frame['pair'][0])}", (note, key), width)
    return finish({"vconcat": plots, "spacing": 14, "title": title}, data)


def to_svg(chart: Chart) -> str:
    """The chart as SVG text; the same chart gives the same text."""
    return str(vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE, allowed_base_urls=[]))


def to_png(chart: Chart, scale: float = 2) -> bytes:
    """The chart as PNG, `scale` pixels for each pixel of its width."""
    return bytes(vl_convert.vegalite_to_png(chart, vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[]))


def sparkline(values: Sequence[float], width: int = 120, height: int = 24) -> str:
    """The values as a tiny SVG line of at most 45 points, under 900 characters; a dot marks the last.

    Of more values the largest of each bucket is shown, so that no peak is lost, and the last as it is. The scale reaches from the
    smallest to the largest shown. Values that are no numbers are left out; without any the picture is empty. `width` and `height` in
    pixels, 8 to 9,999 (`ValueError`).
    """
    if not all(8 <= size <= _LARGEST_SPARKLINE for size in (width, height)):  # noqa: PLR2004 - as the docstring says
        raise ValueError(f"a sparkline of {width} by {height} pixels cannot be drawn; give 8 to {_LARGEST_SPARKLINE:,} each")
    shown = _bucket_maxima([value for value in values if value is not None and math.isfinite(value)], SPARKLINE_POINTS)
    low, high = min(shown, default=0.0), max(shown, default=0.0)
    edge = 3
    step = (width - 2 * edge) / max(1, len(shown) - 1)
    heights = [0.5 if high == low else (value - low) / (high - low) for value in shown]
    points = [f"{edge + n * step:.0f},{height - edge - share * (height - 2 * edge):.0f}" for n, share in enumerate(heights)]
    drawn = ""
    if points:
        x, y = points[-1].split(",")
        line = f"<polyline points='{' '.join(points)}' fill='none' stroke='{palette.TENSION}' stroke-width='1.5'/>"
        drawn = f"{line}<circle cx='{x}' cy='{y}' r='2' fill='{palette.TENSION}'/>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>{drawn}</svg>"


def sparkline_markdown(values: Sequence[float], width: int = 120, height: int = 24, alt_text: str = "trend") -> str:
    """The sparkline as a Markdown image that carries itself, under 1,000 characters: what Dagster shows inline.

    Of `alt_text` letters, digits and simple marks are kept, 60 at most. Errors as in `sparkline`.
    """
    picture = base64.b64encode(sparkline(values, width, height).encode()).decode()
    words = re.sub(r"[^\w .,:%+-]", " ", alt_text, flags=re.ASCII)[:_LONGEST_ALT]
    return f"![{words}](data:image/svg+xml;base64,{picture})"


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The places moved, in their order, until they lie `gap` apart, none above `high`, and none below `low` where there is room."""
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
    """One plot: its days, the upper end of its scale, which begins at 0, and its height in pixels."""

    axis: DaysAxis
    top: float
    height: int

    def y(self, name: str) -> Chart:
        weight = {"condition": {"test": f"datum.value == {_BASELINE:g}", "value": "bold"}, "value": "normal"}
        axis = {"values": _values(self.top), "labelFontWeight": weight, "title": None, "minExtent": _LEFT, "maxExtent": _LEFT}
        return {"field": name, "type": "quantitative", "scale": {"domain": [0, self.top], "nice": False}, "axis": axis}

    def baseline(self, has_dates: bool) -> Chart:
        """The dashed line at 100; it also carries the lines of the time axis, which lie behind everything."""
        row = {"start": self.axis.start_ms, "end": self.axis.end_ms, "value": _BASELINE}
        x = self.axis.x("start", has_labels=has_dates)
        dashed = {"type": "rule", "color": palette.MUTED, "strokeDash": [4, 3], "strokeWidth": 1}
        return layer([row], dashed, x=x, x2={"field": "end"}, y=self.y("value"))

    def band(self, points: str, name: str) -> Chart:
        """The 80 % limits, alike on all days: shades that come and go with thin days would be read as something that happened."""
        area = {"type": "area", "color": _COLOURS[name], "opacity": 0.11}
        return layer(points, area, x=self.axis.x("at"), y=self.y(f"{name}_lo80"), y2={"field": f"{name}_hi80"})

    def line(self, points: str, name: str, **style: Any) -> Chart:
        mark = {"type": "line", "strokeCap": "round", "strokeJoin": "round", **style}
        return layer(points, mark, x=self.axis.x("at"), y=self.y(name))

    def grey_line(self, points: str, name: str) -> Chart:
        return self.line(points, name, color=palette.DIALOGUE, strokeWidth=1.1, opacity=0.9)

    def strong_line(self, points: str, name: str) -> list[Chart]:
        """The whole line pale, and over it the days with enough evidence at full strength."""
        colour = _COLOURS[name]
        thickness = 2.4 if len(self.axis) < self.axis.width else 1.4  # more days than pixels: a thick line would be a smear
        pale = self.line(points, name, color=colour, strokeWidth=thickness * 0.75, opacity=0.5)
        return [pale, self.line(points, f"{name}_firm", color=colour, strokeWidth=thickness)]

    def text(self, row: Mapping[str, Any], **style: Any) -> Chart:
        """One text at `at` and `y` of the row."""
        return layer([row], {"type": "text", **style}, x=self.axis.x("at"), y=self.y("y"), text=nominal("text"))

    def end_labels(self, ends: Mapping[str, float]) -> list[Chart]:
        """Each line's name, with its last value where there is room, right of its end; moved apart where they would overlap."""
        places = apart([self.height * value / self.top for value in ends.values()], 15, 6, self.height - 6)
        has_room = self.axis.width > WIDTH / 2
        layers = []
        for (name, value), place in zip(ends.items(), places, strict=True):
            words = f"{name.capitalize()} {value:,.0f}" if has_room else name.capitalize()
            row = {"at": self.axis.end_ms, "y": round(place * self.top / self.height, 2), "text": words}
            weight = "normal" if name == "dialogue" else "bold"
            layers.append(self.text(row, color=_COLOURS[name], align="left", dx=7, fontSize=12, fontWeight=weight))
        return layers


def layer(rows: Sequence[Mapping[str, Any]] | str, mark: Chart, **encoding: Chart) -> Chart:
    """One mark drawn for each of a few rows, or for each row of a data set of the whole chart, by its name."""
    data = {"name": rows} if isinstance(rows, str) else {"values": [dict(row) for row in rows]}
    return {"data": data, "mark": mark, "encoding": encoding}


def nominal(name: str, **style: Any) -> Chart:
    """Vega-Lite's encoding of a column of names."""
    return {"field": name, "type": "nominal", **style}


def quantitative(name: str, **style: Any) -> Chart:
    """Vega-Lite's encoding of a column of numbers."""
    return {"field": name, "type": "quantitative", **style}


def _checked(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame by key, with `pair`; `ContractError` unless it has the table's columns and rows of exactly one pair."""
    missing = [name for name in table.schema if name not in frame.columns]
    if missing:
        raise ContractError(f"a chart of {table.name} needs the columns {', '.join(missing)}; give it rows of that table")
    undirected = pl.concat_str(pl.min_horizontal("actor", "target"), pl.lit("-"), pl.max_horizontal("actor", "target"))
    known = frame if "pair" in table.schema else frame.with_columns(pair=undirected)
    found = known["pair"].unique().sort().to_list()
    if len(found) != 1:
        raise ContractError(
            f"a chart of {table.name} shows one pair, but the frame holds {', '.join(map(str, found)) or 'no rows'}; "
            f"filter it to one pair and at least one day"
        )
    if known.select(table.key).is_duplicated().any():
        raise ContractError(f"a chart of {table.name} needs one row for each {', '.join(table.key)}, but some stand twice")
    by_key = [name for name in table.key if name != "index_date"] + ["index_date"]
    return known.sort(by_key)


def _plot_width(width: int) -> int:
    if width < NARROWEST:
        raise ValueError(f"a chart {width} pixels wide cannot be read; give at least {NARROWEST}")
    return width - _LEFT - (_RIGHT if width >= _WIDE else _RIGHT_NARROW)


def _top(columns: Sequence[pl.Series]) -> float:
    """Upper end of the scale: the largest value with a little air, and never so low that the baseline sticks to the ceiling."""
    largest = pl.concat([column.rename("value") for column in columns]).max()
    return max(160.0, 1.06 * cast("float", largest))


def _values(top: float) -> list[float]:
    """Some four to eight round values from 0 to `top`; the baseline is among them and takes the room of others close by."""
    step = next(size * 10**power for power in range(1, 300) for size in (2.5, 5, 10) if top / (size * 10**power) <= _MOST_VALUES)
    values = {number * step for number in range(int(top / step) + 1)} | {_BASELINE}
    return sorted(value for value in values if value == _BASELINE or abs(value - _BASELINE) > top / 20)


def _lines_panel(frame: pl.DataFrame, panel: _Panel) -> Chart:
    layers = [panel.baseline(has_dates=False)]
    layers += [panel.band("days", name) for name in reversed(_LIMITED)]
    layers.append(panel.grey_line("days", "dialogue"))
    layers += [line for name in reversed(_LIMITED) for line in panel.strong_line("days", name)]
    layers += _peaks(frame, panel)
    layers += panel.end_labels({name: float(frame[name][-1]) for name in _LINES})
    return {"layer": layers, "width": panel.axis.width, "height": panel.height}


def _direction_panel(name: str, sides: Mapping[str, pl.DataFrame], panel: _Panel) -> Chart:
    side = sides[name]
    layers = [panel.baseline(has_dates=name == list(sides)[-1])]
    layers += [panel.grey_line(other, "tension") for other in sides if other != name]
    layers += [panel.band(name, "tension"), *panel.strong_line(name, "tension")]
    layers += panel.end_labels({"tension": float(side["tension"][-1])})
    title = panel_title(direction_title(side["actor"][0], side["target"][0]))
    return {"layer": layers, "width": panel.axis.width, "height": panel.height, "title": title}


def _peaks(frame: pl.DataFrame, panel: _Panel) -> list[Chart]:
    """The highest day of tension and of concession with its date; none for a line that hardly leaves the baseline or crowds another."""
    layers: list[Chart] = []
    placed: list[tuple[float, float]] = []
    edge = 60
    spans_years = panel.axis.last - panel.axis.first >= timedelta(days=365)
    for name in _LIMITED:
        value, day = frame.sort(name, "index_date", descending=[True, False]).select(name, "index_date").row(0)
        x, y = panel.axis.pixel(day), panel.height * value / panel.top
        is_crowded = any(abs(x - other_x) < _LABEL_WIDTH and abs(y - other_y) < _LABEL_HEIGHT for other_x, other_y in placed)
        if frame.height < _FEW_DAYS or value < _NOTABLE or is_crowded:
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


def _stretches(frame: pl.DataFrame) -> Rows:
    return [{**run, "top": _STRIP - _THIN_STRIP if run["is_thin"] else 0, "bottom": _STRIP} for run in phase_runs(frame)]


def _phase_strip(stretches: Rows, axis: DaysAxis) -> Chart:
    """One bar a stretch of days in the colour of its phase, named where there is room; low and pale where evidence is thin."""
    has_room = axis.width > WIDTH / 2
    legend = {
        "orient": "bottom", "direction": "horizontal", "title": "Phase (a low, pale bar: thin evidence)", "symbolType": "square",
        "offset": 8, "titleOrient": "left" if has_room else "top", "columns": 5 if has_room else 3, "titleLimit": axis.width,
    }  # fmt: skip
    bars = layer(
        "stretches",
        {"type": "rect"},
        x=axis.x("start", has_labels=True),
        x2={"field": "end"},
        y=quantitative("top", scale=None, axis=None),
        y2={"field": "bottom"},
        color=nominal("phase", scale={"domain": list(palette.PHASES), "range": list(palette.PHASES.values())}, legend=legend, sort=None),
        opacity=nominal("is_thin", scale={"domain": [False, True], "range": [1, 0.7]}, legend=None),
    )
    return {"layer": [bars, *_stretch_names(stretches, axis)], "width": axis.width, "height": _STRIP}


def _stretch_names(stretches: Rows, axis: DaysAxis) -> list[Chart]:
    pixels = axis.width / (axis.end_ms - axis.start_ms)
    layers = []
    for phase, colour in palette.ON_PHASES.items():
        room = (len(phase) * _LETTER + 8) / pixels
        named = [run for run in stretches if run["phase"] == phase and not run["is_thin"] and run["end"] - run["start"] >= room]
        if named:
            rows = [{"at": (run["start"] + run["end"]) // 2, "middle": _STRIP / 2, "text": phase} for run in named]
            text = {"type": "text", "color": colour, "fontSize": 11, "baseline": "middle"}
            y = quantitative("middle", scale=None, axis=None)
            layers.append(layer(rows, text, x=axis.x("at", has_labels=True), y=y, text=nominal("text")))
    return layers


def _baseline_words(frame: pl.DataFrame) -> str:
    first, last = frame.select("baseline_from", "baseline_to").row(-1)
    return f"100 (dashed): own baseline, {long_day(first)} to {long_day(last)}."


def heading(text: str, lines: Sequence[str], width: int) -> Chart:
    """The title, and below it the lines, broken where the chart ends."""
    return {"text": text, "subtitle": [part for line in lines for part in textwrap.wrap(line, width=width // 6)]}


def panel_title(text: str) -> Chart:
    """The title of one panel of a chart."""
    return {"text": text, "fontSize": 13, "anchor": "start", "frame": "group", "offset": 4}


def finish(chart: Chart, datasets: Mapping[str, Rows] | None = None) -> Chart:
    """Add the type, ink and spacing that all charts share. Marks carry no labels for screen readers: the page says the same in words."""
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


def _bucket_maxima(values: Sequence[float], most: int) -> list[float]:
    """At most `most` values: the largest of each of equally long stretches, and the last as it is."""
    if len(values) <= most:
        return list(values)
    *before, last = values
    edges = [round(n * len(before) / (most - 1)) for n in range(most)]
    return [max(before[start:end]) for start, end in itertools.pairwise(edges)] + [last]
