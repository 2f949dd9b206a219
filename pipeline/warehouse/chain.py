"""The whole chain of models over frames in memory: what would come out if the record held these rows instead.

Belongs here: making tables in the order of their dependencies. Does not: storing or auditing them (the assets do), or what Python makes
(given as `steps`, so that this package needs to know no formula).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import polars as pl

from pipeline.contracts.model import Table
from pipeline.contracts.tables import TABLES
from pipeline.warehouse.models import dependencies, run, sql_file


class Step(Protocol):
    """A table that no SQL file makes: the tables that it reads, and the function that makes it of them and of the variables."""

    @property
    def reads(self) -> tuple[Table, ...]: ...  # noqa: D102 said above

    @property
    def make(self) -> Callable[[Mapping[str, pl.DataFrame], Mapping[str, Any]], pl.DataFrame]: ...  # noqa: D102 said above


def compute(
    given: Mapping[str, pl.DataFrame], steps: Mapping[str, Step], variables: Mapping[str, Any], wanted: Iterable[Table]
) -> dict[str, pl.DataFrame]:
    """The `wanted` tables and all that they need, by name, from the tables `given` (by name, of their contracts' shape).

    A table that is given is never made, so any part of the chain may be replaced. A table of the core that is needed and not given holds
    nothing. `ModelError` names the SQL file that fails.
    """
    frames = {name: TABLES[name].conform(frame) for name, frame in given.items()}

    def need(table: Table) -> pl.DataFrame:
        if table.name not in frames:
            frames[table.name] = table.conform(_made(table))
        return frames[table.name]

    def _made(table: Table) -> pl.DataFrame:
        if table.name in steps:
            step = steps[table.name]
            return step.make({read.name: need(read) for read in step.reads}, variables)
        if table.layer in {"raw", "core"}:
            return table.empty()
        reads = {name: need(TABLES[name]) for name in dependencies(sql_file(table.name))}
        return run(reads, table, variables)

    for table in wanted:
        need(table)
    return frames
