"""Rows of article files that are in the lake before a run and not after it."""

from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import QUARANTINE
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.removed_rows import count_removed_rows, hash_file_rows

FIRST, SECOND = date(2025, 3, 5), date(2025, 3, 10)
SPAN = Days(FIRST, SECOND)


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


def count_removed(tmp_path: Path, before: pl.DataFrame, after: pl.DataFrame) -> dict[date, int]:
    lake = Lake(tmp_path)
    lake.write_days(RAW_ARTICLES, before, SPAN)
    hashes = hash_file_rows(lake, [SPAN])
    lake.write_days(RAW_ARTICLES, after, SPAN)
    return count_removed_rows(hashes, hash_file_rows(lake, [SPAN]))


def test_rows_that_another_file_replaces_are_counted_by_day(tmp_path: Path) -> None:
    before = make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Tin"), (SECOND, "Salt"))
    after = make_rows("b.csv", (FIRST, "Wool"), (FIRST, "Tin"))
    assert count_removed(tmp_path, before, after) == {FIRST: 1, SECOND: 1}


def test_rows_of_a_renamed_file_are_not_removed(tmp_path: Path) -> None:
    articles = ((FIRST, "Glass"), (SECOND, "Salt"))
    assert count_removed(tmp_path, make_rows("a.csv", *articles), make_rows("b.csv", *articles)) == {}


def test_rows_whose_time_is_written_in_another_form_are_not_removed(tmp_path: Path) -> None:
    rows = make_rows("a.csv", (FIRST, "Glass"))
    before, after = (rows.with_columns(published_at=pl.lit(text)) for text in ("2025-03-05T12:00:00+05:30", "2025-03-05 06:30:00.000000"))
    assert count_removed(tmp_path, before, after) == {}


def test_a_corrected_row_of_the_quarantine_is_not_removed(tmp_path: Path) -> None:
    lake, rows = Lake(tmp_path), make_rows("a.csv", (FIRST, "Glass"), (FIRST, "Tin"))
    lake.write_days(RAW_ARTICLES, rows, SPAN)
    lake.write_days(QUARANTINE, QUARANTINE.example().with_columns(raw_id=pl.lit("a.csv#1"), index_date=pl.lit(FIRST)), SPAN)
    before = hash_file_rows(lake, [SPAN])
    corrected = pl.when(raw_id="a.csv#1").then(pl.lit("2025-03-05T12:00:00Z")).otherwise("published_at")
    lake.write_days(RAW_ARTICLES, rows.with_columns(published_at=corrected), SPAN)
    lake.write_days(QUARANTINE, QUARANTINE.empty(), SPAN)
    assert count_removed_rows(before, hash_file_rows(lake, [SPAN])) == {}


def test_rows_of_upstreams_are_not_counted(tmp_path: Path) -> None:
    fetched = make_rows("rss/Post/20250305T060000Z-0123456789ab", (FIRST, "Glass"))
    assert count_removed(tmp_path, fetched, RAW_ARTICLES.empty()) == {}


def test_a_damaged_file_has_no_hashes(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_days(RAW_ARTICLES, make_rows("a.csv", (FIRST, "Glass")), SPAN)
    lake.files(RAW_ARTICLES)[0].write_bytes(b"")
    assert hash_file_rows(lake, [SPAN]).is_empty()


def test_an_empty_lake_has_no_hashes(tmp_path: Path) -> None:
    assert hash_file_rows(Lake(tmp_path), [SPAN]).is_empty()
