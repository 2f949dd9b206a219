"""Compute the probability and tier of evidence.

Evidence is what the readers found about a signal; the probability is that actor, target and polarity are right. Belongs here: the formula.
Does not: its coefficients (`lexicon/calibration.toml`) or how they are fitted (`recalibrate.py`).

It is a logistic regression, with coefficients for each mode, which says which readers were used (`rules`, `encoder`, `both`). A reader
asserts a signal if it finds it as news. A condition in brackets is 1 if true, else 0:

    logit p = intercept + rules_asserted [rules assert it] + silent [rules assert it, the encoder finds nothing]
              + rules_denied [rules find it, but not as news]
              + family * logit(share right of the rule's family) [rules assert it] + encoder * logit(encoder's score)
              + concession [polarity is concession] + dialogue [polarity is dialogue]
              + relevance * log odds that sentence or context are about trade policy (`relevance.py`)
              + topic, recital, firm, no_trade [the doubt of that name (`doubts.py`)]

The share right of a family of rules is that of its labelled readings (`compute_family_shares`).
"""

from collections.abc import Sequence

import polars as pl

from pipeline.contracts.vocabulary import DOUBT
from pipeline.signals.lexicon import load_lexicon

TERMS = (
    *("intercept", "rules_asserted", "silent", "rules_denied", "family", "encoder", "concession", "dialogue", "relevance"),
    *DOUBT.words,
)
# Shares and scores are clipped to this distance from 0 and 1 before the logit.
_CLIP = 0.005
PRIOR_READINGS = 10.0


def compute_probabilities(evidence: pl.DataFrame, mode: str) -> pl.Series:
    """Compute the probability that actor, target and polarity are right.

    `evidence`: rows of `EVIDENCE_SCHEMA` with `doubts` (`add_doubts`) and `relevance` (`add_relevance`). `mode`: which readers made it
    (`rules`, `encoder` or `both`). Returns `probability`, rounded to four digits.
    """
    calibration = load_lexicon("calibration")
    coefficients = calibration["way"][mode]
    terms = compute_terms(evidence, {"": calibration["default"], **calibration["families"]})
    logit = sum((terms[name] * coefficients.get(name, 0.0) for name in TERMS), pl.zeros(evidence.height, eager=True))
    return (1 / (1 + (-logit).exp())).round(4).alias("probability")


def minimum_probability(mode: str) -> float:
    """Return the probability below which asserted evidence is dropped.

    Evidence is what the readers found about a signal; it is asserted if the sentence reports it as news. `mode`: which readers are used
    (`rules`, `encoder` or `both`).
    """
    return float(load_lexicon("calibration")["way"][mode]["least"])


def assign_tiers(probability: pl.Series) -> pl.Series:
    """Map probabilities to the tiers `high`, `medium` or `low`.

    Their lower bounds are in `lexicon/calibration.toml`; a probability equal to a bound is in the higher tier.
    """
    bounds = load_lexicon("calibration")["tiers"]
    value = pl.col("probability")
    tier = pl.when(value >= bounds["high"]).then(pl.lit("high")).when(value >= bounds["medium"]).then(pl.lit("medium"))
    return pl.DataFrame({"probability": probability}).select(tier=tier.otherwise(pl.lit("low")))["tier"]


def compute_terms(evidence: pl.DataFrame, family_shares: dict[str, float]) -> pl.DataFrame:
    """Compute the terms of the formula, one column each.

    Rows are those of `evidence` (with `doubts` and `relevance`), columns those of `TERMS`. `family_shares` maps a family of rules (the
    first part of `rule_id`) to the share of its readings that are right; the key `""` is the share of all, used for families that are
    missing.
    """
    is_asserted = (pl.col("rules_say") == "asserted").cast(pl.Float64)
    family = pl.col("rule_id").str.split(".").list.first()
    share = family.replace_strict(family_shares, default=family_shares[""], return_dtype=pl.Float64)
    return evidence.select(
        intercept=pl.lit(1.0),
        rules_asserted=is_asserted,
        silent=is_asserted * (pl.col("encoder_score") == 0).cast(pl.Float64),
        rules_denied=(pl.col("rules_say") == "denied").cast(pl.Float64),
        family=is_asserted * _logit(share),
        encoder=_logit(pl.col("encoder_score")),
        concession=(pl.col("polarity") == "concession").cast(pl.Float64).fill_null(0.0),
        dialogue=(pl.col("polarity") == "dialogue").cast(pl.Float64).fill_null(0.0),
        relevance=pl.col("relevance"),
        **{doubt: pl.col("doubts").list.contains(doubt).cast(pl.Float64).fill_null(0.0) for doubt in DOUBT.words},
    )


def compute_family_shares(rule_ids: Sequence[str], right: Sequence[bool]) -> dict[str, float]:
    """Compute the share of right readings for each family of rules.

    `rule_ids`, `right`: one item per labelled reading. Rules whose id has the same first part are a family; the key `""` is the share of
    all readings, or 0.5 if none is right or there are none. Each share of a family is shrunk towards that of all, with the weight of
    `PRIOR_READINGS` readings. Shares are rounded to three digits.
    """
    readings = pl.DataFrame({"family": [rule.split(".")[0] for rule in rule_ids], "right": right})
    mean = float(readings["right"].cast(pl.Float64).mean() or 0.5)  # type: ignore[arg-type]  # a mean of floats is a float
    shares = readings.group_by("family").agg(share=(pl.col("right").sum() + PRIOR_READINGS * mean) / (pl.len() + PRIOR_READINGS))
    return {"": round(mean, 3), **{family: round(share, 3) for family, share in shares.sort("family").rows()}}


def _logit(share: pl.Expr) -> pl.Expr:
    """Turn shares into log odds, first moved off 0 and 1 (`_CLIP`)."""
    clipped = share.clip(_CLIP, 1 - _CLIP)
    return (clipped / (1 - clipped)).log()
