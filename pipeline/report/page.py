"""The report: one HTML page about a release, with an interactive chart.

Belongs here: the contents, taken from tables, and the template `page.html.j2`. Does not: drawing (`charts.py`, `chart.js`), the chart's
data (`timeline.py`), files (`write.py`). Text and links of articles are untrusted: all is escaped, only http(s) links are links, and the
page's security policy allows its own two scripts and no request.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import polars as pl
from markupsafe import Markup

from pipeline.contracts import vocabulary as words
from pipeline.contracts.tables.columns import LEAST_EVIDENCE
from pipeline.report import palette
from pipeline.report.cells import Cell, Fold, Head
from pipeline.report.charts import directed_chart, finish_chart, pair_chart, to_svg
from pipeline.report.evidence import MIN_NEWS_PCT, PRIOR_NOTE, DataShare, describe_news, may_be_named
from pipeline.report.names import direction_title, format_count, long_day, pair_title, short_day
from pipeline.report.plain import safe_url, to_line
from pipeline.report.scales import find_highest
from pipeline.report.scripts import content_policy, page_scripts
from pipeline.report.sparklines import sparkline
from pipeline.report.timeline import VALUE_OF_CHANNEL, Evidence, Peak, PeakStory, Timeline, name_sides, pack_json
from pipeline.settings import SAMPLE_NOTE

_FOLDER = Path(__file__).parent
LAST_DAYS = 7
BIGGEST = 6
STATIC_PAIRS = 4  # shown without scripts, with charts, which take a second each
STATIC_DAYS = 366  # charts for print and without scripts; more days would be megabytes
_SPARK_DAYS = 90
_SOURCES = 20  # listed one by one


@dataclass(frozen=True)
class Story:
    """One story behind a value, with its sentence; texts are not escaped.

    `contribution`: index points; `share_pct`: percent of the value. `origin`: the directions that the points come from, in words. `speaker`
    (who acts towards whom) and `kind` (of signal) are those of the one sentence shown.
    """

    contribution: float
    share_pct: float
    origin: str
    speaker: str
    kind: str
    quote: str
    source: str
    url: str | None
    published: date


@dataclass(frozen=True)
class ValueParts:
    """Parts of a value in index points, which sum to `value`.

    `name`: tension or concession. `stories`: the biggest ones that may be named (`evidence.may_be_named`); `others`: the sum of all other
    recent stories; `earlier`: the sum of all stories older than four half-lives; `prior`: what comes from no article. If `value` is
    None (too little was read), there are no stories, and the parts sum to the value that is not published.
    """

    name: str
    value: float | None
    stories: tuple[Story, ...]
    others: float
    earlier: float
    prior: float

    @property
    def news_pct(self) -> float:
        """Share of news in percent; 0 if `value` is None or 0."""
        return 100 * (1 - self.prior / self.value) if self.value else 0.0


@dataclass(frozen=True)
class PairSection:
    """What the page shows of one pair: charts, last day, tables.

    `days`: the newest rows of TENSION_PAIR_DAILY, one to seven, the newest first. `last`: the newest day with a tension, and the tension.
    `highest`: the same of the highest day on the scale of the charts, the earliest of equal ones. Each is None without such a day. `peaks`:
    peaks of the pair in order of day, each with its largest stories. Charts are SVG text, and may be empty.
    """

    pair: str
    chart_svg: str
    directed_svg: str
    spark_svg: str
    summary: str
    days: tuple[Mapping[str, Any], ...]
    parts: tuple[ValueParts, ...] = ()
    last: tuple[date, float] | None = None
    highest: tuple[date, float] | None = None
    peaks: tuple[tuple[Peak, tuple[tuple[PeakStory, Evidence], ...]], ...] = ()
    folds: tuple[Fold, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """What was read: days, and numbers of raw rows, sources and articles.

    `row_count`: articles, duplicates and quarantined rows together. `source_count`: sources with an article. `read_count`: articles read
    for signals; `unread`: the others, by reason in words. `sources`: the table of `list_sources`.
    """

    first: date
    last: date
    source_count: int
    row_count: int
    article_count: int
    duplicate_count: int
    quarantined_count: int
    read_count: int
    unread: Mapping[str, int]
    sources: Fold | None = None


@dataclass(frozen=True)
class FileLink:
    """Link to a file by relative path; `ValueError` for any other path."""

    title: str
    href: str
    description: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.href)
        if parts.scheme or parts.netloc or not self.href or self.href.startswith(("/", "\\")):
            raise ValueError(f"the report links files by relative path, but {self.href!r} is none; use e.g. tension.csv")


@dataclass(frozen=True)
class Page:
    """Everything that the report shows.

    `coverage` is None when nothing was read; `precision`: a sentence on the verdicts for each channel. Without `timeline`, or without a
    value in it, there is no interactive chart. `warning`: what the baseline lacks, if anything. `breaks`: days whose values use signals
    of another extractor or lexicon than the baseline's, in order. `made_by`: release and hash of the code that made the page.
    """

    title: str
    is_sample: bool
    sections: tuple[PairSection, ...]
    coverage: Coverage | None
    files: tuple[FileLink, ...]
    baseline: tuple[date, date]
    index_version: str
    release_id: str
    precision: tuple[str, ...] = ()
    timeline: Timeline | None = None
    data: tuple[DataShare, ...] = ()
    warning: str = ""
    breaks: tuple[date, ...] = ()
    made_by: str = ""

    @property
    def data_sentence(self) -> str:
        """Say how much of all tension comes from articles; needs `data`."""
        return describe_data(self.data)

    @property
    def data_fold(self) -> Fold:
        """Unfolding table: how much of each pair's tension comes from articles."""
        return list_data(self.data)


def render_page(page: Page) -> str:
    """Render the page as HTML text.

    With an interactive chart, only the first `STATIC_PAIRS` pairs are in the text as HTML; the others are packed for the page's script.
    `ValueError` when a chart is no plain SVG.
    """
    templates = load_templates()
    timeline = None if page.timeline is None or page.timeline.values.is_empty() else page.timeline
    scripts = () if timeline is None else page_scripts()
    static = page.sections if timeline is None else page.sections[:STATIC_PAIRS]
    shared = {"data": timeline is not None, "page": page, "min_news": MIN_NEWS_PCT, "prior_note": PRIOR_NOTE}
    of_pair = templates.get_template("pair.html.j2")
    packed = {section.pair: of_pair.render(section=section, **shared) for section in page.sections[len(static) :]}
    return templates.get_template("page.html.j2").render(
        page=page,
        palette=palette,
        sections=static,
        packed=pack_json(packed) if packed else "",
        phases=words.PHASE.words,
        tiers=words.TIER.words,
        sample_note=SAMPLE_NOTE,
        min_news=MIN_NEWS_PCT,
        prior_note=PRIOR_NOTE,
        policy=content_policy(scripts),
        scripts=tuple(Markup(script) for script in scripts),  # noqa: S704 - own scripts, checked where they are read
        data="" if timeline is None else _pack_chart_data(timeline, page.release_id),
    )


def _pack_chart_data(timeline: Timeline, release_id: str) -> str:
    """Pack the timeline with colours and style of the chart.

    Returns text for the script of the page, also with `MIN_NEWS_PCT` and `release_id`, the name of the release.
    """
    style = finish_chart({})
    return timeline.pack(
        {
            "schema": style["$schema"],
            "style": style["config"],
            "colours": {
                "tension": palette.TENSION, "concession": palette.CONCESSION, "tension_words": palette.MUTED,
                "ink": palette.INK, "muted": palette.MUTED, "paper": palette.PAPER,
            },
            "phaseColours": dict(palette.PHASES),
            "minNews": MIN_NEWS_PCT,
            "release": release_id,
        }
    )  # fmt: skip


def load_templates(folder: Path = _FOLDER) -> jinja2.Environment:
    """Load the templates of a folder, with all values escaped.

    Templates of another folder may extend those of this package, or replace them by name. Rendering fails if a variable is missing.
    """
    loader = jinja2.FileSystemLoader([folder, _FOLDER])
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {
        "svg": _mark_svg_safe,
        "link": safe_url,
        "plain": to_line,
        "points": _format_points,
        "news": describe_news,
        "count": format_count,
        "number": "{:,}".format,
        "long_day": long_day,
        "short_day": short_day,
        "pair": pair_title,
    }
    return environment


def build_section(pair_daily: pl.DataFrame, contributions: pl.DataFrame, drawn: pl.DataFrame | None = None) -> PairSection:
    """Build what the page shows of one pair, without its large charts.

    It has no peaks or unfolding tables either. `pair_daily`: rows of TENSION_PAIR_DAILY of one pair, at least one; the section is as of its
    last day. `contributions`: rows of `evidence.newest_contributions`; those of this pair and day are used. `drawn`: the rows on one scale.
    """
    frame = pair_daily.sort("index_date")
    on_scale = frame if drawn is None else drawn.sort("index_date")
    days = tuple(reversed(frame.tail(LAST_DAYS).to_dicts()))
    known = frame.select("index_date", "tension").drop_nulls()
    return PairSection(
        pair=days[0]["pair"],
        chart_svg="",
        directed_svg="",
        spark_svg=sparkline(on_scale["tension"].tail(_SPARK_DAYS).to_list(), width=110, height=22),
        summary=describe_last_day(days[0]),
        days=days,
        last=None if known.is_empty() else known.row(-1),
        highest=find_highest(on_scale, "tension"),
        parts=tuple(split_value(contributions, days[0], channel) for channel in VALUE_OF_CHANNEL),
    )


def draw_static_charts(section: PairSection, pair_daily: pl.DataFrame, daily: pl.DataFrame, note: str = "") -> PairSection:
    """Return a section with the charts for readers without scripts.

    `pair_daily`, `daily`: rows of TENSION_PAIR_DAILY and TENSION_DAILY of the pair; `daily` may be empty. Of more than `STATIC_DAYS` days
    only the last are drawn, and the charts say so. `note` is printed below the titles. `ContractError` as in `charts.pair_chart`.
    """
    frame = pair_daily.sort("index_date")
    newest = pl.col("index_date") > frame["index_date"][-1] - timedelta(days=STATIC_DAYS)
    is_cut = not frame.select(newest.all()).item()
    notes = " ".join(filter(None, (note, f"The last {STATIC_DAYS} days." if is_cut else "")))
    return replace(
        section,
        chart_svg=to_svg(pair_chart(frame.filter(newest), notes)),
        directed_svg="" if daily.is_empty() else to_svg(directed_chart(daily.filter(newest), notes)),
    )


def describe_last_day(row: Mapping[str, Any]) -> str:
    """Describe one day of a pair in words.

    `row`: of TENSION_PAIR_DAILY. The text has tension with its interval and how it compares with 100, or says why there is no tension; then
    concession if known, the phase, and whether the values are provisional.
    """
    value, low, high = row["tension"], row["tension_lo80"], row["tension_hi80"]
    sentences = []
    if row["is_thin"]:
        weight = int(100 * row["evidence_weight"]) / 100  # rounded down, so that it never looks like the bound
        sentences.append(
            f"On {long_day(row['index_date'])} there is no value of tension: too little was read about the pair "
            f"(evidence weight {weight:.2f}, and {LEAST_EVIDENCE} is needed)."
        )
    else:
        is_distinct = not low <= 100 <= high  # noqa: PLR2004 - the baseline
        comparison = _compare_with_baseline(value) if is_distinct else "not clearly different from the pair's own baseline of 100"
        sentences.append(
            f"On {long_day(row['index_date'])} tension is {value:,.0f} (80 % interval {low:,.0f} to {high:,.0f}), {comparison}."
        )
    if row["concession"] is not None:
        sentences.append(f"Concession is {row['concession']:,.0f} ({row['concession_lo80']:,.0f} to {row['concession_hi80']:,.0f}).")
    sentences.append(f"The phase is {row['phase']}{_describe_probability(row)}: {words.PHASE.words[row['phase']]}.")
    if row["obs_status"] == "P":
        sentences.append("The values are provisional: late articles may still change them.")
    return " ".join(sentences)


def _describe_probability(row: Mapping[str, Any]) -> str:
    """Return the phase's probability in brackets; empty if it has none."""
    probability = row.get(f"p_{row['phase'].replace('-', '_')}")
    return "" if probability is None else f" (probability {100 * probability:.0f} %)"


def split_value(contributions: pl.DataFrame, row: Mapping[str, Any], channel: str) -> ValueParts:
    """Split a channel's value into its biggest stories and the rest.

    `row`: of TENSION_PAIR_DAILY; `contributions`: rows of `evidence.newest_contributions`, only those of the row's day and pair are used.
    `channel`: escalation (tension) or concession. At most `BIGGEST` of the stories that may be named are listed, the largest first; all
    other recent ones are in the sum `others`.
    """
    of_value = (pl.col("index_date") == row["index_date"]) & (pl.col("channel") == channel) & (pl.col("series") == row["pair"])
    pooled = contributions.filter(of_value)
    listed = pooled.filter(pl.col("part") == "story")
    shown = pooled.filter(may_be_named()).sort("contribution", "story_id", descending=[True, False]).head(BIGGEST)
    stories = tuple(
        Story(
            contribution=story["contribution"],
            share_pct=story["share_pct"],
            origin=name_sides([(side["series"], side["points"]) for side in story["sides"]], digits=1),
            speaker=direction_title(story["actor"], story["target"]),
            kind=story["kind"] or "",
            quote=story["quote"] or "",
            source=story["source"] or "",
            url=story["url"],
            published=story["published_at"].date(),
        )
        for story in shown.iter_rows(named=True)
    )
    sums = {part: float(pooled.filter(pl.col("part") == part)["contribution"].sum()) for part in ("earlier", "prior")}
    others = float(listed["contribution"].sum()) - float(shown["contribution"].sum())
    return ValueParts(VALUE_OF_CHANNEL[channel], row[VALUE_OF_CHANNEL[channel]], stories, others, sums["earlier"], sums["prior"])


def summarize_coverage(frame: pl.DataFrame, outcomes: pl.DataFrame) -> Coverage | None:
    """Summarize rows of COVERAGE and READING_OUTCOMES; None without coverage.

    A source counts if at least one of its rows was accepted as an article. `unread` has only reasons that occur.
    """
    if frame.is_empty():
        return None
    counts = dict(outcomes["outcome"].value_counts().iter_rows())
    first, last, sources, count, accepted, duplicate, quarantined = frame.select(
        pl.col("index_date").min().alias("first"),
        pl.col("index_date").max().alias("last"),
        pl.col("source").filter(pl.col("accepted") > 0).n_unique(),
        pl.col("article_count", "accepted", "duplicate", "quarantined").sum(),
    ).row(0)
    unread = {meaning: counts[word] for word, meaning in words.READING_OUTCOME.words.items() if word in counts and word != "read"}
    by_source = list_sources(frame, outcomes)
    return Coverage(first, last, sources, count, accepted, duplicate, quarantined, counts.get("read", 0), unread, by_source)


def list_sources(coverage: pl.DataFrame, outcomes: pl.DataFrame) -> Fold:
    """Build the table of articles by source and outcome, largest sources first.

    `coverage`: rows of COVERAGE; `outcomes`: of READING_OUTCOMES. The 20 sources with most articles have a row each, all others one row
    with their sums. The title counts sources with an article and, if any, those with only duplicates or invalid (quarantined) rows.
    """
    reasons = [word for word in words.READING_OUTCOME.words if word in set(outcomes["outcome"])]
    counts = [(pl.col("outcome") == word).sum().alias(word) for word in reasons]
    counted = outcomes.group_by("source").agg(pl.len().alias("articles"), *counts)
    rejected = coverage.group_by("source").agg(pl.col("duplicate", "quarantined").sum())
    sources = rejected.join(counted, on="source", how="left").fill_null(0)
    ordered = sources.sort("articles", "source", descending=[True, False])
    shown, rest = ordered.head(_SOURCES), ordered.slice(_SOURCES)
    columns = ["articles", *reasons, "duplicate", "quarantined"]
    rows = [(Cell(row["source"]), *(Cell(f"{row[name]:,}") for name in columns)) for row in shown.iter_rows(named=True)]
    if not rest.is_empty():
        sums = rest.select(pl.col(columns).sum()).row(0)
        rows.append((Cell(f"{format_count(rest.height, 'other source')}"), *(Cell(f"{number:,}") for number in sums)))
    heads = (Head("Source"), *(Head(name.replace("_", " ").capitalize(), is_number=True) for name in columns))
    rejected_only = sources.filter(pl.col("articles") == 0).height
    also = f", and {rejected_only:,} with rejected rows only" if rejected_only else ""
    title = f"By source: {format_count(sources.height - rejected_only, 'source')}{also}"
    return Fold("sources", title, (), heads, tuple(rows))


def describe_data(shares: Sequence[DataShare]) -> str:
    """Say how many tension values are published, and how much is news.

    The rest of a value is the prior, which pulls it towards 100. `shares`: one for each pair, at least one.
    """
    days, values, named = (sum(counts) for counts in zip(*((share[1], share[2], share[4]) for share in shares), strict=True))
    if not values:
        return f"Of {days:,} daily values of tension none is published: too little was read."
    news = sum((share.news_pct or 0) * share.value_count for share in shares) / values
    return (
        f"Of {days:,} daily values of tension {values:,} are published; for the others too little was read. "
        f"On average a published value is {describe_news(news)}. {PRIOR_NOTE} "
        f"Stories are named only for values that are news by at least {MIN_NEWS_PCT} %: {named:,} of these."
    )


def list_data(shares: Sequence[DataShare]) -> Fold:
    """Build a table: how much of each pair's tension comes from articles."""
    heads = ("Days", "Days with tension", "Mean share of news", f"Days with at least {MIN_NEWS_PCT} % news")
    rows = [
        (
            Cell(pair_title(share.pair)),
            Cell(f"{share.day_count:,}"),
            Cell(f"{share.value_count:,}"),
            Cell("" if share.news_pct is None else f"{share.news_pct:.0f} %"),
            Cell(f"{share.named_count:,}"),
        )
        for share in shares
    ]
    return Fold("data", "How much is data, by pair", (), (Head("Pair"), *(Head(name, is_number=True) for name in heads)), tuple(rows))


def _compare_with_baseline(value: float) -> str:
    """Compare a value with 100: a factor from 150 on, else percent."""
    change = value - 100
    if change >= 50:  # noqa: PLR2004 - as a factor from 1.5 on
        return f"{value / 100:,.1f} times the pair's own baseline of 100"
    return f"{abs(change):.0f} % {'above' if change > 0 else 'below'} the pair's own baseline of 100"


def _mark_svg_safe(text: str) -> Markup:
    """Mark SVG text as safe, so that templates do not escape it.

    Screen readers skip the result (`aria-hidden`). Charts escape their own texts. `ValueError` if it does not start with `<svg`, or has a
    script, iframe or foreign object.
    """
    if not text.startswith("<svg") or re.search(r"<\s*(script|foreignobject|iframe)", text, re.IGNORECASE):
        raise ValueError("a chart of the report is not a plain SVG; make it with charts.to_svg or charts.sparkline")
    return Markup(text.replace("<svg", '<svg aria-hidden="true"', 1))  # noqa: S704 - checked above; the element around it has a label


def _format_points(value: float | None) -> str:
    """Format index points as whole numbers; a dash for None."""
    return "\N{EN DASH}" if value is None else f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")
