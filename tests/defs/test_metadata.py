"""Metadata of many partitions is added at once, with the same result as one by one."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
import polars as pl
import pytest

from pipeline.contracts.tables.index import TENSION_PAIR_DAILY
from pipeline.defs.metadata import add_partition_metadata, fit_markdown_table, newest_values, show_index

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


def test_the_ui_shows_week_and_charts_of_an_index_at_once() -> None:
    days = pl.date_range(pl.date(2025, 1, 1), pl.date(2025, 4, 9), eager=True)
    frames = [
        TENSION_PAIR_DAILY.example(days.len()).with_columns(index_date=days, pair=pl.lit(pair), signal_count=count, tension=pl.lit(value))
        for pair, count, value in (("CHN-USA", 9, 157.4), ("JPN-USA", 5, None), ("EUN-USA", 2, 80.6))
    ]
    metadata = {name: value.value for name, value in show_index(pl.concat(frames), ("index_date", "pair")).items()}
    table = metadata["tension of the last week"].splitlines()
    assert table[0] == "| day | CHN-USA | EUN-USA |"  # the pair with most signals first; one without a value is left out
    assert table[2] == "| 9 Apr | 157 | 81 |"
    assert len(table) == 9
    inline = [name for name in metadata if name != "last week"]
    assert inline == ["tension of the last week", "tension CHN-USA, 90 days", "tension EUN-USA, 90 days"]
    assert all(len(metadata[name]) < 1000 for name in inline)


def test_a_table_is_cut_to_what_the_ui_shows_at_once() -> None:
    frame = pl.DataFrame({"quote": ["x" * 120] * 30})
    table = fit_markdown_table(frame, ("quote",))
    assert 800 < len(table) < 1000
    assert table.endswith("more")
    assert fit_markdown_table(pl.DataFrame({"quote": ["y" * 139]}), ("quote",)).count("\n") == 2
