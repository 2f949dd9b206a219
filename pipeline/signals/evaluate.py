"""Score an extractor against gold files and list its errors.

Gold files have passages with labelled signals. A triple is actor, target and polarity. The mass of a prediction is its weight in the
index (`_score_masses`). Belongs here: which scores a report has. Does not: their intervals (`bootstrap.py`), deciding which prediction is
right (`alignment.py`), or layout (`pipeline/report/scores.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipeline.contracts.vocabulary import KIND, POLARITY, TIER
from pipeline.signals.alignment import (
    ASSERTED,
    LEVELS,
    TRIPLE,
    Aligned,
    EvaluationError,
    align,
    compute_outcomes,
    judge_predictions,
    match_one_to_one,
    pair_rows,
)
from pipeline.signals.bootstrap import Bootstrap, Counts, Floats, Score, add_interval
from pipeline.signals.gold import Gold

__all__ = ["BINS", "Bin", "EvaluationError", "Report", "evaluate", "list_errors", "to_predictions"]

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Predictions with a probability from `lo` to below `hi`.

    The last bin includes 1. `share_right` is the share of them that are right. An empty bin has no mean and no share (None).
    """

    lo: float
    hi: float
    count: int
    mean_probability: float | None
    share_right: Score


@dataclass(frozen=True)
class Report:
    """The scores of one extractor on one gold set.

    `levels`: scores by what must agree with the gold (`LEVELS`: only that there is a signal, `detection`, or also `pair`, `polarity`,
    `triple` or `kind`); `kinds`: by kind of act, at level kind; `polarities` and `sources`: at level triple; `accuracy`: of `modality`,
    `status`, `instrument` and `rate_pct` on rows paired by `pair_rows`; `brier`, `calibration_error` and `reliability` (by bin): of the
    probability of asserted predictions, compared with whether their triple is right; `tiers`: the share of them whose triple is right, by
    tier of confidence, if the predictions have tiers; `masses`: the share of their mass that is right, by polarity, if weights were given.

    `expected` counts asserted gold rows that are not optional, `predicted` asserted predictions, and `ignored` predictions in passages
    that are not in the gold.
    """

    passages: int
    expected: int
    predicted: int
    ignored: int
    levels: Mapping[str, Counts]
    kinds: Mapping[str, Counts]
    polarities: Mapping[str, Counts]
    sources: Mapping[str, Counts]
    accuracy: Mapping[str, Score]
    brier: Score
    calibration_error: Score
    reliability: tuple[Bin, ...]
    tiers: Mapping[str, Score]
    masses: Mapping[str, Score]

    def to_frame(self) -> pl.DataFrame:
        """Convert the scores to a frame, one row each.

        Columns: `part` (level, kind, polarity, source, tier, mass, accuracy, calibration), `name`, `score`, `value`, `lo95`, `hi95`,
        and `count`, the number of items that the score is over (for F1, all that were right, wrong or missed).
        """
        rows: list[tuple[str, str, str, Score]] = []
        parts = {"level": self.levels, "kind": self.kinds, "polarity": self.polarities, "source": self.sources}
        for part, by_name in parts.items():
            for name, counts in by_name.items():
                rows += [(part, name, score, getattr(counts, score)) for score in ("precision", "recall", "f1")]
        rows += [("tier", name, "share_right", score) for name, score in self.tiers.items()]
        rows += [("mass", name, "precision", score) for name, score in self.masses.items()]
        rows += [("accuracy", name, "accuracy", score) for name, score in self.accuracy.items()]
        rows += [("calibration", "probability", "brier", self.brier)]
        rows += [("calibration", "probability", "calibration_error", self.calibration_error)]
        return pl.DataFrame(
            [(part, name, label, score.value, score.lo95, score.hi95, score.count) for part, name, label, score in rows],
            schema={
                **dict.fromkeys(("part", "name", "score"), pl.String()),
                **dict.fromkeys(("value", "lo95", "hi95"), pl.Float64()),
                "count": pl.Int64(),
            },
            orient="row",
        )

    def to_reliability_frame(self) -> pl.DataFrame:
        """Convert the bins of the probability to rows.

        Columns: `lo`, `hi`, `count`, `mean_probability`, and `share_right` with its interval (`lo95`, `hi95`). If the probability is
        calibrated, mean and share are about equal.
        """
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


def evaluate(gold: Gold, predictions: pl.DataFrame, seed: int = 0, resamples: int = 1000, weights: pl.DataFrame | None = None) -> Report:
    """Score predictions against gold (labelled passages), sentence by sentence.

    docs/annotation-guide.md defines what is right. `predictions` has columns of the table `findings`: `article_id` (the gold id), span,
    `actor`, `target`, `kind`, `polarity`, `status`, `modality`, `instrument` and `probability`; `tier` and `rate_pct` are optional and add
    their scores; others are ignored. `weights`: rows of the table `weights`, for the share of mass that is right. The same input and seed
    give the same report. Raises `EvaluationError` for gold without passages, fewer than 1 of `resamples`, or predictions that cannot be
    scored.
    """
    if gold.passages.is_empty():
        raise EvaluationError("the gold has no passages; pass a gold file with at least one")
    if resamples < 1:
        raise EvaluationError(f"{resamples} resamples give no interval; use at least 1, better 1000")
    aligned = align(gold, predictions)
    bootstrap = Bootstrap(gold.passages, seed, resamples)
    triples = compute_outcomes(aligned, "triple")
    by_kind = compute_outcomes(aligned, "kind")
    verdicts = judge_predictions(aligned)
    calibration = _score_calibration(bootstrap, verdicts)
    return Report(
        passages=gold.passages.height,
        expected=aligned.gold.filter(ASSERTED & ~pl.col("opt")).height,
        predicted=aligned.predictions.filter(ASSERTED).height,
        ignored=aligned.ignored,
        levels={level: bootstrap.score_outcomes(compute_outcomes(aligned, level)) for level in LEVELS},
        kinds={kind: bootstrap.score_outcomes(by_kind.filter(pl.col("kind") == kind)) for kind in KIND.words},
        polarities={word: bootstrap.score_outcomes(triples.filter(pl.col("polarity") == word)) for word in POLARITY.words},
        sources=_score_sources(bootstrap, gold.passages, triples),
        accuracy=_score_accuracy(bootstrap, aligned),
        brier=calibration[0],
        calibration_error=calibration[1],
        reliability=calibration[2],
        tiers=_score_tiers(bootstrap, verdicts),
        masses={} if weights is None else _score_masses(bootstrap, verdicts, weights),
    )


def to_predictions(gold: Gold) -> pl.DataFrame:
    """Convert gold rows (labels) to predictions, except optional ones.

    Rows of any modality are converted; all have the probability 1. Used e.g. to measure the agreement of two annotators with `evaluate`.
    """
    return gold.rows.filter(~pl.col("opt")).drop("opt").rename({"id": "article_id"}).with_columns(probability=pl.lit(1.0))


def list_errors(gold: Gold, predictions: pl.DataFrame) -> pl.DataFrame:
    """List missed and wrong triples, paired where one replaced the other.

    A triple is actor, target and polarity in a sentence. Each missed and each wrong triple is in exactly one row. Columns: `id`, `source`,
    `span_start`, `span_end`, `quote`, `error`, then actor, target, kind, polarity, status, modality and instrument with the prefixes
    `gold_` and `predicted_` (null on a side without a signal), and `probability` (of the prediction, or null). Values of `error`:

    - `modality`: the triple is right, but only one side asserts it;
    - `polarity`, `direction`, `pair`: a missed triple is paired with a wrong one in its sentence that has another polarity, actor and
      target exchanged, or other countries;
    - `silent`: missed without a wrong triple to pair it with; `spurious`: wrong without a missed one.
    """
    aligned = align(gold, predictions)
    outcomes = compute_outcomes(aligned, "triple")
    rows, predicted = aligned.gold, aligned.predictions
    missed = _select_first_by_triple(outcomes, "fn", rows.filter(ASSERTED & ~pl.col("opt")))
    wrong = _select_first_by_triple(outcomes, "fp", predicted.filter(ASSERTED))

    unasserted = pair_rows(missed, predicted.filter(~ASSERTED)).with_columns(error=pl.lit("modality"))
    missed = missed.join(unasserted, on="gold_row", how="anti", maintain_order="left")
    overstated = pair_rows(rows.filter(~ASSERTED & ~pl.col("opt")), wrong).with_columns(error=pl.lit("modality"))
    wrong = wrong.join(overstated, on="prediction", how="anti", maintain_order="left")
    mistaken = _pair_mistakes(missed, wrong)
    missed = missed.join(mistaken, on="gold_row", how="anti", maintain_order="left").with_columns(error=pl.lit("silent"))
    wrong = wrong.join(mistaken, on="prediction", how="anti", maintain_order="left").with_columns(error=pl.lit("spurious"))

    columns = ["gold_row", "prediction", "error"]
    errors = pl.concat(
        [
            *(part.select(columns) for part in (unasserted, overstated, mistaken)),
            missed.select("gold_row", "error"),
            wrong.select("prediction", "error"),
        ],
        how="diagonal",
    )
    return _add_fields(errors, aligned, gold.passages)


def _score_sources(bootstrap: Bootstrap, passages: pl.DataFrame, triples: pl.DataFrame) -> dict[str, Counts]:
    """Score triples by source of the passages.

    `triples`: from `compute_outcomes`. All sources are in the result; scores of one without triples have the value None.
    """
    tagged = triples.join(passages.select("id", "source"), on="id")
    return {
        source: bootstrap.score_outcomes(tagged.filter(pl.col("source") == source))
        for source in passages["source"].unique().sort().to_list()
    }


def _score_tiers(bootstrap: Bootstrap, verdicts: pl.DataFrame) -> dict[str, Score]:
    """Score the share of asserted predictions that are right, by tier.

    Asserted: reported as news; tier: `high`, `medium` or `low` confidence. `verdicts`: from `judge_predictions`. Empty if the predictions
    have no `tier`.
    """
    if "tier" not in verdicts.columns:
        return {}
    judged = verdicts.select("id", "tier", right=pl.col("is_right").cast(pl.Int64), all=pl.lit(1))
    return {tier: bootstrap.score_share(judged.filter(pl.col("tier") == tier).drop("tier")) for tier in TIER.words}


def _score_masses(bootstrap: Bootstrap, verdicts: pl.DataFrame, weights: pl.DataFrame) -> dict[str, Score]:
    """Score the share of mass (weight in the index) that is right.

    Returns a score for each polarity; its `count` is the number of predictions that count. Mass is probability times the severity of kind
    and status (`weights`), times the size of the act. As in a story of the index (articles on the same news), only the prediction of
    largest mass counts for each passage, actor, target, kind and instrument; one without mass does not count.
    """
    rate = pl.col("rate_pct") if "rate_pct" in verdicts.columns else pl.lit(None, dtype=pl.Float64)
    mass = pl.col("probability") * pl.col("weight") * size_of_act(rate)
    heaviest = (
        verdicts.join(
            weights.select("kind", "status", "weight", "usual_rate_pct"), on=["kind", "status"], how="left", maintain_order="left"
        )
        .select("id", "actor", "target", "kind", "instrument", "polarity", "prediction", "is_right", mass=mass)
        .filter(pl.col("mass") > 0)
        .sort("mass", "prediction", descending=[True, False])
        .unique(["id", "actor", "target", "kind", "instrument"], keep="first", maintain_order=True)
    )
    scores = {}
    for polarity in POLARITY.words:
        of_polarity = heaviest.filter(pl.col("polarity") == polarity)
        score = bootstrap.score_share(of_polarity.select("id", right=pl.col("mass") * pl.col("is_right"), mass="mass"))
        scores[polarity] = replace(score, count=of_polarity.height)
    return scores


def size_of_act(rate_pct: pl.Expr) -> pl.Expr:
    """Return the size of an act by its rate, as `sql/functions/size_of_act.sql` does.

    It is the square root of the rate divided by the kind's usual rate (`usual_rate_pct`), from 0.5 to 2. It is 1 if either is null, or the
    column `instrument` is not `tariff`.
    """
    size = (rate_pct / pl.col("usual_rate_pct")).clip(0.25, 4).sqrt()
    return pl.when(pl.col("instrument") == "tariff").then(size.fill_null(1)).otherwise(1)


def _score_accuracy(bootstrap: Bootstrap, aligned: Aligned) -> dict[str, Score]:
    """Score how often modality, status, instrument and rate are right.

    Counted are pairs of a gold row (label) that is not optional and a prediction of the same triple (`pair_rows`); for all but the modality
    both must be asserted (reported as news). Rates are scored only if the predictions have the column `rate_pct`: on pairs with a rate in
    gold or prediction whose gold row is a threat or measure with the instrument tariff. A rate in only one of them is wrong.
    """
    rows = aligned.gold.filter(~pl.col("opt"))
    everything = pair_rows(rows, aligned.predictions)
    asserted = pair_rows(rows.filter(ASSERTED), aligned.predictions.filter(ASSERTED))
    scores = {}
    for field, pairs in (("modality", everything), ("status", asserted), ("instrument", asserted)):
        same = pairs.select("id", same=pl.col(field) == pl.col(f"{field}_predicted"), all=pl.lit(1))
        scores[field] = bootstrap.score_share(same)
    if "rate_pct" in aligned.predictions.columns:
        rates = pl.col("rate_pct"), pl.col("rate_pct_predicted")
        of_tariffs = pl.col("instrument").eq("tariff") & pl.col("kind").is_in(("threat", "measure"))
        rated = asserted.filter(of_tariffs & pl.any_horizontal(rate.is_not_null() for rate in rates))
        same = rated.select("id", same=rates[0].eq_missing(rates[1]), all=pl.lit(1))
        scores["rate_pct"] = bootstrap.score_share(same)
    return scores


def _score_calibration(bootstrap: Bootstrap, verdicts: pl.DataFrame) -> tuple[Score, Score, tuple[Bin, ...]]:
    """Return Brier score, expected calibration error and bins of equal width.

    All compare the probability of the asserted predictions (reported as news) with `is_right`. `verdicts`: these predictions, from
    `judge_predictions`. Both scores have a 95 % interval from `bootstrap`; without predictions they have no value, and every bin is empty.
    """
    p, right = pl.col("probability"), pl.col("is_right").cast(pl.Float64)
    scored = verdicts.select(
        "id", number=(p * BINS).floor().clip(0, BINS - 1).cast(pl.Int64), p=p, right=right, square=(p - right) ** 2, one=pl.lit(1.0)
    )
    brier = bootstrap.score_share(scored.select("id", "square", "one"))
    gaps: list[Floats] = []
    bins: list[Bin] = []
    for number in range(BINS):
        sums = bootstrap.sum_by_passage(scored.filter(pl.col("number") == number).select("id", "right", "p", "one"))
        _, p_total, count = sums.sum(axis=0)
        gaps.append(sums[:, 1] - sums[:, 0])
        bins.append(
            Bin(
                lo=number / BINS,
                hi=(number + 1) / BINS,
                count=int(count),
                mean_probability=float(p_total / count) if count else None,
                share_right=bootstrap.score_ratio(sums, [1, 0, 0], [0, 0, 1]),
            )
        )
    # The sum over bins of (n_bin / n) * |mean probability - share right| equals sum |sum of p - number right| / n.
    by_bin = np.column_stack(gaps)
    size = bootstrap.sum_by_passage(scored.select("id", "one"))
    value = float(np.abs(by_bin.sum(axis=0)).sum() / scored.height) if scored.height else None
    resampled = np.abs(bootstrap.resample(by_bin)).sum(axis=1)
    return brier, add_interval(value, size[:, 0], resampled, bootstrap.resample(size)[:, 0], scored.height), tuple(bins)


def _select_first_by_triple(outcomes: pl.DataFrame, outcome: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Select the first row of each triple that has the outcome.

    A triple is actor, target and polarity in a sentence; one that is missed with two kinds is one error. `outcomes`: from
    `compute_outcomes`; `outcome`: `fn` or `fp`; `rows`: gold rows or predictions.
    """
    triples = outcomes.filter(pl.col("outcome") == outcome).select(TRIPLE)
    return rows.join(triples, on=TRIPLE, how="semi", maintain_order="left").unique(TRIPLE, keep="first", maintain_order=True)


def _pair_mistakes(missed: pl.DataFrame, wrong: pl.DataFrame) -> pl.DataFrame:
    """Pair missed with wrong triples of the same sentence; add `error`.

    `error` says what differs: `polarity`, `direction` (actor and target exchanged) or `pair` (other countries). Each triple (actor, target,
    polarity) is in at most one pair; those left over are not returned. Paired first are those with the same actor and target, then those
    with both exchanged, then the rest; among the last two, those with the same polarity come first.
    """
    same_roles = (pl.col("actor") == pl.col("actor_predicted")) & (pl.col("target") == pl.col("target_predicted"))
    same_pair = (pl.col("one") == pl.col("one_predicted")) & (pl.col("other") == pl.col("other_predicted"))
    error = pl.when(same_roles).then(pl.lit("polarity")).when(same_pair).then(pl.lit("direction")).otherwise(pl.lit("pair"))
    return match_one_to_one(
        missed.join(wrong, on=["id", "sentence"], suffix="_predicted")
        .with_columns(error=error)
        .sort(
            same_roles,
            same_pair,
            pl.col("polarity") == pl.col("polarity_predicted"),
            "gold_row",
            "prediction",
            descending=[True, True, True, False, False],
        )
    )


def _add_fields(errors: pl.DataFrame, aligned: Aligned, passages: pl.DataFrame) -> pl.DataFrame:
    """Add the fields of gold row (label) and prediction to errors.

    `errors`: `gold_row`, `prediction` (null without one) and `error`. Span and quote are those of the gold row, or of the prediction if
    there is none. Rows are sorted by passage and span.
    """
    fields = ["actor", "target", "kind", "polarity", "status", "modality", "instrument"]
    place = ["id", "span_start", "span_end"]
    gold_side = aligned.gold.select("gold_row", *place, pl.col(fields).name.prefix("gold_"))
    predicted_side = aligned.predictions.select("prediction", *place, pl.col(fields).name.prefix("predicted_"), "probability")
    start, end = pl.col("span_start"), pl.col("span_end")
    return (
        errors.join(gold_side, on="gold_row", how="left")
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
