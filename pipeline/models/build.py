"""The registry of models, and the runner that builds tables in order of their dependencies.

Dagster has an asset for each model of `models()`; validation, tests and benchmarks call `build_tables`.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.index import BASELINE
from pipeline.index.baseline import freeze
from pipeline.models import python_models
from pipeline.models.model import Frames, Model, sql_model
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, Tables, Variables, model_files, read_query

#: Tables of which stored rows stay: how the rows of a new run and those stored are combined.
COMBINED = {BASELINE.name: freeze}

Store = TypeVar("Store", Lake, Frames)


@cache
def models() -> tuple[Model, ...]:
    """Every model: the files of `sql/` that make a table, then the functions of `python_models.py`.

    `ModelError` when a table has two models.
    """
    of_sql = [sql_model(read_query(path), COMBINED.get(path.stem)) for path in model_files()]
    of_python = [value for value in vars(python_models).values() if isinstance(value, Model)]
    found = (*of_sql, *of_python)
    names = [table.name for model in found for table in model.makes]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ModelError(f"tables {twice} have two models each; keep one SQL file or one function of pipeline/models/python_models.py")
    return found


@cache
def models_by_table() -> Mapping[str, Model]:
    """The model that makes each table, by the table's name."""
    return {table.name: model for model in models() for table in model.makes}


def build_table(tables: Tables, table: Table, variables: Variables) -> pl.DataFrame:
    """The rows of one table, from the tables that its model reads. `ModelError` when it has no model."""
    if table.name not in models_by_table():
        raise ModelError(
            f"no model makes table {table.name}; write sql/*/{table.name}.sql or a function in pipeline/models/python_models.py"
        )
    return models_by_table()[table.name].run(tables, variables)[table.name]


def models_to_run(wanted: Iterable[Table], store: Lake | Frames) -> list[Model]:
    """The models that make the `wanted` tables and all that they depend on, each after those that it reads.

    A table that the store holds is not built. Nor is one without a model (a table of the layers raw and core): it counts as empty.
    """
    ordered: dict[str, Model] = {}

    def require(table: Table) -> None:
        model = models_by_table().get(table.name)
        if model is None or model.name in ordered or _holds(store, table):
            return
        for read in model.reads:
            require(read)
        ordered[model.name] = model

    for table in wanted:
        require(table)
    return list(ordered.values())


def run_model(model: Model, store: Lake | Frames, variables: Variables) -> None:
    """Run one model and put the tables that it makes into the store. `ContractError` when one does not fit its contract."""
    for name, frame in model.run(store, variables).items():
        if isinstance(store, Lake):
            store.write(TABLES[name], frame)
        else:
            store[name] = TABLES[name].conform(frame)


def build_tables(store: Store, wanted: Iterable[Table], variables: Variables) -> Store:
    """Build the `wanted` tables in the store, with all that they depend on and the store does not hold.

    The store is the lake, or frames by name of the table. It is changed in place and returned. A table that it holds is never built, so any
    part of the chain can be replaced. `ContractError` when a frame does not fit its contract.
    """
    if not isinstance(store, Lake):  # sorted as the lake would be: sums of doubles depend on the order of the rows
        store.update({name: TABLES[name].conform(frame) for name, frame in store.items()})
    for model in models_to_run(wanted, store):
        run_model(model, store, variables)
    return store


def _holds(store: Lake | Frames, table: Table) -> bool:
    return bool(store.files(table)) if isinstance(store, Lake) else table.name in store
