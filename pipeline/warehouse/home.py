"""The home, the folder of one index: its lock and its mark.

The mark (`home.json`) says which format the files have, which release was published last, and whether the home is for the bundled sample,
which is never mixed with other articles. The lock (`lock.json`) lets one process at a time write.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, NamedTuple
from urllib.parse import unquote

from pipeline import clock
from pipeline.durable_files import replacing
from pipeline.errors import UserError
from pipeline.warehouse.migrations import FORMAT, migrate

NOTE = "home.json"
LOCK = "lock.json"
#: File in a home's lake with the URL of the shared lake that it is a copy of.
COPY_OF = "copy-of.json"
#: Folder in a home's lake for temporary files of queries that need more memory than there is.
TEMPORARY = ".duckdb"
#: How often, and after how many seconds, a run tries to lock: `find_writer` holds the lock for an instant, in which it must not be refused.
_TRIES, _SECONDS_BETWEEN = 5, 0.1
#: Clocks of two machines that write to one home may differ by this.
_MOST_CLOCK_SKEW = timedelta(days=1)
#: Homes locked by this process, so that the runs that a command starts do not wait for the command.
_locked: set[Path] = set()


class HomeError(UserError, ValueError):
    """The home is for other articles, or cannot be used.

    A home is the folder of an index. Other articles: the bundled sample instead of the user's own, or the other way round. The message
    says what to do.
    """


class HomeInUseError(HomeError):
    """Another process writes to the home; the message says which."""

    exit_code = 4


def require_folder(home: Path) -> None:
    """Raise `HomeError` if the folder of a home does not exist.

    Also if it has files, but none of an index, as a folder of articles has.
    """
    if not home.exists():
        raise HomeError(f"there is no home at {home}; check --home")
    has_files = any(one.is_file() and not one.name.startswith(".") for one in home.iterdir())
    if has_files and not any((home / name).exists() for name in (NOTE, LOCK, "lake", "inbox")):
        raise HomeError(f"{home} is no home, the folder of an index; check --home (articles are given to `tension run` with --articles)")


def require_plain_path(folder: Path) -> None:
    """Raise `HomeError` for a path that Dagster misreads.

    `folder`: a home, or Dagster's folder in it. Dagster reads the paths of its databases as URLs, and would create them elsewhere.
    """
    path = str(folder.absolute())
    if "?" in path or unquote(path) != path:
        raise HomeError(f"{path} has a question mark, or a percent sign before two digits, which Dagster misreads; choose another --home")


@contextmanager
def lock_home(home: Path, writer: str) -> Iterator[None]:
    """Let no other process write to the home in this block.

    `home`: the folder of an index; `writer`: name of the command or run, shown to others that try. The lock ends with the block, or when
    the process ends in whatever way. If this process already holds the lock, nothing changes. A missing folder is created, and a home of an
    earlier format is migrated. Raises `HomeInUseError` if another process holds the lock, `HomeError` if `home.json` cannot be read or a
    later version wrote it, or if the clock was set back.
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
            _prepare(home)
            shutil.rmtree(home / "lake" / TEMPORARY, ignore_errors=True)  # what a killed process left
            yield
        finally:
            _locked.discard(path)
            with suppress(OSError):  # a full disk; the text does not matter once the lock is free
                file.truncate(0)


def find_writer(home: Path) -> str | None:
    """Describe the process that holds the home's lock; None if none does."""
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
    """Lock the file, trying for 0.4 seconds; return whether it worked."""
    for attempt in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_SECONDS_BETWEEN if attempt < _TRIES - 1 else 0)
        else:
            return True
    return False


def _read_writer(file: IO[str]) -> str:
    """Describe the process that the lock file names, for a message."""
    file.seek(0)
    try:
        stored = json.loads(file.read())
        return f"`{stored['writer']}`, process {stored['process']}, writes to it since {stored['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process writes to it"


def mark_home(home: Path, *, is_sample: bool) -> None:
    """Record in the home whether it is for the sample.

    The record is the mark, `home.json`; it gets the current format, too. `HomeError` when the mark says the opposite, or cannot be read.
    """
    mark = require_kind(home, is_sample=is_sample)
    _write_mark(home, mark._replace(format=FORMAT) if mark else _Mark(is_sample, FORMAT))


def require_kind(home: Path, *, is_sample: bool) -> "_Mark | None":
    """Return the mark of the home (`home.json`); None if it has none.

    `is_sample`: whether the articles are the bundled sample. `HomeError` when the home is for the sample and the articles are not, or the
    other way round, and as in `read_mark`.
    """
    mark = read_mark(home)
    if mark is None or mark.is_sample == is_sample:
        return mark
    if mark.is_sample:
        raise HomeError(
            f"{home} holds an index of the bundled sample, which must not be mixed with your articles. "
            f"Choose another folder with --home, or remove {home}"
        )
    raise HomeError(
        f"{home} holds an index of your articles, but the settings name none (no tension.toml in {Path.cwd()}?). "
        f"Start the command or the daemon where tension.toml is, or set TENSION_ARTICLES. For the bundled sample, choose another --home"
    )


def note_release(home: Path, name: str) -> None:
    """Record in the home's mark (`home.json`) that a release is published now.

    Nothing is recorded if there is no mark, or it already names this release as the last one.
    """
    mark = read_mark(home)
    if mark and mark.release != name:
        _write_mark(home, mark._replace(release=name, published_at=f"{clock.now():%Y-%m-%d %H:%M} UTC"))


def is_sample_home(home: Path, default: bool) -> bool:
    """Return whether the home was marked as one of the bundled sample.

    Returns `default` for a home without a mark (`home.json`). `HomeError` as in `read_mark`.
    """
    mark = read_mark(home)
    return default if mark is None else mark.is_sample


class _Mark(NamedTuple):
    """Content of `home.json`: sample or own articles, format, release.

    `format`: number of the layout of the files. `release`: name of the one published last; `published_at`: when, as text. Both are None
    before the first release; the time is also None if an earlier version of this program published.
    """

    is_sample: bool
    format: int
    release: str | None = None
    published_at: str | None = None


def read_mark(home: Path) -> _Mark | None:
    """Read the mark of a home (`home.json`); None if there is none.

    Only a new home, or one whose lake is a copy of a shared lake, may have none. `HomeError` when another home has none, or the mark is
    damaged or of a later version.
    """
    note = home / NOTE
    remedy = f'write {{"is_sample": false, "format": {FORMAT}}} into it, or true if {home} holds the bundled sample'
    if not note.exists():
        if (home / "lake" / "coverage").exists() and not (home / "lake" / COPY_OF).exists():
            raise HomeError(f"{note} is missing, although the home has data; {remedy}. The data are not affected")
        return None
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
        # Format 0 had no number.
        mark = _Mark(content["is_sample"], content.get("format", 0), content.get("release"), content.get("published_at"))
    except (ValueError, KeyError, TypeError, AttributeError):
        mark = None
    if mark is None or type(mark.is_sample) is not bool or type(mark.format) is not int or mark.format < 0:
        raise HomeError(f"{note} is damaged; {remedy}. The data are not affected")
    if mark.format > FORMAT:
        raise HomeError(
            f"{home} was written by a later version (format {mark.format}; this version knows up to {FORMAT}); install that version, or "
            f"restore a backup into another home. Nothing was changed"
        )
    return mark


def _write_mark(home: Path, mark: _Mark) -> None:
    """Write `home.json`; its modification time is never in the future."""
    with replacing(home / NOTE) as temporary:
        temporary.write_text(json.dumps(mark._asdict()) + "\n", encoding="utf-8")
        written_at = min(clock.now().timestamp(), temporary.stat().st_mtime)  # `_prepare` compares it with this clock
        os.utime(temporary, (written_at, written_at))


def _prepare(home: Path) -> None:
    """Check a home's mark, and migrate a home of an earlier format.

    A home without a mark is left unchanged. `HomeError` as in `read_mark`, or if the modification time of the mark (`home.json`) is more
    than a day ahead of the clock: the clock was set back, and articles of later days would be filed under earlier ones.
    """
    mark = read_mark(home)
    if mark is None:
        return
    written_at = datetime.fromtimestamp((home / NOTE).stat().st_mtime, UTC)
    if written_at > clock.now() + _MOST_CLOCK_SKEW:
        raise HomeError(
            f"the clock of this machine says {clock.now():%Y-%m-%d %H:%M} UTC, but {home} was last written at {written_at:%Y-%m-%d %H:%M} "
            f"UTC; set the clock. If it is right, run: touch {home / NOTE}"
        )
    if mark.format < FORMAT:
        migrate(home, mark.format)
        _write_mark(home, mark._replace(format=FORMAT))
