"""Which article retells which: the same link, the same text, or nearly the same words, within three days.

Belongs here: the choice of the earliest. Does not: how alike two texts are (`likeness.py`), following links to their end, which makes
stories (SQL), and repeats of one source within a day (`clean.py`).

An article's link depends on nothing but its own day and the three before, so that days may be read in any batches.
"""

from collections import deque
from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from pipeline.articles.likeness import LEAST_WORDS, PAIRS, Shingled, alike, shingled
from pipeline.articles.links import canonical_link
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, STORY_LINKS

DAYS_BACK = 3

_LONG = rf"(?:\w+\W+){{{LEAST_WORDS - 1}}}\w"  # stops at the last word that is needed, where counting would read every text to its end
_TEXT, _LINK = "text ", "link "


def link(articles: pl.DataFrame, days: Days) -> pl.DataFrame:
    """For each article of `days` that retells an earlier one, the earliest it retells, as `STORY_LINKS`.

    `articles` is of `ARTICLES` and holds `days` and the `DAYS_BACK` days before. Earlier means smaller (published_at, article_id). Two
    articles tell the same when they share a link, a text, or enough of their words (`likeness.py`); headlines of fewer than `LEAST_WORDS`
    words only when they share a link, or the same words on the same day.
    """
    span = days.extend_back(DAYS_BACK)
    rows = (
        ARTICLES.conform(articles)
        .filter(pl.col("index_date").is_between(span.first, span.last))
        .sort("published_at", "article_id", "index_date")
        .with_row_index("rank")
        .with_columns(is_headline=~_whole_text().str.contains(_LONG))
    )
    keys = pl.concat([_links(rows), _texts(rows)])
    same = _same(keys.filter(pl.col("index_date").is_between(days.first, days.last)), keys)
    found = _earliest(pl.concat([same, *_alike(rows, days)]))
    told = rows.select(pl.col("rank").alias("earlier_rank"), pl.col("article_id").alias("earlier_article_id"))
    linked = found.join(rows.select("rank", "article_id", "index_date"), on="rank").join(told, on="earlier_rank")
    return STORY_LINKS.conform(linked.rename({"likeness": "similarity"}).select(STORY_LINKS.schema.names()))


def _alike(rows: pl.DataFrame, days: Days) -> Iterator[pl.DataFrame]:
    """Day by day the pairs that are alike; no more than a day and those before it are held as shingles."""
    window: deque[Shingled] = deque(maxlen=DAYS_BACK + 1)
    for day in days.extend_back(DAYS_BACK):
        window.append(shingled(rows.filter(pl.col("index_date") == day).select("rank", "title", "body")))
        if day in days:
            yield alike(window[-1], list(window))


def _keyed(rows: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    """What two articles share when they tell the same: a key, where it is not null."""
    keyed = rows.select("rank", "index_date", key.alias("key"))
    return keyed.filter(pl.col("key").is_not_null())


def _links(rows: pl.DataFrame) -> pl.DataFrame:
    given = rows["url"].drop_nulls().unique().to_list()
    canonical = pl.DataFrame({"url": given, "link": [canonical_link(url) for url in given]}, schema={"url": pl.String, "link": pl.String})
    return _keyed(rows.join(canonical, on="url", how="left", maintain_order="left"), pl.lit(_LINK) + pl.col("link"))


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    """The same text; of headlines the same words, and only within a day, which therefore stands in their key."""
    headlines = rows.filter("is_headline")
    words = _whole_text().str.to_lowercase().str.extract_all(r"\w+").list.join(" ")
    told = pl.when(words != "").then(words).otherwise("text_sha256")
    of_headlines = _keyed(headlines, pl.format("{}{} {}", pl.lit(_TEXT), "index_date", told))
    return pl.concat([_keyed(rows.filter(~pl.col("is_headline")), pl.lit(_TEXT) + pl.col("text_sha256")), of_headlines])


def _whole_text() -> pl.Expr:
    return pl.concat_str("title", pl.lit("\n"), "body")


def _same(sought: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Pairs (`PAIRS`) of an article and the first before it, of its day and the days before, that has one of its keys.

    The first article with a key on each day is enough to know: when that is not earlier, none of its day is.
    """
    first = keys.group_by("key", pl.col("index_date").alias("earlier_date")).agg(pl.col("rank").min().alias("earlier_rank"))
    days = pl.concat(
        sought.with_columns((pl.col("index_date") - timedelta(days=back)).alias("earlier_date")) for back in range(DAYS_BACK + 1)
    )
    met = days.join(first, on=["key", "earlier_date"]).filter(pl.col("earlier_rank") < pl.col("rank"))
    return met.select("rank", "earlier_rank", pl.lit(1.0).alias("likeness")).cast(PAIRS)


def _earliest(pairs: pl.DataFrame) -> pl.DataFrame:
    """Of each article's pairs the one with the earliest, with the larger likeness where there are two."""
    return pairs.sort("rank", "earlier_rank", "likeness", descending=[False, False, True]).unique("rank", keep="first")
