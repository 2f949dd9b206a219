"""Layer `index`: stories, their articles, and the days on which these count."""

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from pipeline.contracts import patterns
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables import columns as c

KNOWN_ON = Column(
    "known_on", pl.Date(), "First UTC day on which this was known: the day it was first seen, or index_date if later",
    c.EXAMPLE_DAY, unit="UTC day", at_least=("index_date",))  # fmt: skip
COUNTS_ON = Column(
    "counts_on", pl.Date(), "UTC day on which it counts: that of its story, or the earliest day still open when it was first seen",
    c.EXAMPLE_DAY, unit="UTC day",
)  # fmt: skip

ARCHIVE_END = Table(
    "archive_end",
    "End of the archive",
    "Day on which the first baseline was complete. Until its end nothing is final, so articles known by then count on their own day.",
    grain="one row, or none before that day",
    key=("known_on",),
    columns=(
        replace(
            KNOWN_ON,
            description="UTC day on which the first baseline was complete",
            at_least=(),
            minimum=c.INDEX_DATE.minimum,
            reason=c.INDEX_DATE.reason,
        ),
    ),
    layer="index",
)

STORY_ARTICLES = Table(
    "story_articles",
    "Articles of stories",
    "The story that each article belongs to.",
    grain="one article",
    key=("article_id",),
    columns=(
        c.ARTICLE_ID,
        c.STORY_ID,
        replace(c.INDEX_DATE, description="UTC day of the article"),
        c.SOURCE,
        replace(c.SOURCE_OWNER, description="Owner of the outlet; of its spellings the one known first"),
        KNOWN_ON,
        Column("story_date", pl.Date(), "UTC day of the first article of the story", c.EXAMPLE_DAY, unit="UTC day"),
        replace(COUNTS_ON, at_least=("story_date",)),
        Column(
            "read_on",
            pl.Date(),
            "UTC day on which it counts as an article read: its own, or the earliest day still open",
            c.EXAMPLE_DAY,
            unit="UTC day",
            at_least=("index_date",),
        ),
    ),
    layer="index",
    published=True,
)

ARTICLES_READ = Table(
    "articles_read",
    "Articles read",
    "Accepted articles of each source by the day on which they count: their own, or the earliest day still open when they were first seen.",
    grain="one day and source with an article",
    key=("index_date", "source"),
    columns=(
        c.INDEX_DATE,
        c.SOURCE,
        replace(c.ARTICLE_COUNT, description="Number of articles", minimum=1),
        Column(
            "weight",
            pl.Float64(),
            "Their number, late ones with the weight that is left after the days since",
            12.0,
            unit="articles",
            minimum=0,
        ),
    ),
    layer="index",
    published=True,
)

STORIES = Table(
    "stories",
    "Stories",
    "Stories with a signal: groups of articles on the same news. Day and link are those of the first article.",
    grain="one story",
    key=("story_id",),
    columns=(
        c.STORY_ID,
        replace(c.INDEX_DATE, description="UTC day of the first article"),
        replace(COUNTS_ON, description="First UTC day on which it counts", at_least=("index_date",)),
        Column(
            "first_seen_at",
            c.INSTANT,
            "Time when the first article was first seen",
            c.EXAMPLE_INSTANT,
            unit="UTC instant",
            minimum=datetime(1900, 1, 1, tzinfo=UTC),
        ),
        replace(c.SOURCE, description="Source of the first article"),
        c.URL,
        Column(
            "headline_sha256",
            pl.String(),
            "SHA-256 of the first article's title and body (despite the name) in lower case, with white space collapsed",
            "9f2c5d0e" * 8,
            pattern=patterns.SHA256,
        ),
        Column("source_owner_count", pl.Int64(), "Number of distinct owners of its sources", 3, unit="owners", minimum=1),
        replace(c.ARTICLE_COUNT, description="Number of articles on it", at_least=("source_owner_count",)),
        Column(
            "breadth",
            pl.Float64(),
            "Breadth of reporting: 1 + ln(min(owners, 20))",
            2.0986,
            unit="factor",
            minimum=1,
            maximum=4,
            reason="1 + ln(20) is the maximum, so that one story cannot outweigh a day",
        ),
    ),
    layer="index",
    published=True,
)
