"""The status of each upstream, from the journal and the newest day of its data."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.contracts.tables.raw import FETCHES
from pipeline.sources.upstream_status import describe_files, describe_upstreams

TODAY = date(2026, 3, 10)


def request(source: str, outcome: str, *, days_ago: int = 0, **changes: Any) -> dict[str, Any]:
    at = datetime(2026, 3, 10, 6, tzinfo=UTC) - timedelta(days=days_ago)
    row = FETCHES.example().row(0, named=True)
    return row | {"source": source, "outcome": outcome, "asked_at": at, "item": f"{source} {days_ago}", "detail": ""} | changes


def describe(*rows: dict[str, Any], newest: date | None = TODAY, on: tuple[str, ...] = ("rss",)) -> dict[str, Any]:
    journal = pl.DataFrame(list(rows), schema=FETCHES.schema)
    table = describe_upstreams(journal, {"rss": newest, "gdelt": newest}, on, TODAY)
    assert table.height == 1
    return table.row(0, named=True)


def test_an_upstream_that_was_never_fetched_is_late() -> None:
    row = describe(newest=None)
    assert (row["source"], row["is_on"], row["last_success_at"], row["lag_days"], row["is_late"]) == ("rss", True, None, None, True)


def test_an_upstream_that_is_switched_off_is_still_shown() -> None:
    assert describe(request("gdelt", "stored"), on=())["is_on"] is False


def test_an_unchanged_response_is_a_success() -> None:
    row = describe(request("rss", "stored", days_ago=3), request("rss", "unchanged", days_ago=1), request("rss", "failed"))
    assert row["last_success_at"] == datetime(2026, 3, 9, 6, tzinfo=UTC)


def test_old_data_is_late_however_new_the_last_response_is() -> None:
    row = describe(request("rss", "stored"), newest=TODAY - timedelta(days=3))
    assert (row["lag_days"], row["late_after_days"], row["is_late"]) == (3, 2, True)
    assert not describe(request("rss", "stored"), newest=TODAY - timedelta(days=2))["is_late"]


def test_an_item_that_failed_and_came_later_is_not_a_failure() -> None:
    row = describe(request("rss", "failed", days_ago=1, item="feed"), request("rss", "stored", item="feed"))
    assert (row["requested"], row["failed"], row["last_problem"]) == (1, 0, "")


def test_missing_and_failed_items_are_counted_separately() -> None:
    row = describe(
        request("rss", "missing", item="a"), request("rss", "failed", item="b", detail="failed"), request("rss", "refused", item="c")
    )
    assert (row["requested"], row["missing"], row["failed"]) == (3, 1, 2)


def test_old_failures_are_not_counted() -> None:
    assert describe(request("rss", "failed", days_ago=30))["failed"] == 0


def test_upstreams_are_in_the_order_of_the_contracts() -> None:
    table = describe_upstreams(FETCHES.empty(), {}, ("comtrade", "rss", "census"), TODAY)
    assert table["source"].to_list() == ["rss", "census", "comtrade"]


def test_article_files_are_never_late_or_missing() -> None:
    row = describe_files("articles", datetime(2026, 3, 9, tzinfo=UTC), date(2024, 1, 1), TODAY).row(0, named=True)
    assert (row["source"], row["lag_days"], row["is_late"], row["missing"], row["failed"]) == ("articles", 799, False, 0, 0)


def test_data_are_not_late_if_they_reach_the_last_day_of_the_run() -> None:
    last_day = TODAY - timedelta(days=100)
    row = describe_upstreams(FETCHES.empty(), {"rss": last_day}, ("rss",), TODAY, last_day).row(0, named=True)
    assert (row["lag_days"], row["is_late"]) == (100, False)
