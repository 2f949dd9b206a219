"""Runs `tension run` in forked processes, without waiting for imports.

The home (folder of a run) is tiny. Used by `kills.py`, `disk_faults.py` and `readers_while_publishing.py`; not started by itself.
"""

import contextlib
import importlib
import json
import os
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipeline.cli import app
from pipeline.durable_files import hash_file, read_sums
from pipeline.warehouse.publish import DATABASE

DAYS = ("2025-03-01", "2025-03-02")
SOURCES = ("Strelsau Post", "Zenda Times")


def write_articles(folder: Path) -> dict[str, Path]:
    """Write two files of invented articles of the same days; return their paths by letter.

    The letters are A and B. The files differ in goods and rates, so that their releases differ.
    """
    files = {letter: folder / f"{letter}.jsonl" for letter in "AB"}
    for (letter, path), rate in zip(files.items(), (11, 34), strict=True):
        rows = [
            {
                "source": source,
                "published_at": f"{day}T10:00:00Z",
                "title": f"China will tax U.S. {letter} goods at {rate} percent",
                "body": "",
            }
            for day, source in zip(DAYS, SOURCES, strict=True)
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return files


@dataclass
class Forked:
    """A function in a forked process, whose output goes to a file."""

    pid: int
    output: Path
    code: int | None = field(default=None)

    def has_ended(self) -> bool:
        """Return whether the process has ended, without waiting."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def wait(self) -> int:
        """Wait for the end; return the exit code, negative for a signal."""
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def cpu_seconds(self) -> float:
        """Return the processor seconds so far, without those of child processes."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def text(self) -> str:
        """Return what was printed, in one line."""
        return " ".join(self.output.read_text(encoding="utf-8", errors="replace").split())


def fork(do: Callable[[], object]) -> Forked:
    """Call a function in a forked process, and return at once.

    The process exits with 0, with the code of a `SystemExit`, or with 99 and a traceback.
    """
    descriptor, name = tempfile.mkstemp(prefix="forked-", suffix=".txt")
    pid = os.fork()
    if pid:
        os.close(descriptor)
        return Forked(pid, Path(name))
    code = 99
    try:
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
        do()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 the end of the process
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _nothing() -> None:
    pass


def fork_run(home: Path, articles: Path, before: Callable[[], object] = _nothing, after: Callable[[], object] = _nothing) -> Forked:
    """Fork `tension run` over a file of articles, for one pair of countries.

    `before` and `after` are called in the forked process, `after` also if the run fails.
    """

    def run() -> None:
        from pipeline.commands import console  # noqa: PLC0415 its consoles keep the streams of the time when they were made

        console.out.file, console.err.file = sys.stdout, sys.stderr
        before()
        try:
            app(["run", "--articles", str(articles), "--home", str(home), "--pairs", "USA-CHN", "--workers", "1"])
        finally:
            after()

    return fork(run)


def find_problems(home: Path) -> list[str]:
    """Check what a home has published, in a forked process; return what is wrong."""
    return list_in_fork(lambda: _check_published(home / "published"))


def list_in_fork(list_lines: Callable[[], Iterable[str]]) -> list[str]:
    """Call a function in a forked process; return the lines that it lists.

    If the process fails and prints nothing, the only line has its exit code.
    """
    forked = fork(lambda: print("\n".join(list_lines())))
    code, lines = forked.wait(), forked.output.read_text(encoding="utf-8").split("\n")
    forked.output.unlink()
    return [line for line in lines if line] or ([f"the check exited with {code}"] if code else [])


def _check_published(published: Path) -> Iterator[str]:
    latest = published / "latest"
    if not latest.is_symlink() or not latest.exists():
        yield "latest does not lead to a release"
        return
    release = latest.resolve()
    sums = read_sums(release)
    if not sums:
        yield "the release has no hashes"
    yield from (f"{path} is not as it was written" for path, digest in sums.items() if hash_file(release / path) != digest)
    with duckdb.connect(str(published / DATABASE), read_only=True) as con:
        names = [row[0] for row in con.sql("select release from about").fetchall()]
        wrong = con.sql(
            "select count(*) from (select abs(sum(contribution) - any_value(tension)) as gap from contributions inner join tension_daily "
            "on tension_daily.index_date = contributions.index_date and series = actor || '>' || target "
            "where channel = 'escalation' and tension is not null group by tension_daily.index_date, series) where gap > 1e-6"
        ).fetchall()
    if names != [release.name]:
        yield f"the database is of {names}"
    if wrong != [(0,)]:
        yield f"contributions of {wrong} values do not sum to them"
    page = (published / "report.html").read_text(encoding="utf-8")
    if release.name not in page or not page.rstrip().endswith("</html>"):
        yield "the page is not of this release"


def read_release(home: Path) -> str:
    """Return name of the newest release, and hashes of its files but the database.

    Databases with the same tables may differ in their bytes.
    """
    release = (home / "published" / "latest").resolve()
    return f"{release.name}\n{sorted((read_sums(release) | {DATABASE: ''}).items())}"


def count_unfinished_runs(home: Path) -> int:
    """Return the number of runs in Dagster's history that would block the queue."""
    with contextlib.closing(sqlite3.connect(home / "dagster" / "history" / "runs.db")) as connection:
        return int(connection.execute("select count(*) from runs where status not in ('SUCCESS', 'FAILURE', 'CANCELED')").fetchone()[0])


def run_undisturbed(folder: Path, articles: dict[str, Path]) -> dict[str, str]:
    """Run each file of articles in its own home, without faults.

    Returns name and hashes of each release (`read_release`), by the keys of `articles`. Also imports into this process what the last of
    these runs imported, so that runs forked later need not. (The runs are forked themselves, because Polars and ONNX Runtime start threads
    when first used, and a fork does not copy threads.)
    """
    releases, modules = {}, folder / "modules.txt"
    for letter, path in articles.items():
        forked = fork_run(folder / f"home-{letter}", path, after=lambda: modules.write_text("\n".join(sys.modules), encoding="utf-8"))
        if forked.wait():
            raise SystemExit(f"the undisturbed run exits with {forked.code}: {forked.text()}")
        releases[letter] = read_release(folder / f"home-{letter}")
    for name in modules.read_text(encoding="utf-8").split("\n"):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    return releases


def stamp() -> str:
    """Return the present time (UTC) for a log."""
    return datetime.now(UTC).strftime("%H:%M:%S")
