"""How much the index depends on single sources.

Belongs here: removing a source and comparing. Does not: building the index again, which the caller does.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import IS_DIRECTED
from pipeline.validation.studies.agreement import correlation
from pipeline.validation.studies.figures import Figure, figure, to_frame

MAX_SOURCES = 20


def list_largest_sources(coverage: pl.DataFrame) -> list[str]:
    """List the sources with most accepted articles, the largest first.

    `coverage`: rows of COVERAGE. At most `MAX_SOURCES`; none if fewer than two sources have accepted articles, since an index without its
    only source is empty.
    """
    counts = coverage.group_by("source").agg(pl.col("accepted").sum()).filter(pl.col("accepted") > 0)
    return counts.sort("accepted", "source", descending=[True, False])["source"].to_list()[:MAX_SOURCES] if counts.height > 1 else []


def drop_source(core: Mapping[str, pl.DataFrame], story_articles: pl.DataFrame, source: str) -> dict[str, pl.DataFrame]:
    """Remove a source from `articles`, `findings`, `coverage` and `story_links`.

    `core`: at least the first three, by name; `story_articles`: rows of STORY_ARTICLES. Returns the four tables by name. If the first
    article of a story is removed, the story starts with its earliest remaining article. All links are replaced: in every story, all other
    articles are linked to its first one.
    """
    articles = core[ARTICLES.name].filter(pl.col("source") != source)
    in_stories = articles.select("article_id", "index_date", "first_seen_at").join(
        story_articles.select("article_id", "story_id"), on="article_id"
    )
    is_first = pl.col("article_id") == pl.col("story_id")  # a story has the id of its first article
    by_time = in_stories.sort(~is_first, "first_seen_at", "article_id")
    first_articles = by_time.group_by("story_id", maintain_order=True).agg(pl.col("article_id").first().alias("earlier_article_id"))
    links = (
        in_stories.join(first_articles, on="story_id")
        .filter(pl.col("article_id") != pl.col("earlier_article_id"))
        .select("article_id", "index_date", "earlier_article_id", similarity=pl.lit(1.0))
    )
    return {
        ARTICLES.name: articles,
        FINDINGS.name: core[FINDINGS.name].filter(pl.col("source") != source),
        COVERAGE.name: core[COVERAGE.name].filter(pl.col("source") != source),
        STORY_LINKS.name: links,
    }


def compare_without_source(complete: pl.DataFrame, reduced: pl.DataFrame, source: str, share: float) -> pl.DataFrame:
    """Compare tension with and without a source; return rows of VALIDATION.

    `complete`, `reduced`: rows of CHANNEL_DAILY with and without the source (only escalation of pairs is compared); `share`: the source's
    share of articles (0 to 1), which is one of the figures. Only days with a published value in both count; the other figures of a pair
    without such a day are null. Largest changes are without a sign; those in percent are relative to `complete`.
    """
    pooled = (pl.col("channel") == "escalation") & ~IS_DIRECTED
    columns = ("index_date", "series", pl.when(~pl.col("is_thin")).then(pl.col("value")).alias("value"))  # those that the index publishes
    both = (
        complete.filter(pooled)
        .select(columns)
        .join(reduced.filter(pooled).select(columns), on=("index_date", "series"), suffix="_without")
        .sort("index_date", "series")
    )
    rows: list[Figure] = []
    for (pair,), of_pair in both.group_by("series", maintain_order=True):
        days = of_pair.drop_nulls()
        values, values_without = days["value"].to_numpy(), days["value_without"].to_numpy()
        common = {"measured": "index", "pair": pair, "grouping": source, "count": days.height}
        common |= {"first_day": days["index_date"].min(), "last_day": days["index_date"].max()}
        coefficient = largest_points = largest_percent = None
        if not days.is_empty():
            coefficient = float(correlation(values, values_without))
            largest_points = float(abs(values - values_without).max())
            largest_percent = float(100 * abs(values_without / values - 1).max())
        rows += [
            figure("sources", "correlation with the whole index", value=coefficient, **common),
            figure("sources", "largest change in points", value=largest_points, **common),
            figure("sources", "largest change in percent", value=largest_percent, **common),
            figure("sources", "share of articles", value=share, **common),
        ]
    return to_frame(rows)
