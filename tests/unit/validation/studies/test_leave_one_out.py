from datetime import timedelta

import polars as pl
import pytest

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import CHANNEL_DAILY
from pipeline.contracts.tables.stories import STORIES, STORY_ARTICLES
from pipeline.models.build import build_tables
from pipeline.validation.studies.leave_one_out import compare_without_source, drop_source, list_largest_sources
from tests.unit.index.lake_scenes import Built

CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)


def core(built: Built) -> dict[str, pl.DataFrame]:
    return {table.name: built.lake.read(table) for table in CORE}


def test_no_row_of_the_dropped_source_remains(small: Built) -> None:
    reduced = drop_source(core(small), small.lake.read(STORY_ARTICLES), "A")
    for table in (ARTICLES, COVERAGE, FINDINGS):
        assert set(reduced[table.name]["source"].to_list()) <= {"B"}
        table.conform(reduced[table.name])
    STORY_LINKS.conform(reduced[STORY_LINKS.name])


def test_a_story_without_its_first_article_starts_with_the_next(small: Built) -> None:
    """B:1 repeats A:1; without A it starts the story."""
    reduced = drop_source(core(small), small.lake.read(STORY_ARTICLES), "A")
    made = build_tables(reduced, [STORY_ARTICLES], small.variables)[STORY_ARTICLES.name]
    assert made.filter(pl.col("article_id") == "B:1")["story_id"].to_list() == ["B:1"]


def test_stories_continue_in_the_remaining_sources(long: Built) -> None:
    story_articles = long.lake.read(STORY_ARTICLES)
    for source in "ABC":
        reduced = drop_source(core(long), story_articles, source)
        made = build_tables(reduced, [STORY_ARTICLES, STORIES], long.variables)
        before = story_articles.filter(pl.col("source") != source).select("article_id", "story_id")
        both = made[STORY_ARTICLES.name].join(before, on="article_id", suffix="_before")
        together = both.group_by("story_id_before").agg(pl.col("story_id").n_unique())
        assert together["story_id"].unique().to_list() == [1]
        assert both["story_id"].n_unique() == both["story_id_before"].n_unique()


def test_equal_indices_have_correlation_one_and_no_change(long: Built) -> None:
    made = build_tables(core(long), [CHANNEL_DAILY], long.variables)[CHANNEL_DAILY.name]
    figures = compare_without_source(made, made, "A", 0.5)
    values = {row["statistic"]: row["value"] for row in figures.to_dicts()}
    assert values == {
        "correlation with the whole index": pytest.approx(1.0), "largest change in points": 0.0, "largest change in percent": 0.0,
        "share of articles": 0.5,
    }  # fmt: skip


def test_the_largest_change_is_that_of_the_worst_day(long: Built) -> None:
    made = build_tables(core(long), [CHANNEL_DAILY], long.variables)[CHANNEL_DAILY.name]
    day = made["index_date"].max()
    moved = made.with_columns(value=pl.when(pl.col("index_date") == day).then(pl.col("value") + 7).otherwise(pl.col("value")))
    (change,) = compare_without_source(made, moved, "A", 0.5).filter(pl.col("statistic") == "largest change in points")["value"]
    assert change == pytest.approx(7)


@pytest.mark.parametrize("is_whole_thin", [True, False])
def test_a_value_that_is_not_published_does_not_count(long: Built, is_whole_thin: bool) -> None:
    made = build_tables(core(long), [CHANNEL_DAILY], long.variables)[CHANNEL_DAILY.name].with_columns(is_thin=pl.lit(False))
    is_last = pl.col("index_date") == made["index_date"].max()
    thin = made.with_columns(is_thin=is_last, value=pl.when(is_last).then(pl.col("value") + 7).otherwise(pl.col("value")))
    complete, reduced = (thin, made) if is_whole_thin else (made, thin)
    figures = compare_without_source(complete, reduced, "A", 0.5)
    assert figures.filter(statistic="largest change in points")["value"].to_list() == [0.0]
    assert set(figures["count"]) == {made["index_date"].n_unique() - 1}
    assert set(figures["last_day"]) == {made["index_date"].max() - timedelta(days=1)}  # type: ignore[operator]  # a date


def test_without_a_published_value_there_are_no_differences(long: Built) -> None:
    made = build_tables(core(long), [CHANNEL_DAILY], long.variables)[CHANNEL_DAILY.name].with_columns(is_thin=pl.lit(True))
    values = {row["statistic"]: row["value"] for row in compare_without_source(made, made, "A", 0.5).to_dicts()}
    assert values.pop("share of articles") == 0.5
    assert set(values.values()) == {None}
    assert len(values) == 3


def test_sources_are_sorted_by_size_and_a_single_one_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    coverage = COVERAGE.example(3).with_columns(source=pl.Series(["small", "large", "large"]), accepted=pl.Series([1, 5, 5]))
    assert list_largest_sources(coverage) == ["large", "small"]
    assert list_largest_sources(coverage.filter(pl.col("source") == "large")) == []
    monkeypatch.setattr("pipeline.validation.studies.leave_one_out.MAX_SOURCES", 1)
    assert list_largest_sources(coverage) == ["large"]
