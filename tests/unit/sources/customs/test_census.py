"""The Census Bureau's interface: every cell of an answer is read, and a month's figure comes out of it or a reason why not."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeline.contracts.customs import CENSUS_PARTNERS, COMTRADE_AREAS
from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_TRADE_FLOWS
from pipeline.contracts.upstreams import CensusSettings
from pipeline.sources.customs import census
from pipeline.sources.customs.flows import Figures, unique
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from pipeline.sources.payloads import Payload
from tests.unit.sources.answers import IMPORTS, answer, fixture
from tests.unit.sources.server import Clock, Upstream, error_response, make_client, ok_response

SOYBEANS = ("120110", "120190")
CHINA = CensusSettings(partners=("CHN",), products={"soybeans": SOYBEANS})


def imports(*rows: list[Any]) -> Payload:
    return answer("census", "imports CHN 2025", json.dumps([IMPORTS, *rows]))


def reasons(figures: Figures) -> list[str]:
    return figures.set_aside["reason"].to_list()


def test_every_cell_of_the_real_answer_comes_out(outside_data: Path) -> None:
    body = (outside_data / "formats" / "census_exports_hs_excerpt.json").read_bytes()
    table = census.parse(answer("census", "exports CAN 2016", body))
    header, *rows = json.loads(body)
    assert (table.shape, table.columns) == ((18, 6), [*header, "unreadable"])
    assert table.drop("unreadable").rows() == [tuple(row) for row in rows]
    assert table["ALL_VAL_MO"].cast(int).sum() == 15_075_156
    assert hashlib.sha256(repr(table.rows()).encode()).hexdigest()[:16] == "bb560923a64078cf"


def test_the_real_answer_gives_eighteen_months_of_one_code(outside_data: Path) -> None:
    body = (outside_data / "formats" / "census_exports_hs_excerpt.json").read_bytes()
    codes = ("2710121510",)
    figures = census.figures(answer("census", "exports CAN 2016", body, codes=codes), CensusSettings(products={"naphthas": codes}))
    assert (figures.rows.height, figures.used_count, figures.set_aside.height) == (18, 18, 0)
    assert figures.rows.filter(reference_month="2025-09").select("partner", "flow", "product", "value_usd").row(0) == (
        "CAN",
        "exports",
        "naphthas",
        1_768_317,
    )
    assert set(figures.rows["reference_month"].str.slice(0, 4)) == {"2016", "2025"}  # what lies between was left out of the excerpt


def test_the_real_answer_cut_anywhere_gives_its_whole_rows_and_says_where_it_breaks_off(outside_data: Path) -> None:
    body = (outside_data / "formats" / "census_exports_hs_excerpt.json").read_bytes()
    rows = census.parse(answer("census", "exports CAN 2016", body)).drop("unreadable").rows()
    for end in range(70, len(body) - 3, 7):
        table = census.parse(answer("census", "exports CAN 2016", body[:end]))
        whole = body[:end].count(b"]") - 1
        assert table.drop("unreadable").rows()[:-1] == rows[:whole]
        assert table["unreadable"][-1].startswith(f"the answer breaks off after {whole} whole rows, at character ")


def test_names_that_stand_twice_are_told_apart() -> None:
    table = census.parse(fixture("census", "exports CHN 2025", "exports_soybeans.json", codes=SOYBEANS))
    assert table.columns == ["ALL_VAL_MO", "CTY_CODE", "COMM_LVL", "CTY_CODE (2)", "E_COMMODITY", "E_COMMODITY (2)", "time", "unreadable"]
    assert table.row(1)[:7] == ("11000000", "5700", "HS6", "5700", "120110", "120110", "2025-01")


def test_numbers_stay_as_they_were_written_and_null_stays_empty() -> None:
    table = census.parse(answer("census", "x", '[["a","b","c","d","e"],[1.50,null,12345678901234567890,true,"0007"]]'))
    assert table.row(0) == ("1.50", None, "12345678901234567890", "true", "0007", None)


def test_a_row_that_is_too_short_too_long_or_no_list_says_so() -> None:
    table = census.parse(answer("census", "x", '[["a","b"],["1"],["1","2","3"],"4",["5","6"]]'))
    assert table.rows() == [
        ("1", None, None, "the row has 1 cells, not 2"),
        ("1", "2", "3", "the row has 3 cells, not 2"),
        ("4", None, None, "the row is no list"),
        ("5", "6", None, None),
    ]


def test_an_empty_answer_has_no_rows() -> None:
    assert census.parse(answer("census", "x", " \n")).is_empty()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xff[[", "no text in UTF-8"),
        (b"error: unknown variable 'GEN_VAL'", "no JSON"),
        (b'{"a": 1}', "no list of rows"),
        (b"[]", "lacks a first row"),
        (b"[[]]", "lacks a first row"),
        (b"[1,2", "lacks a first row"),
        (b"[" * 200_000, "lacks a first row|without end"),
        (b'[["a"' + b',"a"' * 300_000 + b"]]", "a row of 300,001 columns, at most 200"),
        (b'[["a"],[' + b"1," * 300_000 + b"1]]", "a row of 300,001 columns, at most 200"),
    ],
)
def test_what_is_no_table_is_an_error_that_names_the_answer(body: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=rf"census, imports CHN 2025 all, from https://census\.example/figures: .*({said})"):
        census.parse(answer("census", "imports CHN 2025", body))


def test_a_web_page_in_place_of_figures_is_told_by_the_key() -> None:
    with pytest.raises(SourceError, match=r"web page, not figures.*TENSION_CENSUS_KEY"):
        census.parse(fixture("census", "imports CHN 2025", "missing_key.html"))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_whatever_comes_is_a_table_or_an_error_of_ours(body: bytes) -> None:
    try:
        figures = census.figures(answer("census", "imports CHN 2025", body), CensusSettings())
    except SourceError:
        return
    assert figures.rows.is_empty()


CELLS = st.none() | st.text(max_size=8) | st.integers() | st.booleans()


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.text(max_size=6), min_size=1, max_size=5), st.data())
def test_every_row_of_any_table_comes_out_cell_for_cell(names: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=6))
    table = census.parse(answer("census", "x", json.dumps([names, *rows])))
    assert table.columns == [*unique(names), "unreadable"]
    expected = [tuple(cell if cell is None or isinstance(cell, str) else json.dumps(cell) for cell in row) for row in rows]
    assert table.drop("unreadable").rows() == expected


@settings(deadline=None, derandomize=True, max_examples=60)
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
def test_rows_in_are_rows_in_figures_and_rows_set_aside(given_rows: list[tuple[str | None, ...]]) -> None:
    rows = [[value, value, value, "0", country, code, month] for value, country, code, month in given_rows]
    figures = census.figures(imports(*rows), CHINA)
    assert figures.used_count + figures.set_aside.height == len(rows)
    assert figures.rows.height == figures.used_count  # all goods: a row is a figure


def test_imports_come_with_their_duties_and_what_these_were_reckoned_on() -> None:
    figures = census.figures(fixture("census", "imports CHN 2025", "imports_all.json"), CHINA)
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


def test_the_codes_of_a_product_are_added_up_and_a_zero_is_a_figure() -> None:
    figures = census.figures(fixture("census", "exports CHN 2025", "exports_soybeans.json", codes=SOYBEANS), CHINA)
    assert figures.rows.select("product", "reference_month", "value_usd", "duties_usd").rows() == [
        ("soybeans", "2025-01", 321_000_000, None),
        ("soybeans", "2025-02", 240_000_000, None),
        ("soybeans", "2025-06", 0, None),
    ]


def test_an_answer_about_codes_that_no_product_has_now_is_set_aside() -> None:
    figures = census.figures(fixture("census", "exports CHN 2025", "exports_soybeans.json", codes=SOYBEANS), CensusSettings())
    assert (figures.rows.height, set(reasons(figures))) == (
        0,
        {"no product of the settings is made of the HS codes that this answer is about"},
    )


def test_a_known_day_of_release_stands_with_its_month() -> None:
    figures = census.figures(imports(["9", "9", "9", "1", "5700", "-", "2025-09"]), CHINA)
    assert figures.rows["released_on"].to_list() == ["2025-12-11"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["x", "9", "9", "1", "5700", "-", "2025-01"], "GEN_VAL_MO is 'x', not an amount in USD"),
        ([None, "9", "9", "1", "5700", "-", "2025-01"], "GEN_VAL_MO is empty, not an amount in USD"),
        (["-9", "9", "9", "1", "5700", "-", "2025-01"], "GEN_VAL_MO is '-9', not an amount in USD"),
        (["9" * 19, "9", "9", "1", "5700", "-", "2025-01"], f"GEN_VAL_MO is {'9' * 19!r}, not an amount in USD"),
        (["9", "9", "9", "-1", "5700", "-", "2025-01"], "CAL_DUT_MO is '-1', not an amount in USD"),
        (["9", "9", "9", "1", "1", "-", "2025-01"], "the partner's code '1' is no country of the table pipeline/contracts/customs.py"),
        (["9", "9", "9", "1", "5700", "-", "2025"], "the month is '2025'"),
        (["9", "9", "9", "1", "5700", "", "2025-01"], "the HS code is empty"),
        (["9", "9", "9", "1", "5700", "01", "2025-01"], "the HS code '01' was not asked for"),
        (["9", "9"], "the row has 2 cells, not 7"),
    ],
)
def test_a_row_that_is_no_figure_is_set_aside_with_the_reason(row: list[Any], reason: str) -> None:
    figures = census.figures(imports(row), CHINA)
    assert (figures.rows.height, figures.set_aside["row"].to_list(), reasons(figures)) == (0, [1], [reason])


def test_two_values_for_one_month_make_no_figure_and_a_repeated_row_makes_one() -> None:
    row = ["9", "9", "9", "1", "5700", "-", "2025-01"]
    twice = census.figures(imports(row, row), CHINA)
    assert (twice.rows["value_usd"].to_list(), reasons(twice)) == ([9], ["the answer has this row twice"])
    torn = census.figures(imports(row, ["8", *row[1:]]), CHINA)
    assert (torn.rows.height, reasons(torn)) == (0, ["the answer has several values for this code, partner and month"] * 2)


def test_duties_that_some_codes_lack_are_not_added_up() -> None:
    body = json.dumps([IMPORTS, ["9", "9", "9", "1", "5700", "120110", "2025-01"], ["7", "7", "7", None, "5700", "120190", "2025-01"]])
    figures = census.figures(answer("census", "imports CHN 2025", body, codes=SOYBEANS), CHINA)
    assert figures.rows.select("value_usd", "duties_usd", "consumption_usd").row(0) == (16, None, 16)


def test_codes_are_unique_and_both_tables_know_the_same_countries() -> None:
    for codes in (CENSUS_PARTNERS, COMTRADE_AREAS):
        assert len(set(codes.values())) == len(codes)
    assert set(COMTRADE_AREAS) - set(CENSUS_PARTNERS) == {"USA"}
    assert set(CENSUS_PARTNERS) - set(COMTRADE_AREAS) == set()
    assert all(len(code) == 4 and code.isdigit() for code in CENSUS_PARTNERS.values())


# what a person would look up first; wrong ones would give another country's trade
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


# fetch: against a server on this machine

MARCH = Days(date(2025, 3, 1), date(2025, 3, 31))
KEY = SecretStr("very-secret-key")


def asked_of(upstream: Upstream, **more: Any) -> CensusSettings:
    return CensusSettings.model_validate({"base_url": f"{upstream.url}/intltrade/", "partners": ("CHN",), "key": KEY} | more)


def body(name: str) -> bytes:
    return (Path(__file__).parents[3] / "fixtures" / "census" / name).read_bytes()


def test_years_of_the_window_and_three_before_are_asked_for_with_every_flow_and_product(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(body("imports_all.json")))
    upstream.respond("/intltrade/exports/hs", ok_response(body("exports_soybeans.json")))
    fetched = list(census.fetch(client, asked_of(upstream, products={"soybeans": SOYBEANS}), MARCH))
    assert len(fetched) == 4 * 2 * 2  # years, flows, all goods and soybeans
    assert {one.outcome for one in fetched} == {"stored"}
    times = [dict(asked.query)["time"] for asked in upstream.requests]
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
    list(census.fetch(client, asked_of(upstream), MARCH))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert [path for path in files if KEY.get_secret_value().encode() in path.read_bytes()] == []


def test_months_that_are_not_released_are_missing_and_too_many_requests_wait(upstream: Upstream, client: Client, clock: Clock) -> None:
    upstream.respond("/intltrade/imports/hs", error_response(429, Retry_After="5"), ok_response(body("imports_all.json")))
    upstream.respond("/intltrade/exports/hs", error_response(204))
    fetched = list(census.fetch(client, asked_of(upstream), MARCH))
    assert [one.outcome for one in fetched] == ["stored", "missing"] * 4
    assert 5.0 in clock.slept


def test_a_table_of_names_alone_is_missing_too(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(json.dumps([IMPORTS])))
    first = next(census.fetch(client, asked_of(upstream), MARCH))
    assert (first.outcome, first.payload) == ("missing", None)
    assert "have not been released" in first.detail


def test_a_page_that_asks_for_a_key_is_a_failure(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(body("missing_key.html"), "text/html"))
    first = next(census.fetch(client, asked_of(upstream, key=None), MARCH))
    assert (first.outcome, first.payload) == ("failed", None)
    assert "TENSION_CENSUS_KEY" in first.detail


def test_what_is_no_answer_stands_on_record_as_what_it_is(upstream: Upstream, client: Client) -> None:
    upstream.respond("/intltrade/imports/hs", ok_response(body("missing_key.html"), "text/html"))
    upstream.respond("/intltrade/exports/hs", ok_response(json.dumps([IMPORTS])))
    list(census.fetch(client, asked_of(upstream, key=None), MARCH))
    journal = client.archive.journal("census")
    assert journal.height == len(upstream.requests)
    assert {(item.split()[0], outcome) for item, outcome in journal.select("item", "outcome").iter_rows()} == {
        ("imports", "failed"),
        ("exports", "missing"),
    }


def test_a_settled_year_is_asked_for_until_an_answer_holds_figures_and_then_never(upstream: Upstream, tmp_path: Path) -> None:
    old = Days(date(2019, 1, 1), date(2019, 1, 31))
    with make_client(tmp_path, Clock()) as client:
        upstream.respond("/intltrade/imports/hs", ok_response(body("missing_key.html"), "text/html"))
        assert {one.outcome for one in census.fetch(client, asked_of(upstream, key=None), old)} == {"failed", "missing"}
        upstream.respond("/intltrade/imports/hs", ok_response(body("imports_all.json")))
        upstream.respond("/intltrade/exports/hs", ok_response(body("exports_soybeans.json")))
        assert {one.outcome for one in census.fetch(client, asked_of(upstream), old)} == {"stored"}
        before = len(upstream.requests)
        assert {one.outcome for one in census.fetch(client, asked_of(upstream), old)} == {"kept"}
        assert len(upstream.requests) == before
