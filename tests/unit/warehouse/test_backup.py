"""A backup has every file of a home as of one instant, and a home is made from it or not at all."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import ARTICLES
from pipeline.durable_files import SUMS, hash_file, read_sums, write_sums
from pipeline.warehouse.backup import MANIFEST, BackupError, back_up, restore
from pipeline.warehouse.home import HomeInUseError, lock_home, mark_home, read_mark
from pipeline.warehouse.lake import Lake
from pipeline.warehouse.migrations import FORMAT
from tests.conftest import TENSION

WEEK = Days(date(2025, 3, 3), date(2025, 3, 9))
RUNS = "dagster/history/runs.db"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a daily table, a release, a history of runs, and what killed processes leave."""
    home = tmp_path / "home"
    mark_home(home, is_sample=False)
    with Lake(home / "lake").stage("days") as temporary:
        temporary.write_days(ARTICLES, ARTICLES.empty(), WEEK)
    release = home / "published/releases/2025-03-09-0123456789"
    release.mkdir(parents=True)
    (release / "report.html").write_text("<p>page</p>", encoding="utf-8")
    (home / "published/latest").symlink_to("releases/2025-03-09-0123456789")
    (home / "published/report.html").symlink_to("latest/report.html")
    (home / "published/releases/.staging").mkdir()
    (home / "published/releases/.staging/half.parquet").write_bytes(b"half")
    (home / "dagster/history").mkdir(parents=True)
    with closing(sqlite3.connect(home / RUNS)) as connection:
        connection.execute("create table runs (id integer)")
    return home


def list_files(folder: Path) -> dict[str, str]:
    """Return hash or link of every path, without databases, whose copies may differ in unused bytes."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_symlink() or path.is_file()}
    return {
        name: str(path.readlink()) if path.is_symlink() else hash_file(path)
        for name, path in paths.items()
        if name not in ("lock.json", RUNS) and ".staging" not in name
    }


def test_a_restored_home_has_every_file_and_link(home: Path, tmp_path: Path) -> None:
    made = back_up(home, tmp_path / "copy")
    assert restore(tmp_path / "copy", tmp_path / "other") == made
    assert list_files(tmp_path / "other") == list_files(home)
    assert (tmp_path / "other/published/report.html").read_text(encoding="utf-8") == "<p>page</p>"


def test_files_named_like_a_side_file_or_the_lock_are_copied(home: Path, tmp_path: Path) -> None:
    (home / "inbox/strelsau-journal").mkdir(parents=True)
    (home / "inbox/strelsau-journal/wire.jsonl").write_text("{}", encoding="utf-8")
    (home / "inbox/lock.json").write_text("{}", encoding="utf-8")
    (home / f"{RUNS}-wal").write_text("", encoding="utf-8")
    back_up(home, tmp_path / "copy")
    assert (tmp_path / "copy/inbox/strelsau-journal/wire.jsonl").exists()
    assert (tmp_path / "copy/inbox/lock.json").exists()
    assert not (tmp_path / "copy/lock.json").exists()
    assert not (tmp_path / f"copy/{RUNS}-wal").exists()


def test_a_backup_has_no_links_and_no_leftovers(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "copy")
    paths = [*(tmp_path / "copy").rglob("*")]
    assert not [path for path in paths if path.is_symlink() or "staging" in path.name]
    assert read_sums(tmp_path / "copy").keys() == {
        path.relative_to(tmp_path / "copy").as_posix() for path in paths if path.is_file() and path.name != SUMS
    } | {f"lake/articles/{SUMS}"}


def test_a_database_is_copied_as_of_one_instant(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / RUNS)) as writer:
        writer.execute("pragma journal_mode=wal")
        with writer:
            writer.execute("insert into runs values (1)")
        writer.execute("insert into runs values (2)")  # not committed
        back_up(home, tmp_path / "copy")
    before = sorted((tmp_path / "copy").rglob("*"))
    restore(tmp_path / "copy", tmp_path / "other")
    assert sorted((tmp_path / "copy").rglob("*")) == before
    with closing(sqlite3.connect(tmp_path / "other" / RUNS)) as copy:
        assert copy.execute("select id from runs").fetchall() == [(1,)]


def test_a_backup_that_was_looked_at_can_be_restored(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / RUNS)) as connection:
        connection.execute("pragma journal_mode=wal")
    back_up(home, tmp_path / "copy")
    with closing(sqlite3.connect(f"file:{tmp_path / 'copy' / RUNS}?mode=ro", uri=True)) as reader:
        reader.execute("select * from runs")
    assert (tmp_path / f"copy/{RUNS}-shm").exists()
    restore(tmp_path / "copy", tmp_path / "other")
    assert not (tmp_path / f"other/{RUNS}-shm").exists()


def test_a_home_in_use_is_not_copied(home: Path, tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        with lock_home(home, "tension run"):
            (tmp_path / "locked").touch()
            while not (tmp_path / "end").exists():
                time.sleep(0.01)
        os._exit(0)
    try:
        while not (tmp_path / "locked").exists():
            time.sleep(0.01)
        with pytest.raises(HomeInUseError, match="`tension run`, process"):
            back_up(home, tmp_path / "copy")
    finally:
        (tmp_path / "end").touch()
        os.waitpid(child, 0)
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("name", ["taken", "home/inside"])
def test_a_backup_overwrites_nothing_and_is_not_in_the_home(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(BackupError, match=r"exists; choose a new folder|is in the home"):
        back_up(home, tmp_path / name)
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("target", ["../../outside", "/outside"])
def test_a_home_with_a_link_that_leads_out_is_not_copied(home: Path, tmp_path: Path, target: str) -> None:
    (home / "inbox").mkdir()
    (home / "inbox/news").symlink_to(target)
    with pytest.raises(BackupError, match=rf"inbox/news is a link to {target}, but .* move or mount in its place"):
        back_up(home, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_folder_that_is_no_home_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="is no home"):
        back_up(tmp_path, tmp_path.parent / "copy")


def test_an_interrupted_backup_leaves_nothing(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", fail)
    with pytest.raises(OSError, match="No space"):
        back_up(home, tmp_path / "copy")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(("changes", "is_made"), [(1, True), (9, False)])
def test_a_file_that_changes_meanwhile_is_copied_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int, is_made: bool
) -> None:
    left = [None] * changes

    def copy_and_change(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes())
        if left:
            left.pop()
            source.write_bytes(source.read_bytes() + b"\n")

    monkeypatch.setattr(shutil, "copy2", copy_and_change)
    if is_made:
        back_up(home, tmp_path / "copy")
        restore(tmp_path / "copy", tmp_path / "restored")
    else:
        with pytest.raises(BackupError, match="changed or was removed"):
            back_up(home, tmp_path / "copy")
        assert not (tmp_path / "copy").exists()


def resign(copy: Path) -> None:
    write_sums(copy, read_sums(copy) | {MANIFEST: hash_file(copy / MANIFEST)})


def change_manifest(copy: Path, **values: object) -> None:
    content = json.loads((copy / MANIFEST).read_text(encoding="utf-8")) | values
    (copy / MANIFEST).write_text(json.dumps(content), encoding="utf-8")
    resign(copy)


def name_outside(copy: Path) -> None:
    with (copy / SUMS).open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  ../outside\n")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda copy: (copy / "home.json").write_text('{"is_sample": true}'), "home.json is missing or damaged: it does not have its hash"),
        (lambda copy: (copy / "lake/articles/2025/2025-03-05.parquet").unlink(), "2025-03-05.parquet is missing or damaged"),
        (lambda copy: (copy / "lake/articles/2025/2025-03-10.parquet").write_bytes(b"PAR1"), "03-10.parquet does not belong to the backup"),
        (lambda copy: (copy / MANIFEST).write_text("{}"), "backup.json is damaged"),
        (lambda copy: (copy / SUMS).unlink(), "is no backup"),
        (lambda copy: (copy / SUMS).write_text("x"), "SHA256SUMS is damaged"),
        (name_outside, "'../outside', which leads out of the home"),
        (lambda copy: change_manifest(copy, links={"published/latest": "../../outside"}), "leads out of the home"),
        (lambda copy: change_manifest(copy, links={"/etc/cron.d/x": "y"}), "leads out of the home"),
        (lambda copy: change_manifest(copy, links={"a/b/c": "../../lake", "a/b/c/d": "../../x"}), "leads out of the home"),
        (lambda copy: change_manifest(copy, format=FORMAT + 1), "is of a later version"),
    ],
)
def test_a_damaged_or_hostile_backup_is_not_restored(home: Path, tmp_path: Path, damage: Callable[[Path], object], words: str) -> None:
    back_up(home, tmp_path / "copy")
    damage(tmp_path / "copy")
    with pytest.raises(BackupError, match=words):
        restore(tmp_path / "copy", tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "home"]


def test_a_home_with_files_is_not_overwritten(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "copy")
    with pytest.raises(BackupError, match="exists; choose a new folder with --home"):
        restore(tmp_path / "copy", home)
    (tmp_path / "empty").mkdir()
    restore(tmp_path / "copy", tmp_path / "empty")


def test_a_backup_of_an_earlier_format_is_migrated(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "copy")
    (tmp_path / "copy/home.json").write_text('{"is_sample": false}', encoding="utf-8")
    (tmp_path / f"copy/lake/articles/{SUMS}").unlink()
    sums = {path: hash_file(tmp_path / "copy" / path) for path in read_sums(tmp_path / "copy")}
    write_sums(tmp_path / "copy", {path: digest for path, digest in sums.items() if digest})
    change_manifest(tmp_path / "copy", format=0)
    restore(tmp_path / "copy", tmp_path / "other")
    mark, lake = read_mark(tmp_path / "other"), Lake(tmp_path / "other/lake")
    assert mark is not None
    assert (mark.is_sample, mark.format) == (False, FORMAT)
    assert len(lake.recorded_sums(ARTICLES)) == len(WEEK)
    assert lake.has_file_as_written(ARTICLES, WEEK.first, lake.recorded_sums(ARTICLES))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system")
def test_a_mount_point_is_no_new_home(home: Path, tmp_path: Path) -> None:
    back_up(home, tmp_path / "copy")
    (tmp_path / "volume").mkdir()
    script = f"mount -t tmpfs none {tmp_path}/volume && exec {TENSION} restore {tmp_path}/copy --home {tmp_path}/volume"
    command = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    if "mount:" in command.stderr or "unshare" in command.stderr:
        pytest.skip(f"no file system can be mounted here: {command.stderr}")
    assert command.returncode == 1, command.stderr
    assert "is a mount point, which cannot be replaced; choose a folder in it" in " ".join(command.stderr.split())
    assert not list(tmp_path.glob(".*"))
