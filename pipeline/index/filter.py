"""The discounted Gamma-Poisson filter (Harvey and Fernandes 1989), with intervals.

The stalemate with its Beta interval is here, too. A series is a direction or a pair of countries; a channel is escalation, concession or
dialogue. Belongs here: sums over time and quantiles. Does not: sums over stories (SQL), the weights (`weights.toml`).
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

from pipeline.contracts.tables.index import ANY_SOURCE, BASELINE, CHANNEL_DAILY, CLUSTERING, DAILY_MASS, MOVEMENT_DAILY, STALEMATE_DAILY
from pipeline.index.parameters import LEAST_EVIDENCE, LEAST_MOVEMENT, MISREAD, PRIOR_STORIES

Matrix = NDArray[np.float64]

# Least shape of the Gamma distribution, that of Jeffreys' prior. A Gamma with a smaller shape has so much of its mass near 0 that even its
# upper quantiles lie below its mean, which is the published value.
MIN_SHAPE = 0.5

_QUANTILES = {"lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}


def to_matrix(daily: pl.DataFrame, name: str) -> Matrix:
    """Convert the column `name` to a matrix of shape (groups, days).

    A group is, for example, a series and channel. `daily` must be sorted by `index_date` and group, as daily tables are, and must have
    every group on every day. An empty `daily` gives the shape (0, 0). `to_column` is the reverse.
    """
    days = daily["index_date"].n_unique()
    return daily[name].to_numpy().reshape(days, -1).T if days else np.zeros((0, 0))


def to_column(name: str, matrix: NDArray[Any]) -> pl.Series:
    """Convert a matrix of shape (groups, days) to a column.

    The column is sorted by day, then by group; NaN becomes null.
    """
    return pl.Series(name, matrix.T.ravel(), nan_to_null=True)


def discount(daily: Matrix, half_life_days: float) -> Matrix:
    """Sum each row up to each day; older days weigh less.

    A day's own value has the weight 1; the weight is halved every `half_life_days`. `daily` and the result have the shape (groups, days).
    """
    return accumulate(daily, 2.0 ** (-1.0 / half_life_days), np.zeros(daily.shape[:-1]))


def accumulate(daily: Matrix, decay: float, carried: Matrix) -> Matrix:
    """Sum up to each day (last axis); older days weigh less.

    The sum of a day is the value of that day plus `decay` times the sum of the day before. `carried`: the sums of the day before the first
    one. Returns the sums of all days, in the shape of `daily`. A loop over days is as fast as `scipy.signal.lfilter`, gives the same bits,
    and avoids the import of `scipy.signal`, which takes longer than the sums.
    """
    sums = np.empty_like(daily)
    for day in range(daily.shape[-1]):
        carried = daily[..., day] + decay * carried
        sums[..., day] = carried
    return sums


def predict_next_day(sums: Matrix, prior: Matrix, half_life_days: float) -> Matrix:
    """Compute the filter's sums at the start of the next day.

    `sums`: discounted sums of mass (or of stories) at the end of a day, which include `prior`. What was read decays by one day; the prior
    stays at its full weight. The result is d times `sums` plus 1 - d times `prior`, where d is the decay of one day.
    """
    decay = 2.0 ** (-1.0 / half_life_days)
    return np.asarray(decay * sums + (1.0 - decay) * prior, dtype=np.float64)


def dispersion(shape: Matrix, rate: Matrix, second_moment: Matrix, clusters: Matrix) -> Matrix:
    """Compute phi, the variance of `shape` per unit of mass.

    `shape`, `rate`, `second_moment`: discounted sums of observed mass, of expected mass, and of the expected squares of story masses, each
    with the prior's part; `clusters`: result of `cluster_mass`. All arrays have one size, and so has phi. It is the sum of three terms:

    * `second_moment / shape`, for single stories
    * `clusters`, for stories that come together
    * one for wrong readings: the share `MISREAD` of the mass comes from other news, by mistake, and pulls `shape` towards `rate`. Without
      it `shape` would be farther from `rate`, by `MISREAD / (1 - MISREAD)` of their distance. The term is the square of that, divided by
      `shape`.

    phi is capped so that the shape of the Gamma distribution, `shape / phi`, is at least `MIN_SHAPE`.
    """
    misread = (MISREAD / (1 - MISREAD) * (shape - rate)) ** 2 / shape
    return np.asarray(np.minimum(second_moment / shape + clusters + misread, shape / MIN_SHAPE), dtype=np.float64)


def cluster_mass(prior: Matrix, clustering: Matrix) -> Matrix:
    """Compute the part of phi that comes from clusters of stories.

    `prior`: weight of the prior, in mass. `clustering`: factor on the variance of the number of stories, at least 1 (they come singly,
    which adds nothing). Each unit above 1 adds the mass of a mean story, which is the prior divided by `PRIOR_STORIES`. Both and the result
    have one shape. `dispersion` has the other parts.
    """
    return np.asarray((clustering - 1) * prior / PRIOR_STORIES, dtype=np.float64)


def interval_bounds(shape: Matrix, rate: Matrix, phi: Matrix) -> dict[str, Matrix]:
    """Compute the bounds of the 80 % and 95 % intervals.

    `shape`, `rate`: discounted observed and expected mass, with the prior; `phi`: result of `dispersion`. All arrays have one size. Returns
    `lo80`, `hi80`, `lo95` and `hi95` on the scale of the index (100 is the baseline): quantiles of 100 times a Gamma variable with the
    shape `shape / phi` and the rate `rate / phi`.
    """

    def quantile(probability: float) -> Matrix:
        return np.asarray(100 * gammaincinv(shape / phi, probability) * phi / rate, dtype=np.float64)

    with ThreadPoolExecutor() as pool:  # scipy releases the GIL here
        return dict(zip(_QUANTILES, pool.map(quantile, _QUANTILES.values()), strict=True))


def weigh_evidence(prior: Matrix, shape: Matrix, rate: Matrix) -> Matrix:
    """Compute `evidence_weight`, from 0 (only the prior) to 1.

    `shape`: observed mass, `rate`: mass expected from the articles read, both with the `prior`. The weight is the part of the larger one
    that is not prior. The larger one counts because much news says something about a pair with little usual news, and silence says
    something about a pair with much.
    """
    return np.asarray(1 - prior / np.maximum(shape, rate), dtype=np.float64)


def has_evidence(evidence_weight: Matrix, least_evidence: float) -> NDArray[np.bool_]:
    """Return whether enough was read for a value to be published.

    True where `evidence_weight`, result of `weigh_evidence`, is at least `least_evidence`. A margin for rounding ensures the same answer
    for sums that were added in another order.
    """
    return np.asarray(evidence_weight >= least_evidence - 1e-9, dtype=np.bool_)


def has_movement(hold: Matrix, move: Matrix) -> NDArray[np.bool_]:
    """Return whether enough talk and movement was read for a stalemate.

    `hold` (talk) and `move` (movement): discounted sums of probabilities; together they must reach `LEAST_MOVEMENT`, with the margin for
    rounding of `has_evidence`.
    """
    return np.asarray(hold + move >= LEAST_MOVEMENT - 1e-9, dtype=np.bool_)


def stalemate_share(hold: Matrix, move: Matrix) -> Matrix:
    """Compute the stalemate: the share of talk in talk and movement.

    `hold` (talk) and `move` (movement): discounted sums of probabilities. 1 is added to each as a prior, so the share is one half without
    news.
    """
    return (hold + 1) / (hold + move + 2)


def filter_channels(
    daily: pl.DataFrame,
    baseline: pl.DataFrame,
    half_life_days: float,
    least_evidence: float = LEAST_EVIDENCE,
    clustering: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compute values and intervals of each series and channel (`CHANNEL_DAILY`).

    A series is a direction or a pair, a channel is escalation, concession or dialogue. `daily`: rows of DAILY_MASS, every day of every
    series. `baseline`: rows of BASELINE; a day has the prior of the version that it uses (`valid_from`). `clustering`: rows of CLUSTERING;
    without a row, or with None, stories count as coming singly. Values with less evidence than `least_evidence` are returned too, marked
    `is_thin`; the index does not publish them. `value_bilateral`, without acts towards everybody, is null if its own sums have too little
    evidence.

    `shape` and `rate` are the discounted observed and expected mass, each with the prior; `value` is 100 x shape / rate. Its intervals are
    those of 100 x Gamma(shape / dispersion, rate / dispersion), with the result of `dispersion`. The expected squares of story masses that
    `dispersion` gets include those of the baseline window, with the weight of the prior, so that no interval has zero width.
    """
    group = ["series", "channel"]
    ordered = DAILY_MASS.conform(daily)
    any_source = BASELINE.conform(baseline).filter(pl.col("source") == ANY_SOURCE)
    # `priors`: one row for each version of the baseline and group, sorted by version first. `version`: the number of each day's version.
    versions = ordered.select("valid_from").unique().sort("valid_from").with_row_index("version")
    groups = ordered.select(group).unique()
    priors = versions.join(groups, how="cross").join(any_source, on=["valid_from", *group])
    factors = CLUSTERING.empty() if clustering is None else CLUSTERING.conform(clustering)
    priors = (
        priors.join(factors, on=["valid_from", *group], how="left")
        .with_columns(pl.col("clustering").fill_null(1.0))
        .sort("version", *group)
    )
    version = ordered.select("index_date", "valid_from").unique().sort("index_date").join(versions, on="valid_from", maintain_order="left")

    def sums(name: str) -> Matrix:
        return discount(to_matrix(ordered, name), half_life_days)

    def prior(name: str) -> Matrix:  # shape (groups, days): each day has the prior of its version
        return priors[name].to_numpy().reshape(versions.height, groups.height).T[:, version["version"].to_numpy()]

    def sums_of(variant: str) -> tuple[Matrix, Matrix, Matrix]:
        kappa = prior(f"prior_{variant}")
        return kappa, kappa + sums(f"observed_{variant}"), kappa + sums(f"expected_{variant}")

    kappa, words_share = prior("prior"), prior("words_share")
    observed, second_moment = sums("observed"), sums("second_moment")
    shape = kappa + observed
    rate = kappa + sums("expected")
    phi = dispersion(shape, rate, kappa * prior("prior_dispersion") + second_moment, cluster_mass(kappa, prior("clustering")))
    words = 100 * (kappa * words_share + sums("observed_words")) / rate
    value = 100 * shape / rate

    evidence_weight = weigh_evidence(kappa, shape, rate)
    _, shape_unweighted, rate_unweighted = sums_of("unweighted")
    kappa_bilateral, shape_bilateral, rate_bilateral = sums_of("bilateral")
    is_bilateral = has_evidence(weigh_evidence(kappa_bilateral, shape_bilateral, rate_bilateral), least_evidence)

    columns = {
        "shape": shape,
        "rate": rate,
        "prior": kappa,
        "dispersion": phi,
        "value": value,
        **interval_bounds(shape, rate, phi),
        "value_words": words,
        "value_actions": value - words,
        "value_unweighted": 100 * shape_unweighted / rate_unweighted,
        "value_bilateral": np.where(is_bilateral, 100 * shape_bilateral / rate_bilateral, np.nan),
        "evidence_weight": evidence_weight,
        "is_thin": ~has_evidence(evidence_weight, least_evidence),
        "half_life_days": np.full_like(shape, half_life_days),
    }
    return CHANNEL_DAILY.conform(
        ordered.select("index_date", *group).with_columns(to_column(name, matrix) for name, matrix in columns.items())
    )


def filter_movement(movement: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Compute the stalemate of each pair and day (`STALEMATE_DAILY`).

    `movement`: rows of MOVEMENT_DAILY, every day of every pair. `hold` (talk) and `move` (movement) are discounted sums of probabilities;
    `stalemate` is the share of talk in both (`stalemate_share`), with its 80 % Beta interval. Rows with too little of both (`has_movement`)
    are returned too, marked `is_thin`; the index does not publish them.
    """
    ordered = MOVEMENT_DAILY.conform(movement)
    hold, move = (discount(to_matrix(ordered, name), half_life_days) for name in ("hold", "move"))
    columns = {
        "hold": hold,
        "move": move,
        "stalemate": stalemate_share(hold, move),
        "stalemate_lo80": betaincinv(hold + 1, move + 1, 0.1),
        "stalemate_hi80": betaincinv(hold + 1, move + 1, 0.9),
        "is_thin": ~has_movement(hold, move),
    }
    return STALEMATE_DAILY.conform(
        ordered.select("index_date", "pair").with_columns(to_column(name, matrix) for name, matrix in columns.items())
    )
