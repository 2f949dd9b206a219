"""Raw rows in; articles, duplicates, quarantine and coverage out. Nothing is lost: each row ends in exactly one of the first three.

Belongs here: what makes a row an article of its day and source. Does not: reading files (`pipeline/sources`), and telling that articles of
different sources or days tell the same (`stories.py`).
"""

import hashlib
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.articles.language import other_language
from pipeline.articles.owners import source_owner
from pipeline.articles.text import NOT_TEXT, folded, one_line, paragraphs, printable
from pipeline.contracts.instants import parse_instant
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, QUARANTINE
from pipeline.contracts.tables.raw import RAW_ARTICLES

LONGEST_TEXT = 1_000_000  # characters of title and body
MOST_NOT_TEXT = 0.3  # share of control characters and replacement marks
UNKNOWN_SOURCE = "(unknown)"

_LONGEST_SOURCE = 120  # a name; a text that slipped into its column must not reach a published table
_DATE_SHOWN = 80
_REASON_SHOWN = 200
_SHA_SHOWN = 16
_LINK = r"^(?i:https?)://[^\s\p{C}/][^\s\p{C}]*$"
_LONGEST_LINK = 2_000  # characters; a text that slipped into its column must not reach a published table


@dataclass(frozen=True)
class Admission:
    """What became of the rows: four frames, each as its contract says. Rows in = articles + duplicates + quarantine."""

    articles: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame
    coverage: pl.DataFrame


def admit(raw: pl.DataFrame) -> Admission:
    """Clean the rows of `RAW_ARTICLES`, set aside those that are no articles, and count them by day and source.

    Each row keeps its `index_date`. Of rows that repeat the source's own id or the text of another of the same source and day, the earliest
    by (published_at, raw_id) becomes the article. `ContractError` when `raw` is not of its contract's shape.
    """
    rows = _judged(_cleaned(RAW_ARTICLES.conform(raw)))
    sound = _identified(rows.filter(pl.col("reason").is_null()))
    repeats = _repeats(sound)
    articles = sound.join(repeats, on="raw_id", how="anti")
    duplicates = sound.drop("article_id").join(repeats, on="raw_id", how="inner")
    quarantine = rows.filter(pl.col("reason").is_not_null())
    return Admission(
        ARTICLES.conform(articles.select(ARTICLES.schema.names())),
        DUPLICATES.conform(duplicates.select(DUPLICATES.schema.names())),
        QUARANTINE.conform(quarantine.select(QUARANTINE.schema.names())),
        _coverage(articles, duplicates, quarantine),
    )


def _cleaned(raw: pl.DataFrame) -> pl.DataFrame:
    published = parse_instant(pl.col("published_at"))
    fetched = parse_instant(pl.col("fetched_at"))
    link = pl.col("url").str.strip_chars()
    given = pl.concat_str(pl.col("title").fill_null(""), pl.col("body").fill_null(""))
    cleaned = raw.select(
        "raw_id",
        "index_date",
        "unreadable",
        pl.col("published_at").alias("published_as_given"),
        published,
        pl.when(fetched >= published).then(fetched).otherwise(published).alias("first_seen_at"),
        pl.when(link.str.contains(_LINK) & (link.str.len_chars() <= _LONGEST_LINK)).then(link).alias("url"),
        (given.str.strip_chars() != "").alias("has_text"),
        (given.str.count_matches(NOT_TEXT) / given.str.len_chars()).fill_nan(0.0).alias("not_text"),
    ).with_columns(
        one_line(raw["source"]).str.slice(0, _LONGEST_SOURCE).str.strip_chars().replace("", None).alias("source"),
        folded(raw["article_id"]).replace("", None).alias("given_id"),
        one_line(raw["title"]).alias("title"),
        paragraphs(raw["body"]).alias("body"),
    )
    return cleaned.with_columns(other_language(cleaned["title"], cleaned["body"]).alias("language"))


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """With `reason` and `detail` where a row is set aside: the first reason that holds, in this order."""
    length = pl.col("title").str.len_chars() + pl.col("body").str.len_chars()
    shown = printable(pl.col("published_as_given").fill_null(""), _DATE_SHOWN)
    dated = pl.format("published_at is '{}'", shown)
    reasons = (
        ("unreadable", pl.col("unreadable").is_not_null(), printable(pl.col("unreadable"), _REASON_SHOWN)),
        ("missing_source", pl.col("source").is_null(), pl.lit("source is empty")),
        (
            "missing_title",
            length == 0,
            pl.when("has_text")
            .then(pl.lit("title and body are nothing but markup or a publisher's own lines"))
            .otherwise(pl.lit("title and body are empty")),
        ),
        ("undated", pl.col("published_at").is_null(), pl.when(shown == "").then(pl.lit("published_at is empty")).otherwise(dated)),
        # the source filed it under an earlier day, since the day it claims had not come
        ("future_dated", pl.col("published_at").dt.date() > pl.col("index_date"), pl.format("{}, read on {}", dated, "index_date")),
        ("too_long", length > LONGEST_TEXT, pl.format("{} characters, more than {}", length, pl.lit(LONGEST_TEXT))),
        (
            "not_text",
            pl.col("not_text") > MOST_NOT_TEXT,
            pl.format("{} percent control characters or replacement marks", (pl.col("not_text") * 100).round().cast(pl.Int64)),
        ),
        ("other_language", pl.col("language").is_not_null(), pl.format("the text seems to be {}", "language")),
    )
    reason, detail = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for word, holds, found in reversed(reasons):
        reason = pl.when(holds).then(pl.lit(word)).otherwise(reason)
        detail = pl.when(holds).then(found).otherwise(detail)
    return rows.with_columns(reason.alias("reason"), detail.alias("detail"))


def _identified(rows: pl.DataFrame) -> pl.DataFrame:
    """With `text_sha256`, `source_owner` and `article_id`."""
    text = folded(rows["title"] + "\n" + rows["body"]).str.to_lowercase()
    hashes = pl.Series("text_sha256", [hashlib.sha256(one.encode()).hexdigest() for one in text.to_list()], pl.String)
    # The first colon must end the source, else "A:B" with id "C" and "A" with id "B:C" would be one article.
    name = pl.col("source").str.replace_all("%", "%25", literal=True).str.replace_all(":", "%3A", literal=True)
    own = pl.coalesce(pl.col("given_id"), pl.col("text_sha256").str.slice(0, _SHA_SHOWN))
    # The day too, since some sources count anew every day.
    day = pl.col("index_date").cast(pl.String)
    return rows.with_columns(hashes, source_owner(rows)).with_columns(pl.concat_str(name, day, own, separator=":").alias("article_id"))


def _repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """`raw_id` of each row that repeats an article, and that article's `article_id`.

    Row by row in order of time, because a row repeats only what was accepted: of three rows of which the second has the first's id and
    the third's text, the third is an article.
    """
    ordered = rows.sort("published_at", "raw_id").select("raw_id", "index_date", "source", "article_id", "text_sha256")
    accepted: dict[tuple[date, str, str], tuple[int, str]] = {}
    repeats: list[tuple[str, str]] = []
    for place, (raw_id, day, source, article_id, sha) in enumerate(ordered.iter_rows()):
        keys = ((day, "", article_id), (day, source, sha))
        earlier = min((accepted[key] for key in keys if key in accepted), default=None)
        if earlier is None:
            accepted.update(dict.fromkeys(keys, (place, article_id)))
        else:
            repeats.append((raw_id, earlier[1]))
    return pl.DataFrame(repeats, schema={"raw_id": pl.String, "article_id": pl.String}, orient="row")


def _coverage(articles: pl.DataFrame, duplicates: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    ends = {"accepted": articles, "duplicate": duplicates, "quarantined": quarantine}
    rows = pl.concat(
        frame.select("index_date", pl.col("source").fill_null(UNKNOWN_SOURCE), pl.lit(end).alias("end")) for end, frame in ends.items()
    )
    counts = [(pl.col("end") == end).sum().cast(pl.Int64).alias(end) for end in ends]
    counted = rows.group_by("index_date", "source").agg(pl.len().cast(pl.Int64).alias("article_count"), *counts)
    return COVERAGE.conform(counted)
