"""Files that are replaced as a whole, also by several writers."""

import os
import subprocess
import sys
from pathlib import Path

from pipeline.durable_files import replacing


def test_two_writers_of_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "article-files.json"
    with replacing(path) as first, replacing(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_only_temporary_files_of_dead_processes_are_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    alive, other = tmp_path / f".a.json.{os.getppid()}.0.tmp", tmp_path / f".b.json.{ended.pid}.0.tmp"
    for path in (alive, other, tmp_path / f".a.json.{ended.pid}.0.tmp", tmp_path / ".a.json.x.tmp"):
        path.write_text("half")
    with replacing(tmp_path / "a.json") as temporary:
        temporary.write_text("whole")
    assert sorted(tmp_path.iterdir()) == sorted([alive, other, tmp_path / "a.json"])
