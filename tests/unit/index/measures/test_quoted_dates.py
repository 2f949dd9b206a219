"""Dates and rates that are read from a quoted sentence."""

from datetime import date

import polars as pl
import pytest

from pipeline.index.measures.quoted_dates import add_quoted_dates

TOLD_ON = date(2025, 2, 27)  # a Thursday


def read(quote: str, name: str, effect: str = "suspended", rate: float | None = 25.0) -> object:
    rows = pl.DataFrame(
        {"quote": [quote], "told_on": [TOLD_ON], "effect": [effect], "rate_pct": [rate]}, schema_overrides={"rate_pct": pl.Float64}
    )
    return add_quoted_dates(rows)[name].item()


@pytest.mark.parametrize(
    ("quote", "due"),
    [
        ("The duty applies from April 10.", date(2025, 4, 10)),
        ("The duty starts on 1 August.", date(2025, 8, 1)),
        ("A levy on Mar. 4, twice the first", date(2025, 3, 4)),
        ("The duty begins on January 2.", None),  # more than 200 days away
        ("The duty began on February 4.", None),  # past
        ("The duty begins on July 1, 2025.", date(2025, 7, 1)),
        ("The duty began on July 1, 2018.", None),
        ("It will charge 84 percent from Thursday.", date(2025, 3, 6)),
        ("It will charge 84 percent from Friday.", date(2025, 2, 28)),
        ("On Friday it answered with a levy.", None),  # mostly the day of the report
        ("RURITANIA, Oct 30 - It acts.", None),
        ("The duty applies from February 30.", None),
        ("It has until April 10 to answer.", None),
        ("It may act.", None),
    ],
)
def test_due_on_is_the_day_of_effect_in_the_sentence(quote: str, due: date | None) -> None:
    assert read(quote, "due_on") == due


@pytest.mark.parametrize(
    ("quote", "until"),
    [
        ("It paused the duty until April 10.", date(2025, 4, 10)),
        ("It paused the duty until November 10, 2026.", date(2026, 11, 10)),
        ("It paused the duty for 90 days.", date(2025, 5, 28)),
        ("It paused the duty for a further 90 days.", date(2025, 5, 28)),
        ("It paused the duty for one year.", date(2026, 2, 27)),
        ("It paused the duty for a month.", date(2025, 3, 27)),
        ("It paused the duty for 99 years.", None),
        ("It paused the duty for 0 days.", None),
        ("It paused the duty.", None),
    ],
)
def test_until_on_is_the_end_of_a_suspension_in_the_sentence(quote: str, until: date | None) -> None:
    assert read(quote, "until_on") == until


def test_only_a_suspension_has_until_on() -> None:
    assert read("It taxes steel for 90 days.", "until_on", effect="announced") is None


@pytest.mark.parametrize(
    ("quote", "rate", "is_to"),
    [
        ("It cuts the duty to 25 percent.", 25.0, True),
        ("It cuts the duty to 25%.", 25.0, True),
        ("It cuts the duty to 2.5 per cent.", 2.5, True),
        ("It cuts the duty to 215 percent.", 2.5, False),
        ("It removes the duty of 25 percent.", 25.0, False),
        ("It cuts the duty from 25 to 10 percent.", 25.0, False),
        ("It cuts the duty to 25 percent.", None, False),
    ],
)
def test_is_to_rate_says_whether_the_rate_is_the_new_one(quote: str, rate: float | None, is_to: bool) -> None:
    assert read(quote, "is_to_rate", rate=rate) is is_to
