"""Nothing published holds text of an article beyond the quoted sentences.

Every string of every file is read: a run of twelve words that is in an article, and in no quoted sentence, is article text. Links may
have the words of a headline.
"""

import base64
import html
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from pipeline.contracts.tables.core import ARTICLES
from pipeline.contracts.tables.index import SIGNALS
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.warehouse.lake import Lake
from tests.conftest import SampleRun

_RUN = 12  # words; shorter runs are common phrases

Words = tuple[str, ...]


def _runs(text: str) -> Iterator[Words]:
    words = [] if re.fullmatch(r"https?://\S+", text) else re.findall(r"\w+", text.lower())
    return (tuple(words[n : n + _RUN]) for n in range(len(words) - _RUN + 1))


def _read_frame(frame: pl.DataFrame) -> Iterator[str]:
    for column in frame.select(pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String)):
        yield from column.unique().drop_nulls()


def _read_json(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _read_json([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for one in value:
            yield from _read_json(one)


def _read_page(text: str) -> Iterator[str]:
    """Text and attributes of a page, and what is packed in it."""
    yield from (html.unescape(part) for part in re.split(r"<[^>]*>", text))
    yield from (html.unescape(value) for value in re.findall(r'="([^"]*)"', text))
    for packed in re.findall(r'<script type="text/plain"[^>]*>([^<]+)</script>', text):
        for unpacked in _read_json(json.loads(zlib.decompress(base64.b64decode(packed)))):
            yield from _read_page(unpacked) if "<section" in unpacked else [unpacked]


def _read_database(path: Path) -> Iterator[str]:
    with duckdb.connect(str(path), read_only=True) as con:
        columns = con.sql(
            "select table_name, column_name from duckdb_columns() where not internal and data_type similar to 'VARCHAR|ENUM.*'"
        )
        for table, column in columns.fetchall():
            yield from _read_frame(con.table(table).project(f'"{column}"::varchar as text').distinct().pl())
        for function in ("duckdb_columns", "duckdb_tables", "duckdb_views"):
            yield from _read_frame(con.table_function(function).project("comment").pl())


def _read_strings(path: Path) -> Iterable[str]:
    """Read the strings of a file; one of an unknown kind is text as a whole."""
    match path.suffix:
        case ".parquet":
            metadata = [part.decode(errors="ignore") for pair in (pq.read_metadata(path).metadata or {}).items() for part in pair]
            return [*metadata, *_read_frame(pl.read_parquet(path, hive_partitioning=False))]
        case ".csv":
            return _read_frame(pl.read_csv(path, infer_schema=False))
        case ".json":
            return _read_json(json.loads(path.read_text(encoding="utf-8")))
        case ".html":
            return _read_page(path.read_text(encoding="utf-8"))
        case ".duckdb":
            return _read_database(path)
        case _:
            return [path.read_bytes().decode(errors="ignore")]


@pytest.fixture(scope="module")
def article_text(sample_run: SampleRun) -> frozenset[Words]:
    """Runs of words of all articles, rejected rows included, that are in no quoted sentence."""
    lake = Lake(sample_run.home / "lake")
    texts = [lake.read(table).select("title", "body") for table in (ARTICLES, RAW_ARTICLES)]
    quoted = {run for quote in lake.read(SIGNALS)["quote"] for run in _runs(quote)}
    # Titles, too: an article without a signal is not quoted at all.
    return frozenset(run for frame in texts for column in frame for text in column.drop_nulls() for run in _runs(text)) - quoted


def test_no_string_of_any_published_file_is_article_text(sample_run: SampleRun, article_text: frozenset[Words]) -> None:
    pages = sample_run.published.glob("*.html")  # the explorer is not part of a release
    copied = {
        f"{path.name}: {' '.join(run)}"
        for path in sorted({*sample_run.latest.rglob("*"), *pages})
        if path.is_file()
        for text in _read_strings(path)
        for run in _runs(text)
        if run in article_text
    }
    assert copied == set()


@pytest.mark.parametrize("name", ["planted.csv", "planted.json", "planted.html", "planted.parquet", "planted.duckdb", "planted.md"])
def test_article_text_would_be_found_in_a_file_of_each_kind(
    sample_run: SampleRun, article_text: frozenset[Words], tmp_path: Path, name: str
) -> None:
    body = max(Lake(sample_run.home / "lake").read(ARTICLES)["body"], key=len)
    path = tmp_path / name
    frame = pl.DataFrame({"note": [body]})
    match path.suffix:
        case ".csv":
            frame.write_csv(path)
        case ".json":
            path.write_text(json.dumps({"a": [{"b": body}]}), encoding="utf-8")
        case ".html":
            packed = base64.b64encode(zlib.compress(json.dumps([body]).encode())).decode()
            path.write_text(f'<script type="text/plain" id="x">{packed}</script>', encoding="utf-8")
        case ".parquet":
            frame.write_parquet(path)
        case ".duckdb":
            with duckdb.connect(str(path)) as con:
                con.sql("create table planted as select $body as note", params={"body": body})
        case _:
            path.write_text(body, encoding="utf-8")
    assert any(run in article_text for text in _read_strings(path) for run in _runs(text))
