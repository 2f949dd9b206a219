"""Dates that are read from a quoted sentence."""

from datetime import date

import polars as pl
import pytest

from pipeline.index.measures.quoted_dates import add_quoted_dates, add_quoted_deadlines

TOLD_ON = date(2025, 2, 27)  # a Thursday


def read(quote: str, name: str, effect: str = "suspended") -> object:
    rows = pl.DataFrame({"quote": [quote], "told_on": [TOLD_ON], "effect": [effect]})
    return add_quoted_dates(rows)[name].item()


@pytest.mark.parametrize(
    ("quote", "due"),
    [
        ("The duty applies from April 10.", date(2025, 4, 10)),
        ("The duty starts on 1 August.", date(2025, 8, 1)),
        ("The duty starts on Tuesday, April 8, and the next on May 9.", date(2025, 4, 8)),
        ("The duty starts on May 2nd.", date(2025, 5, 2)),
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
        ("It put off the duty from Friday to April 10.", date(2025, 4, 10)),
        ("It delays the duty from March 5 to April 10.", date(2025, 4, 10)),
        ("It proposes a duty, with a hearing on April 10.", None),
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
    ("quote", "deadline"),
    [
        ("Brazil has until April 10 to answer.", date(2025, 4, 10)),
        ("Brazil must answer by the end of Friday.", date(2025, 2, 28)),
        ("The duty starts on 1 August.", date(2025, 8, 1)),
        ("The duty starts on Tuesday, April 8, and the next on May 9.", date(2025, 4, 8)),
        ("The duty starts on May 2nd.", date(2025, 5, 2)),
        ("It put off the duty to April 2.", date(2025, 4, 2)),
        ("It will act within 90 days.", date(2025, 5, 28)),
        ("It may stop the first cargo in two years.", None),
        ("It may stop the first cargo in nearly two years within a month.", date(2025, 3, 27)),
        ("The duty applies from November.", None),  # more than 200 days away
        ("The duty applies from August.", date(2025, 8, 1)),
        ("The duty applies from August 2024.", None),
        ("The duty applies from July 1 of next year.", None),  # not this year's
        ("The duty applies from January 5 of next year.", None),
        ("It may act.", None),
    ],
)
def test_deadline_on_is_the_later_day_in_the_sentence(quote: str, deadline: date | None) -> None:
    rows = pl.DataFrame({"quote": [quote], "told_on": [TOLD_ON], "kind": ["threat"]})
    assert add_quoted_deadlines(rows)["deadline_on"].item() == deadline


@pytest.mark.parametrize(
    ("kind", "deadline"), [("threat", None), ("measure", None), ("easing", date(2025, 4, 28)), ("agreement", date(2025, 4, 28))]
)
def test_for_how_long_is_no_day_of_a_threat(kind: str, deadline: date | None) -> None:
    rows = pl.DataFrame({"quote": ["It holds off the old duty for 60 days."], "told_on": [TOLD_ON], "kind": [kind]})
    assert add_quoted_deadlines(rows)["deadline_on"].item() == deadline


@pytest.mark.parametrize("words", ["May 9 of next year", "May 9, next year", "May 9, 2026"])
def test_a_suspension_may_end_next_year(words: str) -> None:
    assert read(f"It holds off the duty until {words}.", "until_on", effect="suspended") == date(2026, 5, 9)
