"""The Census Bureau's API: every cell of a response is read, and every row becomes a figure or is rejected with a reason."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeline.contracts.customs import CENSUS_PARTNERS, COMTRADE_AREAS
from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import CensusSettings
from pipeline.sources.customs import census
from pipeline.sources.customs.trade_figures import Figures, make_unique
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Payload
from tests.examples import examples
from tests.unit.sources.responses import IMPORTS, load_fixture, make_payload
from tests.unit.sources.server import Clock, Upstream, error_response, make_client, ok_response

SOYBEANS = ("120110", "120190")
CHINA = CensusSettings(partners=("CHN",), products={"soybeans": SOYBEANS})


def imports(*rows: list[Any]) -> Payload:
    return make_payload("census", "imports CHN 2025", json.dumps([IMPORTS, *rows]))


def reasons(figures: Figures) -> list[str]:
    return figures.rejected["reason"].to_list()


def test_every_cell_of_the_real_response_is_read(outside_data: Path) -> None:
    body = (outside_data / "formats" / "census_exports_hs_excerpt.json").read_bytes()
    table = census.parse(make_payload("census", "exports CAN 2016", body))
    header, *rows = json.loads(body)
    assert (table.shape, table.columns) == ((18, 6), [*header, "unreadable"])
    assert table.drop("unreadable").rows() == [tuple(row) for row in rows]
    assert table["ALL_VAL_MO"].cast(int).sum() == 15_075_156
    assert hashlib.sha256(repr(table.rows()).encode()).hexdigest()[:16] == "bb560923a64078cf"


def test_the_real_response_gives_eighteen_months_of_one_code(outside_data: Path) -> None:
    body = (outside_data / "formats" / "census_exports_hs_excerpt.json").read_bytes()
    codes = ("2710121510",)
    figures = census.read_figures(
        make_payload("census", "exports CAN 2016", body, codes=codes), CensusSettings(products={"naphthas": codes})
    )
    assert (figures.rows.height, figures.used_count, figures.rejected.height) == (18, 18, 0)
    assert figures.rows.filter(reference_month="2025-09").select("partner", "flow", "product", "value_usd").row(0) == (
        "CAN",
        "exports",
        "naphthas",
        1_768_317,
    )
    assert set(figures.rows["reference_month"].str.slice(0, 4)) == {"2016", "2025"}  # the excerpt leaves out the years between


def test_a_truncated_response_gives_its_complete_rows_and_a_reason(outside_data: Path) -> None:
    body = (outside_data / "formats" / "census_exports_hs_excerpt.json").read_bytes()
    rows = census.parse(make_payload("census", "exports CAN 2016", body)).drop("unreadable").rows()
    for end in range(70, len(body) - 3, 7):
        table = census.parse(make_payload("census", "exports CAN 2016", body[:end]))
        complete = body[:end].count(b"]") - 1
        assert table.drop("unreadable").rows()[:-1] == rows[:complete]
        assert table["unreadable"][-1].startswith(f"the response is truncated after {complete} complete rows, at character ")


def test_repeated_column_names_get_a_number() -> None:
    table = census.parse(load_fixture("census", "exports CHN 2025", "exports_soybeans.json", codes=SOYBEANS))
    assert table.columns == ["ALL_VAL_MO", "CTY_CODE", "COMM_LVL", "CTY_CODE (2)", "E_COMMODITY", "E_COMMODITY (2)", "time", "unreadable"]
    assert table.row(1)[:7] == ("11000000", "5700", "HS6", "5700", "120110", "120110", "2025-01")


def test_numbers_stay_as_written_and_null_stays_null() -> None:
    table = census.parse(make_payload("census", "x", '[["a","b","c","d","e"],[1.50,null,12345678901234567890,true,"0007"]]'))
    assert table.row(0) == ("1.50", None, "12345678901234567890", "true", "0007", None)


def test_a_row_of_wrong_length_or_type_has_a_reason() -> None:
    table = census.parse(make_payload("census", "x", '[["a","b"],["1"],["1","2","3"],"4",["5","6"]]'))
    assert table.rows() == [
        ("1", None, None, "the row has 1 cells, not 2"),
        ("1", "2", "3", "the row has 3 cells, not 2"),
        ("4", None, None, "the row is not a list"),
        ("5", "6", None, None),
    ]


def test_an_empty_response_has_no_rows() -> None:
    assert census.parse(make_payload("census", "x", " \n")).is_empty()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xff[[", "not UTF-8 text"),
        (b"error: unknown variable 'GEN_VAL'", "not JSON"),
        (b'{"a": 1}', "not a list of rows"),
        (b"[]", "has no column names"),
        (b"[[]]", "has no column names"),
        (b"[1,2", "has no column names"),
        (b"[" * 200_000, "has no column names|nested too deeply"),
        (b'[["a"' + b',"a"' * 300_000 + b"]]", "a row of 300,001 columns, at most 200"),
        (b'[["a"],[' + b"1," * 300_000 + b"1]]", "a row of 300,001 columns, at most 200"),
    ],
)
def test_a_response_that_is_not_a_table_raises_a_source_error(body: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=rf"census, imports CHN 2025 all, from https://census\.example/figures: .*({said})"):
        census.parse(make_payload("census", "imports CHN 2025", body))


def test_a_web_page_instead_of_figures_points_to_the_key() -> None:
    with pytest.raises(SourceError, match=r"web page, not figures.*TENSION_CENSUS_KEY"):
        census.parse(load_fixture("census", "imports CHN 2025", "missing_key.html"))


@examples(60)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_raise_a_source_error(body: bytes) -> None:
    try:
        figures = census.read_figures(make_payload("census", "imports CHN 2025", body), CensusSettings())
    except SourceError:
        return
    assert figures.rows.is_empty()


CELLS = st.none() | st.text(max_size=8) | st.integers() | st.booleans()


@examples(60)
@given(st.lists(st.text(max_size=6), min_size=1, max_size=5), st.data())
def test_every_cell_of_any_table_is_read(names: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=6))
    table = census.parse(make_payload("census", "x", json.dumps([names, *rows])))
    assert table.columns == [*make_unique(names), "unreadable"]
    expected = [tuple(cell if cell is None or isinstance(cell, str) else json.dumps(cell) for cell in row) for row in rows]
    assert table.drop("unreadable").rows() == expected


@examples(60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["1000", "0", "-5", "1e3", "n/a", None]),
            st.sampled_from(["5700", "9999", None]),
            st.sampled_from(["-", "120190", None]),
            st.sampled_from(["2025-01", "2025-02", "2025", None]),
        ),
        max_size=12,
    )
)
def test_every_row_is_used_or_rejected(row_cells: list[tuple[str | None, ...]]) -> None:
    rows = [[value, value, value, "0", country, code, month] for value, country, code, month in row_cells]
    figures = census.read_figures(imports(*rows), CHINA)
    assert figures.used_count + figures.rejected.height == len(rows)
    assert figures.rows.height == figures.used_count  # all goods: a row is a figure


def test_imports_have_duties_and_imports_for_consumption() -> None:
    figures = census.read_figures(load_fixture("census", "imports CHN 2025", "imports_all.json"), CHINA)
    assert figures.rows.schema == RAW_TRADE_FLOWS.schema
    assert figures.rows.filter(reference_month="2025-04").row(0, named=True) == {
        "reference_month": "2025-04",
        "reporter": "USA",
        "partner": "CHN",
        "flow": "imports",
        "product": "",
        "value_usd": 25_300_000_000,
        "duties_usd": 8_750_000_000,
        "consumption_usd": 25_000_000_000,
        "released_on": None,
        "seen_on": "2026-11-20",
        "absent_on": None,
        "origin": "census",
        "source": "US Census Bureau, international trade interface",
    }


def test_codes_of_a_product_are_summed_and_zero_is_a_figure() -> None:
    figures = census.read_figures(load_fixture("census", "exports CHN 2025", "exports_soybeans.json", codes=SOYBEANS), CHINA)
    assert figures.rows.select("product", "reference_month", "value_usd", "duties_usd").rows() == [
        ("soybeans", "2025-01", 321_000_000, None),
        ("soybeans", "2025-02", 240_000_000, None),
        ("soybeans", "2025-06", 0, None),
    ]


def test_a_response_for_codes_of_no_current_product_is_rejected() -> None:
    figures = census.read_figures(load_fixture("census", "exports CHN 2025", "exports_soybeans.json", codes=SOYBEANS), CensusSettings())
    assert (figures.rows.height, set(reasons(figures))) == (
        0,
        {"no product in the settings has the HS codes of this response"},
    )


def test_a_month_has_its_known_day_of_release() -> None:
    figures = census.read_figures(imports(["9", "9", "9", "1", "5700", "-", "2025-09"]), CHINA)
    assert figures.rows["released_on"].to_list() == ["2025-12-11"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["x", "9", "9", "1", "5700", "-", "2025-01"], "GEN_VAL_MO is 'x', not an amount in USD"),
        ([None, "9", "9", "1", "5700", "-", "2025-01"], "GEN_VAL_MO is empty, not an amount in USD"),
        (["-9", "9", "9", "1", "5700", "-", "2025-01"], "GEN_VAL_MO is '-9', not an amount in USD"),
        (["9" * 19, "9", "9", "1", "5700", "-", "2025-01"], f"GEN_VAL_MO is {'9' * 19!r}, not an amount in USD"),
        (["9", "9", "9", "-1", "5700", "-", "2025-01"], "CAL_DUT_MO is '-1', not an amount in USD"),
        (
            ["9", "9", "9", "1", "1", "-", "2025-01"],
            "the partner's code '1' is not a country in pipeline/contracts/customs.py",
        ),
        (["9", "9", "9", "1", "5700", "-", "2025"], "the month is '2025'"),
        (["9", "9", "9", "1", "5700", "", "2025-01"], "the HS code is empty"),
        (["9", "9", "9", "1", "5700", "01", "2025-01"], "the HS code '01' was not requested"),
        (["9", "9"], "the row has 2 cells, not 7"),
    ],
)
def test_a_row_that_is_not_a_figure_is_rejected_with_a_reason(row: list[Any], reason: str) -> None:
    figures = census.read_figures(imports(row), CHINA)
    assert (figures.rows.height, figures.rejected["row"].to_list(), reasons(figures)) == (0, [1], [reason])


def test_contradicting_rows_are_rejected_and_repeated_rows_count_once() -> None:
    row = ["9", "9", "9", "1", "5700", "-", "2025-01"]
    repeated = census.read_figures(imports(row, row), CHINA)
    assert (repeated.rows["value_usd"].to_list(), reasons(repeated)) == ([9], ["the response has this row twice"])
    contradicting = census.read_figures(imports(row, ["8", *row[1:]]), CHINA)
    assert (contradicting.rows.height, reasons(contradicting)) == (
        0,
        ["the response has several values for this code, partner and month"] * 2,
    )


def test_duties_are_not_summed_if_a_code_lacks_them() -> None:
    body = json.dumps([IMPORTS, ["9", "9", "9", "1", "5700", "120110", "2025-01"], ["7", "7", "7", None, "5700", "120190", "2025-01"]])
    figures = census.read_figures(make_payload("census", "imports CHN 2025", body, codes=SOYBEANS), CHINA)
    assert figures.rows.select("value_usd", "duties_usd", "consumption_usd").row(0) == (16, None, 16)


def test_country_codes_are_unique_and_both_tables_agree() -> None:
    for codes in (CENSUS_PARTNERS, COMTRADE_AREAS):
        assert len(set(codes.values())) == len(codes)
    assert set(COMTRADE_AREAS) - set(CENSUS_PARTNERS) == {"USA"}
    assert set(CENSUS_PARTNERS) - set(COMTRADE_AREAS) == set()
    assert all(len(code) == 4 and code.isdigit() for code in CENSUS_PARTNERS.values())


# A wrong code would silently give another country's trade.
@pytest.mark.parametrize(
    ("country", "schedule_c", "area"),
    [
        ("CAN", "1220", "124"),
        ("MEX", "2010", "484"),
        ("BRA", "3510", "76"),
        ("DEU", "4280", "276"),
        ("EUN", "0003", "97"),
        ("IND", "5330", "699"),
        ("CHN", "5700", "156"),
        ("KOR", "5800", "410"),
        ("TWN", "5830", "490"),
        ("JPN", "5880", "392"),
    ],
)
def test_the_largest_partners_have_their_codes(country: str, schedule_c: str, area: str) -> None:
    assert (CENSUS_PARTNERS[country], COMTRADE_AREAS[country]) == (schedule_c, area)


# fetch, from a local server

MARCH = Days(date(2025, 3, 1), date(2025, 3, 31))
KEY = SecretStr("very-secret-key")


def settings_for(upstream: Upstream, **more: Any) -> CensusSettings:
    return CensusSettings.model_validate({"base_url": f"{upstream.url}/intltrade/", "partners": ("CHN",), "key": KEY} | more)


def body(name: str) -> bytes:
    return (Path(__file__).parents[3] / "fixtures" / "census" / name).read_bytes()


def test_the_window_and_three_years_before_are_fetched(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(body("imports_all.json")))
    upstream.respond("/intltrade/exports/hs", ok_response(body("exports_soybeans.json")))
    fetched = list(census.fetch(client, settings_for(upstream, products={"soybeans": SOYBEANS}), MARCH))
    assert len(fetched) == 4 * 2 * 2  # years, flows, all goods and soybeans
    assert {one.outcome for one in fetched} == {"stored"}
    times = [dict(request.query)["time"] for request in upstream.requests]
    assert times[::4] == ["from 2022-01 to 2022-12", "from 2023-01 to 2023-12", "from 2024-01 to 2024-12", "from 2025-01 to 2025-04"]
    assert upstream.requests[0].query == (
        ("get", "GEN_VAL_MO,CON_VAL_MO,DUT_VAL_MO,CAL_DUT_MO,COMM_LVL"),
        ("CTY_CODE", "5700"),
        ("I_COMMODITY", "-"),
        ("time", "from 2022-01 to 2022-12"),
        ("key", "very-secret-key"),
    )
    assert [value for name, value in upstream.requests[3].query if name == "E_COMMODITY"] == list(SOYBEANS)


def test_the_key_is_in_no_file_of_the_archive(upstream: Upstream, client: Client, tmp_path: Path) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(body("imports_all.json")))
    list(census.fetch(client, settings_for(upstream), MARCH))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert [path for path in files if KEY.get_secret_value().encode() in path.read_bytes()] == []


def test_unreleased_months_are_missing_and_429_is_waited_for(upstream: Upstream, client: Client, clock: Clock) -> None:
    upstream.respond("/intltrade/imports/hs", error_response(429, Retry_After="5"), ok_response(body("imports_all.json")))
    upstream.respond("/intltrade/exports/hs", error_response(204))
    fetched = list(census.fetch(client, settings_for(upstream), MARCH))
    assert [one.outcome for one in fetched] == ["stored", "missing"] * 4
    assert 5.0 in clock.slept


def test_a_table_with_only_a_header_is_missing(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(json.dumps([IMPORTS])))
    first = next(census.fetch(client, settings_for(upstream), MARCH))
    assert (first.outcome, first.payload) == ("missing", None)
    assert "have not been released yet" in first.detail


def test_a_page_that_asks_for_a_key_is_a_failure(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(body("missing_key.html"), "text/html"))
    first = next(census.fetch(client, settings_for(upstream, key=None), MARCH))
    assert (first.outcome, first.payload) == ("failed", None)
    assert "TENSION_CENSUS_KEY" in first.detail


def test_the_journal_records_failed_and_missing_responses(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(body("missing_key.html"), "text/html"))
    upstream.respond("/intltrade/exports/hs", ok_response(json.dumps([IMPORTS])))
    list(census.fetch(client, settings_for(upstream, key=None), MARCH))
    journal = client.archive.journal("census")
    assert journal.height == len(upstream.requests)
    assert {(item.split()[0], outcome) for item, outcome in journal.select("item", "outcome").iter_rows()} == {
        ("imports", "failed"),
        ("exports", "missing"),
    }


def test_a_settled_year_is_fetched_until_it_has_figures(upstream: Upstream, tmp_path: Path) -> None:
    old = Days(date(2019, 1, 1), date(2019, 1, 31))
    with make_client(tmp_path, Clock()) as client:
        upstream.respond("/intltrade/imports/hs", ok_response(body("missing_key.html"), "text/html"))
        assert {one.outcome for one in census.fetch(client, settings_for(upstream, key=None), old)} == {"failed"}
        upstream.respond("/intltrade/imports/hs", ok_response(body("imports_all.json")))
        upstream.respond("/intltrade/exports/hs", ok_response(body("exports_soybeans.json")))
        assert {one.outcome for one in census.fetch(client, settings_for(upstream), old)} == {"stored"}
        count = len(upstream.requests)
        assert {one.outcome for one in census.fetch(client, settings_for(upstream), old)} == {"kept"}
        assert len(upstream.requests) == count
