"""The results of a validation, for an HTML page and the terminal.

Names of sources are untrusted: the page escapes them, the terminal gets plain text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from pipeline.report import palette
from pipeline.report.charts import Chart, to_svg
from pipeline.report.names import direction_title, pair_title
from pipeline.report.page import load_templates
from pipeline.report.scripts import content_policy
from pipeline.settings import SAMPLE_NOTE
from pipeline.validation.charts import comparison_chart, coverage_chart, likelihood_chart, path_chart, sources_chart
from pipeline.validation.studies import independent_study, rebuild

_NO_VALUE = "-"

_ABOUT_ACTS = (
    "Acts that Wikipedia's Current Events report, mapped from its bullets by two annotators who saw neither the index nor each other. A "
    "hit: the mass of the act's direction and channel within three days is among the highest tenth of the series; equal values at its edge "
    "count in part. Only acts are scored for which something of the pair was read in these days. Chance: the same on covered days of the "
    "pair away from its acts. The keyword rule (number of articles that name both countries and a trade word) knows neither direction nor "
    "sign; it is shown with its own false alarms, and with as many as the index has. Right sign: if escalation or concession hits, the "
    "act's own channel ranks higher; its interval takes acts as independent."
)
_ABOUT_EVENTS = (
    "The evidence per article within some days of an event, in the event's own direction and channel, is compared with all windows of that "
    "width in the same series. A hit is a window among the highest tenth, so random dates hit at most about one time in ten; equal values "
    "at its edge count in part. p is the share of random dates, or of shifts of all events by the same number of days, that hit at least "
    "as often. The keyword rule (the share of articles that name both countries and a trade word) is measured in the same way. In the sign "
    "test, chance is one half, and events count as independent, which those of one dispute are not."
)
_ABOUT_REFERENCES = (
    "Correlations with series by other authors, with 95 % intervals of the moving-block bootstrap in brackets. The difference is index "
    "minus keyword share over the same articles: an interval above 0 means that the index adds information. The index should follow trade "
    "policy uncertainty, and follow geopolitical risk and general policy uncertainty less. March to October 2020 of TPU is excluded, "
    "because its level breaks there."
)
_ABOUT_PLACEBOS = (
    "A pair without a trade conflict should neither follow a reference nor be in escalation. A pair without signals does not move and has "
    "no correlation. Pearson correlations by month."
)
_ABOUT_SOURCES = (
    "The index is rebuilt without one source at a time; stories that other sources also report remain. A correlation far below 1 means "
    "that the index depends on that source. With every severity g = 1 (tension_unweighted), the index does not depend on the weights. "
    "Words are threats, demands, refusals and accusations; actions are measures taken. An index of uncertainty may follow words only."
)
_ABOUT_REBUILD = (
    "Each published value is computed a second time from story_mass, articles_read and baseline, by code that shares nothing with the "
    "index. The table shows the largest difference relative to the value (to 1 if the value is smaller). It must be below "
    f"{rebuild.TOLERANCE:g}."
)
_ABOUT_COVERAGE = (
    "Rates are simulated, so the true value is known; stories are drawn and filtered like real ones. A 95 % interval should contain the "
    "true rate on 95 % of days."
)
_ABOUT_FORECAST = (
    "The number of stories of each day is forecast from the days before; the best half-life has the highest likelihood. Coverage (by the "
    "non-randomised PIT) is 95 % for a perfect forecast, even if stories are few. Plain is the share of days inside the interval of whole "
    "numbers, ideal the same share for a perfect forecast."
)
_NOT_REPRODUCED = (
    "A published value is not reproduced: either the index was built by another version, or one of the two computations is wrong. Run "
    "`tension run` again with this version; if the difference remains, report it."
)


@dataclass(frozen=True)
class Grid:
    """A table of text cells; the first column names the row."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture (SVG of `charts.to_svg`) with its alternative text."""

    svg: str
    alt_text: str


@dataclass(frozen=True)
class Section:
    """Part of the page on one study; `notes`: inputs used or missing."""

    title: str
    explanation: str
    grids: tuple[Grid, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """Content of the page with the results of a validation.

    `first`, `last`: of the days whose articles were read; `pair`: the pair compared with other indices.
    """

    title: str
    is_sample: bool
    pair: str
    first: date
    last: date
    baseline: tuple[date, date]
    half_life_days: float
    index_version: str
    sections: tuple[Section, ...]


def render(page: Page) -> str:
    """Render the page as HTML; equal content gives equal text."""
    template = load_templates(Path(__file__).parent).get_template("validation.html.j2")
    return template.render(page=page, palette=palette, sample_note=SAMPLE_NOTE, policy=content_policy(()))


def to_terminal(section: Section) -> Group:
    """Render a section for the terminal, without its pictures."""
    parts: list[Any] = [Text(section.title, style="bold"), Text(section.explanation, style="dim")]
    parts += [Text(_replace_unprintable(sentence), style="yellow") for sentence in section.notes]
    for grid in section.grids:
        table = Table(title=grid.caption, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for n, head in enumerate(grid.headers):
            table.add_column(Text(head), justify="right" if n else "left", overflow="fold")
        for row in grid.rows:
            table.add_row(*(Text(_replace_unprintable(cell)) for cell in row))
        parts.append(table)
    return Group(*parts, Text())


def independent_section(figures: pl.DataFrame, results: pl.DataFrame, notes: Sequence[str] = ()) -> Section:
    """Build the section on independent acts, with those that were missed.

    `figures`: rows of VALIDATION; those with another `part` are ignored. `results`: ACT_RESULTS; an act was missed if its `is_covered` is
    true and its `index` is 0.
    """
    rows = figures.filter(pl.col("part") == independent_study.PART)
    hits, others = [], []
    for (grouping, pair), of_group in rows.group_by("grouping", "pair", maintain_order=True):
        name = str(grouping or pair or "all acts")
        covered = _find_row(of_group.filter(statistic=independent_study.COVERED), independent_study.INDEX)
        rates = of_group.filter(statistic=independent_study.HIT_RATE)
        index, keyword, matched = (
            _find_row(rates, measured) for measured in (independent_study.INDEX, independent_study.KEYWORD, independent_study.MATCHED)
        )
        sign = _find_row(of_group.filter(statistic=independent_study.RIGHT_SIGN), independent_study.INDEX)
        hits.append(
            (name, _format_count(covered["count"]), _format_count(index["count"] or 0), _format_with_interval(index, _format_share),
             _format_share(index["chance"]), _format_p(index["p_random"]), _format_with_interval(sign, _format_share),
             _format_count(sign["count"]))
        )  # fmt: skip
        others.append(
            (name, _format_with_interval(keyword, _format_share), _format_share(keyword["chance"]),
             _format_with_interval(matched, _format_share))
        )  # fmt: skip
    headers = ("acts", "number", "covered", "index hits", "chance", "p", "right sign", "of")
    grids = []
    if hits:
        grids = [
            Grid(independent_study.HIT_RATE.capitalize(), headers, tuple(hits)),
            Grid(
                "The keyword rule on the same acts", ("acts", "hits", "chance", "hits with as few false alarms as the index"), tuple(others)
            ),
        ]
    missed = results.filter(pl.col("is_covered") & (pl.col(independent_study.INDEX) == 0)).sort("act_date", "act_id")
    if not missed.is_empty():
        cells = tuple(
            (row["act_date"].isoformat(), direction_title(row["actor"], row["target"]), row["polarity"],
             "yes" if row["keyword"] > 0 else "no")
            for row in missed.iter_rows(named=True)
        )  # fmt: skip
        grids.append(Grid("Covered acts without a hit", ("day", "direction", "channel", "keyword hit"), cells))
    return Section("Independent acts", _ABOUT_ACTS, tuple(grids), (), tuple(notes))


def events_section(figures: pl.DataFrame, path: pl.DataFrame, notes: Sequence[str] = (), note: str = "") -> Section:
    """Build the section on hit rates and the path around events.

    `figures`: rows of VALIDATION; those with another `part` are ignored. `path`: rows of `event_study.PATH`; without any there is no
    picture. `notes`: sentences of the section; `note`: that of the picture.
    """
    rows = figures.filter(pl.col("part") == "events")
    rates = rows.filter(pl.col("statistic").str.starts_with("hit rate"))
    grids = [_hit_rate_grid(str(name), of_width) for (name,), of_width in rates.group_by("statistic", maintain_order=True)]
    signs = rows.filter(pl.col("statistic").str.starts_with("sign test"))
    if not signs.is_empty():
        headers = ("at", "own channel higher", "95 %", "of", "p")
        lines = tuple(
            (f"{row['grouping']}s, {row['statistic'].removeprefix('sign test ')}", _format_share(row["value"]),
             _format_interval(row, _format_share), _format_count(row["count"]), _format_p(row["p_random"]))
            for row in signs.iter_rows(named=True)
        )  # fmt: skip
        grids.append(Grid("Is the event's own channel higher than the opposite one?", headers, lines))
    pictures = () if path.is_empty() else (_draw(path_chart(path, note), "Evidence on the days around events, by polarity"),)
    return Section("Events", _ABOUT_EVENTS, tuple(grids), pictures, tuple(notes))


def agreement_section(
    figures: pl.DataFrame,
    months: pl.DataFrame,
    pair: str,
    reference_name: str,
    names: Mapping[str, str],
    notes: Sequence[str] = (),
    note: str = "",
) -> Section:
    """Build the section on correlations with each reference.

    `pair`, `months` (from `align_series`) and `reference_name`: what the picture shows; no picture if `months` is empty. `names`: titles of
    references. `figures`, `notes`, `note`: as in `events_section`.
    """
    rows = figures.filter(pl.col("part") == "agreement")
    grids = []
    for (reference,), of_reference in rows.group_by("reference", maintain_order=True):
        first, last = of_reference.select(pl.col("first_day").min().alias("first"), pl.col("last_day").max().alias("last")).row(0)
        lines = tuple(
            (
                str(statistic),
                *(_format_with_interval(_find_row(of_statistic, measured)) for measured in ("index", "keyword", "difference")),
                _format_count(of_statistic["count"][0]),
            )
            for (statistic,), of_statistic in of_reference.group_by("statistic", maintain_order=True)
        )
        caption = f"{names.get(str(reference), str(reference))}, {first} to {last}"
        grids.append(Grid(caption, ("correlation", "index", "keyword share", "difference", "over"), lines))
    title = names.get(reference_name, reference_name).partition(" (")[0]  # without its frequency: the picture is by month
    alt_text = f"Tension {pair_title(pair)} and {title}, by month"
    pictures = () if months.is_empty() else (_draw(comparison_chart(months, pair, title, note), alt_text),)
    return Section("Reference series", _ABOUT_REFERENCES, tuple(grids), pictures, tuple(notes))


def placebo_section(figures: pl.DataFrame, pair: str) -> Section:
    """Build the section comparing `pair` and the others (placebos) with references, monthly."""
    rows = figures.filter(pl.col("part") == "placebo")
    compared = rows.filter((pl.col("reference") != "") & pl.col("value").is_not_null())
    references = compared["reference"].unique(maintain_order=True).to_list()
    columns = [(reference, transform) for reference in references for transform in ("level", "change")]
    lines = tuple(
        (
            str(name),
            _format_count(_find_value(of_pair, "asserted signals")),
            _format_share(_find_value(of_pair, "share of days in escalation")),
            *(_format_number(_find_value(of_pair, f"Pearson, {transform} by month", reference)) for reference, transform in columns),
        )
        for (name,), of_pair in rows.group_by("pair", maintain_order=True)
    )
    headers = ("pair", "signals", "days in escalation", *(f"{reference} {transform}" for reference, transform in columns))
    return Section("Other pairs as placebos", f"{pair_title(pair)} first. {_ABOUT_PLACEBOS}", (Grid("Each pair by month", headers, lines),))


def sources_section(figures: pl.DataFrame, pair: str, notes: Sequence[str] = (), note: str = "") -> Section:
    """Build the section on the index without each source, and variants.

    Variants of the index are `agreement.VARIANTS`. Only figures of `pair` are shown; if none has the `part` `sources`, there is no picture
    and no table of sources.
    """
    rows = figures.filter((pl.col("part") == "sources") & (pl.col("pair") == pair))
    grids = []
    if not rows.is_empty():
        lines = tuple(
            (str(source), *(to_text(_find_value(of_source, name)) for name, to_text in _SOURCE_FORMATS.items()))
            for (source,), of_source in rows.group_by("grouping", maintain_order=True)
        )
        grids.append(Grid(f"{pair_title(pair)} without one source", ("without", *_SOURCE_FORMATS), lines))
    others = figures.filter((pl.col("part") == "variants") & (pl.col("pair") == pair) & pl.col("value").is_not_null())
    lines = tuple(
        (row["measured"], f"{row['reference']}: {row['statistic']}", _format_number(row["value"], 3), _format_count(row["count"]))
        for row in others.iter_rows(named=True)
    )
    grids.append(Grid("Every severity g = 1, and the parts from words and from actions", ("column", "with", "value", "over"), lines))
    pictures = () if rows.is_empty() else (_draw(sources_chart(rows, pair, note), "The index without each source"),)
    return Section("Without one source, without weights, by words and by actions", _ABOUT_SOURCES, tuple(grids), pictures, tuple(notes))


def rebuild_section(figures: pl.DataFrame) -> Section:
    """Build the section on how a second computation of the index differs.

    It has the largest difference of each column. The four bounds of an interval share one line, with the largest of theirs. A note says so
    if any difference is missing or reaches `rebuild.TOLERANCE`.
    """
    rows = figures.filter(pl.col("part") == "rebuild")
    tables = rows["grouping"].unique(maintain_order=True).to_list()
    interval = pl.col("measured").str.replace("_(lo|hi)(80|95)$", ", interval")
    worst_of = rows.group_by(interval, "grouping", maintain_order=True).agg(
        pl.col("value").max(), pl.col("statistic").first(), reference=pl.lit("")
    )
    lines = tuple(
        (
            str(column),
            *(_format_tiny(_find_value(of_column.filter(pl.col("grouping") == table), "largest relative difference")) for table in tables),
        )
        for (column,), of_column in worst_of.group_by("measured", maintain_order=True)
    )
    worst = rows["value"].max()
    is_complete = rows["value"].null_count() == 0 and isinstance(worst, float) and worst < rebuild.TOLERANCE
    notes = () if is_complete else (_NOT_REPRODUCED,)
    return Section(
        "Rebuild from the published masses", _ABOUT_REBUILD, (Grid("Largest difference", ("column", *tables), lines),), (), notes
    )


def coverage_section(study: pl.DataFrame, note: str = "") -> Section:
    """Build the section on how often intervals contain the simulated true rate.

    `study`: rows of `simulation.COVERAGE_STUDY`, one per world (how the rate of stories changes, its level). `note`: below the title.
    """
    lines = tuple(
        (f"{world}, {stories:g} a day", *map(_format_percent, shares))
        for world, stories, *shares in study.select("evolution", "stories_a_day", "coverage80", "coverage95", "coverage95_se").iter_rows()
    )
    headers = ("world", "80 % interval", "95 % interval", "Monte-Carlo error")
    grid = Grid("Share of days whose true rate lies within the interval", headers, lines)
    picture = _draw(coverage_chart(study, note), "Coverage of the 95 % interval in simulated worlds")
    return Section("Coverage of the intervals", _ABOUT_COVERAGE, (grid,), (picture,))


def forecast_section(scores: pl.DataFrame, notes: Sequence[str] = (), note: str = "") -> Section:
    """Build the section on forecasts.

    `scores`: rows of `forecast.HALF_LIFE_SCORES` of one pair; without any, the section has only the `notes`.
    """
    title = "One-step-ahead forecast"
    if scores.is_empty():
        return Section(title, _ABOUT_FORECAST, notes=tuple(notes))
    scores = scores.with_columns(series=pl.concat_str("series", "arrivals", separator=", "))
    lines = tuple(
        (
            f"{row['series']}, half-life {row['half_life_days']:g} days",
            _format_number(row["log_likelihood"], 1),
            *(_format_percent(row[name]) for name in ("coverage95", "coverage95_plain", "coverage95_plain_ideal")),
            _format_count(row["days"]),
        )
        for row in scores.iter_rows(named=True)
    )
    grid = Grid("The next day's stories", ("series", "log likelihood", "coverage 95 %", "plain", "ideal", "days"), lines)
    picture = _draw(likelihood_chart(scores, note), "Log likelihood of the next day's stories over half-lives")
    return Section(title, _ABOUT_FORECAST, (grid,), (picture,), tuple(notes))


def _hit_rate_grid(statistic: str, rows: pl.DataFrame) -> Grid:
    """Build the table of one hit rate, a line for each group.

    A group: all events, or those of a polarity, pair or year. `statistic`: the rate's name, the caption; `rows`: its figures (VALIDATION).
    `p dates`, `p shifts`: share of random dates, or of shifts of all events, that hit at least as often.
    """
    lines = []
    for (grouping, pair), of_group in rows.group_by("grouping", "pair", maintain_order=True):
        index, keyword, difference = (_find_row(of_group, measured) for measured in ("index", "keyword", "difference"))
        index_cells = (
            _format_count(index["count"]),
            _format_with_interval(index, _format_share),
            _format_share(index["chance"]),
            _format_p(index["p_random"]),
            _format_p(index["p_shift"]),
        )
        keyword_cells = (
            _format_with_interval(keyword, _format_share),
            _format_share(keyword["chance"]),
            _format_with_interval(difference, _format_share),
        )
        lines.append((str(grouping or pair or "all events"), *index_cells, *keyword_cells))
    headers = ("events", "number", "index hits", "chance", "p dates", "p shifts", "keyword hits", "keyword chance", "difference")
    return Grid(statistic.capitalize(), headers, tuple(lines))


def _draw(chart: Chart, alt_text: str) -> Picture:
    """Draw a chart as SVG."""
    return Picture(to_svg(chart), alt_text)


def _find_row(rows: pl.DataFrame, measured: str) -> Mapping[str, Any]:
    """Return the first row of one measured series, by column.

    `measured`: its name, such as `index` or `keyword`. If there is no such row, all columns are None.
    """
    matches = rows.filter(pl.col("measured") == measured)
    return dict.fromkeys(rows.columns) if matches.is_empty() else matches.row(0, named=True)


def _find_value(rows: pl.DataFrame, statistic: str, reference: str = "") -> float | None:
    """Return the value of the first figure with this statistic and reference.

    None if there is none. `reference`: empty for figures that use no reference.
    """
    matches = rows.filter((pl.col("statistic") == statistic) & (pl.col("reference") == reference))
    return None if matches.is_empty() else matches["value"][0]


def _replace_unprintable(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _format_number(value: float | None, digits: int = 2) -> str:
    return _NO_VALUE if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _format_p(value: float | None) -> str:
    """Format with three decimals; `<0.001` if smaller, `-` if None."""
    return _format_number(value, 3) if value is None or value >= 0.001 else "<0.001"  # noqa: PLR2004 - as many digits as are shown


def _format_share(value: float | None) -> str:
    return _NO_VALUE if value is None else f"{100 * value:.0f} %".replace("-", "\N{MINUS SIGN}")


def _format_percent(value: float | None) -> str:
    """Format a share with one decimal of a percent."""
    return _NO_VALUE if value is None else f"{100 * value:.1f} %"


def _format_count(value: float | None) -> str:
    return _NO_VALUE if value is None else f"{value:,.0f}"


def _format_tiny(value: float | None) -> str:
    """Format a tiny number as a power of ten: `2e-12`."""
    return _NO_VALUE if value is None else f"{value:.0e}"


def _format_interval(row: Mapping[str, Any], to_text: Callable[[float | None], str] = _format_number) -> str:
    return _NO_VALUE if row["lo95"] is None else f"{to_text(row['lo95'])} to {to_text(row['hi95'])}"


def _format_with_interval(row: Mapping[str, Any], to_text: Callable[[float | None], str] = _format_number) -> str:
    """Format the value of a row with its 95 % interval: `0.43 [0.10, 0.71]`."""
    interval = "" if row["lo95"] is None else f" [{to_text(row['lo95'])}, {to_text(row['hi95'])}]"
    return to_text(row["value"]) + interval


_SOURCE_FORMATS: Mapping[str, Callable[[float | None], str]] = {
    "share of articles": _format_share,
    "correlation with the whole index": partial(_format_number, digits=3),
    "largest change in points": partial(_format_number, digits=1),
    "largest change in percent": partial(_format_number, digits=1),
}
