"""The home, a folder of one project's data: lock and mark.

The mark says whether the home is for the sample, which is never mixed with other articles. The lock lets one process at a time write.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline import clock
from pipeline.durable_files import replacing
from pipeline.errors import UserError

NOTE = "home.json"
LOCK = "lock.json"
#: `find_writer` holds the lock for an instant; a run that starts then must not be refused.
_TRIES, _SECONDS_BETWEEN = 5, 0.1
#: Homes locked by this process, so that the runs that a command starts do not wait for the command.
_locked: set[Path] = set()


class HomeError(UserError, ValueError):
    """The home holds other articles, or cannot be used.

    The message says which option to set or what to remove.
    """


class HomeInUseError(HomeError):
    """Another process writes to the home; the message says which."""

    exit_code = 4


@contextmanager
def lock_home(home: Path, writer: str) -> Iterator[None]:
    """Let no other process write to the home in this block.

    `writer`: name of the command or run, shown to others that try. The lock ends with the process, however that ends. A process that holds
    the lock may take it again: the inner block then changes nothing. Raises `HomeInUseError` if another process holds it.
    """
    path = home.resolve()
    if path in _locked:
        yield
        return
    home.mkdir(parents=True, exist_ok=True)
    # The file is never removed: two processes could then lock two files of this name.
    with (home / LOCK).open("a+", encoding="utf-8") as file:
        if not _try_lock(file):
            raise HomeInUseError(f"{home} is in use: {_read_writer(file)}. Wait until it has finished, or end it; nothing was done")
        file.truncate(0)
        file.write(json.dumps({"writer": writer, "process": os.getpid(), "since": f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"}) + "\n")
        file.flush()
        _locked.add(path)
        try:
            yield
        finally:
            _locked.discard(path)
            file.truncate(0)


def find_writer(home: Path) -> str | None:
    """Describe the process that holds the lock of the home.

    None if there is none.
    """
    try:
        with (home / LOCK).open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _read_writer(file)
    except FileNotFoundError:
        pass
    return None


def _try_lock(file: IO[str]) -> bool:
    """Lock the file, trying for half a second; return whether it worked."""
    for attempt in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_SECONDS_BETWEEN if attempt < _TRIES - 1 else 0)
        else:
            return True
    return False


def _read_writer(file: IO[str]) -> str:
    """Return a clause that describes the process in the lock file."""
    file.seek(0)
    try:
        stored = json.loads(file.read())
        return f"`{stored['writer']}`, process {stored['process']}, writes to it since {stored['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process writes to it"


def mark_home(home: Path, *, is_sample: bool) -> None:
    """Record in the home whether it is for the sample.

    `HomeError` when it was recorded as the opposite, or when the record cannot be read.
    """
    has_sample = is_sample_home(home, is_sample)
    if has_sample != is_sample:
        stored, requested = ("the bundled sample", "your articles") if has_sample else ("your articles", "the bundled sample")
        raise HomeError(
            f"{home} holds an index of {stored}, which must not be mixed with {requested}. "
            f"Choose another folder with --home, or remove {home}"
        )
    with replacing(home / NOTE) as temporary:
        temporary.write_text(json.dumps({"is_sample": is_sample}) + "\n", encoding="utf-8")


def is_sample_home(home: Path, default: bool) -> bool:
    """Return whether the home was marked as one of the sample.

    `default` when it is not marked. `HomeError` when the mark cannot be read.
    """
    note = home / NOTE
    if not note.exists():
        return default
    try:
        is_sample = json.loads(note.read_text(encoding="utf-8"))["is_sample"]
    except (ValueError, KeyError, TypeError):
        is_sample = None
    if not isinstance(is_sample, bool):
        raise HomeError(
            f'{note} is damaged; write {{"is_sample": false}} into it, or true if {home} holds the bundled sample. '
            f"Its data are not affected"
        )
    return is_sample
