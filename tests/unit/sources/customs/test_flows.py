"""What the readers of trade statistics share: years to ask for, sets of codes, amounts, known days of release."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.days import Days
from pipeline.settings import SAMPLE_TRADE
from pipeline.sources.customs.flows import RowError, goods, goods_mark, item, month, release_days, unique, usd, years
from pipeline.sources.customs.trade import read_census_flows

NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 25))


def test_whole_years_are_asked_for_from_three_before_the_window_to_this_month() -> None:
    asked = list(years(NOVEMBER, date(2026, 11, 25)))
    assert [(one.year, one.last_month) for one in asked] == [(2023, 12), (2024, 12), (2025, 12), (2026, 11)]
    assert asked[-1].months[-1] == date(2026, 11, 1)


def test_a_year_is_settled_after_the_june_of_three_years_later() -> None:
    window = Days(date(2023, 1, 1), date(2023, 1, 31))
    before, after = (list(years(window, today))[-1] for today in (date(2026, 8, 31), date(2026, 9, 1)))
    assert (before.is_settled, after.is_settled) == (False, True)
    assert item("imports CHN", before, ()) != item("imports CHN", after, ())  # once more, after the last revision


def test_no_year_is_asked_for_that_has_not_come_or_that_nobody_has() -> None:
    assert [one.year for one in years(Days(date(2011, 1, 1), date(2030, 1, 1)), date(2012, 2, 1))] == [2010, 2011, 2012]


def test_a_code_within_another_is_counted_once() -> None:
    assert goods({"soybeans": ("120190", "1201", "120810", "120810")}) == {"": (), "soybeans": ("1201", "120810")}


def test_another_set_of_codes_has_another_mark() -> None:
    assert (goods_mark(()), len({goods_mark(codes) for codes in ((), ("1201",), ("1201", "1208"))})) == ("all", 3)


@pytest.mark.parametrize(("text", "amount"), [("0", 0), ("25.5", 26), ("24.5", 24), ("1.5E+3", 1500), ("9" * 18, 10**18 - 1)])
def test_amounts_are_whole_dollars(text: str, amount: int) -> None:
    assert usd(text, "a value") == amount


@pytest.mark.parametrize("text", [None, "", "-1", "1,000", "nan", "1e18", "1e99", "٣", "1 "])
def test_what_is_no_amount_is_no_row(text: str | None) -> None:
    with pytest.raises(RowError, match=r"a value is .*, not an amount in USD"):
        usd(text, "a value")


@pytest.mark.parametrize(("text", "expected"), [("2025-04", "2025-04"), ("202504", "2025-04")])
def test_months_are_read_in_both_ways(text: str, expected: str) -> None:
    assert month(text) == expected


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.sampled_from(["a", "a (2)", "unreadable", ""])))
def test_names_are_unique_and_as_many_as_before(names: list[str]) -> None:
    found = unique(names)
    assert len(found) == len(set(found)) == len(names)
    assert "unreadable" not in found


def test_known_days_of_release_come_after_their_month_and_agree_with_the_sample() -> None:
    known = release_days()["census"]
    assert all(month < day[:7] for month, day in known.items())
    bundled = read_census_flows(SAMPLE_TRADE).filter(flow="imports").drop_nulls("released_on")
    assert bundled.height == 5
    assert {row["reference_month"]: row["released_on"] for row in bundled.to_dicts()}.items() <= known.items()
