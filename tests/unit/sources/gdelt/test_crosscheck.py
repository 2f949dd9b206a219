"""From files to the tables of the cross-check: every quarter of an hour has its account."""

from datetime import UTC, date, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_EVENTS
from pipeline.sources.gdelt.crosscheck import cross_check
from pipeline.sources.payloads import Fetched, Outcome, Request
from tests.unit.sources.gdelt.scenes import DAY, document, event, file_of, payload, zipped

ASKED_AT = datetime(2025, 4, 4, 12, tzinfo=UTC)
ENDS = [name for name in GDELT_ACCOUNTS.schema.names() if name.endswith("_count") and name != "read_count"]


def came(stamp: str, body: bytes | None, outcome: Outcome = "stored", detail: str = "", end: str = ".export.CSV.zip") -> Fetched:
    item = stamp + end
    about = date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))
    request = Request("gdelt", item, f"http://gdelt.example/{item}", about, is_final=True)
    return Fetched(request, outcome, ASKED_AT, 1, 200, None if body is None else payload(body, item, about), detail)


def test_a_window_becomes_events_and_accounts() -> None:
    one, two = "20250404000000", "20250404001500"
    checked = cross_check(
        [
            came(one, zipped(file_of(event(1, stamp=one), event(2, code="190", stamp=one), "cut off"))),
            came(two, zipped(file_of(event(3, stamp=two), event(1, stamp=two)))),
            came("20250404003000", None, "missing", "it answered 404"),
            came("20250404004500", b"<html></html>", "kept"),
            came(one, file_of(document()), end=".gkg.csv.zip"),
        ]
    )
    assert checked.events["gdelt_event_id"].to_list() == [1, 3]
    told = checked.accounts.select("fetch_outcome", "is_read", "read_count", "kept_count", "repeated_count", "malformed_count")
    assert told.rows() == [
        ("stored", True, 3, 1, 0, 1),
        ("stored", True, 2, 1, 1, 0),
        ("missing", False, None, None, None, None),
        ("kept", False, None, None, None, None),
    ]
    assert checked.accounts["detail"].to_list()[:3] == ["1 fields, not 61", "", "it answered 404"]
    assert "holds no row of 61 fields" in checked.accounts["detail"][3]


def test_nothing_asked_for_is_nothing_accounted_for() -> None:
    checked = cross_check([])
    assert checked.events.equals(GDELT_EVENTS.empty())
    assert checked.accounts.equals(GDELT_ACCOUNTS.empty())


def test_the_same_files_make_the_same_tables() -> None:
    files = [came("20250404000000", zipped(file_of(*(event(n, stamp="20250404000000") for n in (3, 1, 2)))))]
    first, second = cross_check(files), cross_check(files)
    assert first.events.equals(second.events)
    assert first.accounts.equals(second.accounts)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.binary(max_size=60), st.just(file_of(event(1), event(2, target="")))), max_size=4))
def test_every_quarter_has_an_account_and_every_row_in_it_an_end(bodies: list[bytes | None]) -> None:
    checked = cross_check(came(f"20250404{n:02}0000", body) for n, body in enumerate(bodies))
    accounts = checked.accounts
    assert accounts.height == len(bodies)
    assert accounts.filter(~pl.col("is_read"))["read_count"].null_count() == accounts.filter(~pl.col("is_read")).height
    read = accounts.filter("is_read")
    assert read["read_count"].to_list() == read.select(pl.sum_horizontal(ENDS)).to_series().to_list()
    assert checked.events.height == read["kept_count"].sum()
    assert set(checked.events["index_date"]) <= {DAY}
