"""The catalogue of article files, and the selection of readable files in the drop folder."""

import gzip
import json
import os
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files import catalogue as catalogue_module
from pipeline.sources.files.articles import ReadReport, collect_rows, read_file
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.find import ArticleFile, find_article_files
from pipeline.sources.files.inbox import QUIET_SECONDS, is_quiet, list_all_files, list_inbox_files, select_readable

TODAY = date(2025, 6, 1)
APRIL, MAY = Days(date(2025, 4, 1), date(2025, 4, 30)), Days(date(2025, 5, 1), date(2025, 5, 31))
NOW = 1_750_000_000.0


def write_file(path: Path, *dates: str) -> ArticleFile:
    rows = ({"published_at": day, "source": "Post", "title": "Glass"} for day in dates)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return find_article_files([ArticleFiles(path=str(path))])[0]


def read(catalogue: Catalogue, file: ArticleFile, days: Days) -> pl.DataFrame:
    return collect_rows(catalogue.read_rows(file, days, last_day=TODAY))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the list of files that are opened."""
    paths: list[Path] = []

    def spy(file: ArticleFile, *arguments: Any, **more: Any) -> Any:
        paths.append(file.path)
        return read_file(file, *arguments, **more)

    monkeypatch.setattr(catalogue_module, "read_file", spy)
    return paths


def test_only_rows_of_the_requested_days_are_read(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-04-02", "2025-05-02", "2025-05-03")
    assert read(Catalogue(), file, MAY)["published_at"].to_list() == ["2025-05-02", "2025-05-03"]


@pytest.mark.parametrize("is_zip", [True, False])
def test_packed_parquet_is_unpacked_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_zip: bool) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    plain = tmp_path / "plain"
    pl.DataFrame({"published_at": ["2025-05-02"], "source": ["Post"], "title": ["Glass"]}).write_parquet(plain)
    packed = tmp_path / ("a.zip" if is_zip else "a.parquet.gz")
    if is_zip:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, "a.parquet")
    else:
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    (file,) = find_article_files([ArticleFiles(path=str(packed))])
    home = tmp_path / "home"
    assert read(Catalogue(home / "known.json"), file, MAY)["title"].to_list() == ["Glass"]
    assert list(home.iterdir()) == []


def test_a_file_without_the_days_is_not_opened_again(tmp_path: Path, opened: list[Path]) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-04-02", "2025-04-20")
    catalogue = Catalogue(tmp_path / "known.json")
    assert read(catalogue, file, MAY).is_empty()
    catalogue.save()
    later = Catalogue(tmp_path / "known.json")
    assert read(later, file, MAY).is_empty()
    assert later.find_days(file, last_day=TODAY) == Days(date(2025, 4, 2), date(2025, 4, 20))
    assert len(opened) == 1
    assert read(later, file, APRIL).height == 2
    assert len(opened) == 2


def test_a_changed_file_is_opened_again(tmp_path: Path, opened: list[Path]) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-04-02")
    catalogue = Catalogue()
    assert read(catalogue, file, MAY).is_empty()
    write_file(tmp_path / "a.jsonl", "2025-05-02")
    os.utime(file.path, (NOW, NOW))
    assert read(catalogue, file, MAY).height == 1
    assert len(opened) == 2


def test_a_file_with_other_settings_is_opened_again(tmp_path: Path, opened: list[Path]) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-04-02")
    catalogue = Catalogue()
    read(catalogue, file, MAY)
    other = ArticleFile(file.path, ArticleFiles(path=str(file.path), source="Archive"), file.label)
    read(catalogue, other, MAY)
    assert len(opened) == 2


def test_a_file_with_a_future_day_is_opened_again(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-04-02", "2025-06-05")
    catalogue = Catalogue()
    assert read(catalogue, file, APRIL).height == 2  # a future day counts as no date, so the row gets the day of its neighbour
    june = Days(date(2025, 6, 1), date(2025, 6, 30))
    assert collect_rows(catalogue.read_rows(file, june, last_day=date(2025, 6, 30)))["published_at"].to_list() == ["2025-06-05"]


def test_a_file_not_read_to_its_end_is_not_stored(tmp_path: Path, opened: list[Path]) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-04-02")
    catalogue = Catalogue()
    next(catalogue.read_rows(file, APRIL, last_day=TODAY))
    read(catalogue, file, MAY)
    assert len(opened) == 2


def test_a_file_without_rows_is_stored(tmp_path: Path, opened: list[Path]) -> None:
    file = write_file(tmp_path / "a.jsonl")
    catalogue = Catalogue()
    assert catalogue.find_days(file, last_day=TODAY) is None
    assert read(catalogue, file, MAY).is_empty()
    assert len(opened) == 1


@pytest.mark.parametrize("content", ["", "[]", "{", '{"filing": "none", "files": {}}', '{"filing": 1, "files": []}'])
def test_a_damaged_catalogue_is_empty(tmp_path: Path, content: str) -> None:
    (tmp_path / "known.json").write_text(content, encoding="utf-8")
    file = write_file(tmp_path / "a.jsonl", "2025-05-02")
    assert read(Catalogue(tmp_path / "known.json"), file, MAY).height == 1


def test_an_entry_with_an_invalid_date_is_ignored(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-05-02")
    catalogue = Catalogue(tmp_path / "known.json")
    catalogue.find_days(file, last_day=TODAY)
    catalogue.save()
    content = (tmp_path / "known.json").read_text(encoding="utf-8")
    (tmp_path / "known.json").write_text(content.replace("2025-05-02", "2025-05-99"), encoding="utf-8")
    assert read(Catalogue(tmp_path / "known.json"), file, MAY).height == 1


def test_all_files_that_cannot_be_read_are_named_together(tmp_path: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02}.jsonl").write_text('{"published_at": "soon", "source": "Post", "title": "Glass"}\n', encoding="utf-8")
    write_file(tmp_path / "right.jsonl", "2025-05-02")
    files = find_article_files([ArticleFiles(path=str(tmp_path))])
    with pytest.raises(SourceError) as error:
        Catalogue().day_digests(files, MAY, last_day=TODAY)
    lines = str(error.value).splitlines()
    assert [Path(line.partition(":")[0]).name for line in lines[:-1]] == [f"{number:02}.jsonl" for number in range(10)]
    assert lines[-1] == "and 2 more"


def test_removed_files_are_removed_from_the_catalogue(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-05-02")
    catalogue = Catalogue(tmp_path / "known.json")
    catalogue.find_days(file, last_day=TODAY)
    file.path.unlink()
    catalogue.save()
    assert "a.jsonl" not in (tmp_path / "known.json").read_text(encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read"):
        catalogue.find_days(file, last_day=TODAY)


def test_an_empty_or_missing_drop_folder_has_no_files(tmp_path: Path) -> None:
    assert list_inbox_files(tmp_path) == list_inbox_files(tmp_path / "none") == []


def test_files_that_cannot_be_read_are_skipped_with_the_reason(tmp_path: Path) -> None:
    for name in ("good.jsonl", "copying.jsonl"):
        write_file(tmp_path / name, "2025-05-02")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 this is none")
    (tmp_path / "old.7z").write_bytes(b"")
    (tmp_path / "cut.jsonl").write_text('{"published_at": "2025-05-02", "source": "Post", "tit', encoding="utf-8")
    for path in tmp_path.iterdir():
        os.utime(path, (NOW, NOW - (1 if path.name == "copying.jsonl" else QUIET_SECONDS)))
    report = ReadReport()
    readable = select_readable(list_inbox_files(tmp_path), Catalogue(), last_day=TODAY, now=NOW, report=report)
    assert [file.label for file in readable] == ["good.jsonl"]
    assert sorted(report.skipped) == ["broken.parquet", "copying.jsonl", "cut.jsonl", "old.7z"]
    assert "may be incomplete" in report.skipped["copying.jsonl"]
    assert "is not a Parquet file, or a damaged one" in report.skipped["broken.parquet"]


def test_nothing_in_the_drop_folder_is_left_out_without_a_reason(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    file = write_file(inbox / "good.jsonl", "2025-05-02")
    os.utime(file.path, (NOW, NOW - QUIET_SECONDS))
    for name in ("notes.txt", "old.jsonl.bak", ".hidden.txt"):
        (inbox / name).write_text("text", encoding="utf-8")
    (inbox / "lost.jsonl").symlink_to("gone.jsonl")
    (inbox / "disk").symlink_to("/no/such/disk")
    (inbox / "circle.csv").symlink_to("circle.csv")
    report = ReadReport()
    files = list(list_all_files([], tmp_path, inbox, Catalogue(), last_day=TODAY, now=NOW, report=report))
    assert [file.label for file in files] == ["good.jsonl"]
    assert sorted(Path(name).name for name in report.skipped) == ["circle.csv", "disk", "lost.jsonl", "notes.txt", "old.jsonl.bak"]
    assert all("unknown format" in report.skipped[str(inbox / name)] for name in ("notes.txt", "old.jsonl.bak"))
    assert "disk: leads to /no/such/disk, which is missing. Restore that, mount its disk, or remove" in report.skipped["disk"]


@pytest.mark.parametrize(("age", "expected"), [(0, False), (QUIET_SECONDS - 1, False), (QUIET_SECONDS, True), (-3600, True)])
def test_a_file_is_quiet_if_it_has_not_changed_for_a_while(tmp_path: Path, age: float, expected: bool) -> None:
    file = write_file(tmp_path / "a.jsonl", "2025-05-02")
    os.utime(file.path, (NOW - age, NOW - age))
    assert is_quiet(file.path, NOW) is expected
    assert not is_quiet(tmp_path / "gone.jsonl", NOW)
