"""Check whether a release changes final values of the release before.

They change only if past articles, settings or code did: late articles that say when they were first seen count on later days.
"""

from contextlib import suppress
from datetime import timedelta

import dagster as dg
import polars as pl

from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.index.parameters import OPEN_DAYS
from pipeline.report.names import format_count
from pipeline.warehouse.lake import Lake, LakeError
from pipeline.warehouse.publish import Publisher

FINAL_VALUES = dg.AssetCheckSpec(
    "final_values_are_unchanged",
    asset="published",
    description="final values of the release before change only if articles seen by then were added, changed or removed, or settings or "
    "code changed",
    metadata={"severity": "warning"},
)
_VALUES = ("tension", "concession", "dialogue", "stalemate")
_BOUNDS = tuple(f"{name}_{bound}" for name in _VALUES[:3] for bound in ("lo80", "hi80", "lo95", "hi95"))
_LEAST_CHANGE = 1e-6  # sums over other rows can differ in the last digits


def compare_final_values(publisher: Publisher, lake: Lake) -> dg.AssetCheckResult:
    """Compare final values of the latest release with the lake's index.

    To be called before the index is published. Passes without a release, or if its table is damaged or has another schema.
    """
    before = TENSION_PAIR_DAILY.empty()
    with suppress(LakeError):  # a damaged release is repaired or replaced
        before = publisher.read_latest(TENSION_PAIR_DAILY)
    changes = describe_changed_values(before, lake.read(TENSION_PAIR_DAILY))
    reason = f"{FINAL_VALUES.description}; see tension compare {publisher.latest_name}"
    metadata = {"reason": reason, "detail": "; ".join(changes)} if changes else {}
    return dg.AssetCheckResult(
        passed=not changes, check_name=FINAL_VALUES.name, asset_key="published", severity=dg.AssetCheckSeverity.WARN, metadata=metadata
    )


def describe_changed_values(before: pl.DataFrame, now: pl.DataFrame) -> list[str]:
    """Describe the final values of `before` that `now` changes or lacks.

    `before`, `now`: rows of TENSION_PAIR_DAILY. Bounds of intervals and the phase belong to a value. Returns a text for each pair with such
    values: on how many of its final days they changed, from which day, whether only intervals did, by how much tension did at most (index
    points), and on how many days the phase did; or that `now` does not have the pair.
    """
    if before.is_empty():
        return []
    last = before["index_date"].max()
    is_final = (pl.col("obs_status") != "P") & (pl.col("index_date") + timedelta(days=OPEN_DAYS) <= last)
    columns = ("index_date", "pair", *_VALUES, *_BOUNDS, "phase")
    final = before.filter(is_final).select(columns)
    both = final.join(now.select(columns), on=["index_date", "pair"], how="left", suffix="_now")
    has_other_value, has_other_bound = (pl.any_horizontal(map(_is_changed, names)) for names in (_VALUES, _BOUNDS))
    has_other_phase = pl.col("phase").ne_missing(pl.col("phase_now"))
    is_changed = has_other_value | has_other_bound | has_other_phase
    counts = both.group_by("pair").agg(
        is_changed.sum().alias("changed"),
        pl.len().alias("days"),
        pl.col("index_date").filter(is_changed).min().alias("first"),
        (has_other_bound.any() & ~has_other_value.any()).alias("only_bounds"),
        (pl.col("tension") - pl.col("tension_now")).abs().max().fill_null(0.0).alias("most"),
        has_other_phase.sum().alias("phases"),
    )
    pairs = set(now["pair"])
    return [
        f"{pair} on {changed:,} of {format_count(days, 'day')} from {first}"
        + (", intervals but no value" if only_bounds else "")
        + (f", tension by up to {most:.2f}" if most > _LEAST_CHANGE else "")
        + (f", phase on {format_count(phases, 'day')}" if phases else "")
        if pair in pairs
        else f"{pair} is no longer published"
        for pair, changed, days, first, only_bounds, most, phases in counts.sort("pair").iter_rows()
        if changed or pair not in pairs
    ]


def _is_changed(name: str) -> pl.Expr:
    """Whether the column differs from its counterpart that ends in `_now`.

    It does if only one of them is null, or by more than `_LEAST_CHANGE`.
    """
    value, now = pl.col(name), pl.col(f"{name}_now")
    return (value.is_null() != now.is_null()) | ((value - now).abs() > _LEAST_CHANGE).fill_null(value=False)
