"""UN Comtrade: every cell of both formats is read; monthly totals are figures, all other rows are rejected with a reason."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import ComtradeSettings
from pipeline.settings import SAMPLE_TRADE
from pipeline.sources.customs import comtrade
from pipeline.sources.customs.csv_files import read_flows
from pipeline.sources.errors import SourceError
from pipeline.sources.http.client import Client
from tests.examples import examples
from tests.unit.sources.responses import FIXTURES, load_fixture, make_payload
from tests.unit.sources.server import Clock, Upstream, conditional_response, error_response, ok_response

PAIR = ComtradeSettings(pairs=("CHN-USA",), products={"soybeans": ("1201",)})
ITEM = "CHN-USA 2025"


def row(**more: Any) -> dict[str, Any]:
    """The first row of the fixture, with other values in some columns."""
    first: dict[str, Any] = json.loads((FIXTURES / "comtrade" / "monthly.json").read_text(encoding="utf-8"))["data"][0]
    return first | more


def response_body(*rows: Any, **more: Any) -> str:
    return json.dumps({"elapsedTime": "0.1 secs", "count": len(rows), "data": list(rows), "error": ""} | more)


@pytest.mark.parametrize(
    ("name", "height", "primary", "digest"),
    [("China_USA", 22, 6_687_123_385_064, "c64d3bb1aedc00ec"), ("USA_China", 24, 7_531_733_937_039, "5189ff51c84bf738")],
)
def test_every_cell_of_the_real_tables_is_read(outside_data: Path, name: str, height: int, primary: int, digest: str) -> None:
    body = (outside_data / "formats" / f"comtrade_TradeData_{name}.csv").read_bytes()
    table = comtrade.parse(make_payload("comtrade", ITEM, body))
    header, *lines = csv.reader(body.decode().splitlines())
    assert table.columns == [*header, "unnamed (48)", "unreadable"]
    assert table.drop("unreadable").rows() == [tuple(line) for line in lines]
    assert (table.height, table["unreadable"].null_count(), table["primaryValue"].cast(int).sum()) == (height, height, primary)
    assert hashlib.sha256(repr(table.rows()).encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize(("name", "height"), [("China_USA", 22), ("USA_China", 24)])
def test_every_row_of_the_real_annual_tables_is_rejected(outside_data: Path, name: str, height: int) -> None:
    body = (outside_data / "formats" / f"comtrade_TradeData_{name}.csv").read_bytes()
    figures = comtrade.read_figures(make_payload("comtrade", ITEM, body), PAIR)
    assert (figures.rows.height, figures.used_count, figures.rejected["row"].to_list()) == (0, 0, list(range(1, height + 1)))
    assert set(figures.rejected["reason"]) == {"the figure is not monthly: its freqCode is 'A' (A: annual)"}


def test_comtrade_imports_exceed_census_by_freight_and_insurance(outside_data: Path) -> None:
    body = (outside_data / "formats" / "comtrade_TradeData_USA_China.csv").read_bytes()
    reported = (
        comtrade.parse(make_payload("comtrade", ITEM, body))
        .filter(flowCode="M")
        .select(year="refYear", cif=pl.col("primaryValue").cast(int))
    )
    bundled = read_flows(SAMPLE_TRADE).filter(flow="imports").group_by(year=pl.col("reference_month").str.slice(0, 4))
    census_years = bundled.agg(pl.col("value_usd").sum(), months=pl.len()).filter(months=12)
    excess_pct = census_years.join(reported, on="year").select(100 * (pl.col("cif") / pl.col("value_usd") - 1)).to_series()
    assert excess_pct.sort().round(2).to_list()[:: excess_pct.len() - 1] == [4.08, 7.39]
    assert excess_pct.len() == 8


def test_json_and_csv_of_the_same_rows_give_the_same_figures() -> None:
    from_json = comtrade.read_figures(load_fixture("comtrade", ITEM, "monthly.json"), PAIR).rows
    from_csv = comtrade.read_figures(load_fixture("comtrade", ITEM, "monthly.csv"), PAIR).rows
    assert from_csv.height == 2
    assert from_json.filter(reference_month="2025-01").equals(from_csv)


def test_monthly_totals_are_figures_and_other_rows_are_rejected() -> None:
    figures = comtrade.read_figures(load_fixture("comtrade", ITEM, "monthly.json"), PAIR)
    assert figures.rows.select("reporter", "partner", "flow", "reference_month", "value_usd", "origin").rows() == [
        ("CHN", "USA", "exports", "2025-01", 47_000_000_000, "comtrade"),
        ("CHN", "USA", "exports", "2025-02", 28_000_000_000, "comtrade"),
        ("CHN", "USA", "imports", "2025-01", 13_900_000_000, "comtrade"),
        ("CHN", "USA", "imports", "2025-02", 12_100_000_000, "comtrade"),
    ]
    assert figures.rejected.select("row", "reason").rows() == [
        (5, "the flow 'RX' is neither imports (M) nor exports (X)"),
        (6, "the figure is only a part of the flow, split by motCode"),
        (7, "the figure is not monthly: its freqCode is 'A' (A: annual)"),
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"typeCode": "S"}, "not about goods"),
        ({"partner2Code": 36}, "part of the flow, split by partner2Code"),
        ({"reporterCode": 840}, "the reporter's code '840' is not a country"),
        ({"partnerCode": 0}, "the partner's code '0' is not a country"),
        ({"period": "2025"}, "the month is '2025'"),
        ({"period": "202513"}, "the month is '202513'"),
        ({"primaryValue": None}, "primaryValue is empty"),
        ({"primaryValue": -1}, "primaryValue is '-1'"),
        ({"cmdCode": "01"}, "the HS code '01' was not requested"),
        ({"cmdCode": None}, "the HS code is empty"),
    ],
)
def test_a_row_that_is_not_a_figure_is_rejected(changed: dict[str, Any], reason: str) -> None:
    figures = comtrade.read_figures(make_payload("comtrade", ITEM, response_body(row(**changed))), PAIR)
    assert figures.rows.is_empty()
    assert reason in figures.rejected["reason"][0]


def test_json_numbers_stay_as_written() -> None:
    body = '{"count":1,"data":[{"period":"202501","primaryValue":13900000000.50,"qty":null,"isReported":true,"more":[1,2]}]}'
    assert comtrade.parse(make_payload("comtrade", ITEM, body)).row(0) == ("202501", "13900000000.50", None, "true", '["1","2"]', None)


def test_a_malformed_row_of_json_or_csv_has_a_reason() -> None:
    table = comtrade.parse(make_payload("comtrade", ITEM, response_body({"a": 1}, 7)))
    assert table.rows() == [("1", None), (None, "the row is not an object: '7'")]
    table = comtrade.parse(make_payload("comtrade", ITEM, 'period,primaryValue\n"202501"\n"202502","3",\n'))
    assert table.rows() == [("202501", None, None, "the row has 1 cells, not 2"), ("202502", "3", "", None)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xff", "not UTF-8 text"),
        (b'{"data": [', "not complete JSON.*fetch it again"),
        (b'{"statusCode": 401, "message": "no key"}', "no list `data`"),
        (b'[{"period": "202501"}]', "no list `data`"),
        (b'{"data": [], "count": 0, "error": "Too many codes"}', "reports an error: 'Too many codes'"),
        (b'{"data": [{}], "count": 2}', "has 1 rows and its count is 2"),
        (b"<html>Sign in</html>", "web page"),
        (b"a,b\n1,2\n", "no column `period`"),
        (b'period,b\n"1,2\n', "not valid CSV"),
        (b"", "no column `period`"),
        (b"period" + b",a" * 300_000, "a row of 300,001 columns, at most 200"),
        (json.dumps({"data": [{str(n): 1} for n in range(30_000)]}).encode(), "a row of 30,000 columns, at most 200"),
    ],
)
def test_a_response_that_is_not_a_table_raises_a_source_error(body: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=f"(?s)comtrade, CHN-USA 2025 all.*{said}"):
        comtrade.parse(make_payload("comtrade", ITEM, body))


def test_a_response_as_large_as_the_limit_may_lack_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comtrade, "MAX_ROWS", 2)
    with pytest.raises(SourceError, match="a response holds at most 2 rows"):
        comtrade.parse(make_payload("comtrade", ITEM, response_body({}, {})))


@examples(60)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_raise_a_source_error(body: bytes) -> None:
    try:
        figures = comtrade.read_figures(make_payload("comtrade", ITEM, body), PAIR)
    except SourceError:
        return
    assert figures.rows.is_empty()


@examples(60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "freqCode": st.sampled_from(["M", "A", None]),
                "flowCode": st.sampled_from(["M", "X", "RX", 3]),
                "period": st.sampled_from(["202501", "202502", "x"]),
                "primaryValue": st.sampled_from([1, 2.5, "9", -1, None]),
                "motCode": st.sampled_from([0, "0 ", 1000]),
            },
        ),
        max_size=10,
    )
)
def test_every_row_is_used_or_rejected(changes: list[dict[str, Any]]) -> None:
    figures = comtrade.read_figures(make_payload("comtrade", ITEM, response_body(*(row(**change) for change in changes))), PAIR)
    assert figures.used_count + figures.rejected.height == len(changes)
    assert figures.rows.height == figures.used_count


KEY = SecretStr("very-secret-key")
MARCH = Days(date(2025, 3, 1), date(2025, 3, 31))


def settings_for(upstream: Upstream, key: SecretStr | None = KEY) -> ComtradeSettings:
    return ComtradeSettings.model_validate(
        {"base_url": f"{upstream.url}/get/", "key": key, "pairs": ("CHN-USA",), "products": {"soybeans": ("1201", "120810")}}
    )


def test_a_pair_is_fetched_by_year_and_product(upstream: Upstream, client: Client, tmp_path: Path) -> None:
    upstream.respond("/get/C/M/HS", ok_response((FIXTURES / "comtrade" / "monthly.json").read_bytes()))
    fetched = list(comtrade.fetch(client, settings_for(upstream), MARCH))
    assert [one.outcome for one in fetched] == ["stored"] * 8
    query = dict(upstream.requests[-1].query)
    assert query == {
        "reporterCode": "156",
        "partnerCode": "842",
        "period": "202501,202502,202503,202504",
        "flowCode": "M,X",
        "cmdCode": "1201,120810",
        "partner2Code": "0",
        "customsCode": "C00",
        "motCode": "0",
        "maxRecords": "250000",
        "format": "JSON",
        "includeDesc": "true",
        "subscription-key": "very-secret-key",
    }
    assert dict(upstream.requests[0].query)["cmdCode"] == "TOTAL"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if KEY.get_secret_value().encode() in path.read_bytes()] == []


def test_the_next_day_only_this_year_and_the_last_are_fetched(upstream: Upstream, client: Client, clock: Clock) -> None:
    upstream.respond("/get/C/M/HS", ok_response((FIXTURES / "comtrade" / "monthly.json").read_bytes()))
    list(comtrade.fetch(client, settings_for(upstream), MARCH))
    clock.sleep(86_400)
    assert [one.outcome for one in comtrade.fetch(client, settings_for(upstream), MARCH)] == ["kept"] * 4 + ["stored"] * 4
    clock.sleep(30 * 86_400)
    assert {one.outcome for one in comtrade.fetch(client, settings_for(upstream), MARCH)} == {"stored"}


def test_an_unchanged_year_is_fetched_again_after_a_month(upstream: Upstream, client: Client, clock: Clock) -> None:
    tables = ok_response((FIXTURES / "comtrade" / "monthly.json").read_bytes(), ETag='"1"')
    upstream.respond("/get/C/M/HS", conditional_response(tables))
    outcomes = []
    for days in (0, 31, 1, 31):
        clock.sleep(days * 86_400)
        before_last = list(comtrade.fetch(client, settings_for(upstream), MARCH))[:4]  # 2022 and 2023
        outcomes.append({one.outcome for one in before_last})
    assert outcomes == [{"stored"}, {"unchanged"}, {"kept"}, {"unchanged"}]


def test_one_failure_does_not_stop_the_others(upstream: Upstream, client: Client) -> None:
    monthly = ok_response((FIXTURES / "comtrade" / "monthly.json").read_bytes())
    upstream.respond("/get/C/M/HS", error_response(401, "Access denied"), monthly)
    assert [one.outcome for one in comtrade.fetch(client, settings_for(upstream, key=None), MARCH)] == ["failed"] + ["stored"] * 7


def test_a_stored_error_of_a_settled_year_is_fetched_again(upstream: Upstream, client: Client) -> None:
    settings = settings_for(upstream).model_copy(update={"products": {}})
    api_error = ok_response(json.dumps({"data": [], "error": "Internal error"}))
    upstream.respond("/get/C/M/HS", api_error, ok_response((FIXTURES / "comtrade" / "monthly.json").read_bytes()))
    year = Days(date(2013, 1, 1), date(2013, 1, 31))
    rounds = [[one.outcome for one in comtrade.fetch(client, settings, year)] for _ in range(3)]
    assert rounds == [["failed", *["stored"] * 3], ["stored", *["kept"] * 3], ["kept"] * 4]


def test_stored_responses_can_be_read_from_the_archive(upstream: Upstream, client: Client) -> None:
    upstream.respond("/get/C/M/HS", ok_response((FIXTURES / "comtrade" / "monthly.json").read_bytes()))
    list(comtrade.fetch(client, settings_for(upstream), MARCH))
    stored = [payload for payload in client.archive.payloads("comtrade") if payload.item == "CHN-USA 2025 all"]
    assert [comtrade.read_figures(payload, settings_for(upstream)).rows.height for payload in stored] == [4]
