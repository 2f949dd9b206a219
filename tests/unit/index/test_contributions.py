from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import fsum
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, CONTRIBUTIONS, DAILY_MASS, SIGNALS, STORY_MASS
from pipeline.index.parameters import STORY_HALF_LIVES
from tests.unit.index.lake_scenes import ALL, HALF_LIFE, Built, build, eventful

STORY_DAYS = STORY_HALF_LIVES * int(HALF_LIFE)
GROUP = ["index_date", "series", "channel"]


@pytest.fixture(params=["small", "long"])
def built(request: pytest.FixtureRequest, small: Built, long: Built) -> Built:
    return {"small": small, "long": long}[request.param]


def test_the_parts_of_every_value_sum_to_it(built: Built) -> None:
    parts = built.lake.read(CONTRIBUTIONS).group_by(GROUP).agg(pl.col("contribution").alias("parts"), pl.col("share_pct").sum())
    values = built.lake.read(CHANNEL_DAILY).select(*GROUP, "value").join(parts, on=GROUP, how="left")
    assert values["parts"].null_count() == 0
    far = [row for row in values.iter_rows(named=True) if abs(fsum(row["parts"]) - row["value"]) > 1e-9]
    assert far == []
    assert values["share_pct"].to_numpy() == pytest.approx(100)


def test_a_day_without_earlier_stories_has_no_part_for_them(small: Built) -> None:
    assert small.rows(CONTRIBUTIONS, part="earlier") == []


def test_stories_are_named_for_four_half_lives_and_added_up_after(long: Built) -> None:
    stories = long.lake.read(CONTRIBUTIONS).filter(part="story").select(*GROUP, "story_id")
    told_on = long.lake.read(STORY_MASS).select("series", "channel", "story_id", pl.col("index_date").alias("told_on"))
    ages = stories.join(told_on, on=["series", "channel", "story_id"])
    days = (ages["index_date"] - ages["told_on"]).dt.total_days()
    assert (days.min(), days.max()) == (0, STORY_DAYS - 1)
    first_told = long.lake.read(STORY_MASS).group_by("series", "channel").agg(pl.col("index_date").min().alias("told_on"))
    earlier = long.lake.read(CONTRIBUTIONS).filter(part="earlier").group_by("series", "channel").agg(pl.col("index_date").min())
    met = earlier.join(first_told, on=["series", "channel"])
    assert met.height == 9
    assert set((met["index_date"] - met["told_on"]).to_list()) == {timedelta(days=STORY_DAYS)}


def test_the_earlier_part_is_what_the_older_stories_would_add(long: Built) -> None:
    masses = defaultdict(list)
    for row in long.lake.read(STORY_MASS).iter_rows(named=True):
        masses[row["series"], row["channel"]].append((row["index_date"], row["mass"]))
    rates = {tuple(row[:3]): row[3] for row in long.lake.read(CHANNEL_DAILY).select(*GROUP, "rate").iter_rows()}
    rows = long.rows(CONTRIBUTIONS, part="earlier")
    for row in rows[::50]:
        ages = (((row["index_date"] - on).days, mass) for on, mass in masses[row["series"], row["channel"]])
        older = fsum(mass * 2 ** (-age / HALF_LIFE) for age, mass in ages if age >= STORY_DAYS)
        assert row["contribution"] == pytest.approx(100 * older / rates[row["index_date"], row["series"], row["channel"]])


def test_a_story_is_shown_with_its_heaviest_signal_and_the_others_with_none(built: Built) -> None:
    facts = ["kind", "instrument", "status"]
    stories = built.lake.read(CONTRIBUTIONS).filter(part="story")
    speaks = built.lake.read(STORY_MASS).select("series", "channel", "story_id", pl.col("signal_id").alias("speaker"))
    shown = stories.join(speaks, on=["series", "channel", "story_id"], how="left")
    assert shown.filter(pl.col("signal_id").ne_missing(pl.col("speaker"))).is_empty()
    said = stories.join(built.lake.read(SIGNALS).select("signal_id", *facts), on="signal_id", how="left", suffix="_said")
    assert said.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_said")) for name in facts)).is_empty()
    others = built.lake.read(CONTRIBUTIONS).filter(pl.col("part") != "story")
    assert others.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in ("story_id", "signal_id", *facts))).is_empty()


def rebuilt(built: Built) -> Iterator[tuple[tuple[object, str, str], float]]:
    """Every value from the published masses, story by story in plain Python, without the filter and without the SQL."""
    priors = {(row["series"], row["channel"]): row["prior"] for row in built.rows(BASELINE, source="(any)")}
    stories = defaultdict(list)
    for row in built.rows(STORY_MASS):
        stories[row["series"], row["channel"]].append((row["index_date"].toordinal(), row["mass"]))
    for (series, channel), days in built.lake.read(DAILY_MASS).partition_by("series", "channel", as_dict=True).items():
        read = [(day.toordinal(), expected) for day, expected in days.select("index_date", "expected").iter_rows()]
        kappa = priors[series, channel]
        for today, on in zip((ordinal for ordinal, _ in read), days["index_date"], strict=True):
            a = kappa + fsum(2 ** (-(today - told) / HALF_LIFE) * mass for told, mass in stories[series, channel] if told <= today)
            b = kappa + fsum(2 ** (-(today - day) / HALF_LIFE) * expected for day, expected in read if day <= today)
            yield (on, series, channel), 100 * a / b


def test_every_value_can_be_rebuilt_from_the_published_masses(built: Built) -> None:
    values = {tuple(row[:3]): row[3] for row in built.lake.read(CHANNEL_DAILY).select(*GROUP, "value").iter_rows()}
    again = dict(rebuilt(built))
    assert again.keys() == values.keys()
    assert max(abs(again[key] - value) for key, value in values.items()) < 1e-9


def bytes_of(built: Built) -> dict[str, bytes]:
    return {
        str(path.relative_to(built.lake.root)): path.read_bytes()
        for table in TABLES.values()
        if table.layer == "index"
        for path in built.lake.files(table)
    }


def test_two_runs_over_the_same_lake_give_the_same_bytes(tmp_path: Path) -> None:
    scene = eventful(60, seed=3)
    shuffled = replace(scene, articles=scene.articles[::-1], findings=scene.findings[::-1], links=scene.links[::-1])
    one, other = (bytes_of(build(tmp_path / name, told, ALL)) for name, told in (("one", scene), ("other", shuffled)))
    assert len(one) == 25
    assert [name for name in one if one[name] != other[name]] == []
