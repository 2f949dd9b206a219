"""The same item in many answers: given once, and again when it changes."""

from collections.abc import Iterable
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


def test_an_item_that_still_stands_in_the_feed_is_not_new() -> None:
    frames = new_rows([payload(rss(item(1))), payload(rss(item(2), item(1)), hours=1), payload(rss(item(2), item(1), item(0)), hours=2)])
    assert titles(frames) == [["Headline 1"], ["Headline 2"], ["Headline 0"]]


def test_an_answer_without_anything_new_gives_no_frame() -> None:
    assert len(list(new_rows([payload(rss(item(1), item(2))), payload(rss(item(2)), hours=1)]))) == 1


def test_an_item_whose_text_or_title_changed_is_new() -> None:
    frames = new_rows([payload(rss(item(1, "a"))), payload(rss(item(1, "b")), hours=1), payload(rss(item(1, "a")), hours=2)])
    assert titles(frames) == [["Headline 1"], ["Headline 1"]]


def test_an_item_of_which_other_things_changed_is_not_new() -> None:
    answers = [item(1), item(1, published="2025-04-05T10:00:00Z"), item(1, more="<category>x</category>")]
    assert read(*[payload(rss(answer), hours=n) for n, answer in enumerate(answers)]).height == 1


def test_an_item_without_an_id_goes_by_its_link() -> None:
    one, two = (
        "<title>Markets close</title><link>https://a.example/1</link>",
        "<title>Markets close</title><link>https://a.example/2</link>",
    )
    assert read(payload(rss(one)), payload(rss(two, one), hours=1)).height == 2


def test_feeds_do_not_know_of_one_another() -> None:
    assert read(payload(rss(item(1))), payload(rss(item(1)), item="Hentzau Courier", hours=1)).height == 2


def test_an_item_that_stands_twice_in_one_answer_is_two_rows_once() -> None:
    assert read(payload(rss(item(1), item(1))), payload(rss(item(1), item(1), item(2)), hours=1)).height == 3


def test_a_row_is_named_after_its_answer_and_its_place_in_it() -> None:
    first, second = payload(rss(item(1))), payload(rss(item(2), item(1), item(3)), hours=1)
    label = f"rss/Strelsau Post/20250404T130000Z-{second.sha256[:12]}"
    assert read(first, second)["raw_id"].to_list()[1:] == [f"{label}#1", f"{label}#3"]
    assert read(second)["raw_id"].to_list() == [f"{label}#1", f"{label}#2", f"{label}#3"]


def test_names_of_rows_sort_as_the_answers_came() -> None:
    rows = read(*[payload(rss(item(1, f"{n}")), hours=n) for n in range(30)])
    assert rows["raw_id"].to_list() == sorted(rows["raw_id"].to_list())


def test_a_row_is_filed_under_its_date_and_else_under_the_day_of_asking() -> None:
    rows = read(payload(rss(item(1), item(2, published="2025-03-30"), item(3, published=""), item(4, published="2025-04-06"))))
    assert rows["index_date"].to_list() == [date(2025, 4, 4), date(2025, 3, 30), date(2025, 4, 4), date(2025, 4, 4)]


def test_an_answer_that_is_no_feed_is_one_row_and_does_not_stop_the_others() -> None:
    rows = read(payload(rss(item(1))), payload("<html><body>Log in", hours=1), payload(rss(item(1), item(2)), hours=2))
    assert rows["title"].to_list() == ["Headline 1", None, "Headline 2"]
    assert "is an HTML page" in rows["unreadable"][1]
    assert rows["source"].to_list() == ["Strelsau Post"] * 3


def test_a_feed_that_is_cut_short_says_so_in_each_answer() -> None:
    cut = rss(item(1)).removesuffix("</channel></rss>")
    assert (
        read(payload(cut), payload(cut + " ", hours=1))["unreadable"].to_list() == [None] + ["the feed is cut short after 1 whole item"] * 2
    )


def test_an_item_that_cannot_be_read_is_one_row_as_long_as_it_stands() -> None:
    broken = "<category>a</category>" * 1_001
    assert read(payload(rss(broken)), payload(rss(broken, item(1)), hours=1))["unreadable"].is_not_null().to_list() == [True, False]


def test_what_was_not_seen_for_too_long_is_forgotten() -> None:
    answers = [payload(rss(item(1))), payload(rss(item(2)), hours=DAY), payload(rss(item(1)), hours=DAY * (DAYS_BACK + 1))]
    assert titles(new_rows(answers)) == [["Headline 1"], ["Headline 2"], ["Headline 1"]]
    answers[2] = payload(rss(item(1)), hours=DAY * DAYS_BACK)
    assert titles(new_rows(answers)) == [["Headline 1"], ["Headline 2"]]


def test_a_known_item_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []

    def counting(feed: Feed, markup: str, url: str) -> Entry:
        parsed.append(markup)
        return read_entry(feed, markup, url)

    monkeypatch.setattr("pipeline.sources.feeds.rss.read_entry", counting)
    read(payload(rss(item(1), item(2))), payload(rss(item(3), item(1), item(2)), hours=1))
    assert len(parsed) == 3


def test_answers_in_the_wrong_order_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="'Strelsau Post' are not in the order"):
        read(payload(rss(item(1)), hours=1), payload(rss(item(1))))


def scene() -> list[Payload]:
    """Twelve days of a feed that is asked twice a day: articles stand for three days; one is corrected, one bears no date, one a later."""
    answers = []
    for half in range(24):
        day = half // 2
        items = [item(n, published=f"2025-04-{4 + n:02d}T08:00:00Z") for n in range(max(0, day - 2), day + 1)]
        items += [item(100, "corrected" if half > 9 else "", published="2025-04-07T08:00:00Z")] if 6 <= half <= 14 else []
        items += [item(101, published=""), item(102, published="2025-04-14T08:00:00Z")] if half >= 3 else []
        answers.append(payload(rss(*items), hours=half * 12 - 6))
    return answers


@pytest.mark.parametrize("days", [Days(date(2025, 4, n), date(2025, 4, n + length)) for n in range(4, 14) for length in (0, 2)])
def test_the_rows_of_a_day_do_not_depend_on_how_many_days_are_read(days: Days) -> None:
    answers = scene()
    reach = days.reaching_back(DAYS_BACK)
    some = read(*[one for one in answers if one.about >= reach.first])
    within = pl.col("index_date").is_between(days.first, days.last)
    assert some.filter(within).equals(read(*answers).filter(within))
