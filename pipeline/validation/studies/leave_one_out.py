"""How much of the index hangs on one source: the same record without it.

Belongs here: taking a source out of the record so that its stories go on in the papers that remain, and comparing what comes out. Does
not: running the models (the caller's), or the other figures.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.validation.studies.agreement import correlation
from pipeline.validation.studies.figures import Figure, figure, figures

MOST_SOURCES = 20


def largest_sources(coverage: pl.DataFrame, most: int = MOST_SOURCES) -> list[str]:
    """The sources with most articles, at most so many; none when there are fewer than two, for nothing would be left."""
    counted = coverage.group_by("source").agg(pl.col("accepted").sum()).filter(pl.col("accepted") > 0)
    return counted.sort("accepted", "source", descending=[True, False])["source"].to_list()[:most] if counted.height > 1 else []


def without(core: Mapping[str, pl.DataFrame], story_articles: pl.DataFrame, source: str) -> dict[str, pl.DataFrame]:
    """The tables `articles`, `findings`, `coverage` and `story_links` as if the source had never been read.

    A story whose first telling goes is told from then on by the earliest article that remains.
    """
    articles = core[ARTICLES.name].filter(pl.col("source") != source)
    told = articles.select("article_id", "index_date", "first_seen_at").join(
        story_articles.select("article_id", "story_id"), on="article_id"
    )
    is_first = pl.col("article_id") == pl.col("story_id")
    by_time = told.sort(~is_first, "first_seen_at", "article_id")
    heads = by_time.group_by("story_id", maintain_order=True).agg(pl.col("article_id").first().alias("earlier_article_id"))
    links = (
        told.join(heads, on="story_id")
        .filter(pl.col("article_id") != pl.col("earlier_article_id"))
        .select("article_id", "index_date", "earlier_article_id", similarity=pl.lit(1.0))
    )
    return {
        ARTICLES.name: articles,
        FINDINGS.name: core[FINDINGS.name].filter(pl.col("source") != source),
        COVERAGE.name: core[COVERAGE.name].filter(pl.col("source") != source),
        STORY_LINKS.name: links,
    }


def stability(whole: pl.DataFrame, part: pl.DataFrame, source: str, share: float) -> pl.DataFrame:
    """Rows of VALIDATION for each pooled pair: how the tension of `part`, made without the source, goes with that of `whole`.

    Both: rows of CHANNEL_DAILY. `share`: of all articles, the source's. Days that only one of them has are left out.
    """
    pooled = (pl.col("channel") == "escalation") & ~pl.col("series").str.contains(">", literal=True)
    columns = ("index_date", "series", "value")
    both = (
        whole.filter(pooled).select(columns).join(part.filter(pooled).select(columns), on=columns[:2], suffix="_without").sort(columns[:2])
    )
    rows: list[Figure] = []
    for (pair,), days in both.partition_by("series", as_dict=True, maintain_order=True).items():
        ours, without_it = days["value"].to_numpy(), days["value_without"].to_numpy()
        given = {"measured": "index", "pair": pair, "grouping": source, "count": days.height}
        given |= {"first_day": days["index_date"].min(), "last_day": days["index_date"].max()}
        rows += [
            figure("sources", "correlation with the whole index", value=float(correlation(ours, without_it)), **given),
            figure("sources", "largest change in points", value=float(abs(ours - without_it).max()), **given),
            figure("sources", "largest change in percent", value=float(100 * abs(without_it / ours - 1).max()), **given),
            figure("sources", "share of articles", value=share, **given),
        ]
    return figures(rows)
