"""The history of runs is stored in SQLite, or in the Postgres that the environment names."""

import errno
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from dagster._core.instance.ref import InstanceRef
from sqlalchemy.exc import OperationalError

from pipeline.commands.job import HistoryError, explaining_history
from pipeline.defs import instance
from pipeline.defs.instance import BatchingInstance, HistoryStorageError, open_instance, prepare_home
from pipeline.settings import Settings
from pipeline.warehouse.home import HomeError
from pipeline.warehouse.run_history import POSTGRES_URL

ADDRESS = "postgresql+psycopg2://tension:a-secret@127.0.0.1:5432/dagster"


def test_without_an_address_the_history_is_in_sqlite(tmp_path: Path) -> None:
    prepare_home(tmp_path)
    events = InstanceRef.from_dir(str(tmp_path)).event_storage_data
    assert events is not None
    assert events.class_name == "BatchingEventLogStorage"


def test_a_full_disk_keeps_the_settings_that_a_daemon_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_home(tmp_path)
    before = (tmp_path / "dagster.yaml").read_bytes()

    def fill_the_disk(_source: Path, target: Path) -> None:
        target.write_bytes(before[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        prepare_home(tmp_path)
    assert (tmp_path / "dagster.yaml").read_bytes() == before


def test_with_an_address_it_is_in_postgres_and_no_file_has_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POSTGRES_URL, ADDRESS)
    if find_spec("dagster_postgres") is None:
        monkeypatch.setattr(instance, "find_spec", lambda _name: object())  # settings do not import the package
    prepare_home(tmp_path)
    reference = InstanceRef.from_dir(str(tmp_path))
    storages = [reference.run_storage_data, reference.event_storage_data, reference.schedule_storage_data]
    assert [one.class_name for one in storages if one] == [
        "PostgresRunStorage",
        "BatchingPostgresEventLogStorage",
        "PostgresScheduleStorage",
    ]
    assert "a-secret" not in str(reference)
    assert POSTGRES_URL in str(reference.storage_data)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"a-secret" in path.read_bytes()]


def test_without_the_package_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POSTGRES_URL, ADDRESS)
    monkeypatch.setattr(instance, "find_spec", lambda _name: None)
    prepare_home(tmp_path)
    with pytest.raises(
        HistoryStorageError, match="needs the package dagster-postgres; install it: uv sync --locked --no-dev --group postgres"
    ):
        InstanceRef.from_dir(str(tmp_path))


class DagsterPostgresException(Exception):  # noqa: N818 the name in dagster_postgres, which may not be installed
    """What dagster_postgres raises after its last attempt to connect."""


def test_a_postgres_that_is_away_is_not_called_a_damaged_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(POSTGRES_URL, ADDRESS)
    refused = OperationalError("select 1", {}, Exception("connection to server at 127.0.0.1 failed"))
    words = r"Postgres, which stores the history of runs, cannot be used \(connection to server at 127.0.0.1 failed\); start the server"
    with pytest.raises(HistoryError, match=words), explaining_history(Settings(home=tmp_path)):
        raise refused
    with pytest.raises(HistoryError, match=words), explaining_history(Settings(home=tmp_path)):
        raise DagsterPostgresException("too many retries for DB connection") from refused


@pytest.mark.parametrize("name", ["what?", "100%20done"])
def test_a_home_whose_path_dagster_misreads_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(HomeError, match="which Dagster misreads; choose another --home"):
        prepare_home(tmp_path / name / "dagster")
    assert list(tmp_path.iterdir()) == []


def test_a_home_with_wildcards_in_its_path_has_its_settings(tmp_path: Path) -> None:
    folder = tmp_path / "index [1]" / "dagster"
    prepare_home(folder)
    with open_instance(folder) as opened:
        assert isinstance(opened, BatchingInstance)
        assert not opened.telemetry_enabled
        assert Path(opened.root_directory) == folder
