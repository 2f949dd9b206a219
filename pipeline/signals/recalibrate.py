"""Fit `lexicon/calibration.toml` anew: how likely evidence is right, on annotated passages that no reader was trained on.

    python -m pipeline.signals.recalibrate ../shared/data/gold/real_dev_passages.jsonl ../shared/data/gold/real_dev_passages_2.jsonl

Belongs here: the fitting and the file. Does not: the formula (`calibrate.py`). Only the even half of the passages is used (see
docs/annotation-guide.md); the odd half is for reporting. To be run after any change of a reader or of the lexicon.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize

from pipeline.signals.alignment import align, judged, outcomes
from pipeline.signals.calibrate import TERMS, family_shares, features
from pipeline.signals.candidates import build_candidates, to_frame
from pipeline.signals.evaluate import Draws
from pipeline.signals.extract import WAYS, evidence, resolved
from pipeline.signals.gold import Gold, half, read_gold

_FILE = Path(__file__).parent / "lexicon" / "calibration.toml"
# a pull of the weights towards 0, so that a few hundred readings do not decide too much
_PENALTY = 0.5
_SMALLEST_FAMILY = 5
_HIGH, _MEDIUM = 0.55, 0.4
_RESAMPLES = 1000


def fit(gold: Gold) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """The figures of `calibration.toml`: the shares right by family; for each way the weights of `calibrate.TERMS` and the least
    probability."""
    asked = build_candidates(resolved(gold.passages.with_columns(title_length=pl.lit(0)).iter_rows()))
    places = to_frame(asked).select("candidate", "article_id", "span_start", "span_end", "actor", "target")
    found = {way: _judged(gold, evidence(way, asked), places) for way in WAYS}
    rules = found["rules"].filter(pl.col("rules_say") == "asserted")
    families = family_shares(rules["rule_id"].to_list(), rules["is_right"].to_list())
    counts = rules["rule_id"].str.split(".").list.first().value_counts()
    large = set(counts.filter(pl.col("count") >= _SMALLEST_FAMILY)["rule_id"])
    families = {name: share for name, share in families.items() if name == "" or name in large}
    return families, {way: _weights(gold, rows, families) for way, rows in found.items()}


def _judged(gold: Gold, rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The asserted evidence with `is_right`; what only an `opt` row answers is left out."""
    placed = rows.filter(pl.col("modality") == "asserted").join(places, on="candidate", how="left", maintain_order="left")
    verdicts = judged(align(gold, placed.with_columns(probability=pl.lit(0.5))))
    return placed.with_row_index("prediction").join(verdicts.select("prediction", "is_right"), on="prediction", maintain_order="left")


def _weights(gold: Gold, rows: pl.DataFrame, families: dict[str, float]) -> dict[str, float]:
    terms = features(rows, families).select(TERMS).to_numpy()
    right = rows["is_right"].cast(pl.Float64).to_numpy()
    used = terms.any(axis=0) & ((terms != terms[0]).any(axis=0) | (np.array(TERMS) == "intercept"))

    def loss(given: NDArray[np.float64]) -> float:
        logit = terms[:, used] @ given
        return float(np.logaddexp(0, logit).sum() - right @ logit + _PENALTY * (given[1:] ** 2).sum())

    fitted = minimize(loss, np.zeros(int(used.sum())), method="L-BFGS-B").x
    weights = dict.fromkeys(TERMS, 0.0) | {
        name: round(float(value), 3) for name, value in zip(np.array(TERMS)[used].tolist(), fitted, strict=True)
    }
    chance = 1 / (1 + np.exp(-(terms @ np.array([weights[name] for name in TERMS]))))
    return weights | {"least": _least_bound(gold, rows.with_columns(probability=pl.Series(chance)))}


def _least_bound(gold: Gold, rows: pl.DataFrame) -> float:
    """The lowest probability, in steps of 0.01, at which the F1 of triples is within one standard error of the best.

    What lies under it is lost to everybody; what lies above it carries its probability. So where the passages cannot tell two bounds
    apart, the lower one is taken.
    """
    bounds: list[float] = [round(bound, 2) for bound in np.arange(0.1, 0.6, 0.01).tolist()]
    draws = Draws(gold.passages, seed=0, resamples=_RESAMPLES)
    found = {bound: outcomes(align(gold, rows.filter(pl.col("probability") >= bound)), "triple") for bound in bounds}
    f1 = {bound: draws.counts(of_bound).f1.value or 0.0 for bound, of_bound in found.items()}
    best = max(bounds, key=lambda bound: f1[bound])
    enough = f1[best] - _standard_error(draws, found[best])
    return next(bound for bound in bounds if f1[bound] >= enough)


def _standard_error(draws: Draws, found: pl.DataFrame) -> float:
    """Of the F1 of one frame of `outcomes`, over the draws of whole passages."""
    right, other = (pl.col("outcome") == "tp").alias("right"), (pl.col("outcome") != "tp").alias("other")
    above, below = draws.resampled(draws.per_passage(found.select("id", right, other)) @ np.array([[2, 2], [0, 1]])).T
    return float(np.std(above / below))


def written(families: dict[str, float], ways: dict[str, dict[str, float]], passages: int) -> str:
    """The figures as TOML, with how they came about."""
    lines = [
        "# How likely evidence is right. Written by pipeline/signals/recalibrate.py, which says how; the formula is in calibrate.py.",
        f"# Fitted on {passages} annotated real passages (the half whose SHA-1 of the id is even). That half also shaped the rules, so the",
        "# figures flatter them a little; docs/reading.md has the check on the other half.",
        f"default = {families['']}",
        "",
        "[tiers]",
        f"high = {_HIGH}",
        f"medium = {_MEDIUM}",
    ]
    for way, weights in ways.items():
        lines += ["", f"[way.{way}]", *(f"{name} = {value}" for name, value in weights.items())]
    lines += ["", "[families]", *(f"{name} = {share}" for name, share in families.items() if name)]
    return "\n".join(lines) + "\n"


def main(paths: list[str]) -> None:
    """Fit on the even half of the gold files and write the figures."""
    gold = read_gold(*map(Path, paths))
    tuning = gold.only(half(gold.passages, "even"))
    _FILE.write_text(written(*fit(tuning), tuning.passages.height), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
