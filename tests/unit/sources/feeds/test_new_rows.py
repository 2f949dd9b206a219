"""An item in many responses gives one row, and another when it changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipeline.contracts.days import Days
from pipeline.contracts.tables.raw import RAW_ARTICLES
from pipeline.sources.feeds.entries import Entry, read_entry
from pipeline.sources.feeds.markup import Feed
from pipeline.sources.feeds.rss import DAYS_BACK, new_rows
from pipeline.sources.payloads import Payload
from tests.unit.sources.feeds.payloads import payload, rss

DAY = 24.0


def item(number: int, text: str = "", published: str = "2025-04-04T10:00:00Z", more: str = "") -> str:
    return f"<guid>{number}</guid><title>Headline {number}</title><pubDate>{published}</pubDate><description>{text}</description>{more}"


def read(*payloads: Payload) -> pl.DataFrame:
    return pl.concat([RAW_ARTICLES.empty(), *new_rows(payloads)])


def titles(frames: Iterable[pl.DataFrame]) -> list[list[str | None]]:
    return [frame["title"].to_list() for frame in frames]


def test_an_item_that_is_still_in_the_feed_is_not_new() -> None:
    frames = new_rows([payload(rss(item(1))), payload(rss(item(2), item(1)), hours=1), payload(rss(item(2), item(1), item(0)), hours=2)])
    assert titles(frames) == [["Headline 1"], ["Headline 2"], ["Headline 0"]]


def test_a_response_without_new_items_gives_no_frame() -> None:
    assert len(list(new_rows([payload(rss(item(1), item(2))), payload(rss(item(2)), hours=1)]))) == 1


def test_an_item_whose_text_or_title_changed_is_new() -> None:
    frames = new_rows([payload(rss(item(1, "a"))), payload(rss(item(1, "b")), hours=1), payload(rss(item(1, "a")), hours=2)])
    assert titles(frames) == [["Headline 1"], ["Headline 1"]]


def test_an_item_with_only_other_fields_changed_is_not_new() -> None:
    responses = [item(1), item(1, published="2025-04-05T10:00:00Z"), item(1, more="<category>x</category>")]
    assert read(*[payload(rss(response), hours=n) for n, response in enumerate(responses)]).height == 1


def test_an_item_without_an_id_is_identified_by_its_link() -> None:
    one, two = (
        "<title>Markets close</title><link>https://a.example/1</link>",
        "<title>Markets close</title><link>https://a.example/2</link>",
    )
    assert read(payload(rss(one)), payload(rss(two, one), hours=1)).height == 2


def test_each_outlet_has_its_own_history() -> None:
    assert read(payload(rss(item(1))), payload(rss(item(1)), item="Hentzau Courier", hours=1)).height == 2


def test_an_item_that_another_feed_of_the_outlet_showed_is_not_new() -> None:
    undated = [item(n, published="") for n in (1, 2)]
    responses = [
        payload(rss(undated[0])),
        payload(rss(undated[1]), hours=DAY),
        payload(rss(*undated), item="Strelsau Post <https://post.example/trade>", hours=2 * DAY),
    ]
    assert titles(new_rows(responses)) == [["Headline 1"], ["Headline 2"]]
    responses.append(payload(rss(undated[1]), hours=30 * DAY))  # the first feed showed it until now, the other one only once
    responses.append(payload(rss(*undated), item="Strelsau Post <https://post.example/world>", hours=31 * DAY))
    assert titles(new_rows(responses)) == [["Headline 1"], ["Headline 2"], ["Headline 1"]]


def test_an_item_twice_in_a_response_is_two_rows_only_once() -> None:
    assert read(payload(rss(item(1), item(1))), payload(rss(item(1), item(1), item(2)), hours=1)).height == 3


def test_a_row_is_named_after_its_response_and_position() -> None:
    first, second = payload(rss(item(1))), payload(rss(item(2), item(1), item(3)), hours=1)
    label = f"rss/Strelsau Post/20250404T130000Z-{second.sha256[:12]}"
    assert read(first, second)["raw_id"].to_list()[1:] == [f"{label}#1", f"{label}#3"]
    assert read(second)["raw_id"].to_list() == [f"{label}#1", f"{label}#2", f"{label}#3"]


def test_names_of_rows_sort_by_arrival() -> None:
    rows = read(*[payload(rss(item(1, f"{n}")), hours=n) for n in range(30)])
    assert rows["raw_id"].to_list() == sorted(rows["raw_id"].to_list())


def test_a_row_is_filed_under_its_date_or_the_day_of_the_request() -> None:
    rows = read(payload(rss(item(1), item(2, published="2025-03-30"), item(3, published=""), item(4, published="2025-04-06"))))
    assert rows["index_date"].to_list() == [date(2025, 4, 4), date(2025, 3, 30), date(2025, 4, 4), date(2025, 4, 4)]


def test_a_response_after_midnight_belongs_to_the_day_of_its_request() -> None:
    late = replace(payload(rss(item(1), item(2, published=""), item(3, published="2025-04-05")), hours=12), day=date(2025, 4, 4))
    assert read(late)["index_date"].to_list() == [date(2025, 4, 4)] * 3
    assert read(replace(late, body=b"<html><body>Log in"))["index_date"].to_list() == [date(2025, 4, 4)]


def test_a_response_that_is_not_a_feed_is_one_unreadable_row() -> None:
    rows = read(payload(rss(item(1))), payload("<html><body>Log in", hours=1), payload(rss(item(1), item(2)), hours=2))
    assert rows["title"].to_list() == ["Headline 1", None, "Headline 2"]
    assert "is an HTML page" in rows["unreadable"][1]
    assert rows["source"].to_list() == ["Strelsau Post"] * 3


def test_every_response_that_is_cut_short_is_reported() -> None:
    cut = rss(item(1)).removesuffix("</channel></rss>")
    assert (
        read(payload(cut), payload(cut + " ", hours=1))["unreadable"].to_list() == [None] + ["the feed is cut short after 1 whole item"] * 2
    )


def test_an_unreadable_item_is_one_row_while_it_is_in_the_feed() -> None:
    broken = "<category>a</category>" * 1_001
    assert read(payload(rss(broken)), payload(rss(broken, item(1)), hours=1))["unreadable"].is_not_null().to_list() == [True, False]


def test_an_item_not_shown_for_long_is_new_again() -> None:
    responses = [payload(rss(item(1))), payload(rss(item(2)), hours=DAY), payload(rss(item(1)), hours=DAY * (DAYS_BACK + 2))]
    assert titles(new_rows(responses)) == [["Headline 1"], ["Headline 2"], ["Headline 1"]]
    responses[2] = payload(rss(item(1)), hours=DAY * (DAYS_BACK + 1))
    assert titles(new_rows(responses)) == [["Headline 1"], ["Headline 2"]]


def test_items_of_a_feed_that_did_not_change_for_long_are_not_new() -> None:
    undated = [item(n, published="") for n in (1, 2)]
    responses = [payload(rss(undated[0])), payload(rss(*undated), hours=DAY * 5 * DAYS_BACK)]
    assert titles(new_rows(responses)) == [["Headline 1"], ["Headline 2"]]


def test_a_known_item_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []

    def count_calls(feed: Feed, markup: str, url: str) -> Entry:
        parsed.append(markup)
        return read_entry(feed, markup, url)

    monkeypatch.setattr("pipeline.sources.feeds.rss.read_entry", count_calls)
    read(payload(rss(item(1), item(2))), payload(rss(item(3), item(1), item(2)), hours=1))
    assert len(parsed) == 3


def test_responses_in_the_wrong_order_raise() -> None:
    with pytest.raises(ValueError, match="'Strelsau Post' are not in the order of arrival"):
        read(payload(rss(item(1)), hours=1), payload(rss(item(1))))


def twelve_days() -> list[Payload]:
    """Twelve days of a feed fetched twice a day; articles stay three days.

    One is corrected, one has no date, one a date in the future. Another feed of the outlet shows some of them at times.
    """
    responses = []
    for half in range(24):
        day = half // 2
        items = [item(n, published=f"2025-04-{4 + n:02d}T08:00:00Z") for n in range(max(0, day - 2), day + 1)]
        items += [item(100, "corrected" if half > 9 else "", published="2025-04-07T08:00:00Z")] if 6 <= half <= 14 else []
        items += [item(101, published=""), item(102, published="2025-04-14T08:00:00Z")] if half >= 3 else []
        responses.append(payload(rss(*items), hours=half * 12 - 6))
        if half in {1, 9, 10, 20}:
            responses.append(payload(rss(*items[-2:], item(200)), item="Strelsau Post <https://post.example/b>", hours=half * 12 - 6))
    return responses


@pytest.mark.parametrize("first", [4, 9, *(pytest.param(n, marks=pytest.mark.slow) for n in (5, 6, 7, 8, 10, 11, 12, 13))])
@pytest.mark.parametrize("length", [0, 2])
def test_the_rows_of_a_day_do_not_depend_on_how_many_days_are_read(first: int, length: int) -> None:
    days = Days(date(2025, 4, first), date(2025, 4, first + length))
    responses = twelve_days()
    reach = days.extend_back(DAYS_BACK)
    previous = {one.item: one for one in responses if one.day < reach.first}  # the last of each feed
    earlier = [one for one in responses if one in previous.values()]
    some = read(*earlier, *[one for one in responses if one.day >= reach.first])
    within = pl.col("index_date").is_between(days.first, days.last)
    assert some.filter(within).equals(read(*responses).filter(within))
