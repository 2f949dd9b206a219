"""Odd values in article files and passages are read or explained, and never stop a run without a message."""

import json
import os
import re
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.contracts.patterns import RAW_ID
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import collect_rows, read_articles
from pipeline.sources.files.find import find_article_files
from pipeline.sources.files.streams import Limits
from pipeline.sources.files.texts import read_texts

TOO_LATE = [2**62, None]


def write_dates(path: Path, seen: pa.Array) -> Path:
    """Write two articles with these dates of fetching."""
    texts = {"published_at": ["2025-04-04", "2025-04-05"], "source": ["Post", "Post"], "title": ["Glass", "Cork"]}
    pq.write_table(pa.table({**texts, "fetched_at": seen}), path)
    return path


@pytest.mark.parametrize(
    "seen",
    [
        pa.array(TOO_LATE, pa.int64()).cast(pa.timestamp("ms")),
        pa.array(TOO_LATE, pa.int64()).cast(pa.timestamp("us", "Asia/Tokyo")),
        pa.array([-(2**31), None], pa.int32()).cast(pa.date32()),
    ],
)
def test_a_date_that_no_calendar_has_is_named_as_such(tmp_path: Path, seen: pa.Array) -> None:
    rows = collect_rows(read_articles([ArticleFiles(path=str(write_dates(tmp_path / "a.parquet", seen)))]))
    assert rows["fetched_at"].to_list() == ["not in the years 1 to 9999", None]


@pytest.mark.parametrize("zone", ["+05:30", "-09:30", "America/New_York"])
def test_an_instant_of_parquet_in_any_time_zone_is_read(tmp_path: Path, zone: str) -> None:
    seen = pa.array([datetime(2025, 4, 3, 20, 30, tzinfo=UTC), None], pa.timestamp("us", zone))
    rows = collect_rows(read_articles([ArticleFiles(path=str(write_dates(tmp_path / "a.parquet", seen)))]))
    assert rows["fetched_at"].to_list() == ["2025-04-03T20:30:00.000000+00:00", None]


def test_the_first_and_the_last_date_of_parquet_are_read(tmp_path: Path) -> None:
    path = write_dates(tmp_path / "a.parquet", pa.array([date.min, date.max]))
    assert collect_rows(read_articles([ArticleFiles(path=str(path))]))["fetched_at"].to_list() == ["0001-01-01", "9999-12-31"]


@pytest.mark.parametrize(
    "seen",
    [
        pa.array([1, None], pa.decimal256(60, 2)),
        pa.array([[1], None], pa.list_(pa.decimal256(60, 2))),
        pa.array([TOO_LATE, None], pa.list_(pa.timestamp("us"))),
    ],
)
def test_a_type_of_parquet_that_cannot_be_read_is_explained(tmp_path: Path, seen: pa.Array) -> None:
    path = write_dates(tmp_path / "a.parquet", seen)
    with pytest.raises(SourceError, match="a column cannot be read as text"):
        collect_rows(read_articles([ArticleFiles(path=str(path))]))


def test_a_number_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    row = {"published_at": "2025-04-04", "source": "Post", "title": "Glass"}
    path.write_text(f"[{json.dumps(row)}, {'7' * 5_000_000}]", encoding="utf-8")
    with pytest.raises(SourceError, match="its array is cut short or damaged after item 2"):
        collect_rows(read_articles([ArticleFiles(path=str(path))], Limits(line_bytes=1_000_000)))


def test_passages_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "text": "Ruritania taxes glass."}\n', encoding="utf-8-sig")
    assert read_texts(path)["text"].to_list() == ["Ruritania taxes glass."]


@pytest.mark.parametrize("name", ["glass\ncork.jsonl", os.fsdecode(b"k\xf6ln.jsonl")])
def test_rows_of_a_file_with_an_odd_name_have_a_name_of_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"published_at": "2025-04-04", "source": "Post", "title": "Glass"}\n', encoding="utf-8")
    (raw_id,) = collect_rows(read_articles([ArticleFiles(path=str(tmp_path))]))["raw_id"]
    assert (raw_id.count("\ufffd"), re.fullmatch(RAW_ID.regex, raw_id) is not None) == (1, True)


def test_a_subfolder_that_may_not_be_read_is_an_error() -> None:
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for name in ("open", "closed", ".hidden", "lost+found"):
            Path(folder, name).mkdir()
            Path(folder, name, "a.csv").write_text("published_at,source,title\n2025-04-04,Post,Glass\n", encoding="utf-8")
        for name in ("closed", ".hidden", "lost+found"):
            Path(folder, name).chmod(0)
        try:
            os.seteuid(user or 65534)  # root may read everything
            with pytest.raises(PermissionError, match="closed"):
                find_article_files([ArticleFiles(path=folder)])
        finally:
            os.seteuid(user)
            Path(folder, "closed").chmod(0o755)
        for name in (".hidden", "lost+found"):
            Path(folder, name).chmod(0o755)
        assert [file.path.parent.name for file in find_article_files([ArticleFiles(path=folder)])] == ["closed", "open"]
