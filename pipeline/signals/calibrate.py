"""From a rule to a probability: how often such readings were right on annotated passages.

Belongs here: the table and its use. Does not: measuring it (see the comment in `lexicon/calibration.toml`).
"""

from functools import cache

import polars as pl

from pipeline.signals.lexicon import load


def probabilities(rule_ids: pl.Series) -> pl.Series:
    """The probability, in 0 to 1, that actor, target and polarity are right, by the rule's family: the first part of its dotted id.

    A family that was too rare to be measured gets the mean over all.
    """
    table, default = _table()
    families = rule_ids.cast(pl.String()).str.split(".").list.first()
    return families.replace_strict(table, default=default, return_dtype=pl.Float64()).alias("probability")


@cache
def _table() -> tuple[dict[str, float], float]:
    calibration = load("calibration")
    return {name: float(value) for name, value in calibration["families"].items()}, float(calibration["default"])
