"""How new the data of an upstream are, by what its answers tell, however many there are."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from pipeline.sources.http.archive import Archive, StoredResponse
from pipeline.sources.payloads import Fetched, Payload, Request
from pipeline.sources.registry import FETCHERS

DAY = date(2025, 4, 4)
FEED = "<rss><channel><item><pubDate>{}</pubDate></item></channel></rss>"

Keep = Callable[[str, str, date, str], None]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "payloads")


@pytest.fixture
def keep(archive: Archive) -> Keep:
    def put(source: str, item: str, day: date, body: str) -> None:
        at = datetime.combine(day, time(12), UTC)
        payload = Payload(source, item, day, "https://a.example", at, "", body.encode())
        archive.store(Fetched(Request(source, item, "https://a.example", day), "stored", at, 1, 200, payload), "https://a.example")

    return put


@pytest.mark.parametrize("name", FETCHERS)
def test_without_answers_there_is_no_newest_day(archive: Archive, name: str) -> None:
    assert FETCHERS[name].newest_day(archive, DAY) is None


def test_of_feeds_the_newest_day_of_any_counts_and_none_that_has_not_come(archive: Archive, keep: Keep) -> None:
    for item, told in (("a", "2025-04-01"), ("b", "2025-04-03"), ("c", "2025-04-09"), ("d", "soon")):
        keep("rss", item, DAY, FEED.format(told))
    keep("rss", "e", DAY, "<html>")
    assert FETCHERS["rss"].newest_day(archive, DAY) == date(2025, 4, 3)


def test_of_gdelt_the_day_of_a_file_counts_which_is_not_unpacked_for_it(
    archive: Archive, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = DAY - timedelta(days=2)
    for hour in range(24):
        keep("gdelt", f"{before:%Y%m%d}{hour:02d}0000.export.CSV.zip", before, f"file {hour}")
    keep("gdelt", "2025-04-04 masterfilelist.txt", DAY, "a list")
    opened: list[str] = []
    payload_of = Archive.read_payload

    def counting(self: Archive, kept: StoredResponse) -> Payload | None:
        opened.append(kept.item)
        return payload_of(self, kept)

    monkeypatch.setattr(Archive, "read_payload", counting)
    assert (FETCHERS["gdelt"].newest_day(archive, DAY), len(opened)) == (before, 2)


def test_of_the_journal_a_day_without_documents_is_passed_over(archive: Archive, keep: Keep) -> None:
    for day, body in ((DAY, '{"count": 0}'), (DAY - timedelta(days=1), '{"results": [{"publication_date": "2025-04-03"}]}')):
        keep("federal_register", f"{day}, page 1", day, body)
    assert FETCHERS["federal_register"].newest_day(archive, DAY) == date(2025, 4, 3)
