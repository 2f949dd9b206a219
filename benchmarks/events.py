"""Measure the cost of storing Dagster's events, in batches and with Dagster's default storage.

The job has the daily tables of the pipeline with all their checks, but does no work. It runs in ranges of days, as `tension run` does. The
default storage gets fewer days, because its cost per day is constant.
"""

import argparse
import logging
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg

from pipeline.contracts.days import Days
from pipeline.contracts.model import Table
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, DUPLICATES, FINDINGS, QUARANTINE, STORY_LINKS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.defs.checks import check_specs
from pipeline.defs.instance import prepare_home
from pipeline.defs.launch import DAYS_IN_A_RUN
from pipeline.defs.metadata import add_partition_metadata, spec
from pipeline.defs.partitions import range_tags

STEPS = {
    "raw_articles": (RAW_ARTICLES,),
    "admission": (ARTICLES, DUPLICATES, QUARANTINE, COVERAGE),
    "story_links": (STORY_LINKS,),
    "findings": (FINDINGS,),
}
FIRST = date(2015, 1, 1)


@dataclass(frozen=True)
class Cost:
    """Time to store the events of some days, and their number."""

    days: int
    events: int
    seconds: float
    cpu_seconds: float


def build_job(last: date) -> dg.JobDefinition:
    """Build a job of the daily steps without their work, for the days up to `last`."""
    partitions = dg.DailyPartitionsDefinition(FIRST.isoformat(), end_date=(last + timedelta(days=1)).isoformat())
    assets = [_build_step(name, tables, partitions) for name, tables in STEPS.items()]
    quiet = dg.logger(lambda _: logging.Logger("quiet"))
    return dg.Definitions(
        assets=assets,
        jobs=[dg.define_asset_job("daily", partitions_def=partitions)],
        executor=dg.in_process_executor,
        loggers={"quiet": quiet},
    ).resolve_job_def("daily")


def _build_step(name: str, tables: tuple[Table, ...], partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    specs = check_specs(*tables)

    @dg.multi_asset(
        name=name,
        specs=[spec(table) for table in tables],
        check_specs=specs,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def step(context: dg.AssetExecutionContext) -> Iterator[Any]:
        for table in tables:
            add_partition_metadata(context, table.name, {day: {"rows": 1} for day in context.partition_keys})
        for check in specs:
            yield dg.AssetCheckResult(passed=True, check_name=check.name, asset_key=check.asset_key)
        for table in tables:
            yield dg.MaterializeResult(asset_key=table.name)

    return step


def measure(days: int, *, is_batching: bool) -> Cost:
    """Run the job over `days` days; return what storing its events costs.

    They are stored in batches by our storage if `is_batching`, else by Dagster's default one.
    """
    span = Days(FIRST, FIRST + timedelta(days=days - 1))
    with TemporaryDirectory() as folder:
        if is_batching:
            prepare_home(Path(folder))
        job = build_job(span.last)
        with dg.DagsterInstance.from_config(folder) as instance:
            started, cpu = time.perf_counter(), _cpu_seconds()
            results = [
                job.execute_in_process(instance=instance, tags=range_tags(chunk), run_config={"loggers": {"quiet": {}}})
                for chunk in span.split(DAYS_IN_A_RUN)
            ]
            assert all(result.success for result in results)
            seconds, cpu = time.perf_counter() - started, _cpu_seconds() - cpu
            assert len(instance.get_materialized_partitions(dg.AssetKey(FINDINGS.name))) == days
            events = sum(len(instance.all_logs(result.run_id)) for result in results)
    return Cost(days, events, seconds, cpu)


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure both storages and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=3650, help="days whose events are stored in batches")
    parser.add_argument("--shipped-days", type=int, default=20, help="days whose events are stored with Dagster's default storage")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| storage | days | events | seconds | CPU seconds | ms an event |\n|---|---|---|---|---|---|")
    costs = []
    for name, days, is_batching in (("shipped", options.shipped_days, False), ("batching", options.days, True)):
        cost = measure(days, is_batching=is_batching)
        costs.append(cost)
        print(
            f"| {name} | {cost.days:,} | {cost.events:,} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} "
            f"| {1000 * cost.seconds / cost.events:.2f} |"
        )
    shipped, batching = costs
    ratio = (shipped.seconds / shipped.days) / (batching.seconds / batching.days)
    print(f"\n{ratio:.0f} times as fast per day as the default storage ({sys.version.split()[0]}, dagster {dg.__version__})")


if __name__ == "__main__":
    main()
