"""The prefilter leaves out sentences without signals, exactly and alike in any batch."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.candidates import SentenceCandidates, build_candidates
from pipeline.signals.extract import SentenceExtractor, resolve_texts
from pipeline.signals.prefilter.sentences import Prefilter, drop_empty_sentences, load_prefilter
from pipeline.signals.readers.encoder.network import load_network
from pipeline.signals.texts import TEXTS_SCHEMA
from tests.examples import examples
from tests.unit.signals.logits import make_sentences

EXACT_IN_FLOAT32, EXACT_IN_FLOAT64 = 2.0**24, 2.0**53
ACTS = (
    "Norway puts a 20 percent tariff on salmon from Chile.",
    "Peru lifted its ban on beef from Kenya.",
    "Ghana threatened to tax steel from Turkey.",
    "Negotiators of Japan and India met in Tokyo to discuss tariffs.",
    "Brazil said it would never remove its duties on Argentine wine.",
)
OTHER_NEWS = (
    "He was born in Brazil and studied history in Argentina.",
    "The earthquake was felt in Chile, Peru and Argentina, but no one was hurt.",
    "Scientists from Brazil and India found a new kind of frog.",
)


def to_groups(sentences: Sequence[str]) -> list[SentenceCandidates]:
    """Return the candidates of sentences, each an article of its own."""
    return build_candidates(resolve_texts((str(number), None, "", text, 0) for number, text in enumerate(sentences)))


def score(inputs: Sequence[Sequence[int]]) -> list[float]:
    scores: list[float] = load_prefilter().score(inputs, load_network().tokenizer.token_to_id("[SEP]")).tolist()
    return scores


def test_other_news_is_left_out_and_the_order_stays() -> None:
    mixed = [text for pair in zip(ACTS, OTHER_NEWS, strict=False) for text in pair]
    assert [group[0]["sentence"] for group in drop_empty_sentences(to_groups(mixed))] == list(ACTS[: len(OTHER_NEWS)])


def test_nothing_is_left_of_nothing() -> None:
    assert drop_empty_sentences([]) == []


def test_no_sum_is_too_large_for_floats_to_be_exact() -> None:
    prefilter = load_prefilter()
    largest = np.abs(prefilter.filters).sum(axis=0) * np.abs(prefilter.words).max() + np.abs(prefilter.biases)
    assert largest.max() < EXACT_IN_FLOAT32
    assert float(largest @ np.abs(prefilter.weights)) + abs(prefilter.intercept) < EXACT_IN_FLOAT64
    arrays = (prefilter.words, prefilter.filters, prefilter.biases, prefilter.weights, np.array([prefilter.intercept, prefilter.unit]))
    assert all(np.array_equal(array, np.rint(array)) for array in arrays)


@given(st.lists(st.integers(0, len(make_sentences()) - 1), min_size=1, max_size=12))
@examples(25)
def test_a_sentence_has_the_same_score_in_any_batch(chosen: list[int]) -> None:
    inputs = [make_sentences()[number].ids for number in chosen]
    assert score(inputs) == [score([ids])[0] for ids in inputs]


def test_the_score_is_the_weighted_sum_of_the_best_matches() -> None:
    """A network with one filter a part, computed by hand."""
    separator, words = 59, np.zeros((60, 1), dtype=np.float32)
    words[[30, 40, 50], 0] = (2, 3, 5)
    filters = np.array([[1, 0], [1, 1], [1, 0]], dtype=np.float32)  # the first sums three words, the second sees the middle one
    prefilter = Prefilter(words, filters, np.array([0, -1], dtype=np.float32), 1, np.array([10.0, 100.0]), 7.0, 2.0)
    # Context: the separator sees 3 and 5 next to it. Sentence: the best word is 5, less 1.
    assert prefilter.score([[1, 59, 30, 40, 59, 50, 30, 59], [1, 59, 59, 59]], separator).tolist() == [(10 * 8 + 100 * 4 + 7) / 2, 7 / 2]


@pytest.mark.parametrize("mode", ["encoder", "both"])
def test_the_extractor_reads_no_sentence_that_is_left_out(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.signals.prefilter.sentences.BOUND", float("inf"))
    texts = pl.DataFrame([("1", None, "", ACTS[0])], schema=TEXTS_SCHEMA, orient="row")
    assert SentenceExtractor(mode, workers=1).read_texts(texts).is_empty()
