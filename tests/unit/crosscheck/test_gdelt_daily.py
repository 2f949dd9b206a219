"""Daily counts of GDELT events: files read and missing, and events of other pairs."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_DAILY, GDELT_EVENTS
from pipeline.models.build import build_table
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select

MONDAY, TUESDAY, WEDNESDAY = (date(2025, 4, day) for day in (7, 8, 9))
VARIABLES = {"pairs": ["CHN-USA"]}
SKIP_COUNTS = [name for name in GDELT_ACCOUNTS.schema.names() if name.endswith("_count") and name != "read_count"]

Rows = list[dict[str, Any]]


def build_account(day: date, number: int, *, read: int | None, used: int = 0) -> dict[str, Any]:
    """Build the account of a 15-minute file with rows read and used.

    The other rows are domestic; `read` is None for a missing file.
    """
    account = dict.fromkeys(GDELT_ACCOUNTS.schema.names()) | {
        "index_date": day,
        "quarter_at": datetime(day.year, day.month, day.day, tzinfo=UTC) + number * timedelta(minutes=15),
        "fetch_outcome": "missing" if read is None else "stored",
        "is_read": read is not None,
        "detail": "",
    }
    return (
        account
        if read is None
        else account | dict.fromkeys(SKIP_COUNTS, 0) | {"read_count": read, "kept_count": used, "domestic_count": read - used}
    )


def build_event(number: int, day: date, actor: str, target: str, polarity: str, mentions: int = 10) -> dict[str, Any]:
    return GDELT_EVENTS.example().to_dicts()[0] | {
        "gdelt_event_id": number,
        "index_date": day,
        "added_at": datetime(day.year, day.month, day.day, tzinfo=UTC),
        "actor": actor,
        "target": target,
        "polarity": polarity,
        "mention_count": mentions,
        "article_count": mentions // 2,
    }


def build_lake(accounts: Rows, events: Rows, indexed: tuple[date, date] = (MONDAY, WEDNESDAY)) -> dict[str, pl.DataFrame]:
    return {
        COVERAGE.name: pl.concat(COVERAGE.example().with_columns(index_date=pl.lit(day)) for day in indexed),
        GDELT_ACCOUNTS.name: pl.DataFrame(accounts, schema=GDELT_ACCOUNTS.schema),
        GDELT_EVENTS.name: pl.DataFrame(events, schema=GDELT_EVENTS.schema),
    }


def build_daily(accounts: Rows, events: Rows, indexed: tuple[date, date] = (MONDAY, WEDNESDAY)) -> pl.DataFrame:
    return GDELT_DAILY.conform(build_table(build_lake(accounts, events, indexed), GDELT_DAILY, VARIABLES))


SCENE = (
    [
        build_account(MONDAY, 0, read=1_500, used=4),
        build_account(MONDAY, 1, read=500),
        build_account(MONDAY, 2, read=None),
        build_account(WEDNESDAY, 0, read=None),
    ],
    [
        build_event(1, MONDAY, "CHN", "USA", "escalation"),
        build_event(2, MONDAY, "CHN", "USA", "escalation", mentions=4),
        build_event(3, MONDAY, "USA", "CHN", "dialogue"),
        build_event(4, MONDAY, "USA", "JPN", "escalation"),
    ],
)


def test_events_are_counted_by_direction_and_channel() -> None:
    monday = build_daily(*SCENE).filter(index_date=MONDAY)
    counts = {(row["actor"], row["channel"]): row["event_count"] for row in monday.rows(named=True)}
    assert counts == {
        ("CHN", "escalation"): 2,
        ("CHN", "concession"): 0,
        ("CHN", "dialogue"): 0,
        ("USA", "escalation"): 0,
        ("USA", "concession"): 0,
        ("USA", "dialogue"): 1,
    }


def test_counts_come_with_the_number_of_events_and_files_read() -> None:
    (row,) = build_daily(*SCENE).filter(index_date=MONDAY, actor="CHN", channel="escalation").rows(named=True)
    assert (row["mention_count"], row["article_count"]) == (14, 7)
    assert (row["read_count"], row["quarters_read"], row["quarters_missing"]) == (2_000, 2, 1)
    assert row["per_thousand"] == pytest.approx(1.0)


def test_a_day_without_files_read_has_no_counts() -> None:
    rows = build_daily(*SCENE).filter(pl.col("index_date") > MONDAY)
    assert rows.height == 12
    assert rows.select("event_count", "mention_count", "article_count", "per_thousand", "read_count").null_count().row(0) == (12,) * 5
    gaps = {(row["index_date"], row["quarters_read"], row["quarters_missing"]) for row in rows.rows(named=True)}
    assert gaps == {(TUESDAY, 0, 96), (WEDNESDAY, 0, 1)}


def test_there_are_no_days_after_the_last_day_of_the_index() -> None:
    assert build_daily(*SCENE, indexed=(MONDAY, TUESDAY))["index_date"].unique().to_list() == [MONDAY]
    assert build_daily(*SCENE, indexed=(TUESDAY, TUESDAY)).is_empty()


def test_without_files_there_are_no_days() -> None:
    assert build_daily([], []).is_empty()


@pytest.mark.parametrize("name", ["every_gdelt_row_is_accounted_for", "gdelt_has_every_day_and_pair"])
def test_the_cross_table_checks_hold_for_the_model(name: str) -> None:
    lake = build_lake(*SCENE) | {GDELT_DAILY.name: build_daily(*SCENE)}
    assert select(lake, read_query(shipped_folder("sql") / "checks" / f"{name}.sql"), VARIABLES).rows(named=True) == []
