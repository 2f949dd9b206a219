"""The protocol that every reader keeps: candidates in, judged signals out.

A reader never sees articles, files or clocks, only the candidates of each sentence (`candidates.py`). It may be rules, a model or both.
"""

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from pipeline.signals.candidates import SentenceCandidates

READINGS_SCHEMA = pl.Schema(
    {
        "candidate": pl.UInt32(),
        "kind": pl.String(),
        "status": pl.String(),
        "modality": pl.String(),
        "instrument": pl.String(),
        "is_retaliation": pl.Boolean(),
        "is_conditional": pl.Boolean(),
        "rate_pct": pl.Float64(),
        "value_usd": pl.Float64(),
        "product": pl.String(),
        "score": pl.Float64(),
        "rule_id": pl.String(),
        "words": pl.List(pl.String()),
    }
)


class Reader(Protocol):
    """Judges candidates. `name` and `version` stand on every signal that it finds."""

    @property
    def name(self) -> str:
        """Short name, such as `rules`."""
        ...

    @property
    def version(self) -> str:
        """Version, raised whenever the same candidates would be judged differently."""
        ...

    def read(self, candidates: Sequence[SentenceCandidates]) -> pl.DataFrame:
        """One row (`READINGS_SCHEMA`) for each signal that a candidate carries; a candidate may carry several or none.

        `candidate` is the number of the candidate; `score` is in 0 to 1, not yet a probability; `words` are the
        matched words, for people.
        """
        ...
