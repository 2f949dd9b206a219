"""Stored readings: a look-up and a merge read only the parts that they need."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.warehouse import readings as module
from pipeline.warehouse.readings import MAX_FILES, StoredReadings

SCHEMA = pl.Schema({"text_key": pl.String(), "number": pl.Int64()})


@pytest.fixture
def stored(tmp_path: Path) -> StoredReadings:
    return StoredReadings(tmp_path, "v1", SCHEMA)


def rows(*keys: str) -> pl.DataFrame:
    return pl.DataFrame({"text_key": keys, "number": range(len(keys))}, schema=SCHEMA)


def test_readings_of_all_parts_are_found_once(stored: StoredReadings) -> None:
    keys = [f"{number:02x}" for number in range(256)]
    stored.add(rows(*keys))
    stored.add(rows(*keys[:3]))
    assert sorted(stored.get([*keys, *keys, "0"])["text_key"]) == keys
    assert stored.get([]).schema == stored.get(["0"]).schema == SCHEMA


def test_a_look_up_reads_only_the_parts_of_its_keys(stored: StoredReadings, tmp_path: Path) -> None:
    stored.add(rows("a1", "b1"))
    damaged = tmp_path / "v1" / "b-00000000.parquet"
    damaged.write_bytes(b"half")
    reopened = StoredReadings(tmp_path, "v1", SCHEMA)
    assert reopened.get(["a1"]).rows() == [("a1", 0)]
    assert damaged.exists()
    assert reopened.get(["a1", "b1"]).rows() == [("a1", 0)]
    assert not damaged.exists()


def test_only_full_parts_are_merged(stored: StoredReadings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 2)
    for keys in (("a1", "b1"), ("a2",), ("a3", "b3")):
        stored.add(rows(*keys))
    assert sorted(path.stem for path in (tmp_path / "v1").glob("*.parquet")) == ["a-00000002", "b-00000000", "b-00000001"]
    assert sorted(StoredReadings(tmp_path, "v1", SCHEMA).get(["a1", "a2", "a3", "b1", "b3"])["text_key"]) == ["a1", "a2", "a3", "b1", "b3"]


def test_a_run_killed_while_files_are_merged_loses_no_reading(
    stored: StoredReadings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [f"a{number:02d}" for number in range(MAX_FILES + 1)]
    for key in keys[:-1]:
        stored.add(rows(key))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "write_sums", die)
    with pytest.raises(KeyboardInterrupt):
        stored.add(rows(keys[-1]))
    monkeypatch.undo()
    assert sorted(StoredReadings(tmp_path, "v1", SCHEMA).get(keys)["text_key"]) == keys[:-1]


def test_brackets_in_the_path_of_readings_are_no_wildcards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FILES", 1)
    for folder, keys in (("home v", ["a8", "a9"]), ("home [v]", ["a1"]), ("home [v]", ["a2"])):
        StoredReadings(tmp_path / folder, "v1", SCHEMA).add(rows(*keys))
    assert sorted(StoredReadings(tmp_path / "home [v]", "v1", SCHEMA).get(["a1", "a2", "a8"])["text_key"]) == ["a1", "a2"]
