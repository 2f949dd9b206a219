"""Any file is either read, with all rows accounted for, or rejected with `SourceError`."""

import gzip
import io
import json
import warnings
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.articles.clean import clean_articles
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import collect_rows, read_articles
from pipeline.sources.files.streams import Limits
from pipeline.sources.rows import COLUMNS
from tests.examples import examples

SMALL = Limits(line_bytes=2_000, unpacked_freely_bytes=1_000_000, batch_rows=3, batch_bytes=500)
LAST_DAY = date(2025, 6, 1)

ROWS = [
    {"published_at": f"2025-04-0{n}", "source": "Post", "title": f"Glass {n}", "body": "Ruritania täxes glass. " * n} for n in range(1, 6)
]


def _json_lines() -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()


def _parquet() -> bytes:
    target = io.BytesIO()
    pl.DataFrame(ROWS).write_parquet(target)
    return target.getvalue()


def _zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.jsonl", _json_lines())
        packed.writestr("b/c.csv", pl.DataFrame(ROWS).write_csv())
    return target.getvalue()


VALID_FILES: dict[str, Callable[[], bytes]] = {
    "a.jsonl": _json_lines,
    "a.json": lambda: json.dumps(ROWS).encode(),
    "a.csv": lambda: pl.DataFrame(ROWS).write_csv().encode(),
    "a.parquet": _parquet,
    "a.jsonl.gz": lambda: gzip.compress(_json_lines()),
    "a.parquet.gz": lambda: gzip.compress(_parquet()),
    "a.zip": _zip,
}

relaxed = settings(examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_or_reject(path: Path) -> pl.DataFrame | None:
    """Return the rows; None if `SourceError` named the file. Any other error fails the test."""
    rows, message = None, ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            rows = collect_rows(read_articles([ArticleFiles(path=str(path))], SMALL, last_day=LAST_DAY))
        except SourceError as error:
            message = str(error)
    if rows is None:
        assert path.name in message
        return None
    assert rows["index_date"].null_count() == 0
    assert rows["raw_id"].is_unique().all()
    return rows


def assert_accounted(rows: pl.DataFrame) -> None:
    """Every row is an article, a duplicate or a quarantined row, once."""
    admission = clean_articles(rows)
    raw_ids = [frame["raw_id"] for frame in (admission.articles, admission.duplicates, admission.quarantine)]
    assert pl.concat(raw_ids).sort().to_list() == rows["raw_id"].sort().to_list()
    counts = admission.coverage.select("article_count", "accepted", "duplicate", "quarantined").sum().row(0)
    assert counts == (rows.height, *(len(ids) for ids in raw_ids))


@pytest.mark.parametrize("name", VALID_FILES)
def test_the_valid_files_damaged_below_can_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(VALID_FILES[name]())
    rows = read_or_reject(tmp_path / name)
    assert rows is not None
    assert_accounted(rows)
    assert rows.height == (10 if name == "a.zip" else 5)


@pytest.mark.parametrize("name", VALID_FILES)
@relaxed
@given(data=st.data())
def test_a_file_with_any_bytes_changed_is_read_or_rejected(tmp_path: Path, name: str, data: st.DataObject) -> None:
    content = bytearray(VALID_FILES[name]())
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[position] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(len(content) // 2, len(content))) :]
    (tmp_path / name).write_bytes(content)
    rows = read_or_reject(tmp_path / name)
    if rows is not None:
        assert_accounted(rows)


@pytest.mark.parametrize("name", VALID_FILES)
@relaxed
@given(content=st.binary(max_size=200))
def test_a_file_of_any_bytes_is_read_or_rejected(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    read_or_reject(tmp_path / name)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.text(max_size=3), max_size=2)
days = st.sampled_from(["2025-04-04", "2025-04-04T23:59:59Z", "2031-01-01", "Fri, 04 Apr 2025 10:30:00 GMT", "soon", "", None])
any_row = st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, values) | {"published_at": days, "fetched_at": days, "more": values})
likely_row = st.fixed_dictionaries(
    {"published_at": days, "source": st.sampled_from(["A", "B", "", None]), "title": st.sampled_from(["Glass", "Tea", "", "\x00\x01"])},
    optional={"body": st.text(max_size=30), "article_id": st.sampled_from(["1", "2", ""]), "url": values, "fetched_at": days},
)


@relaxed
@given(rows=st.lists(any_row | likely_row, max_size=12), junk=st.lists(st.text(max_size=10), max_size=3))
def test_any_row_is_an_article_a_duplicate_or_quarantined(tmp_path: Path, rows: list[dict[str, object]], junk: list[str]) -> None:
    lines = [json.dumps(row) for row in [{"published_at": "2025-04-04", "source": "A", "title": "Glass"}, *rows]]
    lines += [line for line in junk if line.strip(" \t\r\n") and "\n" not in line]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8", errors="replace", newline="")
    rows_read = read_or_reject(tmp_path / "a.jsonl")
    assert rows_read is not None
    assert rows_read.height == len(lines)
    assert_accounted(rows_read)
