"""Charts of the validation page: rows and scales."""

import polars as pl

from pipeline.report.charts import to_svg
from pipeline.validation.charts import coverage_chart
from pipeline.validation.studies.simulation import DISTURBED, EVOLUTIONS, OFTEN_MISREAD, SINGLE


def test_each_simulated_world_has_its_own_row_with_its_whole_name() -> None:
    worlds = [f"{name}{arrivals.name}" for arrivals in (SINGLE, DISTURBED) for name in EVOLUTIONS]
    worlds.append(f"the filter's own{OFTEN_MISREAD.name}")
    study = pl.DataFrame({"evolution": worlds}).with_columns(stories_a_day=1.0, coverage95=0.94, coverage95_se=0.01)
    drawn = to_svg(coverage_chart(study))
    assert [world for world in worlds if f">{world}<" not in drawn] == []
