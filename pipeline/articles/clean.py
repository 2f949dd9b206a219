"""Cleans raw rows and splits them into articles, duplicates and quarantine.

Each row ends in exactly one of the three. Duplicates are within one source and day; `stories.py` links articles across sources and days.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import get_args

import polars as pl

from pipeline.articles.language import detect_other_language
from pipeline.articles.owners import find_owners
from pipeline.articles.text import NOT_TEXT, clean_line, clean_paragraphs, fold_whitespace, to_printable
from pipeline.contracts.instants import NEEDS_ORDER, DateOrder, parse_instant
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, QUARANTINE
from pipeline.contracts.tables.index import ANY_SOURCE
from pipeline.contracts.tables.raw import RAW_ARTICLES

MAX_TEXT_CHARS = 1_000_000  # of title and body
MAX_NOT_TEXT = 0.3  # share of control and replacement characters
UNKNOWN_SOURCE = "(unknown)"

_MAX_SOURCE_CHARS = 120  # a text in the wrong column must not reach a published table
_MAX_DATE_SHOWN = 80
_MAX_REASON_SHOWN = 200
_SHORT_SHA = 16
_LINK = r"^(?i:https?)://[^\s\p{C}/][^\s\p{C}]*$"
_USER = r"^((?i:https?)://)[^/?#]*@"
_WITHOUT_SCHEME = r"^(?i:www\.)"
# How programs write that a value is missing.
_NO_VALUE = r"^(?i:nan|nat|none|null|n/a|<na>)$"
_MAX_LINK_CHARS = 2_000  # as for `_MAX_SOURCE_CHARS`
_MAX_ID_CHARS = 300  # the same; the guid of a feed is often a link


@dataclass(frozen=True)
class CleanResult:
    """The result of cleaning, as four contract tables.

    Every raw row is in exactly one of `articles`, `duplicates` and `quarantine` (with the reason). `coverage` counts them by day and
    source.
    """

    articles: pl.DataFrame
    duplicates: pl.DataFrame
    quarantine: pl.DataFrame
    coverage: pl.DataFrame


def clean_articles(raw: pl.DataFrame) -> CleanResult:
    """Clean raw rows and split them into articles, duplicates and quarantine.

    `raw` is of `RAW_ARTICLES`. Rows are also counted by day and source. If rows of the same source and day share the source's id or the
    text, the first known becomes the article, the others are duplicates; rows known on the same day are in order of (published_at, raw_id).
    `ContractError` if `raw` does not have the columns of its contract.
    """
    rows = _add_reasons(_clean_columns(RAW_ARTICLES.conform(raw)))
    valid = _add_ids(rows.filter(pl.col("reason").is_null()))
    repeats = _find_repeats(valid)
    articles = valid.join(repeats, on="raw_id", how="anti")
    duplicates = valid.drop("article_id").join(repeats, on="raw_id", how="inner")
    quarantine = rows.filter(pl.col("reason").is_not_null())
    return CleanResult(
        ARTICLES.conform(articles.select(ARTICLES.schema.names())),
        DUPLICATES.conform(duplicates.select(DUPLICATES.schema.names())),
        QUARANTINE.conform(quarantine.select(QUARANTINE.schema.names())),
        _count_coverage(articles, duplicates, quarantine),
    )


def _clean_columns(raw: pl.DataFrame) -> pl.DataFrame:
    """Parse dates, clean texts, and add what `_add_reasons` needs.

    That is whether there was any text before cleaning (`has_text`), the share of characters that are not text (`not_text`), and the
    language if it is not English (`language`). An article was first seen when it was fetched, or when it was published if that is later or
    it has no date of fetching. A link that begins with `www.` gets the scheme https; it is null if it is no web address or longer than
    `_MAX_LINK_CHARS`; a user and password in it are removed, because links are published. A source is cut to `_MAX_SOURCE_CHARS`
    characters. A source, title, body or link that is only a word for a missing value (`_NO_VALUE`) is empty.
    """
    named = ["source", "title", "body", "url"]
    raw = raw.with_columns(pl.col(named).str.strip_chars().str.replace(_NO_VALUE, "").replace("", None))
    published = parse_instant(pl.col("published_at"))
    fetched = parse_instant(pl.col("fetched_at"))
    link = pl.col("url").str.replace(_USER, "${1}").str.replace(_WITHOUT_SCHEME, "https://www.")
    text = pl.concat_str(pl.col("title").fill_null(""), pl.col("body").fill_null(""))
    cleaned = raw.select(
        "raw_id",
        "index_date",
        "unreadable",
        pl.col("published_at").alias("raw_published_at"),
        published,
        pl.when(fetched >= published).then(fetched).otherwise(published).alias("first_seen_at"),
        pl.when(link.str.contains(_LINK) & (link.str.len_chars() <= _MAX_LINK_CHARS)).then(link).alias("url"),
        (text != "").alias("has_text"),
        (text.str.count_matches(NOT_TEXT) / text.str.len_chars()).fill_nan(0.0).alias("not_text"),
    ).with_columns(
        clean_line(raw["source"]).str.slice(0, _MAX_SOURCE_CHARS).str.strip_chars().replace("", None).alias("source"),
        fold_whitespace(raw["article_id"]).replace("", None).alias("source_id"),
        clean_line(raw["title"]).alias("title"),
        clean_paragraphs(raw["body"]).alias("body"),
    )
    return cleaned.with_columns(detect_other_language(cleaned["title"], cleaned["body"]).alias("language"))


def _add_reasons(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `reason` and `detail` to rows that go to quarantine.

    They are null in the others. `detail` is the problem in a few words. Of several reasons that apply, the first of these is used:
    `unreadable`, `missing_source`, `missing_title` (body empty too), `undated`, `future_dated`, `too_long`, `not_text`, `other_language`.
    """
    length = pl.col("title").str.len_chars() + pl.col("body").str.len_chars()
    shown = to_printable(pl.col("raw_published_at").fill_null(""), _MAX_DATE_SHOWN)
    dated = pl.format("published_at is '{}'", shown)
    undated_text = pl.when(pl.col("published_at").is_null()).then("raw_published_at")  # others need not be parsed again
    orders = pl.concat_list(pl.when(parse_instant(undated_text, order).is_not_null()).then(pl.lit(order)) for order in get_args(DateOrder))
    fitting = orders.list.drop_nulls().list.join(" or ")
    undated = (
        pl.when(shown == "")
        .then(pl.lit("published_at is empty"))
        .when(fitting != "")
        .then(pl.format("{}; set the date_order of its archive to {}", dated, fitting))
        .when(shown.str.contains(NEEDS_ORDER))
        .then(pl.format("{}; no order of day and month makes it a date", dated))
        .otherwise(dated)
    )
    reasons = (
        ("unreadable", pl.col("unreadable").is_not_null(), to_printable(pl.col("unreadable"), _MAX_REASON_SHOWN)),
        (
            "missing_source",
            pl.col("source").is_null() | (pl.col("source") == ANY_SOURCE),
            pl.when(pl.col("source").is_null()).then(pl.lit("source is empty")).otherwise(pl.lit(f"{ANY_SOURCE} names no source")),
        ),
        (
            "missing_title",
            length == 0,
            pl.when("has_text")
            .then(pl.lit("title and body are nothing but markup or a publisher's own lines"))
            .otherwise(pl.lit("title and body are empty")),
        ),
        ("undated", pl.col("published_at").is_null(), undated),
        # The source stored it under an earlier day, because its date was in the future.
        ("future_dated", pl.col("published_at").dt.date() > pl.col("index_date"), pl.format("{}; listed under {}", dated, "index_date")),
        ("too_long", length > MAX_TEXT_CHARS, pl.format("{} characters, more than {}", length, pl.lit(MAX_TEXT_CHARS))),
        (
            "not_text",
            pl.col("not_text") > MAX_NOT_TEXT,
            pl.format("{} percent control characters or replacement marks", (pl.col("not_text") * 100).round().cast(pl.Int64)),
        ),
        ("other_language", pl.col("language").is_not_null(), pl.format("the text seems to be {}", "language")),
    )
    reason, detail = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for word, applies, explanation in reversed(reasons):  # so that the first that applies is set last
        reason = pl.when(applies).then(pl.lit(word)).otherwise(reason)
        detail = pl.when(applies).then(explanation).otherwise(detail)
    return rows.with_columns(reason.alias("reason"), detail.alias("detail"))


def _add_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `text_sha256`, `source_owner` and `article_id`.

    The hash ignores case and differences in white space. The id is source, `index_date`, and the source's own id or else the start of the
    hash, with colons between them. An own id of more than `_MAX_ID_CHARS` characters is replaced by the start of its hash.
    """
    text = fold_whitespace(rows["title"] + "\n" + rows["body"]).str.to_lowercase()
    hashes = pl.Series("text_sha256", [hashlib.sha256(one.encode()).hexdigest() for one in text.to_list()], pl.String)
    # Colons in the source are escaped, or "A:B" with id "C" and "A" with id "B:C" would be one article.
    name = pl.col("source").str.replace_all("%", "%25", literal=True).str.replace_all(":", "%3A", literal=True)
    own = pl.coalesce(_shorten_ids(rows["source_id"]), pl.col("text_sha256").str.slice(0, _SHORT_SHA))
    # Some sources restart their numbering every day, so the id includes the day.
    day = pl.col("index_date").cast(pl.String)
    return rows.with_columns(hashes, find_owners(rows)).with_columns(pl.concat_str(name, day, own, separator=":").alias("article_id"))


def _shorten_ids(ids: pl.Series) -> pl.Series:
    """Replace ids that are too long by the start of their hash."""
    is_long = ids.str.len_chars() > _MAX_ID_CHARS
    hashes = [hashlib.sha256(one.encode()).hexdigest()[:_SHORT_SHA] for one in ids.filter(is_long)]
    return ids.clone().scatter(is_long.arg_true(), pl.Series(hashes, dtype=pl.String)) if hashes else ids


def _find_repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Find the rows that repeat an article.

    Returns their `raw_id` and the `article_id` of the article. Rows are compared in the order in which they were known (`clean_articles`),
    with accepted rows of the same day and source only, by `article_id` and by text. A row that repeats two articles belongs to the one
    known first. If the second of three rows has the id of the first and the text of the third, the third is an article.
    """
    known_on = pl.max_horizontal("index_date", pl.col("first_seen_at").dt.date())
    ordered = rows.sort(known_on, "published_at", "raw_id").select("raw_id", "index_date", "source", "article_id", "text_sha256")
    accepted: dict[tuple[date, str, str], tuple[int, str]] = {}
    repeats: list[tuple[str, str]] = []
    for position, (raw_id, day, source, article_id, sha) in enumerate(ordered.iter_rows()):
        keys = ((day, "", article_id), (day, source, sha))  # the id includes the source
        earlier = min((accepted[key] for key in keys if key in accepted), default=None)
        if earlier is None:
            accepted.update(dict.fromkeys(keys, (position, article_id)))
        else:
            repeats.append((raw_id, earlier[1]))
    return pl.DataFrame(repeats, schema={"raw_id": pl.String, "article_id": pl.String}, orient="row")


def _count_coverage(articles: pl.DataFrame, duplicates: pl.DataFrame, quarantine: pl.DataFrame) -> pl.DataFrame:
    """Count rows by day and source (`COVERAGE`).

    There is a column for all rows and one for each outcome. Rows without a source are counted under `UNKNOWN_SOURCE`.
    """
    outcomes = {"accepted": articles, "duplicate": duplicates, "quarantined": quarantine}
    rows = pl.concat(
        frame.select("index_date", pl.col("source").fill_null(UNKNOWN_SOURCE), pl.lit(outcome).alias("outcome"))
        for outcome, frame in outcomes.items()
    )
    counts = [(pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome) for outcome in outcomes]
    coverage = rows.group_by("index_date", "source").agg(pl.len().cast(pl.Int64).alias("article_count"), *counts)
    return COVERAGE.conform(coverage)
