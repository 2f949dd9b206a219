import gzip
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.sources.errors import SourceError
from pipeline.sources.files.articles import ReadReport, collect_rows, read_articles
from pipeline.sources.files.formats import csv_text
from pipeline.sources.files.streams import Limits
from tests.examples import examples
from tests.unit.sources.files.article_files import ROW, archives, read, write_lines, write_text

HEADER = "published_at,source,title,body\n"
CSV_ROW = "2025-04-04,Strelsau Post,Ruritania taxes glass,It did so.\n"


def write_gzip(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content))
    return path


def values_by_row(frame: pl.DataFrame, column: str) -> Sequence[Any]:
    return frame.sort(pl.col("raw_id").str.extract(r"#(\d+)$").cast(pl.Int64))[column].to_list()


def test_rows_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    frame = read(write_lines(tmp_path / "wire.jsonl", ROW))
    assert frame.schema == RAW_ARTICLES.schema
    assert frame.row(0, named=True) == {
        **dict.fromkeys(RAW_ARTICLES.schema), **ROW, "raw_id": "wire.jsonl#1", "index_date": date(2025, 4, 4),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.ndjson", "a.json", "a.JSONL", "a.csv", "a.parquet", "a.jsonl.gz", "a.csv.gz", "a.parquet.gz"]
)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame([ROW, ROW | {"title": 'Talks, "frank"\nand long'}])
    plain = tmp_path / "plain"
    kind = name.lower().removesuffix(".gz").rpartition(".")[2]
    if kind == "csv":
        frame.write_csv(plain)
    elif kind == "parquet":
        frame.write_parquet(plain)
    else:
        frame.write_ndjson(plain)
    path = tmp_path / name
    path.write_bytes(gzip.compress(plain.read_bytes()) if name.endswith(".gz") else plain.read_bytes())
    assert read(path).select(ROW.keys()).rows() == frame.rows()


@pytest.mark.parametrize("content", [b"title,source\rA,B\r", "title,source\r\nA,B\r\n".encode("utf-16-le")])
def test_a_csv_file_with_foreign_line_ends_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(SourceError, match=r"carriage return without a line feed.*Write the file as.*or set its encoding"):
        read(tmp_path / "a.csv")


def test_values_of_any_type_in_json_become_text_as_written(tmp_path: Path) -> None:
    row = '{"published_at": 1743762600, "source": true, "title": 1.50, "body": ["a", null], "article_id": 123456789012345678901234567890}'
    rows_read = read(write_lines(tmp_path / "a.jsonl", row))
    assert rows_read.select("source", "title", "body", "article_id").row(0) == (
        "true",
        "1.50",
        '["a", null]',
        "123456789012345678901234567890",
    )
    assert rows_read["index_date"][0] == date(2025, 4, 4)


@pytest.mark.parametrize("source", [{"id": None, "name": "Strelsau Post"}, "Strelsau Post"])
def test_an_outlet_may_be_an_object_with_a_name(tmp_path: Path, source: object) -> None:
    row = ROW | {"source": source}
    pl.DataFrame([row]).write_parquet(tmp_path / "a.parquet")
    for path in (write_lines(tmp_path / "a.jsonl", row), tmp_path / "a.parquet"):
        assert read(path)["source"].to_list() == ["Strelsau Post"]


@pytest.mark.parametrize(("body", "text"), [(["One.", "Two."], "One.\n\nTwo."), (["One."], "One."), ([], "")])
def test_a_list_of_texts_becomes_paragraphs(tmp_path: Path, body: list[str], text: str) -> None:
    assert read(write_lines(tmp_path / "a.jsonl", ROW | {"body": body}))["body"].to_list() == [text]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (pa.array(["x"], pa.string_view()), "x"),
        (pa.array([[("a", "b")]], pa.map_(pa.string(), pa.string())), '{"a": "b"}'),
        (pa.array([float("nan")]), None),
        (pa.array([["a", "b"]], pa.list_(pa.string(), 2)), "a\n\nb"),
        (pa.array([{"a": ["b"]}]), '{"a": ["b"]}'),
        (pa.array([UUID("f1559db1-0345-4ece-8a3b-0123456789ab")], pa.uuid()), "f1559db1-0345-4ece-8a3b-0123456789ab"),
        (pa.array(['{"a": 1}'], pa.json_()), '{"a": 1}'),
    ],
)
def test_other_types_of_parquet_become_text_too(tmp_path: Path, values: pa.Array, text: str | None) -> None:
    pq.write_table(
        pa.table({"published_at": ["2025-04-04"], "source": ["Post"], "title": ["Glass"], "article_id": values}), tmp_path / "a.parquet"
    )
    assert read(tmp_path / "a.parquet")["article_id"].to_list() == [text]


def write_both(folder: Path, *rows: dict[str, Any]) -> tuple[Path, Path]:
    """Write the rows as an array of JSON and as Parquet."""
    pl.DataFrame(rows).write_parquet(folder / "a.parquet")
    return write_text(folder / "a.json", json.dumps(rows)), folder / "a.parquet"


@pytest.mark.parametrize("column", ["source", "title", "body"])
def test_a_row_with_an_object_in_place_of_a_text_is_unreadable(tmp_path: Path, column: str) -> None:
    rows: list[dict[str, Any]] = [ROW | {column: None}, ROW | {column: {"main": "Glass", "print": "GLASS"}}]
    reason = f"{column} is an object with 'main', 'print', not text; map a field of it in tension.toml, e.g. {column} = \"{column}.main\""
    for path, label in zip(write_both(tmp_path, *rows), ("item 2: ", ""), strict=True):
        rows_read = read(path)
        assert values_by_row(rows_read, "unreadable") == [None, label + reason]
        assert values_by_row(rows_read, "published_at") == [ROW["published_at"], None]
        assert values_by_row(read(path, columns={column: f"{column}.main"}), column) == [None, "Glass"]


def test_a_file_with_objects_in_place_of_all_texts_is_rejected(tmp_path: Path) -> None:
    for path in write_both(tmp_path, ROW | {"title": {"a": "Ruritania taxes glass", "b": 1, "c": 2, "d": 3}}):
        with pytest.raises(
            SourceError, match=r"none of its 1 rows can be read \(the first: .*title is an object with 'a', 'b', 'c', …, not"
        ):
            read(path)


def test_a_row_with_a_list_of_objects_in_place_of_a_text_is_unreadable(tmp_path: Path) -> None:
    for path in write_both(tmp_path, ROW | {"body": []}, ROW | {"body": [{"text": "One."}]}):
        reasons = values_by_row(read(path), "unreadable")
        assert reasons[0] is None
        assert reasons[1].endswith("body is a list of objects or lists, not of texts; write its text as one field")


def test_an_object_is_passed_over_if_another_field_has_the_text(tmp_path: Path) -> None:
    rows = [ROW | {"source": {"id": "post", "name": name}, "headline": "Cork"} for name in (None, "Strelsau Post")]
    for path in write_both(tmp_path, *(row | {"title": {"main": "Glass"}} for row in rows)):
        rows_read = read(path, columns={"title": ("title", "headline")}, source="Archive")
        assert values_by_row(rows_read, "source") == ["Archive", "Strelsau Post"]
        assert values_by_row(rows_read, "title") == ["Cork", "Cork"]


def test_an_object_without_fields_is_null(tmp_path: Path) -> None:
    assert read(write_lines(tmp_path / "a.jsonl", ROW | {"title": {}}))["title"].to_list() == [None]


def test_the_name_of_a_field_may_have_a_lone_surrogate(tmp_path: Path) -> None:
    frame = read(write_lines(tmp_path / "a.jsonl", ROW, ROW | {"title": {"\ud83d": "Glass"}}))
    assert "title is an object with '?'" in values_by_row(frame, "unreadable")[1]


def test_values_of_any_type_in_parquet_become_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "published_at": [datetime(2025, 4, 4, 10, 30, tzinfo=UTC)],
            "fetched_at": [date(2025, 4, 5)],
            "source": pl.Series(["Post"], dtype=pl.Categorical()),
            "title": [b"caf\xc3\xa9 \xff"],
            "body": [["a", "b"]],
            "article_id": [42],
            "url": pl.Series([None], dtype=pl.Null),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").row(0, named=True) == {
        "raw_id": "a.parquet#1", "index_date": date(2025, 4, 4), "article_id": "42", "source": "Post",
        "published_at": "2025-04-04T10:30:00.000000+00:00", "fetched_at": "2025-04-05", "title": "café \ufffd", "body": "a\n\nb",
        "url": None, "unreadable": None,
    }  # fmt: skip


def test_the_reason_of_a_broken_json_line_does_not_repeat_it(tmp_path: Path) -> None:
    broken = '{"title": "secret words'
    frame = read(write_lines(tmp_path / "a.jsonl", ROW, broken, "", "[1]", ROW))
    assert values_by_row(frame, "raw_id") == [f"a.jsonl#{n}" for n in (1, 2, 3, 4)]
    reasons = values_by_row(frame, "unreadable")
    assert [reason is None for reason in reasons] == [True, False, False, True]
    assert reasons[1].startswith("line 2, character ")
    assert "secret" not in reasons[1]
    assert reasons[2] == "line 4: no JSON object"


@pytest.mark.parametrize("line", ["[" * 100_000, '{"title": ' * 100_000, '{"title": "\x01"}', '{"a": 1} {"b": 2}', "\x00", "null"])
def test_a_malicious_json_line_is_an_unreadable_row(tmp_path: Path, line: str) -> None:
    assert values_by_row(read(write_lines(tmp_path / "a.jsonl", ROW, line)), "unreadable")[1] is not None


def test_a_lone_surrogate_becomes_a_replacement_character(tmp_path: Path) -> None:
    row = json.dumps(ROW).replace("glass", "\\ud83d glass \\ud83d\\ude00")
    assert read(write_lines(tmp_path / "a.jsonl", row))["title"][0] == "Ruritania taxes \ufffd glass \U0001f600"


def test_invalid_bytes_are_replaced_and_the_bom_is_removed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode().replace(b"glass", b"gl\xffss"))
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf" + (HEADER + CSV_ROW).encode().replace(b"glass", b"gl\xffss"))
    assert read(tmp_path)["title"].to_list() == ["Ruritania taxes gl\ufffdss"] * 2


def test_a_line_above_the_limit_is_unreadable_but_not_the_next(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", ROW, ROW | {"body": "x" * 5000}, ROW)
    assert [reason is None for reason in values_by_row(read(path, limits=Limits(line_bytes=1000)), "unreadable")] == [True, False, True]


def test_a_csv_row_of_another_width_is_unreadable_not_the_next(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", HEADER + CSV_ROW + "2025-04-04,Post,Glass, sand and tea,No\n2025-04-04,Post\n\n" + CSV_ROW)
    assert values_by_row(read(path), "unreadable") == [
        None, "line 3: 5 fields where the header has 4", "line 4: 2 fields where the header has 4", None,
    ]  # fmt: skip


@pytest.mark.parametrize("broken", ['2025-04-04,Post,"Glass" is dear,No\n', '2025-04-04,Post,"Glass,No\n'])
def test_broken_quoting_makes_one_row_unreadable(tmp_path: Path, broken: str) -> None:
    after = '2025-04-04,Post,"Quoted, well","Two\nlines"\n'
    frame = read(write_text(tmp_path / "a.csv", HEADER + CSV_ROW + broken + after + CSV_ROW))
    assert values_by_row(frame, "title") == ["Ruritania taxes glass", None, "Quoted, well", "Ruritania taxes glass"]
    assert values_by_row(frame, "unreadable")[1].startswith("line 3: broken quoting")


@pytest.mark.parametrize("broken", ['2025-04-04,Post,Glass,"No\n', '2025-04-04,Post,"Glass,No\n'])
def test_a_quote_that_a_later_row_closes_swallows_none(tmp_path: Path, broken: str) -> None:
    closing = '2025-04-06,Post,Ruritania taxes glass,he said."\n'
    frame = read(write_text(tmp_path / "a.csv", HEADER + broken + CSV_ROW * 5 + closing))
    assert values_by_row(frame, "title") == [None, *["Ruritania taxes glass"] * 6]
    assert values_by_row(frame, "unreadable")[0].startswith("line 2: broken quoting")


def test_a_body_of_several_lines_with_commas_is_one_row(tmp_path: Path) -> None:
    body = "One, two, three, four\nfive, six, seven, eight"
    frame = read(write_text(tmp_path / "a.csv", f'{HEADER}2025-04-04,Post,Glass,"{body}"\n{CSV_ROW}'))
    assert values_by_row(frame, "body")[0] == body


def test_lines_after_an_unclosed_quote_are_read(tmp_path: Path) -> None:
    content = HEADER + '2025-04-04,Post,"Glass,No\n' + CSV_ROW * 50
    for limits in (Limits(), Limits(line_bytes=500)):
        frame = read(write_text(tmp_path / "a.csv", content), limits=limits)
        assert [reason is None for reason in values_by_row(frame, "unreadable")] == [False, *[True] * 50]


def test_if_no_row_can_be_read_the_reason_is_not_the_dates(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", HEADER + "2025-04-04,Strelsau Post,Glass, taxed,It did so.\n" * 2)
    with pytest.raises(SourceError, match=r"none of its 2 rows can be read \(the first: line 2: 5 fields where the header has 4\)"):
        read(path)
    with pytest.raises(SourceError, match="none of its 3 rows has a readable date"):
        read(write_text(path, path.read_text(encoding="utf-8") + "soon,Strelsau Post,Glass,It did so.\n"))


def test_a_long_field_of_csv_is_read_completely(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", HEADER + f"2025-04-04,Post,Long,{'x' * 500_000}\n")
    assert len(read(path)["body"][0]) == 500_000


def test_an_empty_field_of_csv_is_null(tmp_path: Path) -> None:
    assert read(write_text(tmp_path / "a.csv", HEADER + "2025-04-04,,Glass,\r\n")).select("source", "body").row(0) == (None, None)


def test_a_row_without_a_date_gets_the_day_fetched_or_a_neighbours(tmp_path: Path) -> None:
    dates: list[dict[str, Any]] = [
        {"published_at": "soon"}, {"published_at": "2025-04-04"}, {"published_at": "soon"},
        {"published_at": None, "fetched_at": "2025-04-06"}, {},
    ]  # fmt: skip
    frame = read(write_lines(tmp_path / "a.jsonl", *({"source": "Post", "title": "x"} | fields for fields in dates), "junk"))
    assert [day.day for day in values_by_row(frame, "index_date")] == [4, 4, 4, 6, 6, 6]


def test_days_are_in_utc(tmp_path: Path) -> None:
    assert read(write_lines(tmp_path / "a.jsonl", ROW | {"published_at": "2025-04-04T23:30:00-02:00"}))["index_date"][0].day == 5


def test_a_file_without_any_date_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"a\.jsonl: none of its 1 rows has a readable date"):
        read(write_lines(tmp_path / "a.jsonl", ROW | {"published_at": "soon"}))


def test_a_file_with_only_future_dates_is_rejected_for_that_reason(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", ROW | {"published_at": "soon"}, ROW | {"published_at": "2025-04-05"})
    with pytest.raises(SourceError, match=r"all dates of its 2 rows are after 2025-04-04.*the latest is 2025-04-05"):
        collect_rows(read_articles(archives(path), last_day=date(2025, 4, 4)))


def test_a_fetch_after_the_last_day_counts_as_none(tmp_path: Path) -> None:
    fetches = ("2052-04-09T00:00:00Z", "2025-04-04T23:59:59Z", "soon", None)
    path, report = write_lines(tmp_path / "a.jsonl", *({**ROW, "fetched_at": at} for at in fetches)), ReadReport()
    rows = collect_rows(read_articles(archives(path), last_day=date(2025, 4, 4), report=report))
    assert rows["fetched_at"].to_list() == [None, *fetches[1:]]
    assert report.future_fetches == ["a.jsonl: 1 row has a fetched_at after 2025-04-04 (UTC); correct the file"]


@pytest.mark.parametrize("column", ["published_at", "source"])
def test_a_missing_column_is_reported_with_the_columns_found(tmp_path: Path, column: str) -> None:
    row = {name: value for name, value in ROW.items() if name != column}
    with pytest.raises(SourceError, match=rf"a\.jsonl: lacks the column {column}\. Found: .*'title'.* Needed: published_at, source"):
        read(write_lines(tmp_path / "a.jsonl", row))


def test_title_or_body_is_enough_but_one_is_needed(tmp_path: Path) -> None:
    base = {"published_at": "2025-04-04", "source": "Post"}
    assert read(write_lines(tmp_path / "a.jsonl", base | {"body": "x"})).height == 1
    with pytest.raises(SourceError, match="title or body"):
        read(write_lines(tmp_path / "b.jsonl", base))


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_of_objects_gives_the_same_rows_as_lines(tmp_path: Path, indent: int | None) -> None:
    rows = [ROW, ROW | {"title": '[brackets], "quotes" and {braces}'}, ROW | {"published_at": "soon"}]
    array = read(write_text(tmp_path / "a.json", "\n " + json.dumps(rows, indent=indent) + "\n"))
    (tmp_path / "a.json").unlink()
    assert array.equals(read(write_lines(tmp_path / "a.json", *rows)))
    assert array.height == 3


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_empty_file_has_no_rows(tmp_path: Path, name: str) -> None:
    assert read(write_text(tmp_path / name, "\n")).equals(RAW_ARTICLES.empty())


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl.gz", "a.csv.gz", "a.parquet.gz"])
def test_a_file_with_a_wrong_extension_is_rejected_with_advice(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"hello, world")
    with pytest.raises(SourceError, match=r"a\..*: .*(no gzip|not a Parquet) file"):
        read(tmp_path / name)


def test_a_damaged_parquet_file_is_rejected(tmp_path: Path) -> None:
    pl.DataFrame([ROW]).write_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match="damaged"):
        read(tmp_path / "a.parquet")


def test_a_gzip_file_cut_short_is_rejected(tmp_path: Path) -> None:
    path = write_gzip(tmp_path / "a.jsonl.gz", json.dumps(ROW).encode() * 100)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(SourceError, match="damaged or cut short"):
        read(path)


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.csv.gz", "a.parquet.gz"])
def test_a_gzip_bomb_is_rejected(tmp_path: Path, name: str) -> None:
    path = write_gzip(tmp_path / name, b"PAR1" + b"x" * 5_000_000)
    with pytest.raises(SourceError, match="unpacks to more than 1,000,000 bytes"):
        read(path, limits=Limits(line_bytes=10_000, unpacked_ratio=10, unpacked_freely_bytes=1_000_000))


def test_the_limit_of_a_gzip_file_grows_with_its_size() -> None:
    limits = Limits(unpacked_bytes=1000, unpacked_ratio=10, unpacked_freely_bytes=100)
    assert [limits.max_unpacked_bytes(size) for size in (1, 50, 5000)] == [100, 500, 1000]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_csv_may_be_separated_by_semicolons_or_tabs(tmp_path: Path, delimiter: str) -> None:
    header = ["published_at", '"source"', " title ", "body"]
    row = ["2025-04-04", "Post", '"Glass, taxed"', f'"One{delimiter}two"']
    (frame,) = read(write_text(tmp_path / "a.csv", "".join(f"{delimiter.join(cells)}\r\n" for cells in (header, row)))).rows(named=True)
    assert (frame["title"], frame["body"], frame["unreadable"]) == ("Glass, taxed", f"One{delimiter}two", None)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_empty_lines_in_a_quoted_field_stay(tmp_path: Path, end: str) -> None:
    lines = [HEADER.strip(), "", '2025-04-04,Post,Glass,"One', "", "", 'two"', "", "", CSV_ROW.strip(), ""]
    frame = read(write_text(tmp_path / "a.csv", end.join(lines)))
    assert values_by_row(frame, "body") == ["One\n\n\ntwo", "It did so."]


@pytest.mark.slow
def test_lines_after_quotes_that_are_never_closed_are_read_a_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, returned = HEADER + CSV_ROW + 'x","\n' * 150_000 + CSV_ROW, 0
    read_line = csv_text._LineBuffer.__next__

    def count(buffer: csv_text._LineBuffer) -> str:
        nonlocal returned
        line = read_line(buffer)
        returned += len(line)
        return line

    monkeypatch.setattr(csv_text._LineBuffer, "__next__", count)
    frame = read(write_text(tmp_path / "a.csv", text))
    assert (frame.height, frame["unreadable"].null_count()) == (150_002, 2)
    assert returned < 1_500_000 + 6 * len(text)


def test_a_missing_value_as_python_writes_it_is_null(tmp_path: Path) -> None:
    frame = read(write_lines(tmp_path / "a.jsonl", ROW | {"body": float("nan"), "url": float("nan")}))
    assert frame.select("body", "url").row(0) == (None, None)


JUNK = st.binary(max_size=60).filter(lambda line: b"\n" not in line and line.strip(b" \t\r") != b"")


@examples(60)
@given(junk=st.lists(JUNK, max_size=8))
def test_junk_between_json_lines_never_loses_a_row(tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("junk") / "a.jsonl"
    path.write_bytes(b"\n".join([json.dumps(ROW).encode(), *junk, json.dumps(ROW).encode()]))
    frame = read(path)
    assert frame.height == len(junk) + 2
    assert values_by_row(frame, "title")[-1] == ROW["title"]


@examples(60)
@given(junk=st.lists(st.text(st.sampled_from('",\r ab\x00é'), max_size=12), max_size=8))
def test_junk_between_csv_lines_never_loses_the_rows_after_it(tmp_path_factory: pytest.TempPathFactory, junk: list[str]) -> None:
    path = tmp_path_factory.mktemp("junk") / "a.csv"
    good = '2025-04-04,"Strelsau Post","Glass, taxed",No\n'
    path.write_text(HEADER + good + "".join(line + "\n" for line in junk) + good * 3, encoding="utf-8", newline="")
    titles = values_by_row(read(path), "title")
    assert titles[0] == "Glass, taxed"
    # A quote left open by the junk may end in the first line after it, but not later.
    assert titles[-2:] == ["Glass, taxed"] * 2
