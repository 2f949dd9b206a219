"""How much a sentence looks like trade policy, with its context.

Belongs here: what counts as context. Does not: the weights of words (`gate/`), or how much relevance raises a probability (`calibrate.py`).
"""

import polars as pl

from pipeline.signals.gate.articles import POINTS_PER_UNIT, score_texts

# A sentence such as "It will answer in kind" is about trade if the one before or the title is.
_CONTEXT = ("sentence", "previous", "title")


def add_relevance(evidence: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Add `relevance`: the log odds of trade policy in sentence or context.

    `evidence`: what the readers found (`EVIDENCE_SCHEMA`); `candidates`: at least the pairs of countries that it is about
    (`CANDIDATES_SCHEMA`). The highest value of the sentence, the one before and the title counts.
    """
    about = candidates.join(evidence, on="candidate", how="semi").unpivot(_CONTEXT, index="candidate", value_name="text")
    distinct = about.select("text").unique(maintain_order=True)
    points = distinct.with_columns(points=score_texts(distinct["text"]))
    best = about.join(points, on="text").group_by("candidate").agg(relevance=pl.col("points").max() / POINTS_PER_UNIT)
    return evidence.join(best, on="candidate", how="left", maintain_order="left")
