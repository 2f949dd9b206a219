"""The database can be read while it is published: open connections keep the old file, new ones get the new."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.contracts.tables.index import TENSION_DAILY
from pipeline.settings import SAMPLE_LAST_DAY
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.publish import Publisher
from tests.conftest import SampleRun

pytestmark = pytest.mark.slow

TIMES = 5
#: Opens the database in a loop until stopped; prints how often, and the releases.
REOPENING_READER = """
import sys
from pathlib import Path
import duckdb
database, ready, stop = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
opened, seen = 0, []
while not stop.exists():
    with duckdb.connect(database, read_only=True) as con:
        ((release, days),) = con.sql("select release, (select count(*) from tension_daily) from about").fetchall()
    assert days > 0
    opened += 1
    if release not in seen:
        seen.append(release)
    ready.touch()
print(opened, *seen)
"""
#: Opens the database once and queries it until stopped. A separate process, because DuckDB shares an open file within a process.
HOLDING_READER = """
import sys, time
from pathlib import Path
import duckdb
database, ready, stop = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
results = set()
with duckdb.connect(database, read_only=True) as con:
    while not stop.exists():
        query = "select release, (select count(*) from tension_daily), (select count(*) from signals) from about"
        results |= set(con.sql(query).fetchall())
        ready.touch()
        time.sleep(0.01)
print(len(results), *(release for release, *_ in results))
"""


class Reader:
    """A process that reads the database while others publish it."""

    def __init__(self, program: str, database: Path, folder: Path) -> None:
        folder.mkdir()
        self.ready, self.stop = folder / "ready", folder / "stop"
        arguments = [sys.executable, "-c", program, str(database), str(self.ready), str(self.stop)]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait(self) -> None:
        """Wait until it has read again."""
        self.ready.unlink(missing_ok=True)
        for _ in range(3000):
            if self.ready.exists() or self.process.poll() is not None:
                return
            time.sleep(0.01)

    def end(self) -> list[str]:
        """Stop the process and return what it printed; fail if it had an error."""
        self.stop.touch()
        output, errors = self.process.communicate(timeout=60)
        assert (self.process.returncode, errors) == (0, "")
        return output.split()


def test_readers_see_no_error_while_the_database_is_published(sample_run: SampleRun, tmp_path: Path) -> None:
    lakes = [Lake(tmp_path / name) for name in ("one", "other")]
    for lake in lakes:
        shutil.copytree(sample_run.home / "lake", lake.root)
    lakes[1].write(TENSION_DAILY, lakes[1].read(TENSION_DAILY).with_columns(pl.col("tension") + 1))
    publisher = Publisher(tmp_path / "published")
    releases = [publisher.publish(lake, SAMPLE_LAST_DAY, "A test.").name for lake in lakes]
    looker, holder = (
        Reader(program, publisher.database, tmp_path / name) for program, name in ((REOPENING_READER, "looker"), (HOLDING_READER, "holder"))
    )
    looker.wait()
    holder.wait()
    for turn in range(TIMES):
        publisher.publish(lakes[turn % 2], SAMPLE_LAST_DAY, "A test.")
        looker.wait()
    opened, *seen = looker.end()
    assert int(opened) >= TIMES
    assert set(seen) == set(releases)
    assert holder.end() == ["1", releases[1]]


def test_an_existing_release_is_not_written_again(sample_run: SampleRun, tmp_path: Path) -> None:
    publisher = Publisher(tmp_path / "published")
    lake = Lake(sample_run.home / "lake")
    first = publisher.publish(lake, SAMPLE_LAST_DAY, "A test.")
    changed = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")}
    again = publisher.publish(lake, SAMPLE_LAST_DAY, "A test.")
    assert (first.is_new, again.is_new, again.name) == (True, False, first.name)
    assert {path: path.stat().st_mtime_ns for path in again.folder.rglob("*")} == changed


def test_going_back_to_an_earlier_release_rebuilds_the_database(sample_run: SampleRun, tmp_path: Path) -> None:
    lake, other = Lake(sample_run.home / "lake"), Lake(tmp_path / "other")
    shutil.copytree(lake.root, other.root)
    other.write(TENSION_DAILY, other.read(TENSION_DAILY).with_columns(pl.col("tension") + 1))
    publisher = Publisher(tmp_path / "published")
    releases = [publisher.publish(each, SAMPLE_LAST_DAY, "A test.").name for each in (lake, other, lake)]
    assert releases[0] != releases[1]
    assert publisher.latest_name == releases[2] == releases[0]
    with duckdb.connect(str(publisher.database), read_only=True) as con:
        assert con.sql("select release from about").fetchall() == [(releases[0],)]
        ((tension,),) = con.sql("select sum(tension) from tension_daily").fetchall()
    assert tension == pytest.approx(lake.read(TENSION_DAILY)["tension"].sum())
