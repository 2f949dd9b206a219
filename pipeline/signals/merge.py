"""Many readings of a sentence into one row per actor, target, kind and instrument, with its identifier.

Belongs here: what makes two readings the same signal. Does not: articles into stories (`pipeline/articles`).
"""

from hashlib import sha256

import polars as pl

ID_LENGTH = 16
KEY = ("article_id", "span_start", "span_end", "actor", "target", "kind", "instrument")


def merge(readings: pl.DataFrame) -> pl.DataFrame:
    """One row per `KEY`, the likeliest reading (then the asserted one, then the first rule by name); adds `signal_id`.

    An act that is asserted and told as background in the same sentence is one signal, by its better reading.
    """
    ordered = readings.with_columns(is_asserted=pl.col("modality") == "asserted").sort(
        *KEY, "probability", "is_asserted", "rule_id", descending=[False] * len(KEY) + [True, True, False]
    )
    kept = ordered.unique(list(KEY), keep="first", maintain_order=True).drop("is_asserted")
    return kept.with_columns(signal_id=pl.Series([signal_id(*row) for row in kept.select(KEY).iter_rows()], dtype=pl.String()))


def signal_id(*key: str | int) -> str:
    """First 16 hex digits of the SHA-256 of the values of `KEY`. The same signal has the same id in every run."""
    return sha256("\x1f".join(str(part) for part in key).encode()).hexdigest()[:ID_LENGTH]
