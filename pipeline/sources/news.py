"""Reads articles from the stored responses of all upstreams that provide articles.

Stored responses count even if their upstream is switched off now. Article files of the user are read in `files/`.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.contracts.upstreams import GDELT, RSS, list_upstreams
from pipeline.settings.sources import Sources
from pipeline.sources.feeds import rss
from pipeline.sources.gdelt.stored import MAX_DELAY, read_article_rows
from pipeline.sources.http.archive import Archive


def has_fetched_articles(archive: Archive) -> bool:
    """Whether the archive has a response of any upstream that provides articles."""
    return any(archive.has_responses(source) for source in list_upstreams(RAW_ARTICLES))


def read_fetched_articles(archive: Archive, settings: Sources, days: Days, today: date) -> Iterator[pl.DataFrame]:
    """Yield the fetched articles whose `index_date` is in `days`, as `RAW_ARTICLES`.

    First those of feeds: a frame, perhaps empty, for each response with new or changed items; items that a feed only shows again are left
    out (`rss.new_rows`). Then a frame for each file of GDELT. Responses of feeds are read until `today`, since an item can be seen first
    long after its day, files of GDELT until `MAX_DELAY` after `days`. The result does not depend on which days are read together.
    """
    window = Days(days.first - timedelta(days=rss.DAYS_BACK), max(today, days.last))
    feeds = archive.payloads(RSS.name, window, with_previous=True)
    for rows in rss.new_rows(feeds):
        yield _select_days(rows, days)
    for rows in read_article_rows(archive, Days(days.first, days.last + MAX_DELAY), settings.get_group(GDELT).outlets):
        yield _select_days(rows, days)


def _select_days(rows: pl.DataFrame, days: Days) -> pl.DataFrame:
    return RAW_ARTICLES.conform(rows.filter(pl.col("index_date").is_between(days.first, days.last)))
