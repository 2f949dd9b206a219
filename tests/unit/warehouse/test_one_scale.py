"""The macro on_one_scale gives the values of a run whose only baseline is the newest one."""

from datetime import date
from math import nan
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.contracts.tables.columns import LEAST_EVIDENCE
from pipeline.contracts.tables.index import TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.settings import shipped_folder
from pipeline.warehouse.publish import Publisher
from tests.unit.index.lake_scenes import Built, Scene, article, build, build_in_memory, day, finding
from tests.unit.warehouse.test_publish import query

LAST = 80
WINDOW = (day(0), day(55))  # of the second version, the newest after 80 days


def scene(baseline: tuple[date, date] | None) -> Scene:
    """Rare news in the first four weeks, more of it afterwards, from an old and a new outlet."""
    articles = [article(f"{source}:{number:02d}", day(number)) for number in range(LAST) for source in "AB" if source == "A" or number > 30]
    acting = [one for n, one in enumerate(articles) if n % (9 if n < 28 else 3) == 0]
    findings = [finding(one, kind) for n, one in enumerate(acting) for kind in (("measure", "threat", "dialogue", "offer")[n % 4],)]
    return Scene(articles, findings, baseline=baseline, least_evidence=LEAST_EVIDENCE)


def test_the_macro_and_the_index_need_the_same_evidence() -> None:
    text = (shipped_folder("sql") / "macros" / "on_one_scale.sql").read_text(encoding="utf-8")
    assert f">= {LEAST_EVIDENCE} - 1e-9 then" in text


@pytest.fixture(scope="module")
def indices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built, Built]:
    """The database of an index with a growing baseline, this index, and that of the newest baseline alone."""
    folder = tmp_path_factory.mktemp("scales")
    growing, single = build(folder / "growing", scene(None)), build_in_memory(scene(WINDOW), (TENSION_DAILY, TENSION_PAIR_DAILY))
    publisher = Publisher(folder / "published")
    publisher.publish(growing.lake, day(LAST - 1), "A test.")
    return publisher.database, growing, single


@pytest.mark.parametrize("series", ["CHN-USA", "CHN>USA"])
def test_values_on_one_scale_are_those_of_one_baseline(indices: tuple[Path, Built, Built], series: str) -> None:
    database, growing, single = indices
    on_one_scale = query(database, f"from on_one_scale('{series}')")
    table, key = (TENSION_PAIR_DAILY, {"pair": series}) if "-" in series else (TENSION_DAILY, {"actor": "CHN", "target": "USA"})
    names = ("index_date", "tension", "concession", "dialogue")
    expected = pl.DataFrame(single.rows(table, **key)).select(names)
    published = pl.DataFrame(growing.rows(table, **key)).select(names)
    assert on_one_scale["baseline_to"].unique().to_list() == [WINDOW[1]]
    assert on_one_scale["tension"].null_count() < LAST / 2
    for name in names[1:]:
        values, those_of_one = (frame[name].fill_null(nan).to_list() for frame in (on_one_scale, expected))
        assert values == pytest.approx(those_of_one, rel=1e-9, nan_ok=True)
    assert query(database, f"from on_one_scale('{series.lower()}')").equals(on_one_scale)
    first_weeks = [row["tension"] for row in published.head(28).iter_rows(named=True) if row["tension"] is not None]
    assert first_weeks
    assert first_weeks != pytest.approx([value for value in on_one_scale["tension"].head(28) if value is not None], rel=0.05)


def test_a_pair_on_one_scale_may_have_its_codes_in_any_order(indices: tuple[Path, Built, Built]) -> None:
    database = indices[0]
    assert query(database, "from on_one_scale('usa-chn')").equals(query(database, "from on_one_scale('CHN-USA')"))
    assert not query(database, "from on_one_scale('USA>CHN')").equals(query(database, "from on_one_scale('CHN>USA')"))


@pytest.mark.parametrize("series", ["USA CHN", "USA-NOR", "USA:CHN"])
def test_a_series_that_the_index_lacks_is_an_error(indices: tuple[Path, Built, Built], series: str) -> None:
    with pytest.raises(duckdb.Error, match="the index has no series"):
        query(indices[0], f"from on_one_scale('{series}')")
