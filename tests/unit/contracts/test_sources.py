"""Scheduled fetch times of sources."""

from datetime import UTC, datetime

import pytest

from pipeline.contracts.sources import next_fetch_at
from pipeline.contracts.upstreams import CENSUS, RSS


@pytest.mark.parametrize(
    ("now", "next_fetch"),
    [
        ("2026-03-10T05:29:59", "2026-03-10T05:30"),
        ("2026-03-10T05:30:00", "2026-03-11T05:30"),
        ("2026-12-31T23:00:00", "2027-01-01T05:30"),
    ],
)
def test_most_sources_are_fetched_with_the_daily_run(now: str, next_fetch: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_fetch_at(CENSUS, at) == datetime.fromisoformat(next_fetch).replace(tzinfo=UTC)


@pytest.mark.parametrize(("now", "next_fetch"), [("2026-03-10T05:09:00", "2026-03-10T05:10"), ("2026-12-31T23:10:00", "2027-01-01T00:10")])
def test_feeds_are_fetched_every_hour(now: str, next_fetch: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_fetch_at(RSS, at) == datetime.fromisoformat(next_fetch).replace(tzinfo=UTC)
