"""Metadata of assets for the Dagster UI.

Descriptions, columns, row counts and example rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
import polars as pl
import polars.selectors as cs
from dagster._core.execution.context.metadata_logging import AssetMetadataHandle, OutputMetadataAccumulator, OutputMetadataHandle

from pipeline.contracts.days import Days
from pipeline.contracts.model import Column, Table
from pipeline.contracts.tables.core import FINDINGS
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.defs.groups import group_of
from pipeline.report.names import short_day
from pipeline.report.sparklines import scaled_chart_markdown
from pipeline.warehouse.lake import Lake

_SHOWN_ROWS = 12
_SHOWN_CHARACTERS = 140
_INLINE_CHARACTERS = 1000
_WEEK = 7
_CHART_DAYS = 90
_MOST_CHARTS = 4
_MOST_SERIES = 8


_BELOW = "below the columns, under Metadata (close Columns, and it stays closed)."
#: What a person wants first of these tables. The UI has no place for it above the columns.
_SHOWN_BELOW = {
    FINDINGS.name: f"\n\n**What was found** in the last week, the most probable first, is {_BELOW}",
    TENSION_DAILY.name: f"\n\n**The last week**, and charts of 90 days, are {_BELOW}",
    TENSION_PAIR_DAILY.name: f"\n\n**The last week**, and charts of 90 days, are {_BELOW}",
}


def _column(column: Column) -> dg.TableColumn:
    """Describe a column for Dagster's UI."""
    words = f" One of: {', '.join(column.vocabulary.words)}." if column.vocabulary else ""
    unit = f" [{column.unit}]" if column.unit else ""
    return dg.TableColumn(
        column.name,
        str(column.dtype),
        description=f"{column.description.removesuffix('.')}{unit}.{words}",
        constraints=dg.TableColumnConstraints(nullable=column.nullable),
    )


def column_schema(table: Table) -> dg.TableSchema:
    """Return the columns of a table as Dagster shows them."""
    return dg.TableSchema([_column(column) for column in table.columns])


def describe(table: Table) -> dict[str, Any]:
    """Return the arguments of `@dg.asset` that a table's contract gives."""
    return {
        "name": table.name,
        "group_name": group_of(table),
        "description": f"{table.description}\n\nOne row: {table.grain}.{_SHOWN_BELOW.get(table.name, '')}",
        "kinds": {"parquet"},
        "metadata": {"dagster/column_schema": column_schema(table)},
    }


def spec(table: Table, **more: Any) -> dg.AssetSpec:
    """Return a table's specification as one output of a multi-asset.

    It has the content of `describe`, and `more` arguments of `dg.AssetSpec`, which take precedence.
    """
    arguments = describe(table) | more
    return dg.AssetSpec(key=arguments.pop("name"), **arguments)


def escape_markdown(value: Any, most_characters: int = _SHOWN_CHARACTERS) -> str:
    """Return the value as one line of plain text in Markdown.

    White space becomes single spaces, `|` becomes `¦`, and None a dash. The text is cut to `most_characters`, which include the backslashes
    that escape marks of Markdown.
    """
    text = "\N{EN DASH}" if value is None else " ".join(str(value).split()).replace("|", "¦")
    for mark in "\\`*_[]<>#":
        text = text.replace(mark, f"\\{mark}")
    return text if len(text) <= most_characters else text[: most_characters - 1] + "…"


def markdown_table(frame: pl.DataFrame, columns: Sequence[str], most_rows: int = _SHOWN_ROWS) -> str:
    """Format the first rows as a Markdown table.

    At most `most_rows` are shown, with the number of further ones below. If there are no rows, a text says so. Cells are escaped, because
    article text is untrusted.
    """
    if frame.is_empty():
        return "_no rows_"
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    rows = "\n".join(f"| {' | '.join(escape_markdown(value) for value in row)} |" for row in frame.select(columns).head(most_rows).rows())
    more = f"\n\n… and {frame.height - most_rows} more" if frame.height > most_rows else ""
    return head + rows + more


def show_index(frame: pl.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """Return metadata with the newest values of an index table.

    These are a table of tension in the last week (at most eight series), charts of it in the last 90 days with a scale (at most four), and
    `columns` of all rows of the week. The UI shows Markdown without a click only below 1,000 characters, so the first table and the charts
    are only of the series (directions or pairs of countries) with most signals in `frame`, among those with a tension in the last 90 days.
    `frame`: rows of an index table; if there are none, the result is empty.
    """
    if frame.is_empty():
        return {}
    series = pl.concat_str("actor", pl.lit(">"), "target") if "actor" in frame.columns else pl.col("pair")
    named = frame.select("index_date", "tension", "signal_count", series=series).sort("index_date", "series")
    last = named["index_date"].max()
    counts = named.group_by("series").agg(pl.col("signal_count").sum()).sort("signal_count", "series", descending=[True, False])
    recent = named.filter(pl.col("index_date") > pl.lit(last) - pl.duration(days=_CHART_DAYS))
    has_values = set(recent.drop_nulls("tension")["series"])
    shown = [name for name in counts["series"] if name in has_values][:_MOST_SERIES]
    days = pl.col("index_date") > pl.lit(last) - pl.duration(days=_WEEK)
    of_series = recent.filter(pl.col("series").is_in(shown))
    week = of_series.filter(days).pivot("series", index="index_date", values="tension").with_columns(cs.float().round().cast(pl.Int64))
    newest_first = week.sort("index_date", descending=True).with_columns(
        pl.col("index_date").map_elements(short_day, pl.String).alias("day")
    )
    charts = {name: of_series.filter(series=name) for name in shown[:_MOST_CHARTS]}
    return {
        "tension of the last week": dg.MetadataValue.md(markdown_table(newest_first, ["day", *shown]))
        if shown
        else dg.MetadataValue.md("_too little was read in the last 90 days_"),
        **{
            f"tension {name}, {_CHART_DAYS} days": dg.MetadataValue.md(
                scaled_chart_markdown(rows["index_date"].to_list(), rows["tension"].to_list(), f"tension {name}")
            )
            for name, rows in charts.items()
        },
        **newest_values(frame, columns),
    }


def fit_markdown_table(frame: pl.DataFrame, columns: Sequence[str]) -> str:
    """Format the first rows as a Markdown table below 1,000 characters.

    It has as many rows as fit, at most twelve, and at least one, even if the table is then longer.
    """
    most = next((rows for rows in range(_SHOWN_ROWS, 1, -1) if len(markdown_table(frame, columns, rows)) < _INLINE_CHARACTERS), 1)
    return markdown_table(frame, columns, most)


def newest_values(frame: pl.DataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """Return the last seven days of an index table as metadata.

    The newest day comes first; numbers are rounded to tenths. The result is empty if `frame` has no rows.
    """
    if frame.is_empty():
        return {}
    week = frame.filter(pl.col("index_date") > pl.col("index_date").max() - pl.duration(days=_WEEK))
    shown = week.sort("index_date", descending=True, maintain_order=True).with_columns(cs.float().round(1))
    return {"last week": dg.MetadataValue.md(markdown_table(shown, columns, shown.height))}


def row_count(height: int) -> dict[str, Any]:
    """Return the number of rows of a whole table as metadata."""
    return {"dagster/row_count": height}


def partition_row_count(height: int) -> dict[str, Any]:
    """Return one day's row count as metadata of its partition.

    Under `dagster/row_count`, Dagster would show it as that of the table.
    """
    return {"dagster/partition_row_count": height}


def add_daily_metadata(
    context: dg.AssetExecutionContext, table: Table, frame: pl.DataFrame, days: Iterable[date], columns: Sequence[str] = ()
) -> None:
    """Add row count and first rows to each day's partition.

    A day of `days` without rows gets a count of 0; days that are no partition of this run get nothing. `columns`: those of the first rows
    to show; without any, no rows are shown.
    """
    by_day: Mapping[tuple[object, ...], pl.DataFrame] = (
        frame.partition_by(table.day, as_dict=True) if table.day and not frame.is_empty() else {}
    )
    empty, daily, partitions = frame.clear(), {}, set(context.partition_keys)
    for day in (day for day in days if day.isoformat() in partitions):
        rows = by_day.get((day,), empty)
        metadata: dict[str, Any] = partition_row_count(rows.height)
        if columns and not rows.is_empty():
            metadata["rows"] = dg.MetadataValue.md(markdown_table(rows, columns))
        daily[day.isoformat()] = metadata
    add_partition_metadata(context, table.name, daily)


def add_row_counts(context: dg.AssetExecutionContext, lake: Lake, table: Table, days: Sequence[date]) -> None:
    """Add the row count, and the mark `unchanged`, to days not rebuilt."""
    unchanged = {day.isoformat(): partition_row_count(lake.count_rows(table, Days(day, day))) | {"unchanged": True} for day in days}
    add_partition_metadata(context, table.name, unchanged)


def add_partition_metadata(context: dg.AssetExecutionContext, asset: str, by_partition: Mapping[str, Mapping[str, Any]]) -> None:
    """Add metadata to many partitions of an asset at once.

    It is added to metadata that a partition already has. `ValueError` for a partition that this run does not build. Used instead of
    `context.add_asset_metadata`, which lists every partition and copies all metadata on each call: minutes for ten years of days.
    """
    step, key = context.get_step_execution_context(), dg.AssetKey(asset)
    targeted = set(context.partition_keys)
    if unknown := by_partition.keys() - targeted:
        raise ValueError(f"{asset}: the partitions {', '.join(sorted(unknown))} are not part of this run")
    before = step._metadata_accumulator.per_output_metadata
    handles: dict[AssetMetadataHandle | OutputMetadataHandle, Mapping[str, Any]] = {
        AssetMetadataHandle(asset_key=key, partition_key=partition): metadata for partition, metadata in by_partition.items()
    }
    added = {handle: {**before.get(handle, {}), **metadata} for handle, metadata in handles.items()}
    step._metadata_accumulator = OutputMetadataAccumulator(per_output_metadata={**before, **added})
