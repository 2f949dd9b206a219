"""The discounted Gamma-Poisson filter (Harvey and Fernandes 1989) with its limits, and the stalemate's Beta interval.

Belongs here: sums over time and quantiles. Does not: sums over stories (SQL), the weights (`weights.toml`).
Every input holds each day of the calendar once per group; that is what `daily_mass.sql` and `movement_daily.sql` yield.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

from pipeline.contracts.tables.index import BASELINE, CHANNEL_DAILY, DAILY_MASS, MOVEMENT_DAILY, STALEMATE_DAILY

Matrix = NDArray[np.float64]

# The limits never claim to know less than half a story does: the state of somebody who has seen nothing (Jeffreys). Below it a Gamma
# heaps up at nothing, and its quantiles, the upper ones too, fall under its own mean, the value.
LEAST_SHAPE = 0.5

_QUANTILES = {"lo80": 0.1, "hi80": 0.9, "lo95": 0.025, "hi95": 0.975}


def _grid(frame: pl.DataFrame, group: Sequence[str], name: str) -> Matrix:
    """One column as a matrix, groups by days; the frame is sorted by group and day."""
    groups = frame.select(pl.struct(group).n_unique()).item()
    return frame[name].to_numpy().reshape(groups, -1) if groups else np.zeros((0, 0))


def discounted(daily: Matrix, half_life_days: float) -> Matrix:
    """For each row the sums over all days so far, each day's weight halved every `half_life_days`. Shape (groups, days)."""
    return accumulate(daily, 2.0 ** (-1.0 / half_life_days), np.zeros(daily.shape[:-1]))


def accumulate(daily: Matrix, kept: float, carried: Matrix) -> Matrix:
    """Sum over the last axis, where each day keeps the share `kept` of the sum so far.

    `carried` are the sums before the first day, one for each row. A loop over days costs as little as `scipy.signal.lfilter`, gives the
    same bits, and spares every command that builds the index the import of `scipy.signal`, which takes longer than the sums.
    """
    sums = np.empty_like(daily)
    for day in range(daily.shape[-1]):
        carried = daily[..., day] + kept * carried
        sums[..., day] = carried
    return sums


def before_news(sums: Matrix, prior: Matrix, half_life_days: float) -> Matrix:
    """What a sum that holds its prior will hold on the next day before any news: the old part fades, the prior is filled up again."""
    kept = 2.0 ** (-1.0 / half_life_days)
    return np.asarray(kept * sums + (1.0 - kept) * prior, dtype=np.float64)


def dispersion(mass: Matrix, second_moment: Matrix) -> Matrix:
    """phi, the mass that counts as one story: second moment over mass, but never more than leaves the limits the least shape."""
    return np.asarray(np.minimum(second_moment / mass, mass / LEAST_SHAPE), dtype=np.float64)


def limits(a: Matrix, b: Matrix, phi: Matrix) -> dict[str, Matrix]:
    """Limits of a value that is 100 x Gamma(shape a / phi, rate b / phi), by name; all of one shape."""

    def quantile(q: float) -> Matrix:
        return np.asarray(100 * gammaincinv(a / phi, q) * phi / b, dtype=np.float64)

    with ThreadPoolExecutor() as pool:  # scipy releases the interpreter's lock, and no value depends on another
        return dict(zip(_QUANTILES, pool.map(quantile, _QUANTILES.values()), strict=True))


def stalemate(hold: Matrix, move: Matrix) -> Matrix:
    """Share of talk without movement of their discounted sums."""
    return (hold + 1) / (hold + move + 2)


def filter_channels(daily: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Daily masses and the baseline in, `channel_daily` out: A, B, phi, the value 100 A / B, its limits and its parts.

    value ~ 100 x Gamma(shape A / phi, rate B / phi). The dispersion phi is the discounted second moment over the discounted mass,
    drawn to the channel's dispersion in the baseline with the weight of the prior, so that no interval has zero width. The shape is at
    least one half, so that the value lies between all limits.
    """
    group = ["series", "channel"]
    ordered = DAILY_MASS.conform(daily).sort(*group, "index_date")
    of_any = BASELINE.conform(baseline).filter(pl.col("source") == "(any)")
    priors = ordered.select(group).unique().join(of_any, on=group).sort(group)

    def sums(name: str) -> Matrix:
        return discounted(_grid(ordered, group, name), half_life_days)

    def prior(name: str) -> Matrix:
        return priors[name].to_numpy()[:, None]

    kappa, kappa_unweighted, words_share = prior("prior"), prior("prior_unweighted"), prior("words_share")
    observed, second_moment = sums("observed"), sums("second_moment")
    a = kappa + observed
    b = kappa + sums("expected")
    phi = dispersion(a, kappa * prior("prior_dispersion") + second_moment)
    words = 100 * (kappa * words_share + sums("observed_words")) / b
    value = 100 * a / b

    columns = {
        "shape": a,
        "rate": b,
        "prior": np.broadcast_to(kappa, a.shape),
        "dispersion": phi,
        "value": value,
        **limits(a, b, phi),
        "value_words": words,
        "value_actions": value - words,
        "value_unweighted": 100 * (kappa_unweighted + sums("observed_unweighted")) / (kappa_unweighted + sums("expected_unweighted")),
        "evidence_weight": 1 - kappa / b,
        "half_life_days": np.full_like(a, half_life_days),
    }
    return CHANNEL_DAILY.conform(
        ordered.select("index_date", *group).with_columns(pl.Series(name, matrix.ravel()) for name, matrix in columns.items())
    )


def stalemates(movement: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Daily sums of hold and move in, `stalemate_daily` out: (hold + 1) / (hold + move + 2) and its 80 % Beta limits."""
    ordered = MOVEMENT_DAILY.conform(movement).sort("pair", "index_date")
    hold = discounted(_grid(ordered, ["pair"], "hold"), half_life_days)
    move = discounted(_grid(ordered, ["pair"], "move"), half_life_days)
    columns = {
        "hold": hold,
        "move": move,
        "stalemate": stalemate(hold, move),
        "stalemate_lo80": betaincinv(hold + 1, move + 1, 0.1),
        "stalemate_hi80": betaincinv(hold + 1, move + 1, 0.9),
    }
    return STALEMATE_DAILY.conform(
        ordered.select("index_date", "pair").with_columns(pl.Series(name, matrix.ravel()) for name, matrix in columns.items())
    )
