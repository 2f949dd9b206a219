"""Which prediction answers which gold row: sentences, what is asked for at each level, and rows paired one to one.

Belongs here: everything that decides whether a prediction is right. Does not: counting it up (`evaluate.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from pipeline.contracts.vocabulary import INSTRUMENT, KIND, MODALITY, POLARITY, STATUS
from pipeline.signals.gold import UNNAMED_PARTNER, Gold

ASSERTED = pl.col("modality") == "asserted"

# what makes two signals of one sentence the same at each level; one and other are actor and target in alphabetical order
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


class EvaluationError(ValueError):
    """Gold or predictions that cannot be scored; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """Gold rows and predictions of the same passages, both with `id`, `sentence` (a number), `one` and `other`.

    `gold` is numbered by `gold_row`, `predictions` by `prediction`. `left_out` counts predictions of passages that the gold lacks.
    """

    gold: pl.DataFrame
    predictions: pl.DataFrame
    left_out: int


def align(gold: Gold, predictions: pl.DataFrame) -> Aligned:
    """Give each gold row and each prediction the number of its sentence.

    A gold sentence is a distinct span of gold rows. A prediction belongs to the gold sentence that it overlaps by more than half of the
    shorter of the two (the largest overlap where there are several, then the earlier); otherwise its own span is a sentence without
    gold rows. `EvaluationError` for missing columns, words outside the vocabulary and probabilities outside 0 to 1.
    """
    _check(predictions)
    known = predictions.rename({"article_id": "id"}).join(gold.passages.select("id"), on="id", how="semi", maintain_order="left")
    numbered = known.select(
        "id",
        pl.col("span_start", "span_end").cast(pl.Int64),
        "actor",
        "target",
        *_WORDS,
        pl.col("probability").cast(pl.Float64),
    ).with_row_index("prediction")
    sentences = gold.rows.select("id", "span_start", "span_end").unique().sort("id", "span_start", "span_end").with_row_index("sentence")
    return Aligned(
        gold=_pairs_named(gold.rows.join(sentences, on=["id", "span_start", "span_end"], maintain_order="left").with_row_index("gold_row")),
        predictions=_pairs_named(numbered.join(_sentence_of(numbered, sentences), on="prediction", maintain_order="left")),
        left_out=predictions.height - known.height,
    )


def outcomes(aligned: Aligned, level: str) -> pl.DataFrame:
    """What was asked for and what was called at one level of `LEVELS`, each once a sentence.

    Columns `id`, `sentence`, those of the level, and `outcome`: `tp`, `fp` or `fn`. Asked for is what stands in an asserted row that is
    not `opt`; called is what stands in an asserted prediction. What only an `opt` row holds is neither asked for nor held against.
    """
    key = ["id", "sentence", *LEVELS[level]]
    asked = aligned.gold.filter(ASSERTED & ~pl.col("opt")).select(key).unique(maintain_order=True)
    called = aligned.predictions.filter(ASSERTED).select(key).unique(maintain_order=True)
    allowed = _optional(aligned).select(key)
    return pl.concat(
        [
            called.join(asked, on=key, how="semi", maintain_order="left").with_columns(outcome=pl.lit("tp")),
            called.join(asked, on=key, how="anti", maintain_order="left")
            .join(allowed, on=key, how="anti", maintain_order="left")
            .with_columns(outcome=pl.lit("fp")),
            asked.join(called, on=key, how="anti", maintain_order="left").with_columns(outcome=pl.lit("fn")),
        ]
    )


def judged(aligned: Aligned) -> pl.DataFrame:
    """Each asserted prediction with `is_right`: whether its triple was asked for. Those that only an `opt` row answers are left out."""
    verdicts = outcomes(aligned, "triple").filter(pl.col("outcome") != "fn").with_columns(is_right=pl.col("outcome") == "tp")
    return aligned.predictions.filter(ASSERTED).join(verdicts.drop("outcome"), on=TRIPLE, maintain_order="left")


def paired(gold: pl.DataFrame, predictions: pl.DataFrame) -> pl.DataFrame:
    """Rows and predictions of the same sentence and triple, one to one, the most alike first: same kind, then same instrument,
    modality, status. The columns of `gold`, and those of `predictions` with the suffix `_predicted`."""
    alike = [pl.col(name) == pl.col(f"{name}_predicted") for name in ("kind", "instrument", "modality", "status")]
    candidates = gold.join(predictions, on=TRIPLE, suffix="_predicted").sort(
        *alike, "gold_row", "prediction", descending=[True, True, True, True, False, False]
    )
    return one_to_one(candidates)


def one_to_one(candidates: pl.DataFrame) -> pl.DataFrame:
    """The candidates (`gold_row`, `prediction`, in order of preference) of which neither side was taken by an earlier one."""
    taken_rows: set[int] = set()
    taken_predictions: set[int] = set()
    keep: list[bool] = []
    for row, prediction in candidates.select("gold_row", "prediction").iter_rows():
        free = row not in taken_rows and prediction not in taken_predictions
        keep.append(free)
        if free:
            taken_rows.add(row)
            taken_predictions.add(prediction)
    return candidates.filter(pl.Series(keep, dtype=pl.Boolean()))


def _check(predictions: pl.DataFrame) -> None:
    missing = [name for name in _COLUMNS if name not in predictions.columns]
    if missing:
        raise EvaluationError(f"the predictions lack the columns {', '.join(missing)}; give the extractor's whole record")
    empty = [name for name in _COLUMNS if predictions[name].null_count()]
    if empty:
        raise EvaluationError(f"the predictions have empty cells in {', '.join(empty)}; every prediction must fill these columns")
    for name, vocabulary in _WORDS.items():
        unknown = _unknown(predictions[name], vocabulary.words)
        if unknown:
            raise EvaluationError(f"the predictions use words that are no {name}: {', '.join(unknown)}; mend the extractor")
    outside = predictions.filter(~pl.col("probability").is_between(0, 1))
    if not outside.is_empty():
        raise EvaluationError(
            f"{outside.height} predictions have a probability outside 0 to 1, the first {outside['probability'][0]}; calibrate them"
        )


def _unknown(column: pl.Series, words: Iterable[str]) -> list[str]:
    return sorted({repr(word) for word in column.unique()} - {repr(word) for word in words})


def _sentence_of(predictions: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """`prediction`, `sentence`: the gold sentence where one is overlapped enough, else a new number for each distinct span."""
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


def _pairs_named(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(one=pl.min_horizontal("actor", "target"), other=pl.max_horizontal("actor", "target"))


def _optional(aligned: Aligned) -> pl.DataFrame:
    """The `opt` rows. One with an unnamed partner stands for every partner that a prediction of its sentence gives to its actor."""
    opt = aligned.gold.filter("opt").drop("one", "other")
    unnamed = opt.filter(pl.col("target") == UNNAMED_PARTNER).drop("target")
    ways = [
        unnamed.join(aligned.predictions.select("sentence", "actor", "target"), on=["sentence", "actor"]),
        unnamed.join(aligned.predictions.select("sentence", actor="target", target="actor"), on=["sentence", "actor"]),
    ]
    return _pairs_named(pl.concat([opt, *(way.select(opt.columns) for way in ways)]))
