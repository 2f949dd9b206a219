"""What is kept of article files from run to run, and which files of the drop folder can be read."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files import catalogue as module
from pipeline.sources.files.articles import ArticleFile, ReadReport, collect_rows, find_article_files, read_file
from pipeline.sources.files.catalogue import Catalogue
from pipeline.sources.files.inbox import QUIET_SECONDS, is_quiet, list_inbox_files, select_readable

TODAY = date(2025, 6, 1)
APRIL, MAY = Days(date(2025, 4, 1), date(2025, 4, 30)), Days(date(2025, 5, 1), date(2025, 5, 31))
NOW = 1_750_000_000.0


def written(path: Path, *dates: str) -> ArticleFile:
    rows = ({"published_at": day, "source": "Post", "title": "Glass"} for day in dates)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return find_article_files([ArticleFiles(path=str(path))])[0]


def read(known: Catalogue, file: ArticleFile, days: Days) -> pl.DataFrame:
    return collect_rows(known.read_rows(file, days, last_day=TODAY))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were opened."""
    seen: list[Path] = []

    def spy(file: ArticleFile, *arguments: Any, **more: Any) -> Any:
        seen.append(file.path)
        return read_file(file, *arguments, **more)

    monkeypatch.setattr(module, "read_file", spy)
    return seen


def test_only_rows_of_the_days_asked_for_are_given(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", "2025-04-02", "2025-05-02", "2025-05-03")
    assert read(Catalogue(), file, MAY)["published_at"].to_list() == ["2025-05-02", "2025-05-03"]


def test_a_file_that_holds_none_of_the_days_is_not_opened_again(tmp_path: Path, opened: list[Path]) -> None:
    file = written(tmp_path / "a.jsonl", "2025-04-02", "2025-04-20")
    known = Catalogue(tmp_path / "known.json")
    assert read(known, file, MAY).is_empty()
    known.save()
    later = Catalogue(tmp_path / "known.json")
    assert read(later, file, MAY).is_empty()
    assert later.find_days(file, last_day=TODAY) == Days(date(2025, 4, 2), date(2025, 4, 20))
    assert len(opened) == 1
    assert read(later, file, APRIL).height == 2
    assert len(opened) == 2


def test_a_changed_file_is_opened_again(tmp_path: Path, opened: list[Path]) -> None:
    file = written(tmp_path / "a.jsonl", "2025-04-02")
    known = Catalogue()
    assert read(known, file, MAY).is_empty()
    written(tmp_path / "a.jsonl", "2025-05-02")
    os.utime(file.path, (NOW, NOW))
    assert read(known, file, MAY).height == 1
    assert len(opened) == 2


def test_a_file_that_is_to_be_read_in_another_way_is_opened_again(tmp_path: Path, opened: list[Path]) -> None:
    file = written(tmp_path / "a.jsonl", "2025-04-02")
    known = Catalogue()
    read(known, file, MAY)
    other = ArticleFile(file.path, ArticleFiles(path=str(file.path), source="Archive"), file.label)
    read(known, other, MAY)
    assert len(opened) == 2


def test_a_file_with_a_day_to_come_is_opened_again_since_the_day_will_come(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", "2025-04-02", "2025-06-05")
    known = Catalogue()
    assert read(known, file, APRIL).height == 2  # the day to come counts as no date: the row belongs to its neighbour's
    june = Days(date(2025, 6, 1), date(2025, 6, 30))
    assert collect_rows(known.read_rows(file, june, last_day=date(2025, 6, 30)))["published_at"].to_list() == ["2025-06-05"]


def test_a_file_that_was_not_read_to_its_end_is_not_known(tmp_path: Path, opened: list[Path]) -> None:
    file = written(tmp_path / "a.jsonl", "2025-04-02")
    known = Catalogue()
    next(known.read_rows(file, APRIL, last_day=TODAY))
    read(known, file, MAY)
    assert len(opened) == 2


def test_a_file_without_rows_is_known_to_have_none(tmp_path: Path, opened: list[Path]) -> None:
    file = written(tmp_path / "a.jsonl")
    known = Catalogue()
    assert known.find_days(file, last_day=TODAY) is None
    assert read(known, file, MAY).is_empty()
    assert len(opened) == 1


@pytest.mark.parametrize("content", ["", "[]", "{", '{"filing": "none", "files": {}}', '{"filing": 1, "files": []}'])
def test_a_catalogue_that_cannot_be_read_knows_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "known.json").write_text(content, encoding="utf-8")
    file = written(tmp_path / "a.jsonl", "2025-05-02")
    assert read(Catalogue(tmp_path / "known.json"), file, MAY).height == 1


def test_an_entry_that_somebody_spoiled_is_not_believed(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", "2025-05-02")
    known = Catalogue(tmp_path / "known.json")
    known.find_days(file, last_day=TODAY)
    known.save()
    kept = (tmp_path / "known.json").read_text(encoding="utf-8")
    (tmp_path / "known.json").write_text(kept.replace("2025-05-02", "2025-05-99"), encoding="utf-8")
    assert read(Catalogue(tmp_path / "known.json"), file, MAY).height == 1


def test_files_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", "2025-05-02")
    known = Catalogue(tmp_path / "known.json")
    known.find_days(file, last_day=TODAY)
    file.path.unlink()
    known.save()
    assert "a.jsonl" not in (tmp_path / "known.json").read_text(encoding="utf-8")
    with pytest.raises(SourceError, match="cannot be read"):
        known.find_days(file, last_day=TODAY)


def test_a_drop_folder_that_is_empty_or_not_there_holds_no_files(tmp_path: Path) -> None:
    assert list_inbox_files(tmp_path) == list_inbox_files(tmp_path / "none") == []


def test_files_that_can_be_read_are_told_from_the_others_which_are_set_aside_with_the_reason(tmp_path: Path) -> None:
    for name in ("good.jsonl", "copying.jsonl"):
        written(tmp_path / name, "2025-05-02")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 this is none")
    (tmp_path / "cut.jsonl").write_text('{"published_at": "2025-05-02", "source": "Post", "tit', encoding="utf-8")
    for path in tmp_path.iterdir():
        os.utime(path, (NOW, NOW - (1 if path.name == "copying.jsonl" else QUIET_SECONDS)))
    report = ReadReport()
    sound = select_readable(list_inbox_files(tmp_path), Catalogue(), last_day=TODAY, now=NOW, report=report)
    assert [file.label for file in sound] == ["good.jsonl"]
    assert sorted(report.skipped) == ["broken.parquet", "copying.jsonl", "cut.jsonl"]
    assert "may not be whole yet" in report.skipped["copying.jsonl"]
    assert "is no Parquet file, or a damaged one" in report.skipped["broken.parquet"]


@pytest.mark.parametrize(("age", "quiet"), [(0, False), (QUIET_SECONDS - 1, False), (QUIET_SECONDS, True), (-3600, True)])
def test_a_file_is_quiet_when_it_has_not_changed_for_a_while(tmp_path: Path, age: float, quiet: bool) -> None:
    file = written(tmp_path / "a.jsonl", "2025-05-02")
    os.utime(file.path, (NOW - age, NOW - age))
    assert is_quiet(file.path, NOW) is quiet
    assert not is_quiet(tmp_path / "gone.jsonl", NOW)
