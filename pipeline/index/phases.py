"""Probabilities of the phases of a pair, and the likely one.

Belongs here: what follows from the posteriors of the three channels (escalation, concession, dialogue) and of the stalemate (much talk, few
acts). Does not: those posteriors (`filter.py`), the bounds (`phases.toml`).
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.special import betaincc, gammainc, gammaincc, gammainccinv

from pipeline.contracts.tables.index import CHANNEL_DAILY, PHASE_DAILY, STALEMATE_DAILY
from pipeline.index.filter import Matrix, has_evidence, weigh_evidence

NO_DATA = "no data"

CHANNELS = ("escalation", "concession", "dialogue")
_DECIMALS = 4  # more would be noise: the integral is exact to 5e-4, and mathematical functions differ between processors in the last bits
# 16 nodes and weights of the Gauss-Legendre rule, moved from [-1, 1] to [0, 1].
_NODES, _WEIGHTS = (0.5 * (part + shift) for part, shift in zip(np.polynomial.legendre.leggauss(16), (1, 0), strict=True))

_BLOCK = 5_000  # rows computed at a time, in threads: scipy releases the GIL


class Posteriors(NamedTuple):
    """Distributions of the true rates behind the values of pairs.

    They are Gamma distributions for the channels and a Beta distribution for the stalemate. `shape`, `rate`, `prior`, `dispersion`: columns
    of CHANNEL_DAILY, each of shape (rows, 3), in the order of `CHANNELS`. `hold`, `move`: columns of STALEMATE_DAILY, shape (rows).
    """

    shape: Matrix
    rate: Matrix
    prior: Matrix
    dispersion: Matrix
    hold: Matrix
    move: Matrix


def phase_probabilities(pairs: Posteriors, bounds: Mapping[str, float]) -> dict[str, Matrix]:
    """Compute the probability of each phase, rounded to four digits.

    Keys are the columns `p_escalation` to `p_quiet` of PHASE_DAILY; each array has the shape (rows). `bounds`: those of `phases.toml`.

    * escalation: its true value is at least `moved_from`, and at least `ahead_by` times that of concession
    * de-escalation: the same with the two exchanged
    * quiet: the true values of all three channels are below `quiet_below`
    * dialogue: none of these three, and at least one story in the channel dialogue
    * stalemate, a part of dialogue: the share of `hold` in `hold` and `move` is also at least `stalemate_from`

    The first four exclude one another, and may sum to less than 1.
    """
    starts = range(0, max(1, len(pairs.hold)), _BLOCK)
    blocks = (Posteriors(*(matrix[start : start + _BLOCK] for matrix in pairs)) for start in starts)
    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(partial(_compute_block, bounds=bounds), blocks))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _compute_block(pairs: Posteriors, bounds: Mapping[str, float]) -> dict[str, Matrix]:
    """Compute the phase probabilities of one block of rows.

    Arguments and result are those of `phase_probabilities`.
    """
    shape, rate = pairs.shape / pairs.dispersion, pairs.rate / pairs.dispersion
    moved, ahead = bounds["moved_from"] / 100, bounds["ahead_by"]
    escalation = probability_of_lead(shape[:, 0], rate[:, 0], shape[:, 1], rate[:, 1], moved, ahead)
    de_escalation = probability_of_lead(shape[:, 1], rate[:, 1], shape[:, 0], rate[:, 0], moved, ahead)
    quiet = np.prod(gammainc(shape, rate * bounds["quiet_below"] / 100), axis=1)
    # The number of stories of dialogue that were read and have not faded, without the prior. If that is the mean of a Poisson distribution,
    # 1 - exp(-stories) is the probability that there was at least one.
    stories = np.maximum(pairs.shape[:, 2] - pairs.prior[:, 2], 0) / pairs.dispersion[:, 2]
    dialogue = (1 - escalation - de_escalation - quiet).clip(0) * -np.expm1(-stories)
    stalemate = dialogue * betaincc(pairs.hold + 1, pairs.move + 1, bounds["stalemate_from"])
    exact = {
        "p_escalation": escalation,
        "p_de_escalation": de_escalation,
        "p_stalemate": stalemate,
        "p_dialogue": dialogue,
        "p_quiet": quiet,
    }
    return {name: np.round(probability, _DECIMALS) for name, probability in exact.items()}


def probability_of_lead(shape: Matrix, rate: Matrix, other_shape: Matrix, other_rate: Matrix, least: float, ahead: float) -> Matrix:
    """Compute P(x >= least, x >= ahead * y) of Gamma variables.

    It is the probability that one channel is high enough, and far enough ahead of another. x has `shape` and `rate`, y has `other_shape`
    and `other_rate`; all are arrays of one dimension.

    The double integral is computed as one over the quantiles of the variable with the larger shape, whose density is narrower, by a
    Gauss-Legendre rule of 16 nodes. The error is below 5e-4 for shapes from 0.5 to 3000 and means up to 12.
    """
    probability = np.empty_like(shape)
    by_x, by_y = shape >= other_shape, shape < other_shape
    # Over the upper tail of x, where the first condition is true: the mean of P(y <= x / ahead).
    tail = gammaincc(shape, rate * least)
    x = _upper_quantiles(shape[by_x], rate[by_x], tail[by_x])
    probability[by_x] = tail[by_x] * _average_over_nodes(gammainc(other_shape[by_x, None], other_rate[by_x, None] * x / ahead))
    # Over y: below least / ahead only the first condition matters, in the upper tail above it only the second.
    other_tail = gammaincc(other_shape, other_rate * least / ahead)[by_y]
    y = _upper_quantiles(other_shape[by_y], other_rate[by_y], other_tail)
    beyond = _average_over_nodes(gammaincc(shape[by_y, None], rate[by_y, None] * ahead * y))
    probability[by_y] = (1 - other_tail) * tail[by_y] + other_tail * beyond
    return probability


def _upper_quantiles(shape: Matrix, rate: Matrix, tail: Matrix) -> Matrix:
    """Compute values in the upper tail of Gamma variables, one per node.

    `shape` and `rate`: those of each Gamma variable, `tail`: probability of its upper tail, each an array of one dimension. The nodes are
    those of the integration rule, in [0, 1]; the value at a node is exceeded with the probability `tail` times the node. Returns an array
    of (variables, nodes).
    """
    return np.asarray(gammainccinv(shape[:, None], tail[:, None] * _NODES) / rate[:, None], dtype=np.float64)


def _average_over_nodes(values: Matrix) -> Matrix:
    """Average functions over [0, 1] from their values at the nodes.

    The nodes are `_NODES`, those of the Gauss-Legendre rule. `values`: one function per row, shape (rows, nodes). Returns the shape (rows).
    """
    return np.asarray(values @ _WEIGHTS, dtype=np.float64)


def name_phases(pairs: Posteriors, probabilities: Mapping[str, Matrix], bounds: Mapping[str, float], least_evidence: float) -> list[str]:
    """Name the phase of each row: the most probable, if likely enough.

    A phase competes only if its channel has enough evidence (at least `least_evidence`): escalation, concession (for de-escalation) or
    dialogue, all three for quiet. The most probable of these phases is named if its probability is at least `likely_from` (`bounds`);
    dialogue is named `stalemate` if the probability of a stalemate is at least that, too. Otherwise the row is `unclear`, or `no data` if
    no channel has enough evidence. `probabilities`: result of `phase_probabilities`.
    """
    has_news = has_evidence(weigh_evidence(pairs.prior, pairs.shape, pairs.rate), least_evidence)
    names = np.array(["escalation", "de-escalation", "dialogue", "quiet"])
    may_be_named = np.stack([*has_news.T, has_news.all(axis=1)])
    rows = np.stack([probabilities[f"p_{name.replace('-', '_')}"] for name in names])
    competing = np.where(may_be_named, rows, 0.0)
    best = competing.argmax(axis=0)
    is_named = competing.max(axis=0) >= bounds["likely_from"]
    phases = np.where(is_named, names[best], np.where(has_news.any(axis=1), "unclear", NO_DATA))
    is_stalemate = (phases == "dialogue") & (probabilities["p_stalemate"] >= bounds["likely_from"])
    return [str(phase) for phase in np.where(is_stalemate, "stalemate", phases)]


def find_phases(channels: pl.DataFrame, stalemate: pl.DataFrame, bounds: Mapping[str, float], least_evidence: float) -> pl.DataFrame:
    """Compute the phase of each pair and day (`PHASE_DAILY`).

    `channels`: rows of CHANNEL_DAILY; only those of pairs are used, not of directions. `stalemate`: rows of STALEMATE_DAILY. `bounds`:
    those of `phases.toml`. `least_evidence` limits which phases may be named (`name_phases`), not the probabilities: these are null only on
    days with `no data`.
    """
    pairs = STALEMATE_DAILY.conform(stalemate).sort("pair", "index_date")
    columns = ("shape", "rate", "prior", "dispersion")
    pooled = CHANNEL_DAILY.conform(channels).rename({"series": "pair"}).join(pairs, on=["index_date", "pair"], how="semi")
    by_channel = [pooled.filter(pl.col("channel") == name).sort("pair", "index_date") for name in CHANNELS]
    shape, rate, prior, dispersion = (np.stack([one[name].to_numpy() for one in by_channel], axis=1) for name in columns)
    posteriors = Posteriors(shape, rate, prior, dispersion, pairs["hold"].to_numpy(), pairs["move"].to_numpy())
    probabilities = phase_probabilities(posteriors, bounds)
    phases = pl.Series("phase", name_phases(posteriors, probabilities, bounds, least_evidence), pl.String())
    is_known = phases != NO_DATA
    return PHASE_DAILY.conform(
        pairs.select("index_date", "pair").with_columns(
            *(pl.when(is_known).then(pl.Series(name, values)).alias(name) for name, values in probabilities.items()), phases
        )
    )
