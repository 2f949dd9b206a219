"""A backup has files of any name that the disk allows, or says which one to rename."""

import os
from pathlib import Path

import pytest

from pipeline.warehouse.backup import BackupError, back_up, restore
from pipeline.warehouse.home import HomeError


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an empty lake and inbox."""
    for name in ("lake", "inbox"):
        (tmp_path / "home" / name).mkdir(parents=True)
    return tmp_path / "home"


@pytest.mark.parametrize("name", ["Thumbs.db", "glass\u2028cork.csv", "glass\x85.csv", "a  b.csv", os.fsdecode(b"k\xf6ln.csv")])
def test_a_file_of_any_name_is_restored(home: Path, tmp_path: Path, name: str) -> None:
    (home / "inbox" / name).write_text("glass", encoding="utf-8")
    back_up(home, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "restored")
    assert (tmp_path / "restored" / "inbox" / name).read_text(encoding="utf-8") == "glass"


def test_a_name_with_a_line_break_is_refused_before_the_copy(home: Path, tmp_path: Path) -> None:
    (home / "inbox" / "glass\ncork.csv").write_text("glass", encoding="utf-8")
    with pytest.raises(BackupError, match="the name has a line break; rename it"):
        back_up(home, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_backup_is_not_restored_into_the_working_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(home, tmp_path / "copy")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(BackupError, match="choose a new folder with --home"):
        restore(tmp_path / "copy", Path())


@pytest.mark.parametrize("name", ["what?", "100%20done"])
def test_a_backup_is_not_restored_to_a_path_that_dagster_misreads(home: Path, tmp_path: Path, name: str) -> None:
    back_up(home, tmp_path / "copy")
    with pytest.raises(HomeError, match="which Dagster misreads; choose another --home"):
        restore(tmp_path / "copy", tmp_path / name / "home")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "home"]


def test_a_link_to_a_file_that_is_gone_is_restored(home: Path, tmp_path: Path) -> None:
    (home / "inbox" / "today.csv").symlink_to("gone.csv")
    back_up(home, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "restored")
    assert (tmp_path / "restored" / "inbox" / "today.csv").readlink() == Path("gone.csv")
