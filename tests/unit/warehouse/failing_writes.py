"""A program that lets every operation of a write fail, one after the other; `benchmarks/failing_disk.c` must be preloaded.

    python failing_writes.py FOLDER NAME [STEP]

With STEP n, only every n-th operation fails. Prints the number of operations, then a line for each problem: a file that is neither old nor
new, or a write that does not succeed later.
"""

import ctypes
import errno
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.tables import core
from pipeline.contracts.tables.core import ARTICLES, COVERAGE, STORY_LINKS
from pipeline.contracts.tables.index import BASELINE
from pipeline.durable_files import read_sums
from pipeline.errors import TensionError
from pipeline.warehouse.backup import back_up
from pipeline.warehouse.home import mark_home
from pipeline.warehouse.inputs import DayInputs
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import Publisher
from pipeline.warehouse.readings import StoredReadings

DAYS = Days(date(2025, 3, 3), date(2025, 3, 4))
FOREVER = 10**9
FAULTS = ((errno.ENOSPC, FOREVER), (errno.EROFS, FOREVER), (errno.EIO, 1))
Write = Callable[[Path, int], object]
READINGS = pl.Schema({"text_key": pl.String(), "found": pl.Int64()})


def write_days(home: Path, version: int) -> None:
    """Write two days of two tables, with `version` rows on the first day."""
    with Lake(home / "lake").stage("days") as temporary:
        for table in (ARTICLES, COVERAGE):
            rows = table.example(version).with_columns(pl.lit(DAYS.first).alias("index_date"))
            temporary.write_days(table, rows, DAYS)


def write_table(home: Path, version: int) -> None:
    """Replace a table by one of `version` rows."""
    Lake(home / "lake").write(BASELINE, BASELINE.example(2).head(version))


def write_inputs(home: Path, version: int) -> None:
    """Store a digest of the rows of one day: the version."""
    DayInputs(Lake(home / "lake"), "links", (STORY_LINKS,)).save({DAYS.first: str(version)})


def write_readings(home: Path, version: int) -> None:
    """Store a reading with the version as its key, if it is not there."""
    stored = StoredReadings(home / "readings", "fingerprint", READINGS)
    if stored.get([str(version)]).is_empty():
        stored.add(pl.DataFrame({"text_key": [str(version)], "found": [version]}, schema=READINGS))


def write_mark(home: Path, version: int) -> None:
    """Write `home.json`, which marks a folder as a home (data folder)."""
    mark_home(home, is_sample=False)


def write_backup(home: Path, version: int) -> None:
    """Copy a small home, which is not on the failing disk."""
    original = home.with_name("original")
    if not original.exists():
        mark_home(original, is_sample=False)
        write_days(original, 1)
    if not (home / f"copy-{version}").exists():  # the fault may come after the last rename
        back_up(original, home / f"copy-{version}")


def publish(home: Path, version: int) -> None:
    """Publish a release whose table `baseline` has `version` rows; the lake is not on the failing disk."""
    lake = Lake(home.with_name(f"lake-{version}"))
    if not lake.root.exists():
        with lake.stage("days") as temporary:
            for table in core.TABLES:
                temporary.write_days(table, table.empty(), DAYS)
        lake.write(BASELINE, BASELINE.example(2).head(version))
    Publisher(home / "published").publish(lake, DAYS.last, "a note")


WRITES: dict[str, Write] = {
    write.__name__: write for write in (write_days, write_table, write_inputs, write_readings, write_mark, write_backup, publish)
}


def list_contents(home: Path) -> dict[str, bytes]:
    """Return the content of each file by path; of a link its target.

    Left out are hidden files, which the next write removes, the lock, and databases, which may have the same rows in other blocks.
    `SHA256SUMS` and `backup.json` count as empty.
    """
    contents = {}
    for path in sorted(home.rglob("*")):
        inside = path.relative_to(home)
        if any(part.startswith(".") for part in inside.parts) or inside.name == "lock.json" or path.suffix == ".duckdb":
            continue
        if path.is_symlink():
            contents[inside.as_posix()] = str(path.readlink()).encode()
        elif path.is_file():
            contents[inside.as_posix()] = b"" if inside.name in {"SHA256SUMS", "backup.json"} else path.read_bytes()
    return contents


def find_problems(home: Path, old: dict[str, bytes], new: dict[str, bytes]) -> Iterator[str]:
    """Yield files that are neither as before nor as after the write, and what a publication refers to but lacks."""
    for name, content in list_contents(home).items():
        if content not in {old.get(name), new.get(name)}:
            yield f"{name} is neither old nor new"
    latest = home / "published" / "latest"
    if latest.is_symlink() and not latest.exists():
        yield "latest leads nowhere"
    for sums in home.rglob("releases/[!.]*/SHA256SUMS"):
        yield from (f"{name} is missing" for name in read_sums(sums.parent) if not (sums.parent / name).exists())


def main() -> None:
    """Let each operation of a write fail, and print the problems that follow."""
    folder, write = Path(sys.argv[1]), WRITES[sys.argv[2]]
    disk, home = ctypes.CDLL(None), folder / "home"
    write(home, 1)
    shutil.copytree(home, folder / "before", symlinks=True)
    old = list_contents(home)
    log = (folder / "operations.txt").open("wb")
    disk.fail_disk(str(home).encode(), 0, 0, 0, log.fileno())
    write(home, 2)
    disk.fail_disk(b"", 0, 0, 0, -1)
    new, operations = list_contents(home), (folder / "operations.txt").read_text(encoding="utf-8").splitlines()
    print(len(operations))
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    for number in range(1, len(operations) + 1, step):
        for error, count in FAULTS:
            shutil.rmtree(home)
            shutil.copytree(folder / "before", home, symlinks=True)
            disk.fail_disk(str(home).encode(), number, count, error, -1)
            try:
                write(home, 2)
            except (OSError, TensionError, pl.exceptions.PolarsError) as raised:
                outcome = type(raised).__name__
            else:
                outcome = "no error"
            disk.fail_disk(b"", 0, 0, 0, -1)
            problems = list(find_problems(home, old, new))
            write(home, 2)
            problems += ["another result afterwards"] * (list_contents(home) != new)
            for problem in problems:
                print(f"{errno.errorcode[error]} at {number}, {operations[number - 1]} ({outcome}): {problem}")


if __name__ == "__main__":
    main()
