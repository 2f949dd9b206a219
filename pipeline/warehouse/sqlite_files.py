"""Read SQLite databases without writing files next to them.

A database in WAL mode has its newest changes in a file `-wal`, and an index of it in a file `-shm`. SQLite creates both even for readers
(`mode=ro`), which fails in a folder without write permission, and changes a backup.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
#: Endings of the files that SQLite creates next to a database.
SIDE_FILES = ("-wal", "-shm", "-journal")


def read_database(path: Path, read: Callable[[sqlite3.Connection], Result]) -> Result:
    """Return what `read` returns for a read-only connection to a database.

    A database that no process has open is read as immutable. If a process has it open, or opens it meanwhile, it is read with its WAL, and
    `read` may be called twice. If a killed process, or a copy, left a WAL without its index, both are read in a temporary folder. Raises
    the errors of `read`, and `sqlite3.Error` or `OSError` if the database cannot be opened.
    """
    path.open("rb").close()  # its error says why, SQLite's does not
    before = _find_changes(path)
    if not before[1]:
        try:
            result = _read(path, "immutable=1", read)
        except sqlite3.Error:
            if _find_changes(path) == before:
                raise
        else:
            if _find_changes(path) == before:
                return result
    wal, index, _ = (path.with_name(path.name + ending) for ending in SIDE_FILES)
    if not wal.exists() or index.exists():
        return _read(path, "mode=ro", read)
    with tempfile.TemporaryDirectory() as folder:
        for source in (path, wal):
            shutil.copyfile(source, Path(folder) / source.name)
        return _read(Path(folder) / path.name, "mode=ro", read)


def _read(path: Path, options: str, read: Callable[[sqlite3.Connection], Result]) -> Result:
    """Call `read` with a connection; `options` are those of its URI."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{options}", uri=True)) as connection:
        return read(connection)


def _find_changes(path: Path) -> tuple[int, bool]:
    """Return when a database changed, and whether side files may have more.

    The time is that of the database's own file, in nanoseconds. Side files may have more changes if the WAL or the journal has content, or
    if a process uses the WAL, whose index then exists.
    """
    wal, index, journal = (path.with_name(path.name + ending) for ending in SIDE_FILES)
    is_used = wal.exists() and index.exists()
    return path.stat().st_mtime_ns, is_used or any(file.exists() and file.stat().st_size > 0 for file in (wal, journal))
