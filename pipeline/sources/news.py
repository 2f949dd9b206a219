"""Rows of articles from the upstreams that give any, as the archive of their answers holds them.

Belongs here: which answers hold the articles of which days. Does not: reading an answer (`feeds/`, `gdelt/`), article files (`files/`),
or asking.

Everything that was ever answered counts, also of an upstream that is off by now: to switch one off is to ask it no more, not to forget.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.upstreams import GDELT, RSS, list_upstreams
from pipeline.settings.sources import Sources
from pipeline.sources.feeds import rss
from pipeline.sources.gdelt.record import DAYS_LATE, article_rows
from pipeline.sources.http.archive import Archive


def has_articles(archive: Archive) -> bool:
    """Whether any upstream that gives articles has ever answered."""
    return any(archive.has_responses(source) for source in list_upstreams(RAW_ARTICLES))


def answered_articles(archive: Archive, settings: Sources, days: Days, today: date) -> Iterator[pl.DataFrame]:
    """The rows that belong to these days, as `RAW_ARTICLES`, a bounded frame at a time. The same whichever days are read together.

    A feed's item stands in answers from its day on, up to today's; GDELT tells of a page on its day or within a week.
    """
    feeds = archive.payloads(RSS.name, Days(days.first - timedelta(days=rss.DAYS_BACK), max(today, days.last)))
    for rows in rss.new_rows(feeds):
        yield _of(rows, days)
    for rows in article_rows(archive, Days(days.first, days.last + DAYS_LATE), settings.get_group(GDELT).outlets):
        yield _of(rows, days)


def _of(rows: pl.DataFrame, days: Days) -> pl.DataFrame:
    return RAW_ARTICLES.conform(rows.filter(pl.col("index_date").is_between(days.first, days.last)))
