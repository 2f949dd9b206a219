"""Whatever a file holds: its rows are all accounted for, or `SourceError` says why it cannot be read. Nothing else escapes."""

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

from pipeline.articles.clean import admit
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import collect_rows, read_articles
from pipeline.sources.files.streams import Limits
from pipeline.sources.rows import COLUMNS

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


WHOLE: dict[str, Callable[[], bytes]] = {
    "a.jsonl": _json_lines,
    "a.json": lambda: json.dumps(ROWS).encode(),
    "a.csv": lambda: pl.DataFrame(ROWS).write_csv().encode(),
    "a.parquet": _parquet,
    "a.jsonl.gz": lambda: gzip.compress(_json_lines()),
    "a.parquet.gz": lambda: gzip.compress(_parquet()),
    "a.zip": _zip,
}

relaxed = settings(deadline=None, derandomize=True, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows_or_reason(path: Path) -> pl.DataFrame | None:
    """The rows; None where `SourceError` named the file. Anything else that is raised fails the test."""
    rows, said = None, ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            rows = collect_rows(read_articles([ArticleFiles(path=str(path))], SMALL, last_day=LAST_DAY))
        except SourceError as error:
            said = str(error)
    if rows is None:
        assert path.name in said
        return None
    assert rows["index_date"].null_count() == 0
    assert rows["raw_id"].is_unique().all()
    return rows


def accounted(rows: pl.DataFrame) -> None:
    """Every row is an article, a duplicate or a quarantined row, once."""
    became = admit(rows)
    ends = [frame["raw_id"] for frame in (became.articles, became.duplicates, became.quarantine)]
    assert pl.concat(ends).sort().to_list() == rows["raw_id"].sort().to_list()
    counted = became.coverage.select("article_count", "accepted", "duplicate", "quarantined").sum().row(0)
    assert counted == (rows.height, *(len(end) for end in ends))


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_files_that_are_spoiled_below_can_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WHOLE[name]())
    rows = rows_or_reason(tmp_path / name)
    assert rows is not None
    accounted(rows)
    assert rows.height == (10 if name == "a.zip" else 5)


@pytest.mark.parametrize("name", WHOLE)
@relaxed
@given(data=st.data())
def test_a_file_with_any_bytes_changed_is_read_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    content = bytearray(WHOLE[name]())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(len(content) // 2, len(content))) :]
    (tmp_path / name).write_bytes(content)
    rows = rows_or_reason(tmp_path / name)
    if rows is not None:
        accounted(rows)


@pytest.mark.parametrize("name", WHOLE)
@relaxed
@given(content=st.binary(max_size=200))
def test_a_file_of_any_bytes_is_read_or_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    rows_or_reason(tmp_path / name)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.text(max_size=3), max_size=2)
days = st.sampled_from(["2025-04-04", "2025-04-04T23:59:59Z", "2031-01-01", "Fri, 04 Apr 2025 10:30:00 GMT", "soon", "", None])
any_row = st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, values) | {"published_at": days, "fetched_at": days, "more": values})
likely_row = st.fixed_dictionaries(
    {"published_at": days, "source": st.sampled_from(["A", "B", "", None]), "title": st.sampled_from(["Glass", "Tea", "", "\x00\x01"])},
    optional={"body": st.text(max_size=30), "article_id": st.sampled_from(["1", "2", ""]), "url": values, "fetched_at": days},
)


@relaxed
@given(rows=st.lists(any_row | likely_row, max_size=12), junk=st.lists(st.text(max_size=10), max_size=3))
def test_every_row_of_any_kind_is_an_article_a_duplicate_or_set_aside(
    tmp_path: Path, rows: list[dict[str, object]], junk: list[str]
) -> None:
    lines = [json.dumps(row) for row in [{"published_at": "2025-04-04", "source": "A", "title": "Glass"}, *rows]]
    lines += [line for line in junk if line.strip(" \t\r\n") and "\n" not in line]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8", errors="replace", newline="")
    found = rows_or_reason(tmp_path / "a.jsonl")
    assert found is not None
    assert found.height == len(lines)
    accounted(found)
