"""Load the model and run it with ONNX Runtime.

It is a small transformer in 8-bit arithmetic. Does not belong here: its input (`encoding.py`) and output (`reader.py`). The results are
bit-identical in any batch and on every x86-64 processor with AVX2; `training/graph.py` explains why.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import TensionError
from pipeline.signals.readers.encoder.encoding import Encoded

REQUIRED_PACKAGES = "the packages onnxruntime and tokenizers"
# A larger batch does not fit into the cache of a core.
TOKENS_PER_BATCH = 300
_FOLDER = files("pipeline.signals.readers.encoder") / "model"

Logits = NDArray[np.float32]


class EncoderMissingError(TensionError, RuntimeError):
    """The encoder cannot be loaded; the message says what to install."""


@dataclass(frozen=True, eq=False)
class Network:
    """The loaded model.

    It has heads: outputs that each answer one question about a pair of countries, such as the kind of act. `heads` maps each head to its
    labels, in the order of the logits.
    """

    session: Any
    tokenizer: Any
    heads: Mapping[str, tuple[str, ...]]
    version: str

    def compute_logits(self, sentences: Sequence[Encoded], run: Callable[..., Iterable[Logits]] = map) -> list[Logits]:
        """Compute the logits of all ordered pairs of places, for each sentence.

        A place is a country of the sentence, or all partners (the last). The arrays are in the order of `sentences`, each of shape (actors,
        targets, labels of all heads). Equal sentences are computed once. `run` applies a function to batches, in order: `map`, or that of a
        thread pool.
        """
        distinct = list({(encoded.ids, encoded.places): encoded for encoded in sentences}.values())
        batches = list(batch_by_length(distinct))
        results = run(self._run, ([distinct[number] for number in batch] for batch in batches))
        by_sentence: dict[tuple[tuple[int, ...], tuple[int, ...]], Logits] = {}
        for batch, logits in zip(batches, results, strict=True):
            for row, number in enumerate(batch):
                ids, places = distinct[number].ids, distinct[number].places
                by_sentence[ids, places] = logits[row, : len(places), : len(places)]
        return [by_sentence[encoded.ids, encoded.places] for encoded in sentences]

    def _run(self, batch: Sequence[Encoded]) -> Logits:
        """Compute the logits of sentences with equal numbers of tokens.

        The shape is (sentences, actors, targets, labels of all heads). Actors and targets are places (countries of the sentence, then all
        partners), as many as the sentence with the most places has; values at places that a sentence lacks mean nothing.
        """
        logits: Logits = self.session.run(["logits"], to_inputs(batch))[0]
        return logits

    def head_slices(self) -> dict[str, slice]:
        """Return, by head, its slice of the logits' last axis (labels)."""
        ends = np.cumsum([len(labels) for labels in self.heads.values()]).tolist()
        return {name: slice(end - len(labels), end) for (name, labels), end in zip(self.heads.items(), ends, strict=True)}


def to_inputs(batch: Sequence[Encoded]) -> dict[str, NDArray[np.int64]]:
    """Convert sentences of equal length to the model's inputs.

    `ids`: token ids, shape (sentences, tokens). `places`: positions of the first token and of `Encoded.places`, shape (sentences, 1 +
    largest number of places); sentences with fewer places are filled with 0.
    """
    places = np.zeros((len(batch), 1 + max(len(encoded.places) for encoded in batch)), dtype=np.int64)
    for row, encoded in enumerate(batch):
        places[row, 1 : 1 + len(encoded.places)] = encoded.places
    return {"ids": np.array([encoded.ids for encoded in batch], dtype=np.int64), "places": places}


def batch_by_length(sentences: Sequence[Encoded]) -> Iterator[list[int]]:
    """Yield the indices of sentences in batches of equal length.

    Short sentences come first. A batch needs no padding and has at most `TOKENS_PER_BATCH` tokens in all, or one longer sentence.
    """
    by_length: dict[int, list[int]] = defaultdict(list)
    for number, encoded in enumerate(sentences):
        by_length[len(encoded.ids)].append(number)
    for length, numbers in sorted(by_length.items()):
        size = max(1, TOKENS_PER_BATCH // length)
        yield from (numbers[start : start + size] for start in range(0, len(numbers), size))


@cache
def load_network() -> Network:
    """Load the shipped model, once per process.

    Raises `EncoderMissingError` if a package or the model file is missing.
    """
    try:
        import onnxruntime  # noqa: PLC0415 the rules work without it
        from tokenizers import Tokenizer  # noqa: PLC0415 the rules work without it
    except ImportError as error:
        raise EncoderMissingError(f"the encoder needs {REQUIRED_PACKAGES}, and {error.name} is not installed") from error
    if not (_FOLDER / "model.onnx").is_file():
        raise EncoderMissingError(f"the encoder's model file {_FOLDER / 'model.onnx'} is missing; install the package again")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Which nodes ONNX Runtime fuses depends on its release and changes results, so the graph is run as written.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    with as_file(_FOLDER / "model.onnx") as path:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    metadata = json.loads((_FOLDER / "model.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_str((_FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
    return Network(session, tokenizer, {name: tuple(labels) for name, labels in metadata["heads"].items()}, metadata["version"])
