import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.articles.likeness import LEAST_LIKENESS
from pipeline.articles.stories import link
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
    assert LEAST_LIKENESS > 61 / 131
    assert found(article("A:1", LONG), article("B:1", FAR, 1)) == []


def test_capitals_and_punctuation_make_no_other_story() -> None:
    assert found(article("A:1", LONG), article("B:1", LONG.upper().replace(" ", ", "), 1)) == [("B:1", "A:1", 1.0)]


def test_another_headline_over_the_same_text_makes_no_other_story() -> None:
    rows = article("A:1", LONG, title="Ruritania taxes glass", text_sha256="a"), article("B:1", LONG, 1, title="Glass to become dearer")
    assert found(*rows) == [("B:1", "A:1", 1.0)]


def test_headlines_count_where_the_text_is_short() -> None:
    short = " ".join(LONG.split()[:20])
    titles = "Wilcox sets its quarterly dividend", "Stevens in a payout of ten"
    rows = [article(f"{n}:1", short, n, title=title, text_sha256=title) for n, title in enumerate(titles)]
    assert [value for _, _, value in found(*rows)] == [round(16 / 27, 4)]
    shorter = [row | {"body": " ".join(LONG.split()[:12])} for row in rows]
    assert found(*shorter) == []


def test_the_beginning_of_a_text_retells_the_whole() -> None:
    assert found(article("A:1", LONG), article("B:1", " ".join(LONG.split()[:30]), 1)) == [("B:1", "A:1", 1.0)]


def test_the_whole_retells_the_beginning_that_came_first() -> None:
    assert found(article("A:1", " ".join(LONG.split()[:30])), article("B:1", LONG, 1)) == [("B:1", "A:1", 1.0)]


def test_what_stands_further_down_in_a_roundup_does_not_retell_it() -> None:
    other = " ".join(f"other{n}" for n in range(100))
    roundup = f"{' '.join(other.split()[:60])} {' '.join(LONG.split()[:60])}"
    assert found(article("R:1", roundup), article("A:1", LONG, 1), article("B:1", " ".join(other.split()[:60]), 2)) == [("B:1", "R:1", 1.0)]


def test_a_paragraph_put_in_front_leaves_the_story_the_same() -> None:
    added = " ".join(f"local{n}" for n in range(50))
    assert found(article("A:1", LONG), article("B:1", f"{added} {LONG}", 1)) == [("B:1", "A:1", round(96 / 146, 4))]


def form(subject: str) -> dict[str, Any]:
    return {"title": f"Review of the duty on {subject}", "body": f"A review of {subject} is opened. {LONG}", "text_sha256": subject}


def test_one_form_filled_in_for_two_subjects_is_two_stories() -> None:
    assert found(article("A:1", "", **form("lemon juice")), article("A:2", "", 1, **form("steel nails"))) == []


def test_a_subject_that_only_one_of_two_names_leaves_the_story_the_same() -> None:
    rows = article("A:1", "", **form("lemon juice")), article("B:1", LONG, 1, title="Review of the duty")
    assert [(one, earlier) for one, earlier, _ in found(*rows)] == [("B:1", "A:1")]


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


def test_marks_and_capitals_make_no_other_headline() -> None:
    assert found(article("A:1", SHORT), article("B:1", "RURITANIA taxes: \u2018glass\u2019", 2)) == [("B:1", "A:1", 1.0)]


def test_headlines_without_a_word_are_the_same_only_as_they_stand() -> None:
    assert found(article("A:1", "\u2026"), article("B:1", "???", 1), article("C:1", "???", 2)) == [("C:1", "B:1", 1.0)]


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


BODIES = [LONG, NEAR, FAR, LONG + " more words at the end", " ".join(LONG.split()[:30]), SHORT, "Ruritania taxes glass again"]
URLS = [None, None, "https://x.example/a", "https://X.example/a/", "https://x.example/b"]
SAMPLE = st.lists(st.tuples(st.sampled_from(BODIES), st.sampled_from(URLS), st.integers(0, 7 * 24), st.sampled_from("ABC")), max_size=14)


def drawn(sample: list[tuple[str, str | None, int, str]]) -> list[dict[str, Any]]:
    return [article(f"{source}:{n}", text, hours - 12, url=url) for n, (text, url, hours, source) in enumerate(sample)]


@pytest.mark.slow
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
        assert LEAST_LIKENESS <= similarity <= 1
