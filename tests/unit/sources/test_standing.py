"""How each upstream stands, from the journal and the data's own last day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.contracts.tables.raw import FETCHES
from pipeline.sources.standing import standing, standing_of_files

TODAY = date(2026, 3, 10)


def asked(source: str, outcome: str, *, days_ago: int = 0, **changes: Any) -> dict[str, Any]:
    at = datetime(2026, 3, 10, 6, tzinfo=UTC) - timedelta(days=days_ago)
    row = FETCHES.example().row(0, named=True)
    return row | {"source": source, "outcome": outcome, "asked_at": at, "item": f"{source} {days_ago}", "detail": ""} | changes


def stands(*rows: dict[str, Any], newest: date | None = TODAY, on: tuple[str, ...] = ("rss",)) -> dict[str, Any]:
    journal = pl.DataFrame(list(rows), schema=FETCHES.schema)
    table = standing(journal, {"rss": newest, "gdelt": newest}, on, TODAY)
    assert table.height == 1
    return table.row(0, named=True)


def test_what_is_on_and_was_never_asked_is_shown_as_late() -> None:
    row = stands(newest=None)
    assert (row["source"], row["is_on"], row["last_success_at"], row["lag_days"], row["is_late"]) == ("rss", True, None, None, True)


def test_what_was_asked_and_is_off_now_is_still_shown() -> None:
    assert stands(asked("gdelt", "stored"), on=())["is_on"] is False


def test_an_unchanged_answer_is_a_success() -> None:
    row = stands(asked("rss", "stored", days_ago=3), asked("rss", "unchanged", days_ago=1), asked("rss", "failed"))
    assert row["last_success_at"] == datetime(2026, 3, 9, 6, tzinfo=UTC)


def test_old_data_are_late_however_new_the_last_answer_is() -> None:
    row = stands(asked("rss", "stored"), newest=TODAY - timedelta(days=3))
    assert (row["lag_days"], row["late_after_days"], row["is_late"]) == (3, 2, True)
    assert not stands(asked("rss", "stored"), newest=TODAY - timedelta(days=2))["is_late"]


def test_a_thing_that_failed_and_came_later_is_no_failure() -> None:
    row = stands(asked("rss", "failed", days_ago=1, item="feed"), asked("rss", "stored", item="feed"))
    assert (row["asked"], row["failed"], row["last_problem"]) == (1, 0, "")


def test_missing_and_failed_are_counted_apart_with_what_went_wrong() -> None:
    row = stands(asked("rss", "missing", item="a"), asked("rss", "failed", item="b", detail="no answer"), asked("rss", "refused", item="c"))
    assert (row["asked"], row["missing"], row["failed"]) == (3, 1, 2)


def test_failures_of_long_ago_are_not_counted() -> None:
    assert stands(asked("rss", "failed", days_ago=30))["failed"] == 0


def test_upstreams_stand_in_the_order_of_the_contracts() -> None:
    table = standing(FETCHES.empty(), {}, ("comtrade", "rss", "census"), TODAY)
    assert table["source"].to_list() == ["rss", "census", "comtrade"]


def test_article_files_are_never_late_or_missing() -> None:
    row = standing_of_files(datetime(2026, 3, 9, tzinfo=UTC), date(2024, 1, 1), TODAY).row(0, named=True)
    assert (row["source"], row["lag_days"], row["is_late"], row["missing"], row["failed"]) == ("articles", 799, False, 0, 0)
