"""Which articles are worth reading: those about trade between countries. Fast and generous; judging is the reader's work.

Belongs here: the one cheap test before anything is parsed. Sentences are not gated: a sentence without a trade word can still act.
"""

import re
from functools import cache
from typing import Any

import polars as pl

from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms

COUNTRIES_NEEDED = 2
CHARACTERS_A_FOCUS_WORD = 1000
_SHORTEST_IN_CAPITALS = 4


def is_trade_news(articles: pl.DataFrame) -> pl.Series:
    """Whether each article (`title`, `body`) is read, as booleans in its order.

    With a body: one strong trade term; two countries, each by name, people, capital, institution or leader; and a word of the quarrel
    (trade, tariff, retaliation …) in every thousand characters or one in the headline, so that a market report that mentions imports once
    is not read. One country is enough without a body, and beside a term whose other side goes without saying: a trade bill. A headline
    without a body needs no trade term where it names two countries: half of the acts that bare headlines tell are told without one.
    """
    text = pl.concat_str("title", pl.lit("\n"), "body", ignore_nulls=True)
    numbered = articles.select(
        text=text, title=pl.col("title").fill_null(""), is_headline=pl.col("body").fill_null("").str.strip_chars() == ""
    ).with_row_index()
    trade = numbered.with_columns(is_strong=pl.col("text").str.contains(_trade_terms())).filter(pl.col("is_strong") | pl.col("is_headline"))
    named = trade.with_columns(
        countries=pl.col("text").str.extract_all(_names()).list.eval(pl.element().replace_strict(_codes(), default=None)).list.n_unique()
    )
    is_enough = (pl.col("is_headline") & pl.col("is_strong")) | pl.col("text").str.contains(_one_sided_terms())
    is_focused = pl.col("text").str.count_matches(_focus_words()) * CHARACTERS_A_FOCUS_WORD >= pl.col("text").str.len_chars()
    is_focused = is_focused | pl.col("title").str.contains(_headline_words())
    passed = named.filter(
        (pl.col("countries") >= pl.when(is_enough).then(1).otherwise(COUNTRIES_NEEDED)) & (pl.col("is_headline") | is_focused)
    )
    return numbered.select(passes=pl.col("index").is_in(passed["index"].implode()))["passes"]


@cache
def _trade_terms() -> str:
    return _terms([*(entry for entry in load_lexicon("objects")["object"] if entry.get("gate")), *load_lexicon("gate")["term"]])


@cache
def _one_sided_terms() -> str:
    return _terms([entry for entry in load_lexicon("gate")["term"] if entry["countries"] < COUNTRIES_NEEDED])


@cache
def _focus_words() -> str:
    return _terms([entry for entry in load_lexicon("gate")["focus"] if not entry.get("in_headline")])


@cache
def _headline_words() -> str:
    return _terms(load_lexicon("gate")["focus"])


def _terms(entries: list[dict[str, Any]]) -> str:
    forms = {form for entry in entries for word in entry["words"] for form in noun_forms(word)}
    return rf"(?i)\b(?:{_alternation(forms)})\b"


@cache
def _codes() -> dict[str, str]:
    """Every way to name a country, with its code; in capitals too, as old wires set headlines."""
    codes: dict[str, str] = {}
    for country in load_lexicon("actors")["country"]:
        names = [name for field in ("names", "capitals", "demonyms", "institutions") for name in country[field]]
        for name in (*names, *(leader["name"] for leader in country["leaders"])):
            codes.setdefault(name, country["code"])
            if len(name) >= _SHORTEST_IN_CAPITALS:
                codes.setdefault(name.upper(), country["code"])
    return codes


@cache
def _names() -> str:
    # names that end in a point have no word boundary after it
    pointed = [name for name in _codes() if name.endswith(".")]
    plain = [name for name in _codes() if not name.endswith(".")]
    return rf"\b(?:(?:{_alternation(plain)})\b|{_alternation(pointed)})"


def _alternation(words: set[str] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
