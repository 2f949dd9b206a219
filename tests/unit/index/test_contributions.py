from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import fsum
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.contributions import CONTRIBUTIONS
from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS, SIGNALS, STORY_MASS
from pipeline.index.parameters import STORY_HALF_LIVES
from pipeline.warehouse.sql import select_view
from tests.unit.index.lake_scenes import ALL, HALF_LIFE, Built, build, random_scene

STORY_DAYS = STORY_HALF_LIVES * int(HALF_LIFE)
GROUP = ["index_date", "series", "channel"]


@pytest.fixture(params=["small", "long"])
def built(request: pytest.FixtureRequest, small: Built, long: Built) -> Built:
    return {"small": small, "long": long}[request.param]


@pytest.fixture(scope="module")
def long_parts(long: Built) -> pl.DataFrame:
    return long.contributions()


def test_the_parts_of_every_value_sum_to_it(built: Built) -> None:
    parts = built.contributions().group_by(GROUP).agg(pl.col("contribution").alias("parts"), pl.col("share_pct").sum())
    values = built.lake.read(CHANNEL_DAILY).select(*GROUP, "value").join(parts, on=GROUP, how="left")
    assert values["parts"].null_count() == 0
    far = [row for row in values.iter_rows(named=True) if abs(fsum(row["parts"]) - row["value"]) > 1e-9]
    assert far == []
    assert values["share_pct"].to_numpy() == pytest.approx(100)


def test_one_day_of_the_view_equals_that_day_of_all_rows(long: Built, long_parts: pl.DataFrame) -> None:
    last = long.lake.read(CHANNEL_DAILY)["index_date"].max()
    assert isinstance(last, date)
    one = CONTRIBUTIONS.conform(select_view(long.lake, CONTRIBUTIONS, last))
    assert one.height > 30
    assert_frame_equal(one, long_parts.filter(index_date=last), check_exact=True)


def test_a_day_without_earlier_stories_has_no_earlier_part(small: Built) -> None:
    assert small.contributions().filter(part="earlier").is_empty()


def test_stories_are_listed_for_four_half_lives_then_summed(long: Built, long_parts: pl.DataFrame) -> None:
    stories = long_parts.filter(part="story")
    days = (stories["index_date"] - stories["counts_on"]).dt.total_days()
    assert (days.min(), days.max()) == (0, STORY_DAYS - 1)
    first_dates = long.lake.read(STORY_MASS).group_by("series", "channel").agg(pl.col("index_date").min().alias("first_date"))
    earlier = long_parts.filter(part="earlier").group_by("series", "channel").agg(pl.col("index_date").min())
    both = earlier.join(first_dates, on=["series", "channel"])
    assert both.height == 9
    assert set((both["index_date"] - both["first_date"]).to_list()) == {timedelta(days=STORY_DAYS)}


def test_the_earlier_part_is_the_sum_of_the_older_stories(long: Built, long_parts: pl.DataFrame) -> None:
    masses = defaultdict(list)
    for row in long.lake.read(STORY_MASS).iter_rows(named=True):
        masses[row["series"], row["channel"]].append((row["index_date"], row["mass"]))
    rates = {tuple(row[:3]): row[3] for row in long.lake.read(CHANNEL_DAILY).select(*GROUP, "rate").iter_rows()}
    for row in long_parts.filter(part="earlier").gather_every(50).iter_rows(named=True):
        ages = (((row["index_date"] - on).days, mass) for on, mass in masses[row["series"], row["channel"]])
        older = fsum(mass * 2 ** (-age / HALF_LIFE) for age, mass in ages if age >= STORY_DAYS)
        assert row["contribution"] == pytest.approx(100 * older / rates[row["index_date"], row["series"], row["channel"]])


def test_a_story_is_shown_with_its_heaviest_signal(built: Built) -> None:
    facts = ["kind", "instrument", "status"]
    parts = built.contributions()
    stories, others = parts.filter(part="story"), parts.filter(pl.col("part") != "story")
    heaviest = built.lake.read(STORY_MASS).select(
        "series", "channel", "story_id", pl.col("index_date").alias("counts_on"), pl.col("signal_id").alias("heaviest_id")
    )
    shown = stories.join(heaviest, on=["series", "channel", "story_id", "counts_on"], how="left")
    assert shown.filter(pl.col("signal_id").ne_missing(pl.col("heaviest_id"))).is_empty()
    signals = stories.join(built.lake.read(SIGNALS).select("signal_id", *facts), on="signal_id", how="left", suffix="_said")
    assert signals.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_said")) for name in facts)).is_empty()
    assert others.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in ("story_id", "signal_id", *facts))).is_empty()


def rebuild_values(built: Built) -> Iterator[tuple[tuple[object, str, str], float]]:
    """Rebuild every value from the published masses in plain Python, without the filter and the SQL."""
    priors = {(row["valid_from"], row["series"], row["channel"]): row["prior"] for row in built.rows(BASELINE, source="(any)")}
    stories = defaultdict(list)
    for row in built.rows(STORY_MASS):
        stories[row["series"], row["channel"]].append((row["index_date"].toordinal(), row["mass"]))
    for (series, channel), days in built.lake.read(DAILY_MASS).partition_by("series", "channel", as_dict=True).items():
        read = [(day.toordinal(), expected) for day, expected in days.select("index_date", "expected").iter_rows()]
        for today, on, valid_from in zip((ordinal for ordinal, _ in read), days["index_date"], days["valid_from"], strict=True):
            kappa = priors[valid_from, series, channel]
            a = kappa + fsum(2 ** (-(today - start) / HALF_LIFE) * mass for start, mass in stories[series, channel] if start <= today)
            b = kappa + fsum(2 ** (-(today - day) / HALF_LIFE) * expected for day, expected in read if day <= today)
            yield (on, series, channel), 100 * a / b


def test_every_value_is_rebuilt_from_the_published_masses(built: Built) -> None:
    values = {tuple(row[:3]): row[3] for row in built.lake.read(CHANNEL_DAILY).select(*GROUP, "value").iter_rows()}
    again = dict(rebuild_values(built))
    assert again.keys() == values.keys()
    assert max(abs(again[key] - value) for key, value in values.items()) < 1e-9


def read_bytes_by_file(built: Built) -> dict[str, bytes]:
    return {
        str(path.relative_to(built.lake.root)): path.read_bytes()
        for table in TABLES.values()
        if table.layer == "index"
        for path in built.lake.files(table)
    }


def test_two_runs_over_the_same_lake_give_the_same_bytes(tmp_path: Path) -> None:
    scene = random_scene(60, seed=3)
    shuffled = replace(scene, articles=scene.articles[::-1], findings=scene.findings[::-1], links=scene.links[::-1])
    one, other = (read_bytes_by_file(build(tmp_path / name, variant, ALL)) for name, variant in (("one", scene), ("other", shuffled)))
    assert len(one) == 38
    assert [name for name in one if one[name] != other[name]] == []
