"""Charts of the validation page: rows and scales."""

from collections.abc import Mapping

import polars as pl

from pipeline.report.charts import Chart, to_svg
from pipeline.validation.charts import coverage_chart, sources_chart
from pipeline.validation.studies.simulation import DISTURBED, EVOLUTIONS, OFTEN_MISREAD, SINGLE

LONG = "The Example Post of the Example City"  # 34 characters are shown


def left_out(changes: Mapping[str, float | None]) -> pl.DataFrame:
    rows = [
        {"grouping": source, "statistic": statistic, "value": value}
        for source, change in changes.items()
        for statistic, value in (("correlation with the whole index", 0.9), ("largest change in points", change))
    ]
    return pl.DataFrame(rows, schema_overrides={"value": pl.Float64})


def panels(chart: Chart) -> list[Chart]:
    left, right = chart["vconcat"][0]["hconcat"]
    return [left, right]


def test_each_simulated_world_has_its_own_row_with_its_whole_name() -> None:
    worlds = [f"{name}{arrivals.name}" for arrivals in (SINGLE, DISTURBED) for name in EVOLUTIONS]
    worlds.append(f"the filter's own{OFTEN_MISREAD.name}")
    study = pl.DataFrame({"evolution": worlds}).with_columns(stories_a_day=1.0, coverage95=0.94, coverage95_se=0.01)
    drawn = to_svg(coverage_chart(study))
    assert [world for world in worlds if f">{world}<" not in drawn] == []


def test_sources_whose_names_begin_alike_have_a_row_each() -> None:
    sources = {f"{LONG}, morning": 1.0, f"{LONG}, evening": 2.0, f"{LONG}, Sunday": 3.0}
    for panel in panels(sources_chart(left_out(sources), "CHN-USA")):
        names = [row["source"] for row in panel["data"]["values"]]
        assert len(set(names)) == len(names) == len(sources)
        assert names == panel["encoding"]["y"]["sort"]
        assert max(map(len, names)) <= 34


def test_sources_that_change_nothing_are_at_the_left_of_the_scale() -> None:
    _, right = panels(sources_chart(left_out({"A": 0.0, "B": 0.0}), "CHN-USA"))
    low, high = right["encoding"]["x"]["scale"]["domain"]
    assert (low, high > 0) == (0, True)
