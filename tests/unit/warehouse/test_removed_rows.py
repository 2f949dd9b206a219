"""Rows of article files that the lake loses are noted until they come back or are reported."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import QUARANTINE
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.warehouse.lake import STATE, Lake
from pipeline.warehouse.removed_rows import find_removed_rows, forget_removed_rows, note_removed_rows

FIRST, SECOND = date(2025, 3, 5), date(2025, 3, 10)
SPAN = Days(FIRST, SECOND)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def make_rows(file: str, *articles: tuple[date, str]) -> pl.DataFrame:
    """Make raw rows of a file with these days and titles, without URLs."""
    return RAW_ARTICLES.conform(
        RAW_ARTICLES.example(len(articles)).with_columns(
            raw_id=pl.Series([f"{file}#{number}" for number in range(1, len(articles) + 1)]),
            index_date=pl.Series([day for day, _ in articles]),
            title=pl.Series([title for _, title in articles]),
            url=pl.lit(None, pl.String()),
        )
    )


def store(lake: Lake, rows: pl.DataFrame, days: Days = SPAN) -> None:
    """Replace the rows of these days as the step of raw articles does."""
    with lake.stage("raw_articles") as temporary:
        temporary.write_days(RAW_ARTICLES, rows, days)
        note_removed_rows(lake, temporary, days)


def list_removed(lake: Lake) -> list[tuple[date, str]]:
    return find_removed_rows(lake).select("index_date", "link").sort("index_date", "link").rows()


def test_rows_that_another_file_replaces_are_noted(lake: Lake) -> None:
    store(lake, make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Tin"), (SECOND, "Salt")))
    store(lake, make_rows("b.csv", (FIRST, "Wool"), (FIRST, "Tin")))
    assert list_removed(lake) == [(FIRST, "Glass"), (SECOND, "Salt")]


def test_rows_of_a_renamed_file_are_not_removed(lake: Lake) -> None:
    articles = ((FIRST, "Glass"), (SECOND, "Salt"))
    store(lake, make_rows("a.csv", *articles))
    store(lake, make_rows("b.csv", *articles))
    assert list_removed(lake) == []


def test_rows_whose_time_is_written_in_another_form_are_not_removed(lake: Lake) -> None:
    for text in ("2025-03-05T12:00:00+05:30", "2025-03-05 06:30:00.000000"):
        store(lake, make_rows("a.csv", (FIRST, "Glass")).with_columns(published_at=pl.lit(text)))
    assert list_removed(lake) == []


def test_a_row_that_is_not_dated_is_compared_too(lake: Lake) -> None:
    rows = make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Tin")).with_columns(published_at=pl.lit("soon"))
    store(lake, rows)
    store(lake, rows.head(1))
    assert list_removed(lake) == [(FIRST, "Tin")]


def test_a_corrected_row_of_the_quarantine_is_not_removed(lake: Lake) -> None:
    rows = make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Tin"))
    store(lake, rows)
    lake.write_days(QUARANTINE, QUARANTINE.example().with_columns(raw_id=pl.lit("a.csv#1"), index_date=pl.lit(FIRST)), SPAN)
    corrected = pl.when(raw_id="a.csv#1").then(pl.lit("2025-03-05T12:00:00Z")).otherwise("published_at")
    store(lake, rows.with_columns(published_at=corrected))
    assert list_removed(lake) == []


def test_rows_of_upstreams_are_not_counted(lake: Lake) -> None:
    store(lake, make_rows("rss/Post/20250305T060000Z-0123456789ab", (FIRST, "Glass")))
    store(lake, RAW_ARTICLES.empty())
    assert list_removed(lake) == []


def test_removed_rows_are_noted_before_they_are_replaced(lake: Lake) -> None:
    store(lake, make_rows("a.csv", (FIRST, "Glass")))
    with lake.stage("raw_articles") as temporary:
        temporary.write_days(RAW_ARTICLES, RAW_ARTICLES.empty(), SPAN)
        note_removed_rows(lake, temporary, SPAN)
        assert len(list((lake.root / STATE).iterdir())) == 1
        assert list_removed(lake) == []  # the lake still has the row
    assert list_removed(lake) == [(FIRST, "Glass")]


def test_removed_rows_stay_noted_until_they_are_forgotten(lake: Lake) -> None:
    store(lake, make_rows("a.csv", (FIRST, "Glass"), (SECOND, "Salt")))
    store(lake, make_rows("a.csv", (SECOND, "Salt")))
    for _ in range(2):
        store(lake, RAW_ARTICLES.empty())
    assert list_removed(lake) == [(FIRST, "Glass"), (SECOND, "Salt")]
    forget_removed_rows(lake)
    assert list_removed(lake) == []


def test_a_row_that_comes_back_is_not_removed(lake: Lake) -> None:
    """Also on another day, in a run that does not write its earlier day."""
    store(lake, make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Tin")))
    store(lake, RAW_ARTICLES.empty())
    store(lake, make_rows("b.csv", (SECOND, "Tin")), Days(SECOND, SECOND))
    assert list_removed(lake) == [(FIRST, "Glass")]


def test_copies_of_an_article_are_one_removed_row(lake: Lake) -> None:
    store(lake, make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Glass")))
    store(lake, RAW_ARTICLES.empty())
    assert list_removed(lake) == [(FIRST, "Glass")]


def test_of_a_damaged_file_no_row_is_noted(lake: Lake) -> None:
    store(lake, make_rows("a.csv", (FIRST, "Glass")))
    lake.files(RAW_ARTICLES)[0].write_bytes(b"")
    store(lake, RAW_ARTICLES.empty())
    assert list_removed(lake) == []


def test_a_damaged_note_is_replaced(lake: Lake) -> None:
    store(lake, make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Tin")))
    store(lake, make_rows("a.csv", (FIRST, "Glass")))
    (note,) = (lake.root / STATE).iterdir()
    note.write_bytes(note.read_bytes()[:-9])
    assert list_removed(lake) == []
    store(lake, RAW_ARTICLES.empty())
    assert list_removed(lake) == [(FIRST, "Glass")]


def test_an_empty_lake_lost_no_rows(lake: Lake) -> None:
    assert list_removed(lake) == []
