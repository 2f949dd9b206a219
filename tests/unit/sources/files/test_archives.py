"""Archives with other column names, zip files, path patterns, and other encodings."""

import gzip
import json
import re
import sys
import zipfile
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from pipeline.contracts.instants import parse_instant
from pipeline.settings.archives import ArticleFiles
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import ReadReport, collect_rows, read_articles
from pipeline.sources.files.find import find_article_files
from pipeline.sources.files.streams import LIMITS, Limits

Row = dict[str, Any]
ROW: Row = {"published_at": "2025-04-04", "source": "Strelsau Post", "title": "Ruritania taxes glass", "body": "It did so today."}
HEADLINE = {"main": "Ruritania taxes glass", "print": "GLASS"}
OTHER_NAMES: Row = {"pub_date": "2025-04-04T10:00:00Z", "headline": HEADLINE, "abstract": "It did so."}
NAMES = {"published_at": "pub_date", "title": "headline.main", "body": ("lead_paragraph", "abstract")}
PLAIN = b'{"published_at": "2025-04-04", "source": "Post", "title": "Glass"}\n'
MEMORY = pa.proxy_memory_pool(pa.default_memory_pool())  # measures; not in a test, because what it allocated must not outlive it
ACCENT = '{"published_at": "2025-04-04", "source": "Post", "title": "Café, “glass”"}\n'


def read(path: Path | str, limits: Limits = LIMITS, report: ReadReport | None = None, **settings: Any) -> pl.DataFrame:
    return collect_rows(read_articles([ArticleFiles(path=str(path), **settings)], limits, report=report))


def write_lines(path: Path, *rows: Row) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def test_columns_are_found_under_the_names_in_the_settings(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", OTHER_NAMES, OTHER_NAMES | {"lead_paragraph": "First."}, OTHER_NAMES | {"lead_paragraph": ""})
    rows_read = read(path, columns=NAMES, source="The Hentzau Times")
    assert rows_read["title"].to_list() == ["Ruritania taxes glass"] * 3
    assert rows_read["body"].to_list() == ["It did so.", "First.", "It did so."]
    assert rows_read["source"].to_list() == ["The Hentzau Times"] * 3
    assert rows_read["published_at"].to_list() == ["2025-04-04T10:00:00Z"] * 3


def test_parquet_and_csv_are_read_under_other_names(tmp_path: Path) -> None:
    pl.DataFrame([OTHER_NAMES | {"lead_paragraph": ""}]).write_parquet(tmp_path / "a.parquet")
    nested = read(tmp_path / "a.parquet", columns=NAMES, source="Times")
    assert nested.select("title", "body", "source").row(0) == ("Ruritania taxes glass", "It did so.", "Times")
    (tmp_path / "a.csv").write_text("pub_date,headline.main,lead_paragraph,abstract\n2025-04-04,Glass,,It did so.\n", encoding="utf-8")
    flat = read(tmp_path / "a.csv", columns=NAMES, source="Times")
    assert flat.select("title", "body", "source").row(0) == ("Glass", "It did so.", "Times")


def test_a_name_with_a_dot_is_a_name_before_it_is_a_path(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", ROW | {"headline.main": "As it is", "headline": {"main": "Within"}})
    assert read(path, columns={"title": "headline.main"})["title"].to_list() == ["As it is"]


def test_a_path_through_a_value_that_is_no_object_gives_null(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", *(ROW | {"headline": value} for value in ("text", None, ["main"], {"main": None}, {})))
    assert read(path, columns={"title": "headline.main"})["title"].to_list() == [None] * 5


def test_a_renamed_column_is_not_read_under_our_name(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", ROW | {"headline": None})
    assert read(path, columns={"title": "headline"})["title"].to_list() == [None]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_a_missing_column_is_reported_under_the_archives_names(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    frame = pl.DataFrame([ROW])
    writers: dict[str, Any] = {"jsonl": frame.write_ndjson, "csv": frame.write_csv, "parquet": frame.write_parquet}
    writers[suffix](path)
    with pytest.raises(SourceError, match=r"lacks the column published_at \(named pub_date or date\)\. Found: 'published_at'"):
        read(path, columns={"published_at": ("pub_date", "date")})


def test_the_archives_source_is_used_for_rows_without_one(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", ROW, *(ROW | {"source": empty} for empty in ("", "  ", None)))
    assert read(path, source="Archive")["source"].to_list() == ["Strelsau Post", "Archive", "Archive", "Archive"]


def test_an_unreadable_row_gets_no_source(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(ROW) + "\njunk\n", encoding="utf-8")
    assert read(path, source="Archive")["source"].to_list() == ["Strelsau Post", None]


def test_dates_are_read_in_the_order_of_the_archive(tmp_path: Path) -> None:
    texts = ["soon", "15/04/2025", "16.04.2025 09:30", "2025-04-17", None]
    path = write_lines(tmp_path / "a.jsonl", *(ROW | {"published_at": text} for text in texts))
    rows = read(path, date_order="day-month-year")
    assert rows["index_date"].dt.day().to_list() == [15, 15, 16, 17, 17]
    assert parse_instant(rows["published_at"]).dt.hour().to_list() == [None, 0, 9, 0, None]
    assert rows["published_at"][0] == "soon"


def test_without_an_order_the_message_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="For dates such as 04/05/2025, set the date_order of the archive"):
        read(write_lines(tmp_path / "a.jsonl", ROW | {"published_at": "15/04/2025"}))


@pytest.mark.parametrize("columns", [{"headline": "title"}, {"title": ()}, {"title": ""}])
def test_an_invalid_mapping_of_columns_is_rejected(columns: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ArticleFiles(path="a.jsonl", columns=columns)


def test_a_pattern_finds_visible_files_of_known_formats(tmp_path: Path) -> None:
    for name in ("2024/a.jsonl", "2025/b.jsonl", "2025/.c.jsonl", "2025/notes.txt", "other/d.jsonl"):
        write_lines(tmp_path / name, ROW)
    files = find_article_files([ArticleFiles(path=str(tmp_path / "20*" / "*"))])
    assert [file.path.name for file in files] == ["a.jsonl", "b.jsonl"]
    assert [file.path.name for file in find_article_files([ArticleFiles(path=str(tmp_path / "20*"))])] == ["a.jsonl", "b.jsonl"]
    assert len(find_article_files([ArticleFiles(path=str(tmp_path / "**" / "*.jsonl"))])) == 3


@pytest.mark.parametrize(
    "name",
    ["b.csv.bz2", "b.jsonl.XZ", "2022.7z", "2022.rar", "2023.tar", "2023.tar.gz", "2023.tar.xz", "2023.tgz", "list.xlsx", "list.xls"],
)
def test_a_file_that_may_have_articles_is_not_skipped_in_silence(tmp_path: Path, name: str) -> None:
    write_lines(tmp_path / "a.jsonl", ROW)
    (tmp_path / "notes.xz").write_bytes(b"")
    assert read(tmp_path).height == 1
    (tmp_path / name).write_bytes(b"")
    for path in (tmp_path, f"{tmp_path}/*"):
        with pytest.raises(SourceError, match=rf"{re.escape(name)}: articles in this \..+ file cannot be read"):
            read(path)


@pytest.mark.parametrize("name", ["feb.zip", "mar.jsonl.xz", "2023.tar.gz", "list.xlsx"])
def test_a_member_that_may_have_articles_is_not_skipped_in_silence(tmp_path: Path, name: str) -> None:
    path = write_zip(tmp_path / "a.zip", {"jan.jsonl": PLAIN, "notes.txt": b"", f".{name}": b"", name: b""})
    with pytest.raises(SourceError, match=rf"a\.zip, {re.escape(name)}: articles in this \..+ file cannot be read"):
        read(path)


def test_a_member_with_a_long_name_is_read(tmp_path: Path) -> None:
    name = f"{'a-headline-' * 30}.d/{'-as-a-name' * 30}.jsonl"
    rows = read(write_zip(tmp_path / "a.zip", {"short.jsonl": PLAIN, name: PLAIN}))
    assert rows.height == 2
    assert max(map(len, rows["raw_id"])) < 220
    with pytest.raises(SourceError, match=r"b\.zip, a-headline-.*….*name-as-a-name\.jsonl: lacks the column title or body"):
        read(write_zip(tmp_path / "b.zip", {name: b'{"published_at": "2025-04-04", "source": "Post"}\n'}))


def test_columns_of_a_file_may_be_separated_by_tabs(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("source\ttitle\tpublished_at\nWire\tPeru taxes tea\t2025-03-04\n", encoding="utf-8")
    (file,) = find_article_files([ArticleFiles(path=str(tmp_path))])
    rows = collect_rows(read_articles([file.archive], last_day=date(2025, 12, 31)))
    assert rows.select("source", "title").rows() == [("Wire", "Peru taxes tea")]


def test_a_pattern_in_a_folder_with_brackets_finds_its_files(tmp_path: Path) -> None:
    for folder in ("wire [v2]", "wire v"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.jsonl").touch()
    files = find_article_files([ArticleFiles(path=str(tmp_path / "wire [v2]" / "*.jsonl"))])
    assert [file.path for file in files] == [tmp_path / "wire [v2]" / "a.jsonl"]
    with pytest.raises(SourceError, match="there is no such file or folder"):
        find_article_files([ArticleFiles(path=str(tmp_path / "wire [v2]" / "b.jsonl"))])


def test_a_pattern_without_matches_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file or folder matches the pattern"):
        read(tmp_path / "*.jsonl")


def test_a_file_named_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    assert read(write_lines(tmp_path / "wire[1].jsonl", ROW))["raw_id"].to_list() == ["wire[1].jsonl#1"]


def test_a_file_belongs_to_the_first_archive_with_its_path(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", ROW | {"source": None})
    both = [ArticleFiles(path=str(path), source="First"), ArticleFiles(path=str(tmp_path), source="Second")]
    assert collect_rows(read_articles(both))["source"].to_list() == ["First"]


def test_members_of_a_zip_file_are_read_like_files(tmp_path: Path) -> None:
    pl.DataFrame([ROW]).write_parquet(tmp_path / "plain")
    csv = b"published_at,source,title\n2025-04-05,Post,Comma\n"
    members = {
        "a.jsonl": PLAIN,
        "deep/b.csv": csv,
        "c.jsonl.gz": gzip.compress(PLAIN),
        "d.parquet": (tmp_path / "plain").read_bytes(),
        "notes.txt": b"nothing",
        "__MACOSX/a.jsonl": b"junk",
        ".hidden.jsonl": b"junk",
    }
    path = write_zip(tmp_path / "news.zip", members)
    (tmp_path / "plain").unlink()
    assert read(path).select("raw_id", "title").rows() == [
        ("news.zip/a.jsonl#1", "Glass"),
        ("news.zip/c.jsonl.gz#1", "Glass"),
        ("news.zip/d.parquet#1", "Ruritania taxes glass"),
        ("news.zip/deep/b.csv#1", "Comma"),
    ]
    assert read(tmp_path).height == 4


def test_a_zip_file_without_articles_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no member of a known format"):
        read(write_zip(tmp_path / "a.zip", {"notes.txt": b"nothing"}))


def test_a_zip_bomb_is_rejected(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jsonl": b" " * 5_000_000})
    with pytest.raises(SourceError, match=r"a\.zip: its .* bytes would unpack to 5,000,000"):
        read(path, Limits(unpacked_ratio=10, unpacked_freely_bytes=1_000_000))


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.jsonl.gz", "a.parquet"])
def test_a_damaged_member_of_a_zip_file_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(name, b"published_at,source,title\n2025-04-04,Post,Glass\n")
    path.write_bytes(path.read_bytes().replace(b"Glass", b"Slags"))
    with pytest.raises(SourceError, match=rf"a\.zip, {name}"):
        read(path)


def test_an_object_that_holds_articles_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"docs": [ROW]}, indent=1), encoding="utf-8")
    with pytest.raises(SourceError, match=r"none of its \d+ lines is a JSON object.*jq -c"):
        read(tmp_path / "a.json")


@pytest.mark.parametrize(("content", "place"), [("\n{}\n", "line 2"), ("[{}]", "item 1")])
def test_an_object_without_fields_is_named_with_what_it_lacks(tmp_path: Path, content: str, place: str) -> None:
    (tmp_path / "a.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(SourceError, match=rf"the first: {place}: an object without fields; it lacks published_at, source"):
        read(tmp_path / "a.jsonl")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "utf-32-le-bom", "utf-32-be-bom"])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.jsonl.gz"])
def test_a_byte_order_mark_shows_the_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    text = f"[{ACCENT}]" if name == "a.json" else ACCENT
    data = ("\ufeff" + text).encode(encoding.removesuffix("-bom")) if encoding.endswith("-bom") else text.encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    report = ReadReport()
    assert read(tmp_path / name, report=report)["title"].to_list() == ["Café, “glass”"]
    assert report.guessed_encodings == []


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "shift_jis", "utf-16-le", "utf-8", "utf-32"])
def test_a_declared_encoding_is_believed(tmp_path: Path, encoding: str) -> None:
    title = "日本" if encoding == "shift_jis" else "Café"
    (tmp_path / "a.csv").write_bytes(f"published_at,source,title\n2025-04-04,Post,{title}\n".encode(encoding))
    report = ReadReport()
    assert read(tmp_path / "a.csv", report=report, encoding=encoding)["title"].to_list() == [title]
    assert report.guessed_encodings == []


@pytest.mark.parametrize("encoding", ["utf-16", "UTF_32"])
def test_without_a_byte_order_mark_the_order_must_be_named(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(ACCENT.encode(f"{encoding}-le"))
    named = encoding.lower().replace("_", "-")
    with pytest.raises(SourceError, match=rf"a\.jsonl: cannot be decoded as {encoding} .*\. Set its encoding to {named}-le or {named}-be$"):
        read(tmp_path / "a.jsonl", encoding=encoding)
    assert read(tmp_path / "a.jsonl", encoding=f"{named}-le")["title"].to_list() == ["Café, “glass”"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_text_in_a_zip_file_may_grow_when_decoded(tmp_path: Path, encoding: str) -> None:
    title = {"cp1252": "”", "utf-16": "日"}[encoding] * 1000
    path = write_zip(tmp_path / "a.zip", {"a.csv": f"published_at,source,title\n2025-04-04,Post,{title}\n".encode(encoding)})
    assert read(path, encoding=encoding)["title"].to_list() == [title]


@pytest.mark.parametrize("encoding", ["latin-7000", "hex", "zlib", ""])
def test_an_unknown_encoding_is_rejected(encoding: str) -> None:
    with pytest.raises(ValidationError, match="is not a known text encoding"):
        ArticleFiles(path="a.jsonl", encoding=encoding)


@pytest.mark.parametrize("rows", [1, 20_000])
def test_a_file_that_is_not_utf8_is_read_as_windows_1252(tmp_path: Path, rows: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(PLAIN * 5 + ACCENT.encode("cp1252") * 3)
    report = ReadReport()
    rows_read = read(tmp_path / "a.jsonl", Limits(batch_rows=rows), report)
    assert rows_read["title"].to_list() == ["Glass"] * 5 + ["Café, “glass”"] * 3
    assert [message.partition(".jsonl")[2] for message in report.guessed_encodings] == [
        " is not UTF-8 and was read as Windows-1252; if that is wrong, set its encoding in the settings"
    ]


def test_one_invalid_byte_does_not_change_the_encoding(tmp_path: Path) -> None:
    wrong = PLAIN.replace(b"Glass", b"Gl\xffss")
    (tmp_path / "a.jsonl").write_bytes(PLAIN + wrong + ACCENT.encode() * 3)
    report = ReadReport()
    assert read(tmp_path / "a.jsonl", report=report)["title"].to_list() == ["Glass", "Gl\ufffdss", *["Café, “glass”"] * 3]
    assert report.guessed_encodings == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "a.json"])
def test_rows_are_the_same_whatever_the_batches(tmp_path: Path, name: str) -> None:
    dates = ["soon", None, "2025-04-04", "soon", "2025-04-06", "soon", "2025-04-05"]
    frame = pl.DataFrame([ROW | {"published_at": day, "article_id": str(n)} for n, day in enumerate(dates)])
    writers: dict[str, Any] = {
        "jsonl": frame.write_ndjson,
        "csv": frame.write_csv,
        "parquet": frame.write_parquet,
        "json": frame.write_json,
    }
    writers[name.partition(".")[2]](tmp_path / name)
    at_once = read(tmp_path / name)
    assert [day.day for day in at_once["index_date"]] == [4, 4, 4, 4, 6, 6, 5]
    for limits in (Limits(batch_rows=1), Limits(batch_rows=3), Limits(batch_bytes=100)):
        batches = list(read_articles([ArticleFiles(path=str(tmp_path / name))], limits))
        assert len(batches) > 1
        assert collect_rows(batches).equals(at_once)


def test_a_batch_exceeds_its_limit_by_at_most_one_row(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", *(ROW | {"body": "x" * 1000} for _ in range(20)))
    batches = list(read_articles([ArticleFiles(path=str(path))], Limits(batch_bytes=5_000)))
    assert [batch.height for batch in batches] == [5, 5, 5, 5]


def test_a_parquet_file_that_unpacks_to_too_much_is_rejected(tmp_path: Path) -> None:
    rows = pl.DataFrame([ROW | {"body": f"{n}" + "x" * 10_000} for n in range(200)])
    rows.write_parquet(tmp_path / "a.parquet", compression="zstd")
    with pytest.raises(SourceError, match="unpacks to more than"):
        read(tmp_path / "a.parquet", Limits(unpacked_ratio=2, unpacked_freely_bytes=1_000))


@pytest.mark.parametrize("nested", [False, True])
def test_a_parquet_file_that_repeats_a_long_text_is_rejected(tmp_path: Path, nested: bool) -> None:
    columns = {name: pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), [text]) for name, text in ROW.items()}
    columns["body"] = pa.DictionaryArray.from_arrays(columns["title"].indices, ["Glass. " * 10_000])
    if nested:
        columns = {"article": pa.StructArray.from_arrays(list(columns.values()), list(columns))}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    names = {name: f"article.{name}" for name in ROW} if nested else {}
    archive = ArticleFiles.model_validate({"path": str(tmp_path / "a.parquet"), "columns": names})
    with pytest.raises(SourceError, match="unpacks to more than 10,000,000 bytes, too much for its size"):
        list(read_articles([archive]))
    many = list(read_articles([archive], Limits(unpacked_ratio=1_000_000, batch_bytes=7_000_000)))
    assert [batch.height for batch in many[:2]] == [99, 99]
    assert sum(batch.height for batch in many) == 2_000


@pytest.mark.parametrize("in_map", [False, True])
def test_repeated_texts_of_parquet_are_counted_before_they_are_unpacked(tmp_path: Path, in_map: bool) -> None:
    columns = {name: [text] * 500 for name, text in ROW.items() if name != "body"}
    long = "Glass. " * 10_000
    body = pa.array([[("a", long)]] * 500, pa.map_(pa.string(), pa.string())) if in_map else pa.array([long] * 500)
    pq.write_table(pa.table({**columns, "key_value": body}), tmp_path / "a.parquet")
    before = pa.default_memory_pool()
    pa.set_memory_pool(MEMORY)
    try:
        with pytest.raises(SourceError, match="unpacks to more than 10,000,000 bytes, too much for its size"):
            read(tmp_path / "a.parquet", columns={"body": "key_value"})
    finally:
        pa.set_memory_pool(before)
    assert MEMORY.max_memory() < 10_000_000  # unpacked, the texts have 35 MB


def test_text_in_parquet_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    pl.DataFrame([ROW | {"body": "marked"}]).write_parquet(tmp_path / "a.parquet", compression="uncompressed", statistics=False)
    data = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(data.replace(b"marked", b"m\xffrked"))
    with pytest.raises(SourceError, match="damaged"):
        read(tmp_path / "a.parquet")


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_packed_file_of_empty_lines_is_refused_without_reading_each(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"lines.{ending}.gz"
    path.write_bytes(gzip.compress(b"\n" * 10_000_000, compresslevel=1) * 30)
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"  # also each line that a generator yields
        assert calls < 1_000_000, "each of 300 million empty lines is read"

    sys.setprofile(count)
    try:
        with pytest.raises(SourceError, match="unpacks to more than"):
            read(path)
    finally:
        sys.setprofile(None)


def test_empty_lines_count_in_the_numbers_of_lines(tmp_path: Path) -> None:
    first = json.dumps({"title": "One", "source": "A", "published_at": "2025-04-04"})
    (tmp_path / "a.jsonl").write_text(f"{first}\n\n\n\r\n\n{{broken\n", encoding="utf-8")
    assert read(tmp_path / "a.jsonl")["unreadable"][1].startswith("line 6, ")
