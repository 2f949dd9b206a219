"""Articles are linked to the earliest article with the same text, title or similar words."""

import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.similarity import MIN_SIMILARITY
from pipeline.articles.stories import link_retellings
from pipeline.contracts.days import Days
from pipeline.contracts.tables.core import STORY_LINKS
from tests.examples import examples
from tests.unit.articles.rows import DAY, article, articles

WEEK = Days(DAY, DAY + timedelta(days=7))
LONG = " ".join(f"word{n}" for n in range(100))
NEAR = LONG.replace("word99", "other")  # one 5-gram of 96 differs: similarity 95 / 97
FAR = re.sub(r"word[1-7]0 ", "x ", LONG)  # 35 differ: 61 / 131
SHORT = "Ruritania taxes glass"


def link(*rows: dict[str, Any], days: Days = WEEK) -> list[tuple[str, str, float]]:
    links = link_retellings(articles(*rows), days)
    assert links.schema == STORY_LINKS.schema
    return [(one, earlier, round(value, 4)) for one, _, earlier, value in links.iter_rows()]


def test_the_same_text_in_another_paper_is_linked_to_the_first() -> None:
    assert link(article("A:1", LONG), article("B:1", LONG, 1), article("C:1", LONG, 2)) == [("B:1", "A:1", 1.0), ("C:1", "A:1", 1.0)]


def test_a_similar_text_is_linked_with_its_exact_similarity() -> None:
    assert link(article("A:1", LONG), article("B:1", NEAR, 30)) == [("B:1", "A:1", round(95 / 97, 4))]


def test_a_text_below_the_minimum_similarity_is_not_linked() -> None:
    assert MIN_SIMILARITY > 61 / 131
    assert link(article("A:1", LONG), article("B:1", FAR, 1)) == []


def test_capitals_and_punctuation_do_not_matter() -> None:
    assert link(article("A:1", LONG), article("B:1", LONG.upper().replace(" ", ", "), 1)) == [("B:1", "A:1", 1.0)]


def test_another_headline_over_the_same_text_does_not_matter() -> None:
    rows = article("A:1", LONG, title="Ruritania taxes glass", text_sha256="a"), article("B:1", LONG, 1, title="Glass to become dearer")
    assert link(*rows) == [("B:1", "A:1", 1.0)]


def test_a_short_text_is_compared_with_its_headline() -> None:
    short = " ".join(LONG.split()[:20])
    titles = "Wilcox sets its quarterly dividend", "Stevens in a payout of ten"
    rows = [article(f"{n}:1", short, n, title=title, text_sha256=title) for n, title in enumerate(titles)]
    assert [value for _, _, value in link(*rows)] == [round(16 / 27, 4)]
    shorter = [row | {"body": " ".join(LONG.split()[:12])} for row in rows]
    assert link(*shorter) == []


def test_the_beginning_of_a_text_is_linked_to_the_full_text() -> None:
    assert link(article("A:1", LONG), article("B:1", " ".join(LONG.split()[:30]), 1)) == [("B:1", "A:1", 1.0)]


def test_a_full_text_is_linked_to_its_earlier_beginning() -> None:
    assert link(article("A:1", " ".join(LONG.split()[:30])), article("B:1", LONG, 1)) == [("B:1", "A:1", 1.0)]


def test_a_text_further_down_in_a_roundup_is_not_linked() -> None:
    other = " ".join(f"other{n}" for n in range(100))
    roundup = f"{' '.join(other.split()[:60])} {' '.join(LONG.split()[:60])}"
    assert link(article("R:1", roundup), article("A:1", LONG, 1), article("B:1", " ".join(other.split()[:60]), 2)) == [("B:1", "R:1", 1.0)]


def test_a_text_with_an_added_first_paragraph_is_linked() -> None:
    added = " ".join(f"local{n}" for n in range(50))
    assert link(article("A:1", LONG), article("B:1", f"{added} {LONG}", 1)) == [("B:1", "A:1", round(96 / 146, 4))]


def fill_template(subject: str) -> dict[str, Any]:
    return {"title": f"Review of the duty on {subject}", "body": f"A review of {subject} is opened. {LONG}", "text_sha256": subject}


def test_one_template_for_two_subjects_is_two_stories() -> None:
    assert link(article("A:1", "", **fill_template("lemon juice")), article("A:2", "", 1, **fill_template("steel nails"))) == []


def test_a_subject_named_by_only_one_text_does_not_matter() -> None:
    rows = article("A:1", "", **fill_template("lemon juice")), article("B:1", LONG, 1, title="Review of the duty")
    assert [(one, earlier) for one, earlier, _ in link(*rows)] == [("B:1", "A:1")]


def test_the_name_of_an_outlet_in_headline_and_text_is_no_subject() -> None:
    rows = [
        article(f"{outlet}:1", f"{LONG} Edited by the {outlet}.", n, title=f"Review of the duty | {outlet}")
        for n, outlet in enumerate(("Strelsau Post", "Klow Herald"))
    ]
    assert [(one, earlier) for one, earlier, _ in link(*rows)] == [("Klow Herald:1", "Strelsau Post:1")]


TITLE = "Ruritania sets tariff on Syldavian glass"
SEARCH_PAGE = "https://www.nexis.example/search"


@pytest.mark.parametrize("url", ["https://X.example/a/", "https://x.example/a#top", "https://x.example/a?utm_source=rss&UTM_medium=m"])
def test_a_rewritten_text_under_the_same_title_and_link_is_linked(url: str) -> None:
    rows = article("A:1", LONG, title=TITLE, url="https://x.example/a"), article("A:2", "All is new.", 30, title=TITLE, url=url)
    assert link(*rows) == [("A:2", "A:1", 1.0)]
    assert link(rows[0], rows[1] | {"url": "https://x.example/b"}) == []


def test_a_title_that_recurs_under_one_link_joins_no_different_texts() -> None:
    texts = [" ".join(f"{subject}{n}" for n in range(50)) for subject in ("glass", "steel", "wheat")]
    rows = [article(f"A:{n}", text, 24 * n, title=TITLE, url=SEARCH_PAGE) for n, text in enumerate(texts)]
    assert link(*rows) == []
    assert link(*(row | {"index_date": DAY} for row in rows)) == [("A:1", "A:0", 1.0), ("A:2", "A:0", 1.0)]
    assert link(rows[0], rows[1] | {"body": f"{texts[0]} and more"}) == [("A:1", "A:0", 1.0)]


def test_a_corrected_title_and_text_with_the_same_link_are_linked() -> None:
    corrected = article("A:2", NEAR, 30, title="Correction: 30 percent, not 20", url="https://x.example/a")
    assert link(article("A:1", LONG, title=TITLE, url="https://x.example/a"), corrected) == [("A:2", "A:1", round(95 / 97, 4))]


def test_a_headline_repeated_on_another_day_needs_the_same_link() -> None:
    rows = article("A:1", SHORT, url="https://x.example/a"), article("A:2", SHORT, 30, url="https://x.example/a")
    assert link(*rows) == [("A:2", "A:1", 1.0)]
    assert link(rows[0], rows[1] | {"url": "https://x.example/b"}) == []


def test_other_articles_with_the_link_of_a_search_page_are_not_linked() -> None:
    texts = [" ".join(f"{subject}{n}" for n in range(50)) for subject in ("glass", "steel", "wheat")] + [SHORT, "All is quiet"]
    rows = [article(f"A:{n}", text, 5 * n, title=f"A report of today on {text[:9]}", url=SEARCH_PAGE) for n, text in enumerate(texts)]
    assert link(*rows) == []


def test_links_with_other_paths_or_parameters_are_different() -> None:
    urls = ["https://x.example/a", "https://x.example/A", "https://x.example/a?id=1", "https://x.example/a?id=2"]
    assert link(*(article(f"A:{n}", f"Text {n}", n, url=url) for n, url in enumerate(urls))) == []


def test_headlines_with_the_same_text_are_linked_within_a_day() -> None:
    assert link(article("A:1", SHORT), article("B:1", SHORT, 2)) == [("B:1", "A:1", 1.0)]
    assert link(article("A:1", SHORT), article("B:1", SHORT, 24)) == []


def test_similar_headlines_are_not_linked() -> None:
    eleven = " ".join(LONG.split()[:11])
    assert link(article("A:1", eleven), article("B:1", f"{eleven} word11", 1)) == []


def test_punctuation_and_capitals_of_headlines_do_not_matter() -> None:
    assert link(article("A:1", SHORT), article("B:1", "RURITANIA taxes: \u2018glass\u2019", 2)) == [("B:1", "A:1", 1.0)]


def test_long_titles_of_the_same_words_are_linked_within_a_day() -> None:
    titles = "Ruritania sets 50% tariff on Syldavian glass", "RURITANIA SETS 50 PER CENT TARIFF ON SYLDAVIAN GLASS"
    one, other = article("A:1", LONG, title=titles[0]), article("A:2", "Another text.", 1, title=titles[1])
    assert link(one, other) == [("A:2", "A:1", 1.0)]
    assert link(one, article("A:2", "Another text.", 24, title=titles[1])) == []
    assert link(one, article("A:2", "Another text.", 1, title=titles[1].replace("50", "60"))) == []


def test_short_titles_may_be_of_different_events() -> None:
    assert (
        link(article("A:1", LONG, title="Ruritania sets tariff on glass"), article("A:2", SHORT, 1, title="Ruritania sets tariff on glass"))
        == []
    )


def test_headlines_without_words_must_be_identical() -> None:
    assert link(article("A:1", "\u2026"), article("B:1", "???", 1), article("C:1", "???", 2)) == [("C:1", "B:1", 1.0)]


def test_an_article_of_four_days_before_is_not_linked() -> None:
    later = Days(DAY, DAY + timedelta(days=9))
    assert link(article("A:1", LONG), article("B:1", LONG, 72), days=later) == [("B:1", "A:1", 1.0)]
    assert link(article("A:1", LONG), article("B:1", LONG, 96), days=later) == []


def test_the_earliest_article_is_chosen_not_the_most_similar() -> None:
    rows = article("C:1", NEAR), article("A:1", LONG, 1), article("B:1", LONG, 2)
    assert link(*rows)[1] == ("B:1", "C:1", round(95 / 97, 4))


def test_of_simultaneous_articles_the_smaller_id_is_the_earlier() -> None:
    assert link(article("B:1", LONG), article("A:1", LONG)) == [("B:1", "A:1", 1.0)]


def test_only_articles_of_the_requested_days_are_linked() -> None:
    rows = article("A:1", LONG), article("B:1", LONG, 1), article("C:1", LONG, 24), article("D:1", LONG, 48)
    tomorrow = DAY + timedelta(days=1)
    assert [one for one, _, _ in link(*rows, days=Days(tomorrow, tomorrow))] == ["C:1"]


def test_a_frame_without_articles_has_no_links() -> None:
    assert link() == []


def test_thousands_of_similar_texts_are_all_linked_to_the_first() -> None:
    rows = [article(f"A:{n:04d}", f"{LONG} number {n}", n / 1000) for n in range(1500)]
    links = link_retellings(articles(*rows), WEEK)
    assert links.height == 1499
    assert set(links["earlier_article_id"]) == {"A:0000"}


def seen(row: dict[str, Any], days: int) -> dict[str, Any]:
    """The same article, first seen that many days after it was published."""
    return row | {"first_seen_at": row["published_at"] + timedelta(days=days)}


def test_an_article_seen_late_is_linked_to_a_copy_known_before() -> None:
    assert link(seen(article("A:1", LONG), 2), article("B:1", LONG, 24)) == [("A:1", "B:1", 1.0)]
    assert link(seen(article("A:1", SHORT), 2), article("B:1", SHORT, 1)) == [("A:1", "B:1", 1.0)]
    assert link(seen(article("A:1", LONG), 9), article("B:1", LONG, 96)) == []


def link_day_by_day(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Link each day with articles separately, with the three days around it and the rows in reverse order."""
    frame = articles(*rows[::-1])
    parts = [STORY_LINKS.empty()]
    for day in frame["index_date"].unique():
        around = pl.col("index_date").is_between(day - timedelta(days=3), day + timedelta(days=3))
        parts.append(link_retellings(frame.filter(around), Days(day, day)))
    return STORY_LINKS.conform(pl.concat(parts))


BODIES = [LONG, NEAR, FAR, LONG + " more words at the end", " ".join(LONG.split()[:30]), SHORT, "Ruritania taxes glass again"]
URLS = [None, None, "https://x.example/a", "https://X.example/a/", "https://x.example/b"]
SAMPLE = st.lists(
    st.tuples(st.sampled_from(BODIES), st.sampled_from(URLS), st.sampled_from(["", TITLE]), st.integers(0, 7 * 24), st.sampled_from("ABC")),
    max_size=14,
)
Sample = list[tuple[str, str | None, str, int, str]]


def build_rows(sample: Sample) -> list[dict[str, Any]]:
    return [article(f"{source}:{n}", text, hours - 12, title=title, url=url) for n, (text, url, title, hours, source) in enumerate(sample)]


@pytest.mark.slow
@examples(60)
@given(SAMPLE)
def test_order_of_rows_and_batches_of_days_do_not_matter(sample: Sample) -> None:
    rows = build_rows(sample)
    assert link_retellings(articles(*rows), WEEK).equals(link_day_by_day(rows))


@examples(40)
@given(SAMPLE, st.lists(st.integers(0, 9), min_size=14, max_size=14), st.integers(0, 12))
def test_what_is_seen_later_changes_no_link(sample: Sample, lags: list[int], until: int) -> None:
    rows = [seen(row, lag) for row, lag in zip(build_rows(sample), lags, strict=False)]
    before = [row for row in rows if row["first_seen_at"].date() <= DAY + timedelta(days=until)]
    links = link_retellings(articles(*rows), WEEK)
    known = pl.col("article_id").is_in([row["article_id"] for row in before])
    assert link_retellings(articles(*before), WEEK).equals(links.filter(known))


@examples(60)
@given(SAMPLE)
def test_every_link_points_to_an_article_within_three_days(sample: Sample) -> None:
    rows = {row["article_id"]: row for row in build_rows(sample)}
    for one, _, earlier, similarity in link_retellings(articles(*rows.values()), WEEK).iter_rows():
        assert (rows[earlier]["published_at"], earlier) < (rows[one]["published_at"], one)
        assert date.toordinal(rows[one]["index_date"]) - date.toordinal(rows[earlier]["index_date"]) <= 3
        assert MIN_SIMILARITY <= similarity <= 1


def test_one_page_in_place_of_several_articles_links_none() -> None:
    page = " ".join(f"subscribe{n}" for n in range(45))
    titles = "Ruritania taxes glass", "Freedonia cuts its levy on steel", "Ruritania taxes glass"
    rows = [article(f"A:{n}", page, n, title=title, text_sha256=str(n)) for n, title in enumerate(titles)]
    assert link(*rows) == [("A:2", "A:0", 1.0)]
