from datetime import date, datetime, timedelta

import pytest

from pipeline.contracts.countries import PairError, pair_name, parse_pair
from pipeline.contracts.days import Days

LEAP = Days(date(2024, 2, 27), date(2024, 3, 2))


@pytest.mark.parametrize("text", ["USA-CHN", "CHN-USA", "usa-chn", "  Chn-Usa\n"])
def test_a_pair_is_read_whichever_way_it_is_written(text: str) -> None:
    assert parse_pair(text) == ("CHN", "USA")


@pytest.mark.parametrize(
    "text",
    ["", "USA", "USA-USA", "USA-usa", "US-CN", "USA_CHN", "USA - CHN", "USA-CHN-JPN", "USA-*", "USA>CHN", "USA-CH1", "ÜSA-CHN"],
)
def test_what_is_no_pair_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(PairError, match=r"is not a pair of countries; .* such as USA-CHN or EUN-USA"):
        parse_pair(text)


def test_the_refused_text_stands_in_the_message() -> None:
    with pytest.raises(PairError, match="'China-US'"):
        parse_pair("China-US")


def test_the_name_of_a_pair_is_the_same_from_either_side() -> None:
    assert pair_name("USA", "CHN") == pair_name("CHN", "USA") == "CHN-USA"
    assert "-".join(parse_pair("USA-EUN")) == pair_name("USA", "EUN")


def test_a_span_holds_both_of_its_ends() -> None:
    assert list(LEAP) == [date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)]
    assert len(LEAP) == 5
    assert LEAP.first in LEAP
    assert LEAP.last in LEAP


def test_a_span_of_one_day_is_that_day() -> None:
    day = Days(LEAP.first, LEAP.first)
    assert (list(day), len(day), str(day)) == ([LEAP.first], 1, "2024-02-27")


def test_days_outside_a_span_are_not_in_it() -> None:
    assert LEAP.first - timedelta(days=1) not in LEAP
    assert LEAP.last + timedelta(days=1) not in LEAP
    assert "2024-02-28" not in LEAP


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="the last day 2024-02-27 lies before the first, 2024-03-02; swap them"):
        Days(LEAP.last, LEAP.first)


def test_a_span_is_written_with_both_ends() -> None:
    assert str(LEAP) == "2024-02-27 to 2024-03-02"


def test_a_span_reaches_back_over_the_year_end() -> None:
    assert Days(date(2025, 1, 1), date(2025, 1, 2)).reaching_back(3) == Days(date(2024, 12, 29), date(2025, 1, 2))
    assert LEAP.reaching_back(0) == LEAP


@pytest.mark.parametrize(("length", "lengths"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (30, [5])])
def test_chunks_are_consecutive_and_together_the_span(length: int, lengths: list[int]) -> None:
    chunks = list(LEAP.chunks(length))
    assert [len(chunk) for chunk in chunks] == lengths
    assert [day for chunk in chunks for day in chunk] == list(LEAP)


def test_a_moment_is_not_a_day_of_a_span() -> None:
    assert datetime(2024, 2, 28, 12) not in LEAP  # noqa: DTZ001  # any moment, with a zone or without
