"""How a model becomes an asset, one of `sql/` or one of `pipeline/index/steps.py`: the same for every one, so it is said once."""

from collections.abc import Callable, Iterator

import dagster as dg
import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import COVERAGE
from pipeline.defs.checks import audit, check_specs, write_audited_parts
from pipeline.defs.metadata import describe, row_count
from pipeline.defs.resources import Method
from pipeline.defs.side_tables import keep_last_good
from pipeline.index.steps import Step
from pipeline.warehouse import models
from pipeline.warehouse.lake import Lake


def sql_asset(table: Table, keeping: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame] | None = None) -> dg.AssetsDefinition:
    """The asset that runs `sql/*/<table>.sql` over the lake; what it depends on is read from the SQL itself.

    `keeping`: given the rows just made and those that stand already, the rows to write, for a table that does not change with every run.
    """
    path = models.sql_file(table.name)
    arguments = describe(table) | {"kinds": {"duckdb", "sql"}}

    @dg.asset(
        **arguments,
        deps=list(models.dependencies(path)),
        check_specs=check_specs(table),
        code_version=models.fingerprint(path),
    )
    @(keep_last_good(table) if table.is_side_table else _unchanged)
    def model(lake: dg.ResourceParam[Lake], method: dg.ResourceParam[Method]) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        store = lake
        variables = method.variables(store) if models.takes_parameters(path) else {}
        if table.files_by_year:
            read = store.span(COVERAGE)
            assert read is not None  # such a model takes its span as parameters, and `variables` has told what to do else
            yield from write_audited_parts(store, table, models.run_in_parts(store, table, variables, read))
            height = store.height(table)
        else:
            rows = models.run(store, table, variables)
            rows = keeping(rows, store.read(table)) if keeping else rows
            yield from audit(table, rows)
            store.write(table, rows)
            height = rows.height
        yield dg.MaterializeResult(metadata=row_count(height) | {"sql": dg.MetadataValue.path(str(path))})

    assert isinstance(model, dg.AssetsDefinition)
    return model


def python_asset(step: Step) -> dg.AssetsDefinition:
    """The asset that makes a table by a function of other tables."""
    table = step.table

    @dg.asset(**describe(table), deps=[read.name for read in step.reads], check_specs=check_specs(table))
    @(keep_last_good(table) if table.is_side_table else _unchanged)
    def model(lake: dg.ResourceParam[Lake], method: dg.ResourceParam[Method]) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        store = lake
        variables = method.variables(store) if step.reads else {}
        rows = step.make({read.name: store.read(read) for read in step.reads}, variables)
        yield from audit(table, rows)
        store.write(table, rows)
        yield dg.MaterializeResult(metadata=row_count(rows.height))

    assert isinstance(model, dg.AssetsDefinition)
    return model


def _unchanged(body):
    return body
