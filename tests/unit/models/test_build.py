"""The runner builds the same tables in the lake and in memory, in order, and leaves what is there."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.contracts.model import ContractError
from pipeline.contracts.tables import TABLES
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import BASELINE, STORY_MASS, TENSION_DAILY, WEIGHTS
from pipeline.contracts.tables.measures import MEASURE_CONTRADICTIONS, MEASURE_EVENTS, MEASURE_STATES, MEASURES
from pipeline.index.parameters import weights
from pipeline.models.build import build_table, build_tables, models_by_table, models_to_run
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.sql import ModelError
from tests.unit.index.lake_scenes import Built

CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)


def core(built: Built) -> dict[str, pl.DataFrame]:
    return {table.name: built.lake.read(table) for table in CORE}


def test_frames_give_what_the_lake_gives_to_the_bit(small: Built) -> None:
    made = build_tables(core(small), [TENSION_DAILY, TOP_CONTRIBUTIONS, MEASURES], small.variables)
    for table in (TENSION_DAILY, TOP_CONTRIBUTIONS, MEASURES):
        assert_frame_equal(made[table.name], small.lake.read(table), check_exact=True)


def test_the_order_of_the_rows_given_changes_no_bit(small: Built) -> None:
    reversed_core = {name: frame.reverse() for name, frame in core(small).items()}
    made = build_tables(reversed_core, [TENSION_DAILY], small.variables)
    assert_frame_equal(made[TENSION_DAILY.name], small.lake.read(TENSION_DAILY), check_exact=True)


def test_a_table_that_the_store_holds_is_not_built(small: Built) -> None:
    none = build_tables(core(small) | {STORY_MASS.name: STORY_MASS.empty()}, [TENSION_DAILY], small.variables)
    assert none[TENSION_DAILY.name]["observed_escalation"].sum() == 0
    assert none[TENSION_DAILY.name].height == small.lake.read(TENSION_DAILY).height


def test_a_table_of_the_core_that_is_missing_counts_as_empty(small: Built) -> None:
    made = build_tables({COVERAGE.name: small.lake.read(COVERAGE)}, [TENSION_DAILY], small.variables)
    assert made[TENSION_DAILY.name].filter(pl.col("tension") >= 100).is_empty()  # something was expected


def test_a_frame_of_another_shape_is_rejected(small: Built) -> None:
    with pytest.raises(ContractError, match=r"table coverage: missing columns \['accepted'\]"):
        build_tables({COVERAGE.name: small.lake.read(COVERAGE).drop("accepted")}, [TENSION_DAILY], small.variables)


def test_every_model_runs_after_those_whose_tables_it_reads() -> None:
    built: set[str] = set()
    made_by_a_model = {table.name for model in models_to_run(TABLES.values(), {}) for table in model.makes}
    for model in models_to_run(TABLES.values(), {}):
        assert {table.name for table in model.reads} & made_by_a_model <= built
        built |= {table.name for table in model.makes}


def test_a_model_of_several_tables_runs_once() -> None:
    names = [model.name for model in models_to_run([MEASURE_EVENTS, MEASURE_STATES, MEASURE_CONTRADICTIONS], {})]
    assert names.count("ledger") == 1


def test_what_is_stored_needs_no_model_and_no_input(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(WEIGHTS, weights())
    assert models_to_run([WEIGHTS], lake) == []


def test_one_table_is_built_from_the_tables_that_its_model_reads(small: Built) -> None:
    rows = build_table(small.lake, STORY_MASS, small.variables)
    assert STORY_MASS.conform(rows).equals(small.lake.read(STORY_MASS))


def test_a_table_without_a_model_is_named() -> None:
    with pytest.raises(ModelError, match=r"no model makes table articles; write sql/\*/articles\.sql or a function in"):
        build_table({}, ARTICLES, {})


def test_a_frozen_baseline_in_the_store_is_kept(small: Built) -> None:
    inputs = {table.name: small.lake.read(table) for table in models_by_table()[BASELINE.name].reads}
    stored = small.lake.read(BASELINE).with_columns(rate=pl.col("rate") * 2, is_frozen=pl.lit(value=True))
    kept = build_table(inputs | {BASELINE.name: stored}, BASELINE, small.variables)
    assert BASELINE.conform(kept).equals(stored)
    assert BASELINE.conform(build_table(inputs, BASELINE, small.variables)).equals(small.lake.read(BASELINE))
