"""Scores of an extractor against gold files, with 95 % intervals, and the list of its errors.

Belongs here: what is counted, how counts become scores and how sure these are. Does not: reading gold files (`gold.py`), deciding
which prediction answers which row (`alignment.py`), or printing (`pipeline/report/scores.py`). Any extractor can be scored: what
comes in is gold and a frame of predictions.

Intervals are percentile bootstraps over passages (Efron and Tibshirani 1993): whole passages are drawn, since the signals of one
passage stand or fall together. The same draws serve all scores of a report.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.vocabulary import KIND, POLARITY
from pipeline.signals.alignment import ASSERTED, LEVELS, TRIPLE, Aligned, EvaluationError, align, judged, one_to_one, outcomes, paired
from pipeline.signals.gold import Gold

__all__ = ["BINS", "Bin", "Counts", "Draws", "EvaluationError", "Report", "Score", "as_predictions", "errors", "evaluate"]

BINS = 10

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """A share or mean over `count` things with its 95 % interval.

    `value` is None where there was nothing to score, the interval also where all things come from a single passage: drawing one
    passage again and again would give an interval without width.
    """

    value: float | None
    lo95: float | None
    hi95: float | None
    count: int


@dataclass(frozen=True)
class Counts:
    """Right (`tp`), wrong (`fp`) and missed (`fn`) at one level or of one class, and what follows from them (micro averages)."""

    tp: int
    fp: int
    fn: int
    precision: Score
    recall: Score
    f1: Score


@dataclass(frozen=True)
class Bin:
    """Predictions whose probability lies in [`lo`, `hi`) (the last bin includes 1): how many, their mean, and how often right."""

    lo: float
    hi: float
    count: int
    mean_probability: float | None
    share_right: Score


@dataclass(frozen=True)
class Report:
    """The scores of one extractor on one gold set.

    `levels` by level (`detection`, `pair`, `polarity`, `triple`, `kind`); `kinds` by kind, at level kind; `polarities` and `sources` by
    polarity and by source, at level triple; `accuracy` of `modality`, `status`, `instrument` on paired rows; `brier` and
    `calibration_error` of the probability of asserted predictions against whether their triple is right, `reliability` by bins.
    `asked` and `called` count gold rows asked for and asserted predictions, `left_out` predictions of passages that the gold lacks.
    """

    passages: int
    asked: int
    called: int
    left_out: int
    levels: Mapping[str, Counts]
    kinds: Mapping[str, Counts]
    polarities: Mapping[str, Counts]
    sources: Mapping[str, Counts]
    accuracy: Mapping[str, Score]
    brier: Score
    calibration_error: Score
    reliability: tuple[Bin, ...]

    def as_frame(self) -> pl.DataFrame:
        """One row a score: `part` (level, kind, polarity, source, accuracy, calibration), `name`, `score`, `value`, `lo95`,
        `hi95`, `count`.

        `count` is how many things the share or mean is over; for F1 all that were right, wrong or missed.
        """
        rows: list[tuple[str, str, str, Score]] = []
        parts = {"level": self.levels, "kind": self.kinds, "polarity": self.polarities, "source": self.sources}
        for part, by_name in parts.items():
            for name, counts in by_name.items():
                rows += [(part, name, score, getattr(counts, score)) for score in ("precision", "recall", "f1")]
        rows += [("accuracy", name, "accuracy", score) for name, score in self.accuracy.items()]
        rows += [("calibration", "probability", "brier", self.brier)]
        rows += [("calibration", "probability", "calibration_error", self.calibration_error)]
        return pl.DataFrame(
            [(part, name, score, found.value, found.lo95, found.hi95, found.count) for part, name, score, found in rows],
            schema={
                **dict.fromkeys(("part", "name", "score"), pl.String()),
                **dict.fromkeys(("value", "lo95", "hi95"), pl.Float64()),
                "count": pl.Int64(),
            },
            orient="row",
        )

    def reliability_frame(self) -> pl.DataFrame:
        """One row a bin: `lo`, `hi`, `count`, `mean_probability`, `share_right`, `lo95`, `hi95`."""
        return pl.DataFrame(
            [
                (b.lo, b.hi, b.count, b.mean_probability, b.share_right.value, b.share_right.lo95, b.share_right.hi95)
                for b in self.reliability
            ],
            schema={
                **dict.fromkeys(("lo", "hi"), pl.Float64()),
                "count": pl.Int64(),
                **dict.fromkeys(("mean_probability", "share_right", "lo95", "hi95"), pl.Float64()),
            },
            orient="row",
        )


def evaluate(gold: Gold, predictions: pl.DataFrame, seed: int = 0, resamples: int = 1000) -> Report:
    """Score predictions sentence by sentence against gold; docs/annotation-guide.md says what counts as right.

    `predictions` has the columns of the table `findings` from `article_id` (the gold id) to `probability`; more are ignored.
    The same input and seed give the same report. `EvaluationError` for gold without passages or predictions that cannot be scored.
    """
    if gold.passages.is_empty():
        raise EvaluationError("the gold holds no passages; there is nothing to score against")
    if resamples < 1:
        raise EvaluationError(f"{resamples} resamples give no interval; ask for at least 1, better 1000")
    aligned = align(gold, predictions)
    draws = Draws(gold.passages, seed, resamples)
    triples = outcomes(aligned, "triple")
    by_kind = outcomes(aligned, "kind")
    calibration = _calibration(draws, judged(aligned))
    return Report(
        passages=gold.passages.height,
        asked=aligned.gold.filter(ASSERTED & ~pl.col("opt")).height,
        called=aligned.predictions.filter(ASSERTED).height,
        left_out=aligned.left_out,
        levels={level: draws.counts(outcomes(aligned, level)) for level in LEVELS},
        kinds={kind: draws.counts(by_kind.filter(pl.col("kind") == kind)) for kind in KIND.words},
        polarities={word: draws.counts(triples.filter(pl.col("polarity") == word)) for word in POLARITY.words},
        sources=_by_source(draws, gold.passages, triples),
        accuracy=_accuracy(draws, aligned),
        brier=calibration[0],
        calibration_error=calibration[1],
        reliability=calibration[2],
    )


def as_predictions(gold: Gold) -> pl.DataFrame:
    """The rows asked for as an extractor without fault would give them; with them, agreement of two annotators is an `evaluate`."""
    return gold.rows.filter(~pl.col("opt")).drop("opt").rename({"id": "article_id"}).with_columns(probability=pl.lit(1.0))


def errors(gold: Gold, predictions: pl.DataFrame) -> pl.DataFrame:
    """Every missed and every wrong triple, a missed one beside the wrong one that stands in its place.

    Columns `id`, `source`, `span_start`, `span_end`, `quote`, `error`, then actor, target, kind, polarity, status, modality and
    instrument with the prefixes `gold_` and `predicted_` (null on the side that has nothing), and `probability`. Words of `error`:

    - `modality`: the triple is right, but one side asserts it and the other does not;
    - `polarity`, `direction`, `pair`: a missed triple has a wrong one in its sentence: other polarity; roles exchanged; other countries;
    - `silent`: missed, and nothing wrong stands in its place; `spurious`: wrong, and nothing missed stands beside it.
    """
    aligned = align(gold, predictions)
    found = outcomes(aligned, "triple")
    rows, called = aligned.gold, aligned.predictions
    missed = _standing_for(found, "fn", rows.filter(ASSERTED & ~pl.col("opt")))
    wrong = _standing_for(found, "fp", called.filter(ASSERTED))

    unasserted = paired(missed, called.filter(~ASSERTED)).with_columns(error=pl.lit("modality"))
    missed = missed.join(unasserted, on="gold_row", how="anti", maintain_order="left")
    overstated = paired(rows.filter(~ASSERTED & ~pl.col("opt")), wrong).with_columns(error=pl.lit("modality"))
    wrong = wrong.join(overstated, on="prediction", how="anti", maintain_order="left")
    mistaken = _mistaken(missed, wrong)
    missed = missed.join(mistaken, on="gold_row", how="anti", maintain_order="left").with_columns(error=pl.lit("silent"))
    wrong = wrong.join(mistaken, on="prediction", how="anti", maintain_order="left").with_columns(error=pl.lit("spurious"))

    sides = ["gold_row", "prediction", "error"]
    listed = pl.concat(
        [
            *(part.select(sides) for part in (unasserted, overstated, mistaken)),
            missed.select("gold_row", "error"),
            wrong.select("prediction", "error"),
        ],
        how="diagonal",
    )
    return _described(listed, aligned, gold.passages)


class Draws:
    """Bootstrap draws of passages (rows with `id`), and scores from counts per passage under them; the same seed, the same draws."""

    def __init__(self, passages: pl.DataFrame, seed: int, resamples: int) -> None:
        self._size = size = passages.height
        self._order = passages.select("id").with_row_index("passage")
        # how often each passage is drawn, a row a resample: sums under every resample are then one product of matrices
        self._times = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=resamples).astype(np.float64)

    def per_passage(self, values: pl.DataFrame) -> _Floats:
        """Sums of the columns of `values` beside `id`, a row a passage in the order of the gold."""
        placed = values.join(self._order, on="id", how="left", maintain_order="left")
        passage = placed["passage"].to_numpy()
        columns = [placed[name].cast(pl.Float64).to_numpy() for name in values.columns if name != "id"]
        return np.column_stack([np.bincount(passage, weights=column, minlength=self._size) for column in columns])

    def resampled(self, sums: _Floats) -> _Floats:
        """The column totals under every resample, of shape (resamples, columns)."""
        return self._times @ sums

    def ratio(self, sums: _Floats, above: list[int], below: list[int]) -> Score:
        """Weighted like `2tp / (2tp + fp + fn)`: the weights of the columns above and below the line."""
        parts = sums @ np.array([above, below], dtype=np.float64).T
        total = parts.sum(axis=0)
        drawn = self.resampled(parts)
        value = float(total[0] / total[1]) if total[1] else None
        return _interval(value, parts[:, 1], drawn[:, 0], drawn[:, 1], count=int(total[1]))

    def counts(self, found: pl.DataFrame) -> Counts:
        """Scores of one frame of `outcomes`."""
        flags = found.select("id", *((pl.col("outcome") == name).alias(name) for name in ("tp", "fp", "fn")))
        sums = self.per_passage(flags)
        tp, fp, fn = (int(total) for total in sums.sum(axis=0))
        f1 = self.ratio(sums, [2, 0, 0], [2, 1, 1])
        return Counts(
            tp,
            fp,
            fn,
            precision=self.ratio(sums, [1, 0, 0], [1, 1, 0]),
            recall=self.ratio(sums, [1, 0, 0], [1, 0, 1]),
            f1=Score(f1.value, f1.lo95, f1.hi95, count=tp + fp + fn),
        )


def _interval(value: float | None, sizes: _Floats, above: _Floats, below: _Floats, count: int) -> Score:
    """`sizes` is what each passage adds below the line, `above` and `below` the two sides of the ratio under every resample."""
    if value is None or np.count_nonzero(sizes) <= 1:
        return Score(value, None, None, count)
    defined = below > 0
    lo, hi = np.percentile(above[defined] / below[defined], [2.5, 97.5])
    return Score(value, float(lo), float(hi), count)


def _by_source(draws: Draws, passages: pl.DataFrame, triples: pl.DataFrame) -> dict[str, Counts]:
    tagged = triples.join(passages.select("id", "source"), on="id")
    return {source: draws.counts(tagged.filter(pl.col("source") == source)) for source in passages["source"].unique().sort().to_list()}


def _accuracy(draws: Draws, aligned: Aligned) -> dict[str, Score]:
    """Modality among all rows that are not `opt`, status and instrument among the asserted ones; each on paired rows."""
    rows = aligned.gold.filter(~pl.col("opt"))
    everything = paired(rows, aligned.predictions)
    asserted = paired(rows.filter(ASSERTED), aligned.predictions.filter(ASSERTED))
    scores = {}
    for field, pairs in (("modality", everything), ("status", asserted), ("instrument", asserted)):
        same = pairs.select("id", same=pl.col(field) == pl.col(f"{field}_predicted"), all=pl.lit(1))
        scores[field] = draws.ratio(draws.per_passage(same), [1, 0], [0, 1])
    return scores


def _calibration(draws: Draws, verdicts: pl.DataFrame) -> tuple[Score, Score, tuple[Bin, ...]]:
    """Brier score, expected calibration error over equal-width bins, and the bins themselves."""
    p, right = pl.col("probability"), pl.col("is_right").cast(pl.Float64)
    scored = verdicts.select(
        "id", number=(p * BINS).floor().clip(0, BINS - 1).cast(pl.Int64), p=p, right=right, square=(p - right) ** 2, one=pl.lit(1.0)
    )
    brier = draws.ratio(draws.per_passage(scored.select("id", "square", "one")), [1, 0], [0, 1])
    brier = Score(brier.value, brier.lo95, brier.hi95, scored.height)
    gaps: list[_Floats] = []
    bins: list[Bin] = []
    for number in range(BINS):
        sums = draws.per_passage(scored.filter(pl.col("number") == number).select("id", "right", "p", "one"))
        _, p_total, count = sums.sum(axis=0)
        gaps.append(sums[:, 1] - sums[:, 0])
        bins.append(
            Bin(
                lo=number / BINS,
                hi=(number + 1) / BINS,
                count=int(count),
                mean_probability=float(p_total / count) if count else None,
                share_right=draws.ratio(sums, [1, 0, 0], [0, 0, 1]),
            )
        )
    # sum over bins of (n_bin / n) * |mean probability - share right| is sum |sum of p - number right| / n
    by_bin = np.column_stack(gaps)
    size = draws.per_passage(scored.select("id", "one"))
    value = float(np.abs(by_bin.sum(axis=0)).sum() / scored.height) if scored.height else None
    drawn = np.abs(draws.resampled(by_bin)).sum(axis=1)
    return brier, _interval(value, size[:, 0], drawn, draws.resampled(size)[:, 0], scored.height), tuple(bins)


def _standing_for(found: pl.DataFrame, outcome: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The first of the rows for each triple with that outcome: a triple missed in two kinds is one error."""
    triples = found.filter(pl.col("outcome") == outcome).select(TRIPLE)
    return rows.join(triples, on=TRIPLE, how="semi", maintain_order="left").unique(TRIPLE, keep="first", maintain_order=True)


def _mistaken(missed: pl.DataFrame, wrong: pl.DataFrame) -> pl.DataFrame:
    """Missed and wrong triples of the same sentence, one to one, the nearest first, with `error`."""
    same_way = (pl.col("actor") == pl.col("actor_predicted")) & (pl.col("target") == pl.col("target_predicted"))
    same_pair = (pl.col("one") == pl.col("one_predicted")) & (pl.col("other") == pl.col("other_predicted"))
    error = pl.when(same_way).then(pl.lit("polarity")).when(same_pair).then(pl.lit("direction")).otherwise(pl.lit("pair"))
    return one_to_one(
        missed.join(wrong, on=["id", "sentence"], suffix="_predicted")
        .with_columns(error=error)
        .sort(
            same_way,
            same_pair,
            pl.col("polarity") == pl.col("polarity_predicted"),
            "gold_row",
            "prediction",
            descending=[True, True, True, False, False],
        )
    )


def _described(listed: pl.DataFrame, aligned: Aligned, passages: pl.DataFrame) -> pl.DataFrame:
    """The listed errors with the fields of both sides; the sentence is the gold's where there is one, else the prediction's."""
    fields = ["actor", "target", "kind", "polarity", "status", "modality", "instrument"]
    place = ["id", "span_start", "span_end"]
    gold_side = aligned.gold.select("gold_row", *place, pl.col(fields).name.prefix("gold_"))
    predicted_side = aligned.predictions.select("prediction", *place, pl.col(fields).name.prefix("predicted_"), "probability")
    start, end = pl.col("span_start"), pl.col("span_end")
    return (
        listed.join(gold_side, on="gold_row", how="left")
        .join(predicted_side, on="prediction", how="left", suffix="_of_prediction")
        .with_columns(pl.coalesce(name, f"{name}_of_prediction") for name in place)
        .join(passages.select("id", "source", "text"), on="id", how="left")
        .with_columns(quote=pl.col("text").str.slice(start, end - start))
        .sort("id", "span_start", "error", "gold_row", "prediction", nulls_last=True)
        .select(
            "id",
            "source",
            "span_start",
            "span_end",
            "quote",
            "error",
            *(f"gold_{name}" for name in fields),
            *(f"predicted_{name}" for name in fields),
            "probability",
        )
    )
