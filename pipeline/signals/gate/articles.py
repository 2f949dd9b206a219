"""Which articles are read, and why others are not.

Belongs here: the decision about an article. Does not: reading it.
"""

from functools import cache
from pathlib import Path

import polars as pl

from pipeline.signals.gate.features import list_features, split_words

WEIGHTS = Path(__file__).parent / "weights.csv"
#: Weights are whole numbers, so that sums are equal on all processors. This many points are one unit of log odds.
POINTS_PER_UNIT = 1000
#: An article is read if a sentence has at least `BOUND` points, or its title `TITLE_BOUND`; `benchmarks/gate_bounds.py` measures both. Less
#: is required of a title because it is short and says what the article is about; and of every sentence of a text without a title, because
#: such texts are mostly short messages.
BOUND = -700
TITLE_BOUND = -1500
INTERCEPT = "#every sentence"
#: Articles that are judged at once. The words of a text need some 35 times its memory.
CHUNK_ROWS = 1000
_NEEDED_FOR_A_PAIR = 2


def judge_articles(articles: pl.DataFrame) -> pl.DataFrame:
    """Decide for each article (`title`, `body`) whether it is read.

    Returns `outcome` (a word of `READING_OUTCOME`) and `score`, in the order of the articles. `score` is how many points the best sentence
    or title has above its bound (`BOUND`, `TITLE_BOUND`), negative if below; from 0 on `outcome` is `read`. It is null if neither title nor
    body names a country: `outcome` is then `no_country`. For others that are not read it is `one_country` or, if they name several
    countries, `no_trade_policy`. A null title or body counts as empty.

    A sentence is judged by its words and by the countries named in it and in the article. More sentences never lower the score.
    """
    chunks = [articles.slice(start, CHUNK_ROWS) for start in range(0, articles.height, CHUNK_ROWS)] or [articles]
    return pl.concat([_judge_chunk(chunk) for chunk in chunks])


def _judge_chunk(articles: pl.DataFrame) -> pl.DataFrame:
    """Decide for some articles whether to read them, as `judge_articles`.

    `score` is the most by which a sentence or title exceeds its bound; the article is read from 0 on. It is null without a country.
    """
    title, body = pl.col("title").fill_null(""), pl.col("body").fill_null("")
    words = split_words(articles.select(article=pl.int_range(pl.len(), dtype=pl.UInt32), title=title, body=body))
    named = words.drop_nulls("code").group_by("article").agg(countries=pl.col("code").n_unique())
    sentences = score_sentences(words.join(named, on="article", how="semi", maintain_order="left"))
    is_untitled = ~pl.col("is_title").any().over("article")
    excess = pl.col("points") - pl.when(pl.col("is_title") | is_untitled).then(TITLE_BOUND).otherwise(BOUND)
    best = sentences.with_columns(excess=excess).group_by("article").agg(pl.col("excess").max())
    judged = (
        pl.DataFrame({"article": pl.int_range(articles.height, dtype=pl.UInt32, eager=True)})
        .join(named, on="article", how="left", maintain_order="left")
        .join(best, on="article", how="left", maintain_order="left")
    )
    return judged.select(
        outcome=pl.when(pl.col("countries").is_null())
        .then(pl.lit("no_country"))
        .when(pl.col("excess") >= 0)
        .then(pl.lit("read"))
        .when(pl.col("countries") < _NEEDED_FOR_A_PAIR)
        .then(pl.lit("one_country"))
        .otherwise(pl.lit("no_trade_policy")),
        score="excess",
    )


def score_texts(texts: pl.Series) -> pl.Series:
    """Compute the points of each text's best sentence (`score_sentences`).

    Texts have no title; one without words has the points that every sentence has. In the order of `texts`.
    """
    articles = texts.to_frame("body").with_row_index("article").with_columns(title=pl.lit(""))
    best = score_sentences(split_words(articles)).group_by("article").agg(points=pl.col("points").max())
    return articles.join(best, on="article", how="left", maintain_order="left")["points"].fill_null(_load_weights()[1])


def score_sentences(words: pl.DataFrame) -> pl.DataFrame:
    """Compute how much each sentence looks like trade policy, as `points`.

    They are the intercept plus the weights of its features (words and countries); a repeated feature counts once. `words`: result of
    `split_words`. Returns one row for each sentence (`article`, `sentence`, `is_title`, `points`), in no order.
    """
    weights, intercept = _load_weights()
    # Features become integers before repeated ones are dropped, which is faster than with strings.
    matched = list_features(words).join(weights, on="feature").select("sentence", "number", "weight").unique(["sentence", "number"])
    sums = matched.group_by("sentence").agg(points=pl.col("weight").sum())
    return (
        words.select("article", "sentence", "is_title")
        .unique("sentence")
        .join(sums, on="sentence", how="left")
        .with_columns(points=pl.col("points").fill_null(0) + intercept)
    )


@cache
def _load_weights() -> tuple[pl.DataFrame, int]:
    """Read the weights (`feature`, `weight`, `number`) and the intercept.

    `number` is the number of the row. The intercept is the weight that every sentence has.
    """
    weights = pl.read_csv(WEIGHTS, schema={"feature": pl.String, "weight": pl.Int64}, glob=False)
    is_intercept = pl.col("feature") == INTERCEPT
    return weights.filter(~is_intercept).with_row_index("number"), weights.filter(is_intercept)["weight"].item()
