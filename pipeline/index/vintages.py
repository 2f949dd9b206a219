"""The index as known at the end of each day.

A vintage is what was known on a day: articles come late, so a value has a day for which it counts and a day of knowledge. The filter runs
over the masses that had arrived by then. A series is a direction or a pair; its masses are daily sums over stories, observed or expected.
Talk (`hold`) and movement (`move`) of a pair give its stalemate. Belongs here: computing the values of each day of knowledge. Does not:
what arrived when (SQL: `mass_arrivals`, `movement_arrivals`), status (SQL: `vintages`), the formulas of a value and its intervals
(`filter.py`) and of a phase (`phases.py`).
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.contracts.tables.index import ANY_SOURCE, BASELINE, CLUSTERING
from pipeline.contracts.tables.vintages import INDEX_KNOWN, MASS_ARRIVALS, MOVEMENT_ARRIVALS
from pipeline.index.filter import (
    Matrix,
    accumulate,
    cluster_mass,
    dispersion,
    has_evidence,
    has_movement,
    interval_bounds,
    stalemate_share,
    weigh_evidence,
)
from pipeline.index.parameters import read_phases
from pipeline.index.phases import Posteriors, name_phases, phase_probabilities

VALUES = {"escalation": "tension", "concession": "concession", "dialogue": "dialogue"}  # name of each channel's value
_MASSES = ("observed", "second_moment", "expected")
_MOVEMENT = ("hold", "move")
_SERIES = 3  # a pair's two directions and the pair
_SUMS_OF_SERIES = len(VALUES) * len(_MASSES)
_SUMS_OF_PAIR = _SERIES * _SUMS_OF_SERIES + len(_MOVEMENT)
_BATCH_ROWS = 50_000

Numbers = NDArray[np.int64]


class _Arrivals(NamedTuple):
    """Amounts of mass, talk and movement, sorted by when they became known.

    Each array has one item per amount. `known`: day on which it became known; `day`: day for which it counts; both count from the first day
    of the index, which is 0. `pair`: number of the pair. `sum`: number, within the pair, of the daily sum to which `value` is added: first
    those of each series (two directions, then the pair), channel (`VALUES`) and mass (`_MASSES`), then talk (`hold`) and movement (`move`).
    """

    known: Numbers
    pair: Numbers
    sum: Numbers
    day: Numbers
    value: Matrix


class _Changes(NamedTuple):
    """Sums that are new or changed on a day of knowledge.

    `known`, `pair`, `day`: numbers as in `_Arrivals`, shape (rows). `sums`: discounted sums, shape (rows, sums of a pair), in the order of
    `_Arrivals.sum`.
    """

    known: Numbers
    pair: Numbers
    day: Numbers
    sums: Matrix


def filter_arrivals(
    mass: pl.DataFrame,
    movement: pl.DataFrame,
    baseline: pl.DataFrame,
    clustering: pl.DataFrame,
    half_life_days: float,
    least_evidence: float,
) -> pl.DataFrame:
    """Compute which value of each day was known when (`INDEX_KNOWN`).

    `mass`, `movement`: amounts by the day for which they count and the day on which they became known (`MASS_ARRIVALS` for the values,
    `MOVEMENT_ARRIVALS` for the stalemate). `baseline`: rows of BASELINE, for the priors; `clustering`: rows of CLUSTERING, for the
    variances. `half_life_days`: days in which an amount loses half of its weight; `least_evidence`: a value with less evidence weight is
    null.

    Each day and series (a direction, or a pair) has a row for the first value known. All three series of a pair have a further row on each
    later day on which a sum of one of them, or of the pair's talk or movement, changed. The first value is known at the end of its day or,
    if that is later, on the day from which both the first baseline and the very first article are known. Preliminary baselines are ignored
    (`is_frozen` false); without any other there are no rows.

    The filter is linear: a day of knowledge adds its arrivals to the daily masses, and the filter runs again from the earliest day that
    they change. Sums are compared bit by bit, without a tolerance.
    """
    mass, movement = MASS_ARRIVALS.conform(mass), MOVEMENT_ARRIVALS.conform(movement)
    frozen = BASELINE.conform(baseline).filter("is_frozen")
    if mass.is_empty() or frozen.is_empty():
        return INDEX_KNOWN.empty()
    series = _list_series(mass)
    first_day: date = mass.select(pl.col("index_date").min()).item()
    days = mass.select((pl.col("index_date").max() - first_day).dt.total_days() + 1).item()
    arrivals = _to_arrivals(mass, movement, series, first_day)
    base_known = frozen.select(_day_number("known_on", first_day).min()).item()
    moments = _days_of_knowledge(mass, arrivals, days, first_day, base_known)
    changes = _filter_each_moment(arrivals, moments, (series["pair"].n_unique(), days), 2.0 ** (-1.0 / half_life_days))
    priors = _to_priors(frozen, clustering, series, first_day)
    frames = [_compute_values(batch, series, priors, first_day, least_evidence) for batch in _group_into_batches(changes)]
    return INDEX_KNOWN.conform(pl.concat([INDEX_KNOWN.empty(), *frames]))


def _list_series(mass: pl.DataFrame) -> pl.DataFrame:
    """List every series with its pair, and number both.

    `pair_no` numbers the pairs, `series_no` the series of a pair: 0 and 1 are its directions, 2 is the pair. Returns one row per series.
    """
    pairs = mass.select(pair="series").unique().filter(~pl.col("pair").str.contains(">")).sort("pair").with_row_index("pair_no")
    one, other = pl.col("pair").str.slice(0, 3), pl.col("pair").str.slice(4)
    return (
        pairs.with_columns(series=pl.concat_list(one + ">" + other, other + ">" + one, "pair"), series_no=pl.lit(list(range(_SERIES))))
        .explode("series", "series_no")
        .cast({"pair_no": pl.Int64, "series_no": pl.Int64})
    )


def _day_number(name: str, first_day: date) -> pl.Expr:
    """Convert a date column to numbers of days; `first_day` is 0."""
    return (pl.col(name) - first_day).dt.total_days()


def _to_arrivals(mass: pl.DataFrame, movement: pl.DataFrame, series: pl.DataFrame, first_day: date) -> _Arrivals:
    """Convert rows of `mass_arrivals` and `movement_arrivals` to numbers.

    Zeros are left out. `series` (`_list_series`) numbers the pairs, and the three series within each pair; the sums of a pair's movement
    are numbered after those of its three series.
    """
    channel_no = pl.col("channel").replace_strict(list(VALUES), list(range(len(VALUES))), return_dtype=pl.Int64)
    first_sum = pl.col("series_no") * _SUMS_OF_SERIES + channel_no * len(_MASSES)
    mass_by_series = mass.join(series, on="series")
    movement_by_pair = movement.join(series.select("pair", "pair_no").unique(), on="pair")
    parts = [
        *((mass_by_series, name, first_sum + number) for number, name in enumerate(_MASSES)),
        *((movement_by_pair, name, pl.lit(_SERIES * _SUMS_OF_SERIES + number)) for number, name in enumerate(_MOVEMENT)),
    ]
    long = pl.concat(
        frame.filter(pl.col(name) != 0).select(
            _day_number("known_on", first_day).alias("known"),
            "pair_no",
            sum=sum_no.cast(pl.Int64),
            day=_day_number("index_date", first_day),
            value=name,
        )
        for frame, name, sum_no in parts
    ).sort("known", "pair_no", "sum", "day")
    return _Arrivals(*(long[name].to_numpy() for name in ("known", "pair_no", "sum", "day", "value")))


def _days_of_knowledge(mass: pl.DataFrame, arrivals: _Arrivals, days: int, first_day: date, base_known: int) -> list[int]:
    """List the days at whose end a value may have changed.

    Days are numbers; 0 is `first_day`. The list begins on the day on which both the first article and the first baseline (`base_known`) are
    known. From there on it has every day of the index, and every later day on which an amount became known. `days`: number of days of the
    index.
    """
    first_known = mass.filter(pl.col("articles_read") > 0).select(_day_number("known_on", first_day).min()).item() or 0
    known = max(first_known, base_known)
    return sorted({known, *range(known, days), *arrivals.known[arrivals.known > known].tolist()}) if days else []


def _filter_each_moment(arrivals: _Arrivals, moments: list[int], shape: tuple[int, int], decay: float) -> Iterator[_Changes]:
    """Add amounts by day of knowledge, and yield the sums that change.

    `moments`: numbers of the days of knowledge, ascending. `shape`: number of pairs and of days. `decay`: factor by which a sum decays in a
    day. All sums of a pair and day are yielded together: at the first moment that is not before the day, and again at each moment at which
    one of them differs from the moment before.
    """
    pairs, days = shape
    daily = np.zeros((pairs, _SUMS_OF_PAIR, days))
    sums = np.zeros_like(daily)
    known_days, start = 0, 0
    for moment in moments:
        stop = int(np.searchsorted(arrivals.known, moment, side="right"))
        now = slice(start, stop)
        # Not `+=` by index, which adds once: several days of knowledge before the first moment may change the same sum.
        np.add.at(daily, (arrivals.pair[now], arrivals.sum[now], arrivals.day[now]), arrivals.value[now])
        first = min(known_days, int(np.min(arrivals.day[now]))) if stop > start else known_days
        end = min(moment + 1, days)
        before = sums[:, :, first:known_days].copy()
        carried = sums[:, :, first - 1] if first else np.zeros((pairs, _SUMS_OF_PAIR))
        sums[:, :, first:end] = accumulate(daily[:, :, first:end], decay, carried)
        differs = np.ones((pairs, end - first), dtype=bool)
        differs[:, : known_days - first] = (sums[:, :, first:known_days] != before).any(axis=1)
        pair, day = np.nonzero(differs)
        day = day + first
        yield _Changes(np.full(pair.size, moment), pair, day, sums[pair, :, day])
        known_days, start = end, stop


def _group_into_batches(changes: Iterator[_Changes]) -> Iterator[_Changes]:
    """Join small groups of changed sums into batches.

    A group, the changes of one day of knowledge, stays whole; groups stay in order. A batch has at least `_BATCH_ROWS` rows, except the
    last. Values are then computed in few calls, without all rows in memory.
    """
    waiting: list[_Changes] = []
    rows = 0
    for change in changes:
        waiting.append(change)
        rows += change.day.size
        if rows >= _BATCH_ROWS:
            yield _Changes(*(np.concatenate(parts) for parts in zip(*waiting, strict=True)))
            waiting, rows = [], 0
    if waiting:
        yield _Changes(*(np.concatenate(parts) for parts in zip(*waiting, strict=True)))


class _Priors(NamedTuple):
    """Weight, dispersion and clusters of the prior, by version of the baseline.

    `valid_from`: number of the first day of each version, ascending. `weight` (kappa, a mass), `dispersion` (of the prior alone) and
    `clusters` (what clusters of stories add to the dispersion phi, see `cluster_mass`) have the shape (versions, pairs, series of a pair,
    channels).
    """

    valid_from: Numbers
    weight: Matrix
    dispersion: Matrix
    clusters: Matrix

    def look_up(self, changes: _Changes) -> tuple[Matrix, Matrix, Matrix]:
        """Return weight, dispersion and clusters for each row of `changes`.

        They are those of the version valid on the row's day; days before the first version have those of the first. Each has the shape
        (rows, series of a pair, channels).
        """
        version = np.maximum(np.searchsorted(self.valid_from, changes.day, side="right") - 1, 0)
        return self.weight[version, changes.pair], self.dispersion[version, changes.pair], self.clusters[version, changes.pair]


def _to_priors(baseline: pl.DataFrame, clustering: pl.DataFrame, series: pl.DataFrame, first_day: date) -> _Priors:
    """Convert the priors of all baseline versions to arrays.

    Their axes are version, pair, series and channel. They come from the rows of the source `(any)`, which is all sources together: weight
    of the prior, its dispersion, and what clusters of stories add to phi.
    """
    factors = CLUSTERING.conform(clustering)
    rows = baseline.filter(pl.col("source") == ANY_SOURCE).join(series, on="series").join(factors, on=CLUSTERING.key)
    channel_no = pl.col("channel").replace_strict(list(VALUES), list(range(len(VALUES))))
    ordered = rows.sort("valid_from", "pair_no", "series_no", channel_no)
    days = ordered.select(_day_number("valid_from", first_day).unique(maintain_order=True)).to_series().to_numpy()
    shape = (days.size, -1, _SERIES, len(VALUES))
    weight, own, factor = (ordered[name].to_numpy().reshape(shape) for name in ("prior", "prior_dispersion", "clustering"))
    return _Priors(days, weight, own, cluster_mass(weight, factor))


def _compute_values(changes: _Changes, series: pl.DataFrame, priors: _Priors, first_day: date, least_evidence: float) -> pl.DataFrame:
    """Compute three rows of `INDEX_KNOWN` for each pair and day that changed.

    They are those of both directions and of the pair; all three have the stalemate and the phase of the pair. A value with less evidence
    than `least_evidence` and its bounds are null, and so is a stalemate without enough talk and movement. `series`: from `_list_series`;
    `first_day`: the date of day number 0.
    """
    kappa, prior_dispersion, clusters = priors.look_up(changes)
    masses = changes.sums[:, : _SERIES * _SUMS_OF_SERIES].reshape(-1, _SERIES, len(VALUES), len(_MASSES))
    hold, move = changes.sums[:, -2], changes.sums[:, -1]
    shape, rate = kappa + masses[..., 0], kappa + masses[..., 2]
    phi = dispersion(shape, rate, kappa * prior_dispersion + masses[..., 1], clusters)
    known = {"": 100 * shape / rate} | {f"_{name}": bound for name, bound in interval_bounds(shape, rate, phi).items()}
    is_known = has_evidence(weigh_evidence(kappa, shape, rate), least_evidence)
    columns = [
        pl.Series(f"{name}{part}", np.where(is_known, matrix, np.nan)[:, :, number].ravel()).fill_nan(None)
        for number, name in enumerate(VALUES.values())
        for part, matrix in known.items()
    ]
    numbers = pl.DataFrame(
        {
            "known": np.repeat(changes.known, _SERIES),
            "day": np.repeat(changes.day, _SERIES),
            "pair_no": np.repeat(changes.pair, _SERIES),
            "series_no": np.tile(np.arange(_SERIES), changes.pair.size),
        }
    )
    rows = numbers.join(series, on=["pair_no", "series_no"], how="left", maintain_order="left")
    of_pairs = Posteriors(shape[:, -1], rate[:, -1], kappa[:, -1], phi[:, -1], hold, move)
    start = pl.lit(first_day, pl.Date())
    return rows.select(
        start.dt.offset_by(pl.format("{}d", "day")).alias("index_date"),
        "series",
        "pair",
        start.dt.offset_by(pl.format("{}d", "known")).alias("known_on"),
        *columns,
        pl.Series("stalemate", np.repeat(np.where(has_movement(hold, move), stalemate_share(hold, move), np.nan), _SERIES)).fill_nan(None),
        pl.Series("phase", np.repeat(_find_phases(of_pairs, least_evidence), _SERIES)),
    ).select(INDEX_KNOWN.schema.names())


def _find_phases(pairs: Posteriors, least_evidence: float) -> list[str]:
    """Name the phase (escalation, quiet, ...) of each row of `pairs`.

    The bounds are in `phases.toml`.
    """
    bounds = read_phases()
    return name_phases(pairs, phase_probabilities(pairs, bounds), bounds, least_evidence)
