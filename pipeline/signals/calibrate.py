"""From evidence to a probability: the chance that actor, target and polarity are right, and its tier.

Belongs here: the formula, its use and its fitting. Does not: its figures (`lexicon/calibration.toml`) or the passages that they were
fitted on (`recalibrate.py`).

The formula is a logistic one, for each way of reading (`rules`, `encoder`, `both`) with its own figures:

    logit p = intercept + rules_asserted [rules assert it] + rules_denied [rules find it, but not as news]
              + family * logit(share right of the rule's family) [rules assert it] + encoder * logit(encoder's score)
"""

from collections.abc import Sequence
from functools import cache

import polars as pl

from pipeline.signals.lexicon import load_lexicon

TERMS = ("intercept", "rules_asserted", "rules_denied", "family", "encoder")
# scores nearer to 0 or 1 than this say no more
_LEAST_SCORE = 0.03
PRIOR = 10.0


def probabilities(evidence: pl.DataFrame, way: str) -> pl.Series:
    """The probability, in 0 to 1, of each row of evidence (`combine.EVIDENCE_SCHEMA`) for a way of reading (`rules`, `encoder`, `both`)."""
    weights = _table()[way]
    terms = features(evidence, _families())
    logit = sum((terms[name] * weights.get(name, 0.0) for name in TERMS), pl.zeros(evidence.height, eager=True))
    return (1 / (1 + (-logit).exp())).round(4).alias("probability")


def least(way: str) -> float:
    """The probability below which a way of reading asserts nothing: the lowest whose F1 the tuning half cannot tell from the best."""
    return float(_table()[way]["least"])


def tiers(probability: pl.Series) -> pl.Series:
    """`high`, `medium` or `low` for each probability."""
    bounds = load_lexicon("calibration")["tiers"]
    value = pl.col("probability")
    named = pl.when(value >= bounds["high"]).then(pl.lit("high")).when(value >= bounds["medium"]).then(pl.lit("medium"))
    return pl.DataFrame({"probability": probability}).select(tier=named.otherwise(pl.lit("low")))["tier"]


def features(evidence: pl.DataFrame, families: dict[str, float]) -> pl.DataFrame:
    """The terms of the formula, one column each. `families` are shares right by family; the family `""` is the mean."""
    is_asserted = (pl.col("rules_say") == "asserted").cast(pl.Float64)
    share = pl.col("rule_id").str.split(".").list.first().replace_strict(families, default=families[""], return_dtype=pl.Float64)
    return evidence.select(
        intercept=pl.lit(1.0),
        rules_asserted=is_asserted,
        rules_denied=(pl.col("rules_say") == "denied").cast(pl.Float64),
        family=is_asserted * _logit(share),
        encoder=_logit(pl.col("encoder_score")),
    )


def family_shares(rule_ids: Sequence[str], right: Sequence[bool]) -> dict[str, float]:
    """How often each family of rules (the first part of the id) was right, drawn towards the mean by `PRIOR` readings' worth."""
    given = pl.DataFrame({"family": [rule.split(".")[0] for rule in rule_ids], "right": right})
    mean = float(given["right"].cast(pl.Float64).mean() or 0.5)  # type: ignore[arg-type]  # a mean of floats is a float
    shares = given.group_by("family").agg(share=(pl.col("right").sum() + PRIOR * mean) / (pl.len() + PRIOR)).sort("family")
    return {"": round(mean, 3), **{family: round(share, 3) for family, share in shares.rows()}}


def _logit(share: pl.Expr) -> pl.Expr:
    bounded = share.clip(_LEAST_SCORE, 1 - _LEAST_SCORE)
    return (bounded / (1 - bounded)).log()


@cache
def _table() -> dict[str, dict[str, float]]:
    return {way: dict(figures) for way, figures in load_lexicon("calibration")["way"].items()}


@cache
def _families() -> dict[str, float]:
    calibration = load_lexicon("calibration")
    return {"": float(calibration["default"]), **{name: float(value) for name, value in calibration["families"].items()}}
