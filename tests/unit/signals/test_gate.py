import re
from typing import Any

import polars as pl
import pytest

from pipeline.signals.gate import COUNTRIES_NEEDED, is_trade_news
from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms

TERMS = load_lexicon("gate")["term"]
FOCUS = load_lexicon("gate")["focus"]


def is_read(title: str, body: str) -> bool:
    return bool(is_trade_news(pl.DataFrame({"title": [title], "body": [body]}))[0])


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("New duties", "Washington imposed tariffs on Chinese steel."),
        ("JAPAN AND U.S. HOLD TRADE TALKS", "They met."),
        ("Dispute", "The Commerce Department put Canadian lumber under anti-dumping duties."),
        ("Trump hits China with tariffs", ""),
        ("EU weighs tariffs", ""),
    ],
)
def test_trade_news_between_countries_is_read(title: str, body: str) -> None:
    assert is_read(title, body)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Weather", "It rained in China and Japan."),
        ("Prices", "Tariffs weigh on American consumers."),
        ("Tariffs rise again", ""),
        ("China wins the cup", ""),
    ],
)
def test_other_news_is_not_read(title: str, body: str) -> None:
    assert not is_read(title, body)


def test_a_country_named_twice_counts_once() -> None:
    assert not is_read("Tariffs", "Washington said the American tariffs stay.")


def test_results_are_in_the_order_of_articles() -> None:
    frame = pl.DataFrame({"title": ["x", "Trump hits China with tariffs", "y"], "body": ["", "", ""]})
    assert is_trade_news(frame).to_list() == [False, True, False]


def test_no_articles_give_no_results() -> None:
    assert is_trade_news(pl.DataFrame(schema={"title": pl.String(), "body": pl.String()})).to_list() == []


@pytest.mark.parametrize("body", ["The Canadian parliament passed a trade bill.", "Norway's trade deficit widened."])
def test_one_country_is_enough_if_the_term_implies_the_other(body: str) -> None:
    assert is_read("News", body)


@pytest.mark.parametrize("entry", TERMS, ids=lambda entry: entry["id"])
def test_an_example_is_read_only_because_of_its_term(entry: dict[str, Any]) -> None:
    assert is_read("", entry["example"])
    forms = sorted((form for word in entry["words"] for form in noun_forms(word)), key=len, reverse=True)
    assert not is_read("", re.sub("|".join(forms), "thing", entry["example"]))


def test_gate_terms_need_one_or_two_countries() -> None:
    assert {entry["countries"] for entry in TERMS} == {1, COUNTRIES_NEEDED}


@pytest.mark.parametrize("entry", FOCUS, ids=lambda entry: entry["id"])
def test_a_focus_word_in_the_headline_is_enough(entry: dict[str, Any]) -> None:
    rest = "Canada bought Mexican imports. " + "The harvest was good. " * 60
    assert is_read(entry["example"], rest)
    forms = sorted((form for word in entry["words"] for form in noun_forms(word)), key=len, reverse=True)
    assert not is_read(re.sub("|".join(forms), "thing", entry["example"]), rest)


def test_headline_focus_words_do_not_count_in_the_body() -> None:
    assert not is_read("Harvest", "Canada bought Mexican imports, free of duty. " + "The harvest was good. " * 60)


def test_a_long_article_that_names_trade_once_is_not_read() -> None:
    lead = "Canada and Mexico disagree on a tariff. "
    assert is_read("Weather", lead + "The harvest was good. " * 20)
    assert not is_read("Weather", lead + "The harvest was good. " * 80)


def test_a_bare_headline_with_two_countries_is_read() -> None:
    assert is_read("Minsk lets in Lithuanian apples", "")
    assert not is_read("Minsk lets in apples", "")
    assert not is_read("Minsk lets in Lithuanian apples", "The harvest was good.")
