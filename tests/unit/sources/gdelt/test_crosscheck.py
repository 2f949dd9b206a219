"""The tables of the cross-check: every quarter-hour has an account."""

from datetime import UTC, date, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.tables.crosscheck import GDELT_ACCOUNTS, GDELT_EVENTS
from pipeline.sources.gdelt.crosscheck import build_cross_check
from pipeline.sources.payloads import FetchResult, Outcome, Request
from tests.unit.sources.gdelt.scenes import DAY, document, event, join_lines, payload, zip_body

ASKED_AT = datetime(2025, 4, 4, 12, tzinfo=UTC)
COUNTS = [name for name in GDELT_ACCOUNTS.schema.names() if name.endswith("_count") and name != "read_count"]


def result(stamp: str, body: bytes | None, outcome: Outcome = "stored", detail: str = "", end: str = ".export.CSV.zip") -> FetchResult:
    item = stamp + end
    day = date(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]))
    request = Request("gdelt", item, f"http://gdelt.example/{item}", day, is_final=True)
    return FetchResult(request, outcome, ASKED_AT, 1, 200, None if body is None else payload(body, item, day), detail)


def test_a_window_becomes_events_and_accounts() -> None:
    one, two = "20250404000000", "20250404001500"
    tables = build_cross_check(
        [
            result(one, zip_body(join_lines(event(1, stamp=one), event(2, code="190", stamp=one), "cut off"))),
            result(two, zip_body(join_lines(event(3, stamp=two), event(1, stamp=two)))),
            result("20250404003000", None, "missing", "status 404"),
            result("20250404004500", b"<html></html>", "kept"),
            result(one, join_lines(document()), end=".gkg.csv.zip"),
        ]
    )
    assert tables.events["gdelt_event_id"].to_list() == [1, 3]
    accounts = tables.accounts.select("fetch_outcome", "is_read", "read_count", "kept_count", "repeated_count", "malformed_count")
    assert accounts.rows() == [
        ("stored", True, 3, 1, 0, 1),
        ("stored", True, 2, 1, 1, 0),
        ("missing", False, None, None, None, None),
        ("kept", False, None, None, None, None),
    ]
    assert tables.accounts["detail"].to_list()[:3] == ["1 fields, not 61", "", "status 404"]
    assert "has no row of 61 fields" in tables.accounts["detail"][3]


def test_without_results_both_tables_are_empty() -> None:
    tables = build_cross_check([])
    assert tables.events.equals(GDELT_EVENTS.empty())
    assert tables.accounts.equals(GDELT_ACCOUNTS.empty())


def test_the_same_files_give_the_same_tables() -> None:
    files = [result("20250404000000", zip_body(join_lines(*(event(n, stamp="20250404000000") for n in (3, 1, 2)))))]
    first, second = build_cross_check(files), build_cross_check(files)
    assert first.events.equals(second.events)
    assert first.accounts.equals(second.accounts)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.binary(max_size=60), st.just(join_lines(event(1), event(2, target="")))), max_size=4))
def test_every_quarter_has_an_account_and_every_row_is_counted(bodies: list[bytes | None]) -> None:
    tables = build_cross_check(result(f"20250404{n:02}0000", body) for n, body in enumerate(bodies))
    accounts = tables.accounts
    assert accounts.height == len(bodies)
    assert accounts.filter(~pl.col("is_read"))["read_count"].null_count() == accounts.filter(~pl.col("is_read")).height
    read = accounts.filter("is_read")
    assert read["read_count"].to_list() == read.select(pl.sum_horizontal(COUNTS)).to_series().to_list()
    assert tables.events.height == read["kept_count"].sum()
    assert set(tables.events["index_date"]) <= {DAY}
