"""The chain over frames gives what the assets give over the lake, and any table in it may be replaced."""

import polars as pl
from polars.testing import assert_frame_equal

from pipeline.contracts.tables.core import ARTICLES, COVERAGE, FINDINGS, STORY_LINKS
from pipeline.contracts.tables.index import CONTRIBUTIONS, STORY_MASS, TENSION_DAILY
from pipeline.index.steps import STEPS
from pipeline.warehouse.chain import compute
from tests.unit.index.lake_scenes import Built

CORE = (ARTICLES, COVERAGE, FINDINGS, STORY_LINKS)


def test_frames_give_what_the_lake_gives_to_the_bit(small: Built) -> None:
    core = {table.name: small.lake.read(table) for table in CORE}
    made = compute(core, STEPS, small.variables, [TENSION_DAILY, CONTRIBUTIONS])
    for table in (TENSION_DAILY, CONTRIBUTIONS):
        assert_frame_equal(made[table.name], small.lake.read(table), check_exact=True)


def test_a_table_that_is_given_is_not_made(small: Built) -> None:
    core = {table.name: small.lake.read(table) for table in CORE}
    none = compute(core | {STORY_MASS.name: STORY_MASS.empty()}, STEPS, small.variables, [TENSION_DAILY])
    assert none[TENSION_DAILY.name]["observed_escalation"].sum() == 0
    assert none[TENSION_DAILY.name].height == small.lake.read(TENSION_DAILY).height


def test_a_table_of_the_core_that_is_not_given_holds_nothing(small: Built) -> None:
    coverage = small.lake.read(COVERAGE)
    made = compute({COVERAGE.name: coverage}, STEPS, small.variables, [TENSION_DAILY])
    assert made[FINDINGS.name].is_empty()
    assert made[TENSION_DAILY.name].filter(pl.col("tension") >= 100).is_empty()  # something was expected
