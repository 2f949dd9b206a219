"""Articles as one JSON array: damage, items of other types, and long ones."""

import json
from pathlib import Path

import polars as pl
import pytest

from pipeline.sources.errors import SourceError
from pipeline.sources.files.streams import Limits
from tests.unit.sources.files.article_files import ROW, read


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[{"title": "a"}, {"title": ', "cut short or damaged after item 1"),
        ('[{"title": "a"} {"title": "b"}]', "after item 1"),
        ('[{"title": "a"}] more', "after item 1"),
        ("[" * 100_000, "nested too deeply"),
        ("[", "after item 0"),
    ],
)
def test_a_broken_array_is_rejected(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=reason):
        read(tmp_path / "a.json")


def test_array_items_that_are_no_objects_are_unreadable_rows(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([ROW, 12, None, "text", [ROW], ROW]), encoding="utf-8")
    assert [reason is None for reason in read(tmp_path / "a.json")["unreadable"]] == [True, False, False, False, False, True]


@pytest.mark.parametrize("shift", range(6))
def test_an_array_item_above_the_limit_is_unreadable_but_not_the_next(tmp_path: Path, shift: int) -> None:
    body = "x" * shift + '\\"[{' * 300_000  # in a chunk of one megabyte its end may be after any character, also a backslash
    (tmp_path / "a.json").write_text(json.dumps([ROW, ROW | {"body": body, "tags": [{}]}, ROW]), encoding="utf-8")
    reasons = read(tmp_path / "a.json", limits=Limits(line_bytes=1_000_000))["unreadable"].to_list()
    assert reasons == [None, "item 2: longer than 1,000,000 bytes", None]


@pytest.mark.parametrize("size", [999, 1_001])
def test_the_limit_of_an_array_item_is_exact(tmp_path: Path, size: int) -> None:
    item = json.dumps(ROW | {"body": ""})
    item = item.replace('""', f'"{"x" * (size - len(item))}"')
    (tmp_path / "a.json").write_text(f"[{json.dumps(ROW)}, {item}]", encoding="utf-8")
    reasons = read(tmp_path / "a.json", limits=Limits(line_bytes=1_000))["unreadable"].to_list()
    assert reasons == [None, None if size < 1_000 else "item 2: longer than 1,000 bytes"]


@pytest.mark.parametrize(
    ("start", "reason"), [('[{"title": "a" ', "Expecting ',' delimiter"), ('[{"title": "', "the end of an item is missing")]
)
def test_a_broken_item_above_the_limit_is_no_long_item(tmp_path: Path, start: str, reason: str) -> None:
    (tmp_path / "a.json").write_text(start + "x" * 2_000_000, encoding="utf-8")
    with pytest.raises(SourceError, match=rf"its array is cut short or damaged after item 0 \({reason}\)"):
        read(tmp_path / "a.json", limits=Limits(line_bytes=1_000_000))


def test_an_array_longer_than_what_is_read_at_a_time_is_read_whole(tmp_path: Path) -> None:
    rows = [ROW | {"body": "é" * 100_000, "article_id": f"{n}"} for n in range(30)]
    (tmp_path / "a.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    rows_read = read(tmp_path / "a.json")
    assert rows_read["article_id"].cast(pl.Int64).sort().to_list() == list(range(30))
    assert rows_read["body"].str.len_chars().unique().to_list() == [100_000]
