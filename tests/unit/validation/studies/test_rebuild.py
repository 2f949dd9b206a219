from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import COVERAGE
from pipeline.contracts.tables.index import BASELINE, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.validation.studies import rebuild
from tests.unit.index.lake_scenes import HALF_LIFE, Built

TABLES = (TENSION_DAILY, TENSION_PAIR_DAILY)


def again(built: Built, half_life_days: float = HALF_LIFE) -> pl.DataFrame:
    return rebuild.rebuilt(built.lake.read(STORY_MASS), built.lake.read(COVERAGE), built.lake.read(BASELINE), half_life_days)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("scene", ["small", "long"])
def test_every_published_value_is_reproduced(scene: str, table: Table, request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(scene)
    figures = rebuild.differences(built.lake.read(table), again(built), table.name)
    assert figures["measured"].to_list() == [name for name in again(built).columns if name not in ("index_date", "series")]
    assert figures["value"].null_count() == 0
    assert figures["value"].max() < rebuild.TOLERANCE  # type: ignore[operator]  # a number


def test_all_limits_and_parts_are_rebuilt(small: Built) -> None:
    names = set(again(small).columns)
    wanted = {
        name for name in TENSION_DAILY.schema.names() if name.rpartition("_")[2] in {"lo80", "hi80", "lo95", "hi95", "words", "actions"}
    }
    assert wanted - names == {"stalemate_lo80", "stalemate_hi80"}


def test_another_half_life_is_noticed(long: Built) -> None:
    figures = rebuild.differences(long.lake.read(TENSION_PAIR_DAILY), again(long, 14.0), "tension_pair_daily")
    assert figures.filter(pl.col("measured") == "tension")["value"][0] > 0.01


def test_a_value_that_was_changed_is_noticed(long: Built) -> None:
    published = long.lake.read(TENSION_PAIR_DAILY)
    changed = published.with_columns(
        tension=pl.when(pl.int_range(pl.len()) == 100).then(pl.col("tension") * 1.001).otherwise(pl.col("tension"))
    )
    (worst,) = rebuild.differences(changed, again(long), "t").filter(pl.col("measured") == "tension")["value"]
    assert worst == pytest.approx(0.001, rel=0.01)


def test_a_day_that_is_missing_is_no_agreement(long: Built) -> None:
    figures = rebuild.differences(long.lake.read(TENSION_PAIR_DAILY).head(-1), again(long), "t")
    assert figures["value"].null_count() == figures.height


def test_nothing_is_shared_with_what_it_checks() -> None:
    source = Path(rebuild.__file__).read_text(encoding="utf-8")
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert [line for line in imports if "pipeline" in line] == ["from pipeline.validation.studies.figures import figure, figures"]
    assert "accumulate" not in source
