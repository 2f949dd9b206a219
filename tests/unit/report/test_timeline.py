import base64
import itertools
import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.signal import find_peaks

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.index import CHANNEL_DAILY, SIGNALS, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report.evidence import ReadTable
from pipeline.report.one_scale import put_on_one_scale
from pipeline.report.timeline import COLUMNS, MIN_PEAK, PEAKS_SHOWN, Timeline, build_timeline, find_peaks_of, iter_tops, name_sides

Make = Callable[..., pl.DataFrame]
HIGH, LOW = "a" * 16, "b" * 16
Build = Callable[..., Timeline]


def _fill(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    example = table.example().row(0, named=True)
    return pl.DataFrame([example | row for row in rows], schema=table.schema)


def _make_reader(pair_daily: pl.DataFrame, daily: pl.DataFrame, quote: str, url: str | None, prior: float) -> ReadTable:
    """Reads an index whose stories are a low one and, below it, a high one on each day."""
    cells = [(row["index_date"], row["pair"]) for row in pair_daily.iter_rows(named=True)]
    cells += [(row["index_date"], f"{row['actor']}>{row['target']}") for row in daily.iter_rows(named=True)]
    example_story = STORY_MASS.example()["story_id"][0]
    keyed = [{"index_date": day, "counts_on": day, "series": series, "channel": "escalation"} for day, series in cells]
    tables = {
        TENSION_PAIR_DAILY.name: pair_daily,
        TENSION_DAILY.name: daily,
        CHANNEL_DAILY.name: _fill(CHANNEL_DAILY, [row | {"shape": 10.0, "prior": prior} for row in keyed]),
        TOP_CONTRIBUTIONS.name: _fill(
            TOP_CONTRIBUTIONS,
            [
                row | {"place": place, "signal_id": name, "story_id": story}
                for row in keyed
                for place, name, story in ((1, LOW, LOW), (2, HIGH, example_story))
            ],
        ),
        STORY_MASS.name: _fill(
            STORY_MASS, [row | {"series": series, "mass": mass} for row in keyed for series, mass in (("CHN>USA", 3.0), ("USA>CHN", 1.0))]
        ).unique(STORY_MASS.key),
        SIGNALS.name: _fill(
            SIGNALS,
            [
                {"signal_id": LOW, "tier": "low", "quote": "A weak sentence."},
                {"signal_id": HIGH, "tier": "high", "quote": quote, "url": url, "published_at": datetime(2025, 4, 1, 9, tzinfo=UTC)},
            ],
        ),
    }

    def read(table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        assert days is None
        return tables[table.name] if columns is None else tables[table.name].select(list(columns))

    return read


@pytest.fixture
def build(pair_daily: Make, directed_daily: Make) -> Build:
    def make(
        days: int = 60, quote: str = "A strong sentence.", url: str | None = "https://a.example/1", prior: float = 2.0, **options: int
    ) -> Timeline:
        return build_timeline(put_on_one_scale(_make_reader(pair_daily(days), directed_daily(days), quote, url, prior)), **options)

    return make


def _unpack(timeline: Timeline) -> dict[str, Any]:
    unpacked: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(timeline.pack({"release": "r"}))))
    return unpacked


def _add_up(differences: list[int | None]) -> list[int | None]:
    total, values = 0, []
    for difference in differences:
        total += difference or 0
        values.append(None if difference is None else total)
    return values


def test_packed_columns_are_the_rounded_values(build: Build, pair_daily: Make) -> None:
    frame = pair_daily(60)
    gap = pl.col("index_date").is_between(date(2025, 2, 1), date(2025, 2, 3))
    thin = frame.with_columns(pl.when(~gap).then(pl.col("tension")).alias("tension"))
    packed = _unpack(build())["series"]["CHN-USA"]
    assert _add_up(packed["tension"]) == frame["tension"].round().cast(pl.Int32).to_list()
    assert _add_up(packed["days"]) == [(day - date(1970, 1, 1)).days for day in frame["index_date"]]
    read = _make_reader(thin, TENSION_DAILY.empty(), "", None, 2.0)
    with_gap = _unpack(build_timeline(put_on_one_scale(read)))["series"]["CHN-USA"]
    assert _add_up(with_gap["tension"]) == thin["tension"].round().cast(pl.Int32).to_list()


def test_every_series_with_a_value_is_in_the_timeline(build: Build) -> None:
    timeline = build()
    assert set(_unpack(timeline)["series"]) == {"CHN-USA", "CHN>USA", "USA>CHN"}
    assert timeline.pairs == {"CHN-USA"}
    assert set(COLUMNS) < set(timeline.values.columns)


def test_a_pair_without_a_value_has_no_series(pair_daily: Make) -> None:
    thin = pair_daily(20, pair="JPN-USA", is_thin=True)
    timeline = build_timeline(put_on_one_scale(_make_reader(thin, TENSION_DAILY.empty(), "", None, 2.0)))
    assert timeline.pairs == frozenset()
    assert timeline.values.is_empty()


def test_only_sentences_of_tier_high_are_quoted(build: Build) -> None:
    timeline = build()
    assert [(story.quote, story.tier) for story in timeline.stories] == [("", "low"), ("A strong sentence.", "high")]
    assert "A weak sentence." not in json.dumps(_unpack(timeline))


def test_no_story_is_shown_where_most_of_the_value_is_prior(build: Build) -> None:
    assert build(prior=5.0).stories
    mostly_prior = build(prior=5.1)
    assert (mostly_prior.stories, mostly_prior.peaks) == ((), ())
    assert mostly_prior.values["tension_news"].max() == 49


def test_peaks_are_the_highest_day_with_the_story_of_the_series(build: Build, pair_daily: Make) -> None:
    frame = pair_daily(60)
    highest = frame.filter(pl.col("tension") == pl.col("tension").max())
    (peak,) = [peak for peak in build().peaks if peak.series == "CHN-USA"]  # the same story is listed once
    assert (peak.day, peak.value) == (highest["index_date"][0], round(highest["tension"][0]))


def test_a_peak_has_its_largest_stories_of_any_tier(build: Build) -> None:
    timeline = build()
    (peak,) = [peak for peak, _ in timeline.peaks_of("CHN-USA")]
    assert [timeline.stories[story.number].tier for story in peak.stories] == ["low", "high"]


def _find_days(values: Sequence[int | None]) -> list[int]:
    """Days of the peaks of a series, counted from its first day."""
    first = date(2025, 1, 1)
    rows = [
        {"series": "CHN-USA", "index_date": first + timedelta(days=n), "tension": value, "concession": None}
        for n, value in enumerate(values)
    ]
    frame = pl.DataFrame(rows, schema={"series": pl.String(), "index_date": pl.Date(), "tension": pl.Int32(), "concession": pl.Int32()})
    return [(day - first).days for day in find_peaks_of(frame)["index_date"]]


def test_a_peak_is_higher_than_the_days_around_it() -> None:
    falling = [300 - 5 * n for n in range(30)]
    assert _find_days([100, *falling, 200, *[100] * 20]) == [1, 31]
    assert _find_days([*falling, None, None, *[150 - n for n in range(20)]]) == [0]  # no peak after a gap in a fall


def test_a_ripple_is_no_peak() -> None:
    assert _find_days([100, 200, 180, 176, 190, 170, *range(168, 100, -2), 160, 100]) == [1, 40]
    assert _find_days([100] * 20 + [124] + [100] * 20) == []


def test_tops_are_the_peaks_that_scipy_finds() -> None:
    draw = np.random.default_rng(0)
    for size in range(200):
        walk = np.clip(150 + draw.integers(-40, 41, size).cumsum(), 0, None).astype(np.int32)
        values = np.repeat(walk, draw.integers(1, 3))
        expected = find_peaks(np.pad(values, 1), height=MIN_PEAK, prominence=25)[0] - 1
        tops = list(iter_tops(values))
        assert sorted(tops) == expected.tolist()
        assert tops == sorted(tops, key=lambda place: (-values[place], place))


def test_points_of_a_pair_are_divided_like_the_mass_of_the_story(build: Build) -> None:
    (pooled,) = [peak for peak in build().peaks if peak.series == "CHN-USA"]
    story = pooled.stories[1]
    assert dict(story.sides) == pytest.approx({"CHN>USA": 0.75 * story.points, "USA>CHN": 0.25 * story.points})
    assert story.origin.startswith("both directions: China → USA ")
    (directed,) = [peak for peak in build().peaks if peak.series == "USA>CHN"]
    assert directed.stories[0].sides == (("USA>CHN", directed.stories[0].points),)
    assert directed.stories[0].origin == "USA → China"


@pytest.mark.parametrize(("points", "digits", "shown"), [((25.6, 18.7), 0, (25, 19)), ((1.25, 0.34, 0.04), 1, (1.3, 0.3, 0.0))])
def test_shown_points_of_directions_add_up(points: tuple[float, ...], digits: int, shown: tuple[float, ...]) -> None:
    """Alone, 25.6 would be 26, but the sum of both is 44.3."""
    named = name_sides([("CHN>USA", value) for value in points], digits)
    assert named == "both directions: " + ", ".join(f"China → USA {value:.{digits}f}" for value in shown)


def test_old_days_are_thinned_to_the_row_limit(build: Build) -> None:
    timeline = build(days=700, max_rows=600)
    assert timeline.step_days > 0
    assert 450 <= timeline.values.height <= 600 + 3 * 2 * PEAKS_SHOWN  # days of peaks come on top
    for _, frame in timeline.values.group_by("series"):
        days = frame["index_date"].to_list()
        assert days[-1] == date(2025, 1, 20) + timedelta(days=699)
        recent = [day for day in days if day >= timeline.daily_from]
        assert (recent[-1] - recent[0]).days == len(recent) - 1
        assert max((late - early).days for early, late in itertools.pairwise(days)) <= timeline.step_days


def test_the_number_of_stories_is_limited(build: Build) -> None:
    assert build(max_stories=0).stories == ()


def test_hostile_text_and_links_are_made_safe(build: Build) -> None:
    (_, story) = build(quote="</script>\u202e<b>", url="javascript:alert(1)").stories
    assert story.url is None
    assert "\u202e" not in story.quote
    assert "<" not in build(quote="</script><b>").pack({})


def test_rows_in_any_order_give_the_same_timeline(pair_daily: Make, directed_daily: Make) -> None:
    read = _make_reader(pair_daily(50), directed_daily(50), "A sentence.", None, 2.0)

    def read_reversed(table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        return read(table, days, columns).reverse()

    assert build_timeline(put_on_one_scale(read)).pack({}) == build_timeline(put_on_one_scale(read_reversed)).pack({})
