"""The newest day that an upstream's stored responses are about."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from pipeline.sources.http.archive import Archive, StoredResponse
from pipeline.sources.payloads import FetchResult, Payload, Request
from pipeline.sources.registry import FETCHERS

DAY = date(2025, 4, 4)
FEED = "<rss><channel><item><pubDate>{}</pubDate></item></channel></rss>"

Store = Callable[[str, str, date, str], None]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "payloads")


@pytest.fixture
def store(archive: Archive) -> Store:
    def store_response(source: str, item: str, day: date, body: str) -> None:
        at = datetime.combine(day, time(12), UTC)
        payload = Payload(source, item, day, "https://a.example", at, "", body.encode())
        archive.store(FetchResult(Request(source, item, "https://a.example", day), "stored", at, 1, 200, payload), "https://a.example")

    return store_response


@pytest.mark.parametrize("name", FETCHERS)
def test_without_responses_there_is_no_newest_day(archive: Archive, name: str) -> None:
    assert FETCHERS[name].find_newest_day(archive, DAY) is None


def test_the_newest_day_of_feeds_is_not_in_the_future(archive: Archive, store: Store) -> None:
    for item, published in (("a", "2025-04-01"), ("b", "2025-04-03"), ("c", "2025-04-09"), ("d", "soon")):
        store("rss", item, DAY, FEED.format(published))
    store("rss", "e", DAY, "<html>")
    assert FETCHERS["rss"].find_newest_day(archive, DAY) == date(2025, 4, 3)


@pytest.mark.parametrize("unreadable", ["<html>Down for maintenance", "<rss><channel/></rss>"])
def test_an_unreadable_response_does_not_hide_the_data_before_it(archive: Archive, store: Store, unreadable: str) -> None:
    for day, published in ((DAY - timedelta(days=3), "2025-03-31"), (DAY - timedelta(days=2), "2025-04-02")):
        store("rss", "a", day, FEED.format(published))
    for day in (DAY - timedelta(days=1), DAY):
        store("rss", "a", day, unreadable)
    assert FETCHERS["rss"].find_newest_day(archive, DAY) == date(2025, 4, 2)


def test_a_web_page_instead_of_a_feed_is_reported_when_it_is_fetched(archive: Archive, store: Store) -> None:
    for item, body in (("good", FEED.format("2025-04-03")), ("page", "<html><body>Please log in</body></html>")):
        store("rss", item, DAY, body)
    reasons = {payload.item: FETCHERS["rss"].explain_unreadable(payload) for payload in archive.newest_payloads("rss")}
    assert reasons["good"] == ""
    assert "feed 'page': the response from https://a.example is an HTML page, not a feed" in reasons["page"]


def test_the_newest_day_of_gdelt_needs_one_file_per_day(archive: Archive, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = DAY - timedelta(days=2)
    for hour in range(24):
        store("gdelt", f"{before:%Y%m%d}{hour:02d}0000.export.CSV.zip", before, f"file {hour}")
    store("gdelt", "2025-04-04 masterfilelist.txt", DAY, "a list")
    read_items: list[str] = []
    read_payload = Archive.read_payload

    def read_and_count(self: Archive, response: StoredResponse) -> Payload | None:
        read_items.append(response.item)
        return read_payload(self, response)

    monkeypatch.setattr(Archive, "read_payload", read_and_count)
    assert (FETCHERS["gdelt"].find_newest_day(archive, DAY), len(read_items)) == (before, 2)


def test_a_day_without_official_documents_is_skipped(archive: Archive, store: Store) -> None:
    for day, body in ((DAY, '{"count": 0}'), (DAY - timedelta(days=1), '{"results": [{"publication_date": "2025-04-03"}]}')):
        store("federal_register", f"{day}, page 1", day, body)
    assert FETCHERS["federal_register"].find_newest_day(archive, DAY) == date(2025, 4, 3)


def test_a_table_of_its_whole_year_has_data_of_any_day_within(archive: Archive, store: Store) -> None:
    header = ["CTY_CODE", "CTY_NAME", "GEN_VAL_MO", "time"]
    body = json.dumps([header, *(["5700", "CHINA", "25000000000", f"2025-{month:02d}"] for month in range(1, 13))])
    store("census", "imports 2025", date(2026, 2, 10), body)
    for until in (date(2025, 6, 30), date(2025, 12, 31)):
        assert FETCHERS["census"].find_newest_day(archive, until) == until
