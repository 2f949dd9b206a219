"""Sums of GDELT's events by day: what was read, what was not, and what is none of the pair's."""

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
ENDS = [name for name in GDELT_ACCOUNTS.schema.names() if name.endswith("_count") and name != "read_count"]

Rows = list[dict[str, Any]]


def quarter(day: date, number: int, *, read: int | None, kept: int = 0) -> dict[str, Any]:
    """The account of a quarter of an hour: so many rows read and kept, the others domestic; None: it is missing."""
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
        else account | dict.fromkeys(ENDS, 0) | {"read_count": read, "kept_count": kept, "domestic_count": read - kept}
    )


def event(number: int, day: date, actor: str, target: str, polarity: str, mentions: int = 10) -> dict[str, Any]:
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


def tables(accounts: Rows, events: Rows, indexed: tuple[date, date] = (MONDAY, WEDNESDAY)) -> dict[str, pl.DataFrame]:
    return {
        COVERAGE.name: pl.concat(COVERAGE.example().with_columns(index_date=pl.lit(day)) for day in indexed),
        GDELT_ACCOUNTS.name: pl.DataFrame(accounts, schema=GDELT_ACCOUNTS.schema),
        GDELT_EVENTS.name: pl.DataFrame(events, schema=GDELT_EVENTS.schema),
    }


def daily(accounts: Rows, events: Rows, indexed: tuple[date, date] = (MONDAY, WEDNESDAY)) -> pl.DataFrame:
    return GDELT_DAILY.conform(build_table(tables(accounts, events, indexed), GDELT_DAILY, VARIABLES))


SCENE = (
    [
        quarter(MONDAY, 0, read=1_500, kept=4),
        quarter(MONDAY, 1, read=500),
        quarter(MONDAY, 2, read=None),
        quarter(WEDNESDAY, 0, read=None),
    ],
    [
        event(1, MONDAY, "CHN", "USA", "escalation"),
        event(2, MONDAY, "CHN", "USA", "escalation", mentions=4),
        event(3, MONDAY, "USA", "CHN", "dialogue"),
        event(4, MONDAY, "USA", "JPN", "escalation"),
    ],
)


def test_events_are_counted_by_direction_and_channel() -> None:
    monday = daily(*SCENE).filter(index_date=MONDAY)
    counted = {(row["actor"], row["channel"]): row["event_count"] for row in monday.rows(named=True)}
    assert counted == {
        ("CHN", "escalation"): 2,
        ("CHN", "concession"): 0,
        ("CHN", "dialogue"): 0,
        ("USA", "escalation"): 0,
        ("USA", "concession"): 0,
        ("USA", "dialogue"): 1,
    }


def test_a_count_stands_beside_what_was_read_of_the_day() -> None:
    (row,) = daily(*SCENE).filter(index_date=MONDAY, actor="CHN", channel="escalation").rows(named=True)
    assert (row["mention_count"], row["article_count"]) == (14, 7)
    assert (row["read_count"], row["quarters_read"], row["quarters_missing"]) == (2_000, 2, 1)
    assert row["per_thousand"] == pytest.approx(1.0)


def test_a_day_of_which_nothing_was_read_has_no_figures() -> None:
    rows = daily(*SCENE).filter(pl.col("index_date") > MONDAY)
    assert rows.height == 12
    assert rows.select("event_count", "mention_count", "article_count", "per_thousand", "read_count").null_count().row(0) == (12,) * 5
    gaps = {(row["index_date"], row["quarters_read"], row["quarters_missing"]) for row in rows.rows(named=True)}
    assert gaps == {(TUESDAY, 0, 96), (WEDNESDAY, 0, 1)}


def test_the_series_does_not_run_past_the_days_of_the_index() -> None:
    assert daily(*SCENE, indexed=(MONDAY, TUESDAY))["index_date"].unique().to_list() == [MONDAY]
    assert daily(*SCENE, indexed=(TUESDAY, TUESDAY)).is_empty()


def test_without_accounts_there_are_no_days() -> None:
    assert daily([], []).is_empty()


@pytest.mark.parametrize("name", ["gdelt_events_are_accounted_for", "gdelt_has_every_day_and_pair"])
def test_the_promises_hold_on_what_the_model_makes(name: str) -> None:
    made = tables(*SCENE) | {GDELT_DAILY.name: daily(*SCENE)}
    assert select(made, read_query(shipped_folder("sql") / "checks" / f"{name}.sql"), VARIABLES).rows(named=True) == []
