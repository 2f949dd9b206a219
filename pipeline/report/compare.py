"""Differences between two releases, for the terminal.

Text of articles is untrusted: all of it goes through `to_plain`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from rich.table import Table

from pipeline.report.names import format_count, instrument_name
from pipeline.report.plain import to_plain
from pipeline.report.tables import add_columns, new_table

#: Smaller differences of a mass count as none: masses are printed with two decimals.
LEAST_MASS = 0.005


def describe_scales(differences: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield lines about the scale of the values, none without differences.

    `differences`: result of `compare_scales` (`pipeline/audit/compare.py`).
    """
    if differences:
        yield "The values are on different scales, and not comparable:"
    for name, before, after in differences:
        yield f"  {name}: {before} before, {after} after"


def value_table(values: pl.DataFrame) -> Table:
    """Return a terminal table of compared values.

    `values`: result of `compare_values` (`pipeline/audit/compare.py`).
    """
    table = new_table(
        "Values of pairs, in index points",
        caption="days: with a value in both; changed: those that differ; else: days with a value in one only; mean: of all differences.",
    )
    add_columns(table, "pair", "measure", justify="left")
    add_columns(table, "days", "changed", "else", "mean")
    add_columns(table, "largest change", justify="left")
    for row in values.iter_rows(named=True):
        mean = "" if row["mean_difference"] is None else f"{row['mean_difference']:.2f}"
        counts = (f"{row[name]:,}" for name in ("days", "changed_days", "other_days"))
        table.add_row(row["pair"], row["measure"], *counts, mean, _describe_largest(row) if row["changed_days"] else "")
    return table


def _describe_largest(row: dict[str, Any]) -> str:
    return f"{row['day']}: {row['value_before']:.1f} to {row['value_after']:.1f}"


def describe_threats(threats: pl.DataFrame) -> str:
    """Count threats by what differs, in words.

    `threats`: result of `compare_threats` (`pipeline/audit/compare.py`).
    """
    before, after = pl.col("outcome_before"), pl.col("outcome_after")
    counts = [threats.filter(condition).height for condition in (before != after, before.is_null(), after.is_null())]
    names = ("with another outcome", "only after", "only before")
    parts = [f", {count:,} {name}" for count, name in zip(counts, names, strict=True) if count]
    return f"{format_count(threats.height, 'threat')}: {threats.height - sum(counts):,} as before" + "".join(parts)


def threat_table(threats: pl.DataFrame, number: int) -> Table | None:
    """Return a terminal table of threats that differ.

    `threats`: result of `compare_threats`; at most `number` of them, those with another outcome first. None if there are none.
    """
    is_in_both = pl.col("outcome_before").is_not_null() & pl.col("outcome_after").is_not_null()
    changed = threats.filter(pl.col("outcome_before").ne_missing(pl.col("outcome_after")))
    shown = changed.sort(is_in_both, descending=True, maintain_order=True).head(number)
    if shown.is_empty():
        return None
    table = new_table(f"Threats with another outcome, or in one release only: {shown.height:,} of {changed.height:,}")
    add_columns(table, "first said", "who, what", "before", "after", justify="left")
    for row in shown.iter_rows(named=True):
        rate = "" if row["rate_pct"] is None else f", {row['rate_pct']:g} %"
        what = f"{row['actor']}>{row['target']} {instrument_name(row['instrument'], row['product'])}{rate}"
        outcomes = ((row[f"outcome_{name}"] or "-").replace("_", " ") for name in ("before", "after"))
        table.add_row(row["first_on"].isoformat(), to_plain(what), *outcomes)
    return table


def describe_readings(readings: pl.DataFrame) -> str:
    """Count sentences by what became of their readings, in words.

    Readings are the signals read from a sentence. `readings`: result of `compare_readings` (`pipeline/audit/compare.py`). Differences of
    mass (weight in the index) below `LEAST_MASS` count as none.
    """
    is_other = pl.col("readings_before") != pl.col("readings_after")
    only_before, only_after = pl.col("readings_after") == "", pl.col("readings_before") == ""
    changed = is_other & ~only_before & ~only_after
    reweighted = ~is_other & (pl.col("difference") >= LEAST_MASS)
    counts = [readings.filter(condition).height for condition in (changed, only_after, only_before, reweighted)]
    names = ("with other readings", "with a mass only after", "with a mass only before", "with another mass of the same readings")
    unchanged = readings.height - sum(counts)
    parts = [f"{count:,} {name}" for count, name in zip(counts, names, strict=True) if count]
    return f"{format_count(readings.height, 'sentence')} with a mass: {unchanged:,} as before" + "".join(f", {part}" for part in parts)


def reading_table(readings: pl.DataFrame, number: int) -> Table | None:
    """Return a terminal table of sentences, largest change of weight (mass) first.

    `readings`: result of `compare_readings`, which is in this order; at most `number` of them, without differences below `LEAST_MASS`. None
    if there are none.
    """
    largest = readings.filter(pl.col("difference") >= LEAST_MASS).head(number)
    if largest.is_empty():
        return None
    table = new_table(f"The {format_count(largest.height, 'sentence')} with the largest change of mass", show_lines=True)
    add_columns(table, "mass")
    for name, ratio in (("before", 2), ("after", 2), ("sentence", 5)):
        table.add_column(name, overflow="fold", ratio=ratio)
    for row in largest.iter_rows(named=True):
        sentence = to_plain(" ".join(row["quote"].split()))
        table.add_row(
            f"{row['mass_before']:.2f}\n{row['mass_after']:.2f}",
            to_plain(row["readings_before"] or "-"),
            to_plain(row["readings_after"] or "-"),
            f"{sentence}\n[dim]{to_plain(row['source'])}, {row['index_date']}[/]",
        )
    return table
