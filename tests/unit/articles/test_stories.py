import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.stories import LEAST_SIMILARITY, link
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import STORY_LINKS
from tests.unit.articles.rows import DAY, article, articles

WEEK = Days(DAY, DAY + timedelta(days=7))
LONG = " ".join(f"word{n}" for n in range(100))
NEAR = LONG.replace("word99", "other")  # one 5-gram of 96 differs: similarity 95 / 97
FAR = re.sub(r"word[1-7]0 ", "x ", LONG)  # 35 differ: 61 / 131
SHORT = "Ruritania taxes glass"


def found(*rows: dict[str, Any], days: Days = WEEK) -> list[tuple[str, str, float]]:
    links = link(articles(*rows), days)
    assert links.schema == STORY_LINKS.schema
    return [(one, earlier, round(value, 4)) for one, _, earlier, value in links.iter_rows()]


def test_the_same_text_in_another_paper_retells_the_first() -> None:
    assert found(article("A:1", LONG), article("B:1", LONG, 1), article("C:1", LONG, 2)) == [("B:1", "A:1", 1.0), ("C:1", "A:1", 1.0)]


def test_nearly_the_same_text_retells_with_its_exact_similarity() -> None:
    assert found(article("A:1", LONG), article("B:1", NEAR, 30)) == [("B:1", "A:1", round(95 / 97, 4))]


def test_a_text_below_the_least_similarity_is_another_story() -> None:
    assert LEAST_SIMILARITY > 61 / 131
    assert found(article("A:1", LONG), article("B:1", FAR, 1)) == []


def test_capitals_and_punctuation_make_no_other_story() -> None:
    assert found(article("A:1", LONG), article("B:1", LONG.upper().replace(" ", ", "), 1)) == [("B:1", "A:1", 1.0)]


def test_title_and_body_are_one_text() -> None:
    first, rest = LONG.split(" ", 1)
    assert found(article("A:1", LONG), article("B:1", rest, 1, title=first, text_sha256="b")) == [("B:1", "A:1", 1.0)]


@pytest.mark.parametrize("url", ["https://X.example/a/", "https://x.example/a#top", "https://x.example/a?utm_source=rss&UTM_medium=m"])
def test_the_same_link_retells_whatever_the_text(url: str) -> None:
    rows = article("A:1", SHORT, url="https://x.example/a"), article("B:1", "All is quiet", 30, url=url)
    assert found(*rows) == [("B:1", "A:1", 1.0)]


def test_links_are_told_apart_by_path_and_by_parameters_of_their_own() -> None:
    urls = ["https://x.example/a", "https://x.example/A", "https://x.example/a?id=1", "https://x.example/a?id=2"]
    assert found(*(article(f"A:{n}", f"Text {n}", n, url=url) for n, url in enumerate(urls))) == []


def test_a_headline_retells_by_its_text_only_on_the_same_day() -> None:
    assert found(article("A:1", SHORT), article("B:1", SHORT, 2)) == [("B:1", "A:1", 1.0)]
    assert found(article("A:1", SHORT), article("B:1", SHORT, 24)) == []


def test_a_headline_is_never_nearly_the_same() -> None:
    eleven = " ".join(LONG.split()[:11])
    assert found(article("A:1", eleven), article("B:1", f"{eleven} word11", 1)) == []


def test_an_article_of_four_days_before_is_too_old() -> None:
    later = Days(DAY, DAY + timedelta(days=9))
    assert found(article("A:1", LONG), article("B:1", LONG, 72), days=later) == [("B:1", "A:1", 1.0)]
    assert found(article("A:1", LONG), article("B:1", LONG, 96), days=later) == []


def test_the_earliest_retold_is_chosen_whatever_the_likeness() -> None:
    rows = article("C:1", NEAR), article("A:1", LONG, 1), article("B:1", LONG, 2)
    assert found(*rows)[1] == ("B:1", "C:1", round(95 / 97, 4))


def test_of_articles_published_at_once_the_smaller_id_is_the_earlier() -> None:
    assert found(article("B:1", LONG), article("A:1", LONG)) == [("B:1", "A:1", 1.0)]


def test_only_articles_of_the_days_asked_for_get_links() -> None:
    rows = article("A:1", LONG), article("B:1", LONG, 1), article("C:1", LONG, 24), article("D:1", LONG, 48)
    tomorrow = DAY + timedelta(days=1)
    assert [one for one, _, _ in found(*rows, days=Days(tomorrow, tomorrow))] == ["C:1"]


def test_a_frame_without_articles_has_no_links() -> None:
    assert found() == []


def test_thousands_of_look_alikes_of_one_day_all_retell_the_first() -> None:
    rows = [article(f"A:{n:04d}", f"{LONG} number {n}", n / 1000) for n in range(1500)]
    links = link(articles(*rows), WEEK)
    assert links.height == 1499
    assert set(links["earlier_article_id"]) == {"A:0000"}


def shuffled_and_cut(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """The links as found day by day, each from its own three days back, in another order of rows."""
    frame = articles(*rows[::-1])
    parts = []
    for day in WEEK:
        back = pl.col("index_date").is_between(day - timedelta(days=3), day)
        parts.append(link(frame.filter(back), Days(day, day)))
    return STORY_LINKS.conform(pl.concat(parts))


BODIES = [LONG, NEAR, FAR, LONG + " more words at the end", SHORT, "Ruritania taxes glass again"]
URLS = [None, None, "https://x.example/a", "https://X.example/a/", "https://x.example/b"]
SAMPLE = st.lists(st.tuples(st.sampled_from(BODIES), st.sampled_from(URLS), st.integers(0, 7 * 24), st.sampled_from("ABC")), max_size=14)


def drawn(sample: list[tuple[str, str | None, int, str]]) -> list[dict[str, Any]]:
    return [article(f"{source}:{n}", text, hours - 12, url=url) for n, (text, url, hours, source) in enumerate(sample)]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(SAMPLE)
def test_neither_the_order_of_rows_nor_the_batches_of_days_matter(sample: list[tuple[str, str | None, int, str]]) -> None:
    rows = drawn(sample)
    assert link(articles(*rows), WEEK).equals(shuffled_and_cut(rows))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(SAMPLE)
def test_every_link_leads_back_in_time_within_three_days(sample: list[tuple[str, str | None, int, str]]) -> None:
    rows = {row["article_id"]: row for row in drawn(sample)}
    for one, _, earlier, similarity in link(articles(*rows.values()), WEEK).iter_rows():
        assert (rows[earlier]["published_at"], earlier) < (rows[one]["published_at"], one)
        assert date.toordinal(rows[one]["index_date"]) - date.toordinal(rows[earlier]["index_date"]) <= 3
        assert LEAST_SIMILARITY <= similarity <= 1
