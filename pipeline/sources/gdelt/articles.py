"""Parses GDELT's Global Knowledge Graph 2.1 into rows of articles.

Articles have only headlines, since GDELT provides no text. Source: GDELT Global Knowledge Graph Codebook 2.1, and GDELT's note of 2019 on
the PAGE_ fields of the last column.
"""

import html
from collections.abc import Sequence

import polars as pl

from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt.lines import read_lines, split_fields
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
_READ = {
    "article_id": "GKGRECORDID",
    "date": "V2.1DATE",
    "collection": "V2SOURCECOLLECTIONIDENTIFIER",
    "source": "V2SOURCECOMMONNAME",
    "url": "V2DOCUMENTIDENTIFIER",
    "extras": "V2EXTRASXML",
}
WEB = "1"  # the source collection of pages of the open web

_STAMP = "%Y%m%d%H%M%S"
# `html.unescape` fails on thousands of digits.
_LEADING_ZEROS = r"&#0+([0-9])"
_TOO_LONG_REFERENCE = r"&#[0-9]{8,};?"
# No XML parser: the column is a sequence of tags, not a document, and contains unescaped ampersands.
_TITLE = r"(?s)<PAGE_TITLE>(.*?)</PAGE_TITLE>"
_PRECISE = r"<PAGE_PRECISEPUBTIMESTAMP>\s*([0-9]{14})\s*</PAGE_PRECISEPUBTIMESTAMP>"


def parse_articles(payload: Payload, outlets: Sequence[str] = ()) -> pl.DataFrame:
    """Parse the documents of a file, in order, to `ROWS`.

    The file may be zipped. `SourceError` if no row has 27 fields, and as for `unpack`. `outlets` are domains: if given, only documents of
    these and their subdomains are returned, plus the rows that cannot be split into fields. Such rows, and documents that are not web
    pages, have a reason in `unreadable`.

    `fetched_at` is the quarter-hour in which GDELT saw the page. `published_at` is the page's own time, if it is valid and not later, or
    else the same quarter-hour. If the quarter-hour cannot be parsed, `fetched_at` is null and `published_at` is its text. Titles are the
    only text: `body` is null. Text that is not UTF-8 has replacement characters.
    """
    rows = split_fields(read_lines(payload), NAMES)
    is_whole = pl.col("width") == len(NAMES)
    if not rows.select(is_whole.any()).item():
        raise SourceError(
            f"GDELT's file {payload.item} has no row of {len(NAMES)} fields, so it is not a file of the knowledge graph; "
            f"check the response of {payload.url}"
        )
    fields = rows.select(
        *(pl.when(is_whole).then(pl.col(theirs)).alias(ours) for ours, theirs in _READ.items()),
        pl.when(~is_whole).then(pl.format("{} fields, not {}", "width", pl.lit(len(NAMES)))).alias("unreadable"),
    )
    return _to_rows(_filter_outlets(fields, outlets))


def _filter_outlets(fields: pl.DataFrame, outlets: Sequence[str]) -> pl.DataFrame:
    """Select documents of these outlets (domains) and their subdomains.

    Without `outlets`, all documents are selected. Rows that could not be split into fields are always selected.
    """
    if not outlets:
        return fields
    host = "." + pl.col("source").str.strip_chars().str.to_lowercase()
    is_selected = pl.any_horizontal(host.str.ends_with("." + outlet.strip().lower()) for outlet in outlets)
    return fields.filter(pl.col("unreadable").is_not_null() | is_selected)


def _to_rows(fields: pl.DataFrame) -> pl.DataFrame:
    """Convert the fields of documents to `ROWS`, as `parse_articles` describes."""
    seen = pl.col("date").str.to_datetime(_STAMP, strict=False)
    precise = pl.col("extras").str.extract(_PRECISE).str.to_datetime(_STAMP, strict=False)
    published = pl.when(precise <= seen).then(precise).otherwise(seen)
    is_not_web = pl.col("collection") != WEB
    reason = pl.format("a document of source collection '{}', not a web page", pl.col("collection").str.slice(0, 20))
    return fields.select(
        _null_if_empty("article_id"),
        _null_if_empty("source"),
        pl.coalesce(published.dt.strftime("%Y-%m-%dT%H:%M:%SZ"), _null_if_empty("date")).alias("published_at"),
        seen.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("fetched_at"),
        _unescape(fields["extras"].str.extract(_TITLE)).alias("title"),
        pl.lit(None, pl.String).alias("body"),
        _null_if_empty("url"),
        pl.coalesce("unreadable", pl.when(is_not_web).then(reason)).alias("unreadable"),
    ).cast(ROWS)


def _null_if_empty(name: str) -> pl.Expr:
    return pl.col(name).replace("", None)


def _unescape(titles: pl.Series) -> pl.Series:
    """Replace character references, which GDELT uses for all non-ASCII characters.

    One with eight or more digits after leading zeros, which no character has, becomes U+FFFD. An empty title becomes null.
    """
    bounded = titles.str.replace_all(_LEADING_ZEROS, "&#${1}").str.replace_all(_TOO_LONG_REFERENCE, "\N{REPLACEMENT CHARACTER}")
    return pl.Series([html.unescape(title) if title and "&" in title else title or None for title in bounded], dtype=pl.String)
