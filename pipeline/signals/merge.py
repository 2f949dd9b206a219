"""Merge the readings of a sentence that are the same signal.

Belongs here: when two readings are the same signal (`KEY`), and its id. Does not: grouping articles into stories (`pipeline/articles`).
"""

from hashlib import sha256

import polars as pl

ID_LENGTH = 16
#: Readings with equal values in these columns are the same signal.
KEY = ("article_id", "span_start", "span_end", "actor", "target", "kind", "instrument")


def merge(readings: pl.DataFrame) -> pl.DataFrame:
    """Reduce readings to one row for each signal.

    Adds `signal_id`. Of several readings with equal values in `KEY` (sentence, actor, target, kind of act, instrument) one remains: an
    asserted one (reported as news) before others, then the most probable, then the one whose `rule_id` is first in the alphabet, then the
    first of them. Rows are sorted by `KEY`.
    """
    ordered = readings.with_columns(is_asserted=pl.col("modality") == "asserted").sort(
        *KEY, "is_asserted", "probability", "rule_id", descending=[False] * len(KEY) + [True, True, False], maintain_order=True
    )
    best = ordered.unique(list(KEY), keep="first", maintain_order=True).drop("is_asserted")
    return best.with_columns(signal_id=pl.Series([signal_id(*row) for row in best.select(KEY).iter_rows()], dtype=pl.String()))


def signal_id(*key: str | int) -> str:
    """Hash the values of `KEY`, in its order, to 16 hex digits.

    The same signal has the same id in every run.
    """
    return sha256("\x1f".join(str(part) for part in key).encode()).hexdigest()[:ID_LENGTH]
