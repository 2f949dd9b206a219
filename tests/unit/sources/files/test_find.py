"""Which files of archives are read, and what their rows are called."""

import json
import os
from pathlib import Path

import pytest

from pipeline.sources.errors import SourceError
from pipeline.sources.files.find import find_article_files, find_unknown_files
from tests.unit.sources.files.article_files import ROW, archives, read, write_lines


def test_a_folder_is_read_with_its_subfolders(tmp_path: Path) -> None:
    for name in ("b.jsonl", "deep/er/a.jsonl", ".hidden.jsonl", ".git/c.jsonl", "notes.txt"):
        write_lines(tmp_path / "news" / name, ROW)
    assert [file.path.name for file in find_article_files(archives(tmp_path / "news"))] == ["b.jsonl", "a.jsonl"]


def test_files_of_a_folder_with_unknown_formats_are_listed(tmp_path: Path) -> None:
    news = tmp_path / "news"
    for name in ("b.jsonl", "notes.txt", "deep/a.jsonlines", ".hidden.txt", "old.7z"):
        write_lines(news / name, ROW)
    listed = archives(news, news / "b.jsonl", news / "*")
    assert find_unknown_files(listed) == [news / "deep/a.jsonlines", news / "notes.txt"]
    assert find_unknown_files(archives(tmp_path), home=news) == []


def test_a_link_of_an_archive_without_a_target_is_an_error(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", ROW)
    (tmp_path / "disk 2").symlink_to("/no/such/disk")
    with pytest.raises(SourceError, match="disk 2: leads to /no/such/disk, which is missing"):
        read(tmp_path)


def test_links_to_folders_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    write_lines(tmp_path / "news" / "2024" / "a.jsonl", ROW)
    write_lines(tmp_path / "other disk" / "b.jsonl", ROW)
    (tmp_path / "news" / "2025").symlink_to(tmp_path / "other disk")
    (tmp_path / "other disk" / "back").symlink_to(tmp_path / "news")
    (tmp_path / "news" / "again").symlink_to("2024")
    files = find_article_files(archives(tmp_path / "news"))
    assert [file.path.name for file in files] == ["a.jsonl", "b.jsonl"]


def test_a_file_listed_twice_is_read_once(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", ROW)
    assert read(path, tmp_path).height == 1


def test_a_file_of_two_archives_has_its_place_in_the_first(tmp_path: Path) -> None:
    paths = [write_lines(tmp_path / name, ROW) for name in ("a.jsonl", "b.jsonl", "c.jsonl")]
    listed = archives(tmp_path, paths[0])
    files = find_article_files(listed)
    assert [file.path for file in files] == paths
    assert all(file.archive is listed[0] for file in files)


def test_files_of_one_name_are_labelled_by_folder_and_counter(tmp_path: Path) -> None:
    paths = [write_lines(tmp_path / folder / "a.jsonl", ROW) for folder in ("x/1", "y/1", "z/2")]
    assert read(*paths)["raw_id"].to_list() == ["1/a.jsonl#1", "1/a.jsonl~2#1", "2/a.jsonl#1"]


def test_names_of_rows_do_not_depend_on_the_order_of_paths(tmp_path: Path) -> None:
    paths = [write_lines(tmp_path / folder / "a.jsonl", ROW | {"title": folder}) for folder in ("x/1", "y/1")]
    assert read(*paths).equals(read(*paths[::-1]))


def test_names_of_rows_contain_no_absolute_path(tmp_path: Path) -> None:
    paths = [write_lines(tmp_path / folder / "a.jsonl", ROW) for folder in ("x", "y")]
    assert not any(str(tmp_path) in raw_id for raw_id in read(*paths)["raw_id"])


def test_a_file_name_with_invalid_bytes_still_names_its_rows(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    path.write_text(json.dumps(ROW), encoding="utf-8")
    assert read(tmp_path)["raw_id"].to_list() == ["caf\ufffd.jsonl#1"]


@pytest.mark.parametrize("name", ["absent.jsonl", "notes.txt"])
def test_a_path_that_cannot_be_read_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(SourceError, match=name):
        read(tmp_path / name)


def test_a_folder_without_articles_is_an_error_if_it_is_the_only_path(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with pytest.raises(SourceError, match="no article files"):
        read(tmp_path / "inbox")
    assert read(tmp_path / "inbox", write_lines(tmp_path / "a.jsonl", ROW)).height == 1


def test_the_home_inside_an_archive_is_skipped(tmp_path: Path) -> None:
    home = tmp_path / "news" / "home"
    (home / "inbox").mkdir(parents=True)
    for path in (tmp_path / "news" / "a.jsonl", home / "article-files.json", home / "inbox" / "b.jsonl"):
        path.write_text("{}\n", encoding="utf-8")
    for pattern in ("news", "news/**/*.json*"):
        assert [file.path.name for file in find_article_files(archives(tmp_path / pattern), home)] == ["a.jsonl"]
    assert [file.path.name for file in find_article_files(archives(home / "inbox"), home)] == ["b.jsonl"]
