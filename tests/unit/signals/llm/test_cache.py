from pathlib import Path

import pytest

from pipeline.signals.readers.llm.cache import FolderCache

KEY = "ab" * 32


def test_an_answer_is_found_again(tmp_path: Path) -> None:
    FolderCache(tmp_path).put(KEY, '{"signals": []} \ud83c é', model="tiny")
    assert FolderCache(tmp_path).get(KEY) == '{"signals": []} \ud83c é'


def test_what_was_not_kept_is_not_found(tmp_path: Path) -> None:
    assert FolderCache(tmp_path / "none").get(KEY) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"answer": 3}', b"\xff\xfe"])
def test_a_damaged_file_counts_as_none_and_is_replaced(tmp_path: Path, damage: bytes) -> None:
    cache = FolderCache(tmp_path)
    cache.put(KEY, "old", model="tiny")
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(damage)
    assert cache.get(KEY) is None
    cache.put(KEY, "new", model="tiny")
    assert cache.get(KEY) == "new"


def test_nothing_but_the_answer_is_left_in_the_folder(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    cache.put(KEY, "one", model="tiny")
    cache.put(KEY, "two", model="tiny")
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [Path("ab") / f"{KEY}.json"]
