from datetime import date

import polars as pl
import pytest

from pipeline.validation.studies.keywords import KEYWORD_HITS, count_keyword_hits

NAMES = {"CHN": ("China", "Chinese", "Beijing"), "USA": ("US", "U.S.", "American")}
DAY = date(2025, 4, 4)


def hits(*texts: str, title: str | None = "") -> tuple[int, int]:
    """Count hits and articles of one day."""
    articles = pl.DataFrame(
        {"index_date": [DAY] * len(texts), "title": [title] * len(texts), "body": list(texts)}, schema_overrides={"title": pl.String}
    )
    counts = count_keyword_hits(articles, NAMES, ["CHN-USA"])
    assert counts.schema == KEYWORD_HITS
    return counts.select("hits", "articles").row(0)


@pytest.mark.parametrize(
    "text",
    [
        "China and the US talk about trade",
        "Beijing answers U.S. tariffs",
        "Tariffs: American farmers look to China.",
        "Chinese exports to the U.S.",
    ],
)
def test_both_countries_and_a_trade_word_are_a_hit(text: str) -> None:
    assert hits(text) == (1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "China and trade",
        "China and the US play football",
        "China told us about trade",
        "The Chinatown of an American town is good for trade",
        "China, the US and the traders",
    ],
)
def test_anything_less_is_no_hit(text: str) -> None:
    assert hits(text) == (0, 1)


def test_title_and_body_are_searched_together() -> None:
    assert hits("The US raises tariffs", title="China") == (1, 1)


def test_an_article_without_a_title_can_be_a_hit() -> None:
    assert hits("China, US, trade", title=None) == (1, 1)


def test_every_article_of_the_day_is_counted() -> None:
    assert hits("China, US, trade", "Weather", "Football") == (1, 3)


def test_a_pair_with_an_unnamed_country_is_dropped() -> None:
    articles = pl.DataFrame({"index_date": [DAY], "title": ["China, US, trade"], "body": [""]})
    assert count_keyword_hits(articles, NAMES, ["CHN-USA", "CHN-XXX"])["pair"].to_list() == ["CHN-USA"]
    assert count_keyword_hits(articles, NAMES, ["CHN-XXX"]).is_empty()
