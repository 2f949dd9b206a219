"""The source with most of a value: its share follows from stories, and no order of rows changes it."""

from datetime import timedelta

import polars as pl
import pytest

from pipeline.contracts.tables.contributions import SOURCE_SHARES
from pipeline.contracts.tables.index import CHANNEL_DAILY, STORY_MASS
from pipeline.contracts.tables.stories import STORY_ARTICLES
from pipeline.contracts.vocabulary import INSTRUMENT
from pipeline.index.source_shares import find_source_shares
from tests.unit.index.lake_scenes import DAY, Built, Scene, article, build_in_memory, day, finding, link, random_scene


@pytest.fixture(scope="module")
def built() -> Built:
    return build_in_memory(random_scene(60, 3), (SOURCE_SHARES,))


def test_shares_follow_from_stories_and_owners(built: Built) -> None:
    """Computes every share again, story by story."""
    masses, articles = built.read(STORY_MASS).to_dicts(), built.read(STORY_ARTICLES).to_dicts()
    expected = {}
    for cell in built.read(CHANNEL_DAILY).to_dicts():
        owned: dict[str, float] = {}
        for mass in masses:
            age = (cell["index_date"] - mass["index_date"]).days
            if age < 0 or (mass["series"], mass["channel"]) != (cell["series"], cell["channel"]):
                continue
            of_story = [one for one in articles if one["story_id"] == mass["story_id"] and one["counts_on"] <= mass["index_date"]]
            owners = {one["source_owner"] for one in of_story}
            for owner in owners:
                owned[owner] = owned.get(owner, 0) + mass["mass"] / len(owners) * 2.0 ** (-age / cell["half_life_days"])
        if owned:
            expected[cell["index_date"], cell["series"], cell["channel"]] = max(owned.values()) / cell["shape"]
    rows = built.read(SOURCE_SHARES).to_dicts()
    assert {(row["index_date"], row["series"], row["channel"]): row["source_share_max"] for row in rows} == pytest.approx(
        expected, abs=1e-9
    )
    assert rows
    assert all(row["is_one_source"] == (row["source_share_max"] >= 0.5) for row in rows)


def test_no_order_of_rows_changes_a_share(built: Built) -> None:
    tables = [built.read(table) for table in (STORY_MASS, STORY_ARTICLES, CHANNEL_DAILY)]
    shuffled = [table.sample(fraction=1, shuffle=True, seed=7) for table in tables]
    assert find_source_shares(*shuffled).equals(find_source_shares(*tables))


def test_sources_of_one_owner_count_as_one() -> None:
    articles = [article(f"{name}:1", title=name, source_owner=owner) for name, owner in (("A", "Z"), ("B", "Z"), ("C", "Y"))]
    findings = [finding(one, instrument=instrument) for one, instrument in zip(articles, INSTRUMENT.words, strict=False)]
    row = build_in_memory(Scene(articles, findings), (SOURCE_SHARES,)).rows(SOURCE_SHARES, index_date=DAY, series="CHN>USA")[0]
    assert row["source_owner"] == "Z"
    assert not row["is_one_source"]


def test_outlets_of_one_owner_have_one_part_of_a_story() -> None:
    articles = [article(f"{name}:1", source_owner=owner) for name, owner in (("A", "Z"), ("B", "Z"), ("C", "Y"))]
    scene = Scene(articles, [finding(one) for one in articles], [link(one, articles[0]) for one in articles[1:]])
    row = build_in_memory(scene, (SOURCE_SHARES,)).rows(SOURCE_SHARES, index_date=DAY, series="CHN>USA")[0]
    assert row["source_owner"] == "Y"  # both have a half: the first by name


def test_many_stories_of_one_source_are_marked() -> None:
    articles = [article(f"A:{number}", title=f"Headline {number}") for number in range(10)] + [article("B:1")]
    findings = [finding(one, instrument=instrument) for one, instrument in zip(articles, INSTRUMENT.words, strict=False)]  # ten acts
    row = build_in_memory(Scene(articles, findings), (SOURCE_SHARES,)).row(
        SOURCE_SHARES, index_date=DAY, series="CHN>USA", channel="escalation"
    )
    assert (row["source_owner"], row["is_one_source"]) == ("A", True)
    assert row["source_share_max"] == pytest.approx(10 / (3 + 11))


def test_a_later_report_does_not_change_an_earlier_share() -> None:
    """An owner that repeats a story when its day is closed shares only what it adds."""
    first, other = article("A:1"), article("B:1", day(1), first_seen_at=article("B:1", day(20))["first_seen_at"])
    scenes = {
        "without": Scene([first], [finding(first)], read={("A", day(number)): 1 for number in range(30)}),
        "with": Scene([first, other], [finding(first)], [link(other, first)], read={("A", day(number)): 1 for number in range(30)}),
    }
    shares = {}
    for name, scene in scenes.items():
        rows = build_in_memory(scene, (SOURCE_SHARES,)).read(SOURCE_SHARES)
        shares[name] = rows.filter(pl.col("index_date") < DAY + timedelta(days=15))["source_owner"].unique().to_list()
    assert shares == {"without": ["A"], "with": ["A"]}


def test_without_stories_there_is_no_share() -> None:
    assert build_in_memory(Scene([article("A:1")]), (SOURCE_SHARES,)).read(SOURCE_SHARES).is_empty()
