"""Tables filed by day that are too large to be held at once: brought into order, and made piece by piece."""

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
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.pieces import AT_ONCE, AtOnce
from tests.unit.warehouse.test_lake import FIRST, WEEK, bytes_of, every_day

HEIGHTS = (2, 1, 0, 3, 5, 1, 1)  # rows on each day of the week


def articles() -> pl.DataFrame:
    """Raw articles of a week, those of one day scattered among the others."""
    days = [day for day, height in zip(WEEK, HEIGHTS, strict=True) for _ in range(height)]
    rows = [{"raw_id": f"a#{n}", "index_date": day, "title": f"Glass {n}", "body": "x" * n} for n, day in enumerate(days, start=1)]
    return pl.DataFrame(rows, schema=RAW_ARTICLES.schema).sample(fraction=1, shuffle=True, seed=7)


def batches(height: int) -> Iterator[pl.DataFrame]:
    rows = articles()
    for start in range(0, rows.height, height):
        yield rows.slice(start, height)


def file_away(lake: Lake, given: Iterator[pl.DataFrame], at_once: AtOnce = AT_ONCE) -> list[Days]:
    pieces = []
    for piece, rows in lake.in_order(RAW_ARTICLES, given, WEEK, at_once):
        lake.write_days(RAW_ARTICLES, rows, piece)
        pieces.append(piece)
    return pieces


@pytest.mark.parametrize("height", [1, 3, 100])
@pytest.mark.parametrize("at_once", [AtOnce(rows=1), AtOnce(rows=4), AtOnce(text_bytes=300), AT_ONCE])
def test_rows_in_any_order_and_batches_give_the_same_files(tmp_path: Path, height: int, at_once: AtOnce) -> None:
    Lake(tmp_path / "one").write_days(RAW_ARTICLES, articles(), WEEK)
    pieces = file_away(Lake(tmp_path / "other"), batches(height), at_once)
    assert bytes_of(tmp_path / "other") == bytes_of(tmp_path / "one")
    assert [day for piece in pieces for day in piece] == list(WEEK)


def test_without_any_batch_every_day_is_empty(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert file_away(lake, iter(())) == [WEEK]
    assert lake.span(RAW_ARTICLES) == WEEK
    assert lake.height(RAW_ARTICLES) == 0


def test_what_waits_to_be_brought_into_order_is_gone_at_the_end_and_after_a_failure(tmp_path: Path) -> None:
    def failing() -> Iterator[pl.DataFrame]:
        yield articles()
        raise RuntimeError("the archive broke off")

    lake = Lake(tmp_path)
    with pytest.raises(RuntimeError, match="broke off"):
        file_away(lake, failing())
    assert list(tmp_path.iterdir()) == []
    file_away(lake, batches(3))
    assert [path.name for path in tmp_path.iterdir()] == [RAW_ARTICLES.name]


def test_what_a_killed_run_left_waiting_is_not_read(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    killed = lake.in_order(RAW_ARTICLES, batches(3), WEEK, AtOnce(rows=1))
    next(killed)  # it stands in the midst of its pieces
    file_away(lake, batches(3))
    assert lake.height(RAW_ARTICLES) == sum(HEIGHTS)


def test_a_row_of_another_day_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(ContractError, match="rows belong to other days"):
        next(lake.in_order(RAW_ARTICLES, batches(100), Days(FIRST, FIRST)))
    with pytest.raises(ContractError, match="mistyped"):
        next(lake.in_order(RAW_ARTICLES, [articles().with_columns(title=pl.lit(1))], WEEK))
    with pytest.raises(ContractError, match="is not filed by day"):
        next(lake.in_order(WEIGHTS, [], WEEK))
    assert lake.files(RAW_ARTICLES) == []


@pytest.mark.parametrize(
    ("at_once", "lengths"),
    [(AtOnce(rows=4), [4 - 1, 1, 1, 2]), (AtOnce(rows=1), [1] * 7), (AtOnce(rows=6), [4, 2, 1]), (AT_ONCE, [7])],
)
def test_pieces_are_consecutive_days_that_hold_no_more_than_may_be_held(tmp_path: Path, at_once: AtOnce, lengths: list[int]) -> None:
    lake = Lake(tmp_path)
    lake.write_days(RAW_ARTICLES, articles(), WEEK)
    pieces = list(lake.pieces(RAW_ARTICLES, WEEK, at_once))
    assert [day for piece in pieces for day in piece] == list(WEEK)
    for piece in pieces:
        assert len(piece) == 1 or lake.read(RAW_ARTICLES, piece).height <= at_once.rows
    if at_once.rows != 1:  # an empty day goes with the one before it
        assert [len(piece) for piece in pieces] == lengths


def test_texts_count_by_their_size_before_compression(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(RAW_ARTICLES, articles().with_columns(body=pl.lit("x" * 100_000) + pl.col("raw_id")), WEEK)
    assert len(list(lake.pieces(RAW_ARTICLES, WEEK, AtOnce(text_bytes=10_000)))) == len(WEEK)
    assert list(lake.pieces(RAW_ARTICLES, WEEK)) == [WEEK]


def test_days_without_files_are_days_of_a_piece_all_the_same(tmp_path: Path) -> None:
    assert list(Lake(tmp_path).pieces(RAW_ARTICLES, WEEK)) == [WEEK]


def test_files_made_aside_take_their_place_together_at_the_end(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(COVERAGE, every_day(1), WEEK)
    before = bytes_of(tmp_path / COVERAGE.name)
    two = Days(FIRST, FIRST + timedelta(days=1))
    with lake.replacing("step") as new:
        new.write_days(COVERAGE, every_day(2, two), two)
        assert bytes_of(tmp_path / COVERAGE.name) == before
        assert lake.read(COVERAGE).height == 14
    assert lake.read(COVERAGE, two)["accepted"].unique().to_list() == [2]
    assert lake.span(COVERAGE) == WEEK
    assert [path.name for path in tmp_path.iterdir()] == [COVERAGE.name]


def test_files_made_aside_are_dropped_when_the_making_fails(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(COVERAGE, every_day(1), WEEK)
    before = bytes_of(tmp_path)

    def make() -> None:
        with lake.replacing("step") as new:
            new.write_days(COVERAGE, every_day(2), WEEK)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        make()
    assert bytes_of(tmp_path) == before


def test_what_a_killed_run_made_aside_is_not_put_in_place(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    killed = Lake(tmp_path / ".new-step")
    killed.write_days(COVERAGE, every_day(9, Days(date(2020, 1, 1), date(2020, 1, 2))), Days(date(2020, 1, 1), date(2020, 1, 2)))
    with lake.replacing("step") as new:
        new.write_days(COVERAGE, every_day(2), WEEK)
    assert lake.span(COVERAGE) == WEEK
