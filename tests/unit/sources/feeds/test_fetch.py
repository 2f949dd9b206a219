"""Fetching feeds over a real connection."""

from datetime import date, timedelta

import polars as pl

from pipeline.contracts.days import Days
from pipeline.contracts.upstreams import Feed, RssSettings
from pipeline.sources.feeds.rss import fetch, new_rows, parse
from pipeline.sources.http.client import Client
from tests.unit.sources.feeds.payloads import FIXTURES, rss
from tests.unit.sources.server import (
    TODAY,
    Clock,
    Response,
    Upstream,
    conditional_response,
    error_response,
    gzipped,
    ok_response,
    redirect_response,
)

WINDOW = Days(date(2020, 1, 1), date(2020, 1, 31))
FEED = ok_response(rss("<title>a</title>"), "application/rss+xml", ETag='"1"')


def settings(**urls: str) -> RssSettings:
    return RssSettings(feeds=tuple(Feed(name=name, url=url) for name, url in urls.items()))


def test_each_feed_is_fetched_once(upstream: Upstream, client: Client) -> None:
    urls = {
        "Post": upstream.respond("/a", FEED),
        "Courier": upstream.respond("/b", gzipped(ok_response((FIXTURES / "rss20.xml").read_bytes(), "text/xml"))),
    }
    fetched = list(fetch(client, settings(**urls), WINDOW))
    assert [(one.request.source, one.request.item, one.request.day, one.outcome) for one in fetched] == [
        ("rss", "Post", TODAY, "stored"),
        ("rss", "Courier", TODAY, "stored"),
    ]
    assert upstream.requested_paths() == ["/a", "/b"]
    assert upstream.requests[0].headers["accept"].startswith("application/rss+xml")
    assert [parse(one.payload).height for one in fetched if one.payload] == [1, 4]


def test_an_unchanged_feed_is_not_sent_again(upstream: Upstream, client: Client) -> None:
    feeds = settings(Post=upstream.respond("/a", conditional_response(FEED)))
    outcomes = [one.outcome for _ in range(2) for one in fetch(client, feeds, WINDOW)]
    assert outcomes == ["stored", "unchanged"]


def test_the_failure_of_one_feed_does_not_stop_the_others(upstream: Upstream, client: Client) -> None:
    urls = {
        "Down": upstream.respond("/down", error_response(500)),
        "Gone": upstream.respond("/gone", error_response(410)),
        "Cut": upstream.respond("/cut", Response(b"<rss", cut=2)),
        "Inside": upstream.respond("/inside", redirect_response("http://10.0.0.1/feed")),
        "Post": upstream.respond("/a", FEED),
    }
    outcomes = {one.request.item: one.outcome for one in fetch(client, settings(**urls), WINDOW)}
    assert outcomes == {"Down": "failed", "Gone": "failed", "Cut": "failed", "Inside": "refused", "Post": "stored"}


def test_a_redirect_of_a_feed_is_followed(upstream: Upstream, client: Client) -> None:
    upstream.respond("/new", ok_response(rss("<title>a</title><link>1</link>"), "text/xml"))
    (fetched,) = fetch(client, settings(Post=upstream.respond("/old", redirect_response("/new", 301))), WINDOW)
    assert fetched.payload is not None
    assert parse(fetched.payload)["url"].to_list() == [upstream.url + "/1"]


def test_several_feeds_of_one_outlet_have_one_source(upstream: Upstream, client: Client) -> None:
    world, trade = upstream.respond("/world", conditional_response(FEED)), upstream.respond("/trade", conditional_response(FEED))
    feeds = RssSettings(feeds=tuple(Feed(name="Post", url=url) for url in (world, trade, world)))
    for outcome in ("stored", "unchanged"):
        fetched = list(fetch(client, feeds, WINDOW))
        assert [(one.request.item, one.outcome) for one in fetched] == [(f"Post <{world}>", outcome), (f"Post <{trade}>", outcome)]
        assert [parse(one.payload)["source"].to_list() for one in fetched if one.payload] == [["Post"], ["Post"]]


def test_a_feed_keeps_its_history_when_others_of_its_outlet_come_and_go(upstream: Upstream, client: Client, clock: Clock) -> None:
    world, trade = (
        Feed(name="Post", url=upstream.respond(f"/{name}", ok_response(rss(f"<title>{name}</title>"), "text/xml")))
        for name in ("world", "trade")
    )
    for feeds in ((world,), (trade, world), (world, trade), (trade,), (trade, world)):
        list(fetch(client, RssSettings(feeds=feeds), WINDOW))
        clock.time += timedelta(days=10)
    rows = pl.concat(new_rows(client.archive.payloads("rss")))
    assert rows["title"].to_list() == ["world", "trade"]


def test_stored_responses_give_each_item_on_its_first_day(upstream: Upstream, client: Client, clock: Clock) -> None:
    responses = [ok_response(rss(*[f"<guid>{n}</guid><title>{n}</title>" for n in range(day, day + 3)]), "text/xml") for day in (0, 1, 3)]
    feeds = settings(Post=upstream.respond("/a", *responses))
    for _ in responses:
        list(fetch(client, feeds, WINDOW))
        clock.time += timedelta(days=1)
    rows = pl.concat(new_rows(client.archive.payloads("rss")))
    assert rows["title"].to_list() == ["0", "1", "2", "3", "4", "5"]
    assert [(day - TODAY).days for day in rows["index_date"]] == [0, 0, 0, 1, 2, 2]
