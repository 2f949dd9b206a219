"""Align an extractor's predictions with gold rows, sentence by sentence.

Gold rows are labelled signals; an optional one (`opt`) may be predicted or not (docs/annotation-guide.md). A signal is
asserted if the sentence reports it as news (`modality`). A triple is actor, target and polarity in a sentence. Belongs here:
everything that decides whether a prediction is right. Does not: scores (`evaluate.py`).
"""

from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from pipeline.contracts.vocabulary import INSTRUMENT, KIND, MODALITY, POLARITY, STATUS
from pipeline.errors import TensionError
from pipeline.signals.gold import UNNAMED_PARTNER, Gold

ASSERTED = pl.col("modality") == "asserted"

# Columns that must agree at each level; `one` and `other` are actor and target in alphabetical order.
LEVELS = MappingProxyType(
    {
        "detection": (),
        "pair": ("one", "other"),
        "polarity": ("one", "other", "polarity"),
        "triple": ("actor", "target", "polarity"),
        "kind": ("actor", "target", "kind"),
    }
)
TRIPLE = ["id", "sentence", *LEVELS["triple"]]

_WORDS = {"kind": KIND, "polarity": POLARITY, "status": STATUS, "modality": MODALITY, "instrument": INSTRUMENT}
_COLUMNS = ("article_id", "span_start", "span_end", "actor", "target", *_WORDS, "probability")
_OPTIONAL = ("tier", "rate_pct")


class EvaluationError(TensionError, ValueError):
    """Gold or predictions cannot be scored, or no resamples are requested."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """Gold rows and predictions of the same passages, with sentence numbers.

    Gold rows are labelled signals. Both have `id`, `sentence` (a number), `one` and `other` (the two countries in alphabetical order).
    `gold` is numbered by `gold_row`, `predictions` by `prediction`. `ignored` counts predictions in passages that are not in the gold.
    """

    gold: pl.DataFrame
    predictions: pl.DataFrame
    ignored: int


def align(gold: Gold, predictions: pl.DataFrame) -> Aligned:
    """Give gold rows and predictions of one sentence the same number.

    Gold rows are labelled signals; each distinct span of them is a sentence. A prediction belongs to the gold sentence that it overlaps by
    more than half of the shorter of the two, of several to that with the largest overlap, and of these to the earliest; otherwise its own
    span is a sentence without gold rows.

    Predictions in passages that are not in the gold are dropped and counted. Raises `EvaluationError` for missing columns (`evaluate` lists
    them), nulls in them, words outside the vocabulary and probabilities outside 0 to 1.
    """
    _check_predictions(predictions)
    known = predictions.rename({"article_id": "id"}).join(gold.passages.select("id"), on="id", how="semi", maintain_order="left")
    numbered = known.select(
        "id",
        pl.col("span_start", "span_end").cast(pl.Int64),
        "actor",
        "target",
        *_WORDS,
        pl.col("probability").cast(pl.Float64),
        *(name for name in _OPTIONAL if name in known.columns),
    ).with_row_index("prediction")
    sentences = gold.rows.select("id", "span_start", "span_end").unique().sort("id", "span_start", "span_end").with_row_index("sentence")
    return Aligned(
        gold=_add_pair(gold.rows.join(sentences, on=["id", "span_start", "span_end"], maintain_order="left").with_row_index("gold_row")),
        predictions=_add_pair(numbered.join(_assign_sentences(numbered, sentences), on="prediction", maintain_order="left")),
        ignored=predictions.height - known.height,
    )


def compute_outcomes(aligned: Aligned, level: str) -> pl.DataFrame:
    """Say which signals are right, wrong or missed.

    `level`: one of `LEVELS`, what must agree. Returns `id`, `sentence`, the columns of the level, and `outcome`: `tp` (right), `fp` (only
    predicted) or `fn` (only in the gold, the labels). Equal values in a sentence are one signal. Expected are the gold rows that are
    asserted (reported as news) and not optional (`opt`); predicted are the asserted predictions. A prediction that only an optional row
    matches has no outcome.
    """
    key = ["id", "sentence", *LEVELS[level]]
    expected = aligned.gold.filter(ASSERTED & ~pl.col("opt")).select(key).unique(maintain_order=True)
    predicted = aligned.predictions.filter(ASSERTED).select(key).unique(maintain_order=True)
    optional = _find_optional_rows(aligned).select(key)
    return pl.concat(
        [
            predicted.join(expected, on=key, how="semi", maintain_order="left").with_columns(outcome=pl.lit("tp")),
            predicted.join(expected, on=key, how="anti", maintain_order="left")
            .join(optional, on=key, how="anti", maintain_order="left")
            .with_columns(outcome=pl.lit("fp")),
            expected.join(predicted, on=key, how="anti", maintain_order="left").with_columns(outcome=pl.lit("fn")),
        ]
    )


def judge_predictions(aligned: Aligned) -> pl.DataFrame:
    """Return the asserted predictions (those reported as news) with `is_right`.

    A prediction is right if an asserted gold row (label) of its sentence, not an optional one, has its actor, target and polarity, its
    triple. So several predictions of a triple are all right or all wrong. Those that only an optional gold row matches are left out.
    """
    verdicts = compute_outcomes(aligned, "triple").filter(pl.col("outcome") != "fn").with_columns(is_right=pl.col("outcome") == "tp")
    return aligned.predictions.filter(ASSERTED).join(verdicts.drop("outcome"), on=TRIPLE, maintain_order="left")


def pair_rows(gold: pl.DataFrame, predictions: pl.DataFrame) -> pl.DataFrame:
    """Pair gold rows and predictions of the same triple one to one.

    Gold rows are labelled signals; a triple is actor, target and polarity in a sentence. The most similar rows are paired first: similar
    means the same kind, then instrument, modality, status. Columns of `predictions` that `gold` has too get the suffix `_predicted`, except
    those of `TRIPLE`. Rows that remain without a partner are left out.
    """
    alike = [pl.col(name) == pl.col(f"{name}_predicted") for name in ("kind", "instrument", "modality", "status")]
    candidates = gold.join(predictions, on=TRIPLE, suffix="_predicted").sort(
        *alike, "gold_row", "prediction", descending=[True, True, True, True, False, False]
    )
    return match_one_to_one(candidates)


def match_one_to_one(candidates: pl.DataFrame) -> pl.DataFrame:
    """Select pairs that use each row and prediction at most once.

    `candidates`: possible pairs, with `gold_row` and `prediction`, in order of preference. Each is selected if no earlier selected pair has
    its row or prediction.
    """
    used_rows: set[int] = set()
    used_predictions: set[int] = set()
    selected: list[bool] = []
    for row, prediction in candidates.select("gold_row", "prediction").iter_rows():
        is_free = row not in used_rows and prediction not in used_predictions
        selected.append(is_free)
        if is_free:
            used_rows.add(row)
            used_predictions.add(prediction)
    return candidates.filter(pl.Series(selected, dtype=pl.Boolean()))


def _check_predictions(predictions: pl.DataFrame) -> None:
    """Raise `EvaluationError` unless the predictions can be scored.

    They need all of `_COLUMNS` without nulls, only words of the vocabularies, and probabilities from 0 to 1.
    """
    missing = [name for name in _COLUMNS if name not in predictions.columns]
    if missing:
        raise EvaluationError(f"the predictions lack the columns {', '.join(missing)}; pass all columns of the extractor's findings")
    empty = [name for name in _COLUMNS if predictions[name].null_count()]
    if empty:
        raise EvaluationError(f"the predictions have empty cells in {', '.join(empty)}; every prediction must fill these columns")
    for name, vocabulary in _WORDS.items():
        unknown = sorted(set(map(repr, predictions[name].unique())) - set(map(repr, vocabulary.words)))
        if unknown:
            raise EvaluationError(f"the predictions have an unknown {name}: {', '.join(unknown)}; fix the extractor")
    outside = predictions.filter(~pl.col("probability").is_between(0, 1))
    if not outside.is_empty():
        raise EvaluationError(
            f"{outside.height} predictions have a probability outside 0 to 1, the first {outside['probability'][0]}; calibrate them"
        )


def _assign_sentences(predictions: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """Assign each prediction to a sentence (`prediction`, `sentence`).

    `sentences`: those with labels (gold rows), with numbers. A prediction is assigned to the one that it overlaps by more than half of the
    shorter of the two; of several to that with the largest overlap, and of these to the earliest. Other predictions get new numbers, one
    for each distinct span.
    """
    spans = predictions.select("prediction", "id", "span_start", "span_end")
    overlap = pl.min_horizontal("span_end", "span_end_gold") - pl.max_horizontal("span_start", "span_start_gold")
    shorter = pl.min_horizontal(pl.col("span_end") - pl.col("span_start"), pl.col("span_end_gold") - pl.col("span_start_gold"))
    matched = (
        spans.join(sentences, on="id", suffix="_gold")
        .with_columns(overlap=overlap)
        .filter(pl.col("overlap") * 2 > shorter)
        .sort("prediction", "overlap", "span_start_gold", "span_end_gold", descending=[False, True, False, False])
        .unique("prediction", keep="first", maintain_order=True)
        .select("prediction", "sentence")
    )
    rest = spans.join(matched, on="prediction", how="anti")
    own = (
        rest.select("id", "span_start", "span_end")
        .unique()
        .sort("id", "span_start", "span_end")
        .with_row_index("sentence", offset=sentences.height)
    )
    return pl.concat([matched, rest.join(own, on=["id", "span_start", "span_end"]).select("prediction", "sentence")])


def _add_pair(frame: pl.DataFrame) -> pl.DataFrame:
    """Add actor and target in alphabetical order, as `one` and `other`."""
    return frame.with_columns(one=pl.min_horizontal("actor", "target"), other=pl.max_horizontal("actor", "target"))


def _find_optional_rows(aligned: Aligned) -> pl.DataFrame:
    """Return the optional gold rows, which may be predicted or not.

    A row whose target the text does not name (`?`) matches any partner: for each prediction in its sentence between the row's
    actor and another country, in either direction, the row is added again with that country as target.
    """
    opt = aligned.gold.filter("opt").drop("one", "other")
    unnamed = opt.filter(pl.col("target") == UNNAMED_PARTNER).drop("target")
    expanded = [
        unnamed.join(aligned.predictions.select("sentence", "actor", "target"), on=["sentence", "actor"]),
        unnamed.join(aligned.predictions.select("sentence", actor="target", target="actor"), on=["sentence", "actor"]),
    ]
    return _add_pair(pl.concat([opt, *(rows.select(opt.columns) for rows in expanded)]))
