"""A release that lacks rows of earlier runs says so, also after an interrupted run."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs.failed_checks import FailedCheck
from pipeline.defs.removed_rows import REMOVED_ROWS, check_removed_rows, describe_removed_rows, forget_reported_rows
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.removed_rows import note_removed_rows

DAY = date(2025, 3, 5)


def build_removed(*days: date) -> pl.DataFrame:
    return pl.DataFrame({"index_date": days})


def test_removed_rows_are_counted_with_their_days() -> None:
    described = describe_removed_rows(build_removed(date(2025, 3, 10), DAY, DAY))
    assert (
        described == "3 rows of 2025-03-05, 2025-03-10 from earlier runs are no longer in the article files, and so no longer in the index"
    )
    assert describe_removed_rows(build_removed(DAY)).startswith("1 row of 2025-03-05 from earlier runs is no longer")


@pytest.mark.parametrize(("count", "others"), [(6, "1 more day"), (9, "4 more days")])
def test_of_many_days_with_removed_rows_the_first_are_named(count: int, others: str) -> None:
    described = describe_removed_rows(build_removed(*(date(2025, 3, 1) + timedelta(days=n) for n in range(count))))
    assert f"2025-03-05 and {others} from earlier runs" in described


def test_the_check_fails_until_the_rows_were_reported(tmp_path: Path) -> None:
    lake, days = Lake(tmp_path), Days(DAY, DAY)
    assert check_removed_rows(lake).passed
    for rows in (RAW_ARTICLES.example().head(1).with_columns(index_date=DAY), RAW_ARTICLES.empty()):
        with lake.stage("raw_articles") as temporary:
            temporary.write_days(RAW_ARTICLES, rows, days)
            note_removed_rows(lake, temporary, days)
    forget_reported_rows(lake, [FailedCheck("published", "final_values_are_unchanged", "", False)])
    failed = check_removed_rows(lake)
    assert not failed.passed
    assert failed.metadata is not None
    assert "1 row of 2025-03-05" in str(failed.metadata["detail"].value)
    forget_reported_rows(lake, [FailedCheck("published", REMOVED_ROWS.name, "", False)])
    assert check_removed_rows(lake).passed
