"""Pairs of countries and ranges of days."""

import re
from datetime import date, datetime, timedelta

import pytest

from pipeline.contracts.countries import COUNTRIES, PairError, pair_name, parse_pair
from pipeline.contracts.customs import CENSUS_PARTNERS, COMTRADE_AREAS
from pipeline.contracts.days import Days, group_consecutive_days
from pipeline.signals.lexicon import load_lexicon

AROUND_LEAP_DAY = Days(date(2024, 2, 27), date(2024, 3, 2))


@pytest.mark.parametrize("text", ["USA-CHN", "CHN-USA", "usa-chn", "  Chn-Usa\n"])
def test_a_pair_is_read_in_either_order_and_case(text: str) -> None:
    assert parse_pair(text) == ("CHN", "USA")


@pytest.mark.parametrize(
    "text",
    ["", "USA", "USA_CHN", "USA - CHN", "USA-CHN-JPN", "USA-*", "USA>CHN", "USA-CH1", "ÜSA-CHN", "China-US"],
)
def test_text_that_is_not_a_pair_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PairError, match=rf"{re.escape(repr(text))} is not a pair of countries; .* e\.g\. USA-CHN or EUN-USA"):
        parse_pair(text)


@pytest.mark.parametrize("text", ["USA-USA", "usa-USA"])
def test_a_pair_of_one_country_is_refused(text: str) -> None:
    with pytest.raises(PairError, match="it names USA twice"):
        parse_pair(text)


@pytest.mark.parametrize("text", ["USA-XXX", "XXX-USA", "AAA-XXX"])
def test_a_code_that_is_no_country_is_refused(text: str) -> None:
    with pytest.raises(PairError, match="XXX is no country"):
        parse_pair(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("EU-USA", r"the EU is EUN here, e\.g\. EUN-USA"),
        ("usa-eu", r"the EU is EUN here, e\.g\. EUN-USA"),
        ("CHN-UK", r"the UK is GBR here, e\.g\. GBR-USA"),
        ("US-CHN", r"the US is USA here, e\.g\. USA-CHN"),
        ("EU-UK", r"the EU is EUN here, .*; the UK is GBR here"),
        ("DE-USA", "DE is not an ISO alpha-3 code"),
        ("CHI-USA", r"CHI is no country; did you mean CHL or CHN\? write ISO alpha-3 codes"),
        ("USA-ger", r"GER is no country; did you mean DEU\?"),
    ],
)
def test_a_common_other_code_is_answered_with_the_right_one(text: str, advice: str) -> None:
    with pytest.raises(PairError, match=advice):
        parse_pair(text)


def test_every_country_the_readers_know_is_a_country() -> None:
    assert [country["code"] for country in load_lexicon("actors")["country"] if country["code"] not in COUNTRIES] == []
    assert set(COMTRADE_AREAS) | set(CENSUS_PARTNERS) <= COUNTRIES.keys()


def test_the_name_of_a_pair_does_not_depend_on_the_order() -> None:
    assert pair_name("USA", "CHN") == pair_name("CHN", "USA") == "CHN-USA"
    assert "-".join(parse_pair("USA-EUN")) == pair_name("USA", "EUN")


def test_a_range_contains_its_first_and_last_day() -> None:
    assert list(AROUND_LEAP_DAY) == [date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)]
    assert len(AROUND_LEAP_DAY) == 5
    assert AROUND_LEAP_DAY.first in AROUND_LEAP_DAY
    assert AROUND_LEAP_DAY.last in AROUND_LEAP_DAY


def test_a_range_of_one_day_is_written_as_that_day() -> None:
    day = Days(AROUND_LEAP_DAY.first, AROUND_LEAP_DAY.first)
    assert (list(day), len(day), str(day)) == ([AROUND_LEAP_DAY.first], 1, "2024-02-27")


def test_days_outside_a_range_are_not_in_it() -> None:
    assert AROUND_LEAP_DAY.first - timedelta(days=1) not in AROUND_LEAP_DAY
    assert AROUND_LEAP_DAY.last + timedelta(days=1) not in AROUND_LEAP_DAY
    assert "2024-02-28" not in AROUND_LEAP_DAY


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="the last day 2024-02-27 is earlier than the first, 2024-03-02; swap them"):
        Days(AROUND_LEAP_DAY.last, AROUND_LEAP_DAY.first)


def test_a_range_is_written_with_both_ends() -> None:
    assert str(AROUND_LEAP_DAY) == "2024-02-27 to 2024-03-02"


def test_a_range_can_be_extended_back_over_a_new_year() -> None:
    assert Days(date(2025, 1, 1), date(2025, 1, 2)).extend_back(3) == Days(date(2024, 12, 29), date(2025, 1, 2))
    assert AROUND_LEAP_DAY.extend_back(0) == AROUND_LEAP_DAY


@pytest.mark.parametrize(("length", "lengths"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (30, [5])])
def test_split_gives_consecutive_ranges_that_cover_every_day(length: int, lengths: list[int]) -> None:
    parts = list(AROUND_LEAP_DAY.split(length))
    assert [len(part) for part in parts] == lengths
    assert [day for part in parts for day in part] == list(AROUND_LEAP_DAY)


def test_consecutive_days_are_grouped_and_gaps_separate_ranges() -> None:
    first, second, third, fourth, _ = AROUND_LEAP_DAY
    assert list(group_consecutive_days([first, second, fourth])) == [Days(first, second), Days(fourth, fourth)]
    assert list(group_consecutive_days([third])) == [Days(third, third)]
    assert list(group_consecutive_days([])) == []


def test_a_time_is_not_a_day_of_a_range() -> None:
    assert datetime(2024, 2, 28, 12) not in AROUND_LEAP_DAY  # noqa: DTZ001  # any time, with or without a zone
