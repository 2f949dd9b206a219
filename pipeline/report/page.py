"""The report: one static HTML page that carries all it needs, and says in words and tables what the charts show.

Belongs here: what a reader is told about a release, cut from frames of the contracts, and the page that holds it (`page.html.j2`). Does
not: drawing (`charts.py`), reading or writing files. Quotes, sources and links come from articles and are hostile until shown
otherwise: everything is escaped, a link is a link only when it is http(s), and the page's own policy forbids scripts and downloads.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import polars as pl
from markupsafe import Markup

from pipeline.contracts import vocabulary as words
from pipeline.contracts.countries import parse_pair
from pipeline.report import palette
from pipeline.report.charts import directed_chart, pair_chart, sparkline, to_svg
from pipeline.report.names import country_name, long_day, pair_title, short_day
from pipeline.settings import SAMPLE_NOTE

_FOLDER = Path(__file__).parent
LAST_DAYS = 7
BIGGEST = 6
_PHONE = 380  # pixels
_SPARK_DAYS = 90
_PICTURED = {"escalation": "tension", "concession": "concession"}  # channel: the column that shows it
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")  # control characters, also those that turn text round
_LINK = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)


@dataclass(frozen=True)
class Story:
    """One story behind a value: what it adds (`contribution` in index points, `share_pct` of the value), and its evidence as it came."""

    contribution: float
    share_pct: float
    kind: str
    direction: str
    quote: str
    source: str
    url: str | None


@dataclass(frozen=True)
class Origins:
    """What a value is made of, in index points: the biggest stories, and all else, so that the parts sum to `value`."""

    name: str
    value: float
    stories: tuple[Story, ...]
    smaller: float
    earlier: float
    prior: float


@dataclass(frozen=True)
class PairSection:
    """One pair: pictures for wide and narrow screens (SVG of `charts.py`), the last day in words, and its tables.

    `days`: rows of TENSION_PAIR_DAILY, the newest first, at least one.
    """

    pair: str
    chart_svg: str
    phone_svg: str
    directed_svg: str
    spark_svg: str
    summary: str
    days: tuple[Mapping[str, Any], ...]
    origins: tuple[Origins, ...] = ()


@dataclass(frozen=True)
class PairRow:
    """A pair that has a row in the table of latest values but no section: its last row of TENSION_PAIR_DAILY, and a sparkline."""

    last: Mapping[str, Any]
    spark_svg: str


@dataclass(frozen=True)
class Coverage:
    """What was read: how many sources and articles from `first` to `last`, and how many rows were set aside."""

    first: date
    last: date
    source_count: int
    article_count: int
    quarantined_count: int


@dataclass(frozen=True)
class FileLink:
    """A file beside the page: its name for people and where it lies, relative to the page (`ValueError` otherwise)."""

    title: str
    href: str
    description: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.href)
        if parts.scheme or parts.netloc or not self.href or self.href.startswith(("/", "\\")):
            raise ValueError(f"the report links files beside it, but {self.href!r} is no relative path; give one such as tension.csv")


@dataclass(frozen=True)
class Page:
    """All that the report says. `coverage` is None where nothing was read."""

    title: str
    is_sample: bool
    sections: tuple[PairSection, ...]
    coverage: Coverage | None
    files: tuple[FileLink, ...]
    baseline: tuple[date, date]
    index_version: str
    release_id: str
    other_pairs: tuple[PairRow, ...] = ()


def render(page: Page) -> str:
    """The page as HTML text; the same page gives the same text. `ValueError` when a picture is not a plain SVG."""
    template = templates().get_template("page.html.j2")
    return template.render(page=page, palette=palette, phases=words.PHASE.words, sample_note=SAMPLE_NOTE)


def templates(folder: Path = _FOLDER) -> jinja2.Environment:
    """Load the pages of a folder, which may extend those of this package. Everything is escaped; an unknown name is an error."""
    loader = jinja2.FileSystemLoader([folder, _FOLDER])
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {
        "svg": _trusted_svg,
        "link": safe_url,
        "plain": _plain,
        "points": _points,
        "long_day": long_day,
        "short_day": short_day,
        "pair": pair_title,
    }
    return environment


def section(
    pair_daily: pl.DataFrame, contributions: pl.DataFrame, daily: pl.DataFrame | None = None, note: str = "", biggest: int = BIGGEST
) -> PairSection:
    """The section of one pair as of the last day of `pair_daily`.

    `pair_daily`: rows of TENSION_PAIR_DAILY of one pair, at least one; `contributions`: rows of
    `evidence.with_evidence`, of any pairs and days;
    `daily`: rows of TENSION_DAILY of the pair, for the picture by direction. `biggest`: stories that are listed for each channel.
    `ContractError` as in `charts.pair_chart`.
    """
    chart = to_svg(pair_chart(pair_daily, note))
    frame = pair_daily.sort("index_date")
    days = tuple(reversed(frame.tail(LAST_DAYS).to_dicts()))
    last = days[0]
    return PairSection(
        pair=last["pair"],
        chart_svg=chart,
        phone_svg=to_svg(pair_chart(pair_daily, note, width=_PHONE)),
        directed_svg="" if daily is None or daily.is_empty() else to_svg(directed_chart(daily, note)),
        spark_svg=sparkline(frame["tension"].tail(_SPARK_DAYS).to_list(), width=110, height=22),
        summary=in_words(last),
        days=days,
        origins=tuple(origins(contributions, last, channel, biggest) for channel in _PICTURED),
    )


def pair_row(pair_daily: pl.DataFrame) -> PairRow:
    """Build the table row of one pair from its rows of TENSION_PAIR_DAILY, at least one."""
    frame = pair_daily.sort("index_date")
    return PairRow(frame.row(-1, named=True), sparkline(frame["tension"].tail(_SPARK_DAYS).to_list(), width=110, height=22))


def in_words(row: Mapping[str, Any]) -> str:
    """How to read a row of TENSION_PAIR_DAILY, in plain words: value, limits, phase, how sure and how final."""
    value, low, high = row["tension"], row["tension_lo80"], row["tension_hi80"]
    limits = f"its 80 % limits are {low:,.0f} and {high:,.0f}{_what_limits_say(low, high)}"
    sentences = [
        f"On {long_day(row['index_date'])} tension stands at {value:,.0f}, {_against_baseline(value)}; {limits}.",
        f"Concession stands at {row['concession']:,.0f} ({row['concession_lo80']:,.0f} to {row['concession_hi80']:,.0f}).",
        f"The phase is {row['phase']}: {words.PHASE.words[row['phase']]}.",
    ]
    data = f"{100 * row['evidence_weight']:.0f} %"
    if row["is_thin"]:
        sentences.append(f"The evidence is thin: only {data} of tension is data, the rest is the prior, which draws it to 100.")
    else:
        sentences.append(f"{data} of tension is data rather than prior.")
    if row["obs_status"] == "P":
        sentences.append("The value is provisional: late articles may still change it.")
    return " ".join(sentences)


def origins(contributions: pl.DataFrame, row: Mapping[str, Any], channel: str, biggest: int = BIGGEST) -> Origins:
    """What the channel's value in `row` (of TENSION_PAIR_DAILY) is made of, from rows of `with_evidence`: biggest stories and the rest."""
    of_day = contributions.filter((pl.col("index_date") == row["index_date"]) & (pl.col("channel") == channel))
    pooled = of_day.filter(pl.col("series") == row["pair"])
    told = pooled.filter(pl.col("part") == "story").sort("contribution", "story_id", descending=[True, False])
    directions = _directions(of_day, row["pair"])
    stories = tuple(
        Story(
            contribution=found["contribution"],
            share_pct=found["share_pct"],
            kind=found["kind"] or "",
            direction=directions.get(found["story_id"], pair_title(row["pair"])),
            quote=found["quote"] or "",
            source=found["source"] or "",
            url=found["url"],
        )
        for found in told.head(biggest).iter_rows(named=True)
    )
    sums = {part: float(pooled.filter(pl.col("part") == part)["contribution"].sum()) for part in ("earlier", "prior")}
    smaller = float(told.slice(biggest)["contribution"].sum())
    return Origins(_PICTURED[channel], row[_PICTURED[channel]], stories, smaller, sums["earlier"], sums["prior"])


def coverage(frame: pl.DataFrame) -> Coverage | None:
    """What was read, from rows of COVERAGE (`article_count` counts all rows that came in); None when there are no rows."""
    if frame.is_empty():
        return None
    return Coverage(
        *frame.select(
            pl.col("index_date").min().alias("first"),
            pl.col("index_date").max().alias("last"),
            pl.col("source").n_unique(),
            pl.col("article_count").sum(),
            pl.col("quarantined").sum(),
        ).row(0)
    )


def safe_url(url: str | None) -> str | None:
    """The address where it is http or https and free of white space, else None."""
    return url if url is not None and _LINK.fullmatch(url) and not _UNSEEN.search(url) else None


def _directions(of_day: pl.DataFrame, pair: str) -> dict[str, str]:
    """Who acts towards whom in each story, from its directed rows: `China → USA`, or with a double arrow when both sides act."""
    one, other = parse_pair(pair)
    first, second = country_name(one), country_name(other)
    acting: dict[str, set[str]] = {}
    for series, story_id in (
        of_day.filter((pl.col("part") == "story") & pl.col("series").str.contains(">")).select("series", "story_id").iter_rows()
    ):
        if series in (f"{one}>{other}", f"{other}>{one}"):
            acting.setdefault(story_id, set()).add(series[:3])
    arrows = {
        frozenset({one}): f"{first} → {second}",
        frozenset({other}): f"{second} → {first}",
        frozenset({one, other}): f"{first} ↔ {second}",
    }
    return {story_id: arrows[frozenset(actors)] for story_id, actors in acting.items()}


def _against_baseline(value: float) -> str:
    change = value - 100
    if abs(change) < 10:  # noqa: PLR2004 - within ten percent
        return "close to the pair's own baseline of 100"
    if change >= 50:  # noqa: PLR2004 - from one and a half times on a factor reads better
        return f"{value / 100:,.1f} times the pair's own baseline of 100"
    return f"{abs(change):.0f} % {'above' if change > 0 else 'below'} the pair's own baseline of 100"


def _what_limits_say(low: float, high: float) -> str:
    if low <= 100 <= high:  # noqa: PLR2004 - the baseline
        return ", so it may well be at its usual level"
    return f", so it is {'above' if low > 100 else 'below'} its usual level"  # noqa: PLR2004 - the baseline


def _trusted_svg(text: str) -> Markup:
    """The picture as markup. Charts escape what they write; this refuses anything that is not such a picture."""
    if not text.startswith("<svg") or re.search(r"<\s*(script|foreignobject|iframe)", text, re.IGNORECASE):
        raise ValueError("a picture of the report is not a plain SVG; make it with charts.to_svg or charts.sparkline")
    return Markup(text)  # noqa: S704 - checked above, and drawn by us


def _plain(text: str) -> str:
    """The text without control characters."""
    return _UNSEEN.sub(" ", text)


def _points(value: float) -> str:
    """Index points: whole, with a comma for thousands, and a real minus."""
    return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")
