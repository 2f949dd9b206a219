"""The runner builds the same tables in the lake and in memory, in order, and leaves stored tables alone."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.contracts.model import ContractError
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import BASELINE, STORY_MASS, TENSION_DAILY, WEIGHTS
from pipeline.contracts.tables.measures import MEASURE_REPORTS, MEASURE_STATES
from pipeline.contracts.tables.threats import THREAT_EVIDENCE, THREAT_STATES
from pipeline.index.parameters import read_weights
from pipeline.models.build import build_table, build_tables, models_by_table, models_to_run
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError
from tests.unit.index.lake_scenes import Built

CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)


def core(built: Built) -> dict[str, pl.DataFrame]:
    return {table.name: built.lake.read(table) for table in CORE}


def test_frames_give_the_same_tables_as_the_lake(small: Built) -> None:
    made = build_tables(core(small), [TENSION_DAILY, TOP_CONTRIBUTIONS, MEASURE_REPORTS], small.variables)
    for table in (TENSION_DAILY, TOP_CONTRIBUTIONS, MEASURE_REPORTS):
        assert_frame_equal(made[table.name], small.lake.read(table), check_exact=True)


def test_the_order_of_input_rows_changes_no_bit(small: Built) -> None:
    reversed_core = {name: frame.reverse() for name, frame in core(small).items()}
    made = build_tables(reversed_core, [TENSION_DAILY], small.variables)
    assert_frame_equal(made[TENSION_DAILY.name], small.lake.read(TENSION_DAILY), check_exact=True)


def test_a_table_in_the_store_is_not_built(small: Built) -> None:
    none = build_tables(core(small) | {STORY_MASS.name: STORY_MASS.empty()}, [TENSION_DAILY], small.variables)
    assert none[TENSION_DAILY.name]["observed_escalation"].sum() == 0
    assert none[TENSION_DAILY.name].height == small.lake.read(TENSION_DAILY).height


def test_a_missing_core_table_counts_as_empty(small: Built) -> None:
    made = build_tables({COVERAGE.name: small.lake.read(COVERAGE)}, [TENSION_DAILY], small.variables)
    assert made[TENSION_DAILY.name].filter(pl.col("tension") >= 100).is_empty()  # mass was expected


def test_a_frame_of_another_shape_is_rejected(small: Built) -> None:
    with pytest.raises(ContractError, match=r"table coverage: missing columns \['accepted'\]"):
        build_tables({COVERAGE.name: small.lake.read(COVERAGE).drop("accepted")}, [TENSION_DAILY], small.variables)


def test_every_model_runs_after_its_dependencies() -> None:
    built: set[str] = set()
    made_by_a_model = {table.name for model in models_to_run(TABLES.values(), {}) for table in model.makes}
    for model in models_to_run(TABLES.values(), {}):
        assert {table.name for table in model.reads} & made_by_a_model <= built
        built |= {table.name for table in model.makes}


def test_a_model_of_several_tables_runs_once() -> None:
    names = [model.name for model in models_to_run([THREAT_STATES, THREAT_EVIDENCE], {})]
    assert names.count("threat_history") == 1


def test_a_table_that_two_others_read_is_built_once() -> None:
    names = [model.name for model in models_to_run([MEASURE_STATES, MEASURE_REPORTS], {})]
    assert names.count("measure_acts") == 1


def test_a_stored_table_needs_no_model(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(WEIGHTS, read_weights())
    assert models_to_run([WEIGHTS], lake) == []


def test_one_table_is_built_from_the_tables_of_its_model(small: Built) -> None:
    rows = build_table(small.lake, STORY_MASS, small.variables)
    assert STORY_MASS.conform(rows).equals(small.lake.read(STORY_MASS))


def test_a_table_without_a_model_is_an_error() -> None:
    with pytest.raises(ModelError, match=r"no model makes table articles; write sql/\*/articles\.sql or a function in"):
        build_table({}, ARTICLES, {})


def test_a_frozen_baseline_in_the_store_is_not_replaced(small: Built) -> None:
    inputs = {table.name: small.lake.read(table) for table in models_by_table()[BASELINE.name].reads}
    stored = small.lake.read(BASELINE).with_columns(rate=pl.col("rate") * 2, is_frozen=pl.lit(value=True))
    rows = build_table(inputs | {BASELINE.name: stored}, BASELINE, small.variables)
    assert BASELINE.conform(rows).equals(stored)
    assert BASELINE.conform(build_table(inputs, BASELINE, small.variables)).equals(small.lake.read(BASELINE))
