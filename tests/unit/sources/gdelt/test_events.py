"""Events of GDELT: every row of an export is parsed and counted."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.tables.crosscheck import GDELT_EVENTS
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt import articles, lines
from pipeline.sources.gdelt.articles import parse_articles
from pipeline.sources.gdelt.events import COLUMNS, EVENTS, NAMES, ROW_OUTCOMES, classify_events, parse_events
from pipeline.sources.payloads import Payload
from tests.unit.sources.gdelt.scenes import DAY, EVENTS_ITEM, FIXTURES, event, join_lines, payload, zip_body

REAL = "gdelt2_20191024143000.export.CSV"
REAL_ROWS = 2_111


def count_outcomes(*rows: str) -> dict[str, int]:
    """Count rows by outcome, without zeros."""
    counts = classify_events(parse_events(payload(join_lines(*rows))), DAY).counts
    return {outcome: count for outcome, count in counts.items() if count}


def test_the_columns_are_those_of_gdelts_own_schema(outside_data: Path) -> None:
    with (outside_data / "formats" / "gdelt2_events_schema.csv").open(encoding="utf-8", newline="") as file:
        schema = {row["name"]: row["type"] for row in csv.DictReader(file)}
    types = {pl.Int64(): "INTEGER", pl.Float64(): "FLOAT", pl.String(): "STRING"}
    assert {name: types[dtype] for name, dtype in COLUMNS.items()} == schema
    assert list(COLUMNS) == list(schema)


def test_every_field_of_a_real_export_is_read(outside_data: Path) -> None:
    body = (outside_data / "formats" / REAL).read_bytes()
    rows = parse_events(payload(body, "20191024143000.export.CSV.zip", date(2019, 10, 24)))
    assert rows.schema == EVENTS
    assert rows.shape == (REAL_ROWS, 62)
    assert rows["unreadable_reason"].null_count() == REAL_ROWS
    lines_of_fields = [line.split("\t") for line in body.decode().removesuffix("\n").split("\n")]
    for position, (name, dtype) in enumerate(COLUMNS.items()):
        cast = {pl.Int64(): int, pl.Float64(): float, pl.String(): str}[dtype]
        assert rows[name].to_list() == [cast(fields[position]) if fields[position] else None for fields in lines_of_fields]


def test_the_outcomes_of_a_real_export_add_up(outside_data: Path) -> None:
    body = (outside_data / "formats" / REAL).read_bytes()
    classified = classify_events(parse_events(payload(body, "20191024143000.export.CSV.zip")), date(2019, 10, 24))
    assert sum(classified.counts.values()) == REAL_ROWS
    assert classified.counts["kept"] == classified.events.height == 225
    assert classified.counts["malformed"] == classified.counts["repeated"] == 0
    assert set(classified.events["actor"]) & set(classified.events["target"]) >= {"USA", "CHN", "EUN"}


def test_a_zipped_export_gives_the_same_rows() -> None:
    body = (FIXTURES / "20250404103000.export.CSV").read_bytes()
    assert parse_events(payload(zip_body(body))).equals(parse_events(payload(body)))


def test_the_fixture_has_rows_with_every_outcome() -> None:
    classified = classify_events(parse_events(payload((FIXTURES / "20250404103000.export.CSV").read_bytes())), DAY)
    assert classified.counts == {"malformed": 2, "repeated": 1, "no_country": 3, "domestic": 1, "no_state": 2, "other_kind": 1, "kept": 4}
    assert classified.first_unreadable_reason == "60 fields, not 61"
    assert classified.events.select("actor", "target", "cameo_code", "kind", "polarity").rows() == [
        ("CHN", "USA", "163", "measure", "escalation"),
        ("EUN", "USA", "085", "easing", "concession"),
        ("USA", "CHN", "036", "dialogue", "dialogue"),
        ("USA", "ROU", "1054", "demand", "escalation"),
    ]


def test_an_event_has_the_day_it_was_added_and_the_day_it_happened() -> None:
    rows = parse_events(payload(join_lines(event(7, SQLDATE="20240404"))))
    (row,) = classify_events(rows, DAY).events.rows(named=True)
    assert row["index_date"] == DAY
    assert row["event_date"] == date(2024, 4, 4)
    assert f"{row['added_at']:%Y-%m-%dT%H:%M:%SZ}" == "2025-04-04T10:30:00Z"
    assert (row["gdelt_event_id"], row["mention_count"], row["source_count"], row["article_count"]) == (7, 10, 2, 9)
    assert (row["tone"], row["goldstein"], row["url"]) == (-4.25, -8.0, "https://strelsau.example/7")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "BBC Monitoring", "https://", "https://a b.example/"])
def test_an_invalid_web_address_is_not_a_link(url: str) -> None:
    assert classify_events(parse_events(payload(join_lines(event(SOURCEURL=url)))), DAY).events["url"].to_list() == [None]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (event(), "kept"),
        (event(target=""), "no_country"),
        (event(actor="EUR"), "no_country"),
        (event(Actor2KnownGroupCode="NAT", Actor2Type1Code="IGO"), "no_state"),
        (event(actor="EUR", Actor1KnownGroupCode="EEC", Actor1Type1Code="IGO"), "kept"),
        (event(target="CHN"), "domestic"),
        (event(actor="WSB", target="GZS"), "domestic"),
        (event(Actor1Type1Code="GOV"), "kept"),
        (event(Actor1Type1Code="BUS"), "no_state"),
        (event(Actor2Type1Code="BUS"), "kept"),
        (event(Actor2Type1Code="CVL"), "no_state"),
        (event(code="190"), "other_kind"),
        (event(code="---"), "other_kind"),
    ],
)
def test_an_event_has_the_first_outcome_that_applies(row: str, outcome: str) -> None:
    assert count_outcomes(row) == {outcome: 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("", "1 fields, not 61"),
        (event() + "\t", "62 fields, not 61"),
        (event(NumMentions="many"), "NumMentions is not a number"),
        (event(AvgTone="nan"), "AvgTone is not a number"),
        (event(GoldsteinScale="inf"), "GoldsteinScale is not a number"),
        (event(GLOBALEVENTID=""), "GLOBALEVENTID is empty"),
        (event(GLOBALEVENTID="99999999999999999999"), "GLOBALEVENTID is not a number"),
        (event(EventCode=""), "EventCode is empty"),
        (event(SQLDATE="20250431"), "SQLDATE is not a day"),
        (event(DATEADDED="20250404253000"), "DATEADDED is not a time"),
        (event(NumArticles="-1"), "NumArticles is out of bounds"),
        (event(AvgTone="-100.5"), "AvgTone is out of bounds"),
        (event(GoldsteinScale="11"), "GoldsteinScale is out of bounds"),
        (event(stamp="20250405000000"), "added on another day than 2025-04-04, the day of its file"),
    ],
)
def test_a_row_that_cannot_be_read_is_counted_with_a_reason(row: str, reason: str) -> None:
    classified = classify_events(parse_events(payload(join_lines(event(1), row))), DAY)
    assert (classified.counts["kept"], classified.counts["malformed"], classified.first_unreadable_reason) == (1, 1, reason)


def test_a_row_that_is_not_utf_8_is_counted_and_the_others_are_read() -> None:
    rows = parse_events(payload(join_lines(event(1)) + event(2, Actor1Name="S\xe3o").encode("latin-1") + b"\n" + join_lines(event(3))))
    assert rows["unreadable_reason"].to_list() == [None, "not UTF-8", None]
    assert rows["GLOBALEVENTID"].to_list() == [1, None, 3]


def test_replacement_characters_in_the_source_are_text() -> None:
    rows = parse_events(payload(join_lines(event(1, Actor1Name="S\ufffdo")) + b"\xff\n"))
    assert rows["unreadable_reason"].to_list() == [None, "not UTF-8"]


def test_an_event_in_an_earlier_file_is_repeated() -> None:
    rows = parse_events(payload(join_lines(event(1), event(2), event(2))))
    assert {outcome: n for outcome, n in classify_events(rows, DAY, {1}).counts.items() if n} == {"repeated": 2, "kept": 1}


def test_quotation_marks_are_ordinary_characters() -> None:
    assert parse_events(payload(join_lines(event(1, Actor1Name='"THE "PRESIDENT'), event(2))))["Actor1Name"].to_list() == [
        '"THE "PRESIDENT',
        "A MINISTRY",
    ]


def test_only_a_line_feed_ends_a_row() -> None:
    rows = parse_events(payload(join_lines(event(1, Actor1Name="A\u2028B\x0cC") + "\r")))
    assert rows["Actor1Name"].to_list() == ["A\u2028B\x0cC"]
    assert rows["SOURCEURL"].to_list() == ["https://strelsau.example/1"]


@pytest.mark.parametrize("body", [b"", b"\n", b"  \n\n", zip_body(b"")])
def test_an_empty_file_raises_a_source_error(body: bytes) -> None:
    with pytest.raises(SourceError, match=f"GDELT's file {EVENTS_ITEM} is empty"):
        parse_events(payload(body))


@pytest.mark.parametrize(("parse", "names"), [(parse_events, NAMES), (parse_articles, articles.NAMES)])
def test_a_line_of_tabs_is_not_split_into_millions_of_fields(parse: Callable[[Payload], pl.DataFrame], names: Sequence[str]) -> None:
    tabs = 20_000_000
    body = b"x" + b"\t" * (len(names) - 1) + b"\n" + b"\t" * tabs
    fields = lines.split_fields(lines.read_lines(payload(body)), names)
    assert fields["width"].to_list() == [len(names), tabs + 1]
    assert fields[names[-1]].str.len_bytes().to_list() == [0, tabs + 1 - len(names)]
    assert parse(payload(body)).height == 2


def test_a_web_page_raises_a_source_error_with_its_address() -> None:
    with pytest.raises(SourceError, match=rf"has no row of 61 fields.*http://gdelt.example/{EVENTS_ITEM}"):
        parse_events(payload(b"<html>\n<body>Sign in to the network</body>\n</html>"))


def test_a_truncated_zip_raises_a_source_error() -> None:
    complete = zip_body(join_lines(*(event(n) for n in range(50))))
    with pytest.raises(SourceError, match="is not a zip file, or a damaged one"):
        parse_events(payload(complete[: len(complete) // 2]))


def test_a_corrupted_zip_raises_a_source_error() -> None:
    complete = bytearray(zip_body(join_lines(*(event(n) for n in range(50)))))
    complete[200] ^= 0xFF
    with pytest.raises(SourceError, match="is not a zip file, or a damaged one"):
        parse_events(payload(bytes(complete)))


def test_a_zip_that_unpacks_to_a_thousand_times_its_size_is_refused() -> None:
    with pytest.raises(SourceError, match=r"would unpack to 20,000,000, the limit is 1,\d+,\d+"):
        parse_events(payload(zip_body(b"\t" * 20_000_000)))


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    honest = zip_body(b"\t" * 20_000_000)
    lying = honest.replace((20_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(SourceError, match="is not a zip file, or a damaged one"):
        parse_events(payload(lying))


def test_a_zip_of_several_files_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.CSV", join_lines(event()))
        archive.writestr("b.CSV", join_lines(event()))
    with pytest.raises(SourceError, match="it has 2 members"):
        parse_events(payload(content.getvalue()))


def test_a_zip_without_a_file_in_it_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w"):
        pass
    with pytest.raises(SourceError, match="is a zip without a file"):
        parse_events(payload(content.getvalue()))


@pytest.mark.parametrize("item", ["masterfilelist.txt", "20250404.export.CSV.zip", "20251304103000.export.CSV.zip", ""])
def test_a_file_without_quarter_in_its_name_is_an_error(item: str) -> None:
    with pytest.raises(SourceError, match="has no quarter-hour in its name"):
        lines.parse_quarter(item)


fields = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=6)
rows_of_text = st.lists(
    st.one_of(
        st.lists(fields, max_size=5).map("\t".join).map(str.encode),
        st.lists(fields, min_size=61, max_size=61).map("\t".join).map(str.encode),
        st.integers(1, 3).map(lambda number: event(number).encode()),
        st.tuples(st.sampled_from(list(COLUMNS)), fields.filter(lambda text: "\t" not in text)).map(
            lambda change: event(1, **{change[0]: change[1]}).encode()
        ),
        st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"")),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(rows_of_text)
def test_every_row_is_parsed_and_counted(rows: list[bytes]) -> None:
    body = b"".join(row + b"\n" for row in rows)
    try:
        parsed = parse_events(payload(b"x" + body if body.startswith(b"PK") else body))
    except SourceError:
        return
    assert parsed.schema == EVENTS
    assert parsed.height == len(rows)
    classified = classify_events(parsed, DAY)
    assert list(classified.counts) == list(ROW_OUTCOMES)
    assert sum(classified.counts.values()) == len(rows)
    assert classified.events.height == classified.counts["kept"]
    assert classified.events.schema == GDELT_EVENTS.schema


@settings(deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_rows_or_raise_a_source_error(raw: bytes, is_zip: bool) -> None:
    try:
        parsed = parse_events(payload(b"PK" + raw if is_zip else raw))
    except SourceError:
        return
    assert parsed.height == raw.removesuffix(b"\n").count(b"\n") + 1
