"""`Model`: a step that makes tables, in SQL or Python."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError, Query, Tables, Variables, select_table

Frames = dict[str, pl.DataFrame]
Combine = Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Model:
    """One step that builds the tables in `makes` from those in `reads`.

    `variables` has the names of values that it needs in addition to tables, e.g. `half_life_days`; a model without any can run before any
    article is read. `run` takes the tables and the values of the variables by name, and returns a frame for each table of `makes`, by name;
    it stores nothing. `query` is the parsed SQL file; None for Python models.
    """

    name: str
    description: str
    makes: tuple[Table, ...]
    reads: tuple[Table, ...]
    variables: tuple[str, ...]
    run: Callable[[Tables, Variables], Frames]
    query: Query | None = None


def read_table(tables: Tables, table: Table) -> pl.DataFrame:
    """Read a table; empty when it does not exist."""
    return tables.read(table) if isinstance(tables, Lake) else tables.get(table.name, table.empty())


def sql_model(query: Query, combine: Combine | None = None) -> Model:
    """Make the model of a SQL file, named after its table.

    `ModelError` when there is no such table. `combine` takes the fresh and the stored rows and returns the rows to store; without it a run
    replaces all rows.
    """
    name = query.path.stem
    if name not in TABLES:
        raise ModelError(f"{query.path}: no table of that name; write its contract in pipeline/contracts/tables, or rename the file")
    table = TABLES[name]

    def run(tables: Tables, variables: Variables) -> Frames:
        rows = select_table(tables, query, table, variables)
        return {name: combine(rows, read_table(tables, table)) if combine else rows}

    return Model(name, table.description, (table,), query.reads, query.variables, run, query)


def python_model(
    *, makes: tuple[Table, ...], reads: tuple[Table, ...] = (), variables: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Model]:
    """Return a decorator that turns a function into a `Model`.

    The function takes one frame for each table of `reads`, in order, and the `variables` as keywords. It returns one frame for each table
    of `makes`, in order: a tuple, or the frame itself if there is one.
    """

    def decorate(function: Callable[..., Any]) -> Model:
        def run(tables: Tables, values: Variables) -> Frames:
            made = function(*(read_table(tables, table) for table in reads), **{name: values[name] for name in variables})
            frames = (made,) if isinstance(made, pl.DataFrame) else made
            return {table.name: frame for table, frame in zip(makes, frames, strict=True)}

        description = makes[0].description if len(makes) == 1 else function.__doc__ or ""
        return Model(function.__name__, description, makes, reads, variables, run)

    return decorate
