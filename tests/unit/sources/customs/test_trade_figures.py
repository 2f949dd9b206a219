"""Years to request, sets of HS codes, amounts, months and known days of release."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.days import Days
from pipeline.settings import SAMPLE_TRADE
from pipeline.sources.customs import census, comtrade
from pipeline.sources.customs.csv_files import read_flows
from pipeline.sources.customs.requesting import item_name, iter_years
from pipeline.sources.customs.trade_figures import (
    RowError,
    codes_by_product,
    goods_label,
    make_unique,
    parse_month,
    parse_usd,
    read_release_days,
    to_text,
)
from pipeline.sources.payloads import Payload
from tests.examples import examples
from tests.unit.sources.responses import make_payload

NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 25))


def test_years_are_whole_from_three_before_the_window_to_this_month() -> None:
    years = list(iter_years(NOVEMBER, date(2026, 11, 25)))
    assert [(year.year, year.last_month) for year in years] == [(2023, 12), (2024, 12), (2025, 12), (2026, 11)]
    assert years[-1].months[-1] == date(2026, 11, 1)


def test_a_year_is_settled_after_the_june_of_three_years_later() -> None:
    window = Days(date(2023, 1, 1), date(2023, 1, 31))
    before, after = (list(iter_years(window, today))[-1] for today in (date(2026, 8, 31), date(2026, 9, 1)))
    assert (before.is_settled, after.is_settled) == (False, True)
    assert item_name("imports CHN", before, ()) != item_name("imports CHN", after, ())  # fetched again after the last revision


def test_future_years_and_years_before_2010_are_not_requested() -> None:
    assert [year.year for year in iter_years(Days(date(2011, 1, 1), date(2030, 1, 1)), date(2012, 2, 1))] == [2010, 2011, 2012]


def test_a_code_within_another_is_counted_once() -> None:
    assert codes_by_product({"soybeans": ("120190", "1201", "120810", "120810")}) == {"": (), "soybeans": ("1201", "120810")}


def test_each_set_of_codes_has_its_own_label() -> None:
    assert (goods_label(()), len({goods_label(codes) for codes in ((), ("1201",), ("1201", "1208"))})) == ("all", 3)


@pytest.mark.parametrize(("text", "amount"), [("0", 0), ("25.5", 26), ("24.5", 24), ("1.5E+3", 1500), ("9" * 18, 10**18 - 1)])
def test_amounts_are_whole_dollars(text: str, amount: int) -> None:
    assert parse_usd(text, "a value") == amount


@pytest.mark.parametrize("text", [None, "", "-1", "1,000", "nan", "1e18", "1e99", "٣", "1 "])
def test_an_invalid_amount_raises_a_row_error(text: str | None) -> None:
    with pytest.raises(RowError, match=r"a value is .*, not an amount in USD"):
        parse_usd(text, "a value")


@pytest.mark.parametrize(("text", "expected"), [("2025-04", "2025-04"), ("202504", "2025-04")])
def test_months_are_read_in_both_formats(text: str, expected: str) -> None:
    assert parse_month(text) == expected


@examples(60)
@given(st.lists(st.sampled_from(["a", "a (2)", "unreadable", ""])))
def test_made_names_are_unique_and_of_the_same_number(names: list[str]) -> None:
    result = make_unique(names)
    assert len(result) == len(set(result)) == len(names)
    assert "unreadable" not in result


def test_known_days_of_release_follow_their_month_and_match_the_sample() -> None:
    known = read_release_days()["census"]
    assert all(month < day[:7] for month, day in known.items())
    bundled = read_flows(SAMPLE_TRADE).filter(flow="imports").drop_nulls("released_on")
    assert bundled.height == 5
    assert {row["reference_month"]: row["released_on"] for row in bundled.to_dicts()}.items() <= known.items()


@pytest.mark.parametrize(
    ("parse", "body"),
    [
        (census.parse, r'[["GEN_VAL_MO","\ud800"],["1","\udfff"]]'),
        (comtrade.parse, r'{"data": [{"period": "202501", "\ud800": "\udfff"}], "count": 1}'),
    ],
)
def test_half_a_surrogate_pair_in_a_response_is_replaced(parse: Callable[[Payload], pl.DataFrame], body: str) -> None:
    table = parse(make_payload("census", "x", body))
    assert table.columns[1] == "?"
    assert table[0, 1] == "?"


def test_half_a_surrogate_pair_in_a_nested_value_is_replaced() -> None:
    assert to_text(["\ud800", {"a": "b"}]) == '["?",{"a":"b"}]'
