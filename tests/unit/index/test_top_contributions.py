import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.index import CHANNEL_DAILY, STORY_MASS
from pipeline.index.top_contributions import STORIES_SHOWN, select_top_contributions
from tests.unit.index.lake_scenes import Built, Scene, article, build_in_memory, day, finding

CELL = ["index_date", "series", "channel"]


def largest(built: Built) -> pl.DataFrame:
    """The largest stories of each value, by sorting all rows of the view."""
    stories = built.contributions().filter(part="story").sort(*CELL, "contribution", descending=[False, False, False, True])
    ranked = stories.with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64).over(CELL) + 1)
    return TOP_CONTRIBUTIONS.conform(ranked.filter(pl.col("place") <= STORIES_SHOWN).select(TOP_CONTRIBUTIONS.schema.names()))


def test_top_contributions_are_the_largest_stories_of_the_view(long: Built) -> None:
    top = long.read(TOP_CONTRIBUTIONS)
    assert top["place"].max() == STORIES_SHOWN
    assert top.height > 3000
    assert_frame_equal(top, largest(long), abs_tol=1e-12)


@pytest.mark.parametrize("half_life", [0.2, 0.5, 1.25, 3.0])
def test_windows_of_any_length_give_the_largest_stories(half_life: float) -> None:
    articles = [article(f"A:{number}", day(number // 5)) for number in range(120)]
    kinds = ("measure", "threat", "refusal", "accusation")
    findings = [
        finding(one, kinds[number % 4], probability=(number * 37 % 97 + 1) / 100, instrument="tariff")
        for number, one in enumerate(articles)
    ]
    built = build_in_memory(Scene(articles, findings, half_life_days=half_life), [TOP_CONTRIBUTIONS])
    assert_frame_equal(built.read(TOP_CONTRIBUTIONS), largest(built), abs_tol=1e-12)


def test_equal_stories_of_a_day_are_sorted_by_id() -> None:
    articles = [article(f"{source}:1") for source in "EDCBA"]
    built = build_in_memory(Scene(articles, [finding(one) for one in articles]), [TOP_CONTRIBUTIONS])
    shown = built.read(TOP_CONTRIBUTIONS).filter(series="CHN>USA", channel="escalation")
    assert shown["story_id"].to_list() == ["A:1", "B:1", "C:1"]


def test_no_stories_and_no_days_give_no_rows(small: Built) -> None:
    channels = small.read(CHANNEL_DAILY)
    assert select_top_contributions(STORY_MASS.empty(), channels, 28).is_empty()
    assert select_top_contributions(STORY_MASS.empty(), CHANNEL_DAILY.empty(), 28).equals(TOP_CONTRIBUTIONS.empty())
