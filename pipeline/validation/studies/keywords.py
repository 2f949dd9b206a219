"""The keyword rule: articles that name both countries and a trade word.

The rule knows neither direction nor polarity.
"""

import re
from collections.abc import Iterable, Mapping

import polars as pl

#: Chosen before any result was known, and never tuned.
TRADE_WORDS = ("trade", "tariff", "tariffs", "import", "imports", "export", "exports", "duties", "customs", "protectionism", "WTO")

#: `hits`: articles that match the rule; `named`: articles that name both countries, with or without a trade word.
KEYWORD_HITS = pl.Schema({"index_date": pl.Date(), "pair": pl.String(), "hits": pl.Int64(), "articles": pl.Int64(), "named": pl.Int64()})


def count_keyword_hits(articles: pl.DataFrame, names: Mapping[str, Iterable[str]], pairs: Iterable[str]) -> pl.DataFrame:
    """Count articles that match the keyword rule (hits), by day and pair.

    Returns KEYWORD_HITS, which also has the number of all articles of the day, and of those that name both countries; sorted, without rows
    for days without articles. `articles`: `index_date`, `title`, `body`; `names`: case-sensitive names of each country ("US" is not "us")
    by its code; trade words match in any case. Pairs (`CHN-USA`) with a country that has no names are dropped.
    """
    known = [(pair, *pair.split("-")) for pair in pairs if all(names.get(code) for code in pair.split("-"))]
    text = pl.concat_str(pl.col("title").fill_null(""), pl.lit("\n"), pl.col("body").fill_null(""))
    codes = sorted({code for _, *both in known for code in both})
    named = articles.select(
        "index_date",
        text.str.contains("(?i)" + _words_pattern(TRADE_WORDS)).alias("of trade"),
        *(text.str.contains(_words_pattern(names[code])).alias(code) for code in codes),
    )
    if not known:
        return pl.DataFrame(schema=KEYWORD_HITS)
    parts = [
        named.group_by("index_date").agg(
            pl.lit(pair).alias("pair"),
            (pl.col("of trade") & pl.col(one) & pl.col(other)).sum().cast(pl.Int64).alias("hits"),
            pl.len().cast(pl.Int64).alias("articles"),
            (pl.col(one) & pl.col(other)).sum().cast(pl.Int64).alias("named"),
        )
        for pair, one, other in known
    ]
    return pl.concat(parts).select(KEYWORD_HITS.names()).sort("index_date", "pair")


def _words_pattern(words: Iterable[str]) -> str:
    """Build a pattern that matches any of the words as whole words."""
    return r"(?:^|\W)(?:" + "|".join(re.escape(word) for word in sorted(set(words))) + r")(?:\W|$)"
