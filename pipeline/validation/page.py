"""The validation for people: each part with a line on how to read it, its tables and its picture, as a page and for the terminal.

Belongs here: what is shown of the figures and in which words. Does not: computing them (`pipeline/validation`), drawing
(`charts.py`). Names of sources come from articles and are hostile: the page escapes them, the terminal gets plain text.
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
from pipeline.report.names import pair_title
from pipeline.report.page import templates
from pipeline.settings import SAMPLE_NOTE
from pipeline.validation.charts import comparison_chart, coverage_chart, likelihood_chart, path_chart, sources_chart

_NOTHING = "-"
_TOLERANCE = 1e-9
_MOST_LINES = 4

_READ_EVENTS = (
    "A hit: what the index's own direction and channel found within the days around an event, per article read, lies among the top "
    "tenth of all windows of that width. Chance therefore hits at most about one in ten. p: share of random dates, and of shifts of all "
    "events together, that do as well. The keyword rule is the share of articles that name both countries and a trade word, and has "
    "chances of its own. In the sign test one half is chance."
)
_READ_REFERENCES = (
    "Correlations with series that others made; in brackets 95 % limits of the moving-block bootstrap. The difference is index minus "
    "keyword share of the same articles: where its limits lie above 0, the index adds something. Trade policy uncertainty should be "
    "followed, geopolitical risk and general uncertainty less. Of TPU, March to October 2020 is left out, because its level breaks there."
)
_READ_PLACEBOS = (
    "A pair without a quarrel should neither follow a reference nor stand in escalation; a pair of which nothing was found does not "
    "move and has no correlation. Pearson by month."
)
_READ_SOURCES = (
    "The whole index is made again without one source at a time; its stories go on in the papers that remain. A correlation far below "
    "1 says that the index hangs on that source. With every severity g = 1 (tension_unweighted) nobody has to trust the weights. "
    "Words are what was threatened, demanded, refused or blamed, actions what was done: an index of uncertainty may follow the words alone."
)
_READ_REBUILD = (
    "Each published value computed a second time from story_mass, coverage and baseline by code that shares nothing with the index; the "
    f"largest difference relative to the value (to 1 where the value is smaller). It must stay below {_TOLERANCE:g}."
)
_NOT_REBUILT = (
    "A published value is not reproduced: the index was made by another version, or there is a mistake in one of the two ways. Run it "
    "again with this version; if that does not help, report it."
)


@dataclass(frozen=True)
class Grid:
    """One table: the first column names the row, the others hold figures as text."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture (SVG of `charts.to_svg`) and what it shows, in words."""

    svg: str
    says: str


@dataclass(frozen=True)
class Section:
    """One part: how it is read, what is missing and why, its pictures and its tables."""

    title: str
    reading: str
    grids: tuple[Grid, ...] = ()
    pictures: tuple[Picture, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Studies:
    """What is computed elsewhere and only shown here; None where it was not computed.

    `simulation`, a row a made-up world: `evolution`, `stories_a_day`, `half_life_days`, `coverage80`, `coverage95`, `coverage95_se`.
    `forecast`, a row a series and half-life: `series`, `half_life_days`, `log_likelihood`, `coverage95`, `days`; where there are also
    `corpus`, `channel`, `window` or `arrivals`, they tell series of one name apart. The first four are drawn, all are listed.
    """

    simulation: pl.DataFrame | None = None
    forecast: pl.DataFrame | None = None


@dataclass(frozen=True)
class Page:
    """All that the page says. `first`, `last`: days read; `pair`: the pair that is held against references."""

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
    """The page as HTML text; the same page gives the same text."""
    return templates(Path(__file__).parent).get_template("validation.html.j2").render(page=page, palette=palette, sample_note=SAMPLE_NOTE)


def printed(section: Section) -> Group:
    """The part for the terminal: title, how to read it, what is missing, and its tables."""
    told: list[Any] = [Text(section.title, style="bold"), Text(section.reading, style="dim")]
    told += [Text(_visible(sentence), style="yellow") for sentence in section.missing]
    for grid in section.grids:
        table = Table(title=grid.caption, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        for n, head in enumerate(grid.heads):
            table.add_column(Text(head), justify="right" if n else "left", overflow="fold")
        for row in grid.rows:
            table.add_row(*(Text(_visible(cell)) for cell in row))
        told.append(table)
    return Group(*told, Text())


def events_section(figures: pl.DataFrame, path: pl.DataFrame, missing: Sequence[str] = (), note: str = "") -> Section:
    """Hit rates beside chance and the keyword rule, the sign tests, and the mean path."""
    rows = figures.filter(pl.col("part") == "events")
    rates = rows.filter(pl.col("statistic").str.starts_with("hit rate"))
    grids = [
        _hit_grid(str(name), of_width) for (name,), of_width in rates.partition_by("statistic", as_dict=True, maintain_order=True).items()
    ]
    signs = rows.filter(pl.col("statistic").str.starts_with("sign test"))
    if not signs.is_empty():
        heads = ("at", "own channel higher", "95 %", "of", "p")
        told = tuple(
            (f"{row['grouping']}s, {row['statistic'].removeprefix('sign test ')}", _share(row["value"]), _range(row, _share),
             _count(row["count"]), _p(row["p_random"]))
            for row in signs.iter_rows(named=True)
        )  # fmt: skip
        grids.append(Grid("Does the own channel stand higher than the opposite one?", heads, told))
    pictures = () if path.is_empty() else (_picture(path_chart(path, note), "What was found on the days around events, by polarity"),)
    return Section("Events", _READ_EVENTS, tuple(grids), pictures, tuple(missing))


def agreement_section(
    figures: pl.DataFrame,
    months: pl.DataFrame,
    pair: str,
    shown: str,
    names: Mapping[str, str],
    missing: Sequence[str] = (),
    note: str = "",
) -> Section:
    """Correlations of index, keyword share and their difference with each reference. `months` and `shown`: what is drawn, and its name."""
    rows = figures.filter(pl.col("part") == "agreement")
    grids = []
    for (reference,), of_reference in rows.partition_by("reference", as_dict=True, maintain_order=True).items():
        first, last = of_reference.select(pl.col("first_day").min().alias("first"), pl.col("last_day").max().alias("last")).row(0)
        told = tuple(
            (
                str(statistic),
                *(_with_limits(_one(of_statistic, measured)) for measured in ("index", "keyword", "difference")),
                _count(of_statistic["count"][0]),
            )
            for (statistic,), of_statistic in of_reference.partition_by("statistic", as_dict=True, maintain_order=True).items()
        )
        caption = f"{names.get(str(reference), str(reference))}, {first} to {last}"
        grids.append(Grid(caption, ("correlation", "index", "keyword share", "difference", "over"), told))
    title = names.get(shown, shown)
    says = f"Tension {pair_title(pair)} by month beside {title}"
    pictures = () if months.is_empty() else (_picture(comparison_chart(months, pair, title, note), says),)
    return Section("Reference series", _READ_REFERENCES, tuple(grids), pictures, tuple(missing))


def placebo_section(figures: pl.DataFrame, pair: str) -> Section:
    """Every pair against every reference by month."""
    rows = figures.filter(pl.col("part") == "placebo")
    told_of = rows.filter((pl.col("reference") != "") & pl.col("value").is_not_null())
    references = told_of["reference"].unique(maintain_order=True).to_list()
    columns = [(reference, transform) for reference in references for transform in ("level", "change")]
    told = tuple(
        (
            str(name),
            _count(_value(of_pair, "asserted signals")),
            _share(_value(of_pair, "share of days in escalation")),
            *(_number(_value(of_pair, f"Pearson, {transform} by month", reference)) for reference, transform in columns),
        )
        for (name,), of_pair in rows.partition_by("pair", as_dict=True, maintain_order=True).items()
    )
    heads = ("pair", "signals", "days in escalation", *(f"{reference} {transform}" for reference, transform in columns))
    return Section("Other pairs as placebos", f"{pair_title(pair)} first. {_READ_PLACEBOS}", (Grid("Each pair by month", heads, told),))


def sources_section(figures: pl.DataFrame, pair: str, missing: Sequence[str] = (), note: str = "") -> Section:
    """The index without each source, with every severity g = 1, and its parts from words and from actions."""
    rows = figures.filter((pl.col("part") == "sources") & (pl.col("pair") == pair))
    grids = []
    if not rows.is_empty():
        told = tuple(
            (str(source), *(write(_value(of_source, name)) for name, write in _OF_SOURCES.items()))
            for (source,), of_source in rows.partition_by("grouping", as_dict=True, maintain_order=True).items()
        )
        grids.append(Grid(f"{pair_title(pair)} without one source", ("without", *_OF_SOURCES), told))
    others = figures.filter((pl.col("part") == "variants") & (pl.col("pair") == pair) & pl.col("value").is_not_null())
    told = tuple(
        (row["measured"], f"{row['reference']}: {row['statistic']}", _number(row["value"], 3), _count(row["count"]))
        for row in others.iter_rows(named=True)
    )
    grids.append(Grid("Every severity g = 1, and the parts from words and from actions", ("column", "with", "value", "over"), told))
    pictures = () if rows.is_empty() else (_picture(sources_chart(rows, pair, note), "The index without each source"),)
    return Section("Without one source, without weights, by words and by actions", _READ_SOURCES, tuple(grids), pictures, tuple(missing))


def rebuild_section(figures: pl.DataFrame) -> Section:
    """The largest difference of every column."""
    rows = figures.filter(pl.col("part") == "rebuild")
    tables = rows["grouping"].unique(maintain_order=True).to_list()
    limits = pl.col("measured").str.replace("_(lo|hi)(80|95)$", ", limits")
    worst_of = rows.group_by(limits, "grouping", maintain_order=True).agg(
        pl.col("value").max(), pl.col("statistic").first(), reference=pl.lit("")
    )
    told = tuple(
        (str(column), *(_tiny(_value(of_column.filter(pl.col("grouping") == table), "largest relative difference")) for table in tables))
        for (column,), of_column in worst_of.partition_by("measured", as_dict=True, maintain_order=True).items()
    )
    worst = rows["value"].max()
    is_whole = rows["value"].null_count() == 0 and isinstance(worst, float) and worst < _TOLERANCE
    missing = () if is_whole else (_NOT_REBUILT,)
    return Section(
        "Rebuild from the published masses", _READ_REBUILD, (Grid("Largest difference", ("column", *tables), told),), (), missing
    )


def studies_sections(studies: Studies, note: str = "") -> tuple[Section, ...]:
    """Coverage in made-up worlds and the forecast over half-lives, where they were computed."""
    sections = []
    if studies.simulation is not None and not studies.simulation.is_empty():
        rows = studies.simulation
        told = tuple(
            (f"{row['evolution']}, {row['stories_a_day']:g} a day", _tenths(row["coverage80"]), _tenths(row["coverage95"]),
             _tenths(row["coverage95_se"]))
            for row in rows.iter_rows(named=True)
        )  # fmt: skip
        grid = Grid(
            "Share of days whose true rate lies within the limits", ("world", "80 % limits", "95 % limits", "Monte-Carlo error"), told
        )
        reading = "Rates are made up, so the truth is known; stories are drawn and filtered as real ones are. 95 % limits should hold 95 %."
        picture = _picture(coverage_chart(rows, note), "Coverage of the 95 % limits in made-up worlds")
        sections.append(Section("Coverage of the limits", reading, (grid,), (picture,)))
    if studies.forecast is not None and not studies.forecast.is_empty():
        rows = studies.forecast.with_columns(series=_named_apart(studies.forecast))
        coverages = ("coverage95", "coverage95_plain", "coverage95_plain_ideal")
        listed = tuple(
            (
                f"{row['series']}, half-life {row['half_life_days']:g} days",
                _number(row["log_likelihood"], 1),
                *(_tenths(row[name]) if name in row else _NOTHING for name in coverages),
                _count(row["days"]),
            )
            for row in rows.iter_rows(named=True)
        )
        grid = Grid("The next day's stories", ("series", "log likelihood", "coverage 95 %", "plain", "ideal", "days"), listed)
        reading = (
            "Each day's stories are foreseen from the days before; the half-life with the highest likelihood foresees them best. Stories "
            "are whole numbers: plain is the share of days inside an interval of whole numbers, ideal what that would be of a perfect "
            "forecast, coverage (by the non-randomised PIT) is 95 % for a perfect forecast however few the stories."
        )
        picture = _picture(
            likelihood_chart(_first_series(rows, _MOST_LINES), note), "Log likelihood of the next day's stories over half-lives"
        )
        sections.append(Section("One-step-ahead forecast", reading, (grid,), (picture,)))
    return tuple(sections)


def _named_apart(forecast: pl.DataFrame) -> pl.Expr:
    """The series' name with those of its other marks that differ between rows."""
    marks = [name for name in ("corpus", "channel", "window", "arrivals") if name in forecast.columns and forecast[name].n_unique() > 1]
    return pl.concat_str("series", *marks, separator=", ")


def _first_series(rows: pl.DataFrame, most: int) -> pl.DataFrame:
    return rows.filter(pl.col("series").is_in(rows["series"].unique(maintain_order=True).head(most).to_list()))


def _hit_grid(statistic: str, rows: pl.DataFrame) -> Grid:
    told = []
    for (grouping, pair), of_group in rows.partition_by("grouping", "pair", as_dict=True, maintain_order=True).items():
        index, keyword, difference = (_one(of_group, measured) for measured in ("index", "keyword", "difference"))
        found = (_count(index["count"]), _with_limits(index, _share), _share(index["chance"]), _p(index["p_random"]), _p(index["p_shift"]))
        naive = (_with_limits(keyword, _share), _share(keyword["chance"]), _with_limits(difference, _share))
        told.append((str(grouping or pair or "all events"), *found, *naive))
    heads = ("events", "number", "index hits", "chance", "p dates", "p shifts", "keyword hits", "its chance", "difference")
    return Grid(statistic.capitalize(), heads, tuple(told))


def _picture(chart: Chart, says: str) -> Picture:
    return Picture(to_svg(chart), says)


def _one(rows: pl.DataFrame, measured: str) -> Mapping[str, Any]:
    found = rows.filter(pl.col("measured") == measured)
    return dict.fromkeys(rows.columns) if found.is_empty() else found.row(0, named=True)


def _value(rows: pl.DataFrame, statistic: str, reference: str = "") -> float | None:
    found = rows.filter((pl.col("statistic") == statistic) & (pl.col("reference") == reference))
    return None if found.is_empty() else found["value"][0]


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _number(value: float | None, digits: int = 2) -> str:
    return _NOTHING if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _p(value: float | None) -> str:
    return _number(value, 3) if value is None or value >= 0.001 else "<0.001"  # noqa: PLR2004 - as many digits as are shown


def _share(value: float | None) -> str:
    return _NOTHING if value is None else f"{100 * value:.0f} %".replace("-", "\N{MINUS SIGN}")


def _tenths(value: float | None) -> str:
    """A share where a percent decides."""
    return _NOTHING if value is None else f"{100 * value:.1f} %"


def _count(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:,.0f}"


def _tiny(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.0e}"


def _range(row: Mapping[str, Any], write: Callable[[float | None], str] = _number) -> str:
    return _NOTHING if row["lo95"] is None else f"{write(row['lo95'])} to {write(row['hi95'])}"


def _with_limits(row: Mapping[str, Any], write: Callable[[float | None], str] = _number) -> str:
    """`0.43 [0.10, 0.71]`."""
    limits = "" if row["lo95"] is None else f" [{write(row['lo95'])}, {write(row['hi95'])}]"
    return write(row["value"]) + limits


_OF_SOURCES: Mapping[str, Callable[[float | None], str]] = {
    "share of articles": _share,
    "correlation with the whole index": partial(_number, digits=3),
    "largest change in points": partial(_number, digits=1),
    "largest change in percent": partial(_number, digits=1),
}
