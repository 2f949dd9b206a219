"""Leave out sentences in which the readers will hardly find a signal.

In archives, nine in ten sentences that name two countries carry no signal, and reading them takes nearly all the time. A small
convolutional network (Kim 2014, https://arxiv.org/abs/1408.5882) judges the encoder's input in a fraction of that time. Its weights and
inputs are whole numbers, and no sum is too large for floats to be exact, so that results are equal on every processor. Does not belong
here: learning the weights (`training/train.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.signals.candidates import SentenceCandidates
from pipeline.signals.readers.encoder.encoding import COUNTRY_MARKS, encode
from pipeline.signals.readers.encoder.network import load_network

WEIGHTS = Path(__file__).parent / "weights.npz"
#: A sentence with a lower score is left out. With this bound the readers find as much that is right in the passages that tune as without.
BOUND = -1.7
#: Tokens that one filter sees at once.
WINDOW = 3
# More would not fit into the cache of a core.
_SENTENCES_AT_ONCE = 32

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Prefilter:
    """A convolution over words, with a weighted sum of maxima.

    `words`: shape (token ids, width). `filters`: (`WINDOW` x width, filters), with `biases`; the first `context_filters` see the marks,
    the title and the previous sentence, the others the sentence. `weights`: of each filter in the score, to which `intercept` is added;
    `unit`: of one unit of log odds. All are whole numbers.
    """

    words: Array
    filters: Array
    biases: Array
    context_filters: int
    weights: NDArray[np.float64]
    intercept: float
    unit: float

    def score(self, inputs: Sequence[Sequence[int]], separator: int) -> NDArray[np.float64]:
        """Return scores of sentences, about the log odds of a signal.

        `inputs`: token ids (`Encoded.ids`), whose second `separator` precedes the sentence.
        """
        gap = np.zeros((1, self.words.shape[1]), dtype=np.float32)
        rows, starts = [gap], []
        position = 0
        for ids in inputs:
            sentence = ids.index(separator, ids.index(separator) + 1) + 1
            starts += [position, position + sentence]
            rows += [self.words[list(unify_marks(ids))], gap]
            position += len(ids) + 1
        tokens = np.concatenate(rows)
        windows = np.concatenate([tokens[start : start + position - 1] for start in range(WINDOW)], axis=1)
        matches = np.maximum(windows @ self.filters + self.biases, 0)
        matches[np.array(starts[2::2], dtype=np.int64) - 1] = 0  # gaps between inputs
        best = np.maximum.reduceat(matches, starts, axis=0).astype(np.float64)
        split = self.context_filters
        points = best[::2, :split] @ self.weights[:split] + best[1::2, split:] @ self.weights[split:] + self.intercept
        score: NDArray[np.float64] = points / self.unit
        return score


def unify_marks(ids: Sequence[int]) -> Iterator[int]:
    """Yield token ids with one mark for all countries.

    Which country it is does not matter here.
    """
    return (COUNTRY_MARKS[0] if COUNTRY_MARKS[0] <= token <= COUNTRY_MARKS[-1] else token for token in ids)


def drop_empty_sentences(groups: Sequence[SentenceCandidates]) -> list[SentenceCandidates]:
    """Return the sentences that may carry a signal, in the given order.

    `groups`: the candidates (pairs of countries) of each sentence. What is decided about one does not depend on the others.
    """
    prefilter, tokenizer = load_prefilter(), load_network().tokenizer
    separator = tokenizer.token_to_id("[SEP]")
    selected: list[SentenceCandidates] = []
    for start in range(0, len(groups), _SENTENCES_AT_ONCE):
        part = groups[start : start + _SENTENCES_AT_ONCE]
        scores = prefilter.score([encode(tokenizer, group).ids for group in part], separator)
        selected += [group for group, score in zip(part, scores, strict=True) if score >= BOUND]
    return selected


@cache
def load_prefilter() -> Prefilter:
    """Load the shipped weights, once per process."""
    with np.load(WEIGHTS) as arrays:
        return Prefilter(
            words=arrays["words"].astype(np.float32),
            filters=arrays["filters"].astype(np.float32),
            biases=arrays["biases"].astype(np.float32),
            context_filters=int(arrays["context_filters"]),
            weights=arrays["weights"].astype(np.float64),
            intercept=float(arrays["intercept"]),
            unit=float(arrays["unit"]),
        )
