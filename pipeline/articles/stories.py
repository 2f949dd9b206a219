"""Which article retells which: the same link, the same text, or nearly the same words, within three days.

Belongs here: likeness of texts and the choice of the earliest. Does not: following links to their end, which makes stories (SQL), and
repeats of one source within a day (`clean.py`).

An article's link depends on nothing but its own day and the three before, so that days may be read in any batches.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import polars as pl
from rensa import RMinHash

from pipeline.articles.links import canonical_link
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES, STORY_LINKS

DAYS_BACK = 3
LEAST_SIMILARITY = 0.5  # Jaccard similarity of the sets of word 5-grams; why not 0.8: docs/decisions.md
LEAST_WORDS = 12  # a shorter text is a headline: "Markets close" of two days is two stories

_GRAM = 5
_PERMUTATIONS = 126
_BAND_ROWS = 3  # 42 bands of 3: a pair of similarity 0.5 meets in a band with a chance of 0.996, one of 0.2 with 0.29
_SEED = 19890501
_TEXTS_AT_ONCE = 5_000
_LOOKED_AT = 16  # first texts of a band and day: the earliest is sought, and a source may print thousands of look-alikes a day

_TEXT, _LINK = "text ", "link "


def link(articles: pl.DataFrame, days: Days) -> pl.DataFrame:
    """For each article of `days` that retells an earlier one, the earliest it retells, as `STORY_LINKS`.

    `articles` is of `ARTICLES` and holds `days` and the `DAYS_BACK` days before. Earlier means smaller (published_at, article_id). Two
    articles tell the same when they share a link, a text, or at least `LEAST_SIMILARITY` of their word 5-grams; headlines of fewer than
    `LEAST_WORDS` words only when they share a link, or the text on the same day.
    """
    span = days.reaching_back(DAYS_BACK)
    rows = (
        ARTICLES.conform(articles)
        .filter(pl.col("index_date").is_between(span.first, span.last))
        .sort("published_at", "article_id", "index_date")
        .with_row_index("rank")
        .with_columns(words=(pl.col("title") + "\n" + pl.col("body")).str.to_lowercase().str.extract_all(r"\w+"))
        .with_columns(is_headline=pl.col("words").list.len() < LEAST_WORDS)
    )
    keys = pl.concat([_links(rows), _texts(rows)])
    sought = pl.concat([keys, _alike(rows, days)]).filter(pl.col("index_date").is_between(days.first, days.last))
    found = _earliest(sought, keys)
    told = rows.select(pl.col("rank").alias("earlier_rank"), pl.col("article_id").alias("earlier_article_id"))
    linked = found.join(rows.select("rank", "article_id", "index_date"), on="rank").join(told, on="earlier_rank")
    return STORY_LINKS.conform(linked.select(STORY_LINKS.schema.names()))


def _keyed(rows: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    """What two articles share when they tell the same: a key, where it is not null, and how alike those are who share it."""
    keyed = rows.select("rank", "index_date", key.alias("key"), pl.lit(1.0).alias("similarity"))
    return keyed.filter(pl.col("key").is_not_null())


def _links(rows: pl.DataFrame) -> pl.DataFrame:
    given = rows["url"].drop_nulls().unique().to_list()
    canonical = pl.DataFrame({"url": given, "link": [canonical_link(url) for url in given]}, schema={"url": pl.String, "link": pl.String})
    return _keyed(rows.join(canonical, on="url", how="left", maintain_order="left"), pl.lit(_LINK) + pl.col("link"))


def _texts(rows: pl.DataFrame) -> pl.DataFrame:
    """The same text; of headlines only within a day, which therefore stands in their key."""
    same_day = pl.when("is_headline").then(pl.format(" {}", "index_date")).otherwise(pl.lit(""))
    return _keyed(rows, pl.lit(_TEXT) + pl.col("text_sha256") + same_day)


def _earliest(sought: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """`rank`, `earlier_rank`, `similarity`: for each article the earliest before it, of its day and the days before,
    that has one of its keys.

    The first article with a key on each day is enough to know: when that is not earlier, none of its day is.
    """
    first = keys.group_by("key", pl.col("index_date").alias("earlier_date")).agg(pl.col("rank").min().alias("earlier_rank"))
    days = pl.concat(
        sought.with_columns((pl.col("index_date") - timedelta(days=back)).alias("earlier_date")) for back in range(DAYS_BACK + 1)
    )
    met = days.join(first, on=["key", "earlier_date"]).filter(pl.col("earlier_rank") < pl.col("rank"))
    best = met.sort("rank", "earlier_rank", "similarity", descending=[False, False, True]).unique("rank", keep="first")
    return best.select("rank", "earlier_rank", "similarity")


def _alike(rows: pl.DataFrame, days: Days) -> pl.DataFrame:
    """For each article the keys of other texts that are nearly its own."""
    long = rows.filter(~pl.col("is_headline"))
    texts = long.unique("text_sha256", keep="first", maintain_order=True)
    words: dict[str, list[str]] = dict(texts.select("text_sha256", "words").iter_rows())
    days_of_text = long.unique(["text_sha256", "index_date"], keep="first", maintain_order=True).select("text_sha256", "index_date")
    pairs = _candidates(list(days_of_text.iter_rows()), _bands(words), days)
    similar = [(one, _TEXT + other, value) for one, other, value in _verified(pairs, words)]
    schema = {"text_sha256": pl.String, "key": pl.String, "similarity": pl.Float64}
    found = long.select("rank", "index_date", "text_sha256").join(pl.DataFrame(similar, schema=schema, orient="row"), on="text_sha256")
    return found.select("rank", "index_date", "key", "similarity")


def _grams(words: list[str]) -> set[str]:
    return {" ".join(words[start : start + _GRAM]) for start in range(len(words) - _GRAM + 1)}


def _bands(words: dict[str, list[str]]) -> dict[str, list[bytes]]:
    """The bands of each text's MinHash signature; texts that share a band are worth comparing."""
    width = _BAND_ROWS * array("I").itemsize
    bands: dict[str, list[bytes]] = {}
    names = list(words)
    for start in range(0, len(names), _TEXTS_AT_ONCE):
        some = names[start : start + _TEXTS_AT_ONCE]
        matrix = RMinHash.digest_matrix_from_token_sets([list(_grams(words[name])) for name in some], _PERMUTATIONS, _SEED)
        for name, row in zip(some, matrix.to_rows(), strict=True):
            signature = array("I", row).tobytes()
            bands[name] = [signature[place : place + width] for place in range(0, len(signature), width)]
    return bands


def _candidates(days_of_text: list[tuple[str, date]], bands: dict[str, list[bytes]], days: Days) -> set[tuple[str, str]]:
    """Pairs of texts, each once, that share a band and stand within the days back of each other; `days_of_text` in order of time."""
    met: defaultdict[tuple[date, int, bytes], list[str]] = defaultdict(list)
    for text, day in days_of_text:
        for place, band in enumerate(bands[text]):
            shelf = met[day, place, band]
            if len(shelf) < _LOOKED_AT:
                shelf.append(text)
    return {
        (text, other) if text < other else (other, text)
        for text, day in days_of_text
        if day in days
        for back in range(DAYS_BACK + 1)
        for place, band in enumerate(bands[text])
        for other in met.get((day - timedelta(days=back), place, band), ())
        if other != text
    }


def _verified(pairs: set[tuple[str, str]], words: dict[str, list[str]]) -> Iterator[tuple[str, str, float]]:
    """Both ways, the pairs whose sets of 5-grams are alike enough, with their exact similarity."""
    grams = {text: _grams(words[text]) for text in {text for pair in pairs for text in pair}}
    for one, other in pairs:
        shared = len(grams[one] & grams[other])
        similarity = shared / (len(grams[one]) + len(grams[other]) - shared)
        if similarity >= LEAST_SIMILARITY:
            yield one, other, similarity
            yield other, one, similarity
