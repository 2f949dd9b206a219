"""Pictures of the validation: index beside reference, the days around events, sources left out, coverage of limits, half-lives.

Belongs here: what is drawn and how it reads. Does not: how figures are computed (`pipeline/validation`), or what is said about them
(`page.py`). Type, ink and conversion are those of `pipeline/report/charts.py`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import altair as alt
import polars as pl

from pipeline.report import palette
from pipeline.report.charts import finished, heading
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

Rows = Sequence[Mapping[str, Any]]


def comparison_chart(months: pl.DataFrame, pair: str, reference: str, note: str = "") -> alt.VConcatChart:
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
        _marks(points)
        .mark_line(color=colour, strokeWidth=2, point=alt.OverlayMarkDef(color=colour, size=22))
        .encode(x=axis.x("at", has_labels=n == len(lines) - 1), y=_y(name, [row[name] for row in points]))
        .properties(width=axis.width, height=_PANEL, title=_panel_title(name_of))
        for n, (name, name_of, colour) in enumerate(lines)
    ]
    return finished(alt.vconcat(*panels, spacing=14, title=heading("Index and reference", (note,), WIDTH)))


def path_chart(path: pl.DataFrame, note: str = "") -> alt.VConcatChart:
    """What was found on the days around events, by polarity: the index's own channel, the keyword share in grey, chance as a band.

    `path`: `polarity`, `lag_days`, `index`, `keyword`, `chance_lo95`, `chance_hi95`, `count`; at least one row. 100 is an ordinary day.
    """
    top = max(_number(path[name].max()) for name in ("index", "keyword", "chance_hi95"))
    panels = [
        _path_panel(str(name), rows, top) for (name,), rows in path.partition_by("polarity", as_dict=True, maintain_order=True).items()
    ]
    key = "100 (dashed): an ordinary day of the same series. Grey line: keyword share. Band: 95 % of random dates."
    return finished(alt.vconcat(alt.hconcat(*panels, spacing=40), title=heading("The days around events", (note, key), WIDTH)))


def sources_chart(left_out: pl.DataFrame, pair: str, note: str = "") -> alt.VConcatChart:
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
        y = alt.Y("source:N", sort=[_short(name) for name in names], title=None, axis=_names_axis() if n == 0 else None)
        x = alt.X("value:Q", scale=alt.Scale(domain=domain, nice=n == 1), title=None, axis=alt.Axis(tickCount=5, grid=True))
        dots = _marks(rows).mark_circle(size=60, color=palette.TENSION, opacity=1).encode(x=x, y=y)
        panels.append(dots.properties(width=(WIDTH - _NAMES_WIDTH - 60) // 2, height=_ROW * len(names), title=_panel_title(title)))
    head = heading(f"Without one source: {pair_title(pair)}", (note, "Largest source first."), WIDTH)
    return finished(alt.vconcat(alt.hconcat(*panels, spacing=24), title=head))


def coverage_chart(simulation: pl.DataFrame, note: str = "") -> alt.VConcatChart:
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
    colour = alt.Color(
        "stories:N", sort=stories, scale=alt.Scale(domain=stories, range=[_SHADES[n % len(_SHADES)] for n in range(len(stories))]),
        legend=alt.Legend(title="Expected stories a day", orient="bottom", direction="horizontal", symbolType="circle"),
    )  # fmt: skip
    low = math.floor(10 * min(row["low"] for row in rows)) / 10
    scale = alt.Scale(domain=[low, 1], nice=False)
    y = alt.Y("world:N", sort=worlds, title=None, axis=_names_axis())
    offset = alt.YOffset("stories:N", sort=stories)
    x = alt.X("value:Q", scale=scale, title=None, axis=alt.Axis(format=".0%", tickCount=6))
    bars = _marks(rows).mark_rule(strokeWidth=1.5).encode(x=alt.X("low:Q", scale=scale), x2="high", y=y, yOffset=offset, color=colour)
    dots = _marks(rows).mark_circle(size=55, opacity=1).encode(x=x, y=y, yOffset=offset, color=colour)
    line = _marks([{"value": 0.95}]).mark_rule(color=palette.MUTED, strokeDash=[4, 3]).encode(x=alt.X("value:Q", scale=scale))
    plot = alt.layer(line, bars, dots).properties(width=WIDTH - _NAMES_WIDTH - 30, height=len(worlds) * (14 * len(stories) + 10))
    key = "Share of days on which the 95 % limits hold the true rate. Bars: two Monte-Carlo errors. Dashed: 95 %."
    return finished(alt.vconcat(plot, title=heading("Coverage of the limits in made-up worlds", (note, key), WIDTH)))


def likelihood_chart(forecast: pl.DataFrame, note: str = "") -> alt.VConcatChart:
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
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=names, range=[_SHADES[n % len(_SHADES)] for n in range(len(names))]),
        legend=alt.Legend(title=None, orient="bottom", direction="horizontal", symbolType="stroke"),
    )  # fmt: skip
    values = sorted({row["half_life_days"] for row in rows})
    x = alt.X("half_life_days:Q", scale=alt.Scale(type="log", nice=False), axis=_axis("Half-life, days", values=values, format="g"))
    y = alt.Y(
        "below:Q", title=None, axis=alt.Axis(tickCount=5, minExtent=_LEFT), scale=alt.Scale(domain=[low * 1.02, -low / 10], nice=False)
    )
    lines = _marks(rows).mark_line(strokeWidth=2).encode(x=x, y=y, color=colour)
    dots = _marks(best).mark_circle(size=60, opacity=1).encode(x=x, y=y, color=colour)
    words = _marks(best).mark_text(dy=-11, fontSize=11).encode(x=x, y=y, text="text:N", color=colour)
    plot = alt.layer(lines, dots, words).properties(width=WIDTH - _LEFT - 40, height=220)
    key = "Log likelihood of the next day's stories below that of the best half-life, which carries a dot."
    return finished(alt.vconcat(plot, title=heading("Which half-life foresees the next day best", (note, key), WIDTH)))


def _path_panel(polarity: str, rows: pl.DataFrame, top: float) -> alt.LayerChart:
    points = rows.to_dicts()
    scale = alt.Scale(domain=[0, 1.06 * max(160.0, top)], nice=False)
    signed = "datum.value > 0 ? '+' + datum.label : datum.label"
    x = alt.X("lag_days:Q", axis=_axis("Days from the event", values=[-7, -3, 0, 3, 7], grid=False, labelExpr=signed))
    y = alt.Y("index:Q", scale=scale, title=None, axis=alt.Axis(tickCount=5, minExtent=_LEFT))
    band = _marks(points).mark_area(color=palette.QUIET, opacity=0.6).encode(x=x, y=alt.Y("chance_lo95:Q", scale=scale), y2="chance_hi95")
    ordinary = _marks([{"value": 100}]).mark_rule(color=palette.MUTED, strokeDash=[4, 3]).encode(y=alt.Y("value:Q", scale=scale))
    day = _marks([{"lag": 0}]).mark_rule(color=palette.MUTED, strokeWidth=1).encode(x=alt.X("lag:Q"))
    grey = _marks(points).mark_line(color=palette.DIALOGUE, strokeWidth=1.4).encode(x=x, y=alt.Y("keyword:Q", scale=scale))
    line = _marks(points).mark_line(
        color=_POLARITY[polarity], strokeWidth=2.4, point=alt.OverlayMarkDef(color=_POLARITY[polarity], size=26)
    )
    title = _panel_title(f"{points[0]['count']} {polarity}s: {_CHANNEL[polarity]} found that day")
    layers = alt.layer(band, ordinary, day, grey, line.encode(x=x, y=y), width=_HALF, height=200, title=title)
    return cast("alt.LayerChart", layers)


def _marks(rows: Rows) -> alt.Chart:
    return alt.Chart(cast("alt.Data", alt.InlineData([dict(row) for row in rows])))


def _y(name: str, values: Sequence[float | None]) -> alt.Y:
    top = max((value for value in values if value is not None), default=1.0)
    return alt.Y(f"{name}:Q", title=None, scale=alt.Scale(domain=[0, 1.06 * top], nice=False), axis=alt.Axis(tickCount=4, minExtent=_LEFT))


def _axis(title: str, **style: Any) -> alt.Axis:
    return alt.Axis(title=title, titleColor=palette.MUTED, titleFontWeight="normal", **style)


def _panel_title(text: str) -> alt.TitleParams:
    return alt.TitleParams(text, fontSize=13, anchor="start", frame="group", offset=4)


def _names_axis() -> alt.Axis:
    return alt.Axis(labelLimit=_NAMES_WIDTH, minExtent=_NAMES_WIDTH, maxExtent=_NAMES_WIDTH, grid=True)


def _short(name: str) -> str:
    """A name that fits beside a plot, without control characters."""
    shown = "".join(c if c.isprintable() else " " for c in name)
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"


def _number(value: Any) -> float:
    return 0.0 if value is None else float(value)
