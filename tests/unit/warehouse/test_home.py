"""One process at a time writes to a home, and a damaged mark is explained."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline import clock
from pipeline.warehouse.home import (
    NOTE,
    TEMPORARY,
    HomeError,
    HomeInUseError,
    find_writer,
    is_sample_home,
    lock_home,
    mark_home,
    note_release,
    read_mark,
)

HOLD = """
import sys
from pathlib import Path
from pipeline.warehouse.home import lock_home
with lock_home(Path(sys.argv[1]), "tension run"):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> subprocess.Popen[str]:
    """A process that holds the lock of the home until its standard input ends."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    return process


def test_a_second_writer_is_refused_with_the_first_one_named(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with (
        pytest.raises(HomeInUseError, match=rf"is in use: `tension run`, process {holder.pid}, writes to it since 20.* UTC\. Wait"),
        lock_home(tmp_path, "tension fetch"),
    ):
        pass
    assert str(holder.pid) in (find_writer(tmp_path) or "")
    holder.communicate()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()
    assert find_writer(tmp_path) is None
    with lock_home(tmp_path, "tension run"):
        assert str(os.getpid()) in (tmp_path / "lock.json").read_text(encoding="utf-8")


def test_a_process_may_lock_its_home_twice(tmp_path: Path) -> None:
    with lock_home(tmp_path, "tension run"):
        with lock_home(tmp_path / "." / "", "run"):
            pass
        assert find_writer(tmp_path) is not None
    assert find_writer(tmp_path) is None


def test_temporary_files_of_a_killed_process_are_removed(tmp_path: Path) -> None:
    left = tmp_path / "lake" / TEMPORARY / "duckdb_temp_1_0_storage_DEFAULT-0.tmp"
    left.parent.mkdir(parents=True)
    left.touch()
    with lock_home(tmp_path, "tension run"):
        assert not left.exists()


def test_a_folder_that_is_no_home_has_no_writer(tmp_path: Path) -> None:
    assert find_writer(tmp_path / "nothing") is None


def test_settings_without_articles_are_named_as_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mark_home(tmp_path / "home", is_sample=False)
    with pytest.raises(HomeError, match=rf"an index of your articles, but the settings name none \(no tension\.toml in {tmp_path}\?\)"):
        mark_home(tmp_path / "home", is_sample=True)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"is_sample": "no"}', "null", "\x00"])
def test_a_damaged_mark_is_named_with_its_remedy(tmp_path: Path, content: str) -> None:
    mark_home(tmp_path, is_sample=False)
    assert not is_sample_home(tmp_path, default=True)
    (tmp_path / NOTE).write_text(content, encoding="utf-8")
    with pytest.raises(HomeError, match=r'home\.json is damaged; write {"is_sample": false, "format": 1} into it'):
        mark_home(tmp_path, is_sample=False)


def test_the_mark_has_the_time_at_which_a_release_was_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_home(tmp_path, is_sample=False)
    for minute, name in enumerate(("2025-03-09-a", "2025-03-09-b", "2025-03-09-b")):
        monkeypatch.setattr(clock, "now", lambda minute=minute: datetime(2025, 3, 10, 6, minute, tzinfo=UTC))
        note_release(tmp_path, name)
        mark_home(tmp_path, is_sample=False)
    mark = read_mark(tmp_path)
    assert mark is not None
    assert (mark.release, mark.published_at) == ("2025-03-09-b", "2025-03-10 06:01 UTC")
