"""Charts show all days on the scale of the newest baseline: the values of an index that has this baseline alone."""

from collections.abc import Iterable
from math import nan

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.contributions import TOP_CONTRIBUTIONS
from pipeline.contracts.tables.index import CHANNEL_DAILY, TENSION_DAILY, TENSION_PAIR_DAILY
from pipeline.report.evidence import ReadTable
from pipeline.report.one_scale import put_on_one_scale
from pipeline.report.timeline import build_timeline
from tests.unit.index.lake_scenes import Built, build_in_memory
from tests.unit.warehouse.test_one_scale import WINDOW, scene

TABLES = (TENSION_DAILY, TENSION_PAIR_DAILY, TOP_CONTRIBUTIONS)


def _reader(built: Built) -> ReadTable:
    def read(table: Table, days: Days | None = None, columns: Iterable[str] | None = None) -> pl.DataFrame:
        assert days is None
        return built.read(table) if columns is None else built.read(table).select(list(columns))

    return read


@pytest.fixture(scope="module")
def growing() -> ReadTable:
    return _reader(build_in_memory(scene(None), TABLES))


@pytest.fixture(scope="module")
def single() -> ReadTable:
    return _reader(build_in_memory(scene(WINDOW), TABLES))


def _is_close(frame: pl.DataFrame, other: pl.DataFrame, name: str) -> bool:
    values, others = (rows[name].fill_null(nan).to_list() for rows in (frame, other))
    return bool(values == pytest.approx(others, rel=1e-9, nan_ok=True))


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (TENSION_PAIR_DAILY, ("tension", "concession", "dialogue", "net_tension", "evidence_weight", "concession_evidence_weight")),
        (TENSION_DAILY, ("tension", "concession", "dialogue", "net_tension")),
        (CHANNEL_DAILY, ("prior", "shape", "rate", "value", "evidence_weight")),
        (TOP_CONTRIBUTIONS, ("contribution", "share_pct")),
    ],
)
def test_all_days_have_the_values_of_the_newest_baseline(
    growing: ReadTable, single: ReadTable, table: Table, columns: tuple[str, ...]
) -> None:
    scaled, expected = (read(table).sort(table.key) for read in (put_on_one_scale(growing), single))
    assert scaled.schema == growing(table).schema
    assert [name for name in columns if not _is_close(scaled, expected, name)] == []
    assert not _is_close(growing(table).sort(table.key), expected, columns[0])
    if "baseline_to" in table.schema:
        assert scaled["baseline_to"].unique().to_list() == [WINDOW[1]]


def test_intervals_keep_their_ratio_to_the_value(growing: ReadTable) -> None:
    scaled, published = (
        read(TENSION_PAIR_DAILY).sort("index_date").select(pl.col("tension_hi80", "tension_words") / pl.col("tension"))
        for read in (put_on_one_scale(growing), growing)
    )
    both = [(one, other) for row, old in zip(scaled.rows(), published.rows(), strict=True) for one, other in zip(row, old, strict=True)]
    known = [pair for pair in both if None not in pair]
    assert known
    assert [one for one, _ in known] == pytest.approx([other for _, other in known])


def test_an_index_with_one_baseline_stays_as_published(single: ReadTable) -> None:
    scale = put_on_one_scale(single)
    assert (scale.until, scale.note) == (None, "")
    assert scale(TENSION_PAIR_DAILY).equals(single(TENSION_PAIR_DAILY))


def test_the_timeline_has_both_values_of_a_day(growing: ReadTable, single: ReadTable) -> None:
    timeline = build_timeline(put_on_one_scale(growing))
    values = timeline.values.filter(series="CHN-USA").sort("index_date")
    for name, read in (("tension", single), ("tension_published", growing)):
        expected = read(TENSION_PAIR_DAILY).sort("index_date")["tension"].round().cast(pl.Int32)
        assert values[name].to_list() == expected.to_list()
    assert timeline.rescaled_until is not None
    assert timeline.rescaled_until > values["index_date"][-1]
    assert timeline.scale_note.startswith("All days are compared with the newest baseline")
