"""Build small gold sets and predictions for the tests of alignment and scores."""

from typing import Any

import polars as pl

from pipeline.contracts.vocabulary import KIND_POLARITY
from pipeline.signals.evaluate import Report, evaluate
from pipeline.signals.gold import PASSAGES_SCHEMA, ROWS_SCHEMA, Gold

TEXT = "x" * 100
SIGNAL: dict[str, Any] = {
    "span_start": 0, "span_end": 40, "actor": "USA", "target": "CHN", "kind": "measure", "status": "announced",
    "modality": "asserted", "instrument": "tariff",
}  # fmt: skip
EXTRAS: dict[str, Any] = {
    "quote": "x",
    "is_retaliation": False,
    "is_conditional": False,
    "rate_pct": None,
    "value_usd": None,
    "product": "",
}
PREDICTIONS_SCHEMA = {
    "article_id": pl.String(), "span_start": pl.Int64(), "span_end": pl.Int64(), "actor": pl.String(), "target": pl.String(),
    "kind": pl.String(), "polarity": pl.String(), "status": pl.String(), "modality": pl.String(), "instrument": pl.String(),
    "probability": pl.Float64(),
}  # fmt: skip


def make_row(passage: str = "p1", *, opt: bool = False, **changes: Any) -> dict[str, Any]:
    """Make a gold row; the default is a measure of the USA against China in the first 40 characters."""
    fields = SIGNAL | EXTRAS | changes
    return fields | {"id": passage, "opt": opt, "polarity": KIND_POLARITY[fields["kind"]]}


def make_prediction(passage: str = "p1", probability: float = 0.9, **changes: Any) -> dict[str, Any]:
    """Make a prediction; the default matches the default gold row."""
    fields = SIGNAL | changes
    return fields | {"article_id": passage, "probability": probability, "polarity": KIND_POLARITY[fields["kind"]]}


def make_gold(*rows: dict[str, Any], passages: tuple[str, ...] = ("p1",), sources: tuple[str, ...] = ("own",)) -> Gold:
    listed = [{"id": one, "date": None, "source": sources[n % len(sources)], "text": TEXT} for n, one in enumerate(passages)]
    return Gold(pl.DataFrame(listed, schema=PASSAGES_SCHEMA), pl.DataFrame(list(rows), schema=ROWS_SCHEMA))


def make_predictions(*predictions: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(predictions), schema=PREDICTIONS_SCHEMA)


def read_counts(report: Report, level: str = "triple") -> tuple[int, int, int]:
    counts = report.levels[level]
    return counts.tp, counts.fp, counts.fn


def score(*predictions: dict[str, Any], against: Gold, level: str = "triple") -> tuple[int, int, int]:
    """Count right and wrong predictions, and missed gold rows, at a level of `evaluate`."""
    return read_counts(evaluate(against, make_predictions(*predictions), resamples=10), level)
