"""Tables by day that are too large for memory: sorted by day and written in batches."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import ContractError
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import WEIGHTS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.warehouse.batches import BATCH_LIMIT, BatchLimit
from pipeline.warehouse.lake import Lake
from tests.unit.warehouse.test_lake import FIRST, WEEK, every_day, read_bytes_by_file

HEIGHTS = (2, 1, 0, 3, 5, 1, 1)  # rows on each day of the week


def articles() -> pl.DataFrame:
    """Raw articles of a week in random order."""
    days = [day for day, height in zip(WEEK, HEIGHTS, strict=True) for _ in range(height)]
    rows = [{"raw_id": f"a#{n}", "index_date": day, "title": f"Glass {n}", "body": "x" * n} for n, day in enumerate(days, start=1)]
    return pl.DataFrame(rows, schema=RAW_ARTICLES.schema).sample(fraction=1, shuffle=True, seed=7)


def split_frames(height: int) -> Iterator[pl.DataFrame]:
    rows = articles()
    for start in range(0, rows.height, height):
        yield rows.slice(start, height)


def write_batches(lake: Lake, frames: Iterator[pl.DataFrame], limit: BatchLimit = BATCH_LIMIT) -> list[Days]:
    batches = []
    for batch, rows in lake.sort_by_day(RAW_ARTICLES, frames, WEEK, limit):
        lake.write_days(RAW_ARTICLES, rows, batch)
        batches.append(batch)
    return batches


@pytest.mark.parametrize("height", [1, 3, 100])
@pytest.mark.parametrize("limit", [BatchLimit(rows=1), BatchLimit(rows=4), BatchLimit(text_bytes=300), BATCH_LIMIT])
def test_rows_in_any_order_and_frames_give_the_same_files(tmp_path: Path, height: int, limit: BatchLimit) -> None:
    Lake(tmp_path / "one").write_days(RAW_ARTICLES, articles(), WEEK)
    batches = write_batches(Lake(tmp_path / "other"), split_frames(height), limit)
    assert read_bytes_by_file(tmp_path / "other") == read_bytes_by_file(tmp_path / "one")
    assert [day for batch in batches for day in batch] == list(WEEK)


def test_without_frames_every_day_is_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert write_batches(lake, iter(())) == [WEEK]
    assert lake.span(RAW_ARTICLES) == WEEK
    assert lake.count_rows(RAW_ARTICLES) == 0


def test_unsorted_rows_are_removed_at_the_end_and_on_errors(tmp_path: Path) -> None:
    def failing() -> Iterator[pl.DataFrame]:
        yield articles()
        raise RuntimeError("the archive broke off")

    lake = Lake(tmp_path)
    with pytest.raises(RuntimeError, match="broke off"):
        write_batches(lake, failing())
    assert list(tmp_path.iterdir()) == []
    write_batches(lake, split_frames(3))
    assert [path.name for path in tmp_path.iterdir()] == [RAW_ARTICLES.name]


def test_unsorted_rows_of_a_killed_run_are_not_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    killed = lake.sort_by_day(RAW_ARTICLES, split_frames(3), WEEK, BatchLimit(rows=1))
    next(killed)  # stopped between two batches
    write_batches(lake, split_frames(3))
    assert lake.count_rows(RAW_ARTICLES) == sum(HEIGHTS)


def test_rows_of_other_days_are_rejected_before_writing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(ContractError, match="rows belong to other days"):
        next(lake.sort_by_day(RAW_ARTICLES, split_frames(100), Days(FIRST, FIRST)))
    with pytest.raises(ContractError, match="mistyped"):
        next(lake.sort_by_day(RAW_ARTICLES, [articles().with_columns(title=pl.lit(1))], WEEK))
    with pytest.raises(ContractError, match="is not partitioned by day"):
        next(lake.sort_by_day(WEIGHTS, [], WEEK))
    assert lake.files(RAW_ARTICLES) == []


@pytest.mark.parametrize(
    ("limit", "lengths"),
    [(BatchLimit(rows=4), [4 - 1, 1, 1, 2]), (BatchLimit(rows=1), [1] * 7), (BatchLimit(rows=6), [4, 2, 1]), (BATCH_LIMIT, [7])],
)
def test_batches_are_consecutive_days_within_the_limit(tmp_path: Path, limit: BatchLimit, lengths: list[int]) -> None:
    lake = Lake(tmp_path)
    lake.write_days(RAW_ARTICLES, articles(), WEEK)
    batches = list(lake.batches(RAW_ARTICLES, WEEK, limit))
    assert [day for batch in batches for day in batch] == list(WEEK)
    for batch in batches:
        assert len(batch) == 1 or lake.read(RAW_ARTICLES, batch).height <= limit.rows
    if limit.rows != 1:  # an empty day is in the batch of the day before
        assert [len(batch) for batch in batches] == lengths


def test_texts_count_by_their_uncompressed_size(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(RAW_ARTICLES, articles().with_columns(body=pl.lit("x" * 100_000) + pl.col("raw_id")), WEEK)
    assert len(list(lake.batches(RAW_ARTICLES, WEEK, BatchLimit(text_bytes=10_000)))) == len(WEEK)
    assert list(lake.batches(RAW_ARTICLES, WEEK)) == [WEEK]


def test_days_without_files_are_in_a_batch(tmp_path: Path) -> None:
    assert list(Lake(tmp_path).batches(RAW_ARTICLES, WEEK)) == [WEEK]


def test_staged_files_replace_the_others_at_the_end(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(COVERAGE, every_day(1), WEEK)
    before = read_bytes_by_file(tmp_path / COVERAGE.name)
    two = Days(FIRST, FIRST + timedelta(days=1))
    with lake.stage("step") as new:
        new.write_days(COVERAGE, every_day(2, two), two)
        assert read_bytes_by_file(tmp_path / COVERAGE.name) == before
        assert lake.read(COVERAGE).height == 14
    assert lake.read(COVERAGE, two)["accepted"].unique().to_list() == [2]
    assert lake.span(COVERAGE) == WEEK
    assert [path.name for path in tmp_path.iterdir()] == [COVERAGE.name]


def test_staged_files_are_removed_on_errors(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(COVERAGE, every_day(1), WEEK)
    before = read_bytes_by_file(tmp_path)

    def make() -> None:
        with lake.stage("step") as new:
            new.write_days(COVERAGE, every_day(2), WEEK)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        make()
    assert read_bytes_by_file(tmp_path) == before


def test_staged_files_of_a_killed_run_are_not_used(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    killed = Lake(tmp_path / ".new-step")
    killed.write_days(COVERAGE, every_day(9, Days(date(2020, 1, 1), date(2020, 1, 2))), Days(date(2020, 1, 1), date(2020, 1, 2)))
    with lake.stage("step") as new:
        new.write_days(COVERAGE, every_day(2), WEEK)
    assert lake.span(COVERAGE) == WEEK
