"""What a person sees of an asset in the Dagster UI: its description, columns and group; row counts, samples and charts of a run."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.model import Column, Table
from pipeline.warehouse.lake import Lake

_SHOWN_ROWS = 12
_SHOWN_CHARACTERS = 140


def _column(column: Column) -> dg.TableColumn:
    words = f" One of: {', '.join(column.vocabulary.words)}." if column.vocabulary else ""
    unit = f" [{column.unit}]" if column.unit else ""
    return dg.TableColumn(
        column.name,
        str(column.dtype),
        description=f"{column.description}{unit}.{words}",
        constraints=dg.TableColumnConstraints(nullable=column.nullable),
    )


def column_schema(table: Table) -> dg.TableSchema:
    """The contract's columns as Dagster shows them."""
    return dg.TableSchema([_column(column) for column in table.columns])


def describe(table: Table) -> dict[str, Any]:
    """Arguments of `@dg.asset` that follow from the contract."""
    return {
        "name": table.name,
        "group_name": table.layer,
        "description": f"{table.description}\n\nOne row: {table.grain}.",
        "kinds": {"parquet"},
        "metadata": {"dagster/column_schema": column_schema(table)},
    }


def spec(table: Table, **more: Any) -> dg.AssetSpec:
    """The same as one output of a multi-asset."""
    arguments = describe(table) | more
    return dg.AssetSpec(key=arguments.pop("name"), **arguments)


def _plain(value: Any) -> str:
    text = " ".join(str(value).split()).replace("|", "¦")
    for mark in "\\`*_[]<>#":
        text = text.replace(mark, f"\\{mark}")
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def markdown_table(frame: pl.DataFrame, columns: Sequence[str]) -> str:
    """The first rows as a Markdown table. Cells are escaped: what articles say must not become markup."""
    if frame.is_empty():
        return "_nothing_"
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
    rows = "\n".join(f"| {' | '.join(_plain(value) for value in row)} |" for row in frame.select(columns).head(_SHOWN_ROWS).rows())
    more = f"\n\n… and {frame.height - _SHOWN_ROWS} more" if frame.height > _SHOWN_ROWS else ""
    return head + rows + more


def row_count(height: int) -> dict[str, Any]:
    """Metadata with the number of rows written."""
    return {"dagster/row_count": height}


def add_daily_metadata(
    context: dg.AssetExecutionContext, table: Table, frame: pl.DataFrame, days: Days, columns: Sequence[str] = (), output: str | None = None
) -> None:
    """Add row count (and rows, in `columns`) to each day's own partition; a range run would copy one day's to all."""
    by_day: Mapping[tuple[object, ...], pl.DataFrame] = (
        frame.partition_by(table.day, as_dict=True) if table.day and not frame.is_empty() else {}
    )
    for day in days:
        rows = by_day.get((day,), frame.clear())
        metadata: dict[str, Any] = row_count(rows.height)
        if columns and not rows.is_empty():
            metadata["found"] = dg.MetadataValue.md(markdown_table(rows, columns))
        context.add_asset_metadata(metadata, asset_key=output or table.name, partition_key=day.isoformat())


def add_row_counts(context: dg.AssetExecutionContext, lake: Lake, table: Table, days: Sequence[date]) -> None:
    """Add the row count to the partitions of days that were not made again."""
    for day in days:
        metadata = row_count(lake.height(table, Days(day, day))) | {"unchanged": True}
        context.add_asset_metadata(metadata, asset_key=table.name, partition_key=day.isoformat())
