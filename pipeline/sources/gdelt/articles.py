"""GDELT's Global Knowledge Graph 2.1 as articles: one row for each document, with its headline; GDELT gives no text.

Belongs here: the format. Does not: asking for files (`fetch.py`), or any judgement of an article (`pipeline/articles`).
Source: GDELT Global Knowledge Graph Codebook 2.1, and GDELT's note of 2019 on the fields PAGE_ of the last column.
"""

import html
from collections.abc import Sequence

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.lines import lines_of
from pipeline.sources.payloads import Payload
from pipeline.sources.rows import ROWS

NAMES = (
    "GKGRECORDID",
    "V2.1DATE",
    "V2SOURCECOLLECTIONIDENTIFIER",
    "V2SOURCECOMMONNAME",
    "V2DOCUMENTIDENTIFIER",
    "V1COUNTS",
    "V2.1COUNTS",
    "V1THEMES",
    "V2ENHANCEDTHEMES",
    "V1LOCATIONS",
    "V2ENHANCEDLOCATIONS",
    "V1PERSONS",
    "V2ENHANCEDPERSONS",
    "V1ORGANIZATIONS",
    "V2ENHANCEDORGANIZATIONS",
    "V1.5TONE",
    "V2.1ENHANCEDDATES",
    "V2GCAM",
    "V2.1SHARINGIMAGE",
    "V2.1RELATEDIMAGES",
    "V2.1SOCIALIMAGEEMBEDS",
    "V2.1SOCIALVIDEOEMBEDS",
    "V2.1QUOTATIONS",
    "V2.1ALLNAMES",
    "V2.1AMOUNTS",
    "V2.1TRANSLATIONINFO",
    "V2EXTRASXML",
)
WEB = "1"  # the source collection whose documents are pages of the open web

_STAMP = "%Y%m%d%H%M%S"
# not an XML parser: the column is no document but tags in a row, and publishers' bare & stand in it
_TITLE = r"(?s)<PAGE_TITLE>(.*?)</PAGE_TITLE>"
_PRECISE = r"<PAGE_PRECISEPUBTIMESTAMP>\s*([0-9]{14})\s*</PAGE_PRECISEPUBTIMESTAMP>"


def parse_articles(payload: Payload, outlets: Sequence[str] = ()) -> pl.DataFrame:
    """Every document of a file, zipped or not, as `ROWS`, in order. `SourceError` when it holds no row of 27 fields.

    `outlets` are domains: only documents of these and their subdomains are rows then (all, where none is named). A row that cannot be split
    into its fields is there whatever its outlet, with the reason, and so is a document that is no web page.

    `fetched_at` is the quarter of an hour in which GDELT saw the page, `published_at` what the page says, where that is an instant not
    after it, else the same quarter. Where the text is not UTF-8 it has replacement marks.
    """
    rows = lines_of(payload).with_columns(pl.col("line").str.count_matches("\t", literal=True).alias("tabs"))
    is_whole = pl.col("tabs") == len(NAMES) - 1
    if not rows.select(is_whole.any()).item():
        raise SourceError(
            f"GDELT's file {payload.item} holds no row of {len(NAMES)} fields, so it is none of its knowledge graph; "
            f"see what {payload.url} answers"
        )
    first = pl.col("line").str.splitn("\t", 6).struct.rename_fields(["article_id", "date", "collection", "source", "url", "rest"])
    fields = rows.select(
        pl.when(is_whole).then(first).alias("first"),
        pl.when(is_whole).then(pl.col("line").str.split("\t").list.last()).alias("extras"),
        pl.when(~is_whole).then(pl.format("{} fields, not {}", pl.col("tabs") + 1, pl.lit(len(NAMES)))).alias("unreadable"),
    ).unnest("first")
    return _as_rows(_of_outlets(fields, outlets))


def _of_outlets(fields: pl.DataFrame, outlets: Sequence[str]) -> pl.DataFrame:
    """The documents of these outlets and their subdomains, and what is of no outlet because it could not be split."""
    if not outlets:
        return fields
    host = "." + pl.col("source").str.strip_chars().str.to_lowercase()
    asked_for = pl.any_horizontal(host.str.ends_with("." + outlet.strip().lower()) for outlet in outlets)
    return fields.filter(pl.col("unreadable").is_not_null() | asked_for)


def _as_rows(fields: pl.DataFrame) -> pl.DataFrame:
    seen = pl.col("date").str.to_datetime(_STAMP, strict=False)
    precise = pl.col("extras").str.extract(_PRECISE).str.to_datetime(_STAMP, strict=False)
    told = pl.when(precise <= seen).then(precise).otherwise(seen)
    is_elsewhere = pl.col("collection") != WEB
    collection = pl.format("a document of source collection '{}', which is no web page", pl.col("collection").str.slice(0, 20))
    return fields.select(
        _given("article_id"),
        _given("source"),
        pl.coalesce(told.dt.strftime("%Y-%m-%dT%H:%M:%SZ"), _given("date")).alias("published_at"),
        seen.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("fetched_at"),
        _title(fields["extras"].str.extract(_TITLE)).alias("title"),
        pl.lit(None, pl.String).alias("body"),
        _given("url"),
        pl.coalesce("unreadable", pl.when(is_elsewhere).then(collection)).alias("unreadable"),
    ).cast(ROWS)


def _given(name: str) -> pl.Expr:
    return pl.col(name).replace("", None)


def _title(titles: pl.Series) -> pl.Series:
    """Headlines with their character references, in which GDELT writes what is not ASCII, as characters."""
    return pl.Series([html.unescape(title) if title and "&" in title else title or None for title in titles], dtype=pl.String)
