from pathlib import Path

import pytest

from pipeline.signals.readers.llm.cache import FolderCache

KEY = "ab" * 32


def test_a_stored_answer_is_returned(tmp_path: Path) -> None:
    FolderCache(tmp_path).put(KEY, '{"signals": []} \ud83c é', model="tiny")
    assert FolderCache(tmp_path).get(KEY) == '{"signals": []} \ud83c é'


def test_an_answer_that_was_not_stored_is_none(tmp_path: Path) -> None:
    assert FolderCache(tmp_path / "none").get(KEY) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"answer": 3}', b"\xff\xfe"])
def test_a_damaged_file_counts_as_missing_and_is_replaced(tmp_path: Path, damage: bytes) -> None:
    cache = FolderCache(tmp_path)
    cache.put(KEY, "old", model="tiny")
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(damage)
    assert cache.get(KEY) is None
    cache.put(KEY, "new", model="tiny")
    assert cache.get(KEY) == "new"


def test_no_temporary_files_are_left(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path)
    cache.put(KEY, "one", model="tiny")
    cache.put(KEY, "two", model="tiny")
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [Path("ab") / f"{KEY}.json"]
