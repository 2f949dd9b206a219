"""The batching event log, compared with Dagster's own storage."""

import json
import multiprocessing
import os
import re
import signal
import sqlite3
import threading
import tomllib
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import AssetMaterializationPlannedData, DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.execution.plan.outputs import StepOutputData, StepOutputHandle
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.dagster_run import RunsFilter
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.partition_status_cache import get_and_update_asset_status_cache_value
from dagster._serdes import deserialize_value, serialize_value

from pipeline.defs import event_log
from pipeline.defs.event_log import BatchingEventLogStorage
from pipeline.defs.instance import BatchingInstance, prepare_home

DAYS = dg.DailyPartitionsDefinition("2025-01-01", end_date="2025-01-13")
FIRST, LAST = "2025-01-02", "2025-01-11"
RUN_IDS = ("5f1c2c5e-0000-4000-8000-000000000001", "5f1c2c5e-0000-4000-8000-000000000002")
KEYS = [dg.AssetKey(name) for name in ("texts", "words", "counts", "broken", "totals")]
#: Values that differ between two runs of one job.
OF_THE_MOMENT = re.compile(r"time|pid|duration|start_ms|end_ms|log_key|migration_completed")


def build_job(*, fails: bool) -> dg.JobDefinition:
    """Daily assets with metadata, tags and checks, an observation, and a step that can fail."""

    @dg.multi_asset(
        name="reading",
        specs=[dg.AssetSpec(name, partitions_def=DAYS) for name in ("texts", "words")],
        check_specs=[dg.AssetCheckSpec(name, asset="texts") for name in ("complete", "plausible")],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def reading(context: dg.AssetExecutionContext) -> Iterator[Any]:
        for place, day in enumerate(context.partition_keys):
            context.add_asset_metadata({"dagster/row_count": place}, asset_key="texts", partition_key=day)
            context.log_event(dg.AssetObservation("texts", partition=day, metadata={"bytes": place}))
        yield dg.AssetCheckResult(passed=True, check_name="complete", asset_key="texts")
        yield dg.AssetCheckResult(passed=False, check_name="plausible", asset_key="texts", severity=dg.AssetCheckSeverity.WARN)
        yield dg.MaterializeResult(asset_key="texts", metadata={"table": dg.MetadataValue.md("|a|\n|-|")}, tags={"reader": "rules"})
        yield dg.MaterializeResult(asset_key="words")

    @dg.asset(deps=["texts"], op_tags={"dagster/priority": "1"})  # the order of two ready steps is undefined
    def counts(context: dg.AssetExecutionContext) -> None:
        context.log.info("counting")

    @dg.asset(deps=["texts"], partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run())
    def broken() -> None:
        if fails:
            raise dg.Failure("no words at all", allow_retries=False)

    @dg.asset(deps=["broken"])
    def totals() -> None:
        return

    job = dg.define_asset_job("count_words", partitions_def=DAYS)
    return dg.Definitions(
        assets=[reading, counts, broken, totals], jobs=[job], executor=dg.in_process_executor, loggers={"console": dg.json_console_logger}
    ).resolve_job_def("count_words")


@dataclass(frozen=True)
class Home:
    """Dagster's folder after a failed and a successful run."""

    folder: Path
    instance: dg.DagsterInstance

    @property
    def runs(self) -> Path:
        return self.folder / "history" / "runs"


def home(folder: Path, *, is_batching: bool) -> Home:
    folder.mkdir()
    if is_batching:
        prepare_home(folder)
    return Home(folder, dg.DagsterInstance.from_config(str(folder)))


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, Home]]:
    """The home of Dagster's storage and that of ours, in this order."""
    folder = tmp_path_factory.mktemp("homes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = home(folder / "shipped", is_batching=False), home(folder / "batching", is_batching=True)
        for run_id, fails in zip(RUN_IDS, (True, False), strict=True):
            job = build_job(fails=fails)
            for one in made:
                job.execute_in_process(
                    run_id=run_id,
                    instance=one.instance,
                    tags={"dagster/asset_partition_range_start": FIRST, "dagster/asset_partition_range_end": LAST},
                    raise_on_error=False,
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                )
    yield made
    for one in made:
        one.instance.dispose()


def normalize(value: Any) -> Any:
    """Remove values that differ between runs, and parse JSON."""
    if isinstance(value, dict):
        return {key: normalize(inner) for key, inner in value.items() if not OF_THE_MOMENT.search(key)}
    if isinstance(value, list | tuple):
        return [normalize(inner) for inner in value]
    if isinstance(value, str):
        if value.startswith(("{", "[")):
            with suppress(json.JSONDecodeError):
                return normalize(json.loads(value))
        return re.sub(r"[\d.]+m?s\b|process \(pid: \d+\)|pid: \d+|(?<!\w)/\S+", "…", value)
    return value


def read_rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, ordered by id."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table' order by name")]
        return {name: [normalize(dict(row)) for row in connection.execute(f"select * from {name} order by rowid")] for name in tables}  # noqa: S608


@pytest.mark.parametrize("database", [*RUN_IDS, "index"])
def test_stored_rows_equal_those_of_dagsters_storage(homes: tuple[Home, Home], database: str) -> None:
    shipped, batching = (read_rows(one.runs / f"{database}.db") for one in homes)
    assert shipped.keys() == batching.keys()
    for table, expected in shipped.items():
        assert batching[table] == expected, table
    assert len(shipped["event_logs"]) > 60
    if database == "index":
        assert {row["execution_status"] for row in shipped["asset_check_executions"]} >= {"SUCCEEDED", "FAILED"}
        assert {row["key"] for row in shipped["asset_event_tags"]} >= {"dagster/data_version"}
        assert len(shipped["asset_keys"]) == len(KEYS)


def _records(result: Any) -> list[Any]:
    return [(record.storage_id, record.partition_key, normalize(serialize_value(record.event_log_entry))) for record in result.records]


def _pages(fetch: Callable[..., Any], key: dg.AssetKey) -> list[Any]:
    """Return all records, fetched in pages of seven."""
    pages, cursor = [], None
    while True:
        page = fetch(key, limit=7, cursor=cursor, ascending=True)
        pages.append(_records(page))
        if not page.has_more:
            return pages
        cursor = page.cursor


QUESTIONS: dict[str, Callable[[dg.DagsterInstance], Any]] = {
    "latest materialisations": lambda of: [
        (key, event and normalize(serialize_value(event))) for key, event in of.get_latest_materialization_events(KEYS).items()
    ],
    "materialised partitions": lambda of: [of.get_materialized_partitions(key) for key in KEYS],
    "latest of each partition": lambda of: [
        of.event_log_storage.get_latest_storage_id_by_partition(key, DagsterEventType.ASSET_MATERIALIZATION) for key in KEYS
    ],
    "tags of partitions": lambda of: of.event_log_storage.get_latest_tags_by_partition(
        KEYS[0], DagsterEventType.ASSET_MATERIALIZATION, ["dagster/data_version"]
    ),
    "tags of materialisations": lambda of: of.get_event_tags_for_asset(KEYS[0]),
    "failed partitions": lambda of: [
        {day: run for day, (run, _) in attempts.items()}
        for key in KEYS
        for attempts in [of.event_log_storage.get_latest_asset_partition_materialization_attempts_without_materializations(key)]
    ],
    "materialisations by cursor": lambda of: [_pages(of.fetch_materializations, key) for key in KEYS],
    "observations by cursor": lambda of: [_pages(of.fetch_observations, key) for key in KEYS],
    "planned materialisations": lambda of: [of.get_latest_planned_materialization_info(key) for key in KEYS],
    "checks": lambda of: [
        (record.asset_check_key, normalize(str(record.last_check_execution_record and record.last_check_execution_record.status)))
        for record in of.event_log_storage.get_asset_check_summary_records(
            [dg.AssetCheckKey(KEYS[0], name) for name in ("complete", "plausible")]
        ).values()
    ],
    "history of a check": lambda of: [
        (record.id, record.status, record.run_id, record.partition)
        for record in of.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(KEYS[0], "plausible"), limit=10)
    ],
    "asset records": lambda of: sorted(
        (str(record.asset_entry.asset_key), record.asset_entry.last_run_id, record.asset_entry.last_materialization_storage_id)
        for record in of.get_asset_records(KEYS)
    ),
    "logs of a run": lambda of: [normalize(serialize_value(entry)) for run_id in RUN_IDS for entry in of.all_logs(run_id)],
    "steps of a run": lambda of: [
        (step.step_key, step.status) for run_id in RUN_IDS for step in of.get_run_step_stats(run_id)
    ],
    "ends of runs": lambda of: sorted((run.run_id, run.status) for run in of.get_runs(RunsFilter())),
    "status of partitions": lambda of: [
        (status.serialized_materialized_partition_subset, status.serialized_failed_partition_subset)
        for key in (KEYS[0], KEYS[3])
        for status in [get_and_update_asset_status_cache_value(of, key, DAYS)]
        if status
    ],
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_queries_return_the_results_of_dagsters_storage(homes: tuple[Home, Home], question: str) -> None:
    shipped, batching = (QUESTIONS[question](one.instance) for one in homes)
    assert batching == shipped
    assert shipped


def test_a_home_of_dagsters_storage_can_be_read(homes: tuple[Home, Home]) -> None:
    storage = BatchingEventLogStorage(str(homes[0].runs))
    assert storage.get_materialized_partitions(KEYS[0]) == homes[0].instance.get_materialized_partitions(KEYS[0])
    storage.dispose()


def test_folders_equal_those_of_dagsters_storage(homes: tuple[Home, Home]) -> None:
    shipped, batching = (
        {str(path.relative_to(one.folder)) for path in one.folder.rglob("*.db") if "storage" not in path.parts} for one in homes
    )
    assert batching == shipped
    assert isinstance(homes[1].instance, BatchingInstance)


def test_another_process_with_the_instance_batches_too(homes: tuple[Home, Home]) -> None:
    received = dg.DagsterInstance.from_ref(deserialize_value(serialize_value(homes[1].instance.get_ref()), InstanceRef))
    assert isinstance(received.event_log_storage, BatchingEventLogStorage)
    assert received._is_batch_writing_enabled()
    received.dispose()


def test_a_check_of_a_daily_asset_is_planned_once_for_all_days(tmp_path: Path) -> None:
    """Dagster plans it once per day when the last asset of a run is daily, and those rows would stay planned forever."""
    one = home(tmp_path / "home", is_batching=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        build_job(fails=False).execute_in_process(
            run_id=RUN_IDS[0],
            instance=one.instance,
            tags={"dagster/asset_partition_range_start": FIRST, "dagster/asset_partition_range_end": LAST},
            asset_selection=KEYS[:2],
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    one.instance.dispose()
    stored = read_rows(one.runs / "index.db")
    assert [(row["check_name"], row["partition"], row["execution_status"]) for row in stored["asset_check_executions"]] == [
        ("complete", None, "SUCCEEDED"),
        ("plausible", None, "FAILED"),
    ]
    planned_days = [row["partition"] for row in stored["event_logs"] if row["dagster_event_type"] == "ASSET_MATERIALIZATION_PLANNED"]
    assert len(planned_days) == 2 * len(set(planned_days)) == 20


# --- the storage without an instance


def planned(asset: str, run_id: str = RUN_IDS[0]) -> EventLogEntry:
    event = DagsterEvent.build_asset_materialization_planned_event("job", "step", AssetMaterializationPlannedData(dg.AssetKey(asset)))
    return entry_of(event, run_id)


def materialised(asset: str, day: str, run_id: str = RUN_IDS[0]) -> EventLogEntry:
    data = StepMaterializationData(dg.AssetMaterialization(asset, partition=day))
    return entry_of(DagsterEvent(DagsterEventType.ASSET_MATERIALIZATION.value, "job", step_key="step", event_specific_data=data), run_id)


def entry_of(event: DagsterEvent, run_id: str) -> EventLogEntry:
    moment = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
    return EventLogEntry(  # type: ignore[no-untyped-call]
        None, 10, "", run_id, moment, step_key="step", job_name="job", dagster_event=event
    )


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[BatchingEventLogStorage]:
    made = BatchingEventLogStorage(str(tmp_path))
    yield made
    made.dispose()


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        return int(connection.execute("select count(*) from event_logs").fetchone()[0])


def test_a_failed_batch_writes_to_neither_database(
    storage: BatchingEventLogStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.store_event(planned("texts"))

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(storage, "_store_asset_event", fail)
    with pytest.raises(OSError, match="disk full"):
        storage.store_event_batch([materialised("texts", "2025-01-01"), materialised("texts", "2025-01-02")])
    assert count(tmp_path / f"{RUN_IDS[0]}.db") == count(tmp_path / "index.db") == 1
    monkeypatch.undo()
    storage.store_event_batch([materialised("texts", "2025-01-01"), materialised("texts", "2025-01-02")])
    assert storage.get_materialized_partitions(dg.AssetKey("texts")) == {"2025-01-01", "2025-01-02"}


def _store_and_die(folder: str) -> None:
    storage = BatchingEventLogStorage(folder)
    storage.store_event_batch([planned("texts"), planned("words")])
    storage._store_asset_event = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
    storage.store_event_batch([materialised("texts", f"2025-01-{day:02}") for day in range(1, 31)])


def test_a_killed_process_leaves_only_complete_batches(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_store_and_die, args=[str(tmp_path)])
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    shipped = SqliteEventLogStorage(str(tmp_path))
    assert [record.event_log_entry.dagster_event_type for record in shipped.get_records_for_run(RUN_IDS[0]).records] == [
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED
    ] * 2
    assert count(tmp_path / f"{RUN_IDS[0]}.db") == count(tmp_path / "index.db") == 2


def test_a_watcher_sees_events_of_another_open_storage(storage: BatchingEventLogStorage, tmp_path: Path) -> None:
    storage.store_event(planned("texts"))
    watching, seen, is_seen = BatchingEventLogStorage(str(tmp_path)), [], threading.Event()

    def notice(entry: EventLogEntry, _: str) -> None:
        seen.append(entry.get_dagster_event().asset_key)
        if len(seen) == 3:
            is_seen.set()

    watching.watch(RUN_IDS[0], None, notice)
    storage.store_event_batch([planned("words"), planned("counts")])
    assert is_seen.wait(10)
    assert seen == [dg.AssetKey(name) for name in ("texts", "words", "counts")]
    watching.end_watch(RUN_IDS[0], notice)
    watching.dispose()


def test_threads_that_store_concurrently_lose_nothing(storage: BatchingEventLogStorage) -> None:
    def store(thread: int) -> None:
        for day in range(1, 6):
            storage.store_event_batch([materialised("texts", f"2025-{thread:02}-{day:02}") for _ in range(2)])
            storage.store_event(materialised("words", f"2025-{thread:02}-{day:02}"))

    threads = [threading.Thread(target=store, args=[number]) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(storage.get_materialized_partitions(dg.AssetKey("texts"))) == 20
    assert len(storage.get_records_for_run(RUN_IDS[0]).records) == 60


def test_the_number_of_open_databases_is_limited(storage: BatchingEventLogStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "_MOST_OPEN_ENGINES", 3)
    for number in range(6):
        storage.store_event(planned("texts", f"run-{number}"))
    assert len(storage._engines) == 3
    assert [len(storage.get_records_for_run(f"run-{number}").records) for number in range(6)] == [1] * 6


def test_a_wiped_storage_starts_empty(storage: BatchingEventLogStorage) -> None:
    storage.store_event_batch([planned("texts"), planned("words")])
    storage.wipe()
    assert storage.get_records_for_run(RUN_IDS[0]).records == []
    assert not storage.has_asset_key(dg.AssetKey("texts"))


def test_wiping_drops_deferred_events(storage: BatchingEventLogStorage) -> None:
    data = StepOutputData(StepOutputHandle("step"))
    output = DagsterEvent(DagsterEventType.STEP_OUTPUT.value, "job", step_key="step", event_specific_data=data)
    storage.store_event(entry_of(output, RUN_IDS[0]))
    storage.wipe()
    assert storage.get_records_for_run(RUN_IDS[0]).records == []


def test_the_storage_matches_the_installed_version_of_dagster() -> None:
    pins = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {pin for pin in pins if pin.startswith("dagster")} == {
        f"dagster=={event_log.WRITTEN_FOR}",
        f"dagster-webserver=={event_log.WRITTEN_FOR}",
    }
    assert version("dagster") == event_log.WRITTEN_FOR
