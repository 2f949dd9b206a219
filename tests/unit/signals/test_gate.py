"""The gate: which articles are read, why others are not, and that more text never makes an article unread."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts.vocabulary import READING_OUTCOME
from pipeline.signals.gate.articles import INTERCEPT, WEIGHTS, judge_articles
from pipeline.signals.gate.features import ARTICLE_FEATURES, list_features, split_words
from pipeline.signals.gate.training.train import BACKGROUND
from pipeline.signals.lexicon import load_lexicon
from tests.examples import examples

TERMS = load_lexicon("gate")["term"]
QUARRELS = load_lexicon("gate")["quarrel"]

# Sentences of all sorts, from which the property test builds articles.
SENTENCES = (
    "Washington imposed tariffs on Chinese steel.",
    "Ottawa and Tokyo held talks on Thursday.",
    "The harvest was good this year.",
    "Norway's choir sang in Chile.",
    "Traders shrugged, and shares closed lower in Frankfurt.",
    "He said nothing else.",
    "The ministry will charge 18 percent from 1 June.",
    "U.S. officials met Mr. Tanaka at St. Gallen.",
    "Peru lifts its import ban",
    "Is it raining?",
)


def frame(*articles: tuple[str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(articles, schema={"title": pl.String(), "body": pl.String()}, orient="row")


def judge(title: str, body: str = "") -> tuple[str, int | None]:
    outcome, score = judge_articles(frame((title, body))).row(0)
    return outcome, score


# The texts are of the kinds that an earlier gate, which wanted a strong trade term, left unread.
@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("New duties", "Washington imposed tariffs on Chinese steel."),
        ("JAPAN AND U.S. HOLD TRADE TALKS", "They met."),
        ("Dispute", "The Commerce Department put Canadian lumber under anti-dumping duties."),
        ("Trump hits China with tariffs", ""),
        ("Minsk lets in Lithuanian apples", ""),
        ("Seoul bans battery exports to Japan", "South Korea on Tuesday banned exports of battery cells to Japan."),
        ("Japan strikes back, curbing lens exports to South Korea", "Japan on Wednesday stopped exports of camera lenses to South Korea."),
        ("EU and India hold 'useful' talks in Lisbon", "Negotiators from Brussels and New Delhi held useful talks on Friday."),
        ("Egypt agrees to buy 2 million tons of Ukrainian wheat", "Cairo will buy the wheat before the winter."),
        ("", "Canada and Brazil will hold talks in Lima on Monday, the two governments said."),
        ("Presidents of Chile and Peru talk trade", ""),
        ("", "Japan rejected a demand to open its rice market to American farmers."),
        ("", "Chile suspended talks with the United States."),
    ],
)
def test_news_on_trade_policy_between_countries_is_read(title: str, body: str) -> None:
    assert judge(title, body)[0] == "read"
    assert judge(title, f"{body} {'The harvest was good this year. ' * 200}")[0] == "read"


@pytest.mark.parametrize(
    ("title", "body", "outcome"),
    [
        ("Library opens", "It has a reading room.", "no_country"),
        ("", "", "no_country"),
        ("Choir sings", "The choir from Oslo sang in a church.", "one_country"),
        ("Weather", "It rained in China and Japan.", "no_trade_policy"),
        ("Canada beats Sweden in ice hockey final", "", "no_trade_policy"),
    ],
)
def test_other_news_is_not_read_and_has_a_reason(title: str, body: str, outcome: str) -> None:
    assert judge(title, body)[0] == outcome
    assert outcome in READING_OUTCOME.words


def test_an_article_is_read_from_the_score_0_on() -> None:
    judged = judge_articles(frame(*((sentence, other) for sentence in SENTENCES for other in SENTENCES)))
    assert judged.filter((pl.col("outcome") == "read") != (pl.col("score").fill_null(-1) >= 0)).is_empty()
    assert set(judged["outcome"]) > {"read", "no_country"}


def test_missing_titles_and_bodies_are_empty() -> None:
    title = "Trump hits China with tariffs"
    assert judge_articles(frame((title, None), (None, title))).equals(judge_articles(frame((title, ""), ("", title))))


def test_results_are_in_the_order_of_articles() -> None:
    articles = frame(("x", ""), ("Trump hits China with tariffs", ""), ("y", ""))
    assert judge_articles(articles)["outcome"].to_list() == ["no_country", "read", "no_country"]
    assert judge_articles(articles.reverse()).equals(judge_articles(articles).reverse())


def test_an_article_is_judged_alone() -> None:
    articles = frame(*((one, other) for one in SENTENCES for other in SENTENCES))
    assert judge_articles(articles).equals(pl.concat(judge_articles(articles[number]) for number in range(articles.height)))


def test_chunks_of_articles_change_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = frame(*((sentence, "") for sentence in SENTENCES))
    whole = judge_articles(articles)
    monkeypatch.setattr("pipeline.signals.gate.articles.CHUNK_ROWS", 3)
    assert judge_articles(articles).equals(whole)


def test_no_articles_give_no_results() -> None:
    assert judge_articles(frame()).shape == (0, 2)


@given(
    title=st.sampled_from(("", *SENTENCES)),
    body=st.lists(st.sampled_from(SENTENCES), max_size=4),
    more=st.lists(st.tuples(st.integers(0, 8), st.one_of(st.sampled_from(SENTENCES), st.text(max_size=60))), min_size=1, max_size=4),
)
@examples(60)
def test_more_text_never_lowers_the_score(title: str, body: list[str], more: list[tuple[int, str]]) -> None:
    longer = list(body)
    for place, text in more:
        longer.insert(place, text)
    before, after = judge_articles(frame((title, "\n".join(body)), (title, "\n".join(longer)))).rows()
    assert before[1] is None or after[1] >= before[1]
    assert not (before[0] == "read" and after[0] != "read")


def features(text: str) -> set[str]:
    return set(list_features(split_words(frame(("", text)).with_columns(article=pl.lit(0, pl.UInt32))))["feature"])


def test_features_are_words_pairs_classes_and_countries() -> None:
    assert features("China will charge 18% on U.S. beef.") == {
        "#object", "<state>", "charge", "<rate>", "beef", "charge <rate>", "<state> beef", "#1 here", "#2 here", "#1 text", "#2 text",
    }  # fmt: skip


def test_a_country_named_twice_counts_once() -> None:
    assert features("Washington said the American choir stays.") & {"#1 here", "#2 here", "#1 text", "#2 text"} == {"#1 here", "#1 text"}


@pytest.mark.parametrize(
    ("entry", "feature"),
    [*((entry, "#term") for entry in TERMS), *((entry, "#quarrel") for entry in QUARRELS)],
    ids=lambda value: value["id"] if isinstance(value, dict) else value,
)
def test_an_example_has_the_feature_of_its_entry(entry: dict[str, Any], feature: str) -> None:
    assert feature in features(entry["example"])
    assert all(feature in features(f"New {word}.") for word in entry["words"])


def test_abbreviations_and_countries_end_no_sentence() -> None:
    words = split_words(
        frame(("", 'Mr. Lee left the U.S. on Dec. 3. He said: "Not now." Then rain\nfell.')).with_columns(article=pl.lit(0, pl.UInt32))
    )
    assert [" ".join(part["word"].drop_nulls()) for part in words.partition_by("sentence", maintain_order=True)] == [
        "mr. lee left the <state> on dec.", "he said not now", "then rain", "fell",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("South Korea and South Koreans", ["<state>", "and", "<people>"]),
        ("the U.S. Trade Representative", ["the", "<office>"]),
        ("Lee Jae-myung rang Prime Minister Brown", ["<leader>", "rang", "<leader>"]),
        ("Mexicola City", ["mexicola", "city"]),
    ],
)
def test_the_longest_name_of_a_country_is_one_word(text: str, words: list[str]) -> None:
    assert split_words(frame(("", text)).with_columns(article=pl.lit(0, pl.UInt32)))["word"].to_list() == words


def test_the_shipped_weights_are_small_whole_and_monotone() -> None:
    weights = pl.read_csv(WEIGHTS)
    assert WEIGHTS.stat().st_size < 1_000_000
    assert weights.schema["weight"] == pl.Int64
    assert weights["feature"].is_unique().all()
    assert (weights.filter(pl.col("feature").is_in(ARTICLE_FEATURES))["weight"] >= 0).all()
    assert weights.filter(feature=INTERCEPT).height == 1


def test_examples_of_other_news_are_mostly_not_read() -> None:
    lines = BACKGROUND.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) > 400
    for title, most in (("News", 0.02), ("", 0.05)):  # a text without a title is read more easily
        outcomes = judge_articles(frame(*((title, line) for line in lines)))["outcome"]
        assert (outcomes == "read").sum() < most * outcomes.len()
