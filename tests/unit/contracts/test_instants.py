"""Dates and times in text, and `Retry-After` headers."""

from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.instants import DateOrder, parse_instant, parse_retry_after
from tests.examples import examples

NOON = datetime(2025, 4, 4, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2025, 4, 4, tzinfo=UTC)


def parse_one(text: str | None) -> datetime | None:
    value = parse_instant(pl.Series("published_at", [text], pl.String))[0]
    assert value is None or isinstance(value, datetime)
    return value


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-04-04", MIDNIGHT),
        ("20250404", MIDNIGHT),
        (" 2025-04-04T12:00:00Z ", NOON),
        ("2025-04-04t12:00z", NOON),
        ("2025-04-04T12:00:00", NOON),
        ("2025-04-04 12:00:00", NOON),
        ("2025-04-04 12:00:00 UTC", NOON),
        ("2025-04-04 12:00 PM", NOON),
        ("April 4, 2025 at 12:00 pm", NOON),
        ("April 4th, 2025", MIDNIGHT),
        ("April 4, 2025 at 8:00 am ET", NOON),
        ("2025-04-04 07:00 CT", NOON),
        ("Fri, 4 Apr 2025 06:00:00 MT", NOON),
        ("Fri Apr 04 05:00:00 PT 2025", NOON),
        ("January 4, 2025 7:00 am ET", NOON.replace(month=1)),
        ("2025-11-02 01:30 ET", datetime(2025, 11, 2, 5, 30, tzinfo=UTC)),  # the first of two
        ("2025-04-04T14:00:00+02:00", NOON),
        ("2025-04-04T14:00:00+0200", NOON),
        ("2025-04-04T08:30:00-03:30", NOON),
        ("2025-04-03T23:00:00-13", NOON),
        ("2025-04-04T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("2025-04-04T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
        ("2025-04-04T11:59:60Z", NOON),
        ("Fri, 04 Apr 2025 12:00:00 GMT", NOON),
        ("4 April 2025 12:00 +0000", NOON),
        ("Fri, 4 Apr 2025 08:00:00 EDT", NOON),
        ("Fri, 04 Apr 2025 14:00:00 +0200 (CEST)", NOON),
        (str(int(NOON.timestamp())), NOON),
        (f"{int(NOON.timestamp())}.25", NOON.replace(microsecond=250_000)),
        *(
            (f"{int(NOON.timestamp())}{fraction}", NOON.replace(microsecond=250_000))
            for fraction in ("250", "250000", "250000000", "250.0")
        ),
        ("2025/04/04 12:00:00", NOON),
        ("2025/4/4 12:00", NOON),
        ("2025-4-04", MIDNIGHT),
        ("2025.04.04", MIDNIGHT),
        ("20250404120000", NOON),
        ("20250404T120000Z", NOON),
        ("04 Apr 25 1200 GMT", NOON),
        ("Friday, 04-Apr-25 12:00:00 GMT", NOON),
        ("Fri,04 Apr 2025 12:00 GMT", NOON),
        ("Fri, 04 April 2025 20:00:00 GMT+0800", NOON),
        ("Fri, 04 Apr 2025 20:00:00 UTC+8", NOON),
        ("Fri, 04 Apr 2025 17:30:00 IST", NOON),
        ("Fri, 04 Apr 2025 21:00:00 JST", NOON),
        ("Fri, 04 Apr 2025 08:30:00 NST", NOON),
        ("Fri Apr  4 12:00:00 2025", NOON),
        ("Fri Apr 04 08:00:00 EDT 2025", NOON),
        ("Sex, 04 Abr 2025 09:00:00 -0300", NOON),
        ("vie., 4 abr. 2025 14:00 CEST", NOON),
        ("ven., 04 avr. 2025 14:00:00 +0200", NOON),
        ("Freitag, 4. April 2025 14:00 MESZ", NOON),
        ("sexta-feira, 4 de abril de 2025", MIDNIGHT),
        ("04 Apr 2025", MIDNIGHT),
        ("04 Apr 2025, 05:30 PM IST", NOON),
        ("Fri, 4 April 2025 12:00 am GMT", MIDNIGHT),
        ("April 4, 2025", MIDNIGHT),
        ("Apr 4, 2025, 12:00 p.m.", NOON),
        ("April 4, 2025 12:00 AM UTC", MIDNIGHT),
        ("3 Apr 02 1500 GMT", datetime(2002, 4, 3, 15, tzinfo=UTC)),
        ("3 Apr 98 15:00 GMT", datetime(1998, 4, 3, 15, tzinfo=UTC)),
        ("1900-01-01", datetime(1900, 1, 1, tzinfo=UTC)),
        ("2100-12-31", datetime(2100, 12, 31, tzinfo=UTC)),
    ],
)
def test_dates_in_common_formats_are_parsed(text: str, instant: datetime) -> None:
    assert parse_one(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        None, "", "soon", "2025", "42", "2025-02-30", "2025-13-01", "2025-04-04T25:00:00Z", "2025-04-04T12:60:00Z", "2025-04-04T12:00:61Z",
        "2025-04-04T12:00:00+99:00", "04/04/2025", "1899-12-31", "2101-01-01", "1900-01-01T00:30:00+01:00", "9999999999",
        "20251399", "2025-04-04 and more", "Fri, 31 Feb 2025 12:00:00 GMT", "٢٠٢٥-٠٤-٠٤",
        "Fri, 04 Apr 2025 12:00:00 XYZ", "04 Foo 2025 12:00", "April 4, 2025 13:00 PM", "Fri, 04 Apr 2025 12:00:00 GMT+99", "2025040412000",
        "9780306406157", "17437680000", "1743768000000000000000", "2025.4", "04 Apr 2025 13:00 PM",
        "Apr 2025", "0012-04-04", "April 4, 2025 10:30 m", "Fri, 04 Apr 5 12:00 GMT", "2025-04-04T12:00:00 CETI",
        "2025-03-09 02:30 ET",
    ],
)  # fmt: skip
def test_text_that_is_no_date_of_1900_to_2100_gives_null(text: str | None) -> None:
    assert parse_one(text) is None


@pytest.mark.parametrize(
    ("text", "order", "instant"),
    [
        ("15/04/2025", "day-month-year", datetime(2025, 4, 15, tzinfo=UTC)),
        ("5.4.25", "day-month-year", datetime(2025, 4, 5, tzinfo=UTC)),
        ("04-04-2025 14:00:00 +02:00", "day-month-year", NOON),
        ("4/15/2025", "month-day-year", datetime(2025, 4, 15, tzinfo=UTC)),
        ("04/04/2025, 12:00 PM", "month-day-year", NOON),
        ("2025-04-04T12:00:00Z", "month-day-year", NOON),
        ("15/04/2025", "month-day-year", None),
        ("31/02/2025", "day-month-year", None),
    ],
)
def test_dates_of_a_given_order_are_parsed(text: str, order: DateOrder, instant: datetime | None) -> None:
    assert parse_instant(pl.Series([text]), order).to_list() == [instant]


def test_a_parsed_expression_keeps_its_name_and_is_in_utc() -> None:
    frame = pl.DataFrame({"published_at": ["2025-04-04", None]}).select(parse_instant(pl.col("published_at")))
    assert frame.schema == {"published_at": pl.Datetime("us", "UTC")}


def test_a_column_of_nulls_stays_null() -> None:
    assert parse_instant(pl.Series("a", [None, None])).null_count() == 2


@examples(60)
@given(st.lists(st.text(st.sampled_from("0123456789-:+TZ. ,aprGMTfiE/"), max_size=30) | st.text(max_size=20), max_size=20))
def test_no_text_raises_an_error(texts: list[str]) -> None:
    assert parse_instant(pl.Series("a", texts, pl.String)).len() == len(texts)


FORMATS = (
    "%a, %d %b %Y %H:%M:%S GMT",
    "%d %b %Y %H:%M:%S",
    "%A, %d-%b-%Y %H:%M:%S UTC",
    "%a %b %d %H:%M:%S %Y",
    "%B %d, %Y %H:%M:%S",
    "%Y%m%d%H%M%S",
)


@examples(60)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)), st.sampled_from(FORMATS))  # noqa: DTZ001
def test_instants_in_common_formats_are_parsed_back(instant: datetime, form: str) -> None:
    assert parse_one(instant.strftime(form)) == instant.replace(microsecond=0, tzinfo=UTC)


def test_texts_of_one_column_may_have_different_formats() -> None:
    texts = ["soon", "2025-04-04T12:00:00Z", None, "Fri, 04 Apr 2025 12:00:00 GMT", str(int(NOON.timestamp()))]
    assert parse_instant(pl.Series("a", texts)).to_list() == [None, NOON, None, NOON, NOON]


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@examples(60)
@given(st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30), timezones=OFFSETS))  # noqa: DTZ001
def test_instants_in_iso_format_are_parsed_back(instant: datetime) -> None:
    assert parse_one(instant.isoformat()) == instant


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("120\x1f", 120),  # white space for `str.strip`, not for `float`
        ("Fri, 04 Apr 2025 12:00:30 GMT", 30),
        ("Fri, 04 Apr 2025 14:01:00 +0200", 60),
        ("Fri, 04 Apr 2025 11:00:00 GMT", 0),
        *((header, 0) for header in ("", "soon", "-3", "1_0", "٣", "9" * 400, "1e9", "Mon, 99 Foo 2025", "\x00")),
    ],
)
def test_a_retry_after_header_is_parsed_or_gives_no_wait(header: str, seconds: float) -> None:
    assert parse_retry_after(header, NOON) == seconds
