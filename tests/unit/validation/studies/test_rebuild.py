from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.model import Table
from pipeline.contracts.tables.index import BASELINE, CLUSTERING, STORY_MASS, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.contracts.tables.stories import ARTICLES_READ
from pipeline.validation.studies import rebuild
from tests.unit.index.lake_scenes import HALF_LIFE, Built

TABLES = (TENSION_DAILY, TENSION_PAIR_DAILY)


def rebuild_scene(built: Built, half_life_days: float = HALF_LIFE) -> pl.DataFrame:
    story_mass, articles_read, baseline, clustering = (
        built.lake.read(table) for table in (STORY_MASS, ARTICLES_READ, BASELINE, CLUSTERING)
    )
    return rebuild.rebuild_index(
        story_mass, articles_read, baseline, clustering, built.variables["last_day"], half_life_days, built.variables["least_evidence"]
    )


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("scene", ["small", "long"])
def test_every_published_value_is_reproduced(scene: str, table: Table, request: pytest.FixtureRequest) -> None:
    built: Built = request.getfixturevalue(scene)
    figures = rebuild.measure_differences(built.lake.read(table), rebuild_scene(built), table.name)
    assert figures["measured"].to_list() == [name for name in rebuild_scene(built).columns if name not in ("index_date", "series")]
    assert figures["value"].null_count() == 0
    assert figures["value"].max() < rebuild.TOLERANCE  # type: ignore[operator]  # a number


def test_all_intervals_and_parts_are_rebuilt(small: Built) -> None:
    names = set(rebuild_scene(small).columns)
    expected = {
        name for name in TENSION_DAILY.schema.names() if name.rpartition("_")[2] in {"lo80", "hi80", "lo95", "hi95", "words", "actions"}
    }
    assert expected - names == {"stalemate_lo80", "stalemate_hi80"}


def test_another_half_life_is_a_difference(long: Built) -> None:
    figures = rebuild.measure_differences(long.lake.read(TENSION_PAIR_DAILY), rebuild_scene(long, 14.0), "tension_pair_daily")
    assert figures.filter(pl.col("measured") == "tension")["value"][0] > 0.01


def test_a_changed_value_is_a_difference(long: Built) -> None:
    published = long.lake.read(TENSION_PAIR_DAILY)
    changed = published.with_columns(
        tension=pl.when(pl.int_range(pl.len()) == 100).then(pl.col("tension") * 1.001).otherwise(pl.col("tension"))
    )
    (worst,) = rebuild.measure_differences(changed, rebuild_scene(long), "t").filter(pl.col("measured") == "tension")["value"]
    assert worst == pytest.approx(0.001, rel=0.01)


def test_a_missing_day_gives_no_value(long: Built) -> None:
    figures = rebuild.measure_differences(long.lake.read(TENSION_PAIR_DAILY).head(-1), rebuild_scene(long), "t")
    assert figures["value"].null_count() == figures.height


def test_the_rebuild_shares_no_code_with_the_index() -> None:
    source = Path(rebuild.__file__).read_text(encoding="utf-8")
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert [line for line in imports if "pipeline" in line] == ["from pipeline.validation.studies.figures import figure, to_frame"]
    assert "accumulate" not in source
