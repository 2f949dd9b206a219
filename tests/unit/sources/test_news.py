"""Articles of upstreams are read from stored responses, each once."""

from datetime import date, timedelta
from pathlib import Path

from pipeline.contracts.days import Days
from pipeline.settings.sources import Sources
from pipeline.sources.http.archive import Archive
from pipeline.sources.news import read_fetched_articles
from pipeline.sources.payloads import FetchResult, Request
from tests.unit.sources.feeds.payloads import payload, rss

URL = "https://strelsau.example/feed"


def test_undated_items_of_a_feed_that_did_not_change_are_read_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    old, new = (f"<guid>{n}</guid><title>Headline {n}</title>" for n in (1, 2))
    responses = [payload(rss(old)), payload(rss(new, old), hours=35 * 24.0)]
    for one in responses:
        request = Request(one.source, one.item, URL, one.day)
        archive.store(FetchResult(request, "stored", one.fetched_at, 1, 200, one), URL)

    def read_titles(day: date) -> list[str]:
        frames = read_fetched_articles(archive, Sources(), Days(day, day), responses[-1].day + timedelta(days=1))
        return [title for frame in frames for title in frame["title"]]

    assert [read_titles(one.day) for one in responses] == [["Headline 1"], ["Headline 2"]]
