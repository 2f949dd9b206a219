"""Reading a database creates no file next to it, and sees what its WAL has."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.warehouse.sqlite_files import read_database


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A process that has `runs.db` in `tmp_path` open, with two rows: one is only in the WAL."""
    with closing(sqlite3.connect(tmp_path / "runs.db")) as connection:
        connection.execute("pragma journal_mode=wal")
        connection.execute("create table runs (id integer)")
        for number in (1, 2):
            with connection:
                connection.execute("insert into runs values (?)", [number])
            if number == 1:
                connection.execute("pragma wal_checkpoint(truncate)")
        yield connection


def list_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def count(connection: sqlite3.Connection) -> int:
    ((number,),) = connection.execute("select count(*) from runs").fetchall()
    return int(number)


def test_a_closed_database_is_read_without_side_files(tmp_path: Path, writer: sqlite3.Connection) -> None:
    writer.close()
    assert read_database(tmp_path / "runs.db", count) == 2
    assert list_files(tmp_path) == ["runs.db"]


def test_changes_of_a_process_that_writes_are_read(tmp_path: Path, writer: sqlite3.Connection) -> None:
    assert read_database(tmp_path / "runs.db", count) == 2
    assert writer.execute("select count(*) from runs").fetchall() == [(2,)]


def test_a_wal_without_its_index_is_read_in_a_copy(tmp_path: Path, writer: sqlite3.Connection) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("runs.db", "runs.db-wal"):
        shutil.copyfile(tmp_path / name, folder / name)
    assert read_database(folder / "runs.db", count) == 2
    assert list_files(folder) == ["runs.db", "runs.db-wal"]


@pytest.mark.parametrize("name", ["runs.db-wal", "runs.db-shm"])
def test_a_side_file_that_no_process_uses_is_ignored(tmp_path: Path, writer: sqlite3.Connection, name: str) -> None:
    writer.close()
    (tmp_path / name).touch()
    assert read_database(tmp_path / "runs.db", count) == 2
    assert list_files(tmp_path) == ["runs.db", name]


def test_a_database_opened_meanwhile_is_read_again(tmp_path: Path, writer: sqlite3.Connection) -> None:
    writer.close()
    counts = []

    def count_while_another_writes(connection: sqlite3.Connection) -> int:
        counts.append(count(connection))
        with closing(sqlite3.connect(tmp_path / "runs.db")) as other, other:
            other.execute("insert into runs values (3)")
        return counts[-1]

    assert read_database(tmp_path / "runs.db", count_while_another_writes) == 3
    assert counts == [2, 3]


def test_a_damaged_database_raises_the_error_of_sqlite(tmp_path: Path) -> None:
    (tmp_path / "runs.db").write_bytes(b"no database")
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        read_database(tmp_path / "runs.db", count)
    with pytest.raises(FileNotFoundError):
        read_database(tmp_path / "other.db", count)
