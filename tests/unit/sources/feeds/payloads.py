"""Answers of feeds for the tests: fixtures of our own, and feeds written on the spot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.sources.payloads import Payload

FIXTURES = Path(__file__).parents[3] / "fixtures" / "rss"
NOON = datetime(2025, 4, 4, 12, tzinfo=UTC)
URL = "https://post.example/feed"


def payload(body: str | bytes, *, item: str = "Strelsau Post", hours: float = 0, content_type: str = "text/xml") -> Payload:
    """The answer that came so many hours after noon of 4 April 2025."""
    at = NOON + timedelta(hours=hours)
    return Payload("rss", item, at.date(), URL, at, content_type, body.encode() if isinstance(body, str) else body)


def fixture(name: str) -> Payload:
    """The file of our fixtures as an answer."""
    return payload((FIXTURES / name).read_bytes())


def rss(*items: str) -> str:
    """A feed with these items; of each what stands within its tags."""
    return '<rss version="2.0"><channel>' + "".join(f"<item>{item}</item>" for item in items) + "</channel></rss>"
