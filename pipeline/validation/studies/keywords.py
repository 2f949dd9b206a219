"""The naive rule that the index has to beat: the share of articles that name both countries and a trade word. No direction, no sign.

Belongs here: the fixed words and the counting. Does not: which words name a country (given), or reading articles.
"""

import re
from collections.abc import Iterable, Mapping

import polars as pl

#: Fixed before any figure was looked at, and never tuned.
TRADE_WORDS = ("trade", "tariff", "tariffs", "import", "imports", "export", "exports", "duties", "customs", "protectionism", "WTO")

KEYWORD_HITS = pl.Schema({"index_date": pl.Date(), "pair": pl.String(), "hits": pl.Int64(), "articles": pl.Int64()})


def keyword_hits(articles: pl.DataFrame, names: Mapping[str, Iterable[str]], pairs: Iterable[str]) -> pl.DataFrame:
    """For each day and pair how many articles there are, and how many name both countries and a trade word.

    `articles`: `index_date`, `title`, `body`; `names`: words for each country, compared with their capitals ("US" is not "us"); a pair
    with a country without names is left out. Gives KEYWORD_HITS, sorted.
    """
    known = [(pair, *pair.split("-")) for pair in pairs if all(names.get(code) for code in pair.split("-"))]
    text = pl.concat_str(pl.col("title").fill_null(""), pl.lit("\n"), pl.col("body").fill_null(""))
    codes = sorted({code for _, *both in known for code in both})
    named = articles.select(
        "index_date",
        text.str.contains("(?i)" + _any_of(TRADE_WORDS)).alias("of trade"),
        *(text.str.contains(_any_of(names[code])).alias(code) for code in codes),
    )
    counted = named.group_by("index_date").agg(
        pl.len().cast(pl.Int64).alias("articles"),
        *((pl.col("of trade") & pl.col(one) & pl.col(other)).sum().cast(pl.Int64).alias(pair) for pair, one, other in known),
    )
    if not known:
        return pl.DataFrame(schema=KEYWORD_HITS)
    long = counted.unpivot([pair for pair, *_ in known], index=["index_date", "articles"], variable_name="pair", value_name="hits")
    return long.select(KEYWORD_HITS.names()).sort("index_date", "pair")


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words as a whole word; a full stop at its end ("U.S.") needs no letter after it."""
    return r"(?:^|\W)(?:" + "|".join(re.escape(word) for word in sorted(set(words))) + r")(?:\W|$)"
