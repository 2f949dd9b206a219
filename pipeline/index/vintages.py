"""The index as it was known at the end of each day: the filter over the masses that had arrived by then.

Belongs here: walking through the days of knowledge, and the values that each of them makes anew. Does not: what arrived when (SQL:
`mass_arrivals`, `movement_arrivals`), status and phase (SQL: `vintages`), the formulas of the value and its limits (`filter.py`).

The filter is linear, so nothing else of the chain is run again: a day of knowledge adds its arrivals to the daily masses and filters anew
from the earliest day that they touch. A value is told again only where a sum behind it differs in some bit; a late article is forgotten
by the last bit after some fifty half-lives. The baseline is a parameter and the same at every time.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.tables.index import BASELINE
from pipeline.contracts.tables.vintages import INDEX_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS
from pipeline.index.filter import Matrix, accumulate, dispersion, limits, stalemate

VALUES = {"escalation": "tension", "concession": "concession", "dialogue": "dialogue"}
_MASSES = ("observed", "second_moment", "expected")
_MOVEMENT = ("hold", "move")
_SERIES = 3  # a pair's two directions and the pair
_SUMS_OF_SERIES = len(VALUES) * len(_MASSES)
_SUMS_OF_PAIR = _SERIES * _SUMS_OF_SERIES + len(_MOVEMENT)
_ROWS_AT_ONCE = 50_000

Places = NDArray[np.int64]


class _Arrivals(NamedTuple):
    """What arrived, in order of the day of knowledge: which sum of which pair, on which day (days are counted from the first), how much."""

    known: Places
    pair: Places
    sum: Places
    day: Places
    value: Matrix


class _Told(NamedTuple):
    """Sums that a day of knowledge made or changed. `known`, `pair` and `day`: shape (rows); `sums`: (rows, sums of a pair)."""

    known: Places
    pair: Places
    day: Places
    sums: Matrix


def as_known(mass: pl.DataFrame, movement: pl.DataFrame, baseline: pl.DataFrame, half_life_days: float) -> pl.DataFrame:
    """Arrivals of mass and movement and the baseline in, `index_known` out.

    For each day from the first to the last one read and each series: the value known at the end of that day, or of the day on which the
    very first article was known where that came later, and each later one that differs for its pair.
    """
    mass, movement = MASS_ARRIVALS.conform(mass), MOVEMENT_ARRIVALS.conform(movement)
    if mass.is_empty():
        return INDEX_KNOWN.empty()
    series = _series(mass)
    first_day: date = mass.select(pl.col("index_date").min()).item()
    days = mass.select((pl.col("index_date").max() - first_day).dt.total_days() + 1).item()
    arrivals = _arrivals(mass, movement, series, first_day)
    told = _walk(arrivals, _moments(mass, arrivals, days, first_day), (series["pair"].n_unique(), days), 2.0 ** (-1.0 / half_life_days))
    priors = _priors(baseline, series)
    frames = [_values(batch, series, priors, first_day) for batch in _batches(told)]
    return INDEX_KNOWN.conform(pl.concat([INDEX_KNOWN.empty(), *frames]))


def _series(mass: pl.DataFrame) -> pl.DataFrame:
    """Every series with its pair, their places, and those of its sums: a pair's directions first, then the pair."""
    pairs = mass.select(pair="series").unique().filter(~pl.col("pair").str.contains(">")).sort("pair").with_row_index("pair_no")
    one, other = pl.col("pair").str.slice(0, 3), pl.col("pair").str.slice(4)
    return (
        pairs.with_columns(series=pl.concat_list(one + ">" + other, other + ">" + one, "pair"), series_no=pl.lit(list(range(_SERIES))))
        .explode("series", "series_no")
        .cast({"pair_no": pl.Int64, "series_no": pl.Int64})
    )


def _day_no(name: str, first_day: date) -> pl.Expr:
    return (pl.col(name) - first_day).dt.total_days()


def _arrivals(mass: pl.DataFrame, movement: pl.DataFrame, series: pl.DataFrame, first_day: date) -> _Arrivals:
    channel_no = pl.col("channel").replace_strict(list(VALUES), list(range(len(VALUES))), return_dtype=pl.Int64)
    place = pl.col("series_no") * _SUMS_OF_SERIES + channel_no * len(_MASSES)
    of_series = mass.join(series, on="series")
    of_pair = movement.join(series.select("pair", "pair_no").unique(), on="pair")
    parts = [
        *((of_series, name, place + number) for number, name in enumerate(_MASSES)),
        *((of_pair, name, pl.lit(_SERIES * _SUMS_OF_SERIES + number)) for number, name in enumerate(_MOVEMENT)),
    ]
    long = pl.concat(
        frame.filter(pl.col(name) != 0).select(
            _day_no("known_on", first_day).alias("known"),
            "pair_no",
            sum=at.cast(pl.Int64),
            day=_day_no("index_date", first_day),
            value=name,
        )
        for frame, name, at in parts
    ).sort("known", "pair_no", "sum", "day")
    return _Arrivals(*(long[name].to_numpy() for name in ("known", "pair_no", "sum", "day", "value")))


def _moments(mass: pl.DataFrame, arrivals: _Arrivals, days: int, first_day: date) -> list[int]:
    """Days of knowledge that may tell anything: each day of the calendar since the first article was known, and later arrivals."""
    known = mass.filter(pl.col("articles_read") > 0).select(_day_no("known_on", first_day).min()).item() or 0
    return sorted({known, *range(known, days), *arrivals.known[arrivals.known > known].tolist()}) if days else []


def _walk(arrivals: _Arrivals, moments: list[int], shape: tuple[int, int], kept: float) -> Iterator[_Told]:
    pairs, days = shape
    daily = np.zeros((pairs, _SUMS_OF_PAIR, days))
    sums = np.zeros_like(daily)
    told_days, taken = 0, 0
    for moment in moments:
        until = int(np.searchsorted(arrivals.known, moment, side="right"))
        now = slice(taken, until)
        # Not `+=` by index: several days of knowledge before the first moment may tell of one place.
        np.add.at(daily, (arrivals.pair[now], arrivals.sum[now], arrivals.day[now]), arrivals.value[now])
        first = min(told_days, int(np.min(arrivals.day[now]))) if until > taken else told_days
        end = min(moment + 1, days)
        before = sums[:, :, first:told_days].copy()
        carried = sums[:, :, first - 1] if first else np.zeros((pairs, _SUMS_OF_PAIR))
        sums[:, :, first:end] = accumulate(daily[:, :, first:end], kept, carried)
        differs = np.ones((pairs, end - first), dtype=bool)
        differs[:, : told_days - first] = (sums[:, :, first:told_days] != before).any(axis=1)
        pair, day = np.nonzero(differs)
        day = day + first
        yield _Told(np.full(pair.size, moment), pair, day, sums[pair, :, day])
        told_days, taken = end, until


def _batches(told: Iterator[_Told]) -> Iterator[_Told]:
    """The same in pieces of some size, so that the values of many are reckoned together and those of all never."""
    waiting: list[_Told] = []
    for one in told:
        waiting.append(one)
        if sum(each.day.size for each in waiting) >= _ROWS_AT_ONCE:
            yield _Told(*(np.concatenate(parts) for parts in zip(*waiting, strict=True)))
            waiting = []
    if waiting:
        yield _Told(*(np.concatenate(parts) for parts in zip(*waiting, strict=True)))


def _priors(baseline: pl.DataFrame, series: pl.DataFrame) -> tuple[Matrix, Matrix]:
    """Weight and dispersion of the prior, each of shape (pairs, series of a pair, channels)."""
    rows = BASELINE.conform(baseline).filter(pl.col("source") == "(any)").join(series, on="series")
    ordered = rows.sort("pair_no", "series_no", pl.col("channel").replace_strict(list(VALUES), list(range(len(VALUES)))))
    shape = (-1, _SERIES, len(VALUES))
    return ordered["prior"].to_numpy().reshape(shape), ordered["prior_dispersion"].to_numpy().reshape(shape)


def _values(told: _Told, series: pl.DataFrame, priors: tuple[Matrix, Matrix], first_day: date) -> pl.DataFrame:
    """Three rows of `INDEX_KNOWN` for each row told."""
    kappa, prior_dispersion = (prior[told.pair] for prior in priors)
    masses = told.sums[:, : _SERIES * _SUMS_OF_SERIES].reshape(-1, _SERIES, len(VALUES), len(_MASSES))
    hold, move = told.sums[:, -2], told.sums[:, -1]
    a, b = kappa + masses[..., 0], kappa + masses[..., 2]
    phi = dispersion(a, kappa * prior_dispersion + masses[..., 1])
    known = {"": 100 * a / b} | {f"_{name}": bound for name, bound in limits(a, b, phi).items()}
    columns = {
        f"{name}{part}": matrix[:, :, number].ravel() for number, name in enumerate(VALUES.values()) for part, matrix in known.items()
    }
    places = pl.DataFrame(
        {
            "known": np.repeat(told.known, _SERIES),
            "day": np.repeat(told.day, _SERIES),
            "pair_no": np.repeat(told.pair, _SERIES),
            "series_no": np.tile(np.arange(_SERIES), told.pair.size),
        }
    )
    named = places.join(series, on=["pair_no", "series_no"], how="left", maintain_order="left")
    start = pl.lit(first_day, pl.Date())
    return named.select(
        start.dt.offset_by(pl.format("{}d", "day")).alias("index_date"),
        "series",
        "pair",
        start.dt.offset_by(pl.format("{}d", "known")).alias("known_on"),
        *(pl.Series(name, values) for name, values in columns.items()),
        pl.Series("stalemate", np.repeat(stalemate(hold, move), _SERIES)),
        pl.Series("hold", np.repeat(hold, _SERIES)),
    ).select(INDEX_KNOWN.schema.names())
