"""Data of the interactive chart: values, peaks, and their stories.

Belongs here: selecting values and stories, thinning (leaving out some of the older days) and packing. Does not: the chart itself
(`chart.js`), the page (`page.py`). A story is shown only where news makes up at least half of the value, and a sentence is quoted only if
it is of tier `high`.
"""

import base64
import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts import vocabulary as words
from pipeline.contracts.countries import parse_pair
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report.evidence import MIN_NEWS_PCT, ReadTable, add_sides, compute_news_pct, round_news
from pipeline.report.names import direction_title, pair_title
from pipeline.report.one_scale import OneScale
from pipeline.report.plain import safe_url, to_line

#: Channel: the column of its value.
VALUE_OF_CHANNEL = MappingProxyType({"escalation": "tension", "concession": "concession"})
MIN_PEAK = 125  # lower peaks are close to the baseline of 100
_PROMINENCE = MIN_PEAK - 100  # points above the lowest day between a peak and any higher day
PEAKS_SHOWN = 8  # for each series and channel
_DAYS_BETWEEN_PEAKS = 14
MAX_ROWS = 58_000  # of all series together, besides days of peaks
MAX_STORIES = 2_000
_WEEK = 7  # days

_BOUNDS = ("_lo80", "_hi80")
_POINTS = (
    *(f"{name}{bound}" for name in ("tension", "concession") for bound in ("", *_BOUNDS)),
    *(f"net_tension{bound}" for bound in _BOUNDS),
)
_SHARES = ("stalemate", "stalemate_lo80", "stalemate_hi80")
_PARTS = ("tension_words",)  # net tension and the part from actions are differences, which the page's script computes
_NEWS = MappingProxyType({channel: f"{value}_news" for channel, value in VALUE_OF_CHANNEL.items()})
_STORY = MappingProxyType({channel: f"{value}_story" for channel, value in VALUE_OF_CHANNEL.items()})
_PUBLISHED = MappingProxyType({value: f"{value}_published" for value in VALUE_OF_CHANNEL.values()})
#: Columns of whole numbers that are packed for each series. Shares are in percent.
COLUMNS = (*_POINTS, *_PARTS, *_SHARES, *_NEWS.values(), *_STORY.values(), *_PUBLISHED.values())
_PHASES = tuple(words.PHASE.words)


@dataclass(frozen=True)
class PeakStory:
    """One story behind a peak of a value.

    `points`: index points that it contributes to the value. `sides`: how these points divide between directions, as (direction, points); in
    a series of one direction, that one has them all. `number`: position of the story in `Timeline.stories`.
    """

    points: float
    number: int
    sides: tuple[tuple[str, float], ...]

    @property
    def origin(self) -> str:
        """Directions that the points come from, in words."""
        return name_sides(self.sides)


@dataclass(frozen=True)
class Peak:
    """A day of high tension or concession, with one to three stories.

    They are the stories with the largest contributions, the largest first. `series`: a pair or a direction. `channel`: escalation or
    concession. `value` is on the scale of the chart; `published`: that published, None if it is the same or none was.
    """

    series: str
    day: date
    channel: str
    value: float
    stories: tuple[PeakStory, ...]
    published: float | None = None

    @property
    def name(self) -> str:
        """Column of the value: tension or concession."""
        return VALUE_OF_CHANNEL[self.channel]


@dataclass(frozen=True)
class Evidence:
    """The main sentence of a story with its origin, not escaped.

    `quote` is empty unless `tier` is `high`; `url` is None unless it is a web address.
    """

    quote: str
    source: str
    url: str | None
    published: date
    who: str
    kind: str
    tier: str = "high"


@dataclass(frozen=True)
class Timeline:
    """Values of all series with peaks and stories, on one scale.

    `values`: `series` (CHN-USA or CHN>USA), `index_date`, COLUMNS, `phase` and `obs_status`, sorted by series and day. Before `daily_from`
    a series has a row only for one day in `step_days`, counted back from the last day of all, and for the days of its peaks. Values before
    `rescaled_until` (None: none) were published on another scale: they are also in the columns `…_published`, null if none was published,
    and null from that day on. `scale_note`: a sentence on that.
    """

    values: pl.DataFrame
    peaks: tuple[Peak, ...]
    stories: tuple[Evidence, ...]
    daily_from: date
    step_days: int
    rescaled_until: date | None = None
    scale_note: str = ""

    def peaks_of(self, series: str) -> tuple[tuple[Peak, tuple[tuple[PeakStory, Evidence], ...]], ...]:
        """Return the peaks of a pair or direction by day, with stories."""
        of_series = (peak for peak in self.peaks if peak.series == series)
        return tuple((peak, tuple((story, self.stories[story.number]) for story in peak.stories)) for peak in of_series)

    @property
    def pairs(self) -> frozenset[str]:
        """Pairs with a value for the pair or one of its directions."""
        return frozenset("-".join(sorted(name.replace(">", "-").split("-"))) for name in self.values["series"].unique())

    def pack(self, extra: Mapping[str, Any]) -> str:
        """Pack the timeline as compressed JSON in base64.

        `extra`: more keys of the JSON object. Columns of numbers are stored as differences (see `_pack_series`), which compress well. A day
        is the number of days since 1 January 1970. The tier of a story is left out if it is `high`.
        """
        packed = {
            **extra,
            "columns": COLUMNS,
            "titles": {name: _title_series(name) for pair in sorted(self.pairs) for name in _list_series(pair)},
            "dailyFrom": _day_number(self.daily_from),
            "stepDays": self.step_days,
            "rescaledUntil": None if self.rescaled_until is None else _day_number(self.rescaled_until),
            "phases": _PHASES,
            "series": {name: _pack_series(frame) for (name,), frame in self.values.group_by("series", maintain_order=True)},
            "stories": [
                [story.quote, story.source, story.url, _day_number(story.published), story.who, story.kind]
                + ([] if story.tier == "high" else [story.tier])
                for story in self.stories
            ],
            "peaks": [
                [
                    peak.series,
                    _day_number(peak.day),
                    peak.name,
                    round(peak.value),
                    [[round(story.points), story.number, story.origin] for story in peak.stories],
                ]
                for peak in self.peaks
            ],
        }
        return pack_json(packed)


def pack_json(value: Mapping[str, Any]) -> str:
    """Pack a value as compressed JSON in base64, for the page's script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def build_timeline(scale: OneScale, max_rows: int = MAX_ROWS, max_stories: int = MAX_STORIES) -> Timeline:
    """Build the timeline of all pairs and directions that have a value.

    `scale` reads tables on one scale. `max_rows`: about the largest number of rows of all these series together, without days of peaks;
    above it, some older days are left out. `max_stories`: largest number of stories; those of peaks come first, then the newest.
    Left out are peaks without a story, with a value that is less than half news, or with the same largest story as a higher peak (see
    `_list_peaks`).
    """
    values = _add_published(_read_values(scale), scale.read, scale.until)
    stories = _read_stories(scale)
    peak_days = _join_published(find_peaks_of(values), values)
    daily_from, step_days = _choose_days(values, max_rows)
    day = pl.col("index_date")
    last = values["index_date"].max()
    is_shown = (day >= daily_from) | ((pl.lit(last, pl.Date()) - day).dt.total_days() % step_days == 0)
    marked = peak_days.select("series", "index_date").unique().with_columns(is_peak=pl.lit(value=True))
    thinned = values.join(marked, on=["series", "index_date"], how="left").filter(is_shown | pl.col("is_peak")).drop("is_peak")
    behind = _select_news(thinned, stories)
    key = ["series", "index_date", "channel"]
    shown = behind.filter(pl.col("tier") == "high").sort(*key, "place").unique(key, keep="first", maintain_order=True)
    peaks = peak_days.join(behind, on=key, how="inner")
    numbers = _number_stories(peaks, shown, max_stories)
    with_stories = thinned.sort("series", "index_date")
    for channel, name in _STORY.items():
        of_channel = shown.filter(pl.col("channel") == channel).join(numbers, on="signal_id")
        keyed = of_channel.select("series", "index_date", pl.col("number").cast(pl.Int32).alias(name))
        with_stories = with_stories.join(keyed, on=["series", "index_date"], how="left", maintain_order="left")
    return Timeline(
        with_stories.select("series", "index_date", *COLUMNS, "phase", "obs_status"),
        tuple(_list_peaks(add_sides(peaks.join(numbers, on="signal_id"), scale.read))),
        tuple(_list_stories(numbers.join(scale.read(SIGNALS), on="signal_id", how="left", maintain_order="left"))),
        daily_from,
        step_days,
        scale.until,
        scale.note,
    )


def _read_values(read: ReadTable) -> pl.DataFrame:
    """Read all values as whole numbers, with their shares of news.

    They are the rows of both index tables, of pairs and of directions. Series without any value of tension, concession or stalemate are
    left out. Shares of news are in percent, rounded down, and null where the value is null. A stalemate is of both directions, so it is
    stored for the pair only.
    """
    series = pl.concat_str("actor", pl.lit(">"), "target")
    pooled = read(TENSION_PAIR_DAILY).with_columns(series=pl.col("pair"))
    directed = read(TENSION_DAILY).with_columns(*(pl.lit(None, pl.Float64()).alias(name) for name in _SHARES), series=series)
    shares = [(100 * pl.col(name)).alias(name) for name in _SHARES]
    chosen = ["series", "index_date", *_POINTS, *_PARTS, *shares, "phase", "obs_status"]
    rows = pl.concat([pooled.select(chosen), directed.select(chosen)])
    channels = read(CHANNEL_DAILY).select("series", "index_date", "channel", news=compute_news_pct())
    for channel, name in _NEWS.items():
        of_channel = channels.filter(pl.col("channel") == channel).select("series", "index_date", pl.col("news").alias(name))
        rows = rows.join(of_channel, on=["series", "index_date"], how="left")
        rows = rows.with_columns(pl.when(pl.col(VALUE_OF_CHANNEL[channel]).is_not_null()).then(pl.col(name)).alias(name))
    news = round_news(pl.col(*_NEWS.values()))
    whole = rows.with_columns(pl.col(*_POINTS, *_PARTS, *_SHARES).round().cast(pl.Int32), news)
    has_value = pl.any_horizontal(pl.col("tension", "concession", "stalemate").is_not_null()).any().over("series")
    return whole.filter(has_value).sort("series", "index_date")


def _add_published(values: pl.DataFrame, read: ReadTable, until: date | None) -> pl.DataFrame:
    """Add the published values of days before `until`, as whole numbers."""
    if until is None:
        return values.with_columns(pl.lit(None, pl.Int32()).alias(name) for name in _PUBLISHED.values())
    names = ["index_date", *_PUBLISHED]
    pooled = read(TENSION_PAIR_DAILY).select(*names, series="pair")
    directed = read(TENSION_DAILY).select(*names, series=pl.concat_str("actor", pl.lit(">"), "target"))
    early = pl.concat([pooled, directed]).filter(pl.col("index_date") < until)
    whole = early.select("series", "index_date", *(pl.col(name).round().cast(pl.Int32).alias(new) for name, new in _PUBLISHED.items()))
    return values.join(whole, on=["series", "index_date"], how="left", maintain_order="left")


def _join_published(peaks: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Add `published` to peaks: the published value, where it is another."""
    key = ["series", "index_date"]
    long = pl.concat(values.select(*key, channel=pl.lit(channel), published=_PUBLISHED[name]) for channel, name in VALUE_OF_CHANNEL.items())
    joined = peaks.join(long, on=[*key, "channel"], how="left", maintain_order="left")
    return joined.with_columns(published=pl.when(pl.col("published") != pl.col("value")).then("published"))


def _read_stories(read: ReadTable) -> pl.DataFrame:
    """Read the largest stories of each value, with tiers of their sentences.

    There are at most three for each value of tension and concession. Returns the columns `series`, `index_date`, `channel`, `place` (1 is
    the largest), `story_id`, `counts_on`, `signal_id`, `contribution` and `tier`.
    """
    columns = ["index_date", "series", "channel", "place", "story_id", "counts_on", "contribution", "signal_id"]
    return (
        read(TOP_CONTRIBUTIONS, columns=columns)
        .filter(pl.col("channel").is_in(list(VALUE_OF_CHANNEL)))
        .join(read(SIGNALS, columns=["signal_id", "tier"]), on="signal_id")
    )


def find_peaks_of(values: pl.DataFrame) -> pl.DataFrame:
    """Find the highest peaks of each series and channel.

    A series is a pair or direction; channels are those of `VALUE_OF_CHANNEL`. A peak has at least `MIN_PEAK`. It is higher than the days
    next to it, and at least `_PROMINENCE` points higher than the lowest day between it and any higher day. Days without a value are passed
    over; of equal neighbouring days the middle one is the peak. At most `PEAKS_SHOWN` are chosen, the highest first, at least two weeks
    apart. `values`: as `_read_values` returns them. Returns the columns `series`, `index_date`, `channel` and `value`.
    """
    peaks: list[tuple[str, date, str, int]] = []
    for channel, name in VALUE_OF_CHANNEL.items():
        known = values.filter(pl.col(name).is_not_null()).sort("series", "index_date")
        for (series,), frame in known.group_by("series", maintain_order=True):
            days, chosen = frame["index_date"].to_list(), list[date]()
            for place in iter_tops(frame[name].to_numpy()):
                if len(chosen) == PEAKS_SHOWN:
                    break
                if all(abs((days[place] - other).days) >= _DAYS_BETWEEN_PEAKS for other in chosen):
                    chosen.append(days[place])
                    peaks.append((str(series), days[place], channel, frame[name][place]))
    schema = {"series": pl.String(), "index_date": pl.Date(), "channel": pl.String(), "value": pl.Int32()}
    return pl.DataFrame(peaks, schema=schema, orient="row").sort("series", "index_date", "channel")


def iter_tops(values: NDArray[np.int32]) -> Iterator[int]:
    """Yield the places of all peaks, the highest first, then the earliest.

    They are those of `scipy.signal.find_peaks` with `height` and `prominence`, whose import takes longer than drawing all charts.
    """
    padded = np.pad(values, 1)  # the first and the last day may be peaks
    starts = np.flatnonzero(np.diff(padded, prepend=-1))  # of runs of equal values
    before, here, after = (padded[starts[shift : starts.size - 2 + shift]] for shift in range(3))
    tops = ((starts[1:-1] + starts[2:] - 1) // 2)[(here > before) & (here > after) & (here >= MIN_PEAK)]
    for at in tops[np.argsort(-padded[tops], kind="stable")].tolist():
        higher = np.flatnonzero(padded > padded[at])
        left, right = higher[higher < at].max(initial=0), higher[higher > at].min(initial=padded.size - 1)
        if padded[at] - max(padded[left:at].min(), padded[at : right + 1].min()) >= _PROMINENCE:
            yield at - 1


def _choose_days(values: pl.DataFrame, max_rows: int) -> tuple[date, int]:
    """Choose the first day from which all days are shown.

    Returns it with the step between the days shown before it: the smallest multiple of seven days with which these take at most half of
    `max_rows`. If all rows fit, it is the first day of `values`; without rows, 1 January 1970.
    """
    if values.is_empty():
        return date(1970, 1, 1), _WEEK
    first, last = values["index_date"].min(), values["index_date"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    if values.height <= max_rows:
        return first, _WEEK
    series, days = values["series"].n_unique(), (last - first).days + 1
    step = _WEEK
    while series * days / step > max_rows / 2:
        step += _WEEK
    daily = int((max_rows / series - days / step) / (1 - 1 / step))
    return last - timedelta(days=daily - 1), step


def _select_news(values: pl.DataFrame, stories: pl.DataFrame) -> pl.DataFrame:
    """Select the stories of values that are mostly news.

    A value is that of a series, day and channel. At least `MIN_NEWS_PCT` percent of it is news; the rest is the prior, which comes from no
    article. `values`: as `_read_values` returns them; `stories`: as `_read_stories` does.
    """
    news = [
        values.filter(pl.col(name) >= MIN_NEWS_PCT).select("series", "index_date", channel=pl.lit(channel))
        for channel, name in _NEWS.items()
    ]
    return stories.join(pl.concat(news), on=["series", "index_date", "channel"], how="semi")


def _number_stories(peaks: pl.DataFrame, shown: pl.DataFrame, max_stories: int) -> pl.DataFrame:
    """Choose at most `max_stories` stories and number them from 0.

    `peaks`: stories of the peaks; `shown`: the story to show for each series, day and channel. The largest stories of peaks come first,
    then their second and third largest, then those of the newest days. Returns `signal_id`, each once, and `number`.
    """
    order = [
        peaks.sort("place", "contribution", "signal_id", descending=[False, True, False]).select("signal_id"),
        shown.sort("index_date", "contribution", "signal_id", descending=[True, True, False]).select("signal_id"),
    ]
    return pl.concat(order).unique(keep="first", maintain_order=True).head(max_stories).with_row_index("number")


def _list_peaks(peaks: pl.DataFrame) -> Iterator[Peak]:
    """Yield the peaks with their stories, by series, day and channel.

    If several peaks of a series and channel have the same largest story, only the highest is yielded; of equal ones, the earliest. `peaks`:
    one row for each peak and story.
    """
    key = ["series", "index_date", "channel"]
    largest = peaks.sort("place").unique(key, keep="first", maintain_order=True)
    highest = largest.sort("value", "index_date", descending=[True, False]).unique(["series", "channel", "signal_id"], keep="first")
    listed = peaks.join(highest.select(key), on=key, how="semi").sort(*key, "place")
    for (series, day, channel), rows in listed.group_by(key, maintain_order=True):
        stories = tuple(_to_peak_story(row) for row in rows.iter_rows(named=True))
        yield Peak(str(series), day, str(channel), rows["value"][0], stories, rows["published"][0])


def _to_peak_story(row: Mapping[str, Any]) -> PeakStory:
    sides = row["sides"] or [{"series": row["series"], "points": row["contribution"]}]
    return PeakStory(row["contribution"], row["number"], tuple((side["series"], side["points"]) for side in sides))


def _list_stories(signals: pl.DataFrame) -> Iterator[Evidence]:
    """Yield main sentence and origin of each story, without unsafe links.

    `signals`: the one with most mass of each story, in order. An unsafe link becomes None. Control characters become spaces, but HTML is
    not escaped. The sentence is empty unless the signal's tier (its confidence) is `high`.
    """
    for row in signals.iter_rows(named=True):
        who = direction_title(row["actor"], row["target"])
        url = safe_url(row["url"])
        quote = to_line(row["quote"]) if row["tier"] == "high" else ""
        yield Evidence(quote, to_line(row["source"]), url, row["published_at"].date(), who, row["kind"], row["tier"])


def _pack_series(frame: pl.DataFrame) -> Mapping[str, Any]:
    """Convert columns to differences, and phases and statuses to characters.

    `frame`: one series, sorted by day. The day is packed as `days`, its number since 1970. A number becomes its difference to the last
    known one before, the first known one stays, and null stays null. Columns without any value are left out. `phase` and `status` are one
    text each, with one character per row: the position of the phase in `_PHASES` (every row has one, perhaps `no data`), and the letter
    of `obs_status`.
    """
    day = pl.col("index_date").cast(pl.Int32)
    differences = frame.select(day.alias("days"), *COLUMNS).select(
        (pl.all() - pl.all().forward_fill().shift().fill_null(0)).name.keep(),
    )
    columns = {name: differences[name].to_list() for name in differences.columns if differences[name].null_count() < frame.height}
    phases = "".join(str(_PHASES.index(phase)) for phase in frame["phase"])
    return {**columns, "phase": phases, "status": "".join(frame["obs_status"])}


def _list_series(pair: str) -> tuple[str, str, str]:
    """Return the names of a pair's three series: pair and both directions."""
    one, other = parse_pair(pair)
    return pair, f"{one}>{other}", f"{other}>{one}"


def name_sides(sides: Sequence[tuple[str, float]], digits: int = 0) -> str:
    """Name the directions that points come from: "China → USA".

    `sides`: (direction, points), at least one. If there are several, the points follow each name: "both directions: China → USA 12, USA →
    China 5". They are rounded to `digits` decimals so that they add up to their rounded sum.
    """
    if len(sides) == 1:
        return _title_series(sides[0][0])
    names, points = zip(*sides, strict=True)
    rounded = zip(names, _round_to_sum(points, digits), strict=True)
    return "both directions: " + ", ".join(f"{_title_series(series)} {part:,.{digits}f}" for series, part in rounded)


def _round_to_sum(values: Sequence[float], digits: int) -> list[float]:
    """Round values so that they add up to their rounded sum.

    All are rounded down to `digits` decimals, then those that lost most are raised by one unit, as many as the sum needs.
    """
    unit = 10.0**-digits
    units = [math.floor(value / unit) for value in values]
    lost = sorted(range(len(values)), key=lambda n: units[n] - values[n] / unit)
    missing = round(round(sum(values), digits) / unit) - sum(units)
    return [(count + (n in lost[:missing])) * unit for n, count in enumerate(units)]


def _title_series(series: str) -> str:
    """Name of a pair or direction, like "China → USA"."""
    actor, is_directed, target = series.partition(">")
    return direction_title(actor, target) if is_directed else pair_title(series)


def _day_number(day: date) -> int:
    return (day - date(1970, 1, 1)).days
