"""A release that changes final values of the release before says so."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.defs.final_values import compare_final_values, describe_changed_values
from pipeline.index.parameters import OPEN_DAYS
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import Publisher

FIRST = date(2025, 4, 1)
DAYS = 10


def build_rows(tension: float | None = 120.0, *, pair: str = "CHN-USA", from_day: int = 0, status: str = "A") -> pl.DataFrame:
    """Rows of ten days of a pair, with this tension from day `from_day` on."""
    days = pl.Series("index_date", [FIRST + timedelta(days=number) for number in range(DAYS)])
    is_later = pl.col("index_date") >= FIRST + timedelta(days=from_day)
    example = TENSION_PAIR_DAILY.example().drop("index_date")
    rows = pl.DataFrame(days).join(example, how="cross").with_columns(pair=pl.lit(pair), obs_status=pl.lit(status))
    return TENSION_PAIR_DAILY.conform(rows.with_columns(tension=pl.when(is_later).then(tension).otherwise(120.0)))


@pytest.mark.parametrize("now", [build_rows(), build_rows(120.0 + 1e-9), build_rows(140.0, from_day=DAYS - OPEN_DAYS)])
def test_open_days_and_last_digits_may_change(now: pl.DataFrame) -> None:
    assert describe_changed_values(build_rows(), now) == []


def test_provisional_values_may_change() -> None:
    assert describe_changed_values(build_rows(status="P"), build_rows(140.0)) == []
    assert describe_changed_values(TENSION_PAIR_DAILY.empty(), build_rows()) == []


@pytest.mark.parametrize("status", ["A", "B"])
def test_changed_final_values_are_counted(status: str) -> None:
    changes = describe_changed_values(build_rows(status=status), build_rows(140.0, from_day=1, status=status))
    assert changes == ["CHN-USA on 2 of 3 days from 2025-04-02, tension by up to 20.00"]


def test_a_value_that_is_no_longer_given_has_changed() -> None:
    assert describe_changed_values(build_rows(), build_rows(None)) == ["CHN-USA on 3 of 3 days from 2025-04-01"]


def test_changed_intervals_and_phases_are_named() -> None:
    narrower = pl.col("tension_hi80") - 1
    changes = describe_changed_values(build_rows(), build_rows().with_columns(narrower))
    assert changes == ["CHN-USA on 3 of 3 days from 2025-04-01, intervals but no value"]
    quiet = pl.when(pl.col("index_date") == FIRST).then(pl.lit("quiet")).otherwise("phase").cast(TENSION_PAIR_DAILY.schema["phase"])
    assert describe_changed_values(build_rows(), build_rows().with_columns(phase=quiet)) == [
        "CHN-USA on 1 of 3 days from 2025-04-01, phase on 1 day"
    ]
    changes = describe_changed_values(build_rows(), build_rows().with_columns(narrower, phase=quiet))
    assert changes == ["CHN-USA on 3 of 3 days from 2025-04-01, intervals but no value, phase on 1 day"]


def test_a_removed_pair_is_named() -> None:
    before = pl.concat([build_rows(), build_rows(pair="CAN-USA")])
    assert describe_changed_values(before, build_rows()) == ["CAN-USA is no longer published"]


def test_the_check_compares_with_the_latest_release(tmp_path: Path) -> None:
    lake, publisher = Lake(tmp_path / "lake"), Publisher(tmp_path / "published")
    lake.write(TENSION_PAIR_DAILY, build_rows())
    assert compare_final_values(publisher, lake).passed
    release = publisher.publish(lake, FIRST, "made for a test")
    assert compare_final_values(publisher, lake).passed
    lake.write(TENSION_PAIR_DAILY, build_rows(140.0))
    changed = compare_final_values(publisher, lake)
    assert not changed.passed
    assert changed.metadata is not None
    assert release.name in str(changed.metadata["reason"].value)
    assert changed.metadata["detail"].value == "CHN-USA on 3 of 3 days from 2025-04-01, tension by up to 20.00"
    [file] = release.folder.glob(f"{TENSION_PAIR_DAILY.name}/*.parquet")
    file.write_bytes(b"damaged")
    assert compare_final_values(publisher, lake).passed
