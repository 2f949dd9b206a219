"""Metadata of many partitions is added at once, with the same result as one by one."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import polars as pl
import pytest

from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.defs.metadata import add_partition_metadata, newest_values

DAYS = dg.DailyPartitionsDefinition("2025-01-01", end_date="2025-01-06")
Adding = Callable[[dg.AssetExecutionContext], None]


def read_metadata(add: Adding) -> dict[tuple[str, str | None], dict[str, Any]]:
    """Return the metadata that a run over three days stores for each partition."""

    @dg.multi_asset(
        specs=[dg.AssetSpec(name, partitions_def=DAYS) for name in ("texts", "words")], backfill_policy=dg.BackfillPolicy.single_run()
    )
    def reading(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        add(context)
        yield dg.MaterializeResult(asset_key="texts", metadata={"total": 9})
        yield dg.MaterializeResult(asset_key="words")

    with warnings.catch_warnings(), dg.DagsterInstance.ephemeral() as instance:
        warnings.simplefilter("ignore")
        tags = {"dagster/asset_partition_range_start": "2025-01-02", "dagster/asset_partition_range_end": "2025-01-04"}
        result = dg.materialize([reading], instance=instance, tags=tags)
    materialised = [event.step_materialization_data.materialization for event in result.get_asset_materialization_events()]
    return {
        (one.asset_key.to_user_string(), one.partition): {name: value.value for name, value in one.metadata.items()} for one in materialised
    }


def test_metadata_added_at_once_equals_metadata_added_one_by_one() -> None:
    def one_by_one(context: dg.AssetExecutionContext) -> None:
        for day, rows in (("2025-01-02", 1), ("2025-01-03", 2)):
            context.add_asset_metadata({"rows": rows}, asset_key="texts", partition_key=day)
        context.add_asset_metadata({"found": "a"}, asset_key="texts", partition_key="2025-01-03")

    def at_once(context: dg.AssetExecutionContext) -> None:
        add_partition_metadata(context, "texts", {"2025-01-02": {"rows": 1}, "2025-01-03": {"rows": 2}})
        add_partition_metadata(context, "texts", {"2025-01-03": {"found": "a"}})

    expected = read_metadata(one_by_one)
    assert read_metadata(at_once) == expected
    assert expected["texts", "2025-01-03"] == {"rows": 2, "found": "a", "total": 9}
    assert expected["texts", "2025-01-04"] == {"total": 9}


def test_metadata_of_a_day_outside_the_run_is_an_error() -> None:
    def add(context: dg.AssetExecutionContext) -> None:
        with pytest.raises(ValueError, match="words: the partitions 2025-01-05 are not part of this run"):
            add_partition_metadata(context, "words", {"2025-01-05": {"rows": 1}})

    read_metadata(add)


def test_the_last_week_is_shown_newest_first_with_rounded_values() -> None:
    days = pl.date_range(pl.date(2025, 4, 1), pl.date(2025, 4, 9), eager=True)
    frame = TENSION_PAIR_DAILY.example(9).with_columns(index_date=days, tension=pl.lit(57.1234))
    table = newest_values(frame, ("index_date", "pair", "tension"))["last week"].value
    assert table.splitlines()[2] == "| 2025-04-09 | CHN-USA | 57.1 |"
    assert len(table.splitlines()) == 9
    assert newest_values(frame.clear(), ("index_date",)) == {}
