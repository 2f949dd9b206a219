"""The effective date is found if the fields of a document name exactly one."""

from datetime import date

import pytest

from pipeline.signals.official.effective import find_effective_date, parse_iso_day

PUBLISHED = date(2026, 3, 17)


def read(dates: str = "", abstract: str = "", title: str = "", field: str | None = None) -> tuple[date, str] | None:
    return find_effective_date(field, [("dates", dates), ("abstract", abstract), ("title", title)], PUBLISHED)


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ("Applicable March 20, 2026.", date(2026, 3, 20)),
        ("This rule is effective March 20, 2026.", date(2026, 3, 20)),
        ("Applicable to articles entered for consumption on or after 12:01 a.m. Eastern time on April 2, 2026.", date(2026, 4, 2)),
        ("Effective date: This rule takes effect on April 2, 2026. Comments must be received no later than May 1, 2026.", date(2026, 4, 2)),
        ("Applicable July 6 2018.", date(2018, 7, 6)),
        ("Effective for goods of the U.S. imported after April 5, 2025.", date(2025, 4, 5)),
        ("Applicable to U.S. Customs entries from April 5, 2025.", date(2025, 4, 5)),
        ("Effective, by no. 5 of the schedule and vol. ii, on April 5, 2025.", date(2025, 4, 5)),
        ("Applicable to goods entered; also for others, April 5, 2025.", date(2025, 4, 5)),
    ],
)  # fmt: skip
def test_one_day_is_found_in_the_note_on_dates(dates: str, day: date) -> None:
    assert read(dates) == (day, "dates")


@pytest.mark.parametrize(
    "dates",
    [
        "",
        "March 2, 2026.",
        "Comments must be received by May 1, 2026.",
        "Applications must be submitted by May 1, 2026.",
        "Effective immediately; comments are due May 1, 2026.",
        "The duties are effective until May 1, 2026.",
        "Effective March 20, 2026, except for amendatory instruction 3, which is effective July 1, 2026.",
        "Applicable February 31, 2026.",
        "This rule is effective on publication. The hearing is on May 1, 2026.",
    ],
)
def test_no_day_or_several_give_none(dates: str) -> None:
    assert read(dates) is None


def test_the_journal_s_own_field_comes_first() -> None:
    assert read("Applicable March 20, 2026.", field="2026-03-25") == (date(2026, 3, 25), "field")


def test_a_field_that_is_not_a_day_is_ignored() -> None:
    assert read("Applicable March 20, 2026.", field="soon") == (date(2026, 3, 20), "dates")


def test_the_abstract_is_used_if_the_note_on_dates_has_no_day() -> None:
    assert read("See below.", "The duties take effect on April 2, 2026.") == (date(2026, 4, 2), "abstract")


def test_several_days_in_the_note_are_not_resolved_by_the_abstract() -> None:
    assert read("Applicable April 2, 2026, and effective May 2, 2026.", "Effective June 1, 2026.") is None


def test_a_much_earlier_day_in_the_abstract_is_ignored() -> None:
    assert read(abstract="Effective July 6, 2018, the Trade Representative imposed additional duties.") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-03-17", PUBLISHED), ("2026-02-30", None), ("20260317", None), ("2026-W12-2", None), ("x" * 10, None), (None, None)],
)
def test_only_iso_days_are_parsed(text: str | None, day: date | None) -> None:
    assert parse_iso_day(text) == day
