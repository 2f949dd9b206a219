"""Run every critical check of the pipeline over tables in memory: contracts, `expectations/` and `sql/checks/`.

Belongs here: which checks apply to a set of tables. Does not: how tables are built (`lake_scenes.py`, `random_lakes.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.contracts.tables import TABLES
from pipeline.quality import built_in
from pipeline.quality.cross_table import load_cross_table_checks
from pipeline.quality.rule_files import load_rules
from pipeline.quality.validate import check_frame, critical_failures
from pipeline.settings import shipped_folder
from pipeline.warehouse.sql import read_query, select

_RULES = load_rules(shipped_folder("expectations"))
_CHECKS = {
    check: read_query(check.sql_path) for check in load_cross_table_checks(shipped_folder("sql") / "checks") if check.severity == "critical"
}


@dataclass(frozen=True)
class Tables:
    """Tables of one run by name, and the variables of its models."""

    frames: Mapping[str, pl.DataFrame]
    variables: Mapping[str, Any]


def failed_critical_checks(*runs: Tables) -> list[str]:
    """List the critical checks that these runs fail, as `table.check: detail`.

    A cross-table check runs if all tables that it reads are present. The expectations are evaluated once per table, over the rows of all
    runs: Great Expectations takes as long for one row as for a thousand.
    """
    return [*(failed for run in runs for failed in (*_built_in(run), *_cross_table(run))), *_expectations(runs)]


def _built_in(run: Tables) -> Iterator[str]:
    for name, frame in run.frames.items():
        table = TABLES[name]
        for outcome in critical_failures(built_in.run_built_in_checks(table, table.conform(frame))):
            yield f"{name}.{outcome.name}: {outcome.detail}"


def _cross_table(run: Tables) -> Iterator[str]:
    for check, query in _CHECKS.items():
        if run.frames.keys() >= {table.name for table in query.reads}:
            failures = select(run.frames, query, run.variables)
            if not failures.is_empty():
                yield f"{check.table}.{check.name}: {failures.head(3).to_dicts()}"


def _expectations(runs: tuple[Tables, ...]) -> Iterator[str]:
    for name in dict.fromkeys(name for run in runs for name in run.frames):
        table, rules = TABLES[name], _RULES.get(name, ())
        rows = pl.concat(run.frames[name] for run in runs if name in run.frames)
        per_run = {check for check, _ in built_in.list_built_in_checks(table)}  # keys are unique in a run, not among runs
        for outcome in critical_failures(check_frame(table, rows, rules)):
            if outcome.name not in per_run:
                yield f"{name}.{outcome.name}: {outcome.detail}"
