"""What is on record of GDELT's files, and the articles of feeds and GDELT that belong to asked days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.contracts.days import Days
from pipeline.settings.sources import Sources
from pipeline.sources.gdelt.record import article_rows, event_files, newest
from pipeline.sources.http.archive import Archive
from pipeline.sources.news import answered_articles
from pipeline.sources.payloads import Fetched, Outcome, Payload, Request
from tests.unit.sources.gdelt.scenes import DAY, document, event, file_of, zipped

EVENTS, ARTICLES = ".export.CSV.zip", ".gkg.csv.zip"
THE_DAY = Days(DAY, DAY)
URL = "https://data.gdeltproject.example/gdeltv2/"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "payloads")


def stamp(day: date, hour: int = 10) -> str:
    return f"{day:%Y%m%d}{hour:02d}3000"


def keep(archive: Archive, item: str, body: bytes | None, *, source: str = "gdelt", day: date = DAY, outcome: Outcome = "stored") -> None:
    at = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    payload = None if body is None else Payload(source, item, day, URL + item, at, "application/zip", body)
    archive.store(
        Fetched(Request(source, item, URL + item, day), outcome, at, 1, 200, payload, "" if payload else "no such file"), URL + item
    )


def titles(archive: Archive, first: date, last: date, today: date, *outlets: str) -> list[str]:
    settings = Sources.model_validate({"gdelt": {"outlets": outlets}})
    rows = [row for frame in answered_articles(archive, settings, Days(first, last), today) for row in frame.iter_rows(named=True)]
    return [row["title"] for row in rows if row["unreadable"] is None]


def test_a_day_that_nobody_asked_about_has_no_record(archive: Archive) -> None:
    assert list(event_files(archive, THE_DAY)) == []


def test_every_quarter_of_a_day_that_was_asked_about_is_on_record(archive: Archive) -> None:
    keep(archive, stamp(DAY) + EVENTS, zipped(file_of(event())))
    keep(archive, stamp(DAY, 11) + EVENTS, None, outcome="missing")
    outcomes = [one.outcome for one in event_files(archive, THE_DAY)]
    assert (len(outcomes), outcomes.count("kept"), outcomes.count("missing"), outcomes.count("failed")) == (96, 1, 1, 94)


def test_asking_for_articles_alone_is_no_asking_for_events(archive: Archive) -> None:
    keep(archive, stamp(DAY) + ARTICLES, zipped(file_of(document()), stamp(DAY) + ARTICLES))
    assert list(event_files(archive, THE_DAY)) == []


def test_a_file_of_articles_that_cannot_be_read_is_a_row_that_says_so(archive: Archive) -> None:
    keep(archive, stamp(DAY) + ARTICLES, b"PK no zip")
    (rows,) = article_rows(archive, THE_DAY)
    assert (rows["index_date"].to_list(), "is no zip, or a damaged one" in rows["unreadable"][0]) == ([DAY], True)


def test_of_a_file_of_articles_that_came_broken_first_the_newest_answer_counts(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    for body in (b"PK no zip", zipped(file_of(document()), item)):
        keep(archive, item, body)
    (rows,) = article_rows(archive, THE_DAY)
    assert (rows["raw_id"].to_list(), rows["unreadable"].to_list()) == ([f"gdelt/{item}#1"], [None])


def test_a_page_of_late_evening_that_is_seen_after_midnight_belongs_to_its_own_day(archive: Archive) -> None:
    next_day = DAY + timedelta(days=1)
    item = stamp(next_day, 0) + ARTICLES
    page = document(stamp=stamp(next_day, 0), extras=f"<PAGE_PRECISEPUBTIMESTAMP>{DAY:%Y%m%d}235000</PAGE_PRECISEPUBTIMESTAMP>")
    keep(archive, item, zipped(file_of(page), item), day=next_day)
    assert titles(archive, DAY, DAY, next_day) == ["Ruritania taxes glass"]
    assert titles(archive, next_day, next_day, next_day) == []


def test_a_page_that_gdelt_finds_weeks_late_is_set_aside_on_the_day_it_was_found(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    page = document(extras="<PAGE_PRECISEPUBTIMESTAMP>20240101120000</PAGE_PRECISEPUBTIMESTAMP>")
    keep(archive, item, zipped(file_of(page), item))
    (rows,) = article_rows(archive, THE_DAY)
    assert rows["index_date"].to_list() == [DAY]
    assert rows["unreadable"][0].startswith(f"GDELT found it on {DAY}")


def test_only_documents_of_the_outlets_are_rows(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    keep(archive, item, zipped(file_of(document(1), document(2)), item))
    assert titles(archive, DAY, DAY, DAY, "nowhere.example") == []
    assert len(titles(archive, DAY, DAY, DAY)) == 2


def feed(*items: tuple[str, date]) -> bytes:
    told = "".join(f"<item><guid>{title}</guid><title>{title}</title><pubDate>{day}T09:00:00Z</pubDate></item>" for title, day in items)
    return f"<rss version='2.0'><channel><title>Strelsau Post</title>{told}</channel></rss>".encode()


def test_an_item_that_comes_days_later_belongs_to_the_day_it_bears(archive: Archive) -> None:
    later = DAY + timedelta(days=3)
    keep(archive, "Strelsau Post", feed(("One", DAY)), source="rss")
    keep(archive, "Strelsau Post", feed(("Late", DAY), ("One", DAY), ("New", later)), source="rss", day=later)
    assert titles(archive, DAY, DAY, later) == ["One", "Late"]
    assert titles(archive, later, later, later) == ["New"]
    assert titles(archive, DAY, later, later) == ["One", "Late", "New"]


def test_a_file_tells_its_day_and_the_master_list_none() -> None:
    at = datetime(2025, 4, 4, tzinfo=UTC)
    named = {item: Payload("gdelt", item, DAY, URL, at, "", b"") for item in (stamp(DAY) + EVENTS, "2025-04-04 masterfilelist.txt")}
    assert [newest(payload) for payload in named.values()] == [DAY, None]


def test_of_a_file_that_came_again_the_newest_answer_counts(archive: Archive) -> None:
    item = stamp(DAY) + ARTICLES
    keep(archive, item, b"PK no zip")
    at = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
    mended = Payload("gdelt", item, DAY, URL + item, at, "application/zip", zipped(file_of(document()), item))
    archive.store(Fetched(Request("gdelt", item, URL + item, DAY), "stored", at, 1, 200, mended), URL + item)
    (rows,) = article_rows(archive, THE_DAY)
    assert rows["unreadable"].to_list() == [None]


@pytest.mark.parametrize("end", [EVENTS, ARTICLES])
def test_a_file_that_came_and_was_found_not_to_be_whole_is_no_answer(archive: Archive, end: str) -> None:
    item = stamp(DAY) + end
    keep(archive, item, zipped(file_of(event() if end == EVENTS else document()), item))
    keep(archive, item, None, outcome="failed")
    assert list(article_rows(archive, THE_DAY)) == []
    assert {(one.outcome, one.payload) for one in event_files(archive, THE_DAY)} <= {("failed", None)}
