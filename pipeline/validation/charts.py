"""Charts of the page that `tension validate` writes.

Belongs here: what is drawn. Does not: fonts, colours and conversion to SVG (`pipeline/report/charts.py`).
"""

import math
from collections.abc import Sequence
from itertools import count
from typing import Any

import polars as pl

from pipeline.report import palette
from pipeline.report.charts import WIDTH, Chart, chart_title, finish_chart, layer, nominal, panel_title, quantitative
from pipeline.report.days_axis import DAY_MS, DaysAxis, midnight_ms
from pipeline.report.names import pair_title

_LEFT = 45
_PANEL = 130
_HALF = 385  # width in pixels of one of two panels in a row
_ROW = 22
_LONGEST_NAME = 34
_NAMES_WIDTH = 210
_WORLDS_WIDTH = 370  # names of simulated worlds are not shortened; browsers without Arial draw wider letters
_POLARITY = {"escalation": palette.TENSION, "concession": palette.CONCESSION}
_CHANNEL = {"escalation": "tension", "concession": "concession"}
_SHADES = (palette.CONCESSION, palette.MUTED, palette.TENSION, palette.STALEMATE)

_DASHED = {"type": "rule", "color": palette.MUTED, "strokeDash": [4, 3]}


def comparison_chart(months: pl.DataFrame, pair: str, reference: str, note: str = "") -> Chart:
    """Plot monthly tension above an index by others, on one time axis.

    Two panels below one another: `index` (tension), then `value` (the other index). In each, a line with a dot for each month, in the
    month's middle; x axis: time, y axis: from 0. `months`: `period_date`, `index`, `value`, sorted, at least one row; months without a
    value are gaps. `reference`: name of the other index; `note`: a line below the title.
    """
    last = months.select(pl.col("period_date").max().dt.month_end()).item()
    axis = DaysAxis(months["period_date"][0], last, WIDTH - _LEFT - 10)
    lines = [
        ("index", f"Tension {pair_title(pair)}, mean of the month", palette.TENSION),
        ("value", f"{reference[:1].upper()}{reference[1:]}, mean of the month", palette.MUTED),
    ]
    points = [
        {"at": midnight_ms(row["period_date"]) + 15 * DAY_MS, **{name: row[name] for name, _, _ in lines}}
        for row in months.iter_rows(named=True)
    ]
    panels = [
        layer(
            points,
            {"type": "line", "color": colour, "strokeWidth": 2, "point": {"color": colour, "size": 22}},
            x=axis.x("at", has_labels=n == len(lines) - 1),
            y=_value_axis(name, [row[name] for row in points]),
        )
        | {"width": axis.width, "height": _PANEL, "title": panel_title(title)}
        for n, (name, title, colour) in enumerate(lines)
    ]
    return finish_chart({"vconcat": panels, "spacing": 14, "title": chart_title("Index and reference", (note,))})


def path_chart(path: pl.DataFrame, note: str = "") -> Chart:
    """Plot the evidence on the days around events, for each polarity.

    `path`: rows of `event_study.PATH`, at least one. A panel for each polarity (escalation, concession), from left to right, all with one y
    axis: evidence (mass of stories, or articles that match the keyword rule), where 100 (dashed line) is an average day of the same series.
    x axis: days from the event. Thick line: index; thin grey line: keyword rule; area: 95 % interval at random dates. `note`: a line below
    the title.
    """
    top = max(_to_float(path[name].max()) for name in ("index", "keyword", "chance_hi95"))
    panels = [_path_panel(str(name), rows, top) for (name,), rows in path.group_by("polarity", maintain_order=True)]
    key = "100 (dashed): an average day of the same series. Grey line: keyword share. Band: 95 % interval at random dates."
    return finish_chart(_row_of_panels(panels, 40, chart_title("The days around events", (note, key))))


def sources_chart(left_out: pl.DataFrame, pair: str, note: str = "") -> Chart:
    """Plot how the index changes without each source: correlation and largest change.

    Left panel: correlation with the whole index; right panel: largest change in points. In both a row (y axis) with a dot for each source,
    at its `value` (x axis). `left_out`: `grouping` (the source), `statistic`, `value`, the source with most articles first; at least one
    row. `note`: a line below the title.
    """
    labels = _shorten_names(left_out["grouping"].unique(maintain_order=True).to_list())
    statistics = (
        ("correlation with the whole index", "Correlation with the whole index"),
        ("largest change in points", "Largest change, points"),
    )
    panels = []
    for n, (statistic, title) in enumerate(statistics):
        rows = [
            {"source": labels[row["grouping"]], "value": row["value"]}
            for row in left_out.filter(pl.col("statistic") == statistic).iter_rows(named=True)
        ]
        values = [row["value"] for row in rows if row["value"] is not None]
        domain = [math.floor(20 * min(values, default=0)) / 20, 1] if n == 0 else [0, (max(values, default=0) or 1) * 1.05]
        y = nominal("source", sort=list(labels.values()), title=None, axis=_names_axis(_NAMES_WIDTH) if n == 0 else None)
        x = quantitative("value", scale={"domain": domain, "nice": n == 1}, title=None, axis={"tickCount": 5, "grid": True})
        dots = layer(rows, {"type": "circle", "size": 60, "color": palette.TENSION, "opacity": 1}, x=x, y=y)
        size = {"width": (WIDTH - _NAMES_WIDTH - 60) // 2, "height": _ROW * len(labels)}
        panels.append(dots | size | {"title": panel_title(title)})
    head = chart_title(f"Without one source: {pair_title(pair)}", (note, "Largest source first."))
    return finish_chart(_row_of_panels(panels, 24, head))


def coverage_chart(simulation: pl.DataFrame, note: str = "") -> Chart:
    """Plot the coverage of the 95 % interval in simulated worlds.

    A world is a set of simulated pairs of countries; coverage is the share of days whose true rate of stories is in the interval.
    `simulation`: rows of `simulation.COVERAGE_STUDY`, at least one. The y axis has a row for each `evolution` (how the rate of stories
    changes, and how they come and are read), with a colour for each `stories_a_day` (the rate of the baseline): a dot at `coverage95` (x
    axis) and a bar of two standard errors (`coverage95_se`) to either side. A dashed line is at 95 %. `note`: a line below the title.
    """
    rows = [
        {
            "world": row["evolution"],
            "stories": f"{row['stories_a_day']:g}",
            "value": row["coverage95"],
            "low": max(0.0, row["coverage95"] - 2 * row["coverage95_se"]),
            "high": min(1.0, row["coverage95"] + 2 * row["coverage95_se"]),
        }
        for row in simulation.iter_rows(named=True)
    ]
    worlds = list(dict.fromkeys(row["world"] for row in rows))
    stories = sorted({row["stories"] for row in rows}, key=float)
    shades = [_SHADES[n % len(_SHADES)] for n in range(len(stories))]
    legend = {"title": "Expected stories a day", "orient": "bottom", "direction": "horizontal", "symbolType": "circle"}
    colour = nominal("stories", sort=stories, scale={"domain": stories, "range": shades}, legend=legend)
    scale = {"domain": [math.floor(10 * min(row["low"] for row in rows)) / 10, 1], "nice": False}
    y = nominal("world", sort=worlds, title=None, axis=_names_axis(_WORLDS_WIDTH))
    rows_axis = {"y": y, "yOffset": nominal("stories", sort=stories)}
    x = quantitative("value", scale=scale, title=None, axis={"format": ".0%", "tickCount": 6})
    rule = {"type": "rule", "strokeWidth": 1.5}
    bars = layer(rows, rule, x=quantitative("low", scale=scale), x2={"field": "high"}, color=colour, **rows_axis)
    dots = layer(rows, {"type": "circle", "size": 55, "opacity": 1}, x=x, color=colour, **rows_axis)
    line = layer([{"value": 0.95}], _DASHED, x=quantitative("value", scale=scale))
    plot = {"layer": [line, bars, dots], "width": WIDTH - _WORLDS_WIDTH - 30, "height": len(worlds) * (14 * len(stories) + 10)}
    key = "Share of days on which the 95 % interval contains the true rate. Bars: two Monte-Carlo errors. Dashed: 95 %."
    return finish_chart({"vconcat": [plot], "title": chart_title("Coverage of the 95 % interval in simulated worlds", (note, key))})


def likelihood_chart(forecast: pl.DataFrame, note: str = "") -> Chart:
    """Plot the log likelihood of each half-life, relative to the best.

    x axis: half-life of the filter in days, logarithmic; y axis: log likelihood minus that of the best half-life of the same series, at
    most 0. Each series (a pair, with how its stories arrive) has a line and a colour; a dot and a number of days mark its best half-life.
    `forecast`: `series`, `half_life_days`, `log_likelihood`; at least one row. `note`: a line below the title.
    """
    below = forecast.select(
        "series", "half_life_days", below=pl.col("log_likelihood") - pl.col("log_likelihood").max().over("series")
    ).sort("series", "half_life_days")  # fmt: skip
    rows = below.to_dicts()
    best = [dict(row) | {"text": f"{row['half_life_days']:g} days"} for row in rows if row["below"] == 0]
    low = min(-1.0, *(row["below"] for row in rows))
    names = list(dict.fromkeys(row["series"] for row in rows))
    shades = [_SHADES[n % len(_SHADES)] for n in range(len(names))]
    legend = {"title": None, "orient": "bottom", "direction": "horizontal", "symbolType": "stroke"}
    colour = nominal("series", scale={"domain": names, "range": shades}, legend=legend)
    values = sorted({row["half_life_days"] for row in rows})
    logarithmic = {"type": "log", "nice": False}
    x = quantitative("half_life_days", scale=logarithmic, axis=_labelled_axis("Half-life, days", values=values, format="g"))
    scale = {"domain": [low * 1.02, -low / 10], "nice": False}
    y = quantitative("below", title=None, axis={"tickCount": 5, "minExtent": _LEFT}, scale=scale)
    lines = layer(rows, {"type": "line", "strokeWidth": 2}, x=x, y=y, color=colour)
    dots = layer(best, {"type": "circle", "size": 60, "opacity": 1}, x=x, y=y, color=colour)
    words = layer(best, {"type": "text", "dy": -11, "fontSize": 11}, x=x, y=y, text=nominal("text"), color=colour)
    plot = {"layer": [lines, dots, words], "width": WIDTH - _LEFT - 40, "height": 220}
    key = "Log likelihood of the next day's stories, relative to the best half-life (dot)."
    return finish_chart({"vconcat": [plot], "title": chart_title("Which half-life forecasts the next day best", (note, key))})


def _path_panel(polarity: str, rows: pl.DataFrame, top: float) -> Chart:
    """Plot evidence around events of one polarity; 100 is an average day.

    x axis: days from the event, y axis: evidence. Thick line: index; thin grey line: keyword rule; area: 95 % interval at random dates;
    dashed line: 100. `rows`: those of PATH with this polarity; `top`: the largest value of all panels, so that they have one scale.
    """
    points = rows.to_dicts()
    scale = {"domain": [0, 1.06 * max(160.0, top)], "nice": False}
    signed = "datum.value > 0 ? '+' + datum.label : datum.label"
    x = quantitative("lag_days", axis=_labelled_axis("Days from the event", values=[-7, -3, 0, 3, 7], grid=False, labelExpr=signed))
    colour = _POLARITY[polarity]
    line = {"type": "line", "color": colour, "strokeWidth": 2.4, "point": {"color": colour, "size": 26}}
    layers = [
        layer(
            points,
            {"type": "area", "color": palette.QUIET, "opacity": 0.6},
            x=x,
            y=quantitative("chance_lo95", scale=scale),
            y2={"field": "chance_hi95"},
        ),
        layer([{"value": 100}], _DASHED, y=quantitative("value", scale=scale)),
        layer([{"lag": 0}], {"type": "rule", "color": palette.MUTED, "strokeWidth": 1}, x=quantitative("lag")),
        layer(points, {"type": "line", "color": palette.FAINT, "strokeWidth": 1.4}, x=x, y=quantitative("keyword", scale=scale)),
        layer(points, line, x=x, y=quantitative("index", scale=scale, title=None, axis={"tickCount": 5, "minExtent": _LEFT})),
    ]
    title = panel_title(f"{points[0]['count']} {polarity}s: {_CHANNEL[polarity]} on that day")
    return {"layer": layers, "width": _HALF, "height": 200, "title": title}


def _row_of_panels(panels: list[Chart], spacing: int, title: Chart) -> Chart:
    """Put the panels in one row under a title."""
    return {"vconcat": [{"hconcat": panels, "spacing": spacing}], "title": title}


def _value_axis(name: str, values: Sequence[float | None]) -> Chart:
    """Return the Vega-Lite encoding of a y axis from 0.

    `name`: the field. The axis ends a little above the largest of its `values` (None is skipped), or above 1 without any.
    """
    top = max((value for value in values if value is not None), default=1.0)
    return quantitative(name, title=None, scale={"domain": [0, 1.06 * top], "nice": False}, axis={"tickCount": 4, "minExtent": _LEFT})


def _labelled_axis(title: str, **style: Any) -> Chart:
    """Return the Vega-Lite definition of an axis with a grey title.

    `style`: further properties of the axis.
    """
    return {"title": title, "titleColor": palette.MUTED, "titleFontWeight": "normal", **style}


def _names_axis(width: int) -> Chart:
    """Return the Vega-Lite definition of an axis of names.

    Its width, in pixels, is fixed, so that plots below one another align.
    """
    return {"labelLimit": width, "minExtent": width, "maxExtent": width, "grid": True}


def _shorten_names(names: Sequence[str]) -> dict[str, str]:
    """Shorten names to texts that all differ, and return these by name.

    Of names that would be shortened to the same text, the second ends in ` (2)`, the third in ` (3)` and so on.
    """
    shortened: dict[str, str] = {}
    for name in names:
        texts = (_shorten(name, f" ({number})" if number > 1 else "") for number in count(1))
        shortened[name] = next(text for text in texts if text not in shortened.values())
    return shortened


def _shorten(name: str, ending: str = "") -> str:
    """Shorten a name to `_LONGEST_NAME` characters, with `…` where it is cut.

    Shorter names stay as they are. Unprintable characters become spaces. The `ending` is added, and counts.
    """
    shown = "".join(c if c.isprintable() else " " for c in name)
    longest = _LONGEST_NAME - len(ending)
    return (shown if len(shown) <= longest else shown[: longest - 1] + "…") + ending


def _to_float(value: Any) -> float:
    """Convert a number or None to a float; None is 0."""
    return 0.0 if value is None else float(value)
