from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts.instants import parse_instant, retry_after

NOON = datetime(2025, 4, 4, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2025, 4, 4, tzinfo=UTC)


def read(text: str | None) -> datetime | None:
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
        ("1900-01-01", datetime(1900, 1, 1, tzinfo=UTC)),
        ("2100-12-31", datetime(2100, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_ways_it_is_commonly_written(text: str, instant: datetime) -> None:
    assert read(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        None, "", "soon", "2025", "42", "2025-02-30", "2025-13-01", "2025-04-04T25:00:00Z", "2025-04-04T12:60:00Z", "2025-04-04T12:00:61Z",
        "2025-04-04T12:00:00+99:00", "04/04/2025", "1899-12-31", "2101-01-01", "1900-01-01T00:30:00+01:00", "9999999999",
        "20251399", "2025-04-04 and more", "Fri, 31 Feb 2025 12:00:00 GMT", "٢٠٢٥-٠٤-٠٤",
    ],
)  # fmt: skip
def test_what_is_no_date_of_1900_to_2100_is_null(text: str | None) -> None:
    assert read(text) is None


def test_an_expression_keeps_its_name_and_gives_utc_microseconds() -> None:
    frame = pl.DataFrame({"published_at": ["2025-04-04", None]}).select(parse_instant(pl.col("published_at")))
    assert frame.schema == {"published_at": pl.Datetime("us", "UTC")}


def test_a_column_without_any_value_is_read_as_nulls() -> None:
    assert parse_instant(pl.Series("a", [None, None])).null_count() == 2


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.text(st.sampled_from("0123456789-:+TZ. ,aprGMTfi"), max_size=30) | st.text(max_size=20), max_size=20))
def test_any_text_is_read_without_an_error(texts: list[str]) -> None:
    assert parse_instant(pl.Series("a", texts, pl.String)).len() == len(texts)


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30), timezones=OFFSETS))  # noqa: DTZ001
def test_every_instant_that_is_written_in_iso_is_read_back(instant: datetime) -> None:
    assert read(instant.isoformat()) == instant


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("Fri, 04 Apr 2025 12:00:30 GMT", 30),
        ("Fri, 04 Apr 2025 14:01:00 +0200", 60),
        ("Fri, 04 Apr 2025 11:00:00 GMT", 0),
        *((header, 0) for header in ("", "soon", "-3", "1_0", "٣", "9" * 400, "1e9", "Mon, 99 Foo 2025", "\x00")),
    ],
)
def test_the_wait_that_a_server_asks_for_is_read_or_none(header: str, seconds: float) -> None:
    assert retry_after(header, NOON) == seconds
