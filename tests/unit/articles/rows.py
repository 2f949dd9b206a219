"""Builders of valid rows, with changes, for the tests of this package."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.contracts.tables.core import ARTICLES
from pipeline.contracts.tables.raw import RAW_ARTICLES

DAY = date(2025, 4, 4)
NOON = datetime(2025, 4, 4, 12, tzinfo=UTC)


def raw(*changes: dict[str, Any]) -> pl.DataFrame:
    """Build a raw row for each of these changes, with `raw_id` a#1, a#2, …"""
    base = {"index_date": DAY, "source": "Strelsau Post", "published_at": "2025-04-04T12:00:00Z"}
    rows = [
        base | {"raw_id": f"a#{n}", "article_id": f"{n}", "title": f"Headline {n}", "body": f"Text {n}."} | change
        for n, change in enumerate(changes, start=1)
    ]
    return pl.DataFrame(rows, schema=RAW_ARTICLES.schema)


def article(article_id: str, text: str, hours: float = 0, **changes: Any) -> dict[str, Any]:
    """Build an article published this many hours after noon of `DAY`."""
    published = NOON + timedelta(hours=hours)
    return {
        "article_id": article_id, "index_date": published.date(), "source": article_id.partition(":")[0],
        "source_owner": article_id.partition(":")[0], "published_at": published,
        "first_seen_at": published, "title": "", "body": text, "url": None, "raw_id": f"raw {article_id}",
        "text_sha256": hashlib.sha256(text.lower().encode()).hexdigest(),
    } | changes  # fmt: skip


def articles(*rows: dict[str, Any]) -> pl.DataFrame:
    """Build a frame with the columns of `ARTICLES` from results of `article`."""
    return pl.DataFrame(list(rows), schema=ARTICLES.schema)
