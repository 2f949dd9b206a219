"""The relevance filter for articles: news about trade between countries.

It is cheap and lets through too much; readers decide the rest. It tests whole articles only, since a sentence may report an act
without a word of trade.
"""

import re
from functools import cache
from typing import Any

import polars as pl

from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms

COUNTRIES_NEEDED = 2
CHARACTERS_PER_FOCUS_WORD = 1000
_MIN_LENGTH_IN_CAPITALS = 4


def is_trade_news(articles: pl.DataFrame) -> pl.Series:
    """Return for each article (`title`, `body`) whether to read it.

    The booleans are in the order of the articles. An article with a body needs three things:

    * a strong trade term;
    * two countries, each by name, people, capital, institution or leader, or one if the term implies the other (a trade bill);
    * a focus word (trade, tariff, retaliation ...) for every thousand characters, or one in the headline. This excludes market reports
      that mention imports once.

    A headline without a body needs two countries, or a strong trade term and one country: half of the acts in bare headlines are reported
    without a trade term.
    """
    text = pl.concat_str("title", pl.lit("\n"), "body", ignore_nulls=True)
    numbered = articles.select(
        text=text, title=pl.col("title").fill_null(""), is_headline=pl.col("body").fill_null("").str.strip_chars() == ""
    ).with_row_index()
    on_trade = numbered.with_columns(has_trade_term=pl.col("text").str.contains(_trade_terms())).filter(
        pl.col("has_trade_term") | pl.col("is_headline")
    )
    with_countries = on_trade.with_columns(
        countries=pl.col("text")
        .str.extract_all(_country_names())
        .list.eval(pl.element().replace_strict(_codes_of_names(), default=None))
        .list.n_unique()
    )
    needs_one_country = (pl.col("is_headline") & pl.col("has_trade_term")) | pl.col("text").str.contains(_one_sided_terms())
    is_focused = pl.col("text").str.count_matches(_focus_words()) * CHARACTERS_PER_FOCUS_WORD >= pl.col("text").str.len_chars()
    is_focused = is_focused | pl.col("title").str.contains(_headline_focus_words())
    relevant = with_countries.filter(
        (pl.col("countries") >= pl.when(needs_one_country).then(1).otherwise(COUNTRIES_NEEDED)) & (pl.col("is_headline") | is_focused)
    )
    return numbered.select(passes=pl.col("index").is_in(relevant["index"].implode()))["passes"]


@cache
def _trade_terms() -> str:
    objects = [entry for entry in load_lexicon("objects")["object"] if entry.get("gate")]
    return _to_pattern([*objects, *load_lexicon("gate")["term"]])


@cache
def _one_sided_terms() -> str:
    return _to_pattern([entry for entry in load_lexicon("gate")["term"] if entry["countries"] < COUNTRIES_NEEDED])


@cache
def _focus_words() -> str:
    return _to_pattern([entry for entry in load_lexicon("gate")["focus"] if not entry.get("in_headline")])


@cache
def _headline_focus_words() -> str:
    return _to_pattern(load_lexicon("gate")["focus"])


def _to_pattern(entries: list[dict[str, Any]]) -> str:
    forms = {form for entry in entries for word in entry["words"] for form in noun_forms(word)}
    return rf"(?i)\b(?:{_to_alternation(forms)})\b"


@cache
def _codes_of_names() -> dict[str, str]:
    """Map every way to name a country to its code.

    Names in capitals are included, since old news wires print headlines so.
    """
    codes: dict[str, str] = {}
    for country in load_lexicon("actors")["country"]:
        names = [name for field in ("names", "capitals", "demonyms", "institutions") for name in country[field]]
        for name in (*names, *(leader["name"] for leader in country["leaders"])):
            codes.setdefault(name, country["code"])
            if len(name) >= _MIN_LENGTH_IN_CAPITALS:
                codes.setdefault(name.upper(), country["code"])
    return codes


@cache
def _country_names() -> str:
    # There is no word boundary after a name that ends with a point.
    dotted = [name for name in _codes_of_names() if name.endswith(".")]
    plain = [name for name in _codes_of_names() if not name.endswith(".")]
    return rf"\b(?:(?:{_to_alternation(plain)})\b|{_to_alternation(dotted)})"


def _to_alternation(words: set[str] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
