"""Every table of the index is built from any articles and findings, and passes every check."""

import polars as pl
import pytest

from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.audit import SIGNAL_MASS, VERDICTS
from pipeline.contracts.tables.crosscheck import GDELT_DAILY
from pipeline.models.build import build_tables
from tests.unit.index.check_tables import Tables, failed_critical_checks
from tests.unit.index.random_lakes import random_lake

INDEX_TABLES = [table for table in TABLES.values() if table.layer == "index" and table != GDELT_DAILY]  # built from an upstream


def build_index(seed: int) -> Tables:
    """Draw a lake and build every table of the index from it."""
    lake = random_lake(seed)
    readings = build_tables(lake.tables, [SIGNAL_MASS], lake.variables)[SIGNAL_MASS.name].select("signal_id", "reading").unique()
    lake.tables[VERDICTS.name] = readings.sort("signal_id").gather_every(3).with_columns(judge=pl.lit("A"), verdict=pl.lit("right"))
    return Tables(build_tables(lake.tables, INDEX_TABLES, lake.variables), lake.variables)


def assert_passes_every_check(seeds: range) -> None:
    runs = [build_index(seed) for seed in seeds]
    assert failed_critical_checks(*runs) == []
    assert [name for name in runs[0].frames if all(run.frames[name].is_empty() for run in runs)] == [], (
        "these tables are empty, so they were not checked"
    )


def test_an_index_of_random_findings_passes_every_check() -> None:
    assert_passes_every_check(range(3))


@pytest.mark.slow
def test_many_indices_of_random_findings_pass_every_check() -> None:
    assert_passes_every_check(range(3, 14))
