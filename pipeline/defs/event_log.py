"""Dagster's SQLite event log, written in batches.

All events of a batch are one transaction per database.
What is written, and every query, is Dagster's. Uses private parts of one version of Dagster.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock
from typing import Any, Self, cast

from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation, AssetCheckEvaluationPlanned
from dagster._core.definitions.events import AssetKey
from dagster._core.event_api import EventHandlerFn
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, BATCH_WRITABLE_EVENTS, DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.base import AssetRecord
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import (
    INDEX_SHARD_NAME,
    SqliteEventLogStorage,
    SqliteEventLogStorageWatchdog,
)
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, bindparam, create_engine
from sqlalchemy.event import listen
from sqlalchemy.pool import NullPool, QueuePool
from watchdog.observers import Observer

#: The version whose private parts this module uses. `tests/defs/test_event_log.py` fails for another one.
WRITTEN_FOR = "1.13.28"

#: Events that are written together with the next other event of the run. They have no effect beyond the log.
_DEFERRED = {DagsterEventType.ASSET_CHECK_EVALUATION.value, DagsterEventType.STEP_OUTPUT.value}
_MOST_DEFERRED = 1000
_CHECK_PLANNED = DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED.value
_UPDATE_PLANNED_CHECK = AssetCheckExecutionsTable.update().where(
    AssetCheckExecutionsTable.c.asset_key == bindparam("of_asset"),
    AssetCheckExecutionsTable.c.check_name == bindparam("of_check"),
    AssetCheckExecutionsTable.c.run_id == bindparam("of_run"),
    AssetCheckExecutionsTable.c.partition.is_(None),
)
_BATCHED = {kind.value for kind in BATCH_WRITABLE_EVENTS} | _DEFERRED
_MIRRORED = {kind.value for kind in ASSET_EVENTS | ASSET_CHECK_EVENTS}
_MOST_OPEN_ENGINES = 16  # the UI reads one database per run that it shows


class BatchingEventLogStorage(SqliteEventLogStorage):
    """Dagster's SQLite event log with open connections and batched writes.

    Dagster's own storage opens an engine and commits for every event, 12 ms each. Stored rows and query results are the same. Each run has
    a database of its own; the `index` is that of all runs, to which events of assets and checks are copied.
    """

    _obs: Any  # the observer of `watch`, once there is one

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._transactions: dict[str, Connection] = {}
        self._known: set[tuple[str, ...]] = set()
        self._deferred: list[EventLogEntry] = []
        super().__init__(base_dir, inst_data)
        self._db_lock = RLock()  # type: ignore[assignment] # the thread that opened a transaction may enter again

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """Build the storage from its section of `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, or defer it to be stored with others.

        Check results and outputs of steps are deferred. They are stored before an event of any other kind or of another run is, before the
        next query through this storage, which thus includes them, and when there are 1,000.
        """
        with self._db_lock:
            if _kind(event) not in _DEFERRED or (self._deferred and self._deferred[0].run_id != event.run_id):
                self._store_deferred()
            if _kind(event) in _DEFERRED:
                self._deferred.append(event)
            elif _kind(event) in _MIRRORED:
                with self.index_connection():  # all its rows in the database of all runs in one transaction
                    super().store_event(event)
            else:
                super().store_event(event)
            if len(self._deferred) >= _MOST_DEFERRED:
                self._store_deferred()

    def _store_deferred(self) -> None:
        if self._deferred:
            events, self._deferred = self._deferred, []
            self.store_event_batch(events)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events of one run in one transaction per database.

        `events`: at least one. If they are of several runs, or of a kind that is not written in batches, Dagster's own method stores them
        all.
        """
        run_id = events[0].run_id
        if any(entry.run_id != run_id or _kind(entry) not in _BATCHED for entry in events):
            super().store_event_batch(events)
            return
        rows = [self._event_to_row(entry) for entry in events]
        mirrored = [position for position, entry in enumerate(events) if _kind(entry) in _MIRRORED]
        with self.run_connection(run_id) as run, self.index_connection() as index:
            run.execute(SqlEventLogStorageTable.insert(), rows)
            if mirrored:
                self._mirror(index, [events[position] for position in mirrored], [rows[position] for position in mirrored])

    def _mirror(self, index: Connection, events: Sequence[EventLogEntry], rows: Sequence[dict[str, Any]]) -> None:
        """Copy events of assets and checks to the database of all runs.

        The tables of assets and check results there are updated, too. `rows`: the rows of these events, in the same order.
        """
        insert = SqlEventLogStorageTable.insert().returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)
        stored = list(zip(events, index.execute(insert, rows).scalars(), strict=True))
        of_assets = [(entry, stored_id) for entry, stored_id in stored if entry.dagster_event_type in ASSET_EVENTS]
        if of_assets:
            self._store_asset_event_tags(index, [entry for entry, _ in of_assets], [stored_id for _, stored_id in of_assets])
        # The table of assets has only the newest event of each kind.
        newest = {(str(entry.get_dagster_event().asset_key), _kind(entry)): (entry, stored_id) for entry, stored_id in of_assets}
        for entry, stored_id in sorted(newest.values(), key=lambda pair: pair[1]):
            self._store_asset_event(index, entry, stored_id)
        of_checks = [(*one, row) for one, row in zip(stored, rows, strict=True) if one[0].dagster_event_type in ASSET_CHECK_EVENTS]
        self._store_planned_checks(index, [one for one in of_checks if _kind(one[0]) == _CHECK_PLANNED])
        self._store_check_results(index, [one for one in of_checks if _kind(one[0]) != _CHECK_PLANNED])

    def _store_planned_checks(self, index: Connection, planned: Sequence[tuple[EventLogEntry, int, dict[str, Any]]]) -> None:
        """Insert the rows of planned checks, which their results update later."""
        executions = [
            {
                "asset_key": check.asset_key.to_string(),
                "check_name": check.check_name,
                "partition": partition,
                "run_id": entry.run_id,
                "execution_status": AssetCheckExecutionRecordStatus.PLANNED.value,
                "evaluation_event": row["event"],
                "evaluation_event_timestamp": datetime.fromtimestamp(entry.timestamp, UTC).replace(tzinfo=None),
                "evaluation_event_storage_id": stored_id,
            }
            for entry, stored_id, row in planned
            for check in [cast("AssetCheckEvaluationPlanned", entry.get_dagster_event().event_specific_data)]
            for partition in (check.partitions_subset.get_partition_keys() if check.partitions_subset else [None])
        ]
        if executions:
            index.execute(AssetCheckExecutionsTable.insert(), executions)

    def _store_check_results(self, index: Connection, results: Sequence[tuple[EventLogEntry, int, dict[str, Any]]]) -> None:
        """Update the rows of planned checks with their results.

        If one of the results was not planned, or belongs to a partition, Dagster's own method stores all of them.
        """
        simple = [
            {
                "of_asset": check.asset_key.to_string(),
                "of_check": check.check_name,
                "of_run": entry.run_id,
                "execution_status": (
                    AssetCheckExecutionRecordStatus.SUCCEEDED if check.passed else AssetCheckExecutionRecordStatus.FAILED
                ).value,
                "evaluation_event": row["event"],
                "evaluation_event_timestamp": datetime.fromtimestamp(entry.timestamp, UTC).replace(tzinfo=None),
                "evaluation_event_storage_id": stored_id,
                "materialization_event_storage_id": check.target_materialization_data.storage_id
                if check.target_materialization_data
                else None,
            }
            for entry, stored_id, row in results
            for check in [cast("AssetCheckEvaluation", entry.get_dagster_event().event_specific_data)]
            if check.partition is None
        ]
        if len(simple) < len(results) or (simple and index.execute(_UPDATE_PLANNED_CHECK, simple).rowcount != len(simple)):
            for entry, stored_id, _ in results:
                self.store_asset_check_event(entry, stored_id)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """Yield a connection to a database; nested calls share one transaction.

        Stores deferred events first. The outermost block commits, or rolls back after an error. `shard`: a run, or the index, which is the
        database of all runs.
        """
        with self._db_lock:
            self._store_deferred()
            if shard in self._transactions:  # only the thread that opened it gets past the lock
                yield self._transactions[shard]
                return
            if shard not in self._initialized_dbs:
                self._initdb(_create_engine(self.conn_string_for_shard(shard), poolclass=NullPool))  # opens two connections at once
                self._initialized_dbs.add(shard)
            with self._engine(shard).begin() as connection:
                self._transactions[shard] = connection
                try:
                    yield connection
                finally:
                    del self._transactions[shard]

    def _engine(self, shard: str) -> Engine:
        """Return the engine of a database; beyond the maximum, close idle ones.

        Those unused for longest are closed first, but never one in a transaction or that of all runs (the index).
        """
        if shard not in self._engines:
            self._engines[shard] = _create_engine(self.conn_string_for_shard(shard), poolclass=QueuePool, pool_size=1, max_overflow=0)
            idle = [name for name in self._engines if name not in {shard, INDEX_SHARD_NAME, *self._transactions}]
            for name in idle[: max(0, len(self._engines) - _MOST_OPEN_ENGINES)]:
                self._engines.pop(name).dispose()
        self._engines.move_to_end(shard)
        return self._engines[shard]

    def _close_engines(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()

    def get_asset_records(self, asset_keys: Sequence[AssetKey] | None = None) -> Sequence[AssetRecord]:
        """Return the newest events of assets.

        In one transaction: Dagster's own method, called for each check, opens five.
        """
        with self.index_connection():
            return super().get_asset_records(asset_keys)

    def has_table(self, table_name: str) -> bool:
        """Return whether the database of all runs has the table.

        A positive answer is cached.
        """
        return self._is_cached("table", table_name) or self._cache_presence(super().has_table(table_name), "table", table_name)

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        return self._is_cached("column", column_name) or self._cache_presence(
            super()._has_asset_key_col_on_connection(conn, column_name), "column", column_name
        )

    def has_secondary_index(self, name: str) -> bool:
        """Return whether a migration of the database of all runs is complete.

        A positive answer is cached.
        """
        return self._is_cached("migration", name) or self._cache_presence(super().has_secondary_index(name), "migration", name)

    def _is_cached(self, *name: str) -> bool:
        return name in self._known

    def _cache_presence(self, is_present: bool, *name: str) -> bool:
        if is_present:
            self._known.add(name)
        return is_present

    def wipe(self) -> None:
        """Delete all events, also deferred ones, and the databases of all runs."""
        with self._db_lock:
            self._deferred.clear()
        self._close_engines()
        super().wipe()
        self._known.clear()

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        """Call `callback` for each new event of a run.

        New events are those after `cursor`, whichever process wrote them.
        """
        if not self._obs:
            self._obs = Observer()
            self._obs.start()
        watcher = _Watchdog(self, run_id, callback, cursor)
        self._watchers[run_id][callback] = (watcher, self._obs.schedule(watcher, self._base_dir, recursive=True))

    def dispose(self) -> None:
        """Store deferred events, and close every database.

        SQLite then merges the write-ahead log of each into its file.
        """
        with self._db_lock:
            self._store_deferred()
        super().dispose()
        self._close_engines()


class _Watchdog(SqliteEventLogStorageWatchdog):
    """Watches the events of a run, also in the write-ahead log.

    SQLite stores new events there while a connection is open.
    """

    @property
    def patterns(self) -> list[str]:
        return [self._log_path, f"{self._log_path}-wal"]

    def on_modified(self, event: Any) -> None:  # noqa: ARG002 watchdog passes it by this name
        self._process_log()


def _kind(entry: EventLogEntry) -> str | None:
    return entry.dagster_event.event_type_value if entry.dagster_event else None


def _create_engine(address: str, **pool: Any) -> Engine:
    engine = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}, **pool)
    listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _: object) -> None:
    # Safe against a crash of the process; a power cut may lose the last events but corrupts nothing.
    connection.execute("pragma synchronous = normal")
