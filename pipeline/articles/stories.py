"""Links each article to the first known article that it retells."""

# Articles are compared with those of the same day and three days around it that were known before: by text, by title and by similar words
# (`similarity.py`). So days may be processed in any batches, and what is seen later changes no link. Stories, i.e. chains of links, are
# built in SQL. An address alone joins no articles: archives give all articles of a source that of a search page or home page. Nor does it
# join texts under a title that recurs from day to day, such as that of a press conference.

from collections import deque
from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from pipeline.articles.links import canonical_link
from pipeline.articles.similarity import MIN_WORDS, PAIRS, DayShingles, build_shingles, find_similar
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, STORY_LINKS

DAYS_AROUND = 3
MIN_TITLE_WORDS = 6  # a shorter title may be that of two different events
_TEXTS_AT_ONCE = 1000  # about so many texts are split into shingles together

_LONG = rf"(?:\w+\W+){{{MIN_WORDS - 1}}}\w"  # faster than counting words: stops at the last word needed
_TEXT_PREFIX, _TITLE_PREFIX = "text ", "title "


def link_retellings(articles: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Link each article of `days` to the first known that it repeats.

    The result is of `STORY_LINKS`: one row for each article that repeats an earlier one, none for others. `articles` (of `ARTICLES`) must
    include the `DAYS_AROUND` days before and after; only articles so close in time are compared. They are ordered by the day on which they
    were known (their own, or that on which they were first seen, if later), then by (published_at, article_id). Two articles tell the same
    if they share a text or enough words (`similarity.py`), or have the day or the web address in common and titles of the same
    `MIN_TITLE_WORDS` or more words. Texts with fewer than `MIN_WORDS` words tell the same only if they have the day or the web address in
    common, and the same words or such a title. On different days, address and title suffice only if one text is that short.
    """
    span = days.extend(DAYS_AROUND)
    rows = (
        ARTICLES.conform(articles)
        .filter(pl.col("index_date").is_between(span.first, span.last))
        .with_columns(known_on=pl.max_horizontal("index_date", pl.col("first_seen_at").dt.date()))
        .sort("known_on", "published_at", "article_id", "index_date")
        .with_row_index("rank")
        .with_columns(
            _canonical_urls(articles).alias("url"),
            is_headline=~_full_text().str.contains(_LONG),
            is_late=pl.col("known_on") > pl.col("index_date"),
        )
    )
    same_text, same_title = (_find_same_key(keys, days) for keys in (_text_keys(rows), _title_keys(rows)))
    pairs = [same_text, _drop_recurring_titles(same_title, rows), *_find_similar_by_day(rows, days)]
    earliest = _select_earliest(pl.concat(pairs))
    earlier = rows.select(pl.col("rank").alias("earlier_rank"), pl.col("article_id").alias("earlier_article_id"))
    linked = earliest.join(rows.select("rank", "article_id", "index_date"), on="rank").join(earlier, on="earlier_rank")
    return STORY_LINKS.conform(linked.select(STORY_LINKS.schema.names()))


def _find_similar_by_day(rows: pl.DataFrame, days: Days) -> Iterator[pl.DataFrame]:
    """Yield the similar pairs of each day.

    Only the shingles of the days around a day, and of days built with them, are in memory. Days after it matter for an article that was
    seen late: it may repeat an article of such a day that was known before.
    """
    ahead = DAYS_AROUND if rows["is_late"].any() else 0
    window: deque[DayShingles] = deque(maxlen=DAYS_AROUND + 1 + ahead)
    span = Days(days.first - timedelta(days=DAYS_AROUND), days.last + timedelta(days=ahead))
    for day, shingles in zip(span, _build_shingles_in_parts(rows, span), strict=True):
        window.append(shingles)
        if day - timedelta(days=ahead) in days:
            yield find_similar(window[-1 - ahead], list(window))


def _build_shingles_in_parts(rows: pl.DataFrame, days: Days) -> Iterator[DayShingles]:
    """Yield the shingles of each day, of several days built at once."""
    days_at_once = max(1, _TEXTS_AT_ONCE * len(days) // max(1, rows.height))
    for some in days.split(days_at_once):
        yield from build_shingles(rows.filter(pl.col("index_date").is_between(some.first, some.last)), some)


def _select_keys(rows: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    """Return rank, day and key of articles with a key.

    Articles with the same key tell the same.
    """
    keyed = rows.select("rank", "index_date", key.alias("key"))
    return keyed.filter(pl.col("key").is_not_null())


def _canonical_urls(articles: pl.DataFrame) -> pl.Expr:
    """Return an expression for each article's canonical web address, if any."""
    urls = articles["url"].drop_nulls().unique().to_list()
    return pl.col("url").replace_strict(urls, [canonical_link(url) for url in urls], return_dtype=pl.String)


def _keys_by_day_and_url(rows: pl.DataFrame, prefix: str, words: pl.Expr) -> pl.DataFrame:
    """Return two keys of each article: words with day, and with address.

    Words that are null, and a missing address, give no key.
    """
    return pl.concat(_select_keys(rows, pl.format("{}{} {}", pl.lit(prefix), common, words)) for common in ("index_date", "url"))


def _text_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return each text's hash, or a headline's keys.

    A headline is a text (title and body) of fewer than `MIN_WORDS` words; it matches only within a day or web address. If it has no words
    (only signs), its hash takes their place.
    """
    words = _join_words(_full_text())
    headline_keys = _keys_by_day_and_url(
        rows.filter("is_headline"), _TEXT_PREFIX, pl.when(words != "").then(words).otherwise("text_sha256")
    )
    return pl.concat([_select_keys(rows.filter(~pl.col("is_headline")), pl.lit(_TEXT_PREFIX) + pl.col("text_sha256")), headline_keys])


def _title_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of each long title.

    A long title has `MIN_TITLE_WORDS` or more; `%`, `per cent` and `percent` are the same word.
    """
    words = _join_words(pl.col("title").str.replace_all(r"(?i)\s*(?:%|per\s?cent\b)", " percent "))
    is_long = words.str.count_matches(" ") >= MIN_TITLE_WORDS - 1
    return _keys_by_day_and_url(rows, _TITLE_PREFIX, pl.when(is_long).then(words))


def _join_words(text: pl.Expr) -> pl.Expr:
    """Build the words of a text in lower case, joined by spaces."""
    return text.str.to_lowercase().str.extract_all(r"\w+").list.join(" ")


def _full_text() -> pl.Expr:
    return pl.concat_str("title", pl.lit("\n"), "body")


def _find_same_key(keys: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Pair each article of `days` with earlier articles that share a key.

    Only articles up to `DAYS_AROUND` days before or after count. The result is of `PAIRS`, with similarity 1. The first article with a key
    on each day is enough: if it is not earlier, no other of its day is.
    """
    first = keys.group_by("key", pl.col("index_date").alias("earlier_date")).agg(pl.col("rank").min().alias("earlier_rank"))
    sought = keys.filter(pl.col("index_date").is_between(days.first, days.last))
    around = pl.concat(
        sought.with_columns((pl.col("index_date") - timedelta(days=back)).alias("earlier_date"))
        for back in range(-DAYS_AROUND, DAYS_AROUND + 1)
    )
    pairs = around.join(first, on=["key", "earlier_date"]).filter(pl.col("earlier_rank") < pl.col("rank"))
    return pairs.select("rank", "earlier_rank", pl.lit(1.0).alias("similarity")).cast(PAIRS)


def _drop_recurring_titles(pairs: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Drop pairs of texts of two days, unless one is a headline.

    `pairs` have the same title. If such texts tell the same, their words are similar.
    """
    texts = rows.select("rank", "index_date", "is_headline")
    both = pairs.join(texts, on="rank").join(texts.select(pl.all().name.prefix("earlier_")), on="earlier_rank")
    is_within_day = pl.col("index_date") == pl.col("earlier_index_date")
    return both.filter(is_within_day | pl.col("is_headline") | pl.col("earlier_is_headline")).select(PAIRS.names())


def _select_earliest(pairs: pl.DataFrame) -> pl.DataFrame:
    """Select one pair for each article: that with the earliest article.

    Of two pairs with the same article, the more similar one is selected.
    """
    return pairs.sort("rank", "earlier_rank", "similarity", descending=[False, False, True]).unique("rank", keep="first")
