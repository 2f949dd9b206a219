"""Responses of feeds: fixture files, and feeds built by a test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.sources.payloads import Payload

FIXTURES = Path(__file__).parents[3] / "fixtures" / "rss"
NOON = datetime(2025, 4, 4, 12, tzinfo=UTC)
URL = "https://post.example/feed"


def payload(body: str | bytes, *, item: str = "Strelsau Post", hours: float = 0, content_type: str = "text/xml") -> Payload:
    """Return a response received `hours` after noon of 4 April 2025."""
    at = NOON + timedelta(hours=hours)
    return Payload("rss", item, at.date(), URL, at, content_type, body.encode() if isinstance(body, str) else body)


def fixture(name: str) -> Payload:
    """Return a fixture file as a response."""
    return payload((FIXTURES / name).read_bytes())


def rss(*items: str) -> str:
    """Return a feed; `items` are the contents of its item tags."""
    return '<rss version="2.0"><channel>' + "".join(f"<item>{item}</item>" for item in items) + "</channel></rss>"
