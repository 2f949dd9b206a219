"""Registry of models and runner for tables in order of their dependencies.

Dagster has a step for each model of `list_models()`, with an asset for each of its tables; validation, tests and benchmarks call
`build_tables`.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.index import BASELINE
from pipeline.index.baseline import freeze_baseline
from pipeline.models import python_models
from pipeline.models.model import Frames, Model, sql_model
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, Tables, Variables, model_files, read_query

#: Tables whose stored rows are not simply replaced, with the function that combines fresh and stored rows.
COMBINED = {BASELINE.name: freeze_baseline}

Store = TypeVar("Store", Lake, Frames)


@cache
def list_models() -> tuple[Model, ...]:
    """List all models, those in SQL first.

    They are files of `sql/` that make a table and functions of `python_models.py`. `ModelError` when a table has two models.
    """
    sql_models = [sql_model(read_query(path), COMBINED.get(path.stem)) for path in model_files()]
    functions = [value for value in vars(python_models).values() if isinstance(value, Model)]
    models = (*sql_models, *functions)
    names = [table.name for model in models for table in model.makes]
    if duplicates := sorted({name for name in names if names.count(name) > 1}):
        raise ModelError(f"tables {duplicates} have two models each; keep one SQL file or one function of pipeline/models/python_models.py")
    return models


@cache
def models_by_table() -> Mapping[str, Model]:
    """Map each table's name to the model that makes it."""
    return {table.name: model for model in list_models() for table in model.makes}


def build_table(tables: Tables, table: Table, variables: Variables) -> pl.DataFrame:
    """Build one table from the tables that its model reads.

    Those tables are read as they are, or count as empty when missing; nothing is stored. `ModelError` if no model makes the table.
    """
    if table.name not in models_by_table():
        raise ModelError(
            f"no model makes table {table.name}; write sql/*/{table.name}.sql or a function in pipeline/models/python_models.py"
        )
    return models_by_table()[table.name].run(tables, variables)[table.name]


def models_to_run(wanted: Iterable[Table], store: Lake | Frames) -> list[Model]:
    """List the models to run for the `wanted` tables, in order.

    Models that make what others read come first. A table that is in the `store` (the lake, or frames by name) is not built again, nor what
    it is made from; but a model of several tables runs if a needed one is missing, and replaces all. Tables without a model (layers raw and
    core) count as empty when missing.
    """
    ordered: dict[str, Model] = {}

    def require(table: Table) -> None:
        model = models_by_table().get(table.name)
        if model is None or model.name in ordered or _has_table(store, table):
            return
        for read in model.reads:
            require(read)
        ordered[model.name] = model

    for table in wanted:
        require(table)
    return list(ordered.values())


def run_model(model: Model, store: Lake | Frames, variables: Variables) -> None:
    """Run one model and write its tables to the store.

    What the model returns replaces all rows of its tables. `ContractError` when one does not fit its contract; tables before it are then
    already written.
    """
    for name, frame in model.run(store, variables).items():
        if isinstance(store, Lake):
            store.write(TABLES[name], frame)
        else:
            store[name] = TABLES[name].conform(frame)


def build_tables(store: Store, wanted: Iterable[Table], variables: Variables) -> Store:
    """Build the `wanted` tables and all missing dependencies in the store.

    The store is the lake, or frames by table name, which are first conformed to their contracts; it is changed in place and returned. A
    table that is in the store is not built, so tests can supply any table, unless its model also makes one that is needed and missing.
    `ContractError` when a frame does not fit its contract.
    """
    if not isinstance(store, Lake):  # sorts as the lake does: sums of doubles depend on row order
        store.update({name: TABLES[name].conform(frame) for name, frame in store.items()})
    for model in models_to_run(wanted, store):
        run_model(model, store, variables)
    return store


def _has_table(store: Lake | Frames, table: Table) -> bool:
    """Return whether the store has the table, perhaps without rows."""
    return bool(store.names(table)) if isinstance(store, Lake) else table.name in store
