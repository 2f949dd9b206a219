"""Names of columns in article files: which are found, missing or repeated."""

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.sources.errors import SourceError
from pipeline.sources.files.column_names import propose_mapping
from tests.unit.sources.files.article_files import read, write_lines, write_text


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_missing_column_of_csv_and_parquet_is_an_error_too(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame({"date": ["2025-04-04"], "headline": ["x"]})
    path = tmp_path / f"a.{suffix}"
    frame.write_csv(path) if suffix == "csv" else frame.write_parquet(path)
    with pytest.raises(SourceError, match="Found: 'date', 'headline'"):
        read(path)


def test_a_mapping_is_proposed_for_usual_names_and_can_be_used(tmp_path: Path) -> None:
    path = write_text(tmp_path / 'a "b".csv', "Publish-Date,outlet,headline,text,link\n2025-04-04,Post,Glass,Sand,http://a.de/1\n")
    with pytest.raises(SourceError, match="lacks the column published_at, source, title or body") as raised:
        read(path)
    (archive,) = tomllib.loads(str(raised.value).partition("write there:\n")[2])["articles"]
    assert archive["path"] == str(path)
    rows = read(path, columns=archive["columns"])
    assert rows.select("published_at", "source", "title", "body", "url").row(0) == ("2025-04-04", "Post", "Glass", "Sand", "http://a.de/1")


def test_a_text_under_another_name_is_not_skipped_in_silence(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", {"published_at": "2025-04-04", "source": "Post", "title": "Glass", "text": "Sand"})
    with pytest.raises(SourceError, match=r"would not be read under these names: 'text' \(for body\)"):
        read(path)


def test_a_mapping_of_some_columns_does_not_hide_the_others(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", {"date": "2025-04-04", "source": "Post", "headline": "Glass", "text": "Sand"})
    with pytest.raises(SourceError, match=r"would not be read under these names: 'text' \(for body\)") as raised:
        read(path, columns={"published_at": "date", "title": ["lead", "headline"]})
    (archive,) = tomllib.loads(str(raised.value).partition("write there:\n")[2])["articles"]
    assert read(path, columns=archive["columns"]).select("title", "body").row(0) == ("Glass", "Sand")


def test_a_mapped_column_that_no_row_has_is_an_error(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", {"date": "2025-04-04", "source": "Post", "title": "Glass", "story": "Sand"})
    with pytest.raises(SourceError, match=r"lacks the column body \(named texts\)"):
        read(path, columns={"published_at": "date", "body": "texts"})


def test_the_first_of_several_usual_names_is_proposed() -> None:
    assert propose_mapping(["content", "Text", "date"], ["body"]) == {"body": "Text"}
    assert propose_mapping(["datum", "texte"], ["published_at", "body"]) == {}


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_letter_case_and_blanks_of_column_names_do_not_matter(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    frame = pl.DataFrame([{"Published_At": "2025-04-04", " SOURCE": "Post", "Title": "other", "title": "Glass", "Url": "http://a.de/1"}])
    writers: dict[str, Any] = {"jsonl": frame.write_ndjson, "csv": frame.write_csv, "parquet": frame.write_parquet}
    writers[suffix](path)
    assert read(path).select("published_at", "source", "title", "url").row(0) == ("2025-04-04", "Post", "Glass", "http://a.de/1")


def test_of_two_names_that_differ_in_case_none_is_guessed(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "published_at,source,Title,TITLE\n2025-04-04,Post,Glass,Sand\n")
    with pytest.raises(SourceError, match=r"lacks the column title or body\. Found: .*'Title', 'TITLE'"):
        read(path)


def test_other_columns_are_listed_with_their_whole_names(tmp_path: Path) -> None:
    long = "Datum der Veröffentlichung in der Zeitung"
    path = write_text(tmp_path / "a.csv", f"{long}\tQuelle, Ort\tTitel\n2025-04-04\tPost\tGlas\n")
    with pytest.raises(SourceError, match=f"Found: '{long}', 'Quelle, Ort', 'Titel'"):
        read(path)


def test_a_repeated_column_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the header repeats the column title"):
        read(write_text(tmp_path / "a.csv", "published_at,source,title,title\n2025-04-04,Post,x,y\n"))


@pytest.mark.parametrize("column", ["title", "doc"])
def test_a_repeated_column_of_parquet_is_rejected(tmp_path: Path, column: str) -> None:
    names = {"published_at": "2025-04-04", "source": "Post", "title": "x", "doc": {"text": "y"}}
    twice = [*names.items(), (column, names[column])]
    table = pa.table([pa.array([value]) for _, value in twice], names=[name for name, _ in twice])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=f"the schema repeats the column {column}"):
        read(tmp_path / "a.parquet", columns={"body": "doc.text"})
