"""Pictures of the validation: index beside reference, the days around events, sources left out, coverage of limits, half-lives.

Belongs here: what is drawn and how it reads. Does not: how figures are computed (`pipeline/validation`), or what is said about them
(`page.py`). Type, ink and conversion are those of `pipeline/report/charts.py`.
"""

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from pipeline.report import palette
from pipeline.report.charts import Chart, finish, heading, layer, nominal, panel_title, quantitative
from pipeline.report.days_axis import DAY_MS, DaysAxis, midnight_ms
from pipeline.report.names import pair_title

WIDTH = 900
_LEFT = 45
_PANEL = 130
_HALF = 385  # pixels of a panel that stands beside another
_ROW = 22
_LONGEST_NAME = 34
_NAMES_WIDTH = 210
_POLARITY = {"escalation": palette.TENSION, "concession": palette.CONCESSION}
_CHANNEL = {"escalation": "tension", "concession": "concession"}
_SHADES = (palette.CONCESSION, palette.MUTED, palette.TENSION, palette.STALEMATE)

_DASHED = {"type": "rule", "color": palette.MUTED, "strokeDash": [4, 3]}


def comparison_chart(months: pl.DataFrame, pair: str, reference: str, note: str = "") -> Chart:
    """Monthly mean of tension above the reference, each on its own scale, on one axis of time.

    `months`: `period_date`, `index`, `value`, at least one row; months without a value are gaps.
    """
    last = months.select(pl.col("period_date").max().dt.month_end()).item()
    axis = DaysAxis(months["period_date"][0], last, WIDTH - _LEFT - 10)
    lines = [
        ("index", f"Tension {pair_title(pair)}, mean of the month", palette.TENSION),
        ("value", reference[:1].upper() + reference[1:], palette.MUTED),
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
            y=_y(name, [row[name] for row in points]),
        )
        | {"width": axis.width, "height": _PANEL, "title": panel_title(title)}
        for n, (name, title, colour) in enumerate(lines)
    ]
    return finish({"vconcat": panels, "spacing": 14, "title": heading("Index and reference", (note,), WIDTH)})


def path_chart(path: pl.DataFrame, note: str = "") -> Chart:
    """What was found on the days around events, by polarity: the index's own channel, the keyword share in grey, chance as a band.

    `path`: `polarity`, `lag_days`, `index`, `keyword`, `chance_lo95`, `chance_hi95`, `count`; at least one row. 100 is an ordinary day.
    """
    top = max(_number(path[name].max()) for name in ("index", "keyword", "chance_hi95"))
    panels = [
        _path_panel(str(name), rows, top) for (name,), rows in path.partition_by("polarity", as_dict=True, maintain_order=True).items()
    ]
    key = "100 (dashed): an ordinary day of the same series. Grey line: keyword share. Band: 95 % of random dates."
    return finish(_row(panels, 40, heading("The days around events", (note, key), WIDTH)))


def sources_chart(left_out: pl.DataFrame, pair: str, note: str = "") -> Chart:
    """One dot a source: how the index without it goes with the whole index, and by how much it differs on the worst day.

    `left_out`: `grouping` (the source), `statistic`, `value`, the source with most articles first; at least one row.
    """
    names = left_out["grouping"].unique(maintain_order=True).to_list()
    wanted = (
        ("correlation with the whole index", "Correlation with the whole index"),
        ("largest change in points", "Largest change, points"),
    )
    panels = []
    for n, (statistic, title) in enumerate(wanted):
        rows = [
            {"source": _short(row["grouping"]), "value": row["value"]}
            for row in left_out.filter(pl.col("statistic") == statistic).iter_rows(named=True)
        ]
        values = [row["value"] for row in rows if row["value"] is not None]
        domain = [math.floor(20 * min(values, default=0)) / 20, 1] if n == 0 else [0, max(values, default=1) * 1.05]
        y = nominal("source", sort=[_short(name) for name in names], title=None, axis=_names_axis() if n == 0 else None)
        x = quantitative("value", scale={"domain": domain, "nice": n == 1}, title=None, axis={"tickCount": 5, "grid": True})
        dots = layer(rows, {"type": "circle", "size": 60, "color": palette.TENSION, "opacity": 1}, x=x, y=y)
        size = {"width": (WIDTH - _NAMES_WIDTH - 60) // 2, "height": _ROW * len(names)}
        panels.append(dots | size | {"title": panel_title(title)})
    head = heading(f"Without one source: {pair_title(pair)}", (note, "Largest source first."), WIDTH)
    return finish(_row(panels, 24, head))


def coverage_chart(simulation: pl.DataFrame, note: str = "") -> Chart:
    """How often the 95 % limits hold the truth in made-up worlds: a dot each, bars of two Monte-Carlo errors, the line at 95 %.

    `simulation`: `evolution`, `stories_a_day`, `half_life_days`, `coverage95`, `coverage95_se`; at least one row.
    """
    several = simulation["half_life_days"].n_unique() > 1
    rows = [
        {
            "world": _short(row["evolution"] + (f", half-life {row['half_life_days']:g} days" if several else "")),
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
    place = {"y": nominal("world", sort=worlds, title=None, axis=_names_axis()), "yOffset": nominal("stories", sort=stories)}
    x = quantitative("value", scale=scale, title=None, axis={"format": ".0%", "tickCount": 6})
    rule = {"type": "rule", "strokeWidth": 1.5}
    bars = layer(rows, rule, x=quantitative("low", scale=scale), x2={"field": "high"}, color=colour, **place)
    dots = layer(rows, {"type": "circle", "size": 55, "opacity": 1}, x=x, color=colour, **place)
    line = layer([{"value": 0.95}], _DASHED, x=quantitative("value", scale=scale))
    plot = {"layer": [line, bars, dots], "width": WIDTH - _NAMES_WIDTH - 30, "height": len(worlds) * (14 * len(stories) + 10)}
    key = "Share of days on which the 95 % limits hold the true rate. Bars: two Monte-Carlo errors. Dashed: 95 %."
    return finish({"vconcat": [plot], "title": heading("Coverage of the limits in made-up worlds", (note, key), WIDTH)})


def likelihood_chart(forecast: pl.DataFrame, note: str = "") -> Chart:
    """The log likelihood of the next day's stories over half-lives, a line each series, as the distance to its best.

    `forecast`: `series`, `half_life_days`, `log_likelihood`; at least one row. The best half-life of each carries a dot and its days.
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
    x = quantitative("half_life_days", scale=logarithmic, axis=_axis("Half-life, days", values=values, format="g"))
    scale = {"domain": [low * 1.02, -low / 10], "nice": False}
    y = quantitative("below", title=None, axis={"tickCount": 5, "minExtent": _LEFT}, scale=scale)
    lines = layer(rows, {"type": "line", "strokeWidth": 2}, x=x, y=y, color=colour)
    dots = layer(best, {"type": "circle", "size": 60, "opacity": 1}, x=x, y=y, color=colour)
    words = layer(best, {"type": "text", "dy": -11, "fontSize": 11}, x=x, y=y, text=nominal("text"), color=colour)
    plot = {"layer": [lines, dots, words], "width": WIDTH - _LEFT - 40, "height": 220}
    key = "Log likelihood of the next day's stories below that of the best half-life, which carries a dot."
    return finish({"vconcat": [plot], "title": heading("Which half-life foresees the next day best", (note, key), WIDTH)})


def _path_panel(polarity: str, rows: pl.DataFrame, top: float) -> Chart:
    points = rows.to_dicts()
    scale = {"domain": [0, 1.06 * max(160.0, top)], "nice": False}
    signed = "datum.value > 0 ? '+' + datum.label : datum.label"
    x = quantitative("lag_days", axis=_axis("Days from the event", values=[-7, -3, 0, 3, 7], grid=False, labelExpr=signed))
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
        layer(points, {"type": "line", "color": palette.DIALOGUE, "strokeWidth": 1.4}, x=x, y=quantitative("keyword", scale=scale)),
        layer(points, line, x=x, y=quantitative("index", scale=scale, title=None, axis={"tickCount": 5, "minExtent": _LEFT})),
    ]
    title = panel_title(f"{points[0]['count']} {polarity}s: {_CHANNEL[polarity]} found that day")
    return {"layer": layers, "width": _HALF, "height": 200, "title": title}


def _row(panels: list[Chart], spacing: int, title: Chart) -> Chart:
    """The panels in one row under a title."""
    return {"vconcat": [{"hconcat": panels, "spacing": spacing}], "title": title}


def _y(name: str, values: Sequence[float | None]) -> Chart:
    top = max((value for value in values if value is not None), default=1.0)
    return quantitative(name, title=None, scale={"domain": [0, 1.06 * top], "nice": False}, axis={"tickCount": 4, "minExtent": _LEFT})


def _axis(title: str, **style: Any) -> Chart:
    return {"title": title, "titleColor": palette.MUTED, "titleFontWeight": "normal", **style}


def _names_axis() -> Chart:
    return {"labelLimit": _NAMES_WIDTH, "minExtent": _NAMES_WIDTH, "maxExtent": _NAMES_WIDTH, "grid": True}


def _short(name: str) -> str:
    """A name that fits beside a plot, without control characters."""
    shown = "".join(c if c.isprintable() else " " for c in name)
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)
