import polars as pl
import pytest

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import CHANNEL_DAILY, STORIES, STORY_ARTICLES
from pipeline.models.build import build_tables
from pipeline.validation.studies.leave_one_out import largest_sources, stability, without
from tests.unit.index.lake_scenes import Built

CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)


def core(built: Built) -> dict[str, pl.DataFrame]:
    return {table.name: built.lake.read(table) for table in CORE}


def test_nothing_of_the_source_remains(small: Built) -> None:
    left = without(core(small), small.lake.read(STORY_ARTICLES), "A")
    for table in (ARTICLES, COVERAGE, FINDINGS):
        assert set(left[table.name]["source"].to_list()) <= {"B"}
        table.conform(left[table.name])
    STORY_LINKS.conform(left[STORY_LINKS.name])


def test_a_story_whose_first_telling_goes_is_told_by_the_next(small: Built) -> None:
    """B:1 retold A:1; without A it tells the story itself."""
    left = without(core(small), small.lake.read(STORY_ARTICLES), "A")
    made = build_tables(left, [STORY_ARTICLES], small.variables)[STORY_ARTICLES.name]
    assert made.filter(pl.col("article_id") == "B:1")["story_id"].to_list() == ["B:1"]


def test_a_story_goes_on_in_the_papers_that_remain(long: Built) -> None:
    told = long.lake.read(STORY_ARTICLES)
    for source in "ABC":
        left = without(core(long), told, source)
        made = build_tables(left, [STORY_ARTICLES, STORIES], long.variables)
        before = told.filter(pl.col("source") != source).select("article_id", "story_id")
        both = made[STORY_ARTICLES.name].join(before, on="article_id", suffix="_before")
        together = both.group_by("story_id_before").agg(pl.col("story_id").n_unique())
        assert together["story_id"].unique().to_list() == [1]
        assert both["story_id"].n_unique() == both["story_id_before"].n_unique()


def test_a_source_that_tells_nothing_of_the_pair_changes_only_the_denominator(long: Built) -> None:
    made = build_tables(core(long), [CHANNEL_DAILY], long.variables)[CHANNEL_DAILY.name]
    figures = stability(made, made, "A", 0.5)
    values = {row["statistic"]: row["value"] for row in figures.to_dicts()}
    assert values == {
        "correlation with the whole index": pytest.approx(1.0), "largest change in points": 0.0, "largest change in percent": 0.0,
        "share of articles": 0.5,
    }  # fmt: skip


def test_the_largest_change_is_that_of_the_worst_day(long: Built) -> None:
    made = build_tables(core(long), [CHANNEL_DAILY], long.variables)[CHANNEL_DAILY.name]
    day = made["index_date"].max()
    moved = made.with_columns(value=pl.when(pl.col("index_date") == day).then(pl.col("value") + 7).otherwise(pl.col("value")))
    (change,) = stability(made, moved, "A", 0.5).filter(pl.col("statistic") == "largest change in points")["value"]
    assert change == pytest.approx(7)


def test_sources_come_by_size_and_a_single_one_cannot_be_left_out() -> None:
    coverage = COVERAGE.example(3).with_columns(source=pl.Series(["small", "large", "large"]), accepted=pl.Series([1, 5, 5]))
    assert largest_sources(coverage) == ["large", "small"]
    assert largest_sources(coverage, most=1) == ["large"]
    assert largest_sources(coverage.filter(pl.col("source") == "large")) == []
