"""Reading stored GDELT files, and the articles of feeds and GDELT for given days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.contracts.days import Days
from pipeline.settings.sources import Sources
from pipeline.sources.gdelt.stored import BODY_LOST, newest_day, read_article_rows, read_event_files
from pipeline.sources.http.archive import Archive
from pipeline.sources.news import read_fetched_articles
from pipeline.sources.payloads import FetchResult, Outcome, Payload, Request
from tests.unit.sources.gdelt.scenes import DAY, document, event, join_lines, zip_body

EVENTS, ARTICLES = ".export.CSV.zip", ".gkg.csv.zip"
THE_DAY = Days(DAY, DAY)
URL = "https://data.gdeltproject.example/gdeltv2/"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "payloads")


def stamp(day: date, hour: int = 10) -> str:
    return f"{day:%Y%m%d}{hour:02d}3000"


def store(archive: Archive, item: str, body: bytes | None, *, source: str = "gdelt", day: date = DAY, outcome: Outcome = "stored") -> None:
    at = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    payload = None if body is None else Payload(source, item, day, URL + item, at, "application/zip", body)
    archive.store(
        FetchResult(Request(source, item, URL + item, day), outcome, at, 1, 200, payload, "" if payload else "no such file"), URL + item
    )


def titles(archive: Archive, first: date, last: date, today: date, *outlets: str) -> list[str]:
    settings = Sources.model_validate({"gdelt": {"outlets": outlets}})
    rows = [row for frame in read_fetched_articles(archive, settings, Days(first, last), today) for row in frame.iter_rows(named=True)]
    return [row["title"] for row in rows if row["unreadable"] is None]


def test_a_day_without_requests_has_no_results(archive: Archive) -> None:
    assert list(read_event_files(archive, THE_DAY)) == []


def test_every_quarter_of_a_requested_day_has_a_result(archive: Archive) -> None:
    store(archive, stamp(DAY) + EVENTS, zip_body(join_lines(event())))
    store(archive, stamp(DAY, 11) + EVENTS, None, outcome="missing")
    outcomes = [one.outcome for one in read_event_files(archive, THE_DAY)]
    assert (len(outcomes), outcomes.count("kept"), outcomes.count("missing"), outcomes.count("failed")) == (96, 1, 1, 94)


def test_a_lost_response_has_a_reason(archive: Archive) -> None:
    store(archive, stamp(DAY) + EVENTS, zip_body(join_lines(event())))
    for path in (archive.root / "bodies").glob("*/*.gz"):
        path.unlink()
    (one,) = [one for one in read_event_files(archive, THE_DAY) if one.outcome != "failed"]
    assert (one.payload, one.detail) == (None, BODY_LOST)


def test_a_day_with_requests_for_articles_only_has_no_event_files(archive: Archive) -> None:
    store(archive, stamp(DAY) + ARTICLES, zip_body(join_lines(document()), stamp(DAY) + ARTICLES))
    assert list(read_event_files(archive, THE_DAY)) == []


def test_an_unreadable_file_of_articles_is_a_row_with_a_reason(archive: Archive) -> None:
    store(archive, stamp(DAY) + ARTICLES, b"PK no zip")
    (rows,) = read_article_rows(archive, THE_DAY)
    assert (rows["index_date"].to_list(), "is not a zip file, or a damaged one" in rows["unreadable"][0]) == ([DAY], True)


def test_the_newest_response_of_a_day_counts(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    for body in (b"PK no zip", zip_body(join_lines(document()), item)):
        store(archive, item, body)
    (rows,) = read_article_rows(archive, THE_DAY)
    assert (rows["raw_id"].to_list(), rows["unreadable"].to_list()) == ([f"gdelt/{item}#1"], [None])


def test_a_page_seen_after_midnight_belongs_to_its_own_day(archive: Archive) -> None:
    next_day = DAY + timedelta(days=1)
    item = stamp(next_day, 0) + ARTICLES
    page = document(stamp=stamp(next_day, 0), extras=f"<PAGE_PRECISEPUBTIMESTAMP>{DAY:%Y%m%d}235000</PAGE_PRECISEPUBTIMESTAMP>")
    store(archive, item, zip_body(join_lines(page), item), day=next_day)
    assert titles(archive, DAY, DAY, next_day) == ["Ruritania taxes glass"]
    assert titles(archive, next_day, next_day, next_day) == []


def test_a_page_found_weeks_late_is_rejected_on_the_day_it_was_found(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    page = document(extras="<PAGE_PRECISEPUBTIMESTAMP>20240101120000</PAGE_PRECISEPUBTIMESTAMP>")
    store(archive, item, zip_body(join_lines(page), item))
    (rows,) = read_article_rows(archive, THE_DAY)
    assert rows["index_date"].to_list() == [DAY]
    assert rows["unreadable"][0].startswith(f"GDELT found it on {DAY}")


def test_only_documents_of_the_outlets_are_rows(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    store(archive, item, zip_body(join_lines(document(1), document(2)), item))
    assert titles(archive, DAY, DAY, DAY, "nowhere.example") == []
    assert len(titles(archive, DAY, DAY, DAY)) == 2


def feed(*items: tuple[str, date]) -> bytes:
    elements = "".join(f"<item><guid>{title}</guid><title>{title}</title><pubDate>{day}T09:00:00Z</pubDate></item>" for title, day in items)
    return f"<rss version='2.0'><channel><title>Strelsau Post</title>{elements}</channel></rss>".encode()


def test_an_item_in_a_later_response_belongs_to_its_own_day(archive: Archive) -> None:
    later = DAY + timedelta(days=3)
    store(archive, "Strelsau Post", feed(("One", DAY)), source="rss")
    store(archive, "Strelsau Post", feed(("Late", DAY), ("One", DAY), ("New", later)), source="rss", day=later)
    assert titles(archive, DAY, DAY, later) == ["One", "Late"]
    assert titles(archive, later, later, later) == ["New"]
    assert titles(archive, DAY, later, later) == ["One", "Late", "New"]


def test_a_file_has_a_day_and_the_master_list_has_none() -> None:
    at = datetime(2025, 4, 4, tzinfo=UTC)
    named = {item: Payload("gdelt", item, DAY, URL, at, "", b"") for item in (stamp(DAY) + EVENTS, "2025-04-04 masterfilelist.txt")}
    assert [newest_day(payload) for payload in named.values()] == [DAY, None]


def test_the_newest_response_of_a_file_counts(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    store(archive, item, b"PK no zip")
    at = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
    fixed = Payload("gdelt", item, DAY, URL + item, at, "application/zip", zip_body(join_lines(document()), item))
    archive.store(FetchResult(Request("gdelt", item, URL + item, DAY), "stored", at, 1, 200, fixed), URL + item)
    (rows,) = read_article_rows(archive, THE_DAY)
    assert rows["unreadable"].to_list() == [None]


@pytest.mark.parametrize("suffix", [EVENTS, ARTICLES])
def test_a_file_that_was_rejected_later_is_not_read(archive: Archive, suffix: str) -> None:
    item = stamp(DAY) + suffix
    store(archive, item, zip_body(join_lines(event() if suffix == EVENTS else document()), item))
    store(archive, item, None, outcome="failed")
    assert list(read_article_rows(archive, THE_DAY)) == []
    assert {(one.outcome, one.payload) for one in read_event_files(archive, THE_DAY)} <= {("failed", None)}
