"""Fit `lexicon/calibration.toml` on annotated passages that no reader was trained on.

    python -m scripts.real_passages --split tune --passages PASSAGES --documents DOCUMENTS --homes HOMES > tune.jsonl
    python -m pipeline.signals.recalibrate tune.jsonl real_dev_passages.jsonl real_dev_passages_2.jsonl

Run it after any change of a reader or the lexicon. Never use the passages of the split `report`, on which the result is checked. Does not
belong here: the formula and its terms, such as family and mode (`calibrate.py`).
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize

from pipeline.cores import count_cores
from pipeline.signals.alignment import align, compute_outcomes, judge_predictions
from pipeline.signals.bootstrap import Bootstrap
from pipeline.signals.calibrate import TERMS, compute_family_shares, compute_terms
from pipeline.signals.candidates import build_candidates, to_frame
from pipeline.signals.doubts import add_doubts
from pipeline.signals.extract import MODES, collect_readings, combine_readings, resolve_texts
from pipeline.signals.gold import Gold, read_gold
from pipeline.signals.relevance import add_relevance

_FILE = Path(__file__).parent / "lexicon" / "calibration.toml"
# Ridge penalty on the coefficients, because there are only a few hundred readings.
_PENALTY = 0.5
_SMALLEST_FAMILY = 5
# From .73 on, .88 of the published signals of the passages are right, and .40 of them have the tier `high`.
_HIGH, _MEDIUM = 0.73, 0.45
_RESAMPLES = 1000
# By how many standard errors F1 may be below its best value, to allow a lower minimum probability.
_ACCEPTED_LOSS = 0.25


def fit(gold: Gold) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Fit each family's share of right readings, and each mode's coefficients.

    The coefficients, by mode (rules, encoder or both), are those of `calibrate.TERMS` and the minimum probability (`least`). Families (the
    first part of `rule_id`) with fewer than `_SMALLEST_FAMILY` readings are left out; the key `""` has the share of all readings.
    """
    groups = build_candidates(resolve_texts(gold.passages.with_columns(title_length=pl.lit(0)).iter_rows()))
    candidates = to_frame(groups)
    places = candidates.select("candidate", "article_id", "span_start", "span_end", "actor", "target")
    readings = collect_readings("both", groups, count_cores())
    evidence = {
        mode: _judge_evidence(gold, add_relevance(add_doubts(combine_readings(mode, readings), candidates), candidates), places)
        for mode in MODES
    }
    rules = evidence["rules"].filter(pl.col("rules_say") == "asserted")
    shares = compute_family_shares(rules["rule_id"].to_list(), rules["is_right"].to_list())
    counts = rules["rule_id"].str.split(".").list.first().value_counts()
    large = set(counts.filter(pl.col("count") >= _SMALLEST_FAMILY)["rule_id"])
    shares = {name: share for name, share in shares.items() if name == "" or name in large}
    return shares, {mode: _fit_coefficients(gold, rows, shares) for mode, rows in evidence.items()}


def _judge_evidence(gold: Gold, evidence: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Select the asserted evidence and add `is_right`, by the gold.

    Asserted: reported as news. Gold: labelled signals. `evidence`: the readings of a mode, combined; `places`: where each
    candidate is in its passage. Evidence that only optional gold rows match is dropped.
    """
    placed = evidence.filter(pl.col("modality") == "asserted").join(places, on="candidate", how="left", maintain_order="left")
    verdicts = judge_predictions(align(gold, placed.with_columns(probability=pl.lit(0.5))))
    return placed.with_row_index("prediction").join(verdicts.select("prediction", "is_right"), on="prediction", maintain_order="left")


def _fit_coefficients(gold: Gold, evidence: pl.DataFrame, shares: dict[str, float]) -> dict[str, float]:
    """Fit the coefficients of a mode, and its minimum probability (`least`).

    `evidence`: result of `_judge_evidence`; `shares`: share of right readings by family of rules (first part of `rule_id`). A term other
    than the intercept that does not vary gets 0.
    """
    terms = compute_terms(evidence, shares).select(TERMS).to_numpy()
    right = evidence["is_right"].cast(pl.Float64).to_numpy()
    used = terms.any(axis=0) & ((terms != terms[0]).any(axis=0) | (np.array(TERMS) == "intercept"))

    def loss(values: NDArray[np.float64]) -> float:
        logit = terms[:, used] @ values
        return float(np.logaddexp(0, logit).sum() - right @ logit + _PENALTY * (values[1:] ** 2).sum())

    fitted = minimize(loss, np.zeros(int(used.sum())), method="L-BFGS-B").x
    coefficients = dict.fromkeys(TERMS, 0.0) | {
        name: round(float(value), 3) for name, value in zip(np.array(TERMS)[used].tolist(), fitted, strict=True)
    }
    probability = 1 / (1 + np.exp(-(terms @ np.array([coefficients[name] for name in TERMS]))))
    return coefficients | {"least": _find_minimum(gold, evidence.with_columns(probability=pl.Series(probability)))}


def _find_minimum(gold: Gold, evidence: pl.DataFrame) -> float:
    """Find the probability below which evidence is dropped.

    `evidence`: asserted evidence with `probability`. The minimum is the lowest one from 0.10 to 0.59, in steps of 0.01, with an F1 (of
    actor, target and polarity) within a quarter of a standard error of the best. The lowest is preferred because evidence below the minimum
    is lost, while users can judge all other evidence by its probability.
    """
    bounds: list[float] = [round(bound, 2) for bound in np.arange(0.1, 0.6, 0.01).tolist()]
    bootstrap = Bootstrap(gold.passages, seed=0, resamples=_RESAMPLES)
    outcomes = {bound: compute_outcomes(align(gold, evidence.filter(pl.col("probability") >= bound)), "triple") for bound in bounds}
    f1 = {bound: bootstrap.score_outcomes(of_bound).f1.value or 0.0 for bound, of_bound in outcomes.items()}
    best = max(bounds, key=lambda bound: f1[bound])
    enough = f1[best] - _ACCEPTED_LOSS * _compute_standard_error(bootstrap, outcomes[best])
    return next(bound for bound in bounds if f1[bound] >= enough)


def _compute_standard_error(bootstrap: Bootstrap, outcomes: pl.DataFrame) -> float:
    """Compute the standard deviation of F1 over resamples of the passages.

    `outcomes`: result of `compute_outcomes`.
    """
    right, other = (pl.col("outcome") == "tp").alias("right"), (pl.col("outcome") != "tp").alias("other")
    sums = bootstrap.sum_by_passage(outcomes.select("id", right, other))
    numerator, denominator = bootstrap.resample(sums @ np.array([[2, 2], [0, 1]])).T
    return float(np.std(numerator / denominator))


def to_toml(shares: dict[str, float], coefficients: dict[str, dict[str, float]], passages: int) -> str:
    """Format the fitted values as `calibration.toml`.

    `passages`: number of passages that they were fitted on.
    """
    lines = [
        "# How likely evidence is right. Written by pipeline/signals/recalibrate.py, which says how; the formula is in calibrate.py.",
        f"# Fitted on {passages} annotated real passages. Some of them also shaped the rules, so the figures flatter them a little;",
        "# docs/reading.md has the check on the passages for reporting.",
        f"default = {shares['']}",
        "",
        "[tiers]",
        f"high = {_HIGH}",
        f"medium = {_MEDIUM}",
    ]
    for mode, values in coefficients.items():
        lines += ["", f"[way.{mode}]", *(f"{name} = {value}" for name, value in values.items())]
    lines += ["", "[families]", *(f"{name} = {share}" for name, share in shares.items() if name)]
    return "\n".join(lines) + "\n"


def main(paths: list[str]) -> None:
    """Fit on gold files (labelled passages) and write `lexicon/calibration.toml`."""
    gold = read_gold(*map(Path, paths))
    _FILE.write_text(to_toml(*fit(gold), gold.passages.height), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
