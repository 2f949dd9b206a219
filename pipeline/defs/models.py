"""How a model becomes an asset, one of `sql/` or one of `pipeline/index/steps.py`: the same for every one, so it is said once."""

from collections.abc import Iterator

import dagster as dg

from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import COVERAGE
from pipeline.defs.checks import audit, check_specs
from pipeline.defs.metadata import describe, summary
from pipeline.defs.resources import LakeResource, MethodResource
from pipeline.index.steps import Step
from pipeline.warehouse import models


def sql_asset(table: Table) -> dg.AssetsDefinition:
    """The asset that runs `sql/*/<table>.sql` over the lake; what it depends on is read from the SQL itself."""
    path = models.sql_file(table.name)
    arguments = describe(table) | {"kinds": {"duckdb", "sql"}}

    @dg.asset(
        **arguments,
        deps=list(models.dependencies(path)),
        check_specs=check_specs(table),
        code_version=models.fingerprint(path),
    )
    def model(lake: LakeResource, method: MethodResource) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        store = lake.open()
        rows = models.run(store, table, method.variables(store.span(COVERAGE)))
        yield from audit(table, rows)
        store.write(table, rows)
        yield dg.MaterializeResult(metadata=summary(rows) | {"sql": dg.MetadataValue.path(str(path))})

    assert isinstance(model, dg.AssetsDefinition)
    return model


def python_asset(step: Step) -> dg.AssetsDefinition:
    """The asset that makes a table by a function of other tables."""
    table = step.table

    @dg.asset(**describe(table), deps=[read.name for read in step.reads], check_specs=check_specs(table))
    def model(lake: LakeResource, method: MethodResource) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult[None]]:
        store = lake.open()
        variables = method.variables(store.span(COVERAGE)) if step.reads else {}
        rows = step.make({read.name: store.read(read) for read in step.reads}, variables)
        yield from audit(table, rows)
        store.write(table, rows)
        yield dg.MaterializeResult(metadata=summary(rows))

    assert isinstance(model, dg.AssetsDefinition)
    return model
