"""Sources as contracts: what each is, and when it is asked."""

from datetime import UTC, datetime

import pytest

from pipeline.contracts.sources import next_asked_at
from pipeline.contracts.upstreams import CENSUS, RSS


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        ("2026-03-10T05:29:59", "2026-03-10T05:30"),
        ("2026-03-10T05:30:00", "2026-03-11T05:30"),
        ("2026-12-31T23:00:00", "2027-01-01T05:30"),
    ],
)
def test_a_source_is_asked_with_the_daily_run(now: str, asked: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_asked_at(CENSUS, at) == datetime.fromisoformat(asked).replace(tzinfo=UTC)


@pytest.mark.parametrize(("now", "asked"), [("2026-03-10T05:09:00", "2026-03-10T05:10"), ("2026-12-31T23:10:00", "2027-01-01T00:10")])
def test_feeds_are_asked_every_hour(now: str, asked: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_asked_at(RSS, at) == datetime.fromisoformat(asked).replace(tzinfo=UTC)
