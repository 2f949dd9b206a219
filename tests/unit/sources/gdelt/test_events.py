"""Events of GDELT: every row of an export is accounted for, whatever is in it."""

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.tables.crosscheck import GDELT_EVENTS
from pipeline.sources.errors import SourceError
from pipeline.sources.gdelt import lines
from pipeline.sources.gdelt.events import COLUMNS, ENDS, EVENTS, between_states, parse_events
from tests.unit.sources.gdelt.scenes import DAY, EVENTS_ITEM, FIXTURES, event, file_of, payload, zipped

REAL = "gdelt2_20191024143000.export.CSV"
REAL_ROWS = 2_111


def ends(*rows: str) -> dict[str, int]:
    """How many of these rows came to each end, those to which none came left out."""
    counts = between_states(parse_events(payload(file_of(*rows))), DAY).counts
    return {end: count for end, count in counts.items() if count}


def test_the_columns_are_those_of_gdelts_own_schema(outside_data: Path) -> None:
    with (outside_data / "formats" / "gdelt2_events_schema.csv").open(encoding="utf-8", newline="") as file:
        schema = {row["name"]: row["type"] for row in csv.DictReader(file)}
    types = {pl.Int64(): "INTEGER", pl.Float64(): "FLOAT", pl.String(): "STRING"}
    assert {name: types[dtype] for name, dtype in COLUMNS.items()} == schema
    assert list(COLUMNS) == list(schema)


def test_every_row_of_a_real_export_is_read_field_for_field(outside_data: Path) -> None:
    body = (outside_data / "formats" / REAL).read_bytes()
    rows = parse_events(payload(body, "20191024143000.export.CSV.zip", date(2019, 10, 24)))
    assert rows.schema == EVENTS
    assert rows.shape == (REAL_ROWS, 62)
    assert rows["unreadable"].null_count() == REAL_ROWS
    given_fields = [line.split("\t") for line in body.decode().removesuffix("\n").split("\n")]
    for place, (name, dtype) in enumerate(COLUMNS.items()):
        cast = {pl.Int64(): int, pl.Float64(): float, pl.String(): str}[dtype]
        assert rows[name].to_list() == [cast(fields[place]) if fields[place] else None for fields in given_fields]


def test_the_ends_of_a_real_export_add_up(outside_data: Path) -> None:
    body = (outside_data / "formats" / REAL).read_bytes()
    ended = between_states(parse_events(payload(body, "20191024143000.export.CSV.zip")), date(2019, 10, 24))
    assert sum(ended.counts.values()) == REAL_ROWS
    assert ended.counts["kept"] == ended.events.height == 225
    assert ended.counts["malformed"] == ended.counts["repeated"] == 0
    assert set(ended.events["actor"]) & set(ended.events["target"]) >= {"USA", "CHN", "EUN"}


def test_a_zipped_export_is_the_same_as_one_that_is_not() -> None:
    body = (FIXTURES / "20250404103000.export.CSV").read_bytes()
    assert parse_events(payload(zipped(body))).equals(parse_events(payload(body)))


def test_the_rows_of_the_fixture_come_to_every_end() -> None:
    ended = between_states(parse_events(payload((FIXTURES / "20250404103000.export.CSV").read_bytes())), DAY)
    assert ended.counts == {"malformed": 2, "repeated": 1, "no_country": 3, "domestic": 1, "no_state": 2, "other_kind": 1, "kept": 4}
    assert ended.first_fault == "60 fields, not 61"
    assert ended.events.select("actor", "target", "cameo_code", "kind", "polarity").rows() == [
        ("CHN", "USA", "163", "measure", "escalation"),
        ("EUN", "USA", "085", "easing", "concession"),
        ("USA", "CHN", "036", "dialogue", "dialogue"),
        ("USA", "ROU", "1054", "demand", "escalation"),
    ]


def test_a_kept_event_tells_when_it_was_added_and_when_it_is_said_to_have_been() -> None:
    rows = parse_events(payload(file_of(event(7, SQLDATE="20240404"))))
    (kept,) = between_states(rows, DAY).events.rows(named=True)
    assert kept["index_date"] == DAY
    assert kept["event_date"] == date(2024, 4, 4)
    assert f"{kept['added_at']:%Y-%m-%dT%H:%M:%SZ}" == "2025-04-04T10:30:00Z"
    assert (kept["gdelt_event_id"], kept["mention_count"], kept["source_count"], kept["article_count"]) == (7, 10, 2, 9)
    assert (kept["tone"], kept["goldstein"], kept["url"]) == (-4.25, -8.0, "https://strelsau.example/7")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "BBC Monitoring", "https://", "https://a b.example/"])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    assert between_states(parse_events(payload(file_of(event(SOURCEURL=url)))), DAY).events["url"].to_list() == [None]


@pytest.mark.parametrize(
    ("row", "end"),
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
def test_an_event_ends_where_its_first_hindrance_is(row: str, end: str) -> None:
    assert ends(row) == {end: 1}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("", "1 fields, not 61"),
        (event() + "\t", "62 fields, not 61"),
        (event(NumMentions="many"), "NumMentions is no number"),
        (event(AvgTone="nan"), "AvgTone is no number"),
        (event(GoldsteinScale="inf"), "GoldsteinScale is no number"),
        (event(GLOBALEVENTID=""), "GLOBALEVENTID is empty"),
        (event(GLOBALEVENTID="99999999999999999999"), "GLOBALEVENTID is no number"),
        (event(EventCode=""), "EventCode is empty"),
        (event(SQLDATE="20250431"), "SQLDATE is no day"),
        (event(DATEADDED="20250404253000"), "DATEADDED is no instant"),
        (event(stamp="20250405000000"), "added on another day than 2025-04-04, that of its file"),
    ],
)
def test_a_row_that_cannot_be_read_is_counted_with_its_reason(row: str, fault: str) -> None:
    ended = between_states(parse_events(payload(file_of(event(1), row))), DAY)
    assert (ended.counts["kept"], ended.counts["malformed"], ended.first_fault) == (1, 1, fault)


def test_a_row_that_is_not_utf_8_is_counted_and_the_others_are_read() -> None:
    rows = parse_events(payload(file_of(event(1)) + event(2, Actor1Name="S\xe3o").encode("latin-1") + b"\n" + file_of(event(3))))
    assert rows["unreadable"].to_list() == [None, "not UTF-8", None]
    assert rows["GLOBALEVENTID"].to_list() == [1, None, 3]


def test_replacement_marks_that_the_source_wrote_are_text() -> None:
    rows = parse_events(payload(file_of(event(1, Actor1Name="S\ufffdo")) + b"\xff\n"))
    assert rows["unreadable"].to_list() == [None, "not UTF-8"]


def test_an_event_that_was_kept_before_is_repeated() -> None:
    rows = parse_events(payload(file_of(event(1), event(2), event(2))))
    assert {end: n for end, n in between_states(rows, DAY, {1}).counts.items() if n} == {"repeated": 2, "kept": 1}


def test_quotation_marks_are_letters_as_others_are() -> None:
    assert parse_events(payload(file_of(event(1, Actor1Name='"THE "PRESIDENT'), event(2))))["Actor1Name"].to_list() == [
        '"THE "PRESIDENT',
        "A MINISTRY",
    ]


def test_only_a_line_feed_ends_a_row() -> None:
    rows = parse_events(payload(file_of(event(1, Actor1Name="A\u2028B\x0cC") + "\r")))
    assert rows["Actor1Name"].to_list() == ["A\u2028B\x0cC"]
    assert rows["SOURCEURL"].to_list() == ["https://strelsau.example/1"]


@pytest.mark.parametrize("body", [b"", b"\n", b"  \n\n", zipped(b"")])
def test_an_empty_file_is_an_outage_and_no_quiet_quarter(body: bytes) -> None:
    with pytest.raises(SourceError, match=f"GDELT's file {EVENTS_ITEM} is empty"):
        parse_events(payload(body))


def test_a_page_instead_of_an_export_is_an_error_that_names_the_address() -> None:
    with pytest.raises(SourceError, match=rf"holds no row of 61 fields.*http://gdelt.example/{EVENTS_ITEM}"):
        parse_events(payload(b"<html>\n<body>Sign in to the network</body>\n</html>"))


def test_a_zip_that_was_cut_off_is_an_error() -> None:
    whole = zipped(file_of(*(event(n) for n in range(50))))
    with pytest.raises(SourceError, match="is no zip, or a damaged one"):
        parse_events(payload(whole[: len(whole) // 2]))


def test_a_zip_whose_content_was_changed_is_an_error() -> None:
    whole = bytearray(zipped(file_of(*(event(n) for n in range(50)))))
    whole[200] ^= 0xFF
    with pytest.raises(SourceError, match="is no zip, or a damaged one"):
        parse_events(payload(bytes(whole)))


def test_a_zip_that_unpacks_to_a_thousand_times_its_size_is_refused() -> None:
    with pytest.raises(SourceError, match=r"would unpack to 20,000,000, at most 1,\d+,\d+ are believed"):
        parse_events(payload(zipped(b"\t" * 20_000_000)))


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    honest = zipped(b"\t" * 20_000_000)
    lying = honest.replace((20_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(SourceError, match="is no zip, or a damaged one"):
        parse_events(payload(lying))


def test_a_zip_of_several_files_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.CSV", file_of(event()))
        archive.writestr("b.CSV", file_of(event()))
    with pytest.raises(SourceError, match="holds 2 members"):
        parse_events(payload(made.getvalue()))


def test_a_zip_without_a_file_in_it_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w"):
        pass
    with pytest.raises(SourceError, match="is a zip without a file in it"):
        parse_events(payload(made.getvalue()))


@pytest.mark.parametrize("item", ["masterfilelist.txt", "20250404.export.CSV.zip", "20251304103000.export.CSV.zip", ""])
def test_a_file_that_is_named_after_no_quarter_is_an_error(item: str) -> None:
    with pytest.raises(SourceError, match="is not named after a quarter of an hour"):
        lines.quarter_of(item)


fields = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=6)
rows_of_text = st.lists(
    st.one_of(
        st.lists(fields, max_size=5).map("\t".join).map(str.encode),
        st.lists(fields, min_size=61, max_size=61).map("\t".join).map(str.encode),
        st.integers(1, 3).map(lambda number: event(number).encode()),
        st.tuples(st.sampled_from(list(COLUMNS)), fields.filter(lambda text: "\t" not in text)).map(
            lambda changed: event(1, **{changed[0]: changed[1]}).encode()
        ),
        st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"")),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(rows_of_text)
def test_rows_in_are_rows_accounted_for_whatever_comes(rows: list[bytes]) -> None:
    body = b"".join(row + b"\n" for row in rows)
    try:
        parsed = parse_events(payload(b"x" + body if body.startswith(b"PK") else body))
    except SourceError:
        return
    assert parsed.schema == EVENTS
    assert parsed.height == len(rows)
    ended = between_states(parsed, DAY)
    assert list(ended.counts) == list(ENDS)
    assert sum(ended.counts.values()) == len(rows)
    assert ended.events.height == ended.counts["kept"]
    assert ended.events.schema == GDELT_EVENTS.schema


@settings(deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_raise_anything_but_an_error_of_the_source(raw: bytes, is_zip: bool) -> None:
    try:
        parsed = parse_events(payload(b"PK" + raw if is_zip else raw))
    except SourceError:
        return
    assert parsed.height == raw.removesuffix(b"\n").count(b"\n") + 1
