"""Features of sentences: words, neighbouring words, and countries.

Belongs here: everything that training and the gate must compute alike. Does not: weights.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.signals.lexicon import load_lexicon
from pipeline.signals.lexicon.inflect import noun_forms
from pipeline.signals.lexicon.leaders import list_spellings
from pipeline.signals.names import MAX_LENGTH_OF_ABBREVIATION

#: Function words, months and weekdays: they would only describe the style of a text.
STOP_WORDS = Path(__file__).parent / "stop_words.txt"
_COUNTS = (1, 2)
#: Features of the whole article. Their weights are never negative: more sentences must not lower a score.
ARTICLE_FEATURES = tuple(f"#{least} text" for least in _COUNTS)
_RATE = "<rate>"
# Abbreviations come before words, so that their point ends no sentence. ASCII word boundaries: Unicode ones make the regex engine slow.
_ABBREVIATIONS = r"(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|St|No|Jan|Feb|Aug|Sept|Oct|Nov|Dec|Inc|Corp|Co|[A-Z])\."
_END = r"[.!?][\x22'\u201d\u2019)\]]*\s|\n"
# Separates title and body; no token of a text equals it.
_GAP = "\n\n"


def split_words(articles: pl.DataFrame) -> pl.DataFrame:
    """Split articles (`article`, `title`, `body`) into words by sentence.

    Returns `article`, `sentence` (unique over all articles), `is_title`, `word` in lower case and `code`. A country's name is one word,
    which says how it names the country (`<capital>`), and `code` is the country; for other words it is null. `word` is `<rate>` for
    percentages, and null for other numbers. Sentences without words or numbers have no row. Titles and bodies must not be null: an article
    with a null one would have no row.
    """
    words = (
        articles.select("article", token=pl.concat_list(_to_tokens("title"), pl.lit([_GAP]), _to_tokens("body")))
        .explode("token")
        .join(_list_country_names(), on="token", how="left", maintain_order="left")
        .with_columns(
            is_end=pl.col("token").str.contains(rf"^(?:{_END}|{_GAP})$"), is_body=(pl.col("token") == _GAP).cum_sum().over("article") > 0
        )
        # The number of the article separates its first sentence from the last one of the article before.
        .with_columns(sentence=(pl.col("is_end").cum_sum() + pl.col("article")).cast(pl.UInt32))
        .filter(~pl.col("is_end"))
    )
    is_number = pl.col("token").str.contains("^[0-9]")
    is_rate = is_number & pl.col("token").str.contains("[%rt]$")  # ends with %, "per" or "pct"
    word = pl.when(is_rate).then(pl.lit(_RATE)).when(~is_number).then(pl.col("token").str.to_lowercase())
    return words.select("article", "sentence", is_title=~pl.col("is_body"), word=pl.coalesce("role", word), code="code")


def _to_tokens(name: str) -> pl.Expr:
    """Split a text column into tokens.

    Tokens are names of countries, words, numbers and ends of sentences.
    """
    return pl.col(name).str.extract_all(_build_token_pattern())


def list_features(words: pl.DataFrame) -> pl.DataFrame:
    """List the features of each sentence.

    Columns: `article`, `sentence`, `feature`; a repeated word is listed again.

    A feature is one of these:

    * a word, or two neighbouring words joined by a blank; none if one of them is in `stop_words.txt` (function words, months, weekdays) or
      a number (rates, as `<rate>`, count as words)
    * `#term`, `#quarrel`, `#object`: the sentence has a strong trade term, a word of a trade dispute, or an object of trade policy of the
      lexicon
    * `#1 here`, `#2 here`, `#1 text`, `#2 text`: so many different countries, or more, are named in the sentence or in the article
    """
    place = ["article", "sentence"]
    is_content = pl.col("word").is_not_null() & ~pl.col("word").is_in(_read_stop_words())
    pairs = words.with_columns(
        is_content=is_content,
        before=pl.col("word").shift(1),
        is_next=is_content.shift(1) & (pl.col("sentence").shift(1) == pl.col("sentence")),
    ).filter(pl.col("is_content") & pl.col("is_next"))
    plain = words.filter(~pl.col("word").str.starts_with("<")).group_by(place, maintain_order=True).agg(text=pl.col("word").str.join(" "))
    named = words.drop_nulls("code")
    here = named.group_by(place).agg(count=pl.col("code").n_unique())
    text = named.group_by("article").agg(count=pl.col("code").n_unique()).join(words.select(place).unique(), on="article")
    return pl.concat(
        [
            words.filter(is_content).select(*place, feature="word"),
            pairs.select(*place, feature=pl.concat_str("before", pl.lit(" "), "word")),
            *(
                plain.filter(pl.col("text").str.contains(pattern)).select(*place, feature=pl.lit(name))
                for name, pattern in _map_word_classes().items()
            ),
            *(
                counts.filter(pl.col("count") >= least).select(*place, feature=pl.lit(f"#{least} {name}"))
                for name, counts in (("here", here), ("text", text))
                for least in _COUNTS
            ),
        ]
    )


@cache
def _map_word_classes() -> dict[str, str]:
    """Map each class of words to a pattern that matches its words.

    The classes are `#term`, `#quarrel` and `#object` (see `list_features`); their words are in the lexicon.
    """
    objects, gate = load_lexicon("objects")["object"], load_lexicon("gate")
    classes = {
        "#term": [*(entry for entry in objects if entry.get("gate")), *gate["term"]],
        "#quarrel": gate["quarrel"],
        "#object": objects,
    }
    return {name: _to_pattern(entries) for name, entries in classes.items()}


def _to_pattern(entries: list[dict[str, Any]]) -> str:
    """Build a pattern for all noun forms of lexicon entries.

    It matches whole words only.
    """
    forms = {re.sub("[^a-z]+", " ", form.lower()).strip() for entry in entries for word in entry["words"] for form in noun_forms(word)}
    # ASCII word boundaries: Unicode ones make the regex engine slow.
    return rf"(?-u:\b)(?:{'|'.join(sorted(forms - {''}, key=lambda form: (-len(form), form)))})(?-u:\b)"


@cache
def _read_stop_words() -> list[str]:
    """Read `stop_words.txt`."""
    return STOP_WORDS.read_text(encoding="utf-8").split()


@cache
def _build_token_pattern() -> str:
    """Build the pattern of a token: name, word, number or sentence end.

    Names are those of countries. Those that are not plain words ("U.S.", "South Korea") come first; names of one word are matched as words.
    """
    names = _merge_prefixes(name for name in _map_country_names() if not re.fullmatch("[A-Za-z]+", name))
    return "|".join((names, _ABBREVIATIONS, "[A-Za-z]+", r"[0-9](?:[0-9.,]*[0-9])?(?:\s?(?:%|per|pct))?", _END))


def _merge_prefixes(names: Iterable[str]) -> str:
    """Build a pattern of names that prefers the longest.

    Common prefixes are written once (`San (?:Marino|Salvador)`): with thousands of alternatives the regex engine is 200 times slower.
    """
    tree: dict[str, Any] = {}
    for name in names:
        node = tree
        for letter in name:
            node = node.setdefault(letter, {})
        node[""] = "" if name.endswith(".") else r"(?-u:\b)"

    def render(node: dict[str, Any]) -> str:
        longer = [re.escape(letter) + render(rest) for letter, rest in node.items() if letter]
        alternatives = [*longer, node[""]] if "" in node else longer
        return alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})"

    return render(tree)


@cache
def _list_country_names() -> pl.DataFrame:
    """Return the names of countries as `token`, with `role` (`<capital>`) and `code`."""
    rows = [(name, f"<{role}>", code) for name, (role, code) in _map_country_names().items()]
    return pl.DataFrame(rows, schema={"token": pl.String, "role": pl.String, "code": pl.String}, orient="row")


@cache
def _map_country_names() -> dict[str, tuple[str, str]]:
    """Map every name of a country to its role and code.

    The role is how it names the country: state, capital, people, office or leader. A name of several countries belongs to the first in the
    lexicon. Names of more than `MAX_LENGTH_OF_ABBREVIATION` characters are also listed in capitals.
    """
    names: dict[str, tuple[str, str]] = {}
    for country in load_lexicon("actors")["country"]:
        roles = {
            "state": country["names"],
            "capital": country["capitals"],
            "people": country["demonyms"],
            "office": [*country["institutions"], *country.get("shared", ())],
            "leader": [spelling for leader in country["leaders"] for spelling in list_spellings(leader)],
        }
        for role, spellings in roles.items():
            for name in spellings:
                names.setdefault(name, (role, country["code"]))
                if len(name) > MAX_LENGTH_OF_ABBREVIATION:
                    names.setdefault(name.upper(), (role, country["code"]))
    return names
